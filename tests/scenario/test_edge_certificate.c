/* Lost certificates (T1), printing and surrender (domain.md 6.6), corrections of holders' data (T4), and the edge cases of domain.md 7 that concern them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "tests/scenario/story.h"

#define CERT_1 "csCertificateNumber=SD-011-2019-000001,"
#define CERT_2 "csCertificateNumber=SD-030-2018-000002,"
#define MOVED "csTraineeNumber=T-000001," E2
#define E1_MAIL "e1@example.com"
#define QINGDAO "city-qingdao-1@example.com"

#define SECOND(field, value) "certificates/certificate[2]/" field, value
#define BOTH SECOND("certNo", "SD-030-2018-000002"), SECOND("holderName", "测试甲"), SECOND("holderIdNumber", "370199199001010019")

static void assert_copy(const struct scene *scene, const char *dn, const char *number, const char *copy_state)
{
    assert_string_equal(scene_value(scene, dn, ATTRIBUTE_COPY_NUMBER), number);
    assert_string_equal(scene_value(scene, dn, ATTRIBUTE_COPY_STATE), copy_state);
}

static void test_scenario_g_two_certificates_of_one_person_are_lost(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T1", BOTH, NULL);

    assert_string_equal(scene_state(scene, id), "cityReview");
    story_decide(scene, id, STORY_APPROVE);
    assert_copy(scene, CERT_1 H1, "1", "inHand");
    story_decide(scene, id, "同意");
    assert_string_equal(scene_state(scene, id), "done");
    assert_copy(scene, CERT_1 H1, "2", "printable");
    assert_copy(scene, CERT_2 H1, "2", "printable");
    assert_string_equal(scene_value(scene, CERT_1 H1, ATTRIBUTE_CERTIFICATE_STATUS), "valid");
    assert_string_equal(scene_value(scene, CERT_1 H1, ATTRIBUTE_POST_CODE), "011");
    assert_true(scene_told(scene, "N5", E1_MAIL, "可以打印"));
    scene_free(scene);
}

static void test_an_individual_reports_the_own_certificate(void **state)
{
    struct scene *scene = scene_new();
    struct paper *paper = paper_new("T1");
    (void)state;

    paper_put(paper, "head/applicantUid", "h4-linyi");
    paper_put(paper, "head/handlerName", "");
    paper_put(paper, "head/handlerMobile", "");
    paper_put(paper, "enterpriseName", "");
    paper_put(paper, "uscc", "");
    paper_put(paper, "certificates/certificate[1]/certNo", "SD-080-2017-000004");
    paper_put(paper, "certificates/certificate[1]/holderName", "测试丁");
    paper_put(paper, "certificates/certificate[1]/holderIdNumber", "371399197506159989");
    scene_file_from(scene, "h4@example.com", paper);
    scene_deliver(scene);
    paper_free(paper);
    g_autofree char *id = scene_newest(scene);
    g_autofree char *division = story_division(scene, id);
    assert_string_equal(division, "371300");
    story_approve_all(scene, id);
    assert_copy(scene, "csCertificateNumber=SD-080-2017-000004," H4, "2", "printable");
    scene_free(scene);
}

/* domain.md 0: 选择遗失证书. */
static char *file_without_certificates(struct scene *scene)
{
    return scene_form(scene, "T1", "certificates/certificate[1]/certNo", "", "certificates/certificate[1]/holderName", "",
                      "certificates/certificate[1]/holderIdNumber", "", NULL);
}

static void test_the_lost_certificates_are_chosen_by_reply(void **state)
{
    static const struct {
        const char *answer;
        const char *first, *second; /* copy numbers in the end */
    } choices[] = {{"2", "1", "2"}, {"1,2", "2", "2"}, {"1-2", "2", "2"}, {"全部", "2", "2"}, {"all", "2", "2"}, {"１", "2", "1"}};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(choices); i++) {
        struct scene *scene = scene_new();
        g_autofree char *id = file_without_certificates(scene);
        assert_string_equal(scene_state(scene, id), "draft");
        assert_true(scene_told(scene, "N1D", E1_MAIL, "SD-011-2019-000001"));
        assert_true(scene_told(scene, "N1D", E1_MAIL, "SD-030-2018-000002"));
        scene_reply(scene, E1_MAIL, "N1D", choices[i].answer);
        assert_string_equal(scene_state(scene, id), "cityReview");
        story_approve_all(scene, id);
        assert_string_equal(scene_value(scene, CERT_1 H1, ATTRIBUTE_COPY_NUMBER), choices[i].first);
        assert_string_equal(scene_value(scene, CERT_2 H1, ATTRIBUTE_COPY_NUMBER), choices[i].second);
        scene_free(scene);
    }
}

