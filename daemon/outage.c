#include "daemon/outage.h"

#include "daemon/log.h"

#define PAUSE_FIRST_MS 500
#define PAUSE_MOST_MS 60000

void outage_note(struct outage *outage, GError *error, gint64 now)
{
    gint64 pause = MIN((gint64)PAUSE_FIRST_MS << MIN(outage->tries, 7), PAUSE_MOST_MS);

    if (!outage->away)
        log_line(LOG_LEVEL_WARNING, "the %s is away, trying again until it is back: %s", outage->name,
                 error ? error->message : "no answer");
    g_clear_error(&error);
    outage->away = TRUE;
    outage->tries++;
    outage->until = now + pause;
}

void outage_over(struct outage *outage)
{
    if (outage->away)
        log_line(LOG_LEVEL_INFO, "the %s is back", outage->name);
    outage->away = FALSE;
    outage->tries = 0;
    outage->until = 0;
}

gboolean outage_pauses(const struct outage *outage, gint64 now)
{
    return outage->until > now && outage->until - now <= PAUSE_MOST_MS; /* the clock may have been set back */
}
