/* Employer changes (T2): the guide's three ways and the edge cases of domain.md 7 that concern them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "tests/scenario/story.h"

#define TO_E3 "toUscc", "91370000PDY01370XD", "toEnterpriseName", "山东测试路桥丙（集团）有限公司"
#define CERT_1 "csCertificateNumber=SD-011-2019-000001,"
#define CERT_2 "csCertificateNumber=SD-030-2018-000002,"
#define BOTH "city-and-province@example.com"

static void assert_asked(struct scene *scene, const char *id, const char *division, const char *first, const char *second)
{
    g_autofree char *decides = story_division(scene, id);

    assert_string_equal(decides, division);
    assert_non_null(scene_mail(scene, "N2", first));
    assert_non_null(scene_mail(scene, "N2", second));
}

static void test_scenario_a_an_employee_goes_to_another_city(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", NULL);

    assert_asked(scene, id, "370200", "city-qingdao-1@example.com", "city-qingdao-2@example.com");
    assert_int_equal(scene_mails(scene, "N2", NULL), 2); /* and nobody of Jinan */
    assert_true(scene_told(scene, "N2b", "e2@example.com", "M05"));
    for (guint i = 1; i <= 6; i++) {
        g_autofree char *code = g_strdup_printf("M0%u", i);
        assert_true(scene_told(scene, "N2", "city-qingdao-1@example.com", code));
    }
    story_decide(scene, id, STORY_APPROVE);
    assert_string_equal(scene_state(scene, id), "provinceReview");
    assert_non_null(tree_entry(scene->tree, H1)); /* nothing before the last approval */
    assert_non_null(scene_mail(scene, "N3", "e1@example.com"));
    assert_true(scene_told(scene, "N4", "province-1@example.com", "建留档〔2026〕0001号"));
    story_decide(scene, id, "同意");
    assert_string_equal(scene_state(scene, id), "done");
    assert_null(tree_entry(scene->tree, H1));
    assert_non_null(tree_entry(scene->tree, "csTraineeNumber=T-000001," E2));
    assert_non_null(tree_entry(scene->tree, CERT_1 "csTraineeNumber=T-000001," E2));
    assert_non_null(tree_entry(scene->tree, CERT_2 "csTraineeNumber=T-000001," E2));
    assert_true(scene_told(scene, "N5", "e1@example.com", "审批通过")); /* the original user */
    assert_non_null(scene_mail(scene, "N5", "e2@example.com"));
    scene_free(scene);
}

static void test_the_old_certificate_is_wanted_only_for_a_new_one(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", NULL);

    assert_null(strstr(scene_mail(scene, "N2", "city-qingdao-1@example.com")->text, "M07"));
    story_decide(scene, id, STORY_REJECT);
    g_autofree char *reprint = scene_form(scene, "T2E", "reprintRequested", "true", NULL);
    assert_string_equal(scene_state(scene, reprint), "cityReview");
    assert_true(scene_told(scene, "N2", "city-qingdao-1@example.com", "M07"));
    assert_true(scene_told(scene, "N2b", "e2@example.com", "M07"));
    scene_free(scene);
}

static void test_scenario_b_the_registry_code_does_not_decide_the_city(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", TO_E3, NULL);

    assert_asked(scene, id, "370700", "city-weifang-1@example.com", "city-weifang-2@example.com");
    assert_int_equal(scene_mails(scene, "N2", NULL), 2);
    scene_free(scene);
}

static void test_scenario_c_a_student_joins_an_enterprise(void **state)
{
    static const char moved[] = "csCertificateNumber=SD-021-2021-000003,csTraineeNumber=T-000003," E1;
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2S", NULL);

    assert_asked(scene, id, "370100", "city-jinan-1@example.com", "city-jinan-2@example.com");
    assert_true(scene_told(scene, "N2b", "e1@example.com", "M04"));
    assert_null(strstr(scene_mail(scene, "N2", "city-jinan-1@example.com")->text, "M06"));
    assert_null(strstr(scene_mail(scene, "N2", "city-jinan-1@example.com")->text, "M07"));
    story_approve_all(scene, id);
    assert_string_equal(scene_state(scene, id), "done");
    assert_string_equal(scene_value(scene, "csTraineeNumber=T-000003," E1, ATTRIBUTE_TRAINEE_KIND), "employee");
    assert_string_equal(scene_value(scene, moved, ATTRIBUTE_HANDWRITTEN_EMPLOYER), "TRUE");
    assert_string_equal(scene_value(scene, moved, ATTRIBUTE_COPY_NUMBER), "1");
    assert_string_equal(scene_value(scene, moved, ATTRIBUTE_COPY_STATE), "inHand");
    assert_true(scene_told(scene, "N5", "s1@example.com", "手写单位名称"));
    scene_free(scene);
}

