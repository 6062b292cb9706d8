/* Something of the world that is away: said once, tried again with growing pauses, said once when it is back. */
#ifndef DAEMON_OUTAGE_H
#define DAEMON_OUTAGE_H

#include <glib.h>

struct outage {
    const char *name; /* "directory" */
    gboolean away;
    guint tries;
    gint64 until; /* not before this, milliseconds since 1970 */
};

/* It failed with `error` (freed here): the first time a log line, each time a longer pause, half a second to a minute. */
void outage_note(struct outage *outage, GError *error, gint64 now);
/* It answered. */
void outage_over(struct outage *outage);
/* Whether to leave it alone for now. */
gboolean outage_pauses(const struct outage *outage, gint64 now);

#endif
