/* Decisions that were taken back, or did not take effect: which colleagues hear that the request waits for them again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "tests/scenario/desk.h"
#include "tests/scenario/story.h"

#define QINGDAO_2 "city-qingdao-2@example.com"
#define TAKEN_BACK "济南审核甲的决定已撤回"
#define NOT_COUNTED "您此前的答复没有计入"

/* The first reviewer has decided, and of the colleagues the second was told so. */
static struct scene *overtaken(char **id)
{
    struct scene *scene = waiting_with_window(id);

    scene_reply(scene, JINAN_1, "N2", APPROVE);
    scene_reply(scene, JINAN_2, "N2", REJECT);
    assert_true(scene_told(scene, "N9", JINAN_2, "已由他人处理：济南审核甲"));
    scene_forget(scene);
    return scene;
}

static void assert_told(struct scene *scene, const char *whom)
{
    assert_int_equal(scene_mails(scene, "N2", whom), 1);
    assert_true(scene_told(scene, "N2", whom, TAKEN_BACK));
    assert_true(scene_told(scene, "N2", whom, NOT_COUNTED));
}

static void test_who_was_refused_is_asked_again(void **state)
{
    char *id;
    struct scene *scene = overtaken(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "NH", "撤回");
    assert_told(scene, JINAN_2);
    assert_int_equal(scene_mails(scene, "N2", JINAN_1), 1);
    assert_null(strstr(scene_mail(scene, "N2", JINAN_1)->text, NOT_COUNTED)); /* who has taken it back hears that, as before */
    assert_int_equal(scene_mails(scene, NULL, NULL), 2);
    pass_minutes(scene, 3 * WINDOW);
    assert_waits(scene, id); /* the refusal from before has decided nothing */
    assert_int_equal(scene_mails(scene, NULL, NULL), 2);
    scene_reply(scene, JINAN_2, "N2", REJECT);
    pass_minutes(scene, WINDOW);
    assert_string_equal(scene_state(scene, id), "rejected");
    leave(scene, id);
}

/* Chinese first, English second; whoever is written to in English the other way round. */
static void test_both_languages_say_it(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    (void)state;

    tree_set(scene->tree, BOTH_DN, ATTRIBUTE_PREFERRED_LANGUAGE, "en");
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    scene_reply(scene, JINAN_2, "N2", REJECT);
    scene_reply(scene, BOTH, "N2", REJECT);
    scene_forget(scene);
    scene_reply(scene, JINAN_1, "NH", "撤回");
    static const char *const whom[] = {JINAN_2, BOTH};
    for (guint i = 0; i < G_N_ELEMENTS(whom); i++) {
        const struct mail *mail = scene_mail(scene, "N2", whom[i]);
        assert_non_null(mail);
        const char *zh = strstr(mail->text, NOT_COUNTED), *en = strstr(mail->text, "Your earlier answer was not counted");
        assert_non_null(zh);
        assert_non_null(en);
        assert_true(i ? en < zh : zh < en);
        assert_non_null(strstr(mail->html, NOT_COUNTED));
        assert_non_null(strstr(mail->html, "Your earlier answer was not counted"));
        assert_non_null(strstr(mail->reply_to, "+"));
        assert_non_null(strstr(mail->subject, "[cs:"));
    }
    leave(scene, id);
}

/* Whatever they answered: a verdict, words that are none, a task handed on, somebody else's decision taken back. */
static void test_any_answer_that_met_the_decision_counts(void **state)
{
    static const char *const words[] = {APPROVE, REJECT, STORY_UNCLEAR, "转办 济南审核乙", "撤回"};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        char *id;
        struct scene *scene = waiting_with_window(&id);
        scene_reply(scene, JINAN_1, "N2", REJECT);
        scene_reply(scene, BOTH, "N2", words[i]);
        scene_forget(scene);
        scene_reply(scene, JINAN_1, "NH", "撤回");
        assert_told(scene, BOTH);
        assert_null(scene_mail(scene, NULL, JINAN_2)); /* who has not answered still has the task */
        leave(scene, id);
    }
}

static void test_who_was_refused_twice_hears_once(void **state)
{
    char *id;
    struct scene *scene = overtaken(&id);
    (void)state;

    scene_reply(scene, JINAN_2, "N9", APPROVE);
    scene_forget(scene);
    scene_reply(scene, JINAN_1, "NH", "撤回");
    assert_told(scene, JINAN_2);
    leave(scene, id);
}