static void test_a_choice_that_is_none_is_asked_back(void **state)
{
    static const char *const answers[] = {"3", "0", "1,7", "确认", "第一本", "全部吗", "1吗", "撤回吗", "不是全部"};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        struct scene *scene = scene_new();
        g_autofree char *id = file_without_certificates(scene);
        scene_reply(scene, E1_MAIL, "N1D", answers[i]);
        assert_string_equal(scene_state(scene, id), "draft");
        assert_non_null(scene_mail(scene, "N9", E1_MAIL));
        scene_reply(scene, E1_MAIL, "N1D", "1");
        assert_string_equal(scene_state(scene, id), "cityReview");
        scene_free(scene);
    }
}

static void test_a_number_that_is_not_on_the_list_is_named(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = file_without_certificates(scene);

    scene_reply(scene, E1_MAIL, "N1D", "1，9");
    assert_string_equal(scene_state(scene, id), "draft");
    assert_true(scene_told(scene, "N9", E1_MAIL, "所列证书中没有序号 9，可选的序号是 1-2"));
    scene_reply(scene, E1_MAIL, "N9", "3-4");
    assert_true(scene_told(scene, "N9", E1_MAIL, "没有序号 3, 4，"));
    tree_delete(scene->tree, CERT_1 H1); /* the list is the one that was shown */
    scene_reply(scene, E1_MAIL, "N9", "2");
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_free(scene);
}

static void test_nothing_to_choose_from(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    tree_delete(scene->tree, CERT_1 H1);
    tree_set(scene->tree, CERT_2 H1, ATTRIBUTE_CERTIFICATE_STATUS, "ceased");
    g_autofree char *id = file_without_certificates(scene);
    assert_null(id);
    assert_true(scene_told(scene, "N0", E1_MAIL, "E-CERT"));
    scene_free(scene);
}

static void test_chosen_certificates_lock_their_holder(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *draft = file_without_certificates(scene);
    g_autofree char *move = scene_form(scene, "T2E", NULL);

    assert_string_equal(scene_state(scene, move), "cityReview");
    scene_reply(scene, E1_MAIL, "N1D", "1");
    assert_string_equal(scene_state(scene, draft), "draft");
    assert_true(scene_told(scene, "N9", E1_MAIL, move));
    assert_true(scene_told(scene, "N9", E1_MAIL, "请再次回复遗失证书的序号"));
    story_decide(scene, move, STORY_REJECT);
    scene_reply(scene, E1_MAIL, "N9", "1");
    assert_string_equal(scene_state(scene, draft), "cityReview");
    scene_free(scene);
}

static void test_7_18_a_certificate_is_lost_while_its_holder_moves(void **state)
{
    struct scene *scene = scene_new();
    struct paper *paper = paper_new("T1");
    (void)state;
    g_autofree char *move = scene_form(scene, "T2E", "reprintRequested", "true", NULL);

    story_refuse(scene, "T1", "E-BUSY", NULL);
    assert_true(
        scene_told(scene, "N0", "e1@example.com", "所填内容没有错误")); /* only to be sent again later, with all that was right */
    assert_false(scene_told(scene, "N0", "e1@example.com", "请更正"));
    story_approve_all(scene, move);
    assert_copy(scene, CERT_1 MOVED, "1", "toPrint");
    const struct mail *asked = scene_mail(scene, "N5", QINGDAO);
    story_refuse(scene, "T1", "E-CERT", NULL); /* the old employer's no more */
    paper_put(paper, "head/applicantUid", "e2-qingdao");
    paper_put(paper, "enterpriseName", "青岛测试建设乙有限公司");
    paper_put(paper, "uscc", "91370202PDY000423P");
    scene_file_from(scene, "e2@example.com", paper);
    scene_deliver(scene);
    paper_free(paper);
    g_autofree char *lost = scene_newest(scene);
    story_approve_all(scene, lost);
    assert_string_equal(scene_state(scene, lost), "done");
    assert_copy(scene, CERT_1 MOVED, "2", "printable"); /* replaces the surrender */
    assert_copy(scene, CERT_2 MOVED, "1", "toPrint");
    scene_answer(scene, asked, QINGDAO, "已上缴 SD-011-2019-000001");
    scene_deliver(scene);
    assert_copy(scene, CERT_1 MOVED, "2", "printable");
    assert_non_null(scene_mail(scene, "N9", QINGDAO));
    scene_free(scene);
}

