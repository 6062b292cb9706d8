/* Changes of enterprises (T3): renames and moves to another city, and the edge cases of domain.md 7 that concern them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "tests/scenario/story.h"

#define QINGDAO "city-qingdao-1@example.com"
#define YANTAI "city-yantai-1@example.com"
#define NEW_NAME "济南测试建筑甲有限公司"

static void assert_division(struct scene *scene, const char *id, const char *state, const char *division)
{
    g_autofree char *decides = story_division(scene, id);

    assert_string_equal(scene_state(scene, id), state);
    assert_string_equal(decides, division);
}

static void test_scenario_e_a_renamed_enterprise_is_shown_on_all_certificates(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T3N", NULL);

    assert_division(scene, id, "cityReview", "370100");
    assert_true(scene_told(scene, "N2", "city-jinan-1@example.com", "济南测试建设甲有限公司"));
    assert_true(scene_told(scene, "N2", "city-jinan-1@example.com", NEW_NAME));
    assert_true(scene_told(scene, "N2", "city-jinan-1@example.com", "M09"));
    story_decide(scene, id, STORY_APPROVE);
    assert_division(scene, id, "provinceReview", "370000");
    assert_string_equal(scene_value(scene, E1, ATTRIBUTE_O), "济南测试建设甲有限公司");
    story_decide(scene, id, "同意");
    assert_string_equal(scene_state(scene, id), "done");
    assert_string_equal(scene_value(scene, E1, ATTRIBUTE_O), NEW_NAME);
    assert_string_equal(scene_value(scene, E1, ATTRIBUTE_FORMER_NAME), "济南测试建设甲有限公司");
    assert_non_null(tree_entry(scene->tree, "csCertificateNumber=SD-011-2019-000001," H1));
    assert_non_null(tree_entry(scene->tree, "csCertificateNumber=SD-030-2018-000002," H1));
    assert_string_equal(scene_value(scene, "csCertificateNumber=SD-011-2019-000001," H1, ATTRIBUTE_COPY_STATE), "inHand");
    assert_true(scene_told(scene, "N5", "e1@example.com", "所有证书（共 2 本）"));
    scene_free(scene);
}

static void test_a_name_comes_back(void **state)
{
    static const char *const names[] = {"济南测试建设甲有限公司", NEW_NAME, "济南测试建设甲有限公司", "济南测试建材甲有限公司"};
    struct scene *scene = scene_new();
    (void)state;

    for (guint i = 0; i + 1 < G_N_ELEMENTS(names); i++) {
        g_autofree char *id = scene_form(scene, "T3N", "currentName", names[i], "newName", names[i + 1], NULL);
        story_approve_all(scene, id);
        assert_string_equal(scene_state(scene, id), "done");
        assert_string_equal(scene_value(scene, E1, ATTRIBUTE_O), names[i + 1]);
    }
    assert_int_equal(entry_values(tree_entry(scene->tree, E1), ATTRIBUTE_FORMER_NAME)->len, 2);
    scene_free(scene);
}

static void test_an_enterprise_moves_to_another_city(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T3C", "newAddress", "烟台市测试区1号", NULL);

    assert_division(scene, id, "outCityReview", "370200");
    assert_true(scene_told(scene, "N2", QINGDAO, "M10"));
    assert_true(scene_told(scene, "N2", QINGDAO, "新注册地址\n　　原：青岛市测试路2号\n　　新：烟台市测试区1号"));
    assert_null(scene_mail(scene, "N2", YANTAI));
    story_decide(scene, id, STORY_APPROVE);
    assert_division(scene, id, "inCityReview", "370600");
    assert_true(scene_told(scene, "N3", "e2@example.com", "联系"));
    assert_true(scene_told(scene, "N3", "e2@example.com", "烟台"));
    assert_null(strstr(scene_mail(scene, "N4", YANTAI)->text, "M10")); /* none required at the new */
    assert_string_equal(scene_value(scene, E2, ATTRIBUTE_DIVISION_CODE), "370200");
    story_decide(scene, id, "同意"); /* no archive number, no province */
    assert_string_equal(scene_state(scene, id), "done");
    assert_string_equal(scene_value(scene, E2, ATTRIBUTE_DIVISION_CODE), "370600");
    assert_string_equal(scene_value(scene, E2, ATTRIBUTE_POSTAL_ADDRESS), "烟台市测试区1号");
    assert_non_null(scene_mail(scene, "N5", "e2@example.com"));
    assert_non_null(scene_mail(scene, "N5", "province-1@example.com"));
    scene_free(scene);
}

