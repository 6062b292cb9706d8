/* What an archive's answer records: the old certificates that it says have come in, and nothing that is asked, denied, promised or quoted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "mailflow/surrender.h"

#define A "SD-011-2019-000001"
#define B "SD-030-2018-000002"

static const struct {
    const char *words;
    const char *numbers; /* joined by spaces */
} recorded[] = {
    {"已上缴 " A, A},
    {"已上缴" A, A},
    {"已上缴：" A "、" B, A " " B},
    {"“已上缴”" A, A},
    {"已上繳 " A, A},
    {"已收缴 " A, A},
    {"已上缴 sd-011-2019-000001", A},
    {"已上缴 ＳＤ－０１１－２０１９－０００００１", A},
    {"已上缴 " A "\n" B, A " " B},
    {"已上缴：\n1. " A "\n2、" B, A " " B},
    {"已上缴 " A "，" A, A},
    {"您好，旧证书已上缴，证书编号：" A "、" B "。谢谢！", A " " B},
    {"各位好！\n已上缴了 " A " 和 " B "\n谢谢\n测试甲", A " " B},
    {"已上缴 " A "\n张测试\n2026年5月6日", A},
    {"已上缴\n" A "\n" B, A " " B},
    {"已上缴：" A "、" B "。", A " " B},
    {"已上缴" A "和" B, A " " B},
    {"已收缴 sd-011-2019-000001，sd-011-2019-000001", A},
    {"您好，旧证书已上缴，证书编号：ＳＤ－０１１－２０１９－０００００１，谢谢！", A},
    {"Surrendered: " A " and " B ". Thanks!", A " " B},
    {"已上缴 " A "\n\n测试甲\n济南市住房和城乡建设局", A},
    {"SURRENDERED " A, A},
    {"Surrendered: " A ", " B, A " " B},
    {"Hello,\nthe old certificates have been surrendered: " A " and " B ".\nThanks", A " " B},
};

static const char *const asked_back[] = {
    /* questions */
    "已上缴吗 " A,
    "已上缴吗？" A,
    "已上缴 " A "？",
    "已上缴 " A " ?",
    "已上缴 " A " 吗",
    "已上缴 " A "，对吗",
    "已上缴 " A "\n是否已上缴？",
    "已上缴 " A "\n" B " 呢",
    "是否已上缴 " A,
    "已上缴么 " A,
    "已上缴没有 " A,
    "已上缴了没 " A,
    "请问已上缴 " A,
    "surrendered? " A,
    "Surrendered " A "?",
    "Is the certificate surrendered " A,
    "Has been surrendered " A " or not",
    "Have they surrendered " A,
    "whether surrendered " A,
    /* negations */
    "未上缴 " A,
    "还没上缴 " A,
    "没有上缴 " A,
    "尚未上缴 " A,
    "不是已上缴 " A,
    "已上缴不了 " A,
    "已上缴 " A "，" B " 未上缴",
    "已上缴 " A "\n" B " 没有",
    "已上缴 " A "（未上缴）",
    "not surrendered " A,
    "Not yet surrendered: " A,
    "un-surrendered " A,
    "surrendered not " A,
    "surrendered " A ", not " B,
    "have not been surrendered " A,
    /* conditions, promises, reserves */
    "明天上缴 " A,
    "明天已上缴 " A,
    "已上缴 " A " 明天",
    "已上缴 " A "\n明天送到",
    "将上缴 " A,
    "上缴 " A,
    "待上缴 " A,
    "如已上缴 " A,
    "如果已上缴 " A "，请打印",
    "已上缴后再登记 " A,
    "已上缴 " A "，但 " B " 遗失",
    "已上缴 " A "，除 " B,
    "除 " B " 外已上缴 " A,
    "部分已上缴 " A,
    "应已上缴 " A,
    "will be surrendered " A,
    "will surrender " A,
    "to be surrendered " A,
    "surrendered tomorrow " A,
    "surrendered " A " tomorrow",
    "if surrendered " A,
    "surrendered " A " unless lost",
    "partly surrendered " A,
    /* taken back, said by others */
    "已上缴 " A "\n发错了",
    "已上缴 " A " 作废",
    "企业说已上缴 " A,
    "他们已上缴 " A,
    "the holder says surrendered " A,
    "请写已上缴 " A,
    "~~已上缴 " A "~~",
    /* which ones is not clear */
    "已上缴",
    "全部已上缴",
    "已上缴 1",
    "已上缴 " A "、02",
    "已上缴 " A "等",
    "已上缴 " A " 至 " B,
    "已上缴 " A "—" B,
    "已上缴 " A " - " B,
    "已上缴 " A "～" B,
    "已上缴 " A "/" B,
    "已上缴 SD-011-2019- 000001",
    "已上缴 SD-011-2019-00000100000200000300000400000500000600000700000800000900000A",
    A " 已上缴 " B,
    A " 已上缴",
    "surrendered " A " through " B,
    "已上缴了吗？" A,
    "尚未已上缴 " A,
    "已上缴 " A "，" B " 尚未收到",
    "已上缴 " A "\n" B " 还没有",
    "已上缴 " A "\n以上待核对",
    "已上缴 " A " 以外的证书",
    "已上缴的证书中没有 " A,
    "除 " A " 外已上缴 " B,
    A " 已丢失，已上缴 " B,
    "Surrendered, except " A,
    "Not surrendered: " A,
    "Surrendered? " A,
    "If surrendered, print " A,
    /* no such words */
    NULL,
    "",
    "同意",
    A,
    "收到 " A,
    "已上缴 " A "\xff",
};

