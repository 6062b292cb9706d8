/* A rejection that closes the request, or returns it to its applicant for correction (domain.md 10, 7). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "tests/scenario/story.h"

#define E1_MAIL "e1@example.com"
#define E2_MAIL "e2@example.com"
#define QINGDAO "city-qingdao-1@example.com"
#define PROVINCE "province-1@example.com"
#define MOVED "csTraineeNumber=T-000001," E2

/* An employer change of H1 to Qingdao, which the province returns. Caller frees the id. */
static char *returned(struct scene *scene)
{
    scene_choose(scene, "rejection", "returns");
    char *id = scene_form(scene, "T2E", NULL);
    story_decide(scene, id, STORY_APPROVE);
    story_decide(scene, id, "不同意\n原因：劳动合同缺页");
    assert_string_equal(scene_state(scene, id), "returned");
    return id;
}

static void test_a_rejection_closes_unless_the_site_says_otherwise(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", NULL);

    story_decide(scene, id, STORY_REJECT);
    assert_string_equal(scene_state(scene, id), "rejected");
    assert_null(scene_mail(scene, "N6", E1_MAIL)->reply_to);
    scene_free(scene);
}

static void test_everybody_hears_that_it_is_returned(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = returned(scene);

    assert_string_equal(scene_state(scene, id), "returned");
    assert_true(scene_told(scene, "N2", QINGDAO, "退回"));
    assert_true(scene_told(scene, "N6r", E1_MAIL, "劳动合同缺页"));
    assert_true(scene_told(scene, "N6r", E1_MAIL, "2026-06-05")); /* thirty days */
    assert_true(scene_told(scene, "N6r", E2_MAIL, "测试甲"));
    assert_null(scene_mail(scene, "N6r", E2_MAIL)->reply_to);
    assert_null(scene_mail(scene, "N6r", QINGDAO)->reply_to);
    story_refuse(scene, "T1", "E-BUSY", NULL); /* the holder's matter is still open */
    assert_null(tree_entry(scene->tree, MOVED));
    scene_free(scene);
}

/* Only papers were missing: the same form again, from the first stage, decided by the same people. */
static void test_confirmed_it_is_reviewed_again_from_the_first_stage(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = returned(scene);

    scene_reply(scene, E1_MAIL, "N6r", "好的，马上补");
    assert_string_equal(scene_state(scene, id), "returned");
    assert_non_null(scene_mail(scene, "N9", E1_MAIL));
    scene_forget(scene);
    scene_reply(scene, E1_MAIL, "N6r", "确认");
    assert_string_equal(scene_state(scene, id), "cityReview");
    assert_true(scene_told(scene, "N2", QINGDAO, "待办理")); /* the province has yet to decide again */
    assert_null(strstr(scene_mail(scene, "N2", QINGDAO)->text, "已通过"));
    scene_reply(scene, QINGDAO, "N2", "同意");
    assert_string_equal(scene_state(scene, id), "cityReview"); /* archived again */
    scene_reply(scene, QINGDAO, "N2", "同意\n留档编号：二");
    assert_string_equal(scene_state(scene, id), "provinceReview");
    scene_reply(scene, PROVINCE, "N4", "同意");
    assert_string_equal(scene_state(scene, id), "done");
    assert_non_null(tree_entry(scene->tree, MOVED));
    scene_free(scene);
}

static void test_an_answer_to_the_first_round_decides_nothing_in_the_second(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = returned(scene);
    const struct mail *old = scene_mail(scene, "N2", "city-qingdao-2@example.com");

    scene_answer(scene, old, "city-qingdao-2@example.com", STORY_APPROVE);
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, id), "returned");
    scene_reply(scene, E1_MAIL, "N6r", "确认");
    scene_answer(scene, old, "city-qingdao-2@example.com", STORY_APPROVE);
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_free(scene);
}

