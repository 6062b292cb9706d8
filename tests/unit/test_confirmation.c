#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "mailflow/confirmation.h"

struct row {
    const char *words;
    enum confirmation_word want;
    const char *chosen; /* "1 3", "all" or "" */
};

static const struct row rows[] = {
    {NULL, CONFIRMATION_NONE, ""},
    {"", CONFIRMATION_NONE, ""},
    {"好的", CONFIRMATION_NONE, ""},
    {"收到，谢谢", CONFIRMATION_NONE, ""},
    {"请问怎么确定呢", CONFIRMATION_UNCLEAR, ""},
    {"12345", CONFIRMATION_NONE, ""},
    {"确认", CONFIRMATION_YES, ""},
    {"确认。", CONFIRMATION_YES, ""},
    {"確認", CONFIRMATION_YES, ""},
    {"确认提交", CONFIRMATION_YES, ""},
    {"提交", CONFIRMATION_YES, ""},
    {"是", CONFIRMATION_YES, ""},
    {"是的，确认", CONFIRMATION_YES, ""},
    {"同意", CONFIRMATION_YES, ""},
    {"信息无误，确认提交。", CONFIRMATION_YES, ""},
    {"您好，确认提交。谢谢！\n测试甲", CONFIRMATION_YES, ""},
    {"OK", CONFIRMATION_YES, ""},
    {"ＯＫ", CONFIRMATION_YES, ""},
    {"CONFIRM", CONFIRMATION_YES, ""},
    {"Confirmed, thanks", CONFIRMATION_YES, ""},
    {"Yes, please", CONFIRMATION_YES, ""},
    {"SUBMIT.", CONFIRMATION_YES, ""},
    {"取消", CONFIRMATION_NO, ""},
    {"取消申请", CONFIRMATION_NO, ""},
    {"撤回", CONFIRMATION_NO, ""},
    {"不确认", CONFIRMATION_NO, ""},
    {"不提交", CONFIRMATION_NO, ""},
    {"不 提交", CONFIRMATION_NO, ""},
    {"不要提交", CONFIRMATION_NO, ""},
    {"不是", CONFIRMATION_NO, ""},
    {"CANCEL", CONFIRMATION_NO, ""},
    {"No", CONFIRMATION_NO, ""},
    {"Please withdraw", CONFIRMATION_NO, ""},
    {"1", CONFIRMATION_CHOICE, "1"},
    {"1,3", CONFIRMATION_CHOICE, "1 3"},
    {"3，1，3", CONFIRMATION_CHOICE, "1 3"},
    {"1、3", CONFIRMATION_CHOICE, "1 3"},
    {"１，３", CONFIRMATION_CHOICE, "1 3"},
    {"1 3 5", CONFIRMATION_CHOICE, "1 3 5"},
    {"2-4", CONFIRMATION_CHOICE, "2 3 4"},
    {"2 - 4", CONFIRMATION_CHOICE, "2 3 4"},
    {"2～4", CONFIRMATION_CHOICE, "2 3 4"},
    {"2至4", CONFIRMATION_CHOICE, "2 3 4"},
    {"1-3,2,5", CONFIRMATION_CHOICE, "1 2 3 5"},
    {"1\n2", CONFIRMATION_CHOICE, "1 2"},
    {"第1项", CONFIRMATION_CHOICE, "1"},
    {"选1和3", CONFIRMATION_CHOICE, "1 3"},
    {"确认，1,3", CONFIRMATION_CHOICE, "1 3"},
    {"1,3 谢谢", CONFIRMATION_CHOICE, "1 3"},
    {"1,3\n测试甲 13800000000", CONFIRMATION_CHOICE, "1 3"},
    {"1,3\n2024年1月2日", CONFIRMATION_CHOICE, "1 3"},
    {"全部", CONFIRMATION_CHOICE, "all"},
    {"全部遗失。", CONFIRMATION_CHOICE, "all"},
    {"all", CONFIRMATION_CHOICE, "all"},
    {"0", CONFIRMATION_UNCLEAR, ""},
    {"201", CONFIRMATION_UNCLEAR, ""},
    {"1-", CONFIRMATION_UNCLEAR, ""},
    {"3-1", CONFIRMATION_UNCLEAR, ""},
    {"1 abc", CONFIRMATION_UNCLEAR, ""},
    {"全部 1", CONFIRMATION_UNCLEAR, ""},
    {"除了1都选", CONFIRMATION_UNCLEAR, ""},
    {"取消 1", CONFIRMATION_UNCLEAR, ""},
    {"确认 取消", CONFIRMATION_UNCLEAR, ""},
    {"确认吗？", CONFIRMATION_UNCLEAR, ""},
    {"确认？", CONFIRMATION_UNCLEAR, ""},
    {"如果可以，确认", CONFIRMATION_UNCLEAR, ""},
    {"没有确认", CONFIRMATION_UNCLEAR, ""},
    {"我不能确认", CONFIRMATION_UNCLEAR, ""},
    {"确认，但单位名称错了", CONFIRMATION_UNCLEAR, ""},
    {"confirm?", CONFIRMATION_UNCLEAR, ""},
    {"I cannot confirm", CONFIRMATION_UNCLEAR, ""},
    {"确认吗", CONFIRMATION_UNCLEAR, ""},
    {"确认么", CONFIRMATION_UNCLEAR, ""},
    {"确认嘛", CONFIRMATION_UNCLEAR, ""},
    {"确认？谢谢", CONFIRMATION_UNCLEAR, ""},
    {"要确认吗\n谢谢", CONFIRMATION_UNCLEAR, ""},
    {"请问是确认吗", CONFIRMATION_UNCLEAR, ""},
    {"是不是确认", CONFIRMATION_UNCLEAR, ""},
    {"确认\n什么时候能办好", CONFIRMATION_UNCLEAR, ""},
    {"确认\n是什么意思", CONFIRMATION_UNCLEAR, ""},
    {"确认\n怎么改", CONFIRMATION_UNCLEAR, ""},
    {"确认\n明天再提交", CONFIRMATION_UNCLEAR, ""},
    {"明天确认", CONFIRMATION_UNCLEAR, ""},
    {"confirmed?", CONFIRMATION_UNCLEAR, ""},
    {"is this confirmed", CONFIRMATION_UNCLEAR, ""},
    {"Confirm\nwhat does it mean", CONFIRMATION_UNCLEAR, ""},
    {"will confirm tomorrow", CONFIRMATION_UNCLEAR, ""},
    {"confirm\ntomorrow", CONFIRMATION_UNCLEAR, ""},
    {"yes?", CONFIRMATION_UNCLEAR, ""},
    {"全部吗", CONFIRMATION_UNCLEAR, ""},
    {"全部？", CONFIRMATION_UNCLEAR, ""},
    {"全部吗？谢谢", CONFIRMATION_UNCLEAR, ""},
    {"all?", CONFIRMATION_UNCLEAR, ""},
    {"不是全部", CONFIRMATION_UNCLEAR, ""},
    {"1吗", CONFIRMATION_UNCLEAR, ""},
    {"1,3？", CONFIRMATION_UNCLEAR, ""},
    {"1 or 3", CONFIRMATION_UNCLEAR, ""},
    {"是1吗", CONFIRMATION_UNCLEAR, ""},
    {"not 1", CONFIRMATION_UNCLEAR, ""},
    {"撤回吗", CONFIRMATION_UNCLEAR, ""},
    {"撤回？", CONFIRMATION_UNCLEAR, ""},
    {"可以撤回吗", CONFIRMATION_UNCLEAR, ""},
    {"取消吗", CONFIRMATION_UNCLEAR, ""},
    {"怎么撤回", CONFIRMATION_UNCLEAR, ""},
    {"撤回\n怎么办理", CONFIRMATION_UNCLEAR, ""},
    {"不撤回", CONFIRMATION_UNCLEAR, ""},
    {"不要取消", CONFIRMATION_UNCLEAR, ""},
    {"withdraw?", CONFIRMATION_UNCLEAR, ""},
    {"how do I cancel", CONFIRMATION_UNCLEAR, ""},
    {"cancel\nhow", CONFIRMATION_UNCLEAR, ""},
    {"do not cancel", CONFIRMATION_UNCLEAR, ""},
    {"确认\xff", CONFIRMATION_UNCLEAR, ""},
};

