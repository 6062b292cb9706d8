/* What every kind of mailbox shares: its options, the messages it gives, its two faults, and the table of functions that a kind fills. */
#ifndef DAEMON_MAILBOX_KIND_H
#define DAEMON_MAILBOX_KIND_H

#include <gio/gio.h>

#define MAILBOX_HEADER_BYTES (64 * 1024) /* what is taken of a message over LIMIT_MESSAGE_BYTES */

struct mailbox_options {
    char *url;           /* imap://host:port/INBOX, imaps://host:port/INBOX or maildir:///absolute/path */
    char *user;          /* IMAP only; NULL for maildir:// */
    char *password_file; /* first line is the password */
    char *ca_file;       /* NULL: the system's; otherwise no other certificate authority is trusted */
    gboolean starttls;   /* imap://: require STARTTLS */
    char *processed;     /* folder names, UTF-8, in the server's own spelling ("INBOX.Processed" where it wants that) */
    char *quarantine;
};

enum mailbox_folder { MAILBOX_PROCESSED, MAILBOX_QUARANTINE };

struct mailbox_item {
    char *id;      /* "UIDVALIDITY/UID", or the Maildir file's unique name */
    gsize size;    /* octets of the whole message */
    GBytes *bytes; /* the message; only its header (at most MAILBOX_HEADER_BYTES) when size is over LIMIT_MESSAGE_BYTES */
    gboolean header_only;
    enum mailbox_folder folder; /* where mailbox_file() puts it; set by the desk */
};
void mailbox_item_free(struct mailbox_item *item);
/* A new array that frees its items. */
GPtrArray *mailbox_item_list(void);

enum mailbox_fault {
    MAILBOX_AWAY,    /* later: network, server, temporary */
    MAILBOX_REFUSED, /* not before somebody acts: credentials, certificate, folder, configuration */
};
#define MAILBOX_ERROR (mailbox_error_quark())
GQuark mailbox_error_quark(void);

/* The functions of mailbox.h for one kind; `self` is what open() gave. */
struct mailbox_kind {
    const char *schemes[3]; /* that its URLs begin with: "imap://", "imaps://", NULL */
    void *(*open)(const struct mailbox_options *options, GError **error);
    void (*close)(void *self);
    GPtrArray *(*fetch)(void *self, guint most, gsize octets, GError **error);
    gboolean (*file)(void *self, const GPtrArray *items, GError **error);
    void (*leave)(void *self, const struct mailbox_item *item);
    void (*look_again)(void *self);
    int (*watch)(void *self, GError **error);
    gboolean (*stirred)(void *self, GError **error);
    guint watch_seconds;
};

/* How much of `bytes` is the header with its blank line, at most MAILBOX_HEADER_BYTES. */
gsize mailbox_header_size(const char *bytes, gsize size);

/* A folder's name as IMAP and Maildir++ write it: modified UTF-7 (RFC 3501, 5.1.3). NULL and MAILBOX_REFUSED when it is empty, not UTF-8 or has control characters.
 * Caller frees. */
char *mailbox_folder_name(const char *name, GError **error);

#endif
