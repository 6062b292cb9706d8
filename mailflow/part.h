/* The MIME parts of a message (RFC 2045, 2046) as a flat list in document order.
 *
 * One pass over the lines with a stack of boundaries, no recursion: a message nested a thousand deep or in a hundred thousand
 * parts costs what its bytes cost.
 * A message within a message (message/rfc822) is one part; what is inside it was said by somebody else. */
#ifndef MAILFLOW_PART_H
#define MAILFLOW_PART_H

#include <glib.h>

#include "mailflow/header.h"

struct part {
    char *type;      /* "text/plain", lower case; never NULL */
    char *charset;   /* NULL */
    char *name;      /* file name, decoded, one line; NULL */
    char *report;    /* report-type of a multipart/report, method of a text/calendar, smime-type, protocol of a multipart/signed;
                            lower case; NULL */
    char *boundary;  /* of a multipart; NULL */
    gboolean flowed; /* format=flowed */
    gboolean attachment; /* Content-Disposition: attachment */
    int parent;          /* index of the multipart around it; -1 at the root */
    guint depth;
    int encoding;      /* GMimeContentEncoding */
    const char *bytes; /* body, still encoded */
    gsize size;        /* 0 for a multipart */
    const char *whole; /* with its header, as a signature covers it: up to the line end that is the boundary's; NULL at the root */
    gsize whole_size;
};

/* The parts of a body under its header. `*refused` (may be NULL) is set when there were more or deeper parts than allowed: the rest
 * was not read.
 * An array of struct part that frees its elements; the bytes outlive it. */
GArray *part_list(const struct header *header, const char *body, gsize size, gboolean *refused);

/* Put what was found inside of the part at `index` below it, as the entity it stands for: `inner` is emptied. FALSE, and nothing is
 * changed, when there would be more or deeper parts than allowed. */
gboolean part_graft(GArray *parts, int index, GArray *inner);
/* Whether the part at `index` is the one at `root` or stands below it. */
gboolean part_is_below(const GArray *parts, int index, int root);

/* The content with its transfer encoding undone, at most `most` bytes of it. */
GByteArray *part_bytes(const struct part *part, gsize most);
/* The content as UTF-8 text, at most LIMIT_TEXT_BYTES of it. Caller frees. */
char *part_text(const struct part *part);

/* Whether it is of that type; one that ends in a slash matches all its subtypes. */
gboolean part_is(const struct part *part, const char *type);

#endif
