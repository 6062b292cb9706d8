#include "mailflow/mind.h"

#define SHANGHAI_MS (8 * 60 * 60 * 1000LL)

static GDateTime *shanghai(gint64 when)
{
    return g_date_time_new_from_unix_utc((when + SHANGHAI_MS) / 1000);
}

void mind_day(gint64 when, GDate *day)
{
    g_autoptr(GDateTime) local = shanghai(when);

    g_date_clear(day, 1);
    g_date_set_dmy(day, (GDateDay)g_date_time_get_day_of_month(local), g_date_time_get_month(local),
                   (GDateYear)g_date_time_get_year(local));
}

char *mind_clock(gint64 when)
{
    g_autoptr(GDateTime) local = shanghai(when);

    return when ? g_date_time_format(local, "%Y-%m-%d %H:%M") : NULL;
}

int mind_year(gint64 when)
{
    g_autoptr(GDateTime) local = shanghai(when);

    return g_date_time_get_year(local);
}
