/* Daily lists when more waits than one holds, and when the clock was wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/query.h"
#include "ldap-schema/names.h"
#include "mailflow/limits.h"
#include "tests/scenario/desk.h"

#define DAY_MS 86400000LL
#define MORE "还有更多申请未列入本清单"

static void run(struct scene *scene, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void run(struct scene *scene, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *sql = g_strdup_vprintf(format, arguments);
    va_end(arguments);

    assert_int_equal(sqlite3_exec(scene->site.store->queries.database, sql, NULL, NULL, NULL), SQLITE_OK);
}

/* That many requests wait, alike but for their number. */
static struct scene *crowd(guint count, char **id)
{
    struct scene *scene = waiting(id);

    for (guint i = 1; i < count; i++)
        run(scene,
            "CREATE TEMP TABLE one AS SELECT * FROM request WHERE id = '%s'; UPDATE one SET id = 'T5-2025-%06u';"
            "INSERT INTO request SELECT * FROM one; DROP TABLE one;"
            "CREATE TEMP TABLE one AS SELECT * FROM step WHERE request = '%s'; UPDATE one SET request = 'T5-2025-%06u';"
            "INSERT INTO step SELECT * FROM one; DROP TABLE one;",
            *id, i, *id, i);
    return scene;
}

static void switch_on(struct scene *scene)
{
    scene->site.policy.list_daily = TRUE;
    scene->site.policy.list_hour = 8;
    scene_deliver(scene);
}

static void test_what_a_list_holds_needs_no_note(void **state)
{
    char *id;
    struct scene *scene = crowd(LIMIT_BALLOT_NUMBER, &id);
    (void)state;

    switch_on(scene);
    assert_true(scene_told(scene, "NL", JINAN_1, "共 200 项"));
    assert_false(scene_told(scene, "NL", JINAN_1, MORE));
    leave(scene, id);
}

static void test_one_more_than_a_list_holds_is_noted(void **state)
{
    char *id;
    struct scene *scene = crowd(LIMIT_BALLOT_NUMBER + 1, &id);
    (void)state;

    switch_on(scene);
    assert_true(scene_told(scene, "NL", JINAN_1, "共 200 项"));
    assert_true(scene_told(scene, "NL", JINAN_1, MORE));
    leave(scene, id);
}

/* What is looked through for a list has an end: behind it something may wait for whom most of it does not. */
static void test_a_short_list_of_a_long_queue_is_noted_too(void **state)
{
    char *id;
    struct scene *scene = crowd(LIMIT_BALLOT_NUMBER + 20, &id);
    (void)state;

    run(scene,
        "INSERT INTO delegation SELECT id, 1, '%s', '%s', '济南审核乙', 0 FROM request ORDER BY submitted, id LIMIT 150; "
        "DELETE FROM token WHERE person = '%s'",
        JINAN_1_DN, REVIEWER("city-jinan-2", "370100"), JINAN_1_DN);
    switch_on(scene);
    assert_non_null(scene_mail(scene, "NL", JINAN_1));
    assert_false(scene_told(scene, "NL", JINAN_1, "共 200 项"));
    assert_true(scene_told(scene, "NL", JINAN_1, MORE));
    leave(scene, id);
}

/* The clock runs ahead over midnight and is set right: nobody gets a second list of a day, and nobody goes without because others have theirs. */
static void test_the_clock_is_set_back_over_midnight(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    switch_on(scene); /* Wednesday, ten o'clock */
    assert_int_equal(scene_mails(scene, "NL", JINAN_1), 1);
    scene->now += DAY_MS;
    scene_deliver(scene);
    assert_int_equal(scene_mails(scene, "NL", JINAN_1), 2);
    scene->now -= DAY_MS;
    add_colleague(scene);
    scene_deliver(scene);
    assert_int_equal(scene_mails(scene, "NL", JINAN_1), 2);
    assert_int_equal(scene_mails(scene, "NL", COLLEAGUE), 1);
    scene->now += DAY_MS; /* Thursday, in truth */
    scene_deliver(scene);
    assert_int_equal(scene_mails(scene, "NL", JINAN_1), 2);
    assert_int_equal(scene_mails(scene, "NL", COLLEAGUE), 2);
    scene_reply(scene, JINAN_1, "NL", "1 同意 留档编号：7");
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_list_holds_needs_no_note),
        cmocka_unit_test(test_one_more_than_a_list_holds_is_noted),
        cmocka_unit_test(test_a_short_list_of_a_long_queue_is_noted_too),
        cmocka_unit_test(test_the_clock_is_set_back_over_midnight),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
