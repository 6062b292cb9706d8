/* Decisions that wait, at their hour: what becomes of them when the world has moved on, or the daemon was not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "tests/scenario/desk.h"
#include "tests/scenario/story.h"

#define E1_MAIL "e1@example.com"

static void test_the_applicants_withdrawal_wins(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T1", NULL);

    open_window(scene);
    scene_reply(scene, JINAN_1, "N2", STORY_APPROVE);
    story_withdraw(scene, "T1", id);
    assert_string_equal(scene_state(scene, id), "withdrawn");
    assert_non_null(scene_mail(scene, "N7", JINAN_1));
    pass_minutes(scene, 2 * WINDOW);
    assert_string_equal(scene_state(scene, id), "withdrawn");
    assert_false(is_held(scene, id));
    assert_int_equal(scene_audited(scene, id, "approve", NULL), 0);
    scene_free(scene);
}

static void test_facts_are_asked_again_at_the_hour(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", APPROVE);
    tree_drop(scene->tree, REVIEWERS("370100"), ATTRIBUTE_MEMBER, JINAN_1_DN);
    pass_minutes(scene, WINDOW);
    assert_waits(scene, id);
    assert_false(is_held(scene, id));
    assert_true(scene_told(scene, "NH", JINAN_1, "没有生效"));
    assert_true(scene_told(scene, "NH", JINAN_1, "不是该主管部门"));
    assert_int_equal(scene_audited(scene, id, "lapsed", NULL), 1);
    assert_true(scene_told(scene, "N8", JINAN_2, "济南审核甲的决定没有生效")); /* who was told that it was decided */
    assert_null(scene_mail(scene, "N8", JINAN_1));
    scene_reply(scene, JINAN_2, "N2", APPROVE);
    pass_minutes(scene, WINDOW);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

static void test_a_reviewer_who_has_gone_decides_nothing(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", REJECT);
    tree_delete(scene->tree, JINAN_1_DN);
    pass_minutes(scene, WINDOW);
    assert_waits(scene, id);
    assert_false(is_held(scene, id));
    assert_true(scene_told(scene, "NH", JINAN_1, "没有生效"));
    leave(scene, id);
}

static void test_who_becomes_involved_meanwhile_is_not_heard(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", APPROVE);
    tree_set(scene->tree, JINAN_1_DN, ATTRIBUTE_MOBILE, "13800000044");
    pass_minutes(scene, WINDOW);
    assert_waits(scene, id);
    assert_true(scene_told(scene, "NH", JINAN_1, "利害关系"));
    leave(scene, id);
}

static void test_facts_that_have_gone_end_the_request(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", APPROVE);
    tree_add(scene->tree, "csCreditCode=91370102PDY0004660,ou=archive," SCENE_SUFFIX, ATTRIBUTE_OBJECT_CLASS, CLASS_ENTERPRISE,
             ATTRIBUTE_CREDIT_CODE, "91370102PDY0004660", NULL);
    pass_minutes(scene, WINDOW);
    assert_string_equal(scene_state(scene, id), "void");
    assert_non_null(scene_mail(scene, "N6v", NEW));
    leave(scene, id);
}

/* The receiving enterprise is closed for now (7.2): applicant and reviewer hear that it waits. */
static void test_facts_that_hold_it_up_let_it_wait(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", NULL);
    g_autofree char *reviewer = story_reviewer(scene, id);

    open_window(scene);
    scene_reply(scene, reviewer, "N2", STORY_APPROVE);
    tree_set(scene->tree, E2, ATTRIBUTE_ACCOUNT_STATUS, "disabled");
    pass_minutes(scene, WINDOW);
    assert_string_equal(scene_state(scene, id), "cityReview");
    assert_non_null(scene_mail(scene, "N3w", E1_MAIL));
    assert_true(scene_told(scene, "N2", reviewer, "没有生效"));
    tree_set(scene->tree, E2, ATTRIBUTE_ACCOUNT_STATUS, "active");
    scene_reply(scene, reviewer, "N2", STORY_APPROVE);
    pass_minutes(scene, WINDOW);
    assert_string_equal(scene_state(scene, id), "provinceReview");
    scene_free(scene);
}

