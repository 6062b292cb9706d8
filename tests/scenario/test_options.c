/* The options of the procedures (domain.md 10), each in both positions: as it comes, and as a site may want it otherwise. Those that are no rows of procedures.xml stand in
 * test_settings.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "tests/scenario/story.h"

#define E1_MAIL "e1@example.com"
#define H4_MAIL "h4@example.com"
#define JINAN "city-jinan-1@example.com"
#define QINGDAO "city-qingdao-1@example.com"
#define CERT_1 "csCertificateNumber=SD-011-2019-000001,"
#define CHANGE(field, value) "changes/change[1]/@field", field, "changes/change[1]/newValue", value
/* H4's own certificate, by H4. */
#define OF_H4                                                                                                                      \
    "head/applicantUid", "h4-linyi", "head/handlerName", "", "head/handlerMobile", "", "enterpriseName", "", "uscc", "",           \
        "certificates/certificate[1]/certNo", "SD-080-2017-000004", "certificates/certificate[1]/holderName", "测试丁",            \
        "certificates/certificate[1]/holderIdNumber", "371399197506159989"

/* The sample form of that type goes through these stages, one approval each, and is done. */
static void assert_stages(struct scene *scene, const char *type, const char *first, const char *second, const char *third)
{
    const char *const stages[] = {first, second, third};
    g_autofree char *id = scene_form(scene, type, NULL);

    for (guint i = 0; i < G_N_ELEMENTS(stages) && stages[i]; i++) {
        assert_string_equal(scene_state(scene, id), stages[i]);
        story_decide(scene, id, STORY_APPROVE);
    }
    assert_string_equal(scene_state(scene, id), "done");
}

/* 2 */
static void test_registrations_are_reviewed_by_the_city_or_by_the_province_too(void **state)
{
    static const char *const types[] = {"T5", "P1"};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        struct scene *scene = scene_new();
        assert_stages(scene, types[i], "cityReview", NULL, NULL);
        scene_free(scene);
        scene = scene_new();
        scene_choose(scene, "registration-review", "city-province");
        assert_stages(scene, types[i], "cityReview", "provinceReview", NULL);
        assert_true(scene_told(scene, "N3", NULL, "山东省"));
        scene_free(scene);
    }
}

static void test_a_request_in_a_stage_left_out_goes_on(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    scene_choose(scene, "registration-review", "city-province");
    g_autofree char *id = story_bring(scene, "T5", "provinceReview");
    scene_choose(scene, "registration-review", "city");
    assert_string_equal(scene_state(scene, id), "provinceReview");
    story_decide(scene, id, "同意");
    assert_string_equal(scene_state(scene, id), "done");
    scene_free(scene);
}

/* 3 */
static void test_lost_certificates_are_reviewed_by_the_province_or_not(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    assert_stages(scene, "T1", "cityReview", "provinceReview", NULL);
    scene_free(scene);
    scene = scene_new();
    scene_choose(scene, "lost-certificate-review", "city");
    assert_stages(scene, "T1", "cityReview", NULL, NULL);
    assert_string_equal(scene_value(scene, CERT_1 H1, ATTRIBUTE_COPY_STATE), "printable");
    scene_free(scene);
}

static void file_for_h4(struct scene *scene)
{
    struct paper *paper = paper_new("T1");
    const char *const pairs[] = {OF_H4};

    for (guint i = 0; i < G_N_ELEMENTS(pairs); i += 2)
        paper_put(paper, pairs[i], pairs[i + 1]);
    scene_file_from(scene, H4_MAIL, paper);
    scene_deliver(scene);
    paper_free(paper);
}

static void test_individuals_report_lost_certificates_or_not(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    file_for_h4(scene);
    g_autofree char *id = scene_newest(scene);
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_free(scene);
    scene = scene_new();
    scene_choose(scene, "lost-certificate-applicants", "enterprises");
    file_for_h4(scene);
    assert_int_equal(scene_requests(scene), 0);
    assert_true(scene_told(scene, "N0", H4_MAIL, "E-APPLICANT"));
    assert_true(scene_told(scene, "N0", H4_MAIL, "个人用户不能提交"));
    g_autofree char *of_enterprise = scene_form(scene, "T1", NULL);
    assert_string_equal(scene_state(scene, of_enterprise), "cityReview");
    scene_free(scene);
}

