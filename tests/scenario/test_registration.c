/* Registrations (T5, P1) from form to account: drafts, the city's decision, refusals, and what becomes of names and numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "tests/scenario/scene.h"

#define NEW "new@example.com"
#define JINAN_1 "city-jinan-1@example.com"
#define JINAN_2 "city-jinan-2@example.com"
#define BOTH "city-and-province@example.com"
#define NEW_DN "csCreditCode=91370102PDY0004660,ou=enterprises," SCENE_SUFFIX
#define APPROVE "同意\n留档编号：济建留档〔2026〕0123号"

static void test_an_enterprise_registers_and_its_city_says_yes(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T5", NULL);

    assert_string_equal(id, "T5-2026-000001");
    assert_string_equal(scene_state(scene, id), "cityReview");
    assert_null(tree_entry(scene->tree, NEW_DN));
    assert_true(scene_told(scene, "N1", NEW, "已提交，待审核"));
    assert_int_equal(scene_mails(scene, "N2", NULL), 3);
    assert_true(scene_told(scene, "N2", JINAN_2, "91370102PDY0004660"));
    assert_true(scene_told(scene, "N2", JINAN_2, "M01"));
    assert_true(scene_told(scene, "N2", JINAN_2, "M08"));
    assert_non_null(scene_mail(scene, "N2", BOTH));
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    assert_string_equal(scene_state(scene, id), "done");
    assert_string_equal(scene_value(scene, NEW_DN, ATTRIBUTE_UID), "jinan-ding");
    assert_string_equal(scene_value(scene, NEW_DN, ATTRIBUTE_ACCOUNT_STATUS), "active");
    assert_string_equal(scene_value(scene, NEW_DN, ATTRIBUTE_DIVISION_CODE), "370100");
    assert_string_equal(scene_value(scene, NEW_DN, ATTRIBUTE_MAIL), NEW);
    assert_true(scene_told(scene, "N5", NEW, "审批通过"));
    assert_true(scene_told(scene, "N5", NEW, scene_mail(scene, "N5", NEW)->secret));
    scene_free(scene);
}

static void test_the_decision_is_kept_with_reviewer_and_archive_number(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T5", NULL);

    scene_reply(scene, JINAN_1, "N2", APPROVE);
    const struct records *records = &scene->site.mind.records;
    g_autoptr(GPtrArray) steps = records->steps(records->context, id);
    assert_int_equal(steps->len, 1);
    const struct step *step = g_ptr_array_index(steps, 0);
    assert_string_equal(step->verdict, "approve");
    assert_string_equal(step->reviewer, REVIEWER("city-jinan-1", "370100"));
    assert_string_equal(step->archive, "济建留档〔2026〕0123号");
    assert_string_equal(step->division, "370100");
    assert_true(step->closed > step->opened);
    assert_non_null(step->message);
    scene_free(scene);
}

static void test_an_unproved_form_is_a_draft_until_it_is_confirmed(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    scene->stamped = FALSE;
    g_autofree char *id = scene_form(scene, "T5", NULL);

    assert_string_equal(scene_state(scene, id), "draft");
    assert_int_equal(scene_mails(scene, "N2", NULL), 0);
    assert_true(scene_told(scene, "N1D", NEW, "确认"));
    scene_reply(scene, NEW, "N1D", "收到，请问什么时候办好？");
    assert_string_equal(scene_state(scene, id), "draft");
    assert_non_null(scene_mail(scene, "N9", NEW));
    scene_reply(scene, NEW, "N1D", "确认");
    assert_string_equal(scene_state(scene, id), "cityReview");
    assert_int_equal(scene_mails(scene, "N2", NULL), 3);
    scene_free(scene);
}

static void test_a_proved_form_is_a_draft_where_the_site_wants_confirmation_always(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    scene->site.policy.confirm_always = TRUE;
    g_autofree char *id = scene_form(scene, "T5", NULL);

    assert_string_equal(scene_state(scene, id), "draft");
    scene_free(scene);
}

static void test_nobody_else_confirms_a_draft(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    scene->stamped = FALSE;
    g_autofree char *id = scene_form(scene, "T5", NULL);

    scene_answer(scene, scene_mail(scene, "N1D", NEW), "somebody@example.com", "确认");
    scene_answer(scene, scene_mail(scene, "N1D", NEW), JINAN_1, "同意");
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, id), "draft");
    assert_int_equal(scene_mails(scene, NULL, "somebody@example.com"), 1);
    assert_true(scene_told(scene, "NX", "somebody@example.com", "收到该邮件的邮箱"));
    assert_null(strstr(scene_mail(scene, "NX", "somebody@example.com")->document, id));
    assert_null(strstr(scene_mail(scene, "NX", "somebody@example.com")->document, NEW));
    assert_int_equal(scene_audited(scene, id, "stranger", NULL), 2);
    scene_answer(scene, scene_mail(scene, "N1D", NEW), "somebody@example.com", "取消");
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, id), "draft");
    assert_int_equal(scene_mails(scene, NULL, "somebody@example.com"), 1);
    scene_free(scene);
}

static void test_a_draft_is_cancelled(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    scene->stamped = FALSE;
    g_autofree char *id = scene_form(scene, "T5", NULL);

    scene_reply(scene, NEW, "N1D", "取消");
    assert_string_equal(scene_state(scene, id), "withdrawn");
    assert_non_null(scene_mail(scene, "N7", NEW));
    scene_reply(scene, NEW, "N1D", "确认");
    assert_string_equal(scene_state(scene, id), "withdrawn");
    assert_true(scene_told(scene, "N9", NEW, "已撤回"));
    scene_free(scene);
}

static void test_a_draft_expires_and_frees_what_it_held(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    scene->stamped = FALSE;
    g_autofree char *id = scene_form(scene, "T5", NULL);

    scene_forward(scene, 6);
    assert_string_equal(scene_state(scene, id), "draft");
    scene_forward(scene, 1);
    assert_string_equal(scene_state(scene, id), "expired");
    assert_non_null(scene_mail(scene, "N6x", NEW));
    scene->stamped = TRUE;
    g_autofree char *again = scene_form(scene, "T5", NULL);
    assert_string_equal(scene_state(scene, again), "cityReview");
    scene_free(scene);
}

static void test_a_new_form_takes_the_place_of_ones_own_draft(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    scene->stamped = FALSE;
    g_autofree char *first = scene_form(scene, "T5", NULL);
    g_autofree char *second = scene_form(scene, "T5", "address", "济南市测试路44号", NULL);

    assert_string_equal(scene_state(scene, first), "withdrawn");
    assert_string_equal(scene_state(scene, second), "draft");
    scene_free(scene);
}

static void test_an_individual_registers_without_papers(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "P1", NULL);
    g_autofree char *dn = g_strdup_printf("csTraineeNumber=%s,ou=individuals," SCENE_SUFFIX, id);

    assert_int_equal(scene_mails(scene, "N2", NULL), 2);
    scene_reply(scene, "city-weifang-2@example.com", "N2", "同意");
    assert_string_equal(scene_state(scene, id), "done");
    assert_string_equal(scene_value(scene, dn, ATTRIBUTE_ID_NUMBER), "371299198507030115");
    assert_string_equal(scene_value(scene, dn, ATTRIBUTE_TRAINEE_KIND), "individual");
    assert_string_equal(scene_value(scene, dn, ATTRIBUTE_UID), "person-geng");
    assert_non_null(scene_mail(scene, "N5", "person@example.com")->secret);
    scene_free(scene);
}

static void test_an_account_is_used_only_after_the_approval(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T5", NULL);
    struct paper *query = paper_new("P6");

    paper_put(query, "head/applicantUid", "jinan-ding");
    scene_file_from(scene, NEW, query);
    scene_deliver(scene);
    assert_true(scene_told(scene, "NS", NEW, id)); /* whoever registers may ask after the registration */
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    paper_put(query, "head/remark", "再查一次");
    scene_file_from(scene, NEW, query);
    scene_deliver(scene);
    assert_int_equal(scene_mails(scene, "NS", NEW), 2);
    assert_true(scene_told(scene, "NS", NEW, "审批通过"));
    paper_free(query);
    scene_free(scene);
}

