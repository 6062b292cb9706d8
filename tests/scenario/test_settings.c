/* What the site decides (domain.md 10), each setting in both positions; and what becomes of requests that were there when it was changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "mailflow/calendar.h"
#include "tests/scenario/story.h"

#define E1_MAIL "e1@example.com"
#define JINAN "city-jinan-1@example.com"

/* 1: table 4 behind a switch. */
static void test_corrections_are_switched_on_or_off(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *on = scene_form(scene, "T4", NULL);

    assert_string_equal(scene_state(scene, on), "cityReview");
    scene_choose(scene, "holder-info-correction", "off");
    story_refuse(scene, "T4", "NX", "holderName", "测试乙", "idNumber", "370299198812310024", NULL);
    assert_true(scene_told(scene, "NX", E1_MAIL, "不办理“持证人信息更正”"));
    story_refuse(scene, "T4", "NX", "reason", "错", NULL); /* there is nothing to correct */
    g_free(scene_form(scene, "P6", NULL));
    assert_true(scene_told(scene, "NS", E1_MAIL, on));
    story_approve_all(scene, on); /* what was there goes on */
    assert_string_equal(scene_state(scene, on), "done");
    scene_free(scene);
}

/* 5: enrolments reviewed by the city, or by nobody. */
static void test_enrolments_are_reviewed_or_not(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *reviewed = scene_form(scene, "P3", NULL);

    assert_string_equal(scene_state(scene, reviewed), "cityReview");
    scene_choose(scene, "enrolment-review", "none");
    g_autofree char *direct = scene_form(scene, "P3", "trainee[1]/idNumber", "370399199102030028", "trainee[1]/name", "测试辛",
                                         "trainee[1]/sex", "2", NULL);
    assert_string_equal(scene_state(scene, direct), "done");
    assert_non_null(tree_find(scene->tree, ATTRIBUTE_ID_NUMBER, "370399199102030028"));
    assert_non_null(scene_mail(scene, "N5", E1_MAIL));
    g_autofree char *education = scene_form(scene, "P4", NULL);
    assert_string_equal(scene_state(scene, education), "done");
    story_decide(scene, reviewed, "同意"); /* what was there goes on */
    assert_string_equal(scene_state(scene, reviewed), "done");
    scene_free(scene);
}

/* 11: no expiry, or one. */
static void test_nothing_expires_unless_the_site_says_so(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T1", NULL);

    scene_forward(scene, 200);
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_free(scene);
}

static void test_an_undecided_request_expires_where_the_site_says_so(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    scene->site.policy.expire_days = 30;
    g_autofree char *id = scene_form(scene, "T2E", NULL);

    scene_forward(scene, 20);
    story_decide(scene, id, STORY_APPROVE); /* each stage has its own time */
    scene_forward(scene, 29);
    assert_string_equal(scene_state(scene, id), "provinceReview");
    scene_forward(scene, 1);
    assert_string_equal(scene_state(scene, id), "expired");
    assert_non_null(scene_mail(scene, "N6x", E1_MAIL));
    assert_non_null(scene_mail(scene, "N6x", "e2@example.com"));
    assert_non_null(scene_mail(scene, "N6x", "city-qingdao-1@example.com"));
    g_autofree char *again = scene_form(scene, "T2E", "head/previousRequestId", id, NULL);
    assert_string_equal(scene_state(scene, again), "cityReview");
    scene_free(scene);
}

/* 13: posts and periods open or closed. */
static void test_enrolment_for_a_post_is_open_or_closed(void **state)
{
    static const char *const closed[] = {"030", NULL};
    struct scene *scene = scene_new();
    (void)state;

    scene->site.policy.closed_posts = closed;
    story_refuse(scene, "P3", "E-POST", "trainee[1]/postCode[1]", "030", NULL);
    scene->site.policy.closed_posts = NULL;
    g_autofree char *id = scene_form(scene, "P3", "trainee[1]/postCode[1]", "030", NULL);
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_free(scene);
}

