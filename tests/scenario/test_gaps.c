/* Gaps through which a decision, a notice or somebody's data could slip, each closed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "tests/scenario/story.h"

#define QINGDAO "city-qingdao-1@example.com"
#define CERT_1 "csCertificateNumber=SD-011-2019-000001,csTraineeNumber=T-000001," E2
#define SURRENDERED "已上缴 SD-011-2019-000001"

static void test_a_receiver_that_is_gone_holds_up_nobody_elses_reminder(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *stuck = scene_form(scene, "T2E", NULL);
    g_autofree char *other = scene_form(scene, "T5", NULL);

    tree_delete(scene->tree, E2);
    scene_forward(scene, 12);
    assert_non_null(scene_mail(scene, "N8", "city-jinan-1@example.com"));
    assert_string_equal(scene_state(scene, stuck), "cityReview");
    assert_string_equal(scene_state(scene, other), "cityReview");
    scene_free(scene);
}

static void test_a_reminder_moves_no_request_to_another_city(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", NULL);

    tree_set(scene->tree, E2, ATTRIBUTE_DIVISION_CODE, "370600");
    scene_forward(scene, 12);
    g_autofree char *division = story_division(scene, id);
    assert_string_equal(division, "370200");
    scene_free(scene);
}

/* An employer change is done and its old certificate is to come in. */
static struct scene *printing(char **id)
{
    struct scene *scene = scene_new();

    *id = scene_form(scene, "T2E", "reprintRequested", "true", NULL);
    story_approve_all(scene, *id);
    assert_string_equal(scene_state(scene, *id), "done");
    return scene;
}

static void test_a_former_reviewer_records_no_surrender(void **state)
{
    g_autofree char *id = NULL;
    struct scene *scene = printing(&id);
    (void)state;

    tree_set(scene->tree, REVIEWER("city-qingdao-1", "370200"), ATTRIBUTE_ACTIVE, "FALSE");
    scene_reply(scene, QINGDAO, "N5", SURRENDERED);
    assert_string_equal(scene_value(scene, CERT_1, ATTRIBUTE_COPY_STATE), "toPrint");
    scene_free(scene);
}

static void test_a_surrender_the_directory_does_not_take_is_told(void **state)
{
    g_autofree char *id = NULL;
    struct scene *scene = printing(&id);
    (void)state;

    scene_answer(scene, scene_mail(scene, "N5", QINGDAO), QINGDAO, SURRENDERED);
    tree_set(scene->tree, CERT_1, ATTRIBUTE_COPY_NUMBER, "7");
    scene_deliver(scene);
    assert_non_null(scene_mail(scene, "N11", SCENE_OPERATOR));
    assert_string_equal(scene_state(scene, id), "done");
    scene_free(scene);
}

static void test_an_unproved_new_address_sees_no_old_values(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "P2", "target", "self", "changes/change[1]/@field", "contactMail",
                                     "changes/change[1]/newValue", "intruder@example.com", "changes/change[2]/@field",
                                     "legalRepresentative", "changes/change[2]/newValue", "测试法人新", NULL);
    const char *before = scene_value(scene, E1, ATTRIBUTE_LEGAL_REPRESENTATIVE);

    assert_string_equal(scene_state(scene, id), "draft");
    assert_non_null(scene_mail(scene, "N1D", "intruder@example.com"));
    assert_non_null(before);
    assert_null(strstr(scene_mail(scene, "N1D", "intruder@example.com")->document, before));
    scene_free(scene);
}

static void test_one_person_with_two_entries_is_one_pair_of_eyes(void **state)
{
    static const char second[] = REVIEWER("second", "370000");
    struct scene *scene = scene_new();
    (void)state;

    tree_add(scene->tree, second, ATTRIBUTE_OBJECT_CLASS, CLASS_REVIEWER, ATTRIBUTE_UID, "second", ATTRIBUTE_CN, "测试市甲",
             ATTRIBUTE_MAIL, "second@example.com", ATTRIBUTE_ID_NUMBER, "370199198001019051", ATTRIBUTE_ACTIVE, "TRUE", NULL);
    entry_put(tree_entry(scene->tree, REVIEWERS("370000")), ATTRIBUTE_MEMBER, second);
    g_autofree char *id = scene_form(scene, "T1", NULL);
    scene_reply(scene, "city-jinan-1@example.com", "N2", STORY_APPROVE);
    assert_string_equal(scene_state(scene, id), "provinceReview");
    assert_non_null(scene_mail(scene, "N4", "province-1@example.com"));
    assert_null(scene_mail(scene, "N4", "second@example.com"));
    scene_free(scene);
}

