/* What the mails say, read with the eyes of those who get them: true, once, and with what is to be done next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/scenario/story.h"

#define E1_MAIL "e1@example.com"

static guint count(const char *text, const char *words)
{
    guint number = 0;

    for (const char *at = strstr(text, words); at; at = strstr(at + 1, words))
        number++;
    return number;
}

/* Fails unless the last such mail's text says `words` that often. */
static void assert_says(const struct scene *scene, const char *code, const char *to, const char *words, guint times)
{
    const struct mail *mail = scene_mail(scene, code, to);

    if (!mail)
        fail_msg("no %s to %s", code, to);
    if (count(mail->text, words) != times)
        fail_msg("%s to %s says \"%s\" %u times:\n%s", code, to, words, count(mail->text, words), mail->text);
}

static void test_a_report_says_received_of_what_was_never_submitted(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *submitted = scene_form(scene, "T3N", NULL);

    scene->stamped = FALSE;
    g_autofree char *draft = scene_form(scene, "T2E", NULL);
    assert_string_equal(scene_state(scene, submitted), "cityReview");
    scene_write(scene, E1_MAIL, "hello", "状态");
    assert_says(scene, "NS", E1_MAIL, "提交时间", 1);
    assert_says(scene, "NS", E1_MAIL, "收到时间", 1);
    scene_reply(scene, E1_MAIL, "N1D", "取消");
    g_autofree char *words = g_strdup_printf("状态 %s", draft);
    scene_write(scene, E1_MAIL, "hello", words);
    assert_says(scene, "NS", E1_MAIL, "提交时间", 0);
    assert_says(scene, "NS", E1_MAIL, "收到时间", 1);
    scene_free(scene);
}

/* No sentence of a mail stands in it twice; labelled values may. */
static void assert_once(const struct mail *mail)
{
    const char *end = strstr(mail->text, "【English】");
    g_autoptr(GString) text = g_string_new_len(mail->text, end ? end - mail->text : -1);

    g_string_replace(text, "。", "\n", 0);
    g_auto(GStrv) sentences = g_strsplit(text->str, "\n", -1);
    for (char **sentence = sentences; *sentence; sentence++)
        if (g_utf8_strlen(*sentence, -1) >= 10 && !strstr(*sentence, "：") && count(text->str, *sentence) > 1)
            fail_msg("%s to %s says twice: %s\n%s", mail->code, mail->to, *sentence, mail->text);
}

static void assert_each_once(struct scene *scene)
{
    for (guint i = 0; i < scene->mails->len; i++)
        assert_once(g_ptr_array_index(scene->mails, i));
    scene_free(scene);
}

static void ask_for_certificates(struct scene *scene)
{
    static const char *const fields[] = {"certNo", "holderName", "holderIdNumber", "postCode", "lostDate"};
    struct paper *paper = paper_new("T1");

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_autofree char *path = g_strdup_printf("certificates/certificate[1]/%s", fields[i]);
        paper_put(paper, path, "");
    }
    scene_file(scene, paper);
    scene_deliver(scene);
    paper_free(paper);
}

static void test_nothing_is_said_twice(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *delegated = scene_form(scene, "T5", NULL);

    assert_non_null(delegated);
    scene_reply(scene, "city-jinan-1@example.com", "N2", "转办：city-jinan-2@example.com");
    assert_says(scene, "ND", "city-jinan-1@example.com", "已转办给济南审核乙，由其审核；您的审核邮件不再有效。", 1);
    assert_each_once(scene);
    scene = scene_new();
    g_autofree char *printed = scene_form(scene, "T2E", "reprintRequested", "true", NULL);
    story_approve_all(scene, printed);
    scene_reply(scene, "city-qingdao-1@example.com", "N5", "已上缴 SD-011-2019-000001");
    assert_says(scene, "N5p", E1_MAIL, "旧证书已登记上缴，新证书可以打印。", 1);
    assert_says(scene, "N4", "province-1@example.com", "前序审核：", 1);
    assert_says(scene, "N4", "province-1@example.com", "【审核意见】", 0);
    assert_each_once(scene);
    scene = scene_new();
    g_autofree char *moved = scene_form(scene, "P2", "target", "self", "changes/change[1]/@field", "contactMail",
                                        "changes/change[1]/newValue", "new@e1.example.com", NULL);
    assert_non_null(moved);
    assert_says(scene, "N1m", E1_MAIL, "新邮箱确认后生效", 1);
    assert_each_once(scene);
    scene = scene_new();
    ask_for_certificates(scene);
    assert_says(scene, "N1D", E1_MAIL, "“1,3”“2-4”或“全部”", 1);
    scene_reply(scene, E1_MAIL, "N1D", "看不懂");
    scene_forward(scene, 8);
    assert_says(scene, "N6x", E1_MAIL, "规定期限", 1);
    assert_each_once(scene);
}

