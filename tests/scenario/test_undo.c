/* Decisions that can be taken back for a while: by whom, until when, and what others hear meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "mailflow/decide.h"
#include "mailflow/reissue.h"
#include "tests/scenario/desk.h"
#include "tests/scenario/story.h"

/* The one step's end, as the state file has it. */
static void assert_decided_by_mail(struct scene *scene, const char *id, const char *verdict)
{
    const struct records *records = &scene->site.mind.records;
    g_autoptr(GPtrArray) steps = records->steps(records->context, id);
    const struct step *step = g_ptr_array_index(steps, 0);

    assert_string_equal(step->verdict, verdict);
    assert_string_equal(step->reviewer, JINAN_1_DN);
    assert_non_null(step->message); /* the mail that decided, not the hour that carried it out */
    assert_int_equal(strlen(step->message), 64);
}

static void test_without_a_window_a_decision_takes_effect_at_once(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", APPROVE);
    assert_string_equal(scene_state(scene, id), "done");
    assert_null(scene_mail(scene, "NH", NULL));
    scene_reply(scene, JINAN_1, "N2", "撤回");
    assert_string_equal(scene_state(scene, id), "done");
    assert_true(scene_told(scene, "N9", JINAN_1, "没有可以撤回的决定"));
    leave(scene, id);
}

static void test_an_approval_waits_for_its_hour(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", APPROVE);
    assert_waits(scene, id);
    assert_true(scene_told(scene, "NH", JINAN_1, "同意，留档编号：济建留档〔2026〕0123号"));
    assert_true(scene_told(scene, "NH", JINAN_1, "2026-05-06 10:10"));
    assert_true(scene_told(scene, "NH", JINAN_1, "撤回"));
    pass_minutes(scene, WINDOW - 1);
    assert_waits(scene, id);
    pass_minutes(scene, 1);
    assert_string_equal(scene_state(scene, id), "done");
    assert_int_equal(scene_mails(scene, "N5", NEW), 1);
    assert_int_equal(scene_audited(scene, id, "hold", NULL), 1);
    assert_int_equal(scene_audited(scene, id, "approve", NULL), 1);
    assert_decided_by_mail(scene, id, "approve");
    assert_false(is_held(scene, id));
    leave(scene, id);
}

static void test_a_rejection_waits_too(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", REJECT);
    assert_waits(scene, id);
    assert_true(scene_told(scene, "NH", JINAN_1, "不同意，原因：资料不全"));
    pass_minutes(scene, WINDOW);
    assert_string_equal(scene_state(scene, id), "rejected");
    assert_true(scene_told(scene, "N6", NEW, "资料不全"));
    assert_decided_by_mail(scene, id, "reject");
    leave(scene, id);
}

static void test_it_is_taken_back_by_the_mail_or_the_receipt(void **state)
{
    static const char *const codes[] = {"N2", "NH"};
    static const char *const words[] = {"撤回", "UNDO"};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(codes); i++) {
        char *id;
        struct scene *scene = waiting_with_window(&id);
        struct mail first = *scene_mail(scene, "N2", JINAN_1);
        scene_reply(scene, JINAN_1, "N2", APPROVE);
        scene_reply(scene, JINAN_1, codes[i], words[i]);
        assert_false(is_held(scene, id));
        assert_int_equal(scene_audited(scene, id, "undo", NULL), 1);
        assert_true(scene_told(scene, "N2", JINAN_1, "您的决定已撤回"));
        pass_minutes(scene, 3 * WINDOW);
        assert_waits(scene, id);
        scene_answer(scene, &first, JINAN_1, APPROVE); /* what had been said before decides nothing by a second way */
        scene_deliver(scene);
        assert_false(is_held(scene, id));
        assert_true(scene_told(scene, "N9", JINAN_1, "取代"));
        scene_reply(scene, JINAN_1, "N2", REJECT);
        pass_minutes(scene, WINDOW);
        assert_string_equal(scene_state(scene, id), "rejected");
        leave(scene, id);
    }
}