static void test_scenario_d_an_individual_joins_an_enterprise(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2P", NULL);
    g_autofree char *uuid = g_strdup(tree_entry(scene->tree, H4)->uuid);

    assert_asked(scene, id, "370200", "city-qingdao-1@example.com", "city-qingdao-2@example.com");
    story_approve_all(scene, id);
    const struct entry *holder = tree_entry(scene->tree, "csTraineeNumber=T-000004," E2);
    assert_non_null(holder);
    assert_string_equal(holder->uuid, uuid);
    assert_string_equal(entry_value(holder, ATTRIBUTE_UID), "h4-linyi");
    assert_string_equal(entry_value(holder, ATTRIBUTE_TRAINEE_KIND), "employee");
    assert_null(entry_value(holder, ATTRIBUTE_DIVISION_CODE));
    assert_true(scene_told(scene, "N5", "h4@example.com", "原个人账号不再使用"));
    scene_free(scene);
}

static void test_an_individual_who_has_joined_acts_no_more(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2P", NULL);

    story_approve_all(scene, id);
    assert_string_equal(scene_state(scene, id), "done");
    story_refuse(scene, "T2P", "NX", TO_E3, NULL);
    scene_free(scene);
}

static void test_a_disabled_individual_files_nothing(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    tree_set(scene->tree, H4, ATTRIBUTE_ACCOUNT_STATUS, "disabled");
    story_refuse(scene, "T2P", "NX", NULL);
    tree_set(scene->tree, E1, ATTRIBUTE_ACCOUNT_STATUS, "disabled");
    story_refuse(scene, "T2E", "NX", NULL);
    scene_free(scene);
}

/* */
static void test_the_original_user_sees_it_approved(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", NULL);

    story_approve_all(scene, id);
    g_free(scene_form(scene, "P6", "requestId", id, NULL));
    assert_true(scene_told(scene, "NS", "e1@example.com", id));
    assert_true(scene_told(scene, "NS", "e1@example.com", "审批通过"));
    scene_free(scene);
}

static void test_receiver_and_holder_hear_how_it_ends(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    tree_set(scene->tree, H1, ATTRIBUTE_MAIL, "h1@example.com");
    g_autofree char *rejected = scene_form(scene, "T2E", NULL);
    story_decide(scene, rejected, STORY_REJECT);
    assert_true(scene_told(scene, "N6", "e2@example.com", "材料不全"));
    g_autofree char *withdrawn = scene_form(scene, "T2E", NULL);
    story_withdraw(scene, "T2E", withdrawn);
    assert_non_null(scene_mail(scene, "N7", "e2@example.com"));
    assert_non_null(scene_mail(scene, "N7", "city-qingdao-2@example.com"));
    g_autofree char *done = scene_form(scene, "T2E", NULL);
    story_approve_all(scene, done);
    assert_non_null(scene_mail(scene, "N5", "h1@example.com"));
    scene_free(scene);
}

/* */
static void test_every_move_is_in_the_audit(void **state)
{
    static const char *const moves[][3] = {{"submit", NULL, "cityReview"},
                                           {"badReply", "cityReview", "cityReview"},
                                           {"approve", "cityReview", "provinceReview"},
                                           {"approve", "provinceReview", "applying"},
                                           {"applyOk", "applying", "done"}};
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", NULL);

    story_decide(scene, id, STORY_UNCLEAR);
    story_approve_all(scene, id);
    g_autoptr(GPtrArray) events = store_events(scene->site.store, id, 100);
    assert_int_equal(events->len, G_N_ELEMENTS(moves));
    for (guint i = 0; i < events->len; i++) {
        const struct event_row *event = g_ptr_array_index(events, i);
        assert_string_equal(event->event, moves[i][0]);
        assert_true(g_strcmp0(event->from, moves[i][1]) == 0);
        assert_string_equal(event->to, moves[i][2]);
        assert_true(event->at > 0 && (g_str_equal(event->event, "applyOk") || event->message));
    }
    scene_free(scene);
}