static void test_who_drops_a_draft_reads_of_no_review(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    scene->stamped = FALSE;
    g_autofree char *id = scene_form(scene, "T3N", NULL);
    scene_reply(scene, E1_MAIL, "N1D", "取消");
    assert_string_equal(scene_state(scene, id), "withdrawn");
    assert_says(scene, "N7", E1_MAIL, "草稿已取消", 2);
    assert_says(scene, "N7", E1_MAIL, "审核", 0);
    scene->stamped = TRUE;
    g_autofree char *submitted = scene_form(scene, "T3N", NULL);
    story_withdraw(scene, "T3N", submitted);
    assert_says(scene, "N7", "city-jinan-1@example.com", "此前发出的审核邮件同时失效", 1);
    assert_says(scene, "N7", E1_MAIL, "原因：资料有误", 1);
    scene_free(scene);
}

/* A draft says what becomes of it when it is confirmed, and which city will then review it. */
static void test_a_draft_says_what_follows(void **state)
{
    static const struct {
        const char *type, *says, *first;
    } drafts[] = {
        {"T1", "尚未提交审核", "1. 济南市　市主管部门初审：待办理"},
        {"T2E", "尚未提交审核", "1. 青岛市　接收企业所在市主管部门初审：待办理"},
        {"T2P", "尚未提交审核", "1. 青岛市　接收企业所在市主管部门初审：待办理"},
        {"T2S", "尚未提交审核", "1. 济南市　接收企业所在市主管部门初审：待办理"},
        {"T3N", "尚未提交审核", "1. 济南市　市主管部门初审：待办理"},
        {"T3C", "尚未提交审核", "1. 青岛市　调出市主管部门初审：待办理"},
        {"T4", "尚未提交审核", "1. 济南市　市主管部门初审：待办理"},
        {"T5", "尚未提交审核", "1. 济南市　市主管部门审核：待办理"},
        {"P1", "尚未提交审核", "1. 潍坊市　市主管部门审核：待办理"},
        {"P2", "您确认之后即予办理，无需审核", NULL},
        {"P3", "尚未提交审核", "1. 济南市　市主管部门审核：待办理"},
        {"P4", "尚未提交审核", "1. 济南市　市主管部门审核：待办理"},
        {"P5", "您确认之后，原申请即予撤回", NULL},
    };
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(drafts); i++) {
        struct scene *scene = scene_new();
        struct paper *paper = paper_new(drafts[i].type);
        g_autofree char *target = scene_form(scene, "T3N", NULL);
        if (g_str_equal(drafts[i].type, "P5"))
            paper_put(paper, "requestId", target);
        else if (g_str_equal(drafts[i].type, "T3N"))
            story_withdraw(scene, "T3N", target);
        scene->stamped = FALSE;
        scene_file(scene, paper);
        scene_deliver(scene);
        assert_says(scene, "N1D", paper_sender(paper), drafts[i].says, 1);
        assert_says(scene, "N1D", paper_sender(paper), "申请”申请", 0);
        assert_says(scene, "N1D", paper_sender(paper), "提交审核", strstr(drafts[i].says, "提交审核") != NULL);
        if (drafts[i].first)
            assert_says(scene, "N1D", paper_sender(paper), drafts[i].first, 1);
        paper_free(paper);
        scene_free(scene);
    }
}

