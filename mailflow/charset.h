/* From the bytes of a form to UTF-8, whatever its labels say. libxml2 sees UTF-8 only and never opens an encoding. */
#ifndef MAILFLOW_CHARSET_H
#define MAILFLOW_CHARSET_H

#include <glib.h>

/* Converters opened beforehand: afterwards no file is needed, so it works in a sandbox. NULL and `error` when the system lacks
 * GB18030. */
struct charset;
struct charset *charset_open(GError **error);
void charset_close(struct charset *charset);

/* Decode an XML document: UTF-8 with or without a byte order mark, UTF-16 with one (or so labelled), GB18030 and its subsets
 * GBK, GB2312.
 *
 * A byte order mark wins, then the document's own declaration, then `mime` (may be NULL), then UTF-8. A label the bytes
 * contradict is given up when they can only be the other: UTF-8 labelled GB..., or GB... labelled UTF-8 whose characters are
 * nearly all common ones (or that `mime` calls GB). Returns UTF-8 without byte order mark, NUL after `*length` bytes, for
 * g_free(); NULL when no reading is sure, or the text holds U+0000. Linear. */
char *charset_read_xml(struct charset *charset, const char *bytes, gsize size, const char *mime, gsize *length);

#endif