static void test_7_18_a_student_who_joined_gets_a_print_by_losing_the_paper(void **state)
{
    static const char certificate[] = "csCertificateNumber=SD-021-2021-000003,csTraineeNumber=T-000003," E1;
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2S", NULL);

    story_approve_all(scene, id);
    g_autofree char *lost = scene_form(scene, "T1", "certificates/certificate[1]/certNo", "SD-021-2021-000003",
                                       "certificates/certificate[1]/holderName", "测试丙",
                                       "certificates/certificate[1]/holderIdNumber", "370699200002290035", NULL);
    story_approve_all(scene, lost);
    assert_copy(scene, certificate, "2", "printable");
    scene_free(scene);
}

static void test_7_19_one_bad_certificate_refuses_the_whole_form(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    story_refuse(scene, "T1", "E-DUP-ITEM", SECOND("certNo", "sd-011-2019-000001"), SECOND("holderName", "测试甲"),
                 SECOND("holderIdNumber", "370199199001010019"), NULL);
    tree_set(scene->tree, CERT_2 H1, ATTRIBUTE_COPY_STATE, "lost");
    story_refuse(scene, "T1", "E-CERT", BOTH, NULL);
    assert_true(scene_told(scene, "N0", E1_MAIL, "SD-030-2018-000002"));
    tree_set(scene->tree, CERT_2 H1, ATTRIBUTE_COPY_STATE, "inHand");
    tree_set(scene->tree, CERT_2 H1, ATTRIBUTE_CERTIFICATE_STATUS, "ceased");
    story_refuse(scene, "T1", "E-CERT", BOTH, NULL);
    story_refuse(scene, "T1", "E-CERT", SECOND("certNo", "SD-040-2020-000005"), SECOND("holderName", "测试戊"),
                 SECOND("holderIdNumber", "37019919900101006X"), NULL);
    g_autofree char *foreign = g_strdup(scene_mail(scene, "N0", E1_MAIL)->text);
    assert_null(strstr(foreign, "青岛")); /* nothing is told of whose it is */
    story_refuse(scene, "T1", "E-CERT", SECOND("certNo", "SD-040-2020-999999"), SECOND("holderName", "测试戊"),
                 SECOND("holderIdNumber", "37019919900101006X"), NULL);
    story_refuse(scene, "T1", "E-CERT", "certificates/certificate[1]/holderName", "测试乙", NULL);
    scene_free(scene);
}

static void test_7_20_a_found_certificate_stays_void(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T1", NULL);

    story_approve_all(scene, id);
    assert_null(scene_mail(scene, "N5", "city-jinan-1@example.com")->reply_to); /* nothing to surrender */
    assert_copy(scene, CERT_1 H1, "2", "printable");
    scene_answer(scene, scene_mail(scene, "N2", "city-jinan-1@example.com"), "city-jinan-1@example.com",
                 "已上缴 SD-011-2019-000001");
    scene_deliver(scene);
    assert_copy(scene, CERT_1 H1, "2", "printable");
    scene_free(scene);
}