static void enrol(struct scene *scene, const char *remark)
{
    struct paper *paper = paper_new("P3");

    paper_put(paper, "head/applicantUid", "jinan-ding");
    paper_put(paper, "head/remark", remark);
    scene_file_from(scene, NEW, paper);
    scene_deliver(scene);
    paper_free(paper);
}

/* */
static void test_only_an_approved_enterprise_enrols(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    enrol(scene, "尚未注册");
    g_autofree char *id = scene_form(scene, "T5", NULL);
    enrol(scene, "等待审核");
    assert_int_equal(scene_requests(scene), 1);
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    enrol(scene, "已经审核");
    assert_int_equal(scene_requests(scene), 2);
    assert_string_equal(scene_state(scene, id), "done");
    scene_free(scene);
}

/* */
static void test_all_mistakes_are_told_at_once(void **state)
{
    static const char *const said[] = {"E-REQ",      "E-USCC",           "E-MOBILE",   "E-CITY",
                                       "登录用户名", "统一社会信用代码", "联系人手机", "所属地市"};
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T5", "loginName", "", "uscc", "91370102PDY0004661", "contactMobile", "12345",
                                     "cityCode", "110100", NULL);

    assert_null(id);
    for (guint i = 0; i < G_N_ELEMENTS(said); i++)
        assert_true(scene_told(scene, "N0", NEW, said[i]));
    assert_int_equal(scene_mails(scene, NULL, NEW), 1);
    scene_free(scene);
}

