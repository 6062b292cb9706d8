/* Answers that come twice, crossed, too late or from the wrong hands (domain.md 7.9-7.16, 7.33, 7.35), on a registration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "tests/scenario/desk.h"

static void test_7_09_a_reviewer_registers_and_nobody_else_is_there(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    struct paper *paper = paper_new("P1");

    paper_put(paper, "cityCode", "371300"); /* one reviewer */
    tree_set(scene->tree, REVIEWER("city-linyi-1", "371300"), ATTRIBUTE_ID_NUMBER, "371299198507030115");
    scene_file(scene, paper);
    scene_deliver(scene);
    paper_free(paper);
    g_autofree char *id = scene_newest(scene);
    assert_string_equal(scene_state(scene, id), "cityReview");
    assert_int_equal(scene_mails(scene, "N2", NULL), 0);
    assert_non_null(scene_mail(scene, "N11", SCENE_OPERATOR));
    scene_free(scene);
}

static void test_7_10_a_reviewer_of_another_city_answers_a_forwarded_mail(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    answer_of(scene, JINAN_1, QINGDAO_1, APPROVE);
    assert_waits(scene, id);
    assert_non_null(scene_mail(scene, "N9", QINGDAO_1));
    leave(scene, id);
}

static void test_7_12_two_reviewers_answer(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    scene_reply(scene, JINAN_2, "N2", APPROVE);
    scene_reply(scene, JINAN_1, "N2", REJECT);
    assert_string_equal(scene_state(scene, id), "done");
    assert_true(scene_told(scene, "N9", JINAN_1, "已由他人处理"));
    assert_int_equal(scene_mails(scene, "N5", NEW), 1);
    leave(scene, id);
}

static void test_7_12_two_reviewers_answer_in_one_batch(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;
    const struct mail *first = scene_mail(scene, "N2", JINAN_1), *second = scene_mail(scene, "N2", JINAN_2);

    scene->batch = TRUE;
    store_begin(scene->site.store);
    scene_answer(scene, first, JINAN_1, REJECT);
    scene_answer(scene, second, JINAN_2, APPROVE);
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, id), "rejected");
    assert_true(scene_told(scene, "N9", JINAN_2, "已由他人处理"));
    leave(scene, id);
}

static void test_7_13_the_same_reply_is_delivered_twice(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;
    g_autofree char *reply =
        g_strdup_printf("From: <" JINAN_1 ">\r\nTo: <%s>\r\nMessage-ID: <twice@example.com>\r\n"
                        "Date: Wed, 06 May 2026 02:00:00 +0000\r\nSubject: Re\r\n\r\nAPPROVE\r\nARCHIVE: 1\r\n",
                        scene_mail(scene, "N2", JINAN_1)->reply_to);

    scene_receive(scene, reply, strlen(reply));
    scene_deliver(scene);
    guint mails = scene_mails(scene, NULL, NULL);
    assert_string_equal(scene_state(scene, id), "done");
    g_autofree char *again = g_strdup_printf("Received: by another way\r\n%s", reply);
    scene_receive(scene, again, strlen(again));
    scene_deliver(scene);
    assert_int_equal(scene_mails(scene, NULL, NULL), mails);
    leave(scene, id);
}

static void test_7_14_withdrawal_before_approval(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    struct paper *paper = paper_new("P5");
    (void)state;

    paper_put(paper, "head/applicantUid", "jinan-ding");
    paper_put(paper, "requestId", id);
    scene_file_from(scene, NEW, paper);
    scene_deliver(scene);
    paper_free(paper);
    assert_string_equal(scene_state(scene, id), "withdrawn");
    assert_non_null(scene_mail(scene, "N7", NEW));
    assert_non_null(scene_mail(scene, "N7", JINAN_1));
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    assert_string_equal(scene_state(scene, id), "withdrawn");
    assert_true(scene_told(scene, "N9", JINAN_1, "已撤回"));
    leave(scene, id);
}

static void test_7_14_withdrawal_while_it_takes_effect_and_after(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    struct paper *paper = paper_new("P5");
    (void)state;

    scene_answer(scene, scene_mail(scene, "N2", JINAN_1), JINAN_1, APPROVE);
    assert_string_equal(scene_state(scene, id), "applying");
    paper_put(paper, "head/applicantUid", "jinan-ding");
    paper_put(paper, "requestId", id);
    scene_file_from(scene, NEW, paper);
    scene_deliver(scene);
    assert_true(scene_told(scene, "N0", NEW, "E-CLOSED"));
    assert_string_equal(scene_state(scene, id), "done");
    paper_put(paper, "reason", "还是想撤回");
    scene_file_from(scene, NEW, paper);
    scene_deliver(scene);
    assert_int_equal(scene_mails(scene, "N0", NEW), 2);
    assert_string_equal(scene_state(scene, id), "done");
    paper_free(paper);
    leave(scene, id);
}

