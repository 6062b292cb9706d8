/* Basic data (P2), enrolments (P3, P4), withdrawal and queries (P5, P6), and the edge cases of domain.md 7 that concern them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "tests/scenario/story.h"

#define E1_MAIL "e1@example.com"
#define H1_NUMBER "370199199001010019"
#define CHANGE(field, value) "changes/change[1]/@field", field, "changes/change[1]/newValue", value
#define PERSON(number, name, sex) "trainee[1]/idNumber", number, "trainee[1]/name", name, "trainee[1]/sex", sex

static void test_scenario_h_a_name_without_and_with_certificate(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "P2", CHANGE("name", "测试义"), NULL);

    assert_string_equal(scene_state(scene, id), "done");
    assert_string_equal(scene_value(scene, H2, ATTRIBUTE_CN), "测试义");
    assert_string_equal(scene_value(scene, H2, ATTRIBUTE_SN), "测试义");
    assert_non_null(scene_mail(scene, "N5", E1_MAIL));
    assert_int_equal(scene_mails(scene, "N2", NULL), 0);
    story_refuse(scene, "P2", "E-DIRECT", "target", H1_NUMBER, CHANGE("name", "测试贾"), NULL);
    assert_string_equal(scene_value(scene, H1, ATTRIBUTE_CN), "测试甲");
    scene_free(scene);
}

/* domain.md 5.7, line by line: target, field, new value, whether it is direct. */
static void test_what_is_direct_and_what_is_not(void **state)
{
    static const struct {
        const char *sender, *uid, *target, *field, *value;
        const char *dn, *attribute; /* NULL: refused */
    } lines[] = {
        {E1_MAIL, "e1-jinan", "self", "name", "济南测试建设新名有限公司", NULL, NULL},
        {E1_MAIL, "e1-jinan", "self", "cityCode", "370200", NULL, NULL},
        {"e3@example.com", "e3-weifang", "self", "name", "山东测试路桥新名有限公司", E3, ATTRIBUTE_O},
        {"e3@example.com", "e3-weifang", "self", "cityCode", "370200", E3, ATTRIBUTE_DIVISION_CODE},
        {E1_MAIL, "e1-jinan", "self", "address", "济南市测试路11号", E1, ATTRIBUTE_POSTAL_ADDRESS},
        {E1_MAIL, "e1-jinan", "self", "zip", "250001", E1, ATTRIBUTE_POSTAL_CODE},
        {E1_MAIL, "e1-jinan", "self", "legalRepresentative", "测试法人新", E1, ATTRIBUTE_LEGAL_REPRESENTATIVE},
        {E1_MAIL, "e1-jinan", "self", "qualification", "建筑工程施工总承包贰级", E1, ATTRIBUTE_QUALIFICATION},
        {E1_MAIL, "e1-jinan", "self", "contactName", "测试联系新", E1, ATTRIBUTE_CONTACT_NAME},
        {E1_MAIL, "e1-jinan", "self", "contactMobile", "13800000061", E1, ATTRIBUTE_MOBILE},
        {E1_MAIL, "e1-jinan", "self", "uscc", "91370102PDY0004660", NULL, NULL},
        {E1_MAIL, "e1-jinan", "self", "loginName", "e1-other", NULL, NULL},
        {E1_MAIL, "e1-jinan", "self", "enterpriseKind", "labour", NULL, NULL},
        {E1_MAIL, "e1-jinan", H1_NUMBER, "name", "测试贾", NULL, NULL},
        {E1_MAIL, "e1-jinan", H1_NUMBER, "idNumber", "371299198507030115", NULL, NULL},
        {E1_MAIL, "e1-jinan", H1_NUMBER, "education", "21", H1, ATTRIBUTE_EDUCATION},
        {E1_MAIL, "e1-jinan", H1_NUMBER, "mobile", "13800000062", H1, ATTRIBUTE_MOBILE},
        {E1_MAIL, "e1-jinan", H1_NUMBER, "workYears", "9", H1, ATTRIBUTE_WORK_YEARS},
        {E1_MAIL, "e1-jinan", "370299198812310024", "education", "31", H2, ATTRIBUTE_EDUCATION},
        {E1_MAIL, "e1-jinan", "370299198812310024", "title", "2", H2, ATTRIBUTE_TITLE},
        {E1_MAIL, "e1-jinan", "370299198812310024", "cityCode", "370200", NULL, NULL},
        {"h4@example.com", "h4-linyi", "self", "cityCode", "370500", H4, ATTRIBUTE_DIVISION_CODE},
        {"h4@example.com", "h4-linyi", "self", "name", "测试定", NULL, NULL},
        {"h6@example.com", "h6-dongying", "self", "name", "测试己", H6, ATTRIBUTE_CN},
        {"h6@example.com", "h6-dongying", "self", "address", "东营市测试路6号", H6, ATTRIBUTE_POSTAL_ADDRESS},
        {E1_MAIL, "e1-jinan", "37019919900101006X", "education", "21", NULL, NULL},
        {"h6@example.com", "h6-dongying", "371399197506159989", "education", "21", NULL, NULL},
    };
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        struct scene *scene = scene_new();
        struct paper *paper = paper_new("P2");
        gboolean individual = g_str_has_prefix(lines[i].uid, "h");
        paper_put(paper, "head/applicantUid", lines[i].uid);
        paper_put(paper, "head/handlerName", individual ? "" : "测试经办");
        paper_put(paper, "head/handlerMobile", individual ? "" : "13800000091");
        paper_put(paper, "target", lines[i].target);
        paper_put(paper, "changes/change[1]/@field", lines[i].field);
        paper_put(paper, "changes/change[1]/newValue", lines[i].value);
        scene_file_from(scene, lines[i].sender, paper);
        scene_deliver(scene);
        const char *now = lines[i].dn ? scene_value(scene, lines[i].dn, lines[i].attribute) : NULL;
        if (lines[i].dn ? g_strcmp0(now, lines[i].value) != 0 : scene_requests(scene) || !scene_mail(scene, "N0", lines[i].sender))
            fail_msg("%s %s %s: %s", lines[i].uid, lines[i].target, lines[i].field, now ? now : "-");
        paper_free(paper);
        scene_free(scene);
    }
}