/* Four eyes within a round: who decided the first stage does not decide the second. */
static void test_four_eyes_hold_within_a_round(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    scene_choose(scene, "rejection", "returns");
    g_autofree char *id = scene_form(scene, "T1", NULL);
    scene_reply(scene, "city-jinan-1@example.com", "N2", STORY_REJECT);
    scene_reply(scene, E1_MAIL, "N6r", "确认");
    scene_reply(scene, "city-and-province@example.com", "N2", STORY_APPROVE);
    assert_string_equal(scene_state(scene, id), "provinceReview");
    assert_null(scene_mail(scene, "N4", "city-and-province@example.com"));
    scene_free(scene);
}

/* The form has to change: a new one takes its place, with a new number and digest, and the reviewers see why. */
static void test_a_corrected_form_takes_its_place(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = returned(scene);

    scene_forget(scene);
    g_autofree char *corrected = scene_form(scene, "T2E", "head/previousRequestId", id, "reason", "工作调动，合同已补齐", NULL);
    assert_string_equal(scene_state(scene, id), "withdrawn");
    assert_string_equal(scene_state(scene, corrected), "cityReview");
    assert_true(scene_told(scene, "N2", QINGDAO, "劳动合同缺页"));
    assert_true(scene_told(scene, "N7", E2_MAIL, id));
    story_approve_all(scene, corrected);
    assert_string_equal(scene_state(scene, corrected), "done");
    scene_free(scene);
}

static void test_a_corrected_form_of_the_same_matter_needs_no_number(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = returned(scene);
    g_autofree char *corrected = scene_form(scene, "T2E", "reason", "工作调动，合同已补齐", NULL);

    assert_string_equal(scene_state(scene, id), "withdrawn");
    assert_string_equal(scene_state(scene, corrected), "cityReview");
    assert_true(scene_told(scene, "N2", QINGDAO, "劳动合同缺页"));
    scene_free(scene);
}

/* From: is forgeable: without proof a form ends no request that has been reviewed. */
static void test_an_unproved_form_does_not_take_its_place(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = returned(scene);

    scene->stamped = FALSE;
    g_autofree char *forged = scene_form(scene, "T2E", "head/previousRequestId", id, NULL);
    assert_null(forged);
    assert_string_equal(scene_state(scene, id), "returned");
    assert_true(scene_told(scene, "N0", E1_MAIL, "E-BUSY"));
    scene_reply(scene, E1_MAIL, "N6r", "确认"); /* the mail's token proves it */
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_free(scene);
}

/* A paper of the same employer change, put right. */
static struct paper *corrected_paper(const char *previous)
{
    struct paper *paper = paper_new("T2E");

    paper_put(paper, "head/previousRequestId", previous);
    paper_put(paper, "reason", "工作调动，合同已补齐");
    return paper;
}

/* The mail's token proves it as an answer in words is proved: nothing else has to be confirmed. */
static void test_a_corrected_form_in_answer_is_submitted(void **state)
{
    static const char *const quoted[] = {"", "T2-2026-000001"};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(quoted); i++) {
        struct scene *scene = scene_new();
        g_autofree char *id = returned(scene);
        struct paper *paper = corrected_paper(quoted[i]);
        scene->stamped = FALSE;
        scene_answer_form(scene, scene_mail(scene, "N6r", E1_MAIL), E2_MAIL, paper); /* somebody else has got hold of it */
        scene_deliver(scene);
        assert_string_equal(scene_state(scene, id), "returned");
        scene_answer_form(scene, scene_mail(scene, "N6r", E1_MAIL), E1_MAIL, paper);
        scene_deliver(scene);
        g_autofree char *corrected = scene_newest(scene);
        assert_string_equal(scene_state(scene, id), "withdrawn");
        assert_string_equal(scene_state(scene, corrected), "cityReview");
        assert_null(scene_mail(scene, "N1D", NULL));
        assert_true(scene_told(scene, "N2", QINGDAO, "劳动合同缺页"));
        assert_true(scene_told(scene, "N7", E1_MAIL, corrected));
        paper_free(paper);
        scene_free(scene);
    }
}

