/* The daily list and answers to it by number: what it holds, what becomes of each line. On what days it comes stands in test_docket_day.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/query.h"
#include "ldap-schema/names.h"
#include "tests/scenario/desk.h"
#include "tests/scenario/story.h"

#define PROVINCE_1 "province-1@example.com"

/* Jinan's morning of 7 May 2026: a loss, a student's change, a rename, a registration and an enrolment wait, in this order; the last needs no archive number. */
enum { LOSS, STUDENT, RENAME, REGISTRATION, ENROLMENT, COUNT };

struct morning {
    struct scene *scene;
    char *ids[COUNT];
};

static void morning_come(struct morning *morning)
{
    static const char *const types[COUNT] = {"T1", "T2S", "T3N", "T5", "P3"};

    morning->scene = scene_new();
    for (guint i = 0; i < COUNT; i++)
        morning->ids[i] = scene_form(morning->scene, types[i], NULL);
    morning->scene->site.policy.list_daily = TRUE;
    morning->scene->site.policy.list_hour = 8;
    scene_deliver(morning->scene);
    scene_forget(morning->scene);
    scene_forward(morning->scene, 1);
}

static void morning_end(struct morning *morning)
{
    for (guint i = 0; i < COUNT; i++)
        g_free(morning->ids[i]);
    scene_free(morning->scene);
}

static void assert_state(const struct morning *morning, guint which, const char *state)
{
    assert_string_equal(scene_state(morning->scene, morning->ids[which]), state);
}

static void assert_all_wait(const struct morning *morning)
{
    for (guint i = 0; i < COUNT; i++)
        assert_state(morning, i, "cityReview");
}

static struct step *first_step(const struct morning *morning, guint which, GPtrArray **steps)
{
    const struct records *records = &morning->scene->site.mind.records;

    *steps = records->steps(records->context, morning->ids[which]);
    return g_ptr_array_index(*steps, 0);
}

static void run(struct scene *scene, const char *sql)
{
    assert_int_equal(sqlite3_exec(scene->site.store->queries.database, sql, NULL, NULL, NULL), SQLITE_OK);
}

/* Once a day, whatever happens */

/* The mark of the day may be lost: a person still gets one list a day. */
static void test_a_day_has_one_list_whatever_else_is_lost(void **state)
{
    struct morning morning;
    (void)state;

    morning_come(&morning);
    assert_int_equal(scene_mails(morning.scene, "NL", JINAN_1), 1);
    run(morning.scene, "DELETE FROM meta");
    scene_deliver(morning.scene);
    assert_int_equal(scene_mails(morning.scene, "NL", JINAN_1), 1);
    scene_reply(morning.scene, JINAN_1, "NL", "5 同意");
    assert_string_not_equal(scene_state(morning.scene, morning.ids[ENROLMENT]), "cityReview");
    morning_end(&morning);
}

static void test_the_directory_is_away_at_that_hour(void **state)
{
    struct morning morning;
    (void)state;

    morning_come(&morning);
    scene_forget(morning.scene);
    scene_directory_down(morning.scene, TRUE);
    scene_forward(morning.scene, 1);
    assert_int_equal(scene_mails(morning.scene, "NL", NULL), 0);
    scene_directory_down(morning.scene, FALSE);
    scene_deliver(morning.scene);
    assert_int_equal(scene_mails(morning.scene, "NL", JINAN_1), 1);
    morning_end(&morning);
}

/* What it holds */

static void test_it_shows_what_the_review_mails_show(void **state)
{
    struct morning morning;
    (void)state;

    morning_come(&morning);
    const struct mail *list = scene_mail(morning.scene, "NL", JINAN_1);
    for (guint i = 0; i < COUNT; i++)
        assert_non_null(strstr(list->text, morning.ids[i]));
    assert_non_null(strstr(list->text, "共 5 项"));
    assert_non_null(strstr(list->text, "　　原：济南测试建设甲有限公司\n　　新：")); /* the rename */
    assert_non_null(strstr(list->text, "M11 遗失声明"));
    assert_non_null(strstr(list->text, "    1 同意/不同意 留档编号：\n"));
    assert_non_null(strstr(list->text, "    5 同意/不同意\n"));
    assert_non_null(strstr(list->html, "mailto:"));
    assert_null(scene_mail(morning.scene, "NL", QINGDAO_1));
    morning_end(&morning);
}

