/* The daily list: whether it comes, on what days and at what hour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/scenario/desk.h"
#include "tests/scenario/story.h"

static void test_it_is_off_unless_the_site_says_so(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    scene_forward(scene, 5);
    assert_int_equal(scene_mails(scene, "NL", NULL), 0);
    leave(scene, id);
}

static void test_it_comes_once_a_working_day(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    static const guint wanted[] = {2, 3, 3, 3, 4}; /* Thursday to Monday; Wednesday's came at once */
    (void)state;

    scene->site.policy.list_daily = TRUE;
    scene->site.policy.list_hour = 8;
    scene_deliver(scene);
    scene_deliver(scene);
    assert_int_equal(scene_mails(scene, "NL", JINAN_1), 1);
    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
        scene_forward(scene, 1);
        assert_int_equal(scene_mails(scene, "NL", JINAN_1), wanted[i]);
    }
    leave(scene, id);
}

static void test_it_keeps_holidays_and_waits_for_its_hour(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    struct calendar *calendar = calendar_read("2026-05-07 off\n2026-05-09 work\n", NULL);
    static const guint wanted[] = {0, 1, 2, 2};
    (void)state;

    scene->site.policy.list_daily = TRUE;
    scene->site.policy.list_hour = 11; /* it is ten o'clock */
    scene_deliver(scene);
    assert_int_equal(scene_mails(scene, "NL", NULL), 0);
    scene->site.policy.list_hour = 10;
    scene->site.policy.calendar = calendar;
    scene->now -= 60 * 60 * 1000;
    scene_deliver(scene);
    scene->now += 60 * 60 * 1000;
    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
        scene_forward(scene, 1);
        assert_int_equal(scene_mails(scene, "NL", JINAN_1), wanted[i]);
    }
    leave(scene, id);
    calendar_free(calendar);
}

static void test_nothing_waits_nothing_comes(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", REJECT);
    scene->site.policy.list_daily = TRUE;
    scene_forward(scene, 3);
    assert_int_equal(scene_mails(scene, "NL", NULL), 0);
    leave(scene, id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_off_unless_the_site_says_so),
        cmocka_unit_test(test_it_comes_once_a_working_day),
        cmocka_unit_test(test_it_keeps_holidays_and_waits_for_its_hour),
        cmocka_unit_test(test_nothing_waits_nothing_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