/* Who answers their own decision anew is told how to change it, and is nobody's latecomer. */
static void test_the_maker_is_none_of_them(void **state)
{
    char *id;
    struct scene *scene = overtaken(&id);
    const struct records *records = &scene->site.mind.records;
    (void)state;

    scene_reply(scene, JINAN_1, "NH", REJECT);
    assert_true(scene_told(scene, "N9", JINAN_1, "正文只写“撤回”"));
    g_autoptr(GPtrArray) latecomers = records->latecomers(records->context, id);
    assert_int_equal(latecomers->len, 1);
    assert_string_equal(g_ptr_array_index(latecomers, 0), JINAN_2_DN);
    scene_forget(scene);
    scene_reply(scene, JINAN_1, "N9", "撤回");
    assert_told(scene, JINAN_2);
    assert_int_equal(scene_mails(scene, NULL, NULL), 2);
    leave(scene, id);
}

/* Each decision has its own: who was refused for the first hears nothing of the second. */
static void test_each_decision_has_its_own_latecomers(void **state)
{
    char *id;
    struct scene *scene = overtaken(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "NH", "撤回");
    struct mail first = *scene_mail(scene, "N2", JINAN_2);
    scene_reply(scene, JINAN_1, "N2", REJECT);
    scene_reply(scene, BOTH, "N2", APPROVE);
    scene_forget(scene);
    scene_reply(scene, JINAN_1, "NH", "撤回");
    assert_told(scene, BOTH);
    assert_null(scene_mail(scene, "N2", JINAN_2));
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    scene_reply(scene, JINAN_2, "N2", APPROVE);
    scene_forget(scene);
    scene_reply(scene, JINAN_1, "NH", "撤回");
    assert_told(scene, JINAN_2);
    assert_null(scene_mail(scene, "N2", BOTH));
    assert_string_not_equal(scene_mail(scene, "N2", JINAN_2)->message_id, first.message_id);
    leave(scene, id);
}

