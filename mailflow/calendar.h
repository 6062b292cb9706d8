/* Working days of the civil calendar in Asia/Shanghai: reminders count in them (domain.md 6.5). Monday to Friday work, unless the yearly notice of the State Council's
 * holidays, kept in a file by the site, says otherwise for a day. */
#ifndef MAILFLOW_CALENDAR_H
#define MAILFLOW_CALENDAR_H

#include <glib.h>

struct calendar;

/* From the text of a holiday file: a line "2026-10-01 off" or "2026-10-10 work" each, "#" begins a comment. NULL and `error` naming the line that is anything else.
 * NULL text: no exceptions. */
struct calendar *calendar_read(const char *text, GError **error);
void calendar_free(struct calendar *calendar);

/* Whether the day that `at` lies in is a working day. */
gboolean calendar_works(const struct calendar *calendar, gint64 at);

/* The time `days` working days after `from` (milliseconds since 1970, UTC), at the same time of day; on the next working day when it falls between.
 * `calendar` NULL: Monday to Friday. */
gint64 calendar_after(const struct calendar *calendar, gint64 from, guint days);

#endif
