/* A notice's document read back: its tree for the stylesheets, its head and attachments for composing. libxml2's door for documents of ours.
 *
 * They come out of our own outbox and are read as if they did not: no DOCTYPE (so no entity), no network, bounded size. */
#ifndef MAILFLOW_RECEIPT_H
#define MAILFLOW_RECEIPT_H

#include <glib.h>

#define RECEIPT_BYTES (4 * 1024 * 1024) /* of one document: a form of a megabyte, prefilled, and its rows */
#define RECEIPT_ERROR (receipt_error_quark())
GQuark receipt_error_quark(void);
enum receipt_error { RECEIPT_UNREADABLE };

struct receipt_attachment {
    char *name, *type, *text; /* name and type NULL where the document says nothing, text never */
    char *digest;             /* SHA-256 of the file that stands for `text`; NULL */
};

struct receipt {
    struct _xmlDoc *tree;
    const char *text;     /* as given; not owned */
    char *code, *request; /* "N2", "T5-2026-000001"; request NULL when there is none */
    char *from, *from_name, *to, *to_name, *reply_to, *message_id, *in_reply_to; /* NULL where the document says nothing */
    GPtrArray *references;                                                       /* char *, oldest first */
    gint64 date;                                                                 /* seconds since 1970 */
    gboolean secret;                                                             /* it asks for the one-time secret */
    GPtrArray *attachments;                                                      /* struct receipt_attachment */
};

/* Read a document of notice_write(). NULL and RECEIPT_UNREADABLE when it is not one: too big, not well formed, a DOCTYPE, another root,
 * or its code, from, to, message id or date is missing. `text` must outlive it. */
struct receipt *receipt_open(const char *text, GError **error);
void receipt_close(struct receipt *receipt);

#endif
