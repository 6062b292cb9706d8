/* From the bytes of a form to UTF-8. libxml2 sees UTF-8 only and never opens an encoding. */
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
 * The document's own declaration must be true of the bytes: what says UTF-8 and is not, or has a byte order mark and says
 * something else, is ill-formed (XML 1.0, 4.3.3) and refused. Only where `mime` (may be NULL) names the encoding the bytes are in,
 * mail changed it on its way, and the declaration is not believed (RFC 7303, 3). Without declaration and `mime` it is UTF-8, or GB
 * when the bytes can be nothing else. Returns UTF-8 without byte order mark, NUL after `*length` bytes, for g_free(); NULL when no
 * reading is sure, or the text holds U+0000. Linear. */
char *charset_read_xml(struct charset *charset, const char *bytes, gsize size, const char *mime, gsize *length);

#endif
