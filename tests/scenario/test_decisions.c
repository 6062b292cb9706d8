/* Decisions on a registration by reply: guards G1-G7 one by one and in their order, and what is unclear. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "mailflow/proof.h"
#include "tests/scenario/desk.h"

static void test_g1_a_used_token_decides_nothing(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", REJECT);
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    assert_string_equal(scene_state(scene, id), "rejected");
    assert_true(scene_told(scene, "N9", JINAN_1, "第一次"));
    leave(scene, id);
}

static void test_g1_an_unknown_token_touches_nothing(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    struct mail forged = {.subject = (char *)"[cs:abcdefghijklmnopqrstuvwxyz]",
                          .reply_to = (char *)"countersign+abcdefghijklmnopqrstuvwxyz@example.com",
                          .message_id = (char *)"abcdefghijklmnopqrstuvwxyz.0@example.com"};
    (void)state;

    scene_answer(scene, &forged, JINAN_1, APPROVE);
    scene_deliver(scene);
    assert_waits(scene, id);
    assert_non_null(scene_mail(scene, "NX", JINAN_1));
    leave(scene, id);
}

static void test_g1_tokens_that_disagree_decide_nothing(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;
    struct mail mixed = *scene_mail(scene, "N2", JINAN_1);

    mixed.subject = scene_mail(scene, "N2", JINAN_2)->subject;
    scene_answer(scene, &mixed, JINAN_1, APPROVE);
    scene_deliver(scene);
    assert_waits(scene, id);
    assert_true(scene_told(scene, "NX", JINAN_1, "不一致"));
    leave(scene, id);
}

/* Whoever got hold of a token, and the reviewer from another mailbox of theirs: both hear the same, and nothing of the request. */
static void test_g2_a_stranger_with_a_token_hears_one_neutral_line(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    answer_of(scene, JINAN_1, "stranger@example.com", APPROVE);
    answer_of(scene, JINAN_1, "stranger@example.com", REJECT);
    answer_of(scene, JINAN_1, "stranger@example.com", "请问怎么办理？");
    assert_waits(scene, id);
    assert_int_equal(scene_mails(scene, NULL, "stranger@example.com"), 1);
    assert_true(scene_told(scene, "NX", "stranger@example.com", "收到该邮件的邮箱"));
    assert_null(strstr(scene_mail(scene, "NX", "stranger@example.com")->document, id));
    assert_null(strstr(scene_mail(scene, "NX", "stranger@example.com")->document, "测试"));
    assert_int_equal(scene_audited(scene, id, "stranger", NULL), 3);
    answer_of(scene, JINAN_1, NEW, APPROVE); /* nor the applicant who got hold of it */
    assert_waits(scene, id);
    assert_true(scene_told(scene, "NX", NEW, "收到该邮件的邮箱"));
    leave(scene, id);
}