static void test_a_stale_old_value_is_refused(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    story_refuse(scene, "P2", "E-", CHANGE("name", "测试义"), "changes/change[1]/oldValue", "测试义乙", NULL);
    assert_string_equal(scene_value(scene, H2, ATTRIBUTE_CN), "测试乙");
    scene_free(scene);
}

static void test_basic_data_waits_for_an_open_request_it_touches(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", "holderName", "测试乙", "idNumber", "370299198812310024", NULL);

    story_refuse(scene, "P2", "E-BUSY", CHANGE("name", "测试义"), NULL);
    g_autofree char *mobile = scene_form(scene, "P2", NULL); /* nothing a certificate shows */
    assert_string_equal(scene_state(scene, mobile), "done");
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_free(scene);
}

static void test_an_individuals_city_waits_for_an_open_request(void **state)
{
    struct scene *scene = scene_new();
    struct paper *paper = paper_new("P2");
    (void)state;
    g_autofree char *id = scene_form(scene, "T2P", NULL);

    paper_put(paper, "head/applicantUid", "h4-linyi");
    paper_put(paper, "head/handlerName", "");
    paper_put(paper, "head/handlerMobile", "");
    paper_put(paper, "target", "self");
    paper_put(paper, "changes/change[1]/@field", "cityCode");
    paper_put(paper, "changes/change[1]/newValue", "370500");
    scene_file_from(scene, "h4@example.com", paper);
    scene_deliver(scene);
    paper_free(paper);
    assert_true(scene_told(scene, "N0", "h4@example.com", "E-BUSY"));
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_free(scene);
}

