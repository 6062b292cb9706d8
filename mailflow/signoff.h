/* What people write under their words: thanks, a name, an office, a telephone number, a date. It is no part of a reason. */
#ifndef MAILFLOW_SIGNOFF_H
#define MAILFLOW_SIGNOFF_H

#include <glib.h>

/* Whether a line is an office, a date or contact data and judges nothing: the last lines of a Chinese letter. */
gboolean signoff_is_block(const char *line);

/* Whether a line is two to four ideographs that judge nothing: above an office or a date that is a name. */
gboolean signoff_is_name(const char *line);

/* How many bytes of the text (UTF-8, `length` bytes) stand before such lines at its end; a name counts where thanks, an empty line or its surname tell it from
 * words. The first line always stands before them, but for a name alone where `bare` says that nothing introduces the text. */
gsize signoff_start(const char *text, gsize length, gboolean bare);

#endif