static void test_7_01_two_requests_on_one_person(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", NULL);

    story_refuse(scene, "T2E", "E-BUSY", TO_E3, NULL);
    assert_true(scene_told(scene, "N0", "e1@example.com", id));
    story_refuse(scene, "T1", "E-BUSY", NULL);
    assert_true(scene_told(scene, "N0", "e1@example.com", id));
    story_refuse(scene, "T4", "E-BUSY", NULL);
    story_refuse(scene, "P4", "E-BUSY", NULL);
    story_refuse(scene, "P3", "E-BUSY", "trainee[1]/idNumber", "370199199001010019", "trainee[1]/name", "测试甲", NULL);
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_free(scene);
}

static void test_7_01_two_requests_in_one_batch(void **state)
{
    struct scene *scene = scene_new();
    struct paper *move = paper_new("T2E"), *lost = paper_new("T1");
    (void)state;

    scene->batch = TRUE;
    store_begin(scene->site.store);
    scene_file(scene, lost);
    scene_file(scene, move);
    scene_deliver(scene);
    assert_int_equal(scene_requests(scene), 1);
    g_autofree char *id = scene_newest(scene);
    assert_true(g_str_has_prefix(id, "T1-"));
    assert_true(scene_told(scene, "N0", "e1@example.com", "E-BUSY"));
    paper_free(move);
    paper_free(lost);
    scene_free(scene);
}

static void test_7_01_a_request_that_has_ended_frees_the_person(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", NULL);

    story_decide(scene, id, STORY_REJECT);
    g_autofree char *again = scene_form(scene, "T1", NULL);
    assert_string_equal(scene_state(scene, again), "cityReview");
    scene_free(scene);
}

static void test_7_02_a_receiver_that_cannot_receive(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    story_refuse(scene, "T2E", "E-RECEIVER", "toUscc", "91370102PDY0004660", "toEnterpriseName", "济南测试建设丁有限公司", NULL);
    g_autofree char *pending = scene_form(scene, "T5", NULL); /* E4 waits for its city */
    assert_string_equal(scene_state(scene, pending), "cityReview");
    story_refuse(scene, "T2E", "E-RECEIVER", "toUscc", "91370102PDY0004660", "toEnterpriseName", "济南测试建设丁有限公司", NULL);
    tree_set(scene->tree, E2, ATTRIBUTE_ACCOUNT_STATUS, "disabled");
    story_refuse(scene, "T2E", "E-RECEIVER", NULL);
    scene_free(scene);
}

static void test_7_02_a_receiver_disabled_later_holds_the_request_up(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", NULL);

    tree_set(scene->tree, E2, ATTRIBUTE_ACCOUNT_STATUS, "disabled");
    story_decide(scene, id, STORY_APPROVE);
    assert_string_equal(scene_state(scene, id), "cityReview");
    assert_non_null(scene_mail(scene, "N9", "city-qingdao-1@example.com"));
    assert_non_null(scene_mail(scene, "N3w", "e1@example.com"));
    tree_set(scene->tree, E2, ATTRIBUTE_ACCOUNT_STATUS, "active");
    story_approve_all(scene, id);
    assert_string_equal(scene_state(scene, id), "done");
    scene_free(scene);
}

static void test_7_02_a_receiver_deleted_later_ends_it(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = story_bring(scene, "T2E", "provinceReview");

    tree_delete(scene->tree, E2);
    story_decide(scene, id, "同意");
    assert_string_equal(scene_state(scene, id), "void");
    assert_non_null(scene_mail(scene, "N6v", "e1@example.com"));
    assert_non_null(scene_mail(scene, "N6v", "city-qingdao-1@example.com"));
    assert_non_null(tree_entry(scene->tree, H1));
    scene_free(scene);
}