/* 6.6 */
static void test_a_new_print_waits_for_the_old_certificate(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", "reprintRequested", "true", NULL);

    story_approve_all(scene, id);
    assert_string_equal(scene_state(scene, id), "done");
    assert_copy(scene, CERT_1 MOVED, "1", "toPrint");
    assert_true(scene_told(scene, "N5", QINGDAO, "已上缴"));
    scene_reply(scene, QINGDAO, "N5", "已上缴吗 SD-011-2019-000001"); /* a question */
    assert_copy(scene, CERT_1 MOVED, "1", "toPrint");
    assert_true(scene_told(scene, "N9", QINGDAO, "只写“已上缴”"));
    scene_forget(scene);
    scene_reply(scene, QINGDAO, "N5", "已上缴 SD-011-2019-000001");
    assert_copy(scene, CERT_1 MOVED, "2", "printable");
    assert_copy(scene, CERT_2 MOVED, "1", "toPrint");
    assert_true(scene_told(scene, "N5p", E1_MAIL, "可以打印") || scene_told(scene, "N5p", "e2@example.com", "可以打印"));
    assert_string_equal(scene_state(scene, id), "done");
    scene_reply(scene, QINGDAO, "N5", "已上缴 SD-011-2019-000001"); /* twice */
    assert_copy(scene, CERT_1 MOVED, "2", "printable");
    assert_non_null(scene_mail(scene, "N9", QINGDAO));
    scene_reply(scene, QINGDAO, "N5", "已上缴 SD-040-2020-000005"); /* another's */
    assert_copy(scene, "csCertificateNumber=SD-040-2020-000005," H5, "1", "inHand");
    scene_reply(scene, QINGDAO, "N5", "SURRENDERED SD-030-2018-000002");
    assert_copy(scene, CERT_2 MOVED, "2", "printable");
    scene_free(scene);
}

static void test_a_surrender_that_is_asked_about_denied_or_promised_is_not_recorded(void **state)
{
    static const char *const answers[] = {"已上缴吗 SD-011-2019-000001", "还没上缴 SD-011-2019-000001",
                                          "明天上缴 SD-011-2019-000001", "SURRENDERED SD-011-2019-000001?",
                                          "not surrendered SD-011-2019-000001"};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        struct scene *scene = scene_new();
        g_autofree char *id = scene_form(scene, "T2E", "reprintRequested", "true", NULL);
        story_approve_all(scene, id);
        scene_reply(scene, QINGDAO, "N5", answers[i]);
        assert_copy(scene, CERT_1 MOVED, "1", "toPrint");
        assert_true(scene_told(scene, "N9", QINGDAO, "未作登记"));
        scene_reply(scene, QINGDAO, "N9", "已上缴 SD-011-2019-000001、SD-030-2018-000003"); /* the second is mistyped */
        assert_copy(scene, CERT_1 MOVED, "1", "toPrint");
        assert_true(scene_told(scene, "N9", QINGDAO, "SD-030-2018-000003"));
        assert_null(scene_mail(scene, "N5p", NULL));
        scene_reply(scene, QINGDAO, "N9", "已上缴 SD-011-2019-000001");
        assert_copy(scene, CERT_1 MOVED, "2", "printable");
        scene_free(scene);
    }
}

static void test_only_the_city_that_archived_records_a_surrender(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", "reprintRequested", "true", NULL);

    story_approve_all(scene, id);
    scene_answer(scene, scene_mail(scene, "N5", QINGDAO), "city-jinan-1@example.com", "已上缴 SD-011-2019-000001");
    scene_answer(scene, scene_mail(scene, "N5", QINGDAO), E1_MAIL, "已上缴 SD-011-2019-000001");
    scene_deliver(scene);
    assert_copy(scene, CERT_1 MOVED, "1", "toPrint");
    scene_free(scene);
}

static void test_a_rename_with_new_prints_concerns_all_certificates(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T3N", "reprintRequested", "true", NULL);

    story_approve_all(scene, id);
    assert_copy(scene, CERT_1 H1, "1", "toPrint");
    assert_copy(scene, CERT_2 H1, "1", "toPrint");
    scene_reply(scene, "city-jinan-1@example.com", "N5", "已上缴 SD-011-2019-000001 SD-030-2018-000002");
    assert_copy(scene, CERT_1 H1, "2", "printable");
    assert_copy(scene, CERT_2 H1, "2", "printable");
    scene_free(scene);
}

static void test_7_42_a_correction_to_a_number_somebody_has(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    story_refuse(scene, "T4", "E-DUP-ID", "corrections/correction[1]/@field", "idNumber", "corrections/correction[1]/newValue",
                 "370699200002290035", NULL);
    g_autofree char *person = scene_form(scene, "P1", NULL);
    assert_string_equal(scene_state(scene, person), "cityReview");
    story_refuse(scene, "T4", "E-DUP-ID", "corrections/correction[1]/@field", "idNumber", "corrections/correction[1]/newValue",
                 "371299198507030115", NULL);
    scene_free(scene);
}