/* New tokens would ask for a decision that has been made. */
static void test_nobody_is_asked_anew_while_it_waits(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    const char *const whose[] = {NULL, JINAN_1_DN};
    (void)state;

    scene_reply(scene, JINAN_1, "N2", APPROVE);
    for (guint i = 0; i < G_N_ELEMENTS(whose); i++) {
        struct affair *affair = affair_open(&scene->site.mind, id);
        g_autoptr(GPtrArray) plans = plan_list();
        const char *zh = NULL, *en = NULL;
        assert_true(reissue(affair, whose[i], "unix:anna", plans, &zh, &en, NULL));
        assert_int_equal(plans->len, 0);
        assert_non_null(strstr(zh, "撤回"));
        assert_non_null(en);
        affair_free(affair);
    }
    pass_minutes(scene, WINDOW);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

static void test_after_the_hour_nothing_is_taken_back(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", REJECT);
    pass_minutes(scene, WINDOW);
    scene_reply(scene, JINAN_1, "NH", "撤回");
    assert_string_equal(scene_state(scene, id), "rejected");
    assert_true(scene_told(scene, "N9", JINAN_1, "没有可以撤回的决定"));
    leave(scene, id);
}

static void test_a_stage_that_has_passed_is_not_taken_back(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T1", NULL);

    open_window(scene);
    scene_reply(scene, JINAN_1, "N2", STORY_APPROVE);
    pass_minutes(scene, WINDOW);
    assert_string_equal(scene_state(scene, id), "provinceReview");
    scene_reply(scene, JINAN_1, "NH", "撤回");
    assert_string_equal(scene_state(scene, id), "provinceReview");
    assert_true(scene_told(scene, "N9", JINAN_1, "没有可以撤回的决定"));
    scene_reply(scene, "province-1@example.com", "N4", "同意");
    assert_string_equal(scene_state(scene, id), "provinceReview");
    scene_reply(scene, "province-1@example.com", "NH", "撤回");
    scene_reply(scene, "province-2@example.com", "N4", "同意");
    pass_minutes(scene, WINDOW);
    assert_string_equal(scene_state(scene, id), "done");
    scene_free(scene);
}

static void test_after_a_withdrawal_there_is_nothing_to_take_back(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T1", NULL);

    open_window(scene);
    scene_reply(scene, JINAN_1, "N2", STORY_APPROVE);
    story_withdraw(scene, "T1", id);
    scene_reply(scene, JINAN_1, "NH", "撤回");
    assert_true(scene_told(scene, "N9", JINAN_1, "申请人已撤回该申请"));
    scene_free(scene);
}

static void test_others_hear_that_it_is_decided(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", APPROVE);
    scene_reply(scene, JINAN_2, "N2", REJECT);
    assert_true(scene_told(scene, "N9", JINAN_2, "已由他人处理：济南审核甲"));
    scene_reply(scene, BOTH, "N2", "撤回");
    assert_true(scene_told(scene, "N9", BOTH, "已由他人处理：济南审核甲"));
    scene_reply(scene, JINAN_1, "N2", REJECT);
    assert_true(scene_told(scene, "N9", JINAN_1, "正文只写“撤回”"));
    scene_reply(scene, BOTH, "N2", "转办 济南审核乙");
    assert_int_equal(scene_audited(scene, id, "delegate", NULL), 0);
    assert_int_equal(scene_mails(scene, "NH", NULL), 1);
    pass_minutes(scene, WINDOW);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

static void test_strangers_take_nothing_back(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", APPROVE);
    guint sent = scene->mails->len;
    answer_of(scene, JINAN_1, NEW, "撤回");
    answer_of(scene, JINAN_1, "stranger@example.com", "撤回");
    assert_int_equal(scene->mails->len, sent + 2);
    assert_non_null(scene_mail(scene, "NX", NEW));
    assert_non_null(scene_mail(scene, "NX", "stranger@example.com"));
    assert_true(is_held(scene, id));
    leave(scene, id);
}

static void test_others_decide_after_it_was_taken_back(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", APPROVE);
    scene_reply(scene, JINAN_1, "NH", "撤回");
    scene_reply(scene, JINAN_2, "N2", REJECT);
    pass_minutes(scene, WINDOW);
    assert_string_equal(scene_state(scene, id), "rejected");
    leave(scene, id);
}

static void test_a_window_that_is_closed_meanwhile_stays_open_for_what_waits(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", APPROVE);
    scene->site.policy.undo_minutes = 0;
    scene_reply(scene, JINAN_1, "NH", "撤回");
    assert_waits(scene, id);
    assert_false(is_held(scene, id));
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

static void test_they_cross_in_one_batch(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    (void)state;
    struct mail mail = *scene_mail(scene, "N2", JINAN_1), other = *scene_mail(scene, "N2", JINAN_2);

    scene->batch = TRUE;
    store_begin(scene->site.store);
    scene_answer(scene, &mail, JINAN_1, APPROVE);
    scene_answer(scene, &mail, JINAN_1, "撤回");
    scene_answer(scene, &other, JINAN_2, REJECT);
    scene_deliver(scene);
    assert_true(is_held(scene, id));
    assert_int_equal(scene_audited(scene, id, "hold", NULL), 2);
    pass_minutes(scene, WINDOW);
    assert_string_equal(scene_state(scene, id), "rejected");
    leave(scene, id);
}

/* Decided, taken back and decided again: the hour of the first carries out nothing. */
static void test_the_second_decision_has_its_own_hour(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", APPROVE);
    pass_minutes(scene, WINDOW - 2);
    scene_reply(scene, JINAN_1, "NH", "撤回");
    scene_reply(scene, JINAN_1, "N2", REJECT);
    pass_minutes(scene, WINDOW - 2);
    assert_waits(scene, id);
    pass_minutes(scene, 2);
    assert_string_equal(scene_state(scene, id), "rejected");
    leave(scene, id);
}

static void test_paper_decides_nothing_meanwhile(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    g_autoptr(GPtrArray) plans = plan_list();
    g_autoptr(GError) error = NULL;
    struct guard_result result;
    (void)state;

    scene_reply(scene, JINAN_1, "N2", APPROVE);
    const struct paper_decision paper = {.request = id,
                                         .reviewer = tree_entry(scene->tree, REVIEWER("city-jinan-2", "370100")),
                                         .event = EVENT_REJECT,
                                         .reason = "x",
                                         .vouched = "unix:anna"};
    assert_true(decide_on_paper(&scene->site.mind, &paper, &result, plans, &error));
    assert_int_equal(result.answer, GUARD_NO);
    assert_non_null(strstr(result.zh, "已由他人处理"));
    assert_int_equal(plans->len, 0);
    guard_result_clear(&result);
    leave(scene, id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_a_window_a_decision_takes_effect_at_once),
        cmocka_unit_test(test_an_approval_waits_for_its_hour),
        cmocka_unit_test(test_a_rejection_waits_too),
        cmocka_unit_test(test_it_is_taken_back_by_the_mail_or_the_receipt),
        cmocka_unit_test(test_nobody_is_asked_anew_while_it_waits),
        cmocka_unit_test(test_after_the_hour_nothing_is_taken_back),
        cmocka_unit_test(test_a_stage_that_has_passed_is_not_taken_back),
        cmocka_unit_test(test_after_a_withdrawal_there_is_nothing_to_take_back),
        cmocka_unit_test(test_others_hear_that_it_is_decided),
        cmocka_unit_test(test_strangers_take_nothing_back),
        cmocka_unit_test(test_others_decide_after_it_was_taken_back),
        cmocka_unit_test(test_a_window_that_is_closed_meanwhile_stays_open_for_what_waits),
        cmocka_unit_test(test_they_cross_in_one_batch),
        cmocka_unit_test(test_the_second_decision_has_its_own_hour),
        cmocka_unit_test(test_paper_decides_nothing_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