static void test_7_03_the_trainee_leaves_by_another_path(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = story_bring(scene, "T2E", "applying");

    tree_delete(scene->tree, H1);
    tree_add(scene->tree, "csTraineeNumber=T-000001," E3, ATTRIBUTE_OBJECT_CLASS, CLASS_TRAINEE, ATTRIBUTE_TRAINEE_NUMBER,
             "T-000001", ATTRIBUTE_ID_NUMBER, "370199199001010019", NULL);
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, id), "void");
    assert_non_null(scene_mail(scene, "N11", SCENE_OPERATOR));
    assert_non_null(tree_entry(scene->tree, "csTraineeNumber=T-000001," E3));
    scene_free(scene);
}

static void test_7_05_the_receiver_is_renamed_meanwhile(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", NULL);

    tree_set(scene->tree, E2, ATTRIBUTE_O, "青岛测试建筑新名有限公司");
    story_decide(scene, id, STORY_APPROVE);
    assert_string_equal(scene_state(scene, id), "provinceReview");
    assert_true(scene_told(scene, "N4", "province-1@example.com", "青岛测试建设乙有限公司"));
    assert_true(scene_told(scene, "N4", "province-1@example.com", "青岛测试建筑新名有限公司"));
    story_approve_all(scene, id);
    assert_string_equal(scene_state(scene, id), "done");
    scene_free(scene);
}

static void test_7_11_one_person_decides_one_stage_only(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2S", NULL);

    scene_reply(scene, BOTH, "N2", STORY_APPROVE);
    assert_string_equal(scene_state(scene, id), "provinceReview");
    assert_null(scene_mail(scene, "N4", BOTH));
    scene_answer(scene, scene_mail(scene, "N4", "province-1@example.com"), BOTH, "同意");
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, id), "provinceReview");
    scene_reply(scene, "province-2@example.com", "N4", "同意");
    assert_string_equal(scene_state(scene, id), "done");
    scene_free(scene);
}

static void test_7_11_who_decided_first_and_joins_the_province_later_is_refused(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2S", NULL);

    scene_reply(scene, "city-jinan-1@example.com", "N2", STORY_APPROVE);
    scene_reply(scene, BOTH, "N4", "同意"); /* has decided nothing before: may */
    assert_string_equal(scene_state(scene, id), "done");
    scene_free(scene);
}

static void test_7_24_students(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    story_refuse(scene, "T2E", "E-NOT-OWNER", "holderName", "测试丙", "idNumber", "370699200002290035", NULL);
    story_refuse(scene, "T2P", "E-NOT-OWNER", "holderName", "测试丙", "idNumber", "370699200002290035", NULL);
    story_refuse(scene, "T2S", "E-TO-SCHOOL", "toUscc", "52371302PDY999994Y", "toEnterpriseName", "临沂测试建筑学校", NULL);
    story_refuse(scene, "T2S", "E-STUDENT-REPRINT", "reprintRequested", "true", NULL);
    story_refuse(scene, "T2S", "E-REQ", "teacherName", "", NULL);
    scene_free(scene);
}

static void test_7_25_a_student_without_certificate(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    tree_delete(scene->tree, "csCertificateNumber=SD-021-2021-000003," H3);
    g_autofree char *id = scene_form(scene, "T2S", NULL);
    story_approve_all(scene, id);
    assert_string_equal(scene_state(scene, id), "done");
    assert_non_null(tree_entry(scene->tree, "csTraineeNumber=T-000003," E1));
    scene_free(scene);
}

static void test_7_26_an_employee_without_certificate(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", "holderName", "测试乙", "idNumber", "370299198812310024", NULL);

    story_approve_all(scene, id);
    assert_non_null(tree_entry(scene->tree, "csTraineeNumber=T-000002," E2));
    story_refuse(scene, "P2", "E-", "target", "370199199001010019", "changes/change[1]/@field", "employer", NULL);
    scene_free(scene);
}