static char *read_numbers(const char *words)
{
    GPtrArray *numbers = surrender_read(words);
    g_ptr_array_add(numbers, NULL);
    char *joined = g_strjoinv(" ", (char **)numbers->pdata);
    g_ptr_array_unref(numbers);
    return joined;
}

static void test_reads_which_certificates_have_come_in(void **state)
{
    guint wrong = 0;
    (void)state;

    for (gsize i = 0; i < G_N_ELEMENTS(recorded); i++) {
        g_autofree char *numbers = read_numbers(recorded[i].words);
        if (strcmp(numbers, recorded[i].numbers) != 0) {
            print_error("[%s]: [%s], want [%s]\n", recorded[i].words, numbers, recorded[i].numbers);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void test_records_nothing_when_unsure(void **state)
{
    guint wrong = 0;
    (void)state;

    for (gsize i = 0; i < G_N_ELEMENTS(asked_back); i++) {
        g_autofree char *numbers = read_numbers(asked_back[i]);
        if (*numbers) {
            print_error("[%s]: [%s]\n", asked_back[i], numbers);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* Whatever clearly records nothing records nothing among courtesies either; and nothing clear survives being asked, denied or put off. */
static void test_nothing_that_turns_it_records(void **state)
{
    static const char *const before[] = {"不", "未", "没",   "还没", "是否",  "如果",   "明天",    "待",
                                         "等", "请", "not ", "if ",  "when ", "to be ", "will be "};
    static const char *const after[] = {"吗",     "？",         "?",      " or not",     "，不对",    "，未收到",
                                        "\n没有", "\n明天再说", "，作废", " by mistake", "\nnot yet", "\n取消"};
    (void)state;

    for (gsize i = 0; i < G_N_ELEMENTS(recorded); i++) {
        for (gsize k = 0; k < G_N_ELEMENTS(before); k++) {
            g_autofree char *words = g_strconcat(before[k], recorded[i].words, NULL);
            g_autofree char *numbers = read_numbers(words);
            if (*numbers)
                fail_msg("recorded: [%s]", words);
        }
        for (gsize k = 0; k < G_N_ELEMENTS(after); k++) {
            g_autofree char *words = g_strconcat(recorded[i].words, after[k], NULL);
            g_autofree char *numbers = read_numbers(words);
            if (*numbers)
                fail_msg("recorded: [%s]", words);
        }
    }
}

static void test_reads_any_text_in_bounded_time(void **state)
{
    static const char *const pieces[] = {"已上缴 ", A " ", "-", "\n", "1.", "吗", "surrendered ", "张三\n"};
    (void)state;

    alarm(20);
    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        GString *words = g_string_new("已上缴 " A "\n");
        while (words->len < 1 << 20)
            g_string_append(words, pieces[i]);
        g_ptr_array_unref(surrender_read(words->str));
        g_string_truncate(words, 15 << 10);
        while (!g_utf8_validate(words->str, -1, NULL))
            g_string_truncate(words, words->len - 1);
        g_ptr_array_unref(surrender_read(words->str));
        g_string_free(words, TRUE);
    }
    alarm(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_which_certificates_have_come_in),
        cmocka_unit_test(test_records_nothing_when_unsure),
        cmocka_unit_test(test_nothing_that_turns_it_records),
        cmocka_unit_test(test_reads_any_text_in_bounded_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