static void test_a_new_address_confirms_itself(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "P2", "target", "self", CHANGE("contactMail", "e1-new@example.com"), NULL);

    assert_string_equal(scene_state(scene, id), "draft"); /* stamped or not */
    assert_non_null(scene_mail(scene, NULL, E1_MAIL));
    assert_non_null(scene_mail(scene, "N1D", "e1-new@example.com"));
    assert_null(scene_mail(scene, "N1D", E1_MAIL));
    scene_answer(scene, scene_mail(scene, "N1D", "e1-new@example.com"), E1_MAIL, "确认"); /* who holds the old one cannot */
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, id), "draft");
    scene_reply(scene, "e1-new@example.com", "N1D", "确认");
    assert_string_equal(scene_state(scene, id), "done");
    assert_string_equal(scene_value(scene, E1, ATTRIBUTE_MAIL), "e1-new@example.com");
    assert_non_null(scene_mail(scene, "N5", E1_MAIL));
    assert_non_null(scene_mail(scene, "N5", "e1-new@example.com"));
    scene_free(scene);
}

/* Whoever knows the login name and the address of an account can forge a form from it; what they can read is the new address alone (domain.md 5.7). */
static void test_a_forged_change_of_address_does_not_move_the_account(void **state)
{
    static const char *const says[] = {"确认", "确认", "CONFIRM", "同意"};
    struct scene *scene = scene_new();
    (void)state;
    scene->stamped = FALSE;
    g_autofree char *id = scene_form(scene, "P2", "target", "self", CHANGE("contactMail", "thief@example.net"), NULL);

    for (guint i = 0; i < G_N_ELEMENTS(says); i++)
        scene_reply(scene, "thief@example.net", "N1D", says[i]);
    scene_answer(scene, scene_mail(scene, "N1D", "thief@example.net"), E1_MAIL, "确认"); /* their mail, the forged sender */
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, id), "draft");
    assert_true(scene_told(scene, "N1D", E1_MAIL, "原邮箱"));
    assert_true(scene_told(scene, "N1m", "thief@example.net", "还需另一邮箱确认"));
    scene_forward(scene, 8);
    assert_string_equal(scene_state(scene, id), "expired");
    assert_string_equal(scene_value(scene, E1, ATTRIBUTE_MAIL), E1_MAIL);
    scene_free(scene);
}

static void test_both_addresses_confirm_an_unproved_change(void **state)
{
    static const char *const orders[][2] = {{E1_MAIL, "e1-new@example.com"}, {"e1-new@example.com", E1_MAIL}};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(orders); i++) {
        struct scene *scene = scene_new();
        scene->stamped = FALSE;
        g_autofree char *id = scene_form(scene, "P2", "target", "self", CHANGE("contactMail", "e1-new@example.com"), NULL);
        scene_reply(scene, orders[i][0], "N1D", "确认");
        assert_string_equal(scene_state(scene, id), "draft");
        assert_string_equal(scene_value(scene, E1, ATTRIBUTE_MAIL), E1_MAIL);
        scene_reply(scene, orders[i][1], "N1D", "确认");
        assert_string_equal(scene_state(scene, id), "done");
        assert_string_equal(scene_value(scene, E1, ATTRIBUTE_MAIL), "e1-new@example.com");
        assert_non_null(scene_mail(scene, "N5", E1_MAIL));
        assert_non_null(scene_mail(scene, "N5", "e1-new@example.com"));
        scene_free(scene);
    }
}

static void test_either_address_can_drop_a_change_of_it(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    scene->stamped = FALSE;
    g_autofree char *id = scene_form(scene, "P2", "target", "self", CHANGE("contactMail", "thief@example.net"), NULL);

    scene_reply(scene, "thief@example.net", "N1D", "确认");
    scene_reply(scene, E1_MAIL, "N1D", "取消");
    assert_string_equal(scene_state(scene, id), "withdrawn");
    scene_reply(scene, "thief@example.net", "N1D", "确认");
    assert_string_equal(scene_state(scene, id), "withdrawn");
    assert_string_equal(scene_value(scene, E1, ATTRIBUTE_MAIL), E1_MAIL);
    scene_free(scene);
}