/* Where every form has to be confirmed, what was returned waits for that: a draft may lapse. */
static void test_what_was_returned_waits_until_the_corrected_form_is_confirmed(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = returned(scene);
    struct paper *paper = corrected_paper(id);

    scene->site.policy.confirm_always = TRUE;
    scene_answer_form(scene, scene_mail(scene, "N6r", E1_MAIL), E1_MAIL, paper);
    scene_deliver(scene);
    g_autofree char *lapsed = scene_newest(scene);
    assert_string_equal(scene_state(scene, lapsed), "draft");
    assert_string_equal(scene_state(scene, id), "returned");
    scene_forward(scene, 8);
    assert_string_equal(scene_state(scene, lapsed), "expired");
    assert_string_equal(scene_state(scene, id), "returned");
    scene_file(scene, paper);
    scene_deliver(scene);
    g_autofree char *corrected = scene_newest(scene);
    assert_string_equal(scene_state(scene, corrected), "draft");
    scene_reply(scene, E1_MAIL, "N1D", "确认");
    assert_string_equal(scene_state(scene, corrected), "cityReview");
    assert_string_equal(scene_state(scene, id), "withdrawn");
    assert_true(scene_told(scene, "N7", E1_MAIL, corrected));
    assert_true(scene_told(scene, "N2", QINGDAO, "劳动合同缺页"));
    scene_reply(scene, E1_MAIL, "N6r", "确认");
    assert_true(scene_told(scene, "N9", E1_MAIL, corrected));
    paper_free(paper);
    scene_free(scene);
}

/* It quotes what was rejected before that, as the form that was returned did. */
static void test_a_confirmed_form_ends_what_was_returned_whatever_it_quotes(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *rejected = scene_form(scene, "T2E", NULL);
    story_decide(scene, rejected, STORY_REJECT);
    g_autofree char *id = returned(scene);
    struct paper *paper = corrected_paper(rejected);

    scene->site.policy.confirm_always = TRUE;
    scene_file(scene, paper);
    scene_deliver(scene);
    g_autofree char *corrected = scene_newest(scene);
    assert_string_equal(scene_state(scene, id), "returned");
    scene_reply(scene, E1_MAIL, "N1D", "确认");
    assert_string_equal(scene_state(scene, corrected), "cityReview");
    assert_string_equal(scene_state(scene, id), "withdrawn");
    paper_free(paper);
    scene_free(scene);
}

/* A large enterprise has filed much since. */
static void test_what_was_returned_long_ago_can_still_be_corrected(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = returned(scene);

    for (guint i = 0; i < 60; i++) {
        g_autofree char *zip = g_strdup_printf("25%04u", i);
        g_autofree char *other =
            scene_form(scene, "P2", "target", "self", "changes/change[1]/@field", "zip", "changes/change[1]/newValue", zip, NULL);
        assert_non_null(other);
    }
    struct paper *paper = corrected_paper(id);
    scene_file(scene, paper);
    scene_deliver(scene);
    g_autofree char *corrected = scene_newest(scene);
    assert_string_equal(scene_state(scene, corrected), "cityReview");
    assert_string_equal(scene_state(scene, id), "withdrawn");
    paper_free(paper);
    scene_free(scene);
}

/* The holder of the same name has a request of their own. */
static void test_a_form_about_a_namesake_ends_nothing(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    scene_choose(scene, "rejection", "returns");
    tree_set(scene->tree, H2, ATTRIBUTE_CN, "测试甲");
    g_autofree char *id = scene_form(scene, "T4", NULL);

    story_decide(scene, id, "不同意\n原因：证件复印件不清");
    assert_string_equal(scene_state(scene, id), "returned");
    g_autofree char *other = scene_form(scene, "T4", "idNumber", "370299198812310024", NULL);
    assert_string_equal(scene_state(scene, other), "cityReview");
    assert_string_equal(scene_state(scene, id), "returned");
    assert_null(strstr(scene_mail(scene, "N2", "city-jinan-1@example.com")->text, "证件复印件不清"));
    scene_free(scene);
}

