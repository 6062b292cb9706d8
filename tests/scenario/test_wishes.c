/* Mails with neither form nor token: what they wish for, who is told what, and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "mailflow/wish.h"
#include "tests/scenario/story.h"

#define E1_MAIL "e1@example.com"
#define E2_MAIL "e2@example.com"
#define H4_MAIL "h4@example.com"
#define CLERK "clerk@e2.example.com"
#define NEW "new@example.com"
#define STRANGER "stranger@example.com"

static void assert_wish(const struct scene *scene, const char *own, const char *subject, enum wish_word word, const char *said)
{
    struct wish wish;

    wish_read(&scene->site.mind, own, subject, &wish);
    if (wish.word != word || g_strcmp0(word == WISH_FORM ? wish.form : wish.request, said) != 0)
        fail_msg("\"%s\" (%s): %d %s %s", own, subject ? subject : "-", (int)wish.word, wish.request, wish.form);
    wish_clear(&wish);
}

static void test_how_people_ask_for_the_state(void **state)
{
    static const char *const said[] = {"状态",           "状态。",
                                       "STATUS",         "status!",
                                       "ＳＴＡＴＵＳ",   "查询状态",
                                       "【状态】",       "您好\n状态\n谢谢",
                                       "  進度查詢",     "查询",
                                       "办理进度",       "您好，请查询状态，谢谢！",
                                       "请问申请状态",   "麻烦查询一下进度",
                                       "status, please", "My status. Thank you."};
    static const char *const numbered[] = {"状态 T5-2026-000001", "STATUS T5-2026-000001", "状态：T5-2026-000001",
                                           "status t5-2026-000001", "状态ＴＥ－１"};
    struct scene *scene = scene_new();
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(said); i++)
        assert_wish(scene, said[i], "hello", WISH_STATUS, NULL);
    for (guint i = 0; i < 4; i++)
        assert_wish(scene, numbered[i], NULL, WISH_STATUS, "T5-2026-000001");
    assert_wish(scene, numbered[4], NULL, WISH_STATUS, "TE-1");
    assert_wish(scene, "", "状态", WISH_STATUS, NULL);
    assert_wish(scene, "谢谢", "STATUS T5-2026-000001", WISH_STATUS, "T5-2026-000001");
    assert_wish(scene, "谢谢", "Re: 状态", WISH_HELP, NULL);
    scene_free(scene);
}

static void test_how_people_ask_for_a_form(void **state)
{
    static const struct {
        const char *said, *root;
    } asked[] = {
        {"表5", "enterpriseRegistration"},
        {"表 五", "enterpriseRegistration"},
        {"表５", "enterpriseRegistration"},
        {"FORM 5", "enterpriseRegistration"},
        {"form5.", "enterpriseRegistration"},
        {"table 5", "enterpriseRegistration"},
        {"企业账号初次申请表", "enterpriseRegistration"},
        {"表5-企业账号初次申请表", "enterpriseRegistration"},
        {"企业账号初次申请表（表5）", "enterpriseRegistration"},
        {"企业注册", "enterpriseRegistration"},
        {"enterpriseRegistration", "enterpriseRegistration"},
        {"表1", "lostCertificateReissue"},
        {"表2", "employerChange"},
        {"表3", "enterpriseChange"},
        {"表4", "holderInfoCorrection"},
        {"个人注册表", "individualRegistration"},
        {"培训报名", "trainingEnrolment"},
        {"撤回申请", "requestWithdrawal"},
        {"您好，请发表５，谢谢！", "enterpriseRegistration"},
        {"麻烦发一份表五", "enterpriseRegistration"},
        {"索取空白表5", "enterpriseRegistration"},
        {"Please send me form 5. Thanks!", "enterpriseRegistration"},
        {"FORM NO. 5 please", "enterpriseRegistration"},
        {"我需要附表二", "employerChange"},
    };
    struct scene *scene = scene_new();
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(asked); i++)
        assert_wish(scene, asked[i].said, NULL, WISH_FORM, asked[i].root);
    assert_wish(scene, "", "表5", WISH_FORM, "enterpriseRegistration");
    scene_choose(scene, "holder-info-correction", "off");
    assert_wish(scene, "表4", NULL, WISH_HELP, NULL);
    scene_free(scene);
}

static void test_what_is_said_in_a_sentence_is_no_wish(void **state)
{
    static const char *const said[] = {"请问我的状态是什么意思？",
                                       "状态不好",
                                       "statusquo",
                                       "I need help with form 5 please",
                                       "表6",
                                       "表5和表6",
                                       "form",
                                       "表",
                                       "STATUS of my request",
                                       "",
                                       "请问表5怎么填",
                                       "我要投诉",
                                       "请",
                                       "please",
                                       "谢谢"};
    struct scene *scene = scene_new();
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(said); i++)
        assert_wish(scene, said[i], NULL, WISH_HELP, NULL);
    scene_free(scene);
}

static void test_the_state_of_ones_own_requests(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *own = scene_form(scene, "T3N", NULL);
    g_autofree char *foreign = scene_form(scene, "T3C", NULL);

    scene_write(scene, E1_MAIL, "hello", "状态");
    assert_true(scene_told(scene, "NS", E1_MAIL, own));
    assert_null(strstr(scene_mail(scene, "NS", E1_MAIL)->text, foreign));
    assert_null(scene_mail(scene, "NS", E1_MAIL)->reply_to);
    scene_free(scene);
}

static void test_the_state_of_one_request(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *first = scene_form(scene, "T3N", NULL);
    g_autofree char *second = scene_form(scene, "T2E", NULL);
    g_autofree char *words = g_strdup_printf("STATUS %s", first);

    scene_write(scene, E1_MAIL, "hello", words);
    assert_true(scene_told(scene, "NS", E1_MAIL, first));
    assert_null(strstr(scene_mail(scene, "NS", E1_MAIL)->text, second));
    scene_free(scene);
}

static void test_a_newcomer_asks_after_a_registration(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T5", NULL);

    scene_write(scene, NEW, "状态", "");
    assert_true(scene_told(scene, "NS", NEW, id));
    scene_free(scene);
}

/* Who joins an enterprise files no more, but hears what became of what they filed themselves, at the address they filed it from; the enterprise does not, whatever address
 * it has given them. */
