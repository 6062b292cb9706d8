/* A mailbox that is a Maildir on this machine, read and written by the daemon's own user.
 *
 * Everything in new/ and cur/ waits, whatever a mail program marked it with; filing moves it to cur/ of a Maildir++ folder (".Processed"). Oldest first by the time in
 * the name, then by name. Names that begin with a dot, and what is no regular file, are not mail. */
#ifndef DAEMON_MAILDIR_H
#define DAEMON_MAILDIR_H

#include "daemon/mailbox_kind.h"

extern const struct mailbox_kind maildir_kind;

#endif
