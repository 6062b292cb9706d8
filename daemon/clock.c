#include "daemon/clock.h"

#define SHANGHAI (8 * 60 * 60 * CLOCK_SECOND)

gint64 clock_now(void)
{
    return g_get_real_time() / 1000;
}

gint64 clock_steady(void)
{
    return g_get_monotonic_time() / 1000;
}

void clock_today(GDate *date)
{
    clock_date(clock_now(), date);
}

void clock_date(gint64 at, GDate *date)
{
    gint64 local = at + SHANGHAI;
    gint64 days = local / CLOCK_DAY - (local % CLOCK_DAY < 0);
    g_date_clear(date, 1);
    g_date_set_dmy(date, 1, G_DATE_JANUARY, 1970);
    if (days >= 0)
        g_date_add_days(date, (guint)days);
    else
        g_date_subtract_days(date, (guint)-days);
}

char *clock_stamp(gint64 at)
{
    gint64 seconds = at / CLOCK_SECOND - (at % CLOCK_SECOND < 0);
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(seconds);
    g_autofree char *day = g_date_time_format(time, "%Y-%m-%dT%H:%M:%S");
    return g_strdup_printf("%s.%03dZ", day, (int)(at - seconds * CLOCK_SECOND));
}
