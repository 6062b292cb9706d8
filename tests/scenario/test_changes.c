/* What changes is shown as it was and as it is to be: to whoever decides, and at the end to whom it concerns (domain.md 6.5). */
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
#define YANTAI "city-yantai-1@example.com"
#define PROVINCE "province-1@example.com"

/* Fails unless the last such mail shows the change under its label. */
static void assert_shows(const struct scene *scene, const char *code, const char *to, const char *label, const char *old,
                         const char *new)
{
    const struct mail *mail = scene_mail(scene, code, to);
    g_autofree char *shown = g_strdup_printf("\n%s\n　　原：%s\n　　新：%s\n", label, old, new);

    if (!mail || !strstr(mail->text, shown))
        fail_msg("%s to %s should show%s%s", code, to, shown, mail ? mail->text : "(no such mail)");
}

static void assert_silent(const struct scene *scene, const char *code, const char *to, const char *words)
{
    const struct mail *mail = scene_mail(scene, code, to);

    if (!mail || strstr(mail->text, words))
        fail_msg("%s to %s should not say \"%s\":\n%s", code, to, words, mail ? mail->text : "(no such mail)");
}

static void test_a_move_changes_the_address_too(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T3C", "newAddress", "烟台市芝罘区测试路9号", NULL);

    assert_shows(scene, "N2", QINGDAO, "新所属地市", "青岛市（370200）", "烟台市（370600）");
    assert_shows(scene, "N2", QINGDAO, "新注册地址", "青岛市测试路2号", "烟台市芝罘区测试路9号");
    tree_set(scene->tree, E2, ATTRIBUTE_POSTAL_ADDRESS, "青岛市测试路3号"); /* what was there at submission is what was shown */
    story_decide(scene, id, STORY_APPROVE);
    assert_shows(scene, "N4", YANTAI, "新注册地址", "青岛市测试路2号", "烟台市芝罘区测试路9号");
    story_decide(scene, id, "同意");
    assert_string_equal(scene_value(scene, E2, ATTRIBUTE_POSTAL_ADDRESS), "烟台市芝罘区测试路9号");
    scene_free(scene);
}

/* As long as a form lets it be. */
static void test_a_long_address_is_shown_whole(void **state)
{
    struct scene *scene = scene_new();
    g_autoptr(GString) address = g_string_new(NULL);
    (void)state;

    for (guint i = 0; i < 40; i++)
        g_string_append(address, "测试路一号");
    tree_set(scene->tree, E2, ATTRIBUTE_POSTAL_ADDRESS, address->str);
    g_autofree char *id = scene_form(scene, "T3C", "newAddress", "烟台市芝罘区测试路9号", NULL);
    assert_non_null(id);
    assert_shows(scene, "N2", QINGDAO, "新注册地址", address->str, "烟台市芝罘区测试路9号");
    scene_free(scene);
}

static void test_what_was_not_there_is_shown_as_missing(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    tree_set(scene->tree, E2, ATTRIBUTE_POSTAL_ADDRESS, NULL);
    g_autofree char *move = scene_form(scene, "T3C", "newAddress", "烟台市芝罘区测试路9号", NULL);
    assert_non_null(move);
    assert_shows(scene, "N2", QINGDAO, "新注册地址", "（无）", "烟台市芝罘区测试路9号");
    g_autofree char *joins = scene_form(scene, "T2P", NULL); /* an individual has had no employer */
    assert_non_null(joins);
    assert_shows(scene, "N2", QINGDAO, "接收单位名称", "（无）", "青岛测试建设乙有限公司");
    assert_shows(scene, "N2", QINGDAO, "接收单位代码", "（无）", "91370202PDY000423P");
    scene_free(scene);
}

static void test_the_end_of_a_move_says_from_where_to_where(void **state)
{
    static const char *const hearers[] = {E2_MAIL, QINGDAO, PROVINCE};
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T3C", "newAddress", "烟台市芝罘区测试路9号", NULL);

    story_approve_all(scene, id);
    for (guint i = 0; i < G_N_ELEMENTS(hearers); i++) {
        assert_shows(scene, "N5", hearers[i], "新所属地市", "青岛市（370200）", "烟台市（370600）");
        assert_shows(scene, "N5", hearers[i], "新注册地址", "青岛市测试路2号", "烟台市芝罘区测试路9号");
    }
    scene_free(scene);
}

static void test_the_end_of_a_rename_says_both_names(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T3N", NULL);

    story_approve_all(scene, id);
    assert_shows(scene, "N5", E1_MAIL, "新企业名称", "济南测试建设甲有限公司", "济南测试建筑甲有限公司");
    assert_shows(scene, "N5", JINAN, "新企业名称", "济南测试建设甲有限公司", "济南测试建筑甲有限公司");
    scene_free(scene);
}