/* It is known for the same person only after the second stage has begun. */
static void test_a_second_entry_found_out_later_decides_nothing(void **state)
{
    static const char second[] = REVIEWER("second", "370000");
    struct scene *scene = scene_new();
    (void)state;

    tree_add(scene->tree, second, ATTRIBUTE_OBJECT_CLASS, CLASS_REVIEWER, ATTRIBUTE_UID, "second", ATTRIBUTE_CN, "测试市甲",
             ATTRIBUTE_MAIL, "second@example.com", ATTRIBUTE_ACTIVE, "TRUE", NULL);
    entry_put(tree_entry(scene->tree, REVIEWERS("370000")), ATTRIBUTE_MEMBER, second);
    g_autofree char *id = scene_form(scene, "T1", NULL);
    scene_reply(scene, "city-jinan-1@example.com", "N2", STORY_APPROVE);
    tree_set(scene->tree, second, ATTRIBUTE_ID_NUMBER, "370199198001019051");
    scene_reply(scene, "second@example.com", "N4", STORY_APPROVE);
    assert_string_equal(scene_state(scene, id), "provinceReview");
    scene_free(scene);
}

/* Forms that are refused, one after the other. */
static void file_refused(struct scene *scene, const char *from, guint times)
{
    struct paper *paper = paper_new("T5");

    paper_put(paper, "contactMobile", "12345");
    for (guint i = 0; i < times; i++)
        scene_file_from(scene, from, paper);
    scene_deliver(scene);
    paper_free(paper);
}

static void test_forged_forms_neither_flood_a_person_nor_silence_them(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    scene->stamped = FALSE;
    file_refused(scene, "new@example.com", 100);
    file_refused(scene, "New@example.com", 50);
    guint flood = scene_mails(scene, "N0", "new@example.com") + scene_mails(scene, "N0", "New@example.com");
    assert_in_range(flood, 20, 60);
    scene->stamped = TRUE;
    file_refused(scene, "new@example.com", 1);
    assert_int_equal(scene_mails(scene, "N0", "new@example.com") + scene_mails(scene, "N0", "New@example.com"), flood + 1);
    scene->stamped = FALSE;
    scene_forward(scene, 1);
    file_refused(scene, "new@example.com", 1);
    assert_int_equal(scene_mails(scene, "N0", "new@example.com") + scene_mails(scene, "N0", "New@example.com"), flood + 2);
    scene_free(scene);
}

/* Four subaddresses are one person, to whom an hour's pause changes nothing. */
static void test_error_answers_to_subaddresses_reach_one_mailbox(void **state)
{
    static const char *const from[] = {"new+a@example.com", "new+b@example.com", "new+c@example.com", "new+d@example.com"};
    struct scene *scene = scene_new();
    guint flood = 0;
    (void)state;

    scene->stamped = FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(from); i++) {
        file_refused(scene, from[i], 60);
        flood += scene_mails(scene, "N0", from[i]);
        scene->now += G_GINT64_CONSTANT(3600000);
    }
    assert_int_equal(scene_mails(scene, "N0", from[0]), 50);
    assert_int_equal(flood, 150);
    scene->stamped = TRUE; /* who proves to be the owner is answered */
    file_refused(scene, from[3], 1);
    assert_int_equal(scene_mails(scene, "N0", from[3]), 1);
    scene_free(scene);
}

static void test_a_robot_nobody_knows_is_asked_back_so_often_and_no_more(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T5", NULL);

    for (guint i = 0; i < 40; i++)
        scene_reply(scene, "city-jinan-1@example.com", "N2", "thank you, your ticket has been opened");
    assert_int_equal(scene_mails(scene, "N9", "city-jinan-1@example.com"), 2);
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_free(scene);
}

static void test_a_question_uses_up_no_other_answer(void **state)
{
    struct scene *scene = scene_new();
    struct mail unknown = {.subject = (char *)"[cs:abcdefghijklmnopqrstuvwxye]", .message_id = (char *)"0@example.com"};
    struct mail question = {.subject = (char *)"?", .message_id = (char *)"0@example.com"};
    (void)state;

    scene_answer(scene, &question, "city-jinan-1@example.com", STORY_UNCLEAR);
    scene_answer(scene, &question, "city-jinan-1@example.com", STORY_UNCLEAR);
    scene_answer(scene, &unknown, "city-jinan-1@example.com", STORY_APPROVE);
    scene_deliver(scene);
    assert_int_equal(scene_mails(scene, "NX", "city-jinan-1@example.com"), 2);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_receiver_that_is_gone_holds_up_nobody_elses_reminder),
        cmocka_unit_test(test_a_reminder_moves_no_request_to_another_city),
        cmocka_unit_test(test_a_former_reviewer_records_no_surrender),
        cmocka_unit_test(test_a_surrender_the_directory_does_not_take_is_told),
        cmocka_unit_test(test_an_unproved_new_address_sees_no_old_values),
        cmocka_unit_test(test_one_person_with_two_entries_is_one_pair_of_eyes),
        cmocka_unit_test(test_a_second_entry_found_out_later_decides_nothing),
        cmocka_unit_test(test_forged_forms_neither_flood_a_person_nor_silence_them),
        cmocka_unit_test(test_error_answers_to_subaddresses_reach_one_mailbox),
        cmocka_unit_test(test_a_robot_nobody_knows_is_asked_back_so_often_and_no_more),
        cmocka_unit_test(test_a_question_uses_up_no_other_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