static void test_7_14_they_cross_in_one_batch(void **state)
{
    (void)state;
    for (guint withdrawn_first = 0; withdrawn_first < 2; withdrawn_first++) {
        char *id;
        struct scene *scene = waiting(&id);
        struct paper *paper = paper_new("P5");
        const struct mail *mail = scene_mail(scene, "N2", JINAN_1);
        paper_put(paper, "head/applicantUid", "jinan-ding");
        paper_put(paper, "requestId", id);
        scene->batch = TRUE;
        store_begin(scene->site.store);
        if (withdrawn_first)
            scene_file_from(scene, NEW, paper);
        scene_answer(scene, mail, JINAN_1, APPROVE);
        if (!withdrawn_first)
            scene_file_from(scene, NEW, paper);
        scene_deliver(scene);
        assert_string_equal(scene_state(scene, id), withdrawn_first ? "withdrawn" : "done");
        assert_true(withdrawn_first ? scene_told(scene, "N9", JINAN_1, "已撤回") : scene_told(scene, "N0", NEW, "E-CLOSED"));
        paper_free(paper);
        leave(scene, id);
    }
}

static void test_7_14_nobody_withdraws_a_strangers_request(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;
    g_autofree char *own = scene_form(scene, "P5", "requestId", id, NULL);
    g_autofree char *first = g_strdup(scene_mail(scene, "N0", "e1@example.com")->text);

    assert_null(own);
    assert_true(scene_told(scene, "N0", "e1@example.com", "E-NOT-OWNER"));
    g_free(scene_form(scene, "P5", "requestId", "T5-2026-000999", NULL));
    assert_string_equal(scene_mail(scene, "N0", "e1@example.com")->text, first);
    assert_string_equal(scene_state(scene, id), "cityReview");
    leave(scene, id);
}

static void test_7_15_a_contrary_correction_changes_nothing(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", APPROVE);
    scene_reply(scene, JINAN_1, "N2", REJECT);
    assert_string_equal(scene_state(scene, id), "done");
    assert_true(scene_told(scene, "N9", JINAN_1, "第一次"));
    leave(scene, id);
}

static void test_7_16_the_archive_number_in_a_second_reply(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", "同意");
    scene_reply(scene, JINAN_1, "N2", "留档编号：济建留档〔2026〕0123号");
    assert_waits(scene, id);
    scene_reply(scene, JINAN_1, "N9", APPROVE);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

static void test_7_33_a_city_without_reviewers_waits(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "P1", "cityCode", "371700", NULL);

    assert_string_equal(scene_state(scene, id), "cityReview");
    assert_int_equal(scene_mails(scene, "N2", NULL), 0);
    assert_non_null(scene_mail(scene, "N11", SCENE_OPERATOR));
    scene_forward(scene, 30);
    assert_string_equal(scene_state(scene, id), "cityReview");
    tree_add(scene->tree, REVIEWER("city-heze-1", "371700"), ATTRIBUTE_OBJECT_CLASS, CLASS_REVIEWER, ATTRIBUTE_UID, "city-heze-1",
             ATTRIBUTE_CN, "菏泽审核甲", ATTRIBUTE_MAIL, "city-heze-1@example.com", ATTRIBUTE_ACTIVE, "TRUE", NULL);
    tree_set(scene->tree, REVIEWERS("371700"), ATTRIBUTE_MEMBER, REVIEWER("city-heze-1", "371700"));
    scene_forward(scene, 5);
    scene_reply(scene, "city-heze-1@example.com", "N8", "同意");
    assert_string_equal(scene_state(scene, id), "done");
    scene_free(scene);
}

static void test_7_33_the_province_hears_of_it(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "P1", "cityCode", "371700", NULL);

    assert_non_null(id);
    assert_non_null(scene_mail(scene, "N11", "province-1@example.com"));
    scene_free(scene);
}

static void test_7_35_a_reviewer_is_deactivated_after_the_mail_went_out(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    tree_set(scene->tree, JINAN_1_DN, ATTRIBUTE_ACTIVE, "FALSE");
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    assert_waits(scene, id);
    assert_true(scene_told(scene, "N9", JINAN_1, "不是该主管部门"));
    scene_forward(scene, 7); /* five working days */
    assert_null(scene_mail(scene, "N8", JINAN_1));
    assert_non_null(scene_mail(scene, "N8", JINAN_2));
    scene_reply(scene, JINAN_2, "N2", APPROVE);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_7_09_a_reviewer_registers_and_nobody_else_is_there),
        cmocka_unit_test(test_7_10_a_reviewer_of_another_city_answers_a_forwarded_mail),
        cmocka_unit_test(test_7_12_two_reviewers_answer),
        cmocka_unit_test(test_7_12_two_reviewers_answer_in_one_batch),
        cmocka_unit_test(test_7_13_the_same_reply_is_delivered_twice),
        cmocka_unit_test(test_7_14_withdrawal_before_approval),
        cmocka_unit_test(test_7_14_withdrawal_while_it_takes_effect_and_after),
        cmocka_unit_test(test_7_14_they_cross_in_one_batch),
        cmocka_unit_test(test_7_14_nobody_withdraws_a_strangers_request),
        cmocka_unit_test(test_7_15_a_contrary_correction_changes_nothing),
        cmocka_unit_test(test_7_16_the_archive_number_in_a_second_reply),
        cmocka_unit_test(test_7_33_a_city_without_reviewers_waits),
        cmocka_unit_test(test_7_33_the_province_hears_of_it),
        cmocka_unit_test(test_7_35_a_reviewer_is_deactivated_after_the_mail_went_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
