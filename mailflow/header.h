/* A header block: of a message, of a MIME part, of a mail that came back (RFC 5322, 2.2). Fields point into the bytes they were
 * read from. */
#ifndef MAILFLOW_HEADER_H
#define MAILFLOW_HEADER_H

#include <glib.h>

struct header_field {
    const char *name; /* not ended by NUL */
    const char *value;
    guint name_size;
    guint value_size; /* with the line ends of a folded value */
};

struct header {
    GArray *fields; /* struct header_field, in order */
    gsize size;     /* where the body begins: after the empty line, or at the first line that is no header field */
    gboolean cut;   /* more bytes or fields than allowed: the rest was not read */
};

/* Read the block at the start of `bytes`; at most `most_bytes` and `most_fields`. The bytes outlive the header. */
void header_read(const char *bytes, gsize size, gsize most_bytes, guint most_fields, struct header *header);
void header_clear(struct header *header);

/* How many fields of that name there are (any case). */
guint header_count(const struct header *header, const char *name);
/* The value of the nth field of that name (0-based) on one line, not decoded, bounded; NULL when there is none. Caller frees. */
char *header_value(const struct header *header, const char *name, guint nth);
/* The same decoded: encoded words (RFC 2047), 8-bit bytes in whatever character set, UTF-8, one line, trimmed. Caller frees. */
char *header_text(const struct header *header, const char *name);
/* Decode a value that header_value() gave, or one like it. Caller frees. */
char *header_decode(const char *value);

/* The addr-specs of all fields of that name, in lower case and with A-labels for domains of other scripts, to `addresses` (char *, freed by it), at most up to `most` elements.
 * FALSE when something in a field is no
 * address, so that a single address is surely the only one. */
gboolean header_addresses(const struct header *header, const char *name, GPtrArray *addresses, guint most);
/* The one addr-spec in `text` in lower case ("a@b", "<a@b>", "X <a@b>"); NULL when it is not one. Caller frees. */
char *header_address(const char *text);
/* Whether the text is a msg-id without its <>. */
gboolean header_is_message_id(const char *id);
/* Every msg-id between <> in the fields of that name, without <>, to `ids` (char *, freed by it) without repeats, at most up to
 * `most` elements; newest first when `backwards`. */
void header_message_ids(const struct header *header, const char *name, gboolean backwards, GPtrArray *ids, guint most);

#endif