static void test_a_period_is_named_where_periods_are_listed(void **state)
{
    static const char *const open[] = {"2026-1", NULL};
    struct scene *scene = scene_new();
    (void)state;

    scene->site.policy.open_periods = open;
    story_refuse(scene, "P3", "E-REQ", NULL);
    story_refuse(scene, "P3", "E-", "periodId", "2025-9", NULL);
    g_autofree char *id = scene_form(scene, "P3", "periodId", "2026-1", NULL);
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_free(scene);
}

/* Reminders (N8): every five working days; after three the province and the operator. */
static void test_reviewers_are_reminded_in_working_days(void **state)
{
    struct scene *scene = scene_new(); /* Wednesday 6 May 2026 */
    (void)state;
    g_autofree char *id = scene_form(scene, "T1", NULL);

    scene_forward(scene, 6);
    assert_int_equal(scene_mails(scene, "N8", JINAN), 0);
    scene_forward(scene, 1); /* Wednesday 13 */
    assert_int_equal(scene_mails(scene, "N8", JINAN), 1);
    assert_int_equal(scene_mails(scene, "N8", "city-jinan-2@example.com"), 1);
    assert_null(scene_mail(scene, "N8", "province-1@example.com"));
    scene_forward(scene, 7);
    assert_int_equal(scene_mails(scene, "N8", JINAN), 2);
    assert_null(scene_mail(scene, "N11", NULL));
    scene_forward(scene, 7);
    assert_int_equal(scene_mails(scene, "N8", JINAN), 3);
    assert_non_null(scene_mail(scene, "N11", "province-1@example.com"));
    assert_non_null(scene_mail(scene, "N11", SCENE_OPERATOR));
    assert_string_equal(scene_state(scene, id), "cityReview"); /* */
    scene_reply(scene, JINAN, "N8", STORY_APPROVE);
    assert_string_equal(scene_state(scene, id), "provinceReview");
    scene_forget(scene);
    scene_forward(scene, 7);
    assert_non_null(scene_mail(scene, "N8", "province-1@example.com"));
    assert_null(scene_mail(scene, "N8", JINAN));
    scene_free(scene);
}

static void test_holidays_do_not_count(void **state)
{
    struct scene *scene = scene_new();
    struct calendar *calendar = calendar_read("2026-05-07 off\n2026-05-08 off\n2026-05-09 work\n", NULL);
    (void)state;

    scene->site.policy.calendar = calendar;
    g_autofree char *id = scene_form(scene, "T1", NULL);
    scene_forward(scene, 7);
    assert_int_equal(scene_mails(scene, "N8", JINAN), 0);
    scene_forward(scene, 1); /* Saturday 9, Monday 11 ... Thursday 14 */
    assert_int_equal(scene_mails(scene, "N8", JINAN), 1);
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_free(scene);
    calendar_free(calendar);
}

static void test_an_older_invitation_still_answers_after_a_reminder(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T1", NULL);

    scene_forward(scene, 8);
    assert_non_null(scene_mail(scene, "N8", JINAN));
    scene_reply(scene, JINAN, "N2", STORY_APPROVE);
    assert_string_equal(scene_state(scene, id), "provinceReview");
    scene_reply(scene, JINAN, "N8", STORY_APPROVE);
    assert_string_equal(scene_state(scene, id), "provinceReview");
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corrections_are_switched_on_or_off),
        cmocka_unit_test(test_enrolments_are_reviewed_or_not),
        cmocka_unit_test(test_nothing_expires_unless_the_site_says_so),
        cmocka_unit_test(test_an_undecided_request_expires_where_the_site_says_so),
        cmocka_unit_test(test_enrolment_for_a_post_is_open_or_closed),
        cmocka_unit_test(test_a_period_is_named_where_periods_are_listed),
        cmocka_unit_test(test_reviewers_are_reminded_in_working_days),
        cmocka_unit_test(test_holidays_do_not_count),
        cmocka_unit_test(test_an_older_invitation_still_answers_after_a_reminder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