static void test_who_has_joined_an_enterprise_asks_after_what_they_filed(void **state)
{
    static const char *const accounts[] = {"disabled", "kept"};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(accounts); i++) {
        struct scene *scene = scene_new();
        scene_choose(scene, "joining-account", accounts[i]);
        g_autofree char *id = scene_form(scene, "T2P", NULL);
        g_autofree char *words = g_strdup_printf("状态 %s", id);
        story_approve_all(scene, id);
        assert_string_equal(scene_state(scene, id), "done");
        scene_write(scene, H4_MAIL, "hello", "状态");
        assert_true(scene_told(scene, "NS", H4_MAIL, id));
        scene_write(scene, E2_MAIL, "hello", words);
        assert_null(strstr(scene_mail(scene, "NS", E2_MAIL)->text, id));
        scene_forget(scene);
        scene_write(scene, H4_MAIL, "hello", words);
        assert_true(scene_told(scene, "NS", H4_MAIL, id));
        tree_set(scene->tree, "csTraineeNumber=T-000004," E2, ATTRIBUTE_MAIL, CLERK);
        scene_write(scene, CLERK, "hello", "状态");
        scene_write(scene, CLERK, "hello", words);
        for (guint k = 0; k < scene->mails->len; k++) {
            const struct mail *mail = g_ptr_array_index(scene->mails, k);
            if (g_str_equal(mail->to, CLERK))
                assert_null(strstr(mail->document, id));
        }
        scene_free(scene);
    }
}

static void ask_by_form(struct scene *scene, const char *from, const char *id)
{
    struct paper *paper = paper_new("P6");

    scene_forget(scene);
    paper_put(paper, "head/applicantUid", "h4-linyi");
    paper_put(paper, "requestId", id);
    scene_file_from(scene, from, paper);
    scene_deliver(scene);
    paper_free(paper);
}

