/* A reviewer hands a task on to a colleague by mail: who may, to whom, and what follows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "tests/scenario/desk.h"
#include "tests/scenario/story.h"

/* The reviewer's words change nothing, and they are asked back with `words`. */
static void refused(struct scene *scene, const char *id, const char *from, const char *text, const char *words)
{
    guint before = scene_mails(scene, "N9", from);

    scene_reply(scene, from, "N2", text);
    assert_waits(scene, id);
    assert_int_equal(scene_audited(scene, id, "delegate", NULL), 0);
    assert_int_equal(scene_mails(scene, "ND", NULL), 0);
    assert_int_equal(scene_mails(scene, "N9", from), before + 1);
    if (!scene_told(scene, "N9", from, words))
        fail_msg("[%s] is answered by %s", text, scene_mail(scene, "N9", from)->text);
    assert_true(scene_told(scene, "N9", from, "转办"));
}

static void test_a_task_goes_to_a_colleague(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    scene_forget(scene);
    scene_reply(scene, JINAN_1, "N2", "转办：济南审核乙\n说明：我明天出差");
    assert_waits(scene, id);
    assert_true(scene_told(scene, "N2", JINAN_2, "济南审核甲将此审核任务转办给您"));
    assert_true(scene_told(scene, "N2", JINAN_2, "我明天出差"));
    assert_true(scene_told(scene, "N2", JINAN_2, "91370102PDY0004660")); /* the whole task */
    assert_true(scene_told(scene, "ND", JINAN_1, "已转办给济南审核乙"));
    assert_int_equal(scene_mails(scene, NULL, NULL), 2);
    assert_int_equal(scene_audited(scene, id, "delegate", JINAN_2_DN), 1);
    assert_int_equal(scene_audited(scene, id, "delegate", "我明天出差"), 1);
    scene_reply(scene, JINAN_2, "N2", APPROVE);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

static void test_login_name_and_address_say_it_as_well(void **state)
{
    static const char *const words[] = {"转办 city-jinan-2", "转办给City-Jinan-2@Example.COM处理，谢谢", "DELEGATE city-jinan-2",
                                        "delegate to city-jinan-2@example.com, thanks", "请转交给同事济南审核乙。"};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        char *id;
        struct scene *scene = waiting(&id);
        scene_reply(scene, JINAN_1, "N2", words[i]);
        if (scene_audited(scene, id, "delegate", JINAN_2_DN) != 1)
            fail_msg("[%s] hands nothing on", words[i]);
        leave(scene, id);
    }
}

static void test_who_handed_it_on_decides_it_no_more(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", "转办 济南审核乙");
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    assert_waits(scene, id);
    assert_true(scene_told(scene, "N9", JINAN_1, "您已将该申请转办给济南审核乙"));
    scene_reply(scene, JINAN_2, "N2", REJECT);
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    assert_true(scene_told(scene, "N9", JINAN_1, "已由他人处理：济南审核乙"));
    assert_string_equal(scene_state(scene, id), "rejected");
    leave(scene, id);
}

static void test_the_colleagues_first_mail_is_replaced(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;
    struct mail first = *scene_mail(scene, "N2", JINAN_2);

    scene_reply(scene, JINAN_1, "N2", "转办 济南审核乙");
    scene_answer(scene, &first, JINAN_2, APPROVE);
    scene_deliver(scene);
    assert_waits(scene, id);
    assert_true(scene_told(scene, "N9", JINAN_2, "取代"));
    leave(scene, id);
}

