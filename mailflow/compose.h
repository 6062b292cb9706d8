/* A notice's document as the mail that leaves: GMime's door for what is sent. */
#ifndef MAILFLOW_COMPOSE_H
#define MAILFLOW_COMPOSE_H

#include <glib.h>

#include "mailflow/render.h"

struct letter {
    char *sender;     /* envelope: our address with +bounce where wanted, or "" */
    char *recipient;  /* envelope: one addr-spec */
    char *message_id; /* without <> */
    GBytes *bytes;    /* RFC 5322 message, CRLF, lines under 998, dot-stuffing left to SMTP */
};

/* Where the files are that a document names by their SHA-256. */
struct letter_files {
    void *context;
    GBytes *(*find)(void *context, const char *digest); /* NULL when there is none; the caller unrefs */
};

/* Compose from a document of notice_write(): multipart/mixed of multipart/alternative (text, HTML) and the attachments, the document itself as notice.xml among
 * them. Auto-Submitted (RFC 3834), Message-ID, Date, Reply-To, In-Reply-To, References as the document says; same document and secret: same bytes.
 * The envelope's sender is the bare address of From; a courier that wants bounces elsewhere replaces it. Names from the document become one line of text
 * (text_one_line()); an address or id that cannot stand in a header is refused, an id of In-Reply-To or References that cannot is left out.
 * NULL and `error` when the document is not one (RECEIPT_UNREADABLE, also when it asks for a secret and `secret` is NULL, or names a file that `files`, which may be
 * NULL, does not have) or cannot be rendered
 * (RENDER_FAILED): trying again will not help. Caller frees with letter_free(). */
struct letter *letter_make(const struct stylesheets *stylesheets, const char *document, const char *secret,
                           const struct letter_files *files, GError **error);
void letter_free(struct letter *letter);

#endif
