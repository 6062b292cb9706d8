/* A mailbox that messages are taken from: IMAP or Maildir behind one small table of functions.
 *
 * Messages are fetched in batches, oldest first, and stay where they are until mailbox_file() moves them, which the desk does only after its commit.
 * Every fault is a MAILBOX_ERROR; after one the mailbox is to be closed and opened anew. No call waits longer than a minute for a silent server. */
#ifndef DAEMON_MAILBOX_H
#define DAEMON_MAILBOX_H

#include "daemon/mailbox_kind.h"

struct mailbox;

/* Open and log in. Folders are created when missing. */
struct mailbox *mailbox_open(const struct mailbox_options *options, GError **error);
/* NULL is fine. Says goodbye, waits for nothing. */
void mailbox_close(struct mailbox *mailbox);

/* The oldest messages, at most `most` and at most `octets` together (at least one when there is one); empty when there are none. Memory does not grow with
 * the number of messages waiting. Messages marked deleted are not seen; one that cannot be read is left where it is, logged once, and passed over until the mailbox is
 * opened anew. Fetching twice without filing gives the same messages. Array of struct mailbox_item that frees them. */
GPtrArray *mailbox_fetch(struct mailbox *mailbox, guint most, gsize octets, GError **error);

/* Move each item to its folder. Items gone meanwhile are fine, and so are items of a mailbox that was rebuilt since (another UIDVALIDITY): they come again. What the
 * folder does not take (full, not ours) stays, is logged, passed over, and tried again with later ones: it does not stand before the mails behind it. */
gboolean mailbox_file(struct mailbox *mailbox, const GPtrArray *items, GError **error);

/* Leave the item where it is: mailbox_fetch() passes it over until mailbox_look_again(), or until the mailbox is opened anew. */
void mailbox_leave(struct mailbox *mailbox, const struct mailbox_item *item);
void mailbox_look_again(struct mailbox *mailbox);

/* Begin to watch (IDLE, NOOP every few seconds, inotify) and give a descriptor, owned by the mailbox, that becomes readable when something may have arrived since the
 * last mailbox_fetch(): also when it arrived in between. mailbox_fetch() and mailbox_file() end the watch themselves. After mailbox_watch_seconds() without news fetch and
 * watch again: RFC 2177 wants less than 29 minutes, and there are servers and file systems that keep news to themselves. */
int mailbox_watch(struct mailbox *mailbox, GError **error);
guint mailbox_watch_seconds(const struct mailbox *mailbox);
/* After the descriptor became readable: TRUE when something may have arrived, FALSE when it was noise ("* OK still here") or, with `error` set, a fault. */
gboolean mailbox_stirred(struct mailbox *mailbox, GError **error);

#endif