/* The form sent twice, each address asked twice: one yes of each is enough, whichever of their mails they answer. */
static void test_one_yes_of_each_address_is_enough(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    scene->stamped = FALSE;
    g_autofree char *id =
        scene_form(scene, "P2", "head/clientRef", "甲-1", "target", "self", CHANGE("contactMail", "e1-new@example.com"), NULL);
    g_autofree char *again =
        scene_form(scene, "P2", "head/clientRef", "甲-1", "target", "self", CHANGE("contactMail", "e1-new@example.com"), NULL);

    assert_null(again);
    assert_int_equal(scene_mails(scene, "N1D", E1_MAIL), 2);
    scene_reply(scene, "e1-new@example.com", "N1D", "确认");
    assert_string_equal(scene_state(scene, id), "draft");
    scene_reply(scene, E1_MAIL, "N1D", "确认");
    assert_string_equal(scene_state(scene, id), "done");
    scene_free(scene);
}

/* Nobody can be asked at a mailbox that is gone: then the change is the administrator's work, not the new address's alone. */
static void test_a_dead_old_address_confirms_nothing(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    scene->stamped = FALSE;
    scene->refused = E1_MAIL;
    g_autofree char *id = scene_form(scene, "P2", "target", "self", CHANGE("contactMail", "e1-new@example.com"), NULL);

    scene_reply(scene, "e1-new@example.com", "N1D", "确认");
    assert_string_equal(scene_state(scene, id), "draft");
    assert_string_equal(scene_value(scene, E1, ATTRIBUTE_MAIL), E1_MAIL);
    scene_free(scene);
}

static void test_news_goes_to_the_address_on_record(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", NULL);
    g_autofree char *change = scene_form(scene, "P2", "target", "self", CHANGE("contactMail", "e1-new@example.com"), NULL);

    scene_reply(scene, "e1-new@example.com", "N1D", "确认");
    assert_string_equal(scene_state(scene, change), "done");
    scene_forget(scene);
    story_approve_all(scene, id);
    assert_non_null(scene_mail(scene, "N3", "e1-new@example.com"));
    assert_non_null(scene_mail(scene, "N5", "e1-new@example.com"));
    assert_null(scene_mail(scene, NULL, E1_MAIL));
    scene_free(scene);
}

static void test_an_unproved_withdrawal_is_confirmed_first(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T1", NULL);

    scene->stamped = FALSE;
    g_autofree char *withdrawal = scene_form(scene, "P5", "requestId", id, NULL);
    assert_string_equal(scene_state(scene, withdrawal), "draft");
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_reply(scene, E1_MAIL, "N1D", "确认");
    assert_string_equal(scene_state(scene, withdrawal), "done");
    assert_string_equal(scene_state(scene, id), "withdrawn");
    scene_free(scene);
}

static void test_an_address_in_use_is_not_taken(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    story_refuse(scene, "P2", "E-MAIL", "target", "self", CHANGE("contactMail", "e2@example.com"), NULL);
    assert_false(scene_told(scene, "N0", "e1@example.com", "格式不正确"));
    story_refuse(scene, "P2", "E-MAIL", "target", "self", CHANGE("contactMail", "city-jinan-1@example.com"), NULL);
    scene_free(scene);
}

static void test_an_enrolment_makes_a_trainee(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "P3", NULL);

    assert_string_equal(scene_state(scene, id), "cityReview");
    assert_null(tree_find(scene->tree, ATTRIBUTE_ID_NUMBER, "371299198507030115"));
    story_decide(scene, id, "同意"); /* no archive number */
    assert_string_equal(scene_state(scene, id), "done");
    const struct entry *trainee = tree_find(scene->tree, ATTRIBUTE_ID_NUMBER, "371299198507030115");
    assert_non_null(trainee);
    assert_true(g_str_has_suffix(trainee->dn, E1));
    assert_string_equal(entry_value(trainee, ATTRIBUTE_TRAINEE_KIND), "employee");
    assert_null(entry_value(trainee, ATTRIBUTE_UID));
    assert_true(scene_told(scene, "N5", E1_MAIL, "审批通过"));
    scene_free(scene);
}