/* Whom it was about is named, the number in full to its owner's enterprise alone. */
static void test_the_end_of_an_employer_change_says_who_went_where(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", NULL);

    story_approve_all(scene, id);
    assert_shows(scene, "N5", E1_MAIL, "接收单位名称", "济南测试建设甲有限公司", "青岛测试建设乙有限公司");
    assert_shows(scene, "N5", E2_MAIL, "接收单位名称", "济南测试建设甲有限公司", "青岛测试建设乙有限公司");
    assert_true(scene_told(scene, "N5", E1_MAIL, "370199199001010019"));
    assert_true(scene_told(scene, "N5", E2_MAIL, "测试甲"));
    assert_true(scene_told(scene, "N5", E2_MAIL, "370199********0019"));
    assert_silent(scene, "N5", QINGDAO, "370199199001010019");
    scene_free(scene);
}

static void test_a_correction_is_called_by_what_it_corrects(void **state)
{
    static const struct {
        const char *field, *value, *label, *old, *new, *masked_old, *masked_new;
    } rows[] = {
        {"name", "测试贾", "姓名", "测试甲", "测试贾", "测试甲", "测试贾"},
        {"sex", "1", "性别", "女（2）", "男（1）", "女（2）", "男（1）"},
        {"birthDate", "1990-01-01", "出生日期", "（无）", "1990-01-01", "（无）", "1990-01-01"},
        {"idNumber", "370199199001010035", "公民身份号码", "370199199001010019", "370199199001010035", "370199********0019",
         "370199********0035"},
    };
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct scene *scene = scene_new();
        tree_set(scene->tree, H1, ATTRIBUTE_BIRTH_DATE, NULL);
        tree_set(scene->tree, H1, ATTRIBUTE_SEX, "2");
        g_autofree char *id = scene_form(scene, "T4", "corrections/correction[1]/@field", rows[i].field,
                                         "corrections/correction[1]/newValue", rows[i].value, NULL);
        assert_shows(scene, "N2", JINAN, rows[i].label, rows[i].old, rows[i].new);
        assert_silent(scene, "N2", JINAN, "更正后");
        story_approve_all(scene, id);
        assert_shows(scene, "N5", E1_MAIL, rows[i].label, rows[i].old, rows[i].new);
        assert_shows(scene, "N5", JINAN, rows[i].label, rows[i].masked_old, rows[i].masked_new);
        scene_free(scene);
    }
}

/* Nobody has reviewed it, so nobody has approved it. */
static void test_a_direct_change_says_what_was_changed(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id =
        scene_form(scene, "P2", "target", "self", "changes/change[1]/@field", "address", "changes/change[1]/newValue",
                   "济南市测试路8号", "changes/change[2]/@field", "zip", "changes/change[2]/newValue", "250099", NULL);

    assert_string_equal(scene_state(scene, id), "done");
    assert_shows(scene, "N5", E1_MAIL, "地址", "济南市测试路1号", "济南市测试路8号");
    assert_true(scene_told(scene, "N5", E1_MAIL, "250099"));
    assert_silent(scene, "N5", E1_MAIL, "审批");
    assert_silent(scene, "N5", E1_MAIL, "修改对象");
    g_autofree char *other = scene_form(scene, "P2", NULL);
    assert_string_equal(scene_state(scene, other), "done");
    assert_true(scene_told(scene, "N5", E1_MAIL, "修改对象：370299198812310024"));
    scene_free(scene);
}

/* An enterprise without certificates moves by itself: nothing is handed over to be reviewed (7.29). */
static void test_both_cities_hear_of_a_move_that_nobody_reviews(void **state)
{
    static const char *const cities[] = {QINGDAO, YANTAI};
    struct scene *scene = scene_new();
    struct paper *paper = paper_new("P2");
    (void)state;

    tree_delete(scene->tree, "csCertificateNumber=SD-040-2020-000005," H5);
    paper_put(paper, "head/applicantUid", "e2-qingdao");
    paper_put(paper, "target", "self");
    paper_put(paper, "changes/change[1]/@field", "cityCode");
    paper_put(paper, "changes/change[1]/newValue", "370600");
    scene_file_from(scene, E2_MAIL, paper);
    scene_deliver(scene);
    paper_free(paper);
    assert_string_equal(scene_value(scene, E2, ATTRIBUTE_DIVISION_CODE), "370600");
    for (guint i = 0; i < G_N_ELEMENTS(cities); i++) {
        assert_true(scene_told(scene, "N10", cities[i], "青岛测试建设乙有限公司"));
        assert_true(scene_told(scene, "N10", cities[i], "由青岛市变更为烟台市"));
        assert_true(scene_told(scene, "N10", cities[i], "from Qingdao to Yantai"));
        assert_silent(scene, "N10", cities[i], "转由");
        assert_silent(scene, "N10", cities[i], "审核");
        assert_silent(scene, "N10", cities[i], "competent authority");
    }
    assert_shows(scene, "N5", E2_MAIL, "所属地市", "青岛市（370200）", "烟台市（370600）");
    scene_free(scene);
}