/* Who had decided and took it back may come too late themselves. */
static void test_it_goes_to_and_fro(void **state)
{
    char *id;
    struct scene *scene = overtaken(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "NH", "撤回");
    scene_reply(scene, JINAN_2, "N2", REJECT);
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    assert_true(scene_told(scene, "N9", JINAN_1, "已由他人处理：济南审核乙"));
    scene_forget(scene);
    scene_reply(scene, JINAN_2, "NH", "撤回");
    assert_true(scene_told(scene, "N2", JINAN_1, "济南审核乙的决定已撤回"));
    assert_true(scene_told(scene, "N2", JINAN_2, "您的决定已撤回"));
    assert_int_equal(scene_mails(scene, NULL, NULL), 2);
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    pass_minutes(scene, WINDOW);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

/* A third one decides before the mail is read: its reader hears by whom, and again when that is taken back too. */
static void test_a_third_one_decides_at_once(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    struct mail third = *scene_mail(scene, "N2", BOTH);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", APPROVE);
    struct mail mail = *scene_mail(scene, "NH", JINAN_1);
    scene_reply(scene, JINAN_2, "N2", REJECT);
    scene_forget(scene);
    scene->batch = TRUE;
    store_begin(scene->site.store);
    scene_answer(scene, &mail, JINAN_1, "撤回");
    scene_answer(scene, &third, BOTH, REJECT);
    scene_deliver(scene);
    assert_told(scene, JINAN_2);
    scene_reply(scene, JINAN_2, "N2", APPROVE);
    assert_true(scene_told(scene, "N9", JINAN_2, "已由他人处理："));
    assert_true(is_held(scene, id));
    scene_forget(scene);
    scene_reply(scene, BOTH, "NH", "撤回");
    assert_int_equal(scene_mails(scene, "N2", JINAN_2), 1);
    assert_true(scene_told(scene, "N2", JINAN_2, NOT_COUNTED));
    assert_null(scene_mail(scene, "N2", JINAN_1));
    leave(scene, id);
}

/* Those who would not be asked now are not: who has left the authority, has got a part in the request, has no address any more, has handed the task on. */
static void test_who_may_not_decide_it_hears_nothing(void **state)
{
    (void)state;

    for (guint i = 0; i < 4; i++) {
        char *id;
        struct scene *scene = waiting_with_window(&id);
        if (i == 3)
            scene_reply(scene, BOTH, "N2", "转办 济南审核甲");
        scene_reply(scene, JINAN_1, "N2", APPROVE);
        scene_reply(scene, JINAN_2, "N2", REJECT);
        scene_reply(scene, BOTH, "N2", REJECT);
        assert_true(scene_told(scene, "N9", BOTH, "已由他人处理：济南审核甲"));
        if (i == 0)
            tree_drop(scene->tree, REVIEWERS("370100"), ATTRIBUTE_MEMBER, BOTH_DN);
        else if (i == 1)
            tree_set(scene->tree, BOTH_DN, ATTRIBUTE_MOBILE, "13800000044");
        else if (i == 2)
            tree_set(scene->tree, BOTH_DN, ATTRIBUTE_MAIL, NULL);
        scene_forget(scene);
        scene_reply(scene, JINAN_1, "NH", "撤回");
        assert_told(scene, JINAN_2);
        assert_int_equal(scene_mails(scene, NULL, NULL), 2);
        leave(scene, id);
    }
}

static void test_strangers_hear_nothing(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", APPROVE);
    answer_of(scene, JINAN_2, "stranger@example.com", REJECT);
    answer_of(scene, JINAN_2, QINGDAO_1, REJECT);
    scene_forget(scene);
    scene_reply(scene, JINAN_1, "NH", "撤回");
    assert_int_equal(scene_mails(scene, NULL, NULL), 1); /* the first reviewer's own */
    leave(scene, id);
}

/* By then the mail goes to where the directory has the colleague. */
static void test_a_new_address_gets_it(void **state)
{
    char *id;
    struct scene *scene = overtaken(&id);
    (void)state;

    tree_set(scene->tree, JINAN_2_DN, ATTRIBUTE_MAIL, "moved@example.com");
    scene_reply(scene, JINAN_1, "NH", "撤回");
    assert_told(scene, "moved@example.com");
    assert_null(scene_mail(scene, NULL, JINAN_2));
    leave(scene, id);
}

/* The deputy answers like any other colleague, and hears like one. */
static void test_a_deputy_hears_it(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    struct mail invitation = *scene_mail(scene, "N2", JINAN_1);
    (void)state;

    add_colleague(scene);
    tree_set(scene->tree, JINAN_1_DN, ATTRIBUTE_DEPUTY, "city-jinan-3");
    story_machine(scene, &invitation, JINAN_1, "自动回复：外出", "Auto-Submitted: auto-replied");
    scene_deliver(scene);
    assert_true(scene_told(scene, "N2", COLLEAGUE, "由您代理审核"));
    scene_reply(scene, JINAN_2, "N2", APPROVE);
    scene_reply(scene, COLLEAGUE, "N2", REJECT);
    scene_forget(scene);
    scene_reply(scene, JINAN_2, "NH", "撤回");
    assert_true(scene_told(scene, "N2", COLLEAGUE, NOT_COUNTED));
    assert_null(scene_mail(scene, NULL, JINAN_1));
    leave(scene, id);
}

/* An answer to the daily list is refused like one to the review mail. */
static void test_a_line_of_the_list_that_was_refused(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    (void)state;

    scene->site.policy.list_daily = TRUE;
    scene->site.policy.list_hour = 8;
    scene_forward(scene, 1);
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    scene_reply(scene, JINAN_2, "NL", "1 不同意 缺章");
    assert_true(scene_told(scene, "NR", JINAN_2, "已由他人处理：济南审核甲"));
    scene_forget(scene);
    scene_reply(scene, JINAN_1, "NH", "撤回");
    assert_told(scene, JINAN_2);
    scene_reply(scene, JINAN_2, "NL", "1 不同意 缺章"); /* the list decides again as well */
    pass_minutes(scene, WINDOW);
    assert_string_equal(scene_state(scene, id), "rejected");
    leave(scene, id);
}

/* The second stage's letter is that of the second stage. */
static void test_the_province_is_asked_again(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T1", NULL);

    scene_reply(scene, JINAN_1, "N2", STORY_APPROVE);
    open_window(scene);
    scene_reply(scene, "province-1@example.com", "N4", "同意");
    scene_reply(scene, "province-2@example.com", "N4", REJECT);
    scene_forget(scene);
    scene_reply(scene, "province-1@example.com", "NH", "撤回");
    assert_true(scene_told(scene, "N4", "province-2@example.com", NOT_COUNTED));
    assert_int_equal(scene_mails(scene, NULL, NULL), 2);
    scene_reply(scene, "province-2@example.com", "N4", "同意");
    pass_minutes(scene, WINDOW);
    assert_string_equal(scene_state(scene, id), "done");
    scene_free(scene);
}

/* Not taken back, but without effect at its hour: the same holds, whether the reviewer is asked anew or all the others are. */
static void test_a_decision_that_did_not_take_effect(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", NULL);
    g_autofree char *reviewer = story_reviewer(scene, id);

    open_window(scene);
    scene_reply(scene, reviewer, "N2", STORY_APPROVE);
    scene_reply(scene, QINGDAO_2, "N2", STORY_REJECT);
    assert_true(scene_told(scene, "N9", QINGDAO_2, "已由他人处理"));
    scene_forget(scene);
    tree_set(scene->tree, E2, ATTRIBUTE_ACCOUNT_STATUS, "disabled");
    pass_minutes(scene, WINDOW);
    assert_true(scene_told(scene, "N2", reviewer, "没有生效"));
    assert_int_equal(scene_mails(scene, "N2", QINGDAO_2), 1);
    assert_true(scene_told(scene, "N2", QINGDAO_2, "没有生效"));
    assert_true(scene_told(scene, "N2", QINGDAO_2, NOT_COUNTED));
    scene_free(scene);
}

static void test_a_decision_whose_maker_may_not_decide_any_more(void **state)
{
    char *id;
    struct scene *scene = overtaken(&id);
    (void)state;

    tree_drop(scene->tree, REVIEWERS("370100"), ATTRIBUTE_MEMBER, JINAN_1_DN);
    pass_minutes(scene, WINDOW);
    assert_int_equal(scene_mails(scene, NULL, JINAN_2), 1);
    assert_true(scene_told(scene, "N8", JINAN_2, "济南审核甲的决定没有生效"));
    assert_true(scene_told(scene, "N8", JINAN_2, "没有计入"));
    assert_int_equal(scene_mails(scene, NULL, BOTH), 1);
    leave(scene, id);
}

/* What took effect or was withdrawn asks nobody again. */
static void test_nobody_is_asked_again_about_what_is_settled(void **state)
{
    char *id;
    struct scene *scene = overtaken(&id);
    (void)state;

    pass_minutes(scene, WINDOW);
    assert_string_equal(scene_state(scene, id), "done");
    assert_null(scene_mail(scene, "N2", NULL));
    scene_reply(scene, JINAN_1, "NH", "撤回");
    assert_null(scene_mail(scene, "N2", NULL));
    leave(scene, id);
}

/* What was not committed has not happened: neither that somebody came too late, nor that they hear of it. Committed, it outlives the daemon and is sent once. */
static void test_a_crash_neither_loses_nor_doubles_it(void **state)
{
    char *id;
    struct scene *scene = waiting_with_window(&id);
    struct mail second = *scene_mail(scene, "N2", JINAN_2);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", APPROVE);
    struct mail receipt = *scene_mail(scene, "NH", JINAN_1);
    const struct {
        const struct mail *mail;
        const char *from, *text;
    } said[] = {{&second, JINAN_2, REJECT}, {&receipt, JINAN_1, "撤回"}};
    for (guint i = 0; i < G_N_ELEMENTS(said); i++) {
        scene->batch = TRUE;
        store_begin(scene->site.store);
        scene_answer(scene, said[i].mail, said[i].from, said[i].text);
        store_rollback(scene->site.store);
        scene->batch = FALSE;
        scene_deliver(scene);
        assert_true(is_held(scene, id));
        scene_forget(scene);
        scene_answer(scene, said[i].mail, said[i].from, said[i].text);
        g_autoptr(GPtrArray) waiting = store_outbox(scene->site.store, "open", id, 100);
        g_autofree char *message_id = g_strdup(((struct outbox_row *)g_ptr_array_index(waiting, 0))->message_id);
        assert_int_equal(waiting->len, i + 1); /* durable before anything leaves */
        scene_deliver(scene);
        scene_deliver(scene);
        assert_int_equal(scene_mails(scene, NULL, NULL), i + 1);
        assert_string_equal(scene_mail(scene, i ? "N2" : "N9", JINAN_2)->message_id, message_id);
    }
    assert_told(scene, JINAN_2);
    leave(scene, id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_was_refused_is_asked_again),
        cmocka_unit_test(test_both_languages_say_it),
        cmocka_unit_test(test_any_answer_that_met_the_decision_counts),
        cmocka_unit_test(test_who_was_refused_twice_hears_once),
        cmocka_unit_test(test_the_maker_is_none_of_them),
        cmocka_unit_test(test_each_decision_has_its_own_latecomers),
        cmocka_unit_test(test_it_goes_to_and_fro),
        cmocka_unit_test(test_a_third_one_decides_at_once),
        cmocka_unit_test(test_who_may_not_decide_it_hears_nothing),
        cmocka_unit_test(test_strangers_hear_nothing),
        cmocka_unit_test(test_a_new_address_gets_it),
        cmocka_unit_test(test_a_deputy_hears_it),
        cmocka_unit_test(test_a_line_of_the_list_that_was_refused),
        cmocka_unit_test(test_the_province_is_asked_again),
        cmocka_unit_test(test_a_decision_that_did_not_take_effect),
        cmocka_unit_test(test_a_decision_whose_maker_may_not_decide_any_more),
        cmocka_unit_test(test_nobody_is_asked_again_about_what_is_settled),
        cmocka_unit_test(test_a_crash_neither_loses_nor_doubles_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