static void test_others_may_still_decide(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", "转办 济南审核乙");
    scene_reply(scene, BOTH, "N2", APPROVE);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

static void test_reminders_go_to_the_delegate(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", "转办 济南审核乙");
    scene_forward(scene, 7);
    assert_non_null(scene_mail(scene, "N8", JINAN_2));
    assert_non_null(scene_mail(scene, "N8", BOTH));
    assert_null(scene_mail(scene, "N8", JINAN_1));
    tree_set(scene->tree, JINAN_2_DN, ATTRIBUTE_ACTIVE, "FALSE"); /* who handed it on is asked again */
    scene_forward(scene, 7);
    assert_non_null(scene_mail(scene, "N8", JINAN_1));
    scene_reply(scene, JINAN_1, "N8", APPROVE);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

static void test_it_is_handed_on_again_and_back(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", "转办 济南审核乙");
    scene_reply(scene, JINAN_2, "N2", "转办 济南审核甲");
    assert_true(scene_told(scene, "N2", JINAN_1, "济南审核乙将此审核任务转办给您"));
    scene_forward(scene, 7);
    assert_null(scene_mail(scene, "N8", JINAN_2));
    scene_reply(scene, JINAN_1, "N8", APPROVE);
    assert_string_equal(scene_state(scene, id), "done");
    assert_int_equal(scene_audited(scene, id, "delegate", NULL), 2);
    leave(scene, id);
}

static void test_nobody_is_guessed(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    refused(scene, id, JINAN_1, "转办 张三", "没有找到");
    refused(scene, id, JINAN_1, "转办 济南审核", "没有找到");
    refused(scene, id, JINAN_1, "转办 nobody@example.com", "没有找到");
    refused(scene, id, JINAN_1, "转办 测试甲", "没有找到"); /* a trainee of that name */
    refused(scene, id, JINAN_1, "转办 青岛审核甲", "不是贵主管部门");
    refused(scene, id, JINAN_1, "转办 province-1@example.com", "不是贵主管部门");
    refused(scene, id, JINAN_1, "转办 济南审核甲", "您本人");
    leave(scene, id);
    scene = waiting(&id);
    tree_set(scene->tree, JINAN_2_DN, ATTRIBUTE_ACTIVE, "FALSE");
    refused(scene, id, JINAN_1, "转办 济南审核乙", "停用");
    tree_set(scene->tree, BOTH_DN, ATTRIBUTE_MOBILE, "13800000044"); /* the applicant's contact */
    refused(scene, id, JINAN_1, "转办 city-and-province", "利害关系");
    leave(scene, id);
}

static void test_of_two_with_one_name_the_address_tells(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    tree_set(scene->tree, BOTH_DN, ATTRIBUTE_CN, "济南审核乙");
    refused(scene, id, JINAN_1, "转办 济南审核乙", JINAN_2);
    assert_true(scene_told(scene, "N9", JINAN_1, BOTH));
    scene_reply(scene, JINAN_1, "N2", "转办 " BOTH);
    assert_int_equal(scene_audited(scene, id, "delegate", BOTH_DN), 1);
    leave(scene, id);
}

static void test_a_verdict_beside_it_is_asked_back(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    refused(scene, id, JINAN_1, APPROVE "\n转办 济南审核乙", "不要同时写审核意见");
    refused(scene, id, JINAN_1, "不转办 济南审核乙", "转办");
    refused(scene, id, JINAN_2, "是否转办?", "转办");
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

static void test_only_a_reviewer_of_the_stage_hands_it_on(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = story_bring(scene, "T1", "provinceReview");
    guint sent = scene->mails->len;

    answer_of(scene, JINAN_1, "stranger@example.com", "转办 济南审核乙");
    answer_of(scene, JINAN_1, "e1@example.com", "转办 济南审核乙");
    assert_int_equal(scene->mails->len, sent + 2);
    assert_non_null(scene_mail(scene, "NX", "stranger@example.com"));
    assert_non_null(scene_mail(scene, "NX", "e1@example.com"));
    scene_reply(scene, JINAN_2, "N2", "转办 济南审核甲"); /* the city's stage has passed */
    assert_int_equal(scene_audited(scene, id, "delegate", NULL), 0);
    assert_true(scene_told(scene, "N9", JINAN_2, "已由他人处理"));
    scene_reply(scene, "province-1@example.com", "N4", "转办 省厅审核乙");
    assert_true(scene_told(scene, "N4", "province-2@example.com", "转办给您"));
    scene_reply(scene, "province-2@example.com", "N4", "同意");
    assert_string_equal(scene_state(scene, id), "done");
    scene_free(scene);
}

/* Nobody decides two stages, by whatever way the task comes to them. */
static void test_four_eyes_hold_for_the_delegate(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T1", NULL);

    scene_reply(scene, BOTH, "N2", STORY_APPROVE);
    assert_string_equal(scene_state(scene, id), "provinceReview");
    scene_reply(scene, "province-1@example.com", "N4", "转办 济南兼省厅审核丙");
    assert_true(scene_told(scene, "N9", "province-1@example.com", "前一环节"));
    assert_int_equal(scene_audited(scene, id, "delegate", NULL), 0);
    scene_free(scene);
}

static void test_a_deputy_stands_in_for_an_absent_delegate(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    tree_set(scene->tree, JINAN_2_DN, ATTRIBUTE_DEPUTY, "city-jinan-1");
    scene_reply(scene, JINAN_1, "N2", "转办 济南审核乙");
    const struct mail *mail = scene_mail(scene, "N2", JINAN_2);
    g_autofree char *note =
        g_strdup_printf("From: <" JINAN_2 ">\r\nTo: <" SCENE_ADDRESS ">\r\nMessage-ID: <away@example.com>\r\n"
                        "Subject: Out of Office: x\r\nIn-Reply-To: <%s>\r\nAuto-Submitted: auto-replied\r\n\r\naway\r\n",
                        mail->message_id);
    scene_forget(scene);
    scene_receive(scene, note, strlen(note));
    scene_deliver(scene);
    assert_non_null(scene_mail(scene, "N2", JINAN_1));
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

static void test_after_a_withdrawal_nothing_is_handed_on(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T1", NULL);

    scene_reply(scene, JINAN_1, "N2", "转办 济南审核乙");
    story_withdraw(scene, "T1", id);
    assert_non_null(scene_mail(scene, "N7", JINAN_2));
    scene_reply(scene, JINAN_2, "N2", "转办 济南审核甲");
    assert_string_equal(scene_state(scene, id), "withdrawn");
    assert_true(scene_told(scene, "N9", JINAN_2, "撤回"));
    assert_int_equal(scene_audited(scene, id, "delegate", NULL), 1);
    scene_free(scene);
}

static void test_two_hand_over_to_each_other_in_one_batch(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;
    struct mail one = *scene_mail(scene, "N2", JINAN_1), two = *scene_mail(scene, "N2", JINAN_2);

    store_begin(scene->site.store);
    scene->batch = TRUE;
    scene_answer(scene, &one, JINAN_1, "转办 济南审核乙");
    scene_answer(scene, &two, JINAN_2, "转办 济南审核甲"); /* that mail has just been replaced */
    scene_deliver(scene);
    assert_int_equal(scene_audited(scene, id, "delegate", NULL), 1);
    scene_reply(scene, JINAN_2, "N2", APPROVE);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

static void test_the_directory_being_away_loses_nothing(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    scene_directory_down(scene, TRUE);
    scene_reply(scene, JINAN_1, "N2", "转办 济南审核乙");
    assert_int_equal(scene->fate, ROUND_LEFT);
    scene_directory_down(scene, FALSE);
    scene_reply(scene, JINAN_1, "N2", "转办 济南审核乙");
    assert_int_equal(scene_audited(scene, id, "delegate", NULL), 1);
    leave(scene, id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_task_goes_to_a_colleague),
        cmocka_unit_test(test_login_name_and_address_say_it_as_well),
        cmocka_unit_test(test_who_handed_it_on_decides_it_no_more),
        cmocka_unit_test(test_the_colleagues_first_mail_is_replaced),
        cmocka_unit_test(test_others_may_still_decide),
        cmocka_unit_test(test_reminders_go_to_the_delegate),
        cmocka_unit_test(test_it_is_handed_on_again_and_back),
        cmocka_unit_test(test_nobody_is_guessed),
        cmocka_unit_test(test_of_two_with_one_name_the_address_tells),
        cmocka_unit_test(test_a_verdict_beside_it_is_asked_back),
        cmocka_unit_test(test_only_a_reviewer_of_the_stage_hands_it_on),
        cmocka_unit_test(test_four_eyes_hold_for_the_delegate),
        cmocka_unit_test(test_a_deputy_stands_in_for_an_absent_delegate),
        cmocka_unit_test(test_after_a_withdrawal_nothing_is_handed_on),
        cmocka_unit_test(test_two_hand_over_to_each_other_in_one_batch),
        cmocka_unit_test(test_the_directory_being_away_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