/* An individual moves as they like, certificates or not: they are no enterprise, and nothing is said of certificates. */
static void test_both_cities_hear_of_an_individual_who_moves(void **state)
{
    static const char *const cities[] = {"city-linyi-1@example.com", YANTAI};
    struct scene *scene = scene_new();
    (void)state;
    struct paper *paper = paper_new("P2");

    paper_put(paper, "head/applicantUid", "h4-linyi");
    paper_put(paper, "target", "self");
    paper_put(paper, "changes/change[1]/@field", "cityCode");
    paper_put(paper, "changes/change[1]/newValue", "370600");
    scene_file_from(scene, "h4@example.com", paper);
    scene_deliver(scene);
    paper_free(paper);
    assert_string_equal(scene_value(scene, H4, ATTRIBUTE_DIVISION_CODE), "370600");
    for (guint i = 0; i < G_N_ELEMENTS(cities); i++) {
        assert_true(scene_told(scene, "N10", cities[i], "测试丁"));
        assert_true(scene_told(scene, "N10", cities[i], "由临沂市变更为烟台市"));
        assert_silent(scene, "N10", cities[i], "企业");
        assert_silent(scene, "N10", cities[i], "证书");
        assert_silent(scene, "N10", cities[i], "nterprise");
    }
    scene_free(scene);
}

/* Who was enrolled is listed (domain.md 6.8), and where nobody reviews, nobody has approved. */
static void test_the_end_of_an_enrolment_lists_who_was_enrolled(void **state)
{
    static const char *const reviews[] = {"city", "none"};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(reviews); i++) {
        struct scene *scene = scene_new();
        scene_choose(scene, "enrolment-review", reviews[i]);
        g_autofree char *enrolment = scene_form(scene, "P3", NULL);
        if (i == 0)
            story_approve_all(scene, enrolment);
        assert_string_equal(scene_state(scene, enrolment), "done");
        assert_true(scene_told(scene, "N5", E1_MAIL, "姓名　　：测试庚"));
        assert_true(scene_told(scene, "N5", E1_MAIL, "岗位"));
        assert_true((strstr(scene_mail(scene, "N5", E1_MAIL)->text, "审批通过") == NULL) == (i == 1));
        g_autofree char *continued = scene_form(scene, "P4", NULL);
        if (i == 0)
            story_approve_all(scene, continued);
        assert_true(scene_told(scene, "N5", E1_MAIL, "SD-011-2019-000001"));
        assert_true(scene_told(scene, "N5", E1_MAIL, "测试甲"));
        assert_true((strstr(scene_mail(scene, "N5", E1_MAIL)->text, "审批通过") == NULL) == (i == 1));
        scene_free(scene);
    }
}

static void test_the_end_of_a_replacement_lists_the_certificates(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T1", NULL);

    story_approve_all(scene, id);
    assert_true(scene_told(scene, "N5", E1_MAIL, "SD-011-2019-000001"));
    assert_true(scene_told(scene, "N5", JINAN, "SD-011-2019-000001"));
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_move_changes_the_address_too),
        cmocka_unit_test(test_a_long_address_is_shown_whole),
        cmocka_unit_test(test_what_was_not_there_is_shown_as_missing),
        cmocka_unit_test(test_the_end_of_a_move_says_from_where_to_where),
        cmocka_unit_test(test_the_end_of_a_rename_says_both_names),
        cmocka_unit_test(test_the_end_of_an_employer_change_says_who_went_where),
        cmocka_unit_test(test_a_correction_is_called_by_what_it_corrects),
        cmocka_unit_test(test_a_direct_change_says_what_was_changed),
        cmocka_unit_test(test_both_cities_hear_of_a_move_that_nobody_reviews),
        cmocka_unit_test(test_both_cities_hear_of_an_individual_who_moves),
        cmocka_unit_test(test_the_end_of_an_enrolment_lists_who_was_enrolled),
        cmocka_unit_test(test_the_end_of_a_replacement_lists_the_certificates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
