/* Who hears what (domain.md 6.5), where a story elsewhere does not show it: the end of a request, by everybody it concerns. */
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
#define JINAN "city-jinan-1@example.com"
#define QINGDAO "city-qingdao-1@example.com"

/* N5 goes to who reviewed the first stage, whatever was asked for; but not to who has just decided the only one. */
static void test_the_first_reviewer_hears_the_end_of_what_others_decided(void **state)
{
    static const struct {
        const char *type, *reviewer;
        int mails;
    } lines[] = {
        {"T1", JINAN, 1},
        {"T2E", QINGDAO, 1},
        {"T2P", QINGDAO, 1},
        {"T2S", JINAN, 1},
        {"T3N", JINAN, 1},
        {"T3C", QINGDAO, 1},
        {"T4", JINAN, 1},
        {"T5", JINAN, 0},
        {"P3", JINAN, 0},
        {"P4", JINAN, 0},
        {"P1", "city-weifang-1@example.com", 0},
    };
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        struct scene *scene = scene_new();
        g_autofree char *id = scene_form(scene, lines[i].type, NULL);
        story_approve_all(scene, id);
        assert_string_equal(scene_state(scene, id), "done");
        if ((int)scene_mails(scene, "N5", lines[i].reviewer) != lines[i].mails)
            fail_msg("%s: %s has heard %d times that it is done", lines[i].type, lines[i].reviewer,
                     (int)scene_mails(scene, "N5", lines[i].reviewer));
        const struct mail *told = scene_mail(scene, "N5", lines[i].reviewer);
        assert_true(!told || !told->reply_to); /* nothing is asked */
        assert_true(!told || !told->secret);
        scene_free(scene);
    }
}

static void test_others_of_the_authority_hear_it_when_that_reviewer_is_there_no_more(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", "reprintRequested", "true", NULL);

    scene_reply(scene, QINGDAO, "N2", STORY_APPROVE);
    tree_set(scene->tree, REVIEWER("city-qingdao-1", "370200"), ATTRIBUTE_ACTIVE, "FALSE");
    story_decide(scene, id, "同意");
    assert_string_equal(scene_state(scene, id), "done");
    assert_null(scene_mail(scene, "N5", QINGDAO));
    scene_reply(scene, "city-qingdao-2@example.com", "N5", "已上缴 SD-011-2019-000001");
    assert_string_equal(
        scene_value(scene, "csCertificateNumber=SD-011-2019-000001,csTraineeNumber=T-000001," E2, ATTRIBUTE_COPY_STATE),
        "printable");
    scene_free(scene);
}

/* The receiving enterprise knows who comes, not the whole number. */
static void test_the_receiver_is_told_who_moves(void **state)
{
    static const char *const codes[] = {"N2b", "N5"};
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", NULL);

    story_approve_all(scene, id);
    for (guint i = 0; i < G_N_ELEMENTS(codes); i++) {
        assert_true(scene_told(scene, codes[i], E2_MAIL, "测试甲"));
        assert_true(scene_told(scene, codes[i], E2_MAIL, "370199********0019"));
        assert_null(strstr(scene_mail(scene, codes[i], E2_MAIL)->text, "370199199001010019"));
        assert_null(strstr(scene_mail(scene, codes[i], E2_MAIL)->document, "370199199001010019"));
    }
    assert_true(scene_told(scene, "N5", QINGDAO, "370199********0019"));
    scene_free(scene);
}

static void test_the_receiver_is_told_who_does_not_come(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", NULL);

    story_decide(scene, id, STORY_REJECT);
    assert_true(scene_told(scene, "N6", E2_MAIL, "测试甲"));
    g_autofree char *again = scene_form(scene, "T2E", NULL);
    story_withdraw(scene, "T2E", again);
    assert_true(scene_told(scene, "N7", E2_MAIL, "370199********0019"));
    scene_free(scene);
}

/* Who says yes to what has gone hears that nothing came of it; so do those who need not answer any more. */
static void test_a_reviewer_whose_approval_finds_the_facts_gone_is_told(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", NULL);

    tree_delete(scene->tree, E2);
    scene_reply(scene, QINGDAO, "N2", STORY_APPROVE);
    assert_string_equal(scene_state(scene, id), "void");
    assert_true(scene_told(scene, "N6v", QINGDAO, "接收企业"));
    assert_true(scene_told(scene, "N6v", "city-qingdao-2@example.com", id));
    assert_int_equal(scene_mails(scene, "N6v", QINGDAO), 1);
    scene_free(scene);
}

/* What a registrant asks carries their name, not a number alone. */
static void test_a_registrants_own_query_bears_their_name(void **state)
{
    struct scene *scene = scene_new();
    struct paper *query = paper_new("P6"), *registration = paper_new("T5");
    const char *sender = paper_sender(registration);
    (void)state;
    g_autofree char *id = scene_form(scene, "T5", NULL);

    paper_put(query, "head/applicantUid", paper_value(registration, "loginName"));
    paper_put(query, "requestId", id);
    scene_file_from(scene, sender, query);
    scene_deliver(scene);
    assert_true(scene_told(scene, "NS", sender, id));
    const struct mail *answer = scene_mail(scene, "NS", sender);
    assert_non_null(strstr(answer->subject, paper_value(registration, "enterpriseName")));
    g_autofree char *applicant = g_strdup_printf("申请人　：%s", paper_value(registration, "enterpriseName"));
    assert_true(scene_told(scene, "NS", sender, applicant));
    paper_free(query);
    paper_free(registration);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_reviewer_hears_the_end_of_what_others_decided),
        cmocka_unit_test(test_others_of_the_authority_hear_it_when_that_reviewer_is_there_no_more),
        cmocka_unit_test(test_the_receiver_is_told_who_moves),
        cmocka_unit_test(test_the_receiver_is_told_who_does_not_come),
        cmocka_unit_test(test_a_reviewer_whose_approval_finds_the_facts_gone_is_told),
        cmocka_unit_test(test_a_registrants_own_query_bears_their_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