/* 4 */
static void test_a_move_is_reviewed_by_the_province_or_copied_to_it(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    assert_stages(scene, "T3C", "outCityReview", "inCityReview", NULL);
    assert_non_null(scene_mail(scene, "N5", "province-1@example.com"));
    scene_free(scene);
    scene = scene_new();
    scene_choose(scene, "city-change-review", "cities-province");
    assert_stages(scene, "T3C", "outCityReview", "inCityReview", "provinceReview");
    assert_non_null(scene_mail(scene, "N4", "province-1@example.com"));
    assert_null(scene_mail(scene, "N5", "province-1@example.com"));
    assert_string_equal(scene_value(scene, E2, ATTRIBUTE_DIVISION_CODE), "370600");
    scene_free(scene);
}

/* 6 */
static void test_archive_numbers_are_required_or_not(void **state)
{
    static const struct {
        const char *type, *option;
    } lines[] = {{"T1", "lost-certificate-archive"}, {"T5", "registration-archive"}};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        struct scene *scene = scene_new();
        g_autofree char *strict = scene_form(scene, lines[i].type, NULL);
        story_decide(scene, strict, "同意");
        assert_string_equal(scene_state(scene, strict), "cityReview");
        assert_true(scene_told(scene, "N9", JINAN, "留档编号"));
        scene_choose(scene, lines[i].option, "optional"); /* from now on, also where it was asked for before */
        story_decide(scene, strict, "同意");
        assert_string_not_equal(scene_state(scene, strict), "cityReview");
        scene_free(scene);
        scene = scene_new();
        scene_choose(scene, lines[i].option, "optional");
        g_autofree char *lax = scene_form(scene, lines[i].type, NULL);
        assert_null(strstr(scene_mail(scene, "N2", JINAN)->text, "留档编号"));
        story_decide(scene, lax, STORY_APPROVE); /* one that is given is kept */
        const struct records *records = &scene->site.mind.records;
        g_autoptr(GPtrArray) steps = records->steps(records->context, lax);
        assert_string_equal(((struct step *)g_ptr_array_index(steps, 0))->archive, "建留档〔2026〕0001号");
        scene_free(scene);
    }
}

/* 8 */
static void test_the_account_of_who_joins_an_enterprise_ends_or_is_kept(void **state)
{
    static const char joined[] = "csTraineeNumber=T-000004," E2;
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *ended = scene_form(scene, "T2P", NULL);

    story_approve_all(scene, ended);
    assert_string_equal(scene_state(scene, ended), "done");
    assert_string_equal(scene_value(scene, joined, ATTRIBUTE_ACCOUNT_STATUS), "active"); /* the place bars the login */
    assert_true(scene_told(scene, "N5", H4_MAIL, "原个人账号不再使用"));
    scene_free(scene);
    scene = scene_new();
    scene_choose(scene, "joining-account", "kept");
    g_autofree char *kept = scene_form(scene, "T2P", NULL);
    story_approve_all(scene, kept);
    assert_string_equal(scene_state(scene, kept), "done");
    assert_string_equal(scene_value(scene, joined, ATTRIBUTE_ACCOUNT_STATUS), "kept");
    assert_string_equal(scene_value(scene, joined, ATTRIBUTE_TRAINEE_KIND), "employee");
    assert_true(scene_told(scene, "N5", H4_MAIL, "原个人账号仍可登录"));
    story_refuse(scene, "T2P", "NX", "toUscc", "91370000PDY01370XD", "toEnterpriseName", "山东测试路桥丙（集团）有限公司", NULL);
    scene_free(scene);
}

/* A change of basic data of E3, which has no certificate. */
static void move_e3(struct scene *scene)
{
    struct paper *paper = paper_new("P2");
    const char *const pairs[] = {"head/applicantUid", "e3-weifang", "target", "self", CHANGE("cityCode", "370600")};

    for (guint i = 0; i < G_N_ELEMENTS(pairs); i += 2)
        paper_put(paper, pairs[i], pairs[i + 1]);
    scene_file_from(scene, "e3@example.com", paper);
    scene_deliver(scene);
    paper_free(paper);
}