static void test_7_42_a_registration_with_a_number_a_correction_waits_for(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T4", "corrections/correction[1]/@field", "idNumber",
                                     "corrections/correction[1]/newValue", "371299198507030115", NULL);

    assert_string_equal(scene_state(scene, id), "cityReview");
    g_autofree char *person = scene_form(scene, "P1", NULL);
    assert_string_equal(scene_state(scene, person), "cityReview");
    story_approve_all(scene, id); /* the first to be approved has it */
    assert_string_equal(scene_state(scene, id), "done");
    assert_string_equal(scene_value(scene, H1, ATTRIBUTE_ID_NUMBER), "371299198507030115");
    assert_non_null(tree_entry(scene->tree, CERT_1 H1));
    story_decide(scene, person, "同意");
    assert_string_equal(scene_state(scene, person), "void");
    scene_free(scene);
}

static void test_a_name_is_corrected(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T4", NULL);

    assert_true(scene_told(scene, "N2", "city-jinan-1@example.com", "测试贾"));
    assert_true(scene_told(scene, "N2", "city-jinan-1@example.com", "M12"));
    story_approve_all(scene, id);
    assert_string_equal(scene_value(scene, H1, ATTRIBUTE_CN), "测试贾");
    assert_string_equal(scene_value(scene, H1, ATTRIBUTE_SN), "测试贾");
    scene_free(scene);
}

static void test_7_03_a_name_is_corrected_by_another_path(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = story_bring(scene, "T4", "provinceReview");

    tree_set(scene->tree, H1, ATTRIBUTE_CN, "测试架");
    story_decide(scene, id, "同意"); /* 测试甲 to 测试贾 was reviewed, and is no longer what it is about */
    assert_string_equal(scene_state(scene, id), "void");
    assert_string_equal(scene_value(scene, H1, ATTRIBUTE_CN), "测试架");
    scene_free(scene);
}

static void test_a_birth_date_that_was_not_on_record(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    tree_set(scene->tree, H1, ATTRIBUTE_BIRTH_DATE, NULL);
    g_autofree char *id = scene_form(scene, "T4", "corrections/correction[1]/@field", "birthDate",
                                     "corrections/correction[1]/newValue", "1990-01-01", NULL);
    story_approve_all(scene, id);
    assert_string_equal(scene_state(scene, id), "done");
    assert_string_equal(scene_value(scene, H1, ATTRIBUTE_BIRTH_DATE), "1990-01-01");
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scenario_g_two_certificates_of_one_person_are_lost),
        cmocka_unit_test(test_an_individual_reports_the_own_certificate),
        cmocka_unit_test(test_the_lost_certificates_are_chosen_by_reply),
        cmocka_unit_test(test_a_choice_that_is_none_is_asked_back),
        cmocka_unit_test(test_a_number_that_is_not_on_the_list_is_named),
        cmocka_unit_test(test_nothing_to_choose_from),
        cmocka_unit_test(test_chosen_certificates_lock_their_holder),
        cmocka_unit_test(test_7_18_a_certificate_is_lost_while_its_holder_moves),
        cmocka_unit_test(test_7_18_a_student_who_joined_gets_a_print_by_losing_the_paper),
        cmocka_unit_test(test_7_19_one_bad_certificate_refuses_the_whole_form),
        cmocka_unit_test(test_7_20_a_found_certificate_stays_void),
        cmocka_unit_test(test_a_new_print_waits_for_the_old_certificate),
        cmocka_unit_test(test_a_surrender_that_is_asked_about_denied_or_promised_is_not_recorded),
        cmocka_unit_test(test_only_the_city_that_archived_records_a_surrender),
        cmocka_unit_test(test_a_rename_with_new_prints_concerns_all_certificates),
        cmocka_unit_test(test_7_42_a_correction_to_a_number_somebody_has),
        cmocka_unit_test(test_7_42_a_registration_with_a_number_a_correction_waits_for),
        cmocka_unit_test(test_a_name_is_corrected),
        cmocka_unit_test(test_7_03_a_name_is_corrected_by_another_path),
        cmocka_unit_test(test_a_birth_date_that_was_not_on_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