static void test_an_individual_enrols_nobody_else(void **state)
{
    static const struct {
        const char *number, *name, *sex, *code; /* NULL: accepted */
    } people[] = {
        {"370599199309160090", "测试己·阿依", "1", NULL},
        {"371299198507030115", "测试庚", "1", "E-NOT-OWNER"},
        {H1_NUMBER, "测试甲", "1", "E-NOT-OWNER"},
    };
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(people); i++) {
        struct scene *scene = scene_new();
        struct paper *paper = paper_new("P3");
        paper_put(paper, "head/applicantUid", "h6-dongying");
        paper_put(paper, "head/handlerName", "");
        paper_put(paper, "head/handlerMobile", "");
        paper_put(paper, "trainee[1]/idNumber", people[i].number);
        paper_put(paper, "trainee[1]/name", people[i].name);
        paper_put(paper, "trainee[1]/sex", people[i].sex);
        scene_file_from(scene, "h6@example.com", paper);
        scene_deliver(scene);
        assert_int_equal(scene_requests(scene), people[i].code ? 0 : 1);
        if (people[i].code)
            assert_true(scene_told(scene, "N0", "h6@example.com", people[i].code));
        paper_free(paper);
        scene_free(scene);
    }
}

static void test_who_has_the_certificate_does_not_enrol_for_it(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    story_refuse(scene, "P3", "E-HAS-CERT", PERSON(H1_NUMBER, "测试甲", "1"), "trainee[1]/postCode[1]", "011", NULL);
    story_refuse(scene, "P3", "E-DUP-ITEM", "trainee[1]/postCode[2]", "040", NULL);
    story_refuse(scene, "P3", "E-NAME-MISMATCH", PERSON(H1_NUMBER, "测试贾", "1"), NULL);
    story_refuse(scene, "P3", "E-", "trainee[1]/student", "true", NULL); /* no school */
    story_refuse(scene, "P3", "E-REQ", "trainee[1]/education", "", NULL);
    scene_free(scene);
}

static void test_one_bad_item_refuses_the_whole_enrolment(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    story_refuse(scene, "P3", "E-NOT-OWNER", "trainee[2]/idNumber", "37019919900101006X", "trainee[2]/name", "测试戊",
                 "trainee[2]/sex", "2", "trainee[2]/postCode[1]", "011", NULL);
    scene_free(scene);
}

static void test_7_22_somebody_elses_person(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    story_refuse(scene, "P3", "E-NOT-OWNER", PERSON("370599199309160090", "测试己·阿依", "1"), NULL); /* an individual */
    g_autofree char *individual = g_strdup(scene_mail(scene, "N0", E1_MAIL)->text);
    story_refuse(scene, "P3", "E-NOT-OWNER", PERSON("37019919900101006X", "测试戊", "2"), NULL); /* E2's */
    assert_string_equal(scene_mail(scene, "N0", E1_MAIL)->text, individual);
    assert_null(strstr(individual, "青岛"));
    scene_free(scene);
}

static void test_7_23_a_registration_is_overtaken_by_an_enrolment(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *person = scene_form(scene, "P1", NULL);

    assert_string_equal(scene_state(scene, person), "cityReview");
    g_autofree char *id = scene_form(scene, "P3", NULL);       /* the same person */
    assert_string_equal(scene_state(scene, id), "cityReview"); /* a stranger's registration holds nobody up */
    story_approve_all(scene, id);
    assert_string_equal(scene_state(scene, id), "done");
    story_decide(scene, person, "同意");
    assert_string_equal(scene_state(scene, person), "void");
    assert_non_null(scene_mail(scene, "N6v", "person@example.com"));
    scene_free(scene);
}

static void test_7_23_an_enrolment_is_overtaken_by_a_registration(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "P3", NULL);

    tree_add(scene->tree, "csTraineeNumber=T-000077,ou=individuals," SCENE_SUFFIX, ATTRIBUTE_OBJECT_CLASS, CLASS_TRAINEE,
             ATTRIBUTE_ID_NUMBER, "371299198507030115", ATTRIBUTE_CN, "测试庚", ATTRIBUTE_UID, "person-geng", NULL);
    story_decide(scene, id, "同意");
    assert_string_equal(scene_state(scene, id), "void");
    assert_non_null(scene_mail(scene, "N6v", E1_MAIL));
    scene_free(scene);
}