static void test_the_old_city_archives(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T3C", NULL);

    scene_reply(scene, QINGDAO, "N2", "同意");
    assert_string_equal(scene_state(scene, id), "outCityReview");
    assert_true(scene_told(scene, "N9", QINGDAO, "留档编号"));
    scene_free(scene);
}

static void test_7_04_receiver_moves_while_employer_change_waits(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", NULL); /* scenarios (a) and (f) */
    const struct mail *old = scene_mail(scene, "N2", QINGDAO);

    assert_division(scene, id, "cityReview", "370200");
    story_move(scene, E2, "370600");
    assert_division(scene, id, "cityReview", "370600");
    assert_non_null(scene_mail(scene, "N10", "e1@example.com"));
    assert_non_null(scene_mail(scene, "N10", QINGDAO));
    assert_true(scene_told(scene, "N2", YANTAI, "测试甲"));
    scene_answer(scene, old, QINGDAO, STORY_APPROVE);
    scene_deliver(scene);
    assert_division(scene, id, "cityReview", "370600");
    scene_reply(scene, YANTAI, "N2", STORY_APPROVE);
    assert_string_equal(scene_state(scene, id), "provinceReview");
    story_approve_all(scene, id);
    assert_string_equal(scene_state(scene, id), "done");
    scene_free(scene);
}

static void test_7_04_the_enterprises_own_requests_move_too(void **state)
{
    static const char *const types[] = {"T1", "T4", "P3", "P4"};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        struct scene *scene = scene_new();
        g_autofree char *id = story_bring(scene, types[i], "cityReview");
        story_move(scene, E1, "370700");
        assert_division(scene, id, "cityReview", "370700");
        assert_non_null(scene_mail(scene, "N10", "e1@example.com"));
        story_approve_all(scene, id);
        assert_string_equal(scene_state(scene, id), "done");
        scene_free(scene);
    }
}

static void test_7_04_a_request_as_releasing_enterprise_stays(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", NULL);

    story_move(scene, E1, "370700"); /* the receiver's city decides, not the applicant's */
    assert_division(scene, id, "cityReview", "370200");
    assert_null(scene_mail(scene, "N10", NULL));
    scene_free(scene);
}

static void test_7_04_what_is_with_the_province_stays(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = story_bring(scene, "T2E", "provinceReview");

    story_move(scene, E2, "370600");
    assert_division(scene, id, "provinceReview", "370000");
    assert_null(scene_mail(scene, "N10", NULL));
    story_approve_all(scene, id);
    assert_string_equal(scene_state(scene, id), "done");
    scene_free(scene);
}

static void test_7_06_two_changes_of_one_enterprise(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T3N", NULL);

    story_refuse(scene, "T3N", "E-BUSY", "newName", "济南测试建筑乙有限公司", NULL);
    assert_true(scene_told(scene, "N0", "e1@example.com", id));
    story_refuse(scene, "T3N", "E-BUSY", "newName", "", "newCityCode", "370700", "registrationChangeDate", "", NULL);
    story_approve_all(scene, id);
    g_autofree char *after = scene_form(scene, "T3N", "currentName", NEW_NAME, "newName", "", "newCityCode", "370700",
                                        "registrationChangeDate", "", NULL);
    assert_string_equal(scene_state(scene, after), "outCityReview");
    scene_free(scene);
}