static void test_7_17_rejected_and_refiled(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T5", NULL);

    scene_reply(scene, JINAN_1, "N2", "不同意\n原因：营业执照复印件不清楚");
    assert_string_equal(scene_state(scene, id), "rejected");
    assert_true(scene_told(scene, "N6", NEW, "营业执照复印件不清楚"));
    assert_null(tree_entry(scene->tree, NEW_DN));
    scene_forget(scene);
    g_autofree char *again = scene_form(scene, "T5", "head/previousRequestId", id, NULL);
    assert_string_equal(scene_state(scene, again), "cityReview");
    assert_true(scene_told(scene, "N2", JINAN_1, "营业执照复印件不清楚"));
    g_autofree char *third = scene_form(scene, "T5", "head/previousRequestId", id, NULL);
    assert_null(third);
    assert_true(scene_told(scene, "N0", NEW, "E-DUP-REG"));
    scene_free(scene);
}

static void test_7_17_a_foreign_or_open_request_is_not_quoted(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *person = scene_form(scene, "P1", NULL);
    scene_reply(scene, "city-weifang-1@example.com", "N2", "不同意\n原因：照片不清楚");
    g_autofree char *foreign = scene_form(scene, "T5", "head/previousRequestId", person, NULL);

    assert_null(foreign);
    assert_true(scene_told(scene, "N0", NEW, "E-PREV"));
    g_autofree char *unknown = scene_form(scene, "T5", "head/previousRequestId", "T5-2026-009999", NULL);
    assert_null(unknown);
    scene_free(scene);
}

static void test_7_21_every_known_identity_number_gets_the_same_answer(void **state)
{
    static const char *const known[][2] = {
        {"370199199001010019", "1"}, /* H1, employee */
        {"370699200002290035", "1"}, /* H3, student */
        {"371399197506159989", "2"}, /* H4, individual */
        {"371299198507030115", "1"}, /* in a registration that waits */
    };
    g_autofree char *said = NULL;
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *open = scene_form(scene, "P1", NULL);
    assert_non_null(open);

    for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
        g_autofree char *from = g_strdup_printf("somebody%u@example.com", i);
        g_autofree char *login = g_strdup_printf("somebody-%u", i);
        struct paper *paper = paper_new("P1");
        paper_put(paper, "idNumber", known[i][0]);
        paper_put(paper, "sex", known[i][1]);
        paper_put(paper, "mail", from);
        paper_put(paper, "loginName", login);
        scene_file_from(scene, from, paper);
        scene_deliver(scene);
        paper_free(paper);
        assert_true(scene_told(scene, "N0", from, "E-DUP-ID"));
        const char *text = scene_mail(scene, "N0", from)->text;
        if (said)
            assert_string_equal(text, said);
        else
            said = g_strdup(text);
    }
    assert_null(strstr(said, "济南"));
    assert_int_equal(scene_requests(scene), 1);
    scene_free(scene);
}

