/* HTML to lines of words, each marked with what the containers around it say: quoted, signature (mail.md 3, 7). */
#ifndef MAILFLOW_MARKUP_H
#define MAILFLOW_MARKUP_H

#include <glib.h>

enum markup_mark {
    MARKUP_OWN = 0,
    MARKUP_QUOTED = 1, /* inside or behind a container in which a mail client keeps the mail it answers */
    MARKUP_SIGNED = 2, /* inside a signature container */
};

/* Read the HTML of one mail body (UTF-8, whatever its meta element says). Appends lines ended by \n to `text` and one byte of marks per line to `marks`.
 * What a browser would not show is left out; text struck out comes between two `~~`. Reads at most 2 MiB, 256 levels and 256 attributes of a tag: what lies beyond
 * is left out. No file or address is opened. Stops where a
 * client's mark says that the answered mail follows to the end, when words stand above it; with none above, the caller finds the answered mail by its text. Returns whether it stopped so. */
gboolean markup_read(const char *html, GString *text, GByteArray *marks);

/* Whether a body that claims to be plain text is HTML. */
gboolean markup_is_html(const char *plain);

#endif