static void test_nobody_is_reminded_of_what_is_decided(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    scene->site.policy.undo_minutes = 9 * 24 * 60;
    scene->site.policy.expire_days = 8;
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    scene_forward(scene, 8);
    assert_waits(scene, id);
    assert_null(scene_mail(scene, "N8", NULL));
    scene_reply(scene, JINAN_1, "NH", "撤回");
    scene_forward(scene, 2); /* the reminders come after all */
    assert_non_null(scene_mail(scene, "N8", JINAN_2));
    leave(scene, id);
}

/* A daemon that was away for weeks carries out what had been decided before, and rings no bell of a stage that is over. */
static void test_what_was_decided_before_a_long_absence_comes_first(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T1", NULL);

    open_window(scene);
    scene_reply(scene, JINAN_1, "N2", STORY_APPROVE);
    pass_minutes(scene, 21 * 24 * 60);
    assert_string_equal(scene_state(scene, id), "provinceReview");
    assert_null(scene_mail(scene, "N8", NULL));
    assert_int_equal(scene_mails(scene, "N4", "province-1@example.com"), 1);
    scene_free(scene);
}

/* What was not committed has not happened: neither the decision, nor taking it back, nor its hour. */
static void test_a_crash_neither_loses_nor_doubles_it(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    struct mail mail = *scene_mail(scene, "N2", JINAN_1);
    g_autoptr(GError) error = NULL;
    static const char *const words[] = {APPROVE, "撤回"};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        scene->batch = TRUE;
        store_begin(scene->site.store);
        scene_answer(scene, &mail, JINAN_1, words[i]);
        assert_int_equal(is_held(scene, id), i == 0);
        store_rollback(scene->site.store);
        scene->batch = FALSE;
        assert_int_equal(is_held(scene, id), i == 1);
        if (i == 0)
            scene_reply(scene, JINAN_1, "N2", words[i]);
    }
    scene->now = scene->site.mind.now += WINDOW * MINUTE;
    store_begin(scene->site.store);
    assert_int_equal(round_timers(&scene->site, scene->lines, &error), 1);
    assert_false(is_held(scene, id));
    store_rollback(scene->site.store);
    assert_true(is_held(scene, id));
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, id), "done");
    assert_int_equal(scene_audited(scene, id, "approve", NULL), 1);
    assert_int_equal(scene_mails(scene, "N5", NEW), 1);
    leave(scene, id);
}

/* The receiving enterprise moves while its city's decision waits (7.4): the new city decides. */
static void test_what_goes_to_another_authority_is_decided_there(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", NULL);
    g_autofree char *reviewer = story_reviewer(scene, id);

    open_window(scene);
    scene_reply(scene, reviewer, "N2", STORY_APPROVE);
    scene->site.policy.undo_minutes = 0;
    story_move(scene, E2, "370600");
    assert_false(is_held(scene, id));
    assert_non_null(scene_mail(scene, "N10", reviewer));
    pass_minutes(scene, 2 * WINDOW);
    assert_string_equal(scene_state(scene, id), "cityReview");
    g_autofree char *division = story_division(scene, id);
    assert_string_equal(division, "370600");
    story_approve_all(scene, id);
    assert_string_equal(scene_state(scene, id), "done");
    scene_free(scene);
}

static void test_the_directory_being_away_puts_it_off(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", APPROVE);
    scene_directory_down(scene, TRUE);
    scene->now = scene->site.mind.now += 2 * WINDOW * MINUTE;
    g_autoptr(GError) error = NULL;
    store_begin(scene->site.store);
    assert_int_equal(round_timers(&scene->site, scene->lines, &error), -1);
    assert_true(store_commit(scene->site.store, NULL));
    assert_true(is_held(scene, id));
    scene_directory_down(scene, FALSE);
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_applicants_withdrawal_wins),
        cmocka_unit_test(test_facts_are_asked_again_at_the_hour),
        cmocka_unit_test(test_a_reviewer_who_has_gone_decides_nothing),
        cmocka_unit_test(test_who_becomes_involved_meanwhile_is_not_heard),
        cmocka_unit_test(test_facts_that_have_gone_end_the_request),
        cmocka_unit_test(test_facts_that_hold_it_up_let_it_wait),
        cmocka_unit_test(test_nobody_is_reminded_of_what_is_decided),
        cmocka_unit_test(test_what_was_decided_before_a_long_absence_comes_first),
        cmocka_unit_test(test_a_crash_neither_loses_nor_doubles_it),
        cmocka_unit_test(test_what_goes_to_another_authority_is_decided_there),
        cmocka_unit_test(test_the_directory_being_away_puts_it_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
