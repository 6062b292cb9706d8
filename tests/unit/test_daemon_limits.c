/* Answers are counted in the state file: across restarts, and no longer than they count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "daemon/store.h"

#define NOW 1778032800000LL
#define DAY 86400000LL

struct answering { /* a state file and the number of the next answer */
    char *directory, *path;
    guint number;
};

static int set_up(void **state)
{
    struct answering *answering = g_new0(struct answering, 1);

    answering->directory = g_dir_make_tmp("limits-XXXXXX", NULL);
    answering->path = g_build_filename(answering->directory, "state.sqlite", NULL);
    *state = answering;
    return answering->directory ? 0 : -1;
}

static int tear_down(void **state)
{
    struct answering *answering = *state;

    g_remove(answering->path);
    g_rmdir(answering->directory);
    g_free(answering->path);
    g_free(answering->directory);
    g_free(answering);
    return 0;
}

/* One answer, by a daemon that starts for it and ends. How many mails wait in the outbox then. */
static guint answer(struct answering *answering, gint64 now, guint narrow, guint wide)
{
    g_autoptr(GError) error = NULL;
    struct store *store = store_open(answering->path, &error);
    g_autoptr(GPtrArray) plans = plan_list();
    struct plan *plan = plan_new("asked", NULL);
    struct plan_mail *mail = g_new0(struct plan_mail, 1);

    assert_non_null(store);
    mail->effect = g_strdup_printf("NX/%u", answering->number++);
    mail->code = g_strdup("NX");
    mail->recipient = g_strdup("somebody@example.com");
    g_ptr_array_add(plan->mails, mail);
    plan_limit(plan, narrow, now + 2 * DAY, "narrow");
    plan_limit(plan, wide, now + DAY, "wide");
    g_ptr_array_add(plans, plan);
    store_begin(store);
    store_carry(store, plans, now);
    assert_true(store_commit(store, &error));
    g_autoptr(GPtrArray) rows = store_outbox(store, NULL, NULL, 100);
    store_close(store);
    return rows->len;
}

static void test_a_restart_forgets_no_count(void **state)
{
    assert_int_equal(answer(*state, NOW, 2, 100), 1);
    assert_int_equal(answer(*state, NOW + 1, 2, 100), 2);
    assert_int_equal(answer(*state, NOW + 2, 2, 100), 2);
    assert_int_equal(answer(*state, NOW + 3, 2, 100), 2);
}

static void test_every_limit_counts(void **state)
{
    assert_int_equal(answer(*state, NOW, 100, 1), 1);
    assert_int_equal(answer(*state, NOW + 1, 100, 1), 1);
}

static void test_what_a_narrow_limit_drops_uses_up_no_wide_one(void **state)
{
    for (guint i = 0; i < 5; i++)
        assert_int_equal(answer(*state, NOW, 1, 2), 1);
    assert_int_equal(answer(*state, NOW, 100, 2), 2);
    assert_int_equal(answer(*state, NOW, 100, 2), 2);
}

static void test_a_count_is_forgotten_in_time(void **state)
{
    assert_int_equal(answer(*state, NOW, 1, 100), 1);
    assert_int_equal(answer(*state, NOW + 2 * DAY, 1, 100), 1);
    assert_int_equal(answer(*state, NOW + 2 * DAY + 1, 1, 100), 2);
}

static guint counted(const struct answering *answering, const char *key)
{
    g_autoptr(GError) error = NULL;
    struct store *store = store_open(answering->path, &error);
    struct records records;

    assert_non_null(store);
    store_records(store, &records);
    guint times = records.counted(records.context, key);
    store_close(store);
    return times;
}

static void test_a_count_can_be_asked(void **state)
{
    assert_int_equal(counted(*state, "narrow"), 0);
    for (guint i = 0; i < 3; i++)
        answer(*state, NOW + i, 2, 100);
    assert_int_equal(counted(*state, "narrow"), 2);
    assert_int_equal(counted(*state, "wide"), 2);
    assert_int_equal(counted(*state, "another"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_restart_forgets_no_count, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_every_limit_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_a_narrow_limit_drops_uses_up_no_wide_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_count_is_forgotten_in_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_count_can_be_asked, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
