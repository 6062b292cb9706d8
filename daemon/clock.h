/* Time: the only place that asks what time it is. */
#ifndef DAEMON_CLOCK_H
#define DAEMON_CLOCK_H

#include <glib.h>

#define CLOCK_SECOND G_GINT64_CONSTANT(1000)
#define CLOCK_DAY (24 * 60 * 60 * CLOCK_SECOND)

/* Milliseconds since 1970-01-01 UTC. */
gint64 clock_now(void);
/* Milliseconds of a clock that never jumps, for time-outs. */
gint64 clock_steady(void);
/* The civil date in Asia/Shanghai (UTC+8 all year, GB/T 7408), of now or of `at` (milliseconds since 1970). */
void clock_today(GDate *date);
void clock_date(gint64 at, GDate *date);
/* "2026-03-01T08:00:00.123Z" of `at`. The caller frees. */
char *clock_stamp(gint64 at);

#endif