static void test_g2_a_colleague_uses_his_own_mail(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    answer_of(scene, JINAN_1, JINAN_2, APPROVE);
    assert_waits(scene, id);
    assert_true(scene_told(scene, "N9", JINAN_2, "发给您本人的邮件"));
    scene_reply(scene, JINAN_2, "N2", APPROVE);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

/* They have no mail of their own to answer instead. */
static void test_g2_a_reviewer_of_another_city_is_not_sent_looking_for_a_mail(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    answer_of(scene, JINAN_1, QINGDAO_1, APPROVE);
    assert_waits(scene, id);
    assert_true(scene_told(scene, "N9", QINGDAO_1, "没有请您审核"));
    assert_null(strstr(scene_mail(scene, "N9", QINGDAO_1)->text, "发给您本人的邮件"));
    leave(scene, id);
}

static void test_g2_the_site_may_want_proof_of_origin(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    struct demands *proofs = demands_read("dmarc", NULL);
    (void)state;

    scene->site.policy.proofs = proofs;
    scene->stamped = FALSE;
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    assert_waits(scene, id);
    assert_true(scene_told(scene, "N9", JINAN_1, "DMARC"));
    scene->stamped = TRUE;
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
    demands_free(proofs);
}

static void test_g2_without_that_wish_an_unproved_reply_decides(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    scene->stamped = FALSE;
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

static void test_g3_who_has_left_the_authority_decides_nothing(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    tree_drop(scene->tree, REVIEWERS("370100"), ATTRIBUTE_MEMBER, JINAN_1_DN);
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    assert_waits(scene, id);
    assert_true(scene_told(scene, "N9", JINAN_1, "不是该主管部门"));
    leave(scene, id);
}

static void test_g3_a_deleted_reviewer_decides_nothing(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    tree_delete(scene->tree, JINAN_1_DN);
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    assert_waits(scene, id);
    assert_null(scene_mail(scene, "N9", JINAN_1));
    leave(scene, id);
}

static void test_g4_a_contact_of_the_applicant_is_neither_asked_nor_heard(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    tree_set(scene->tree, JINAN_1_DN, ATTRIBUTE_MOBILE, "13800000044");
    g_free(scene_form(scene, "T5", NULL));

    assert_null(scene_mail(scene, "N2", JINAN_1));
    assert_non_null(scene_mail(scene, "N2", JINAN_2));
    scene_free(scene);
}

static void test_g4_who_becomes_involved_later_is_refused(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    tree_set(scene->tree, JINAN_1_DN, ATTRIBUTE_MOBILE, "13800000044");
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    assert_waits(scene, id);
    assert_true(scene_told(scene, "N9", JINAN_1, "利害关系"));
    leave(scene, id);
}

static void test_g6_an_approval_names_the_archive_number(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", "同意");
    assert_waits(scene, id);
    assert_true(scene_told(scene, "N9", JINAN_1, "留档编号"));
    leave(scene, id);
}

static void test_g6_a_rejection_names_its_reason(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    scene_reply(scene, JINAN_1, "N2", "不同意");
    assert_waits(scene, id);
    assert_true(scene_told(scene, "N9", JINAN_1, "原因"));
    leave(scene, id);
}

static void test_g7_facts_that_have_gone_end_the_request(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    tree_add(scene->tree, "csCreditCode=91370102PDY0004660,ou=archive," SCENE_SUFFIX, ATTRIBUTE_OBJECT_CLASS, CLASS_ENTERPRISE,
             ATTRIBUTE_CREDIT_CODE, "91370102PDY0004660", NULL);
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    assert_string_equal(scene_state(scene, id), "void");
    assert_non_null(scene_mail(scene, "N6v", NEW));
    leave(scene, id);
}

/* The first guard that fails gives the answer: each line takes away one more obstacle. */
static void test_guards_are_asked_in_their_order(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    struct demands *proofs = demands_read("dmarc", NULL);
    (void)state;

    scene->site.policy.proofs = proofs;
    scene->stamped = FALSE;
    tree_set(scene->tree, JINAN_1_DN, ATTRIBUTE_ACTIVE, "FALSE");
    tree_set(scene->tree, JINAN_1_DN, ATTRIBUTE_MOBILE, "13800000044");
    scene_reply(scene, JINAN_1, "N2", "同意");
    assert_true(scene_told(scene, "N9", JINAN_1, "DMARC"));
    scene->stamped = TRUE;
    scene_reply(scene, JINAN_1, "N2", "同意");
    assert_true(scene_told(scene, "N9", JINAN_1, "不是该主管部门"));
    tree_set(scene->tree, JINAN_1_DN, ATTRIBUTE_ACTIVE, "TRUE");
    scene_reply(scene, JINAN_1, "N2", "同意");
    assert_true(scene_told(scene, "N9", JINAN_1, "利害关系"));
    tree_set(scene->tree, JINAN_1_DN, ATTRIBUTE_MOBILE, NULL);
    scene_reply(scene, JINAN_1, "N2", "同意");
    assert_true(scene_told(scene, "N9", JINAN_1, "留档编号"));
    assert_waits(scene, id);
    scene_reply(scene, JINAN_1, "N2", APPROVE);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
    demands_free(proofs);
}

static void test_what_is_unclear_is_asked_back(void **state)
{
    static const char *const words[] = {"请问材料在哪里？", "同意，但是请补充材料", "不同意。不对，同意", "好的", ""};
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        scene_forget(scene);
        g_clear_pointer(&id, g_free);
        scene_free(scene);
        scene = waiting(&id);
        scene_reply(scene, JINAN_1, "N2", words[i]);
        assert_waits(scene, id);
        assert_non_null(scene_mail(scene, "N9", JINAN_1));
    }
    leave(scene, id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_g1_a_used_token_decides_nothing),
        cmocka_unit_test(test_g1_an_unknown_token_touches_nothing),
        cmocka_unit_test(test_g1_tokens_that_disagree_decide_nothing),
        cmocka_unit_test(test_g2_a_stranger_with_a_token_hears_one_neutral_line),
        cmocka_unit_test(test_g2_a_colleague_uses_his_own_mail),
        cmocka_unit_test(test_g2_a_reviewer_of_another_city_is_not_sent_looking_for_a_mail),
        cmocka_unit_test(test_g2_the_site_may_want_proof_of_origin),
        cmocka_unit_test(test_g2_without_that_wish_an_unproved_reply_decides),
        cmocka_unit_test(test_g3_who_has_left_the_authority_decides_nothing),
        cmocka_unit_test(test_g3_a_deleted_reviewer_decides_nothing),
        cmocka_unit_test(test_g4_a_contact_of_the_applicant_is_neither_asked_nor_heard),
        cmocka_unit_test(test_g4_who_becomes_involved_later_is_refused),
        cmocka_unit_test(test_g6_an_approval_names_the_archive_number),
        cmocka_unit_test(test_g6_a_rejection_names_its_reason),
        cmocka_unit_test(test_g7_facts_that_have_gone_end_the_request),
        cmocka_unit_test(test_guards_are_asked_in_their_order),
        cmocka_unit_test(test_what_is_unclear_is_asked_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