static char *chosen_of(const struct confirmation *confirmation)
{
    GString *chosen = g_string_new(confirmation->all ? "all" : "");
    for (guint i = 0; confirmation->chosen && i < confirmation->chosen->len; i++)
        g_string_append_printf(chosen, i ? " %u" : "%u", g_array_index(confirmation->chosen, guint, i));
    return g_string_free(chosen, FALSE);
}

static void test_reads_confirmations(void **state)
{
    (void)state;
    int wrong = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct confirmation confirmation;
        confirmation_read(rows[i].words, &confirmation);
        g_autofree char *chosen = chosen_of(&confirmation);
        if (confirmation.word != rows[i].want || strcmp(chosen, rows[i].chosen)) {
            print_error("[%s]: %s [%s], want %s [%s]\n", rows[i].words, confirmation_name(confirmation.word), chosen,
                        confirmation_name(rows[i].want), rows[i].chosen);
            wrong++;
        }
        assert_true((confirmation.chosen != NULL) == (confirmation.word == CONFIRMATION_CHOICE && !confirmation.all));
        confirmation_clear(&confirmation);
        assert_null(confirmation.chosen);
    }
    assert_int_equal(wrong, 0);
}

static void test_reads_any_text_in_bounded_time(void **state)
{
    (void)state;
    static const char *const pieces[] = {"1", "1,", "1-200,", "确认 ", "不", " ", "\n", "全部", "a", "1\n"};
    alarm(20);
    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autoptr(GString) words = g_string_new(NULL);
        while (words->len < 15 << 10)
            g_string_append(words, pieces[i]);
        struct confirmation confirmation;
        confirmation_read(words->str, &confirmation);
        confirmation_clear(&confirmation);
    }
    alarm(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_confirmations),
        cmocka_unit_test(test_reads_any_text_in_bounded_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
