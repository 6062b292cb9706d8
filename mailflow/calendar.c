#include "mailflow/calendar.h"

#include <stdio.h>
#include <string.h>

#define DAY_MS 86400000LL
#define SHANGHAI_MS (8 * 60 * 60 * 1000LL)
#define JULIAN_1970 719163 /* GDate counts days from 0001-01-01 */

struct calendar {
    GHashTable *exceptions; /* Julian day -> 1 off, 2 work */
};

static gboolean read_line(struct calendar *calendar, const char *line)
{
    unsigned year, month, day;
    char word[5] = "";

    if (sscanf(line, "%4u-%2u-%2u %4s", &year, &month, &day, word) != 4 ||
        !g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year))
        return FALSE;
    if (!g_str_equal(word, "off") && !g_str_equal(word, "work"))
        return FALSE;
    g_autoptr(GDate) date = g_date_new_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year);
    g_hash_table_insert(calendar->exceptions, GUINT_TO_POINTER(g_date_get_julian(date)),
                        GUINT_TO_POINTER(word[0] == 'o' ? 1u : 2u));
    return TRUE;
}

struct calendar *calendar_read(const char *text, GError **error)
{
    struct calendar *calendar = g_new0(struct calendar, 1);
    g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);

    calendar->exceptions = g_hash_table_new(NULL, NULL);
    for (guint i = 0; lines[i]; i++) {
        char *comment = strchr(lines[i], '#');
        if (comment)
            *comment = '\0';
        if (!*g_strstrip(lines[i]) || read_line(calendar, lines[i]))
            continue;
        g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT,
                    "line %u is neither \"YYYY-MM-DD off\" nor \"YYYY-MM-DD work\"", i + 1);
        calendar_free(calendar);
        return NULL;
    }
    return calendar;
}

void calendar_free(struct calendar *calendar)
{
    if (!calendar)
        return;
    g_hash_table_unref(calendar->exceptions);
    g_free(calendar);
}

gboolean calendar_works(const struct calendar *calendar, gint64 at)
{
    g_autoptr(GDate) day = g_date_new_julian((guint32)((at + SHANGHAI_MS) / DAY_MS) + JULIAN_1970);
    guint exception =
        calendar ? GPOINTER_TO_UINT(g_hash_table_lookup(calendar->exceptions, GUINT_TO_POINTER(g_date_get_julian(day)))) : 0;

    return exception ? exception == 2 : g_date_get_weekday(day) <= G_DATE_FRIDAY;
}

gint64 calendar_after(const struct calendar *calendar, gint64 from, guint days)
{
    gint64 at = from;

    for (guint passed = 0; passed < days;) {
        at += DAY_MS;
        passed += calendar_works(calendar, at) ? 1 : 0;
    }
    return at;
}