static void test_7_32_name_and_code_disagree(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    story_refuse(scene, "T2E", "E-NAME-MISMATCH", "toUscc", "91370000PDY01370XD", NULL);
    story_refuse(scene, "T2E", "E-NAME-MISMATCH", "fromEnterpriseName", "济南测试建设丙有限公司", NULL);
    story_refuse(scene, "T2E", "E-NAME-MISMATCH", "holderName", "测试假", NULL);
    story_refuse(scene, "T2E", "E-NO-CHANGE", "toUscc", "91370102PDY00001XB", "toEnterpriseName", "济南测试建设甲有限公司", NULL);
    story_refuse(scene, "T2P", "E-FROM", "fromUscc", "91370102PDY00001XB", "fromEnterpriseName", "济南测试建设甲有限公司", NULL);
    story_refuse(scene, "T2E", "E-CERT", "certNo[1]", "SD-040-2020-000005", NULL);
    story_refuse(scene, "T2E", "E-CITY-MISMATCH", "toCityCode", "370700", NULL);
    scene_free(scene);
}

static void test_7_32_folded_and_former_names_are_accepted(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *folded =
        scene_form(scene, "T2E", "toUscc", "91370000PDY01370XD", "toEnterpriseName", "山东测试路桥丙(集团) 有限公司", NULL);
    assert_string_equal(scene_state(scene, folded), "cityReview");
    tree_set(scene->tree, E3, ATTRIBUTE_FORMER_NAME, "潍坊测试路桥旧有限公司");
    g_autofree char *former = scene_form(scene, "T2E", "holderName", "测试乙", "idNumber", "370299198812310024", "toUscc",
                                         "91370000PDY01370XD", "toEnterpriseName", "潍坊测试路桥旧有限公司", NULL);
    assert_string_equal(scene_state(scene, former), "cityReview");
    assert_true(scene_told(scene, "N2", "city-weifang-1@example.com", "曾用"));
    scene_free(scene);
}

static void test_7_36_the_applicants_account_is_disabled_meanwhile(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", NULL);

    tree_set(scene->tree, E1, ATTRIBUTE_ACCOUNT_STATUS, "disabled");
    story_approve_all(scene, id);
    assert_string_equal(scene_state(scene, id), "done");
    scene_free(scene);
}

static void test_a_variant_that_does_not_fit_the_person(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    tree_set(scene->tree, H2, ATTRIBUTE_TRAINEE_KIND, "student");
    story_refuse(scene, "T2E", "E-VARIANT", "holderName", "测试乙", "idNumber", "370299198812310024", NULL);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scenario_a_an_employee_goes_to_another_city),
        cmocka_unit_test(test_the_old_certificate_is_wanted_only_for_a_new_one),
        cmocka_unit_test(test_scenario_b_the_registry_code_does_not_decide_the_city),
        cmocka_unit_test(test_scenario_c_a_student_joins_an_enterprise),
        cmocka_unit_test(test_scenario_d_an_individual_joins_an_enterprise),
        cmocka_unit_test(test_an_individual_who_has_joined_acts_no_more),
        cmocka_unit_test(test_a_disabled_individual_files_nothing),
        cmocka_unit_test(test_the_original_user_sees_it_approved),
        cmocka_unit_test(test_receiver_and_holder_hear_how_it_ends),
        cmocka_unit_test(test_every_move_is_in_the_audit),
        cmocka_unit_test(test_7_01_two_requests_on_one_person),
        cmocka_unit_test(test_7_01_two_requests_in_one_batch),
        cmocka_unit_test(test_7_01_a_request_that_has_ended_frees_the_person),
        cmocka_unit_test(test_7_02_a_receiver_that_cannot_receive),
        cmocka_unit_test(test_7_02_a_receiver_disabled_later_holds_the_request_up),
        cmocka_unit_test(test_7_02_a_receiver_deleted_later_ends_it),
        cmocka_unit_test(test_7_03_the_trainee_leaves_by_another_path),
        cmocka_unit_test(test_7_05_the_receiver_is_renamed_meanwhile),
        cmocka_unit_test(test_7_11_one_person_decides_one_stage_only),
        cmocka_unit_test(test_7_11_who_decided_first_and_joins_the_province_later_is_refused),
        cmocka_unit_test(test_7_24_students),
        cmocka_unit_test(test_7_25_a_student_without_certificate),
        cmocka_unit_test(test_7_26_an_employee_without_certificate),
        cmocka_unit_test(test_7_32_name_and_code_disagree),
        cmocka_unit_test(test_7_32_folded_and_former_names_are_accepted),
        cmocka_unit_test(test_7_36_the_applicants_account_is_disabled_meanwhile),
        cmocka_unit_test(test_a_variant_that_does_not_fit_the_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