/* Both are there, and the one that was returned is confirmed first: the other waits for its end. */
static void test_of_two_only_one_goes_on(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = returned(scene);
    struct paper *paper = corrected_paper(id);

    scene->site.policy.confirm_always = TRUE;
    scene_file(scene, paper);
    scene_deliver(scene);
    g_autofree char *corrected = scene_newest(scene);
    scene_reply(scene, E1_MAIL, "N6r", "确认");
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_reply(scene, E1_MAIL, "N1D", "确认");
    assert_string_equal(scene_state(scene, corrected), "draft");
    assert_true(scene_told(scene, "N9", E1_MAIL, "另有申请正在办理"));
    story_decide(scene, id, STORY_REJECT);
    scene_reply(scene, E1_MAIL, "N1D", "确认");
    assert_string_equal(scene_state(scene, corrected), "cityReview");
    assert_string_equal(scene_state(scene, id), "withdrawn");
    paper_free(paper);
    scene_free(scene);
}

static void test_it_is_dropped_withdrawn_or_lapses(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *dropped = returned(scene);

    scene_reply(scene, E1_MAIL, "N6r", "取消");
    assert_string_equal(scene_state(scene, dropped), "withdrawn");
    assert_non_null(scene_mail(scene, "N7", E2_MAIL));
    assert_non_null(scene_mail(scene, "N7", QINGDAO));
    g_autofree char *withdrawn = returned(scene);
    story_withdraw(scene, "T2E", withdrawn);
    assert_string_equal(scene_state(scene, withdrawn), "withdrawn");
    g_autofree char *lapsed = returned(scene);
    scene_forward(scene, 29);
    assert_string_equal(scene_state(scene, lapsed), "returned");
    scene_forward(scene, 1);
    assert_string_equal(scene_state(scene, lapsed), "expired");
    assert_non_null(scene_mail(scene, "N6x", E1_MAIL));
    assert_non_null(scene_mail(scene, "N6x", QINGDAO));
    g_autofree char *again = scene_form(scene, "T2E", NULL);
    assert_string_equal(scene_state(scene, again), "cityReview");
    scene_free(scene);
}

/* What it rests on has gone meanwhile: confirming it submits nothing, and the applicant hears why. */
static void test_what_has_changed_meanwhile_is_asked_again(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = returned(scene);

    tree_set(scene->tree, E2, ATTRIBUTE_ACCOUNT_STATUS, "disabled");
    scene_reply(scene, E1_MAIL, "N6r", "确认");
    assert_string_equal(scene_state(scene, id), "withdrawn");
    assert_true(scene_told(scene, "N7", E1_MAIL, "接收企业"));
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_rejection_closes_unless_the_site_says_otherwise),
        cmocka_unit_test(test_everybody_hears_that_it_is_returned),
        cmocka_unit_test(test_confirmed_it_is_reviewed_again_from_the_first_stage),
        cmocka_unit_test(test_an_answer_to_the_first_round_decides_nothing_in_the_second),
        cmocka_unit_test(test_four_eyes_hold_within_a_round),
        cmocka_unit_test(test_a_corrected_form_takes_its_place),
        cmocka_unit_test(test_a_corrected_form_of_the_same_matter_needs_no_number),
        cmocka_unit_test(test_an_unproved_form_does_not_take_its_place),
        cmocka_unit_test(test_a_corrected_form_in_answer_is_submitted),
        cmocka_unit_test(test_what_was_returned_waits_until_the_corrected_form_is_confirmed),
        cmocka_unit_test(test_a_confirmed_form_ends_what_was_returned_whatever_it_quotes),
        cmocka_unit_test(test_what_was_returned_long_ago_can_still_be_corrected),
        cmocka_unit_test(test_a_form_about_a_namesake_ends_nothing),
        cmocka_unit_test(test_of_two_only_one_goes_on),
        cmocka_unit_test(test_it_is_dropped_withdrawn_or_lapses),
        cmocka_unit_test(test_what_has_changed_meanwhile_is_asked_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