static void test_7_23_the_person_comes_into_the_directory_first(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "P1", NULL);

    tree_add(scene->tree, "csTraineeNumber=T-000077," E3, ATTRIBUTE_OBJECT_CLASS, CLASS_TRAINEE, ATTRIBUTE_ID_NUMBER,
             "371299198507030115", ATTRIBUTE_CN, "测试庚", NULL);
    scene_reply(scene, "city-weifang-1@example.com", "N2", "同意");
    assert_string_equal(scene_state(scene, id), "void");
    assert_true(scene_told(scene, "N6v", "person@example.com", "按上述原因更正后重新申请"));
    assert_null(strstr(scene_mail(scene, "N6v", "person@example.com")->text, "可以继续使用")); /* somebody has them */
    assert_null(tree_find(scene->tree, ATTRIBUTE_UID, "person-geng"));
    scene_free(scene);
}

static void test_7_27_two_registrations_with_one_code(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T5", NULL);
    struct paper *paper = paper_new("T5");

    paper_put(paper, "loginName", "jinan-other");
    paper_put(paper, "contactMail", "other@example.com");
    scene_file_from(scene, "other@example.com", paper);
    scene_deliver(scene);
    paper_free(paper);
    assert_int_equal(scene_requests(scene), 1);
    assert_true(scene_told(scene, "N0", "other@example.com", "E-DUP-REG"));
    assert_null(strstr(scene_mail(scene, "N0", "other@example.com")->text, "jinan-ding"));
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_free(scene);
}

static void test_7_27_two_registrations_with_one_login_name_in_one_batch(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    struct paper *first = paper_new("T5"), *second = paper_new("T5");

    paper_put(second, "loginName", "JINAN-Ding");
    paper_put(second, "uscc", "91370102PDY000052U");
    paper_put(second, "contactMail", "other@example.com");
    scene->batch = TRUE;
    store_begin(scene->site.store);
    scene_file(scene, first);
    scene_file_from(scene, "other@example.com", second);
    scene_deliver(scene);
    paper_free(first);
    paper_free(second);
    assert_int_equal(scene_requests(scene), 1);
    assert_true(scene_told(scene, "N0", "other@example.com", "E-UID-TAKEN"));
    scene_free(scene);
}

static void test_7_28_a_rejection_frees_code_and_name(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T5", NULL);

    scene_reply(scene, JINAN_1, "N2", "不同意\n原因：名称有误");
    struct paper *paper = paper_new("T5");
    paper_put(paper, "contactMail", "other@example.com");
    scene_file_from(scene, "other@example.com", paper);
    scene_deliver(scene);
    paper_free(paper);
    g_autofree char *again = scene_newest(scene);
    assert_string_not_equal(again, id);
    assert_string_equal(scene_state(scene, again), "cityReview");
    scene_free(scene);
}

static void test_a_registered_enterprise_is_not_registered_again(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    g_autofree char *active = scene_form(scene, "T5", "uscc", "91370102PDY00001XB", NULL);
    assert_null(active);
    assert_true(scene_told(scene, "N0", NEW, "E-DUP-REG"));
    assert_null(strstr(scene_mail(scene, "N0", NEW)->text, "e1-jinan"));
    tree_set(scene->tree, E1, ATTRIBUTE_ACCOUNT_STATUS, "disabled");
    g_autofree char *disabled = scene_form(scene, "T5", "uscc", "91370102PDY00001XB", "address", "济南市另一路1号", NULL);
    assert_null(disabled);
    assert_int_equal(scene_mails(scene, "N0", NEW), 2);
    scene_free(scene);
}

