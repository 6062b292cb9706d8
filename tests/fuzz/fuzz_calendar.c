/* The file of holidays. Whatever it says, a reminder comes some day. */
#include "mailflow/calendar.h"
#include "tests/fuzz/fuzz.h"

#define FROM 1778034030000 /* 6 May 2026 */
#define DAY_MS 86400000

int LLVMFuzzerInitialize(int *argc G_GNUC_UNUSED, char ***argv G_GNUC_UNUSED)
{
    return 0;
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL;
    struct calendar *calendar = calendar_read(text, &error);

    g_assert_true((calendar == NULL) == (error != NULL));
    g_assert_cmpint(calendar_after(calendar, FROM, 0), ==, FROM);
    for (guint days = 1; days <= 30; days++) {
        gint64 at = calendar_after(calendar, FROM, days);
        g_assert_cmpint(at, >, calendar_after(calendar, FROM, days - 1));
        g_assert_cmpint((at - FROM) % DAY_MS, ==, 0);
    }
    calendar_free(calendar);
    return 0;
}
