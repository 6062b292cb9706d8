/* A mailbox that messages are taken from: IMAP or Maildir behind one small table of functions.
 *
 * Messages are fetched in batches, oldest first, and stay where they are until mailbox_file() moves them, which the desk does only after its commit. */
#ifndef DAEMON_MAILBOX_H
#define DAEMON_MAILBOX_H

#include <gio/gio.h>

struct mailbox_options {
    char *url;           /* imap://host:port/INBOX, imaps://host:port/INBOX or maildir:///absolute/path */
    char *user;
    char *password_file; /* first line is the password */
    char *ca_file;       /* NULL: the system's */
    gboolean starttls;   /* imap://: require STARTTLS */
    char *processed;     /* folder names */
    char *quarantine;
};

enum mailbox_folder { MAILBOX_PROCESSED, MAILBOX_QUARANTINE };

struct mailbox_item {
    char *id;                   /* "UIDVALIDITY/UID", or the Maildir file's unique name */
    gsize size;                 /* octets of the whole message */
    GBytes *bytes;              /* the message; only its header (bounded) when size is over LIMIT_MESSAGE_BYTES */
    gboolean header_only;
    enum mailbox_folder folder; /* where mailbox_file() puts it; set by the desk */
};
void mailbox_item_free(struct mailbox_item *item);

enum mailbox_fault { MAILBOX_AWAY /* later: network, server, temporary */, MAILBOX_REFUSED /* never: credentials, TLS, folder, configuration */ };
#define MAILBOX_ERROR (mailbox_error_quark())
GQuark mailbox_error_quark(void);

struct mailbox;

/* Open and log in. Folders are created when missing. */
struct mailbox *mailbox_open(const struct mailbox_options *options, GError **error);
void mailbox_close(struct mailbox *mailbox);

/* The oldest messages, at most `most` and at most `octets` together (at least one when there is one); empty when there are none. Memory does not grow with
 * the number of messages waiting. After a fault the mailbox is to be closed and opened anew. Array of struct mailbox_item. */
GPtrArray *mailbox_fetch(struct mailbox *mailbox, guint most, gsize octets, GError **error);

/* Move each item to its folder. Items gone meanwhile are fine. */
gboolean mailbox_file(struct mailbox *mailbox, const GPtrArray *items, GError **error);

/* Begin to watch (IDLE, inotify) and give a descriptor that becomes readable when something may have arrived. mailbox_fetch() and mailbox_file() end the watch
 * themselves. Watch again at least every `mailbox_watch_seconds()` (RFC 2177: under 29 minutes). */
int mailbox_watch(struct mailbox *mailbox, GError **error);
guint mailbox_watch_seconds(const struct mailbox *mailbox);
/* After the descriptor became readable: TRUE when something may have arrived, FALSE when it was noise ("* OK still here"). */
gboolean mailbox_stirred(struct mailbox *mailbox, GError **error);

#endif
