/* Bytes of mail in a character set that may be mislabelled, as UTF-8 text (mail.md 6). */
#ifndef MAILFLOW_ENCODING_H
#define MAILFLOW_ENCODING_H

#include <glib.h>

/* Open every character set that mail uses and keep it open: afterwards nothing is loaded from a file. Once per process; later
 * calls do nothing. */
void encoding_start(void);

/* Decode `bytes`. `label` is the MIME charset or NULL. The label wins where the bytes fit it; bytes that are plainly UTF-8, GB
 * 18030 or Big5 win over a wrong
 * label; what fits nothing becomes U+FFFD. The result is valid UTF-8 without NUL and without other control characters than tab
 * and line feed (CR LF and CR
 * become line feed). Linear time. Caller frees. */
char *encoding_text(const char *bytes, gsize size, const char *label);

#endif
