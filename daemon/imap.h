/* A mailbox behind IMAP4rev1 (RFC 3501), with IDLE (2177), UIDPLUS (4315), MOVE (6851) and ID (2971) where the server has them.
 *
 * libcurl connects, checks the certificate and logs in; from there imapwire.h speaks. Messages are named by UIDs, never by numbers, and bodies are read without \Seen. */
#ifndef DAEMON_IMAP_H
#define DAEMON_IMAP_H

#include "daemon/mailbox_kind.h"

extern const struct mailbox_kind imap_kind; /* imap://, with STARTTLS where the options ask for it, and imaps:// */

#endif