static void test_7_07_the_new_city_rejects(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = story_bring(scene, "T3C", "inCityReview");

    story_decide(scene, id, STORY_REJECT);
    assert_string_equal(scene_state(scene, id), "rejected");
    assert_string_equal(scene_value(scene, E2, ATTRIBUTE_DIVISION_CODE), "370200");
    assert_true(scene_told(scene, "N6", "e2@example.com", "材料不全"));
    assert_non_null(scene_mail(scene, "N6", QINGDAO));
    const struct records *records = &scene->site.mind.records;
    g_autoptr(GPtrArray) steps = records->steps(records->context, id);
    assert_string_equal(((struct step *)g_ptr_array_index(steps, 0))->archive, "建留档〔2026〕0001号");
    scene_free(scene);
}

static void test_7_08_own_requests_at_the_province_are_untouched(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = story_bring(scene, "T1", "provinceReview");

    story_move(scene, E1, "370700");
    assert_division(scene, id, "provinceReview", "370000");
    story_approve_all(scene, id);
    assert_string_equal(scene_state(scene, id), "done");
    scene_free(scene);
}

/* E3 has no trainee, so no certificate: it moves by changing its basic data. */
static void file_direct_move(struct scene *scene, const char *city)
{
    struct paper *paper = paper_new("P2");

    paper_put(paper, "head/applicantUid", "e3-weifang");
    paper_put(paper, "target", "self");
    paper_put(paper, "changes/change[1]/@field", "cityCode");
    paper_put(paper, "changes/change[1]/newValue", city);
    scene_file_from(scene, "e3@example.com", paper);
    scene_deliver(scene);
    paper_free(paper);
}

static void test_7_29_an_enterprise_without_certificates_moves_directly(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    file_direct_move(scene, "370600");
    assert_string_equal(scene_value(scene, E3, ATTRIBUTE_DIVISION_CODE), "370600");
    assert_true(scene_told(scene, "N10", "city-weifang-1@example.com", "所属地市由潍坊市变更为烟台市。"));
    assert_true(scene_told(scene, "N10", YANTAI, "直接变更所属地市，特此告知"));
    scene_free(scene);
}

static void test_7_29_not_while_it_has_open_requests(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id =
        scene_form(scene, "T2E", "toUscc", "91370000PDY01370XD", "toEnterpriseName", "山东测试路桥丙（集团）有限公司", NULL);

    file_direct_move(scene, "370600");
    assert_string_equal(scene_value(scene, E3, ATTRIBUTE_DIVISION_CODE), "370700");
    assert_true(scene_told(scene, "N0", "e3@example.com", "E-BUSY"));
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_free(scene);
}

/* Confirmed while another request is open: the draft waits with it, and need not be sent again. */
static void test_7_29_a_draft_stays_until_the_open_request_has_ended(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    scene->stamped = FALSE;
    file_direct_move(scene, "370600");
    g_autofree char *draft = scene_newest(scene);
    scene->stamped = TRUE;
    g_autofree char *id =
        scene_form(scene, "T2E", "toUscc", "91370000PDY01370XD", "toEnterpriseName", "山东测试路桥丙（集团）有限公司", NULL);
    scene_reply(scene, "e3@example.com", "N1D", "确认");
    assert_string_equal(scene_state(scene, draft), "draft");
    assert_true(scene_told(scene, "N9", "e3@example.com", "E-BUSY"));
    story_decide(scene, id, STORY_REJECT);
    scene_reply(scene, "e3@example.com", "N9", "确认");
    assert_string_equal(scene_state(scene, draft), "done");
    assert_string_equal(scene_value(scene, E3, ATTRIBUTE_DIVISION_CODE), "370600");
    scene_free(scene);
}