/* Somebody of two authorities gets one list; who decided the stage before does not see the next one. */
static void test_two_authorities_make_one_list(void **state)
{
    struct morning morning;
    (void)state;

    morning_come(&morning);
    scene_reply(morning.scene, JINAN_1, "NL", "1 同意 留档编号：7");
    scene_reply(morning.scene, BOTH, "NL", "3 同意 留档编号：8");
    assert_state(&morning, LOSS, "provinceReview");
    assert_state(&morning, RENAME, "provinceReview");
    scene_forget(morning.scene);
    scene_forward(morning.scene, 1);
    const struct mail *list = scene_mail(morning.scene, "NL", BOTH);
    assert_int_equal(scene_mails(morning.scene, "NL", BOTH), 1);
    assert_non_null(strstr(list->text, morning.ids[LOSS]));
    assert_null(strstr(list->text, morning.ids[RENAME]));
    assert_non_null(strstr(list->text, morning.ids[STUDENT]));
    assert_non_null(strstr(scene_mail(morning.scene, "NL", PROVINCE_1)->text, "留档编号 8"));
    morning_end(&morning);
}

/* What becomes of each line */

static void test_each_number_is_decided_by_itself(void **state)
{
    struct morning morning;
    GPtrArray *steps;
    (void)state;

    morning_come(&morning);
    scene_reply(morning.scene, JINAN_1, "NL", "您好：\n1-3 同意 留档编号：济建〔2026〕1号\n4 驳回 材料不全，\n缺营业执照\n\n谢谢");
    assert_state(&morning, LOSS, "provinceReview");
    assert_state(&morning, STUDENT, "provinceReview");
    assert_state(&morning, RENAME, "provinceReview");
    assert_state(&morning, REGISTRATION, "rejected");
    assert_state(&morning, ENROLMENT, "cityReview");
    assert_int_equal(scene_mails(morning.scene, "NR", NULL), 1);
    assert_true(scene_told(morning.scene, "NR", JINAN_1, "已办理 4 项"));
    assert_true(scene_told(morning.scene, "NR", JINAN_1, "已同意，留档编号 济建〔2026〕1号"));
    assert_true(scene_told(morning.scene, "NR", JINAN_1, "原因：材料不全， 缺营业执照"));
    assert_true(scene_told(morning.scene, "N6", "new@example.com", "缺营业执照"));
    assert_non_null(scene_mail(morning.scene, "N4", PROVINCE_1));
    const struct step *step = first_step(&morning, STUDENT, &steps);
    assert_string_equal(step->archive, "济建〔2026〕1号");
    assert_string_equal(step->reviewer, JINAN_1_DN);
    g_ptr_array_unref(steps);
    scene_reply(morning.scene, JINAN_1, "NL", "5 同意"); /* what was not named can still be */
    assert_string_not_equal(scene_state(morning.scene, morning.ids[ENROLMENT]), "cityReview");
    morning_end(&morning);
}

static void test_one_line_not_understood_and_nothing_is_done(void **state)
{
    static const char *const answers[] = {
        "1-4 同意 留档编号：7\n5 再看看",
        "1-4 同意 留档编号：7\n4 驳回 缺章",
        "1-4 同意 留档编号：7\n6 同意",
        "1-4 同意 留档编号：7\n其余同意",
        "同意",
        "谢谢",
        "全部同意", /* without the archive number that some need */
        "1 同意/不同意 留档编号：\n2 同意/不同意 留档编号：\n3 同意/不同意 留档编号：\n4 同意/不同意 留档编号：\n5 同意/不同意",
        "全部同意\n留档编号：",
    };
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        struct morning morning;
        morning_come(&morning);
        scene_reply(morning.scene, JINAN_1, "NL", answers[i]);
        assert_all_wait(&morning);
        assert_int_equal(scene_mails(morning.scene, "NR", JINAN_1), 1);
        assert_true(scene_told(morning.scene, "NR", JINAN_1, "没有办理"));
        scene_reply(morning.scene, JINAN_1, "NR", "5 同意"); /* the receipt can be answered as the list can */
        assert_string_not_equal(scene_state(morning.scene, morning.ids[ENROLMENT]), "cityReview");
        morning_end(&morning);
    }
}