/* The form asks what the word asks, and gets the same answer. */
static void test_who_has_joined_an_enterprise_asks_by_form_too(void **state)
{
    static const char *const accounts[] = {"disabled", "kept"};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(accounts); i++) {
        struct scene *scene = scene_new();
        scene_choose(scene, "joining-account", accounts[i]);
        g_autofree char *foreign = scene_form(scene, "T3N", NULL);
        g_autofree char *id = scene_form(scene, "T2P", NULL);
        story_approve_all(scene, id);
        ask_by_form(scene, H4_MAIL, "");
        assert_true(scene_told(scene, "NS", H4_MAIL, id));
        assert_null(scene_mail(scene, "NX", H4_MAIL));
        ask_by_form(scene, H4_MAIL, id);
        assert_true(scene_told(scene, "NS", H4_MAIL, id));
        ask_by_form(scene, H4_MAIL, foreign);
        assert_null(strstr(scene_mail(scene, "NS", H4_MAIL)->text, foreign));
        ask_by_form(scene, E2_MAIL, id); /* with somebody else's login name */
        assert_null(scene_mail(scene, "NS", E2_MAIL));
        tree_set(scene->tree, "csTraineeNumber=T-000004," E2, ATTRIBUTE_MAIL, CLERK);
        ask_by_form(scene, CLERK, id);
        const struct mail *told = scene_mail(scene, "NS", CLERK);
        assert_true(!told || !strstr(told->text, id));
        scene_free(scene);
    }
}

/* What follows the greeting is the same whether a number is somebody else's or nobody's. */
static void test_a_foreign_number_and_an_unknown_one_get_one_answer(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *own = scene_form(scene, "T3N", NULL);
    g_autofree char *foreign = scene_form(scene, "T3C", NULL);
    g_autofree char *words = g_strdup_printf("状态 %s", foreign);

    assert_non_null(own);
    assert_non_null(foreign);
    scene_write(scene, E1_MAIL, "hello", words);
    g_autofree char *told = g_strdup(scene_mail(scene, "NS", E1_MAIL)->text);
    scene_write(scene, E1_MAIL, "hello", "状态 T3-2026-999999");
    assert_string_equal(scene_mail(scene, "NS", E1_MAIL)->text, told);
    assert_int_equal(scene_mails(scene, "NS", E1_MAIL), 2);
    assert_null(strstr(told, foreign));
    scene_free(scene);
}

static void test_a_stranger_learns_nothing_of_requests(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T5", NULL);
    g_autofree char *words = g_strdup_printf("状态 %s", id);

    scene_write(scene, STRANGER, "hello", words);
    assert_null(scene_mail(scene, "NS", NULL));
    assert_non_null(scene_mail(scene, "NX", STRANGER));
    assert_null(strstr(scene_mail(scene, "NX", STRANGER)->document, id));
    scene_free(scene);
}

static guint count(const char *text, const char *word)
{
    guint number = 0;

    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        number++;
    return number;
}

static void test_a_form_is_sent_alone(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    scene_write(scene, STRANGER, "hello", "FORM 5");
    const char *document = scene_mail(scene, "NX", STRANGER)->document;
    assert_int_equal(count(document, "<attachment "), 1);
    assert_non_null(strstr(document, "enterpriseRegistration.xml"));
    scene_write(scene, STRANGER, "hello", "表5");
    assert_int_equal(scene_mails(scene, "NX", STRANGER), 1);
    scene_write(scene, STRANGER, "hello", "表1");
    assert_int_equal(scene_mails(scene, "NX", STRANGER), 2);
    scene_free(scene);
}

