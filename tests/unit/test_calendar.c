/* Reminders count in working days. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "mailflow/calendar.h"

/* 2026-09-30 is a Wednesday, noon in Shanghai is 04:00 UTC. */
#define WEDNESDAY_NOON 1790740800000LL
#define DAY 86400000LL

static void test_weekends_are_passed_over(void **state)
{
    (void)state;
    assert_true(calendar_after(NULL, WEDNESDAY_NOON, 2) == WEDNESDAY_NOON + 2 * DAY);
    assert_true(calendar_after(NULL, WEDNESDAY_NOON, 3) == WEDNESDAY_NOON + 5 * DAY);
    assert_true(calendar_after(NULL, WEDNESDAY_NOON, 5) == WEDNESDAY_NOON + 7 * DAY);
}

static void test_holidays_and_days_worked_instead(void **state)
{
    g_autoptr(GError) error = NULL;
    struct calendar *calendar =
        calendar_read("# national day\n2026-10-01 off\n2026-10-02 off # Friday\n\n2026-10-03 work\n", &error);

    (void)state;
    assert_non_null(calendar);
    assert_true(calendar_after(calendar, WEDNESDAY_NOON, 1) == WEDNESDAY_NOON + 3 * DAY);
    assert_true(calendar_after(calendar, WEDNESDAY_NOON, 2) == WEDNESDAY_NOON + 5 * DAY);
    calendar_free(calendar);
}

static void test_a_late_evening_in_utc_is_the_next_day_in_shanghai(void **state)
{
    gint64 friday_night = WEDNESDAY_NOON + 1 * DAY + 13 * 3600000LL; /* Thursday 17:00 UTC is Friday 01:00 there */

    (void)state;
    assert_true(calendar_after(NULL, friday_night, 1) == friday_night + 3 * DAY);
}

static void test_other_lines_are_named(void **state)
{
    static const char *const wrong[] = {"2026-10-01 free", "2026-02-30 off", "tomorrow off", "2026-10-01"};

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = g_strdup_printf("2026-10-01 off\n%s\n", wrong[i]);
        assert_null(calendar_read(text, &error));
        assert_non_null(strstr(error->message, "line 2"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weekends_are_passed_over),
        cmocka_unit_test(test_holidays_and_days_worked_instead),
        cmocka_unit_test(test_a_late_evening_in_utc_is_the_next_day_in_shanghai),
        cmocka_unit_test(test_other_lines_are_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