/* The receiving enterprise hands all papers in; whoever files gives it those it has from nobody else. */
static void test_who_brings_which_papers_where(void **state)
{
    static const struct {
        const char *type, *files, *receives, *city, *gives;
    } moves[] = {
        {"T2E", "e1@example.com", "e2@example.com", "青岛市", "M01 M06 M07"},
        {"T2P", "h4@example.com", "e2@example.com", "青岛市", "M01 M02 M03 M07"},
        {"T2S", "s1@example.com", "e1@example.com", "济南市", "M01"},
    };
    static const char *const papers[] = {"M01 ", "M02 ", "M03 ", "M04 ", "M05 ", "M06 ", "M07 "};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(moves); i++) {
        struct scene *scene = scene_new();
        gboolean prints = !g_str_equal(moves[i].type, "T2S");
        g_autofree char *id = scene_form(scene, moves[i].type, "reprintRequested", prints ? "true" : "false", NULL);
        assert_non_null(id);
        g_autofree char *gives = g_strconcat(moves[i].gives, " ", NULL);
        g_autofree char *where = g_strdup_printf("统一送交%s主管部门核验、留档", moves[i].city);
        assert_says(scene, "N1", moves[i].files, where, 1);
        assert_says(scene, "N1", moves[i].files, "【请交给接收企业的书面材料】", 1);
        assert_says(scene, "N2b", moves[i].receives, where, 1);
        for (guint k = 0; k < G_N_ELEMENTS(papers); k++) {
            guint wanted = strstr(scene_mail(scene, "N2", NULL)->text, papers[k]) != NULL;
            assert_says(scene, "N1", moves[i].files, papers[k], strstr(gives, papers[k]) != NULL);
            assert_says(scene, "N2b", moves[i].receives, papers[k], wanted);
        }
        assert_says(scene, "N2b", moves[i].receives, "，由申请人提供", count(gives, "M"));
        scene_free(scene);
    }
}

/* Where a new print was asked for, the end says what is to be done for it. */
static void test_a_new_print_is_not_forgotten(void **state)
{
    static const char *const hands[] = {"archiving-city", "province"}, *const where[] = {"留档的市主管部门", "省主管部门"};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(hands); i++) {
        struct scene *scene = scene_new();
        scene_choose(scene, "surrender-record", hands[i]);
        g_autofree char *id = scene_form(scene, "T2E", "reprintRequested", "true", NULL);
        g_autofree char *words = g_strdup_printf("请将旧证书交回%s", where[i]);
        story_approve_all(scene, id);
        assert_says(scene, "N5", E1_MAIL, words, 1);
        assert_says(scene, "N5", "e2@example.com", words, 1);
        scene_free(scene);
    }
    struct scene *scene = scene_new();
    g_autofree char *id = scene_form(scene, "T2E", NULL);
    story_approve_all(scene, id);
    assert_says(scene, "N5", E1_MAIL, "旧证书", 0);
    scene_free(scene);
}

/* A returned form is shown to its applicant, who corrects it; the full identity number to nobody else. */
static void test_a_returned_form_is_its_applicants(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    scene_choose(scene, "rejection", "returns");
    g_autofree char *id = scene_form(scene, "T2E", NULL);
    story_decide(scene, id, STORY_APPROVE);
    story_decide(scene, id, STORY_REJECT);
    assert_string_equal(scene_state(scene, id), "returned");
    assert_says(scene, "N6r", E1_MAIL, "370199199001010019", 1);
    assert_says(scene, "N6r", E1_MAIL, "补正期限", 1);
    assert_says(scene, "N6r", "e2@example.com", "370199199001010019", 0);
    assert_says(scene, "N6r", "e2@example.com", "370199********0019", 1);
    assert_says(scene, "N6r", "city-qingdao-1@example.com", "370199199001010019", 0);
    scene_free(scene);
}

/* What changes is called by its own name, and nothing is called by a program's. */
static void test_a_change_is_called_by_what_changes(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    scene->stamped = FALSE;
    g_autofree char *id = scene_form(scene, "P2", "target", "self", "changes/change[1]/@field", "address",
                                     "changes/change[1]/newValue", "济南市历下区测试路2号", NULL);
    assert_string_equal(scene_state(scene, id), "draft");
    assert_says(scene, "N1D", E1_MAIL, "\n地址\n　　原：", 1);
    assert_says(scene, "N1D", E1_MAIL, "新值", 0);
    assert_says(scene, "N1D", E1_MAIL, "修改项", 0);
    assert_says(scene, "N1D", E1_MAIL, "修改对象：本账号\n", 1);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_report_says_received_of_what_was_never_submitted),
        cmocka_unit_test(test_nothing_is_said_twice),
        cmocka_unit_test(test_who_drops_a_draft_reads_of_no_review),
        cmocka_unit_test(test_a_draft_says_what_follows),
        cmocka_unit_test(test_who_brings_which_papers_where),
        cmocka_unit_test(test_a_new_print_is_not_forgotten),
        cmocka_unit_test(test_a_returned_form_is_its_applicants),
        cmocka_unit_test(test_a_change_is_called_by_what_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