static void test_continuing_education_needs_a_valid_own_certificate(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "P4", NULL);

    story_decide(scene, id, "同意");
    assert_string_equal(scene_state(scene, id), "done");
    story_refuse(scene, "P4", "E-CERT", "item[1]/certNo", "SD-040-2020-000005", "item[1]/holderName", "测试戊", "item[1]/idNumber",
                 "37019919900101006X", NULL);
    tree_set(scene->tree, "csCertificateNumber=SD-011-2019-000001," H1, ATTRIBUTE_CERTIFICATE_STATUS, "ceased");
    story_refuse(scene, "P4", "E-CERT", NULL);
    scene_free(scene);
}

/* years later, the same account. */
static void test_an_individual_continues_years_later(void **state)
{
    struct scene *scene = scene_new();
    struct paper *paper = paper_new("P4");
    (void)state;

    scene->now += 5LL * 365 * 86400 * 1000;
    paper_put(paper, "head/applicantUid", "h4-linyi");
    paper_put(paper, "head/handlerName", "");
    paper_put(paper, "head/handlerMobile", "");
    paper_put(paper, "year", "2031");
    paper_put(paper, "item[1]/certNo", "SD-080-2017-000004");
    paper_put(paper, "item[1]/holderName", "测试丁");
    paper_put(paper, "item[1]/idNumber", "371399197506159989");
    scene_file_from(scene, "h4@example.com", paper);
    scene_deliver(scene);
    paper_free(paper);
    g_autofree char *id = scene_newest(scene);
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_free(scene);
}

static void test_a_status_query_tells_of_own_requests_only(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *own = scene_form(scene, "T1", NULL);
    g_autofree char *foreign = scene_form(scene, "T3C", NULL);

    g_free(scene_form(scene, "P6", NULL));
    assert_true(scene_told(scene, "NS", E1_MAIL, own));
    assert_true(scene_told(scene, "NS", E1_MAIL, "待市初审"));
    assert_null(strstr(scene_mail(scene, "NS", E1_MAIL)->text, foreign));
    story_refuse(scene, "P6", "E-NOT-OWNER", "requestId", foreign, NULL);
    g_autofree char *said = g_strdup(scene_mail(scene, "N0", E1_MAIL)->text);
    story_refuse(scene, "P6", "E-NOT-OWNER", "requestId", "T3-2026-000999", NULL);
    assert_string_equal(scene_mail(scene, "N0", E1_MAIL)->text, said);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scenario_h_a_name_without_and_with_certificate),
        cmocka_unit_test(test_what_is_direct_and_what_is_not),
        cmocka_unit_test(test_a_stale_old_value_is_refused),
        cmocka_unit_test(test_basic_data_waits_for_an_open_request_it_touches),
        cmocka_unit_test(test_an_individuals_city_waits_for_an_open_request),
        cmocka_unit_test(test_a_new_address_confirms_itself),
        cmocka_unit_test(test_a_forged_change_of_address_does_not_move_the_account),
        cmocka_unit_test(test_both_addresses_confirm_an_unproved_change),
        cmocka_unit_test(test_either_address_can_drop_a_change_of_it),
        cmocka_unit_test(test_one_yes_of_each_address_is_enough),
        cmocka_unit_test(test_a_dead_old_address_confirms_nothing),
        cmocka_unit_test(test_news_goes_to_the_address_on_record),
        cmocka_unit_test(test_an_unproved_withdrawal_is_confirmed_first),
        cmocka_unit_test(test_an_address_in_use_is_not_taken),
        cmocka_unit_test(test_an_enrolment_makes_a_trainee),
        cmocka_unit_test(test_an_individual_enrols_nobody_else),
        cmocka_unit_test(test_who_has_the_certificate_does_not_enrol_for_it),
        cmocka_unit_test(test_one_bad_item_refuses_the_whole_enrolment),
        cmocka_unit_test(test_7_22_somebody_elses_person),
        cmocka_unit_test(test_7_23_a_registration_is_overtaken_by_an_enrolment),
        cmocka_unit_test(test_7_23_an_enrolment_is_overtaken_by_a_registration),
        cmocka_unit_test(test_continuing_education_needs_a_valid_own_certificate),
        cmocka_unit_test(test_an_individual_continues_years_later),
        cmocka_unit_test(test_a_status_query_tells_of_own_requests_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