static void test_7_30_city_codes_and_dashes(void **state)
{
    static const char *const blanks[] = {"", " ", "-", "—", "——", "―", "－"};
    struct scene *scene = scene_new();
    (void)state;

    story_refuse(scene, "T3C", "E-CITY-ABOLISHED", "newCityCode", "371200", NULL);
    assert_true(scene_told(scene, "N0", "e2@example.com", "370100"));
    story_refuse(scene, "T3C", "E-CITY", "newCityCode", "烟台市", NULL);
    story_refuse(scene, "T3C", "E-CITY", "newCityCode", "370000", NULL);
    story_refuse(scene, "T3C", "E-NO-CHANGE", "newCityCode", "370200", NULL);
    story_refuse(scene, "T3N", "E-T3-BOTH", "newCityCode", "370700", NULL);
    story_refuse(scene, "T3N", "E-T3-NONE", "newName", "——", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(blanks); i++) {
        struct scene *other = scene_new();
        g_autofree char *id = scene_form(other, "T3N", "newCityCode", blanks[i], NULL);
        assert_string_equal(scene_state(other, id), "cityReview");
        scene_free(other);
    }
    scene_free(scene);
}

static void test_7_31_the_same_name_in_other_brackets(void **state)
{
    struct scene *scene = scene_new();
    struct paper *paper = paper_new("T3N");
    (void)state;

    paper_put(paper, "head/applicantUid", "e3-weifang");
    paper_put(paper, "uscc", "91370000PDY01370XD");
    paper_put(paper, "currentName", "山东测试路桥丙（集团）有限公司");
    paper_put(paper, "currentCityCode", "370700");
    paper_put(paper, "newName", "山东测试路桥丙 (集团) 有限公司");
    scene_file_from(scene, "e3@example.com", paper);
    scene_deliver(scene);
    assert_int_equal(scene_requests(scene), 0);
    assert_true(scene_told(scene, "N0", "e3@example.com", "E-NO-CHANGE"));
    paper_free(paper);
    scene_free(scene);
}

static void test_name_and_city_are_those_on_record(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    story_refuse(scene, "T3N", "E-NAME-MISMATCH", "currentName", "济南测试建设丙有限公司", NULL);
    story_refuse(scene, "T3N", "E-CITY-MISMATCH", "currentCityCode", "370200", NULL);
    story_refuse(scene, "T3N", "E-NOT-OWNER", "uscc", "91370202PDY000423P", NULL);
    scene_free(scene);
}

static void test_another_enterprise_has_the_new_name(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T3N", "newName", "青岛测试建设乙有限公司", NULL);

    assert_string_equal(scene_state(scene, id), "cityReview");
    assert_true(scene_told(scene, "N2", "city-jinan-1@example.com", "重名"));
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scenario_e_a_renamed_enterprise_is_shown_on_all_certificates),
        cmocka_unit_test(test_a_name_comes_back),
        cmocka_unit_test(test_an_enterprise_moves_to_another_city),
        cmocka_unit_test(test_the_old_city_archives),
        cmocka_unit_test(test_7_04_receiver_moves_while_employer_change_waits),
        cmocka_unit_test(test_7_04_the_enterprises_own_requests_move_too),
        cmocka_unit_test(test_7_04_a_request_as_releasing_enterprise_stays),
        cmocka_unit_test(test_7_04_what_is_with_the_province_stays),
        cmocka_unit_test(test_7_06_two_changes_of_one_enterprise),
        cmocka_unit_test(test_7_07_the_new_city_rejects),
        cmocka_unit_test(test_7_08_own_requests_at_the_province_are_untouched),
        cmocka_unit_test(test_7_29_an_enterprise_without_certificates_moves_directly),
        cmocka_unit_test(test_7_29_not_while_it_has_open_requests),
        cmocka_unit_test(test_7_29_a_draft_stays_until_the_open_request_has_ended),
        cmocka_unit_test(test_7_30_city_codes_and_dashes),
        cmocka_unit_test(test_7_31_the_same_name_in_other_brackets),
        cmocka_unit_test(test_name_and_city_are_those_on_record),
        cmocka_unit_test(test_another_enterprise_has_the_new_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