static void test_everything_else_gets_the_guide_once_a_day(void **state)
{
    static const char *const said[] = {"", "帮助", "HELP", "怎么注册？", "help me"};
    struct scene *scene = scene_new();
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(said); i++)
        scene_write(scene, STRANGER, "hello", said[i]);
    assert_int_equal(scene_mails(scene, "NX", STRANGER), 1);
    assert_true(scene_told(scene, "NX", STRANGER, "状态"));
    assert_in_range(count(scene_mail(scene, "NX", STRANGER)->document, "<attachment "), 9, 12);
    scene_forward(scene, 1);
    scene_write(scene, STRANGER, "hello", "HELP");
    assert_int_equal(scene_mails(scene, "NX", STRANGER), 2);
    scene_free(scene);
}

static void test_a_wish_decides_nothing(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T5", NULL);

    scene_reply(scene, "city-jinan-1@example.com", "N2", "状态");
    assert_non_null(scene_mail(scene, "N9", "city-jinan-1@example.com"));
    assert_null(scene_mail(scene, "NS", NULL));
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_free(scene);
}

static void test_answers_to_one_domain_are_bounded_by_the_hour(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    for (guint i = 0; i < 130; i++) {
        g_autofree char *from = g_strdup_printf("s%u@crowd.test", i);
        scene_write(scene, from, "hello", "hello");
    }
    assert_int_equal(scene_mails(scene, "NX", NULL), 100);
    scene_write(scene, "one@elsewhere.test", "hello", "hello");
    assert_int_equal(scene_mails(scene, "NX", NULL), 101);
    scene->now += 60 * 60 * 1000;
    scene_write(scene, "late@crowd.test", "hello", "hello");
    assert_int_equal(scene_mails(scene, "NX", NULL), 102);
    scene_free(scene);
}

static void test_quarantined_mail_is_reported_once_a_day(void **state)
{
    static const char junk[] = "\x01\x02 nothing of a header\r\n\r\n", more[] = "\x03 nor here\r\n\r\n";
    struct scene *scene = scene_new();
    (void)state;

    assert_int_equal(scene_receive(scene, junk, sizeof junk - 1), ROUND_QUARANTINED);
    assert_int_equal(scene_receive(scene, more, sizeof more - 1), ROUND_QUARANTINED);
    scene_deliver(scene);
    assert_int_equal(scene_mails(scene, "N11", SCENE_OPERATOR), 1);
    assert_true(scene_told(scene, "N11", SCENE_OPERATOR, "隔离"));
    scene_forward(scene, 1);
    scene_receive(scene, junk, sizeof junk - 2);
    scene_deliver(scene);
    assert_int_equal(scene_mails(scene, "N11", SCENE_OPERATOR), 2);
    scene_free(scene);
}

static void test_an_answer_nobody_takes_is_reported(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    scene->refused = STRANGER;
    scene_write(scene, STRANGER, "hello", "hello");
    assert_true(scene_told(scene, "N11", SCENE_OPERATOR, STRANGER));
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_how_people_ask_for_the_state),
        cmocka_unit_test(test_how_people_ask_for_a_form),
        cmocka_unit_test(test_what_is_said_in_a_sentence_is_no_wish),
        cmocka_unit_test(test_the_state_of_ones_own_requests),
        cmocka_unit_test(test_the_state_of_one_request),
        cmocka_unit_test(test_a_newcomer_asks_after_a_registration),
        cmocka_unit_test(test_who_has_joined_an_enterprise_asks_after_what_they_filed),
        cmocka_unit_test(test_who_has_joined_an_enterprise_asks_by_form_too),
        cmocka_unit_test(test_a_foreign_number_and_an_unknown_one_get_one_answer),
        cmocka_unit_test(test_a_stranger_learns_nothing_of_requests),
        cmocka_unit_test(test_a_form_is_sent_alone),
        cmocka_unit_test(test_everything_else_gets_the_guide_once_a_day),
        cmocka_unit_test(test_a_wish_decides_nothing),
        cmocka_unit_test(test_answers_to_one_domain_are_bounded_by_the_hour),
        cmocka_unit_test(test_quarantined_mail_is_reported_once_a_day),
        cmocka_unit_test(test_an_answer_nobody_takes_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