static void test_the_transcript_says_what_was_read(void **state)
{
    struct morning morning;
    (void)state;

    morning_come(&morning);
    scene_reply(morning.scene, JINAN_1, "NL", "1-4 同意 留档编号：7\n5 再看看");
    assert_true(scene_told(morning.scene, "NR", JINAN_1, "“1-4 同意 留档编号：7”　读作：同意，留档编号 7"));
    assert_true(scene_told(morning.scene, "NR", JINAN_1, "“5 再看看”　序号后没有读到"));
    morning_end(&morning);
}

static void test_all_at_once(void **state)
{
    struct morning morning;
    (void)state;

    morning_come(&morning);
    scene_reply(morning.scene, JINAN_1, "NL", "全部同意\n留档编号：济建〔2026〕1号");
    for (guint i = 0; i < COUNT; i++)
        assert_string_not_equal(scene_state(morning.scene, morning.ids[i]), "cityReview");
    assert_true(scene_told(morning.scene, "NR", JINAN_1, "已办理 5 项"));
    morning_end(&morning);
}

/* A guard that holds one up leaves the others alone. */
static void test_what_holds_one_up_does_not_hinder_the_others(void **state)
{
    struct morning morning;
    (void)state;

    morning_come(&morning);
    story_withdraw(morning.scene, "T1", morning.ids[LOSS]);
    g_autoptr(GPtrArray) tickets = morning.scene->site.mind.records.tickets(morning.scene->site.store, morning.ids[STUDENT]);
    assert_int_equal(tickets->len, 3);
    scene_reply(morning.scene, JINAN_2, "NL", "2 同意 留档编号：9");
    scene_reply(morning.scene, JINAN_1, "NL", "1-2 同意 留档编号：7\n3、5 同意\n4 驳回");
    assert_state(&morning, LOSS, "withdrawn");
    assert_state(&morning, RENAME, "cityReview");       /* no archive number */
    assert_state(&morning, REGISTRATION, "cityReview"); /* no reason */
    assert_string_not_equal(scene_state(morning.scene, morning.ids[ENROLMENT]), "cityReview");
    assert_true(scene_told(morning.scene, "NR", JINAN_1, "已办理 1 项"));
    assert_true(scene_told(morning.scene, "NR", JINAN_1, "已由他人处理"));
    assert_true(scene_told(morning.scene, "NR", JINAN_1, "缺少留档编号，没有办理；请回复“3 同意 留档编号：……”"));
    assert_true(scene_told(morning.scene, "NR", JINAN_1, "缺少原因，没有办理；请回复“4 不同意 原因：……”"));
    assert_true(scene_told(morning.scene, "NR", JINAN_1, "撤回"));
    GPtrArray *steps;
    assert_string_equal(first_step(&morning, STUDENT, &steps)->archive, "9");
    g_ptr_array_unref(steps);
    morning_end(&morning);
}

/* What is about one request is said in answer to its own mail. */
static void test_a_list_takes_nothing_back_and_hands_nothing_on(void **state)
{
    struct morning morning;
    (void)state;

    morning_come(&morning);
    morning.scene->site.policy.undo_minutes = 30;
    scene_reply(morning.scene, JINAN_1, "NL", "5 同意");
    scene_reply(morning.scene, JINAN_1, "NL", "撤回");
    assert_true(scene_told(morning.scene, "NR", JINAN_1, "请回复该申请的审核邮件，正文只写“撤回”"));
    scene_reply(morning.scene, JINAN_1, "NL", "转办：济南审核乙");
    assert_true(scene_told(morning.scene, "NR", JINAN_1, "请回复该申请的审核邮件，第一行只写“转办：”"));
    morning_end(&morning);
}