static void test_a_login_name_of_any_account_or_reviewer_is_taken(void **state)
{
    static const char *const names[] = {"e1-jinan", "H4-Linyi", "city-jinan-1", "S1-YANTAI"};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        struct scene *scene = scene_new();
        g_autofree char *id = scene_form(scene, "T5", "loginName", names[i], NULL);
        assert_null(id);
        assert_true(scene_told(scene, "N0", NEW, "E-UID-TAKEN"));
        scene_free(scene);
    }
}

static void test_the_sender_is_who_the_form_says(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    struct paper *paper = paper_new("T5");

    scene_file_from(scene, "somebody@example.com", paper);
    scene_deliver(scene);
    paper_free(paper);
    assert_int_equal(scene_requests(scene), 0);
    assert_true(scene_told(scene, "N0", "somebody@example.com", "E-MAIL"));
    assert_true(scene_told(scene, "N0", "somebody@example.com", "须与发送本邮件的地址一致"));
    assert_false(scene_told(scene, "N0", "somebody@example.com", "格式不正确"));
    scene_free(scene);
}

static void test_a_reviewers_address_registers_nothing(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    struct paper *paper = paper_new("T5");

    paper_put(paper, "contactMail", JINAN_1);
    scene_file_from(scene, JINAN_1, paper);
    scene_deliver(scene);
    paper_free(paper);
    assert_int_equal(scene_requests(scene), 0);
    scene_free(scene);
}

static void test_a_twin_name_is_accepted_and_shown_to_the_reviewer(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T5", "enterpriseName", "济南测试建设甲有限公司", NULL);

    assert_string_equal(scene_state(scene, id), "cityReview");
    assert_true(scene_told(scene, "N2", JINAN_1, "同名"));
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_enterprise_registers_and_its_city_says_yes),
        cmocka_unit_test(test_the_decision_is_kept_with_reviewer_and_archive_number),
        cmocka_unit_test(test_an_unproved_form_is_a_draft_until_it_is_confirmed),
        cmocka_unit_test(test_a_proved_form_is_a_draft_where_the_site_wants_confirmation_always),
        cmocka_unit_test(test_nobody_else_confirms_a_draft),
        cmocka_unit_test(test_a_draft_is_cancelled),
        cmocka_unit_test(test_a_draft_expires_and_frees_what_it_held),
        cmocka_unit_test(test_a_new_form_takes_the_place_of_ones_own_draft),
        cmocka_unit_test(test_an_individual_registers_without_papers),
        cmocka_unit_test(test_an_account_is_used_only_after_the_approval),
        cmocka_unit_test(test_only_an_approved_enterprise_enrols),
        cmocka_unit_test(test_all_mistakes_are_told_at_once),
        cmocka_unit_test(test_7_17_rejected_and_refiled),
        cmocka_unit_test(test_7_17_a_foreign_or_open_request_is_not_quoted),
        cmocka_unit_test(test_7_21_every_known_identity_number_gets_the_same_answer),
        cmocka_unit_test(test_7_23_the_person_comes_into_the_directory_first),
        cmocka_unit_test(test_7_27_two_registrations_with_one_code),
        cmocka_unit_test(test_7_27_two_registrations_with_one_login_name_in_one_batch),
        cmocka_unit_test(test_7_28_a_rejection_frees_code_and_name),
        cmocka_unit_test(test_a_registered_enterprise_is_not_registered_again),
        cmocka_unit_test(test_a_login_name_of_any_account_or_reviewer_is_taken),
        cmocka_unit_test(test_the_sender_is_who_the_form_says),
        cmocka_unit_test(test_a_reviewers_address_registers_nothing),
        cmocka_unit_test(test_a_twin_name_is_accepted_and_shown_to_the_reviewer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
