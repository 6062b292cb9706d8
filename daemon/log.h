/* The log: one line per event, to journald when standard error leads there (sd-daemon(3) priority prefixes), else to standard error with a UTC time stamp.
 *
 * Every line passes text_one_line() and text_mask_all(): what strangers write can break no line and identity numbers do not appear. */
#ifndef DAEMON_LOG_H
#define DAEMON_LOG_H

#include <glib.h>

/* Warning: somebody should look at it. Error: something does not work until somebody has. */
enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Name the process ("desk") in its lines and set the least important level that is written. Before that: "countersign", LOG_LEVEL_INFO. */
void log_open(const char *role, enum log_level level);
/* Also the level of what follows, after the configuration was read. */
void log_line(enum log_level level, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