static void test_a_second_answer_changes_nothing(void **state)
{
    struct morning morning;
    (void)state;

    morning_come(&morning);
    scene_reply(morning.scene, JINAN_1, "NL", "4 驳回 材料不全");
    scene_reply(morning.scene, JINAN_1, "NL", "4 同意 留档编号：7");
    assert_state(&morning, REGISTRATION, "rejected");
    assert_true(scene_told(morning.scene, "NR", JINAN_1, "第一次"));
    morning_end(&morning);
}

static void test_the_next_list_ends_this_one(void **state)
{
    struct morning morning;
    (void)state;

    morning_come(&morning);
    const struct mail *old = scene_mail(morning.scene, "NL", JINAN_1);
    scene_forward(morning.scene, 1);
    scene_answer(morning.scene, old, JINAN_1, "5 同意");
    scene_deliver(morning.scene);
    assert_all_wait(&morning);
    assert_true(scene_told(morning.scene, "NR", JINAN_1, "已被新的清单取代"));
    scene_reply(morning.scene, JINAN_1, "NL", "5 同意");
    assert_string_not_equal(scene_state(morning.scene, morning.ids[ENROLMENT]), "cityReview");
    morning_end(&morning);
}

/* The review mail decides as before, and the list knows of it. */
static void test_the_review_mails_stay_valid(void **state)
{
    struct morning morning;
    (void)state;

    morning_come(&morning);
    scene_reply(morning.scene, JINAN_1, "N2", "同意"); /* the last one: the enrolment's */
    assert_string_not_equal(scene_state(morning.scene, morning.ids[ENROLMENT]), "cityReview");
    scene_reply(morning.scene, JINAN_1, "NL", "5 不同意 缺章\n4 驳回 缺章");
    assert_string_not_equal(scene_state(morning.scene, morning.ids[ENROLMENT]), "rejected");
    assert_state(&morning, REGISTRATION, "rejected");
    morning_end(&morning);
}

static void test_nobody_else_answers_it(void **state)
{
    struct morning morning;
    (void)state;

    morning_come(&morning);
    const struct mail *list = scene_mail(morning.scene, "NL", JINAN_1);
    scene_answer(morning.scene, list, "stranger@example.com", "5 同意");
    scene_answer(morning.scene, list, QINGDAO_1, "5 同意");
    scene_deliver(morning.scene);
    assert_all_wait(&morning);
    assert_int_equal(scene_mails(morning.scene, NULL, "stranger@example.com"), 1);
    assert_true(scene_told(morning.scene, "NX", "stranger@example.com", "收到该邮件的邮箱"));
    assert_null(strstr(scene_mail(morning.scene, "NX", "stranger@example.com")->document, morning.ids[ENROLMENT]));
    const struct mail *told = scene_mail(morning.scene, "NR", QINGDAO_1);
    assert_non_null(strstr(told->text, "另一位审核人员"));
    assert_null(strstr(told->text, morning.ids[ENROLMENT]));
    assert_null(told->reply_to);
    tree_drop(morning.scene->tree, REVIEWERS("370100"), "member", JINAN_1_DN);
    scene_answer(morning.scene, list, JINAN_1, "5 同意");
    scene_deliver(morning.scene);
    assert_all_wait(&morning);
    assert_true(scene_told(morning.scene, "NR", JINAN_1, "不是该主管部门的审核人员"));
    morning_end(&morning);
}

static void test_what_was_handed_on_is_not_decided_here(void **state)
{
    struct morning morning;
    (void)state;

    morning_come(&morning);
    scene_reply(morning.scene, JINAN_1, "N2", "转办：city-jinan-2"); /* the enrolment */
    scene_reply(morning.scene, JINAN_1, "NL", "5 同意");
    assert_state(&morning, ENROLMENT, "cityReview");
    assert_true(scene_told(morning.scene, "NR", JINAN_1, "转办"));
    scene_forward(morning.scene, 1);
    assert_null(strstr(scene_mail(morning.scene, "NL", JINAN_1)->text, morning.ids[ENROLMENT]));
    assert_non_null(strstr(scene_mail(morning.scene, "NL", JINAN_2)->text, morning.ids[ENROLMENT]));
    morning_end(&morning);
}