/* 9 */
static void test_an_enterprise_without_certificates_moves_directly_or_by_table_3(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    move_e3(scene);
    assert_string_equal(scene_value(scene, E3, ATTRIBUTE_DIVISION_CODE), "370600");
    scene_free(scene);
    scene = scene_new();
    scene_choose(scene, "uncertified-city-change", "procedure");
    move_e3(scene);
    assert_string_equal(scene_value(scene, E3, ATTRIBUTE_DIVISION_CODE), "370700");
    assert_true(scene_told(scene, "N0", "e3@example.com", "E-DIRECT"));
    story_move(scene, E3, "370600");
    assert_string_equal(scene_value(scene, E3, ATTRIBUTE_DIVISION_CODE), "370600");
    scene_free(scene);
}

/* 10: H2 has no certificate, H1 of the same enterprise has. */
static void test_a_trainee_is_judged_alone_or_with_the_whole_enterprise(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    g_free(scene_form(scene, "P2", CHANGE("name", "测试义"), NULL));
    assert_string_equal(scene_value(scene, H2, ATTRIBUTE_CN), "测试义");
    scene_free(scene);
    scene = scene_new();
    scene_choose(scene, "no-certificate", "account");
    story_refuse(scene, "P2", "E-DIRECT", CHANGE("name", "测试义"), NULL);
    g_free(scene_form(scene, "P2", CHANGE("mobile", "13800000099"), NULL)); /* no certificate shows it */
    assert_string_equal(scene_value(scene, H2, ATTRIBUTE_MOBILE), "13800000099");
    tree_delete(scene->tree, H1);
    g_free(scene_form(scene, "P2", CHANGE("name", "测试义"), NULL)); /* now nobody of the enterprise has one */
    assert_string_equal(scene_value(scene, H2, ATTRIBUTE_CN), "测试义");
    scene_free(scene);
}

/* 12 */
static void test_a_surrender_is_recorded_by_the_archiving_city_or_by_the_province(void **state)
{
    static const char certificate[] = CERT_1 "csTraineeNumber=T-000001," E2;
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *city = scene_form(scene, "T2E", "reprintRequested", "true", NULL);

    story_approve_all(scene, city);
    assert_null(scene_mail(scene, "N5", "province-1@example.com"));
    scene_choose(scene, "surrender-record", "province"); /* who was asked may still record it */
    scene_reply(scene, QINGDAO, "N5", "已上缴 SD-011-2019-000001");
    assert_string_equal(scene_value(scene, certificate, ATTRIBUTE_COPY_STATE), "printable");
    scene_free(scene);
    scene = scene_new();
    scene_choose(scene, "surrender-record", "province");
    g_autofree char *province = scene_form(scene, "T2E", "reprintRequested", "true", NULL);
    story_approve_all(scene, province);
    assert_string_equal(scene_state(scene, province), "done");
    assert_null(scene_mail(scene, "N5", QINGDAO)->reply_to); /* hears of the end, records nothing */
    assert_true(scene_told(scene, "N5", "province-1@example.com", "已上缴"));
    scene_answer(scene, scene_mail(scene, "N5", "province-1@example.com"), QINGDAO, "已上缴 SD-011-2019-000001");
    scene_deliver(scene);
    assert_string_equal(scene_value(scene, certificate, ATTRIBUTE_COPY_STATE), "toPrint");
    scene_reply(scene, "province-1@example.com", "N5", "已上缴 SD-011-2019-000001");
    assert_string_equal(scene_value(scene, certificate, ATTRIBUTE_COPY_STATE), "printable");
    assert_non_null(scene_mail(scene, "N5p", E1_MAIL));
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registrations_are_reviewed_by_the_city_or_by_the_province_too),
        cmocka_unit_test(test_a_request_in_a_stage_left_out_goes_on),
        cmocka_unit_test(test_lost_certificates_are_reviewed_by_the_province_or_not),
        cmocka_unit_test(test_individuals_report_lost_certificates_or_not),
        cmocka_unit_test(test_a_move_is_reviewed_by_the_province_or_copied_to_it),
        cmocka_unit_test(test_archive_numbers_are_required_or_not),
        cmocka_unit_test(test_the_account_of_who_joins_an_enterprise_ends_or_is_kept),
        cmocka_unit_test(test_an_enterprise_without_certificates_moves_directly_or_by_table_3),
        cmocka_unit_test(test_a_trainee_is_judged_alone_or_with_the_whole_enterprise),
        cmocka_unit_test(test_a_surrender_is_recorded_by_the_archiving_city_or_by_the_province),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