/* What was listed is what is signed. */
static void test_a_form_that_is_not_the_listed_one_is_not_decided(void **state)
{
    struct morning morning;
    (void)state;

    morning_come(&morning);
    run(morning.scene, "UPDATE docket_item SET digest = 'another' WHERE number = 5");
    scene_reply(morning.scene, JINAN_1, "NL", "4 驳回 缺章\n5 同意");
    assert_state(&morning, ENROLMENT, "cityReview");
    assert_state(&morning, REGISTRATION, "rejected");
    assert_true(scene_told(morning.scene, "NR", JINAN_1, "已办理 1 项"));
    assert_true(scene_told(morning.scene, "NR", JINAN_1, "内容已有变化"));
    morning_end(&morning);
}

/* Where a decision can be taken back for a while, one made by number can be, too: by the request's review mail, or its own receipt. */
static void test_a_decision_by_number_can_be_taken_back(void **state)
{
    static const char *const codes[] = {"N2", "NH"};
    struct morning morning;
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(codes); i++) {
        morning_come(&morning);
        morning.scene->site.policy.undo_minutes = 30;
        scene_reply(morning.scene, JINAN_1, "NL", "4 驳回 缺章\n5 同意");
        assert_state(&morning, ENROLMENT, "cityReview");
        assert_true(scene_told(morning.scene, "NR", JINAN_1, "撤回期满后生效"));
        assert_true(scene_told(morning.scene, "NH", JINAN_1, "请在此之前回复本邮件"));
        scene_reply(morning.scene, JINAN_1, codes[i], "撤回"); /* the enrolment's */
        scene_forward(morning.scene, 1);
        assert_state(&morning, ENROLMENT, "cityReview");
        assert_state(&morning, REGISTRATION, "rejected");
        morning_end(&morning);
    }
}

/* Two decisions of one answer that would move the same request: the first is carried out, the second told. */
static void test_no_request_is_moved_twice_by_one_answer(void **state)
{
    struct morning morning;
    (void)state;

    morning_come(&morning);
    run(morning.scene,
        "DROP INDEX docket_item_request; UPDATE docket_item AS a SET (request, step, digest) = (SELECT request, step, "
        "digest FROM docket_item AS b WHERE b.docket = a.docket AND b.number = 4) WHERE number = 5");
    scene_reply(morning.scene, JINAN_1, "NL", "4 驳回 缺章\n5 同意 留档编号：7");
    assert_state(&morning, REGISTRATION, "rejected");
    assert_true(scene_told(morning.scene, "NR", JINAN_1, "相互影响"));
    morning_end(&morning);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_day_has_one_list_whatever_else_is_lost),
        cmocka_unit_test(test_the_directory_is_away_at_that_hour),
        cmocka_unit_test(test_it_shows_what_the_review_mails_show),
        cmocka_unit_test(test_two_authorities_make_one_list),
        cmocka_unit_test(test_each_number_is_decided_by_itself),
        cmocka_unit_test(test_one_line_not_understood_and_nothing_is_done),
        cmocka_unit_test(test_the_transcript_says_what_was_read),
        cmocka_unit_test(test_all_at_once),
        cmocka_unit_test(test_what_holds_one_up_does_not_hinder_the_others),
        cmocka_unit_test(test_a_list_takes_nothing_back_and_hands_nothing_on),
        cmocka_unit_test(test_a_second_answer_changes_nothing),
        cmocka_unit_test(test_the_next_list_ends_this_one),
        cmocka_unit_test(test_the_review_mails_stay_valid),
        cmocka_unit_test(test_nobody_else_answers_it),
        cmocka_unit_test(test_what_was_handed_on_is_not_decided_here),
        cmocka_unit_test(test_a_form_that_is_not_the_listed_one_is_not_decided),
        cmocka_unit_test(test_a_decision_by_number_can_be_taken_back),
        cmocka_unit_test(test_no_request_is_moved_twice_by_one_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
