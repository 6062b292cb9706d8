#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "mailflow/verdict.h"

#define NUMBER "济建留档〔2024〕0123号"

struct row {
    const char *words;
    const char *reason;  /* NULL: none */
    const char *archive; /* NULL: none */
};

static const struct row approvals[] = {
#include "tests/unit/verdict_approve.inc"
};

static const struct row rejections[] = {
#include "tests/unit/verdict_reject.inc"
};

static const char *const unclear[] = {
#include "tests/unit/verdict_unclear.inc"
};

static const char *const none[] = {
#include "tests/unit/verdict_none.inc"
};

static int differs(const char *words, enum verdict_word want, const char *reason, const char *archive)
{
    struct verdict verdict;
    verdict_read(words, &verdict);
    int wrong =
        verdict.word != want || g_strcmp0(verdict.reason, reason) != 0 || g_strcmp0(verdict.archive, archive) != 0 || !verdict.why;
    if (wrong)
        print_error("[%s]: %s, reason [%s], archive [%s], %s; want %s, reason [%s], archive [%s]\n", words,
                    verdict_name(verdict.word), verdict.reason ? verdict.reason : "", verdict.archive ? verdict.archive : "",
                    verdict.why, verdict_name(want), reason ? reason : "", archive ? archive : "");
    verdict_clear(&verdict);
    return wrong;
}

static enum verdict_word read_word(const char *words)
{
    struct verdict verdict;
    verdict_read(words, &verdict);
    enum verdict_word word = verdict.word;
    verdict_clear(&verdict);
    return word;
}

static void test_reads_approvals(void **state)
{
    (void)state;
    int wrong = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(approvals); i++)
        wrong += differs(approvals[i].words, VERDICT_APPROVE, approvals[i].reason, approvals[i].archive);
    assert_int_equal(wrong, 0);
}

static void test_reads_rejections(void **state)
{
    (void)state;
    int wrong = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(rejections); i++)
        wrong += differs(rejections[i].words, VERDICT_REJECT, rejections[i].reason, rejections[i].archive);
    assert_int_equal(wrong, 0);
}

/* An archive number may be read beside an unclear word; what matters is that the word decides nothing. */
static void test_asks_back_when_unsure(void **state)
{
    (void)state;
    int wrong = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(unclear); i++) {
        enum verdict_word word = read_word(unclear[i]);
        if (word != VERDICT_UNCLEAR) {
            print_error("[%s]: %s\n", unclear[i], verdict_name(word));
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void test_finds_no_verdict_in_other_words(void **state)
{
    (void)state;
    int wrong = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(none); i++) {
        enum verdict_word word = read_word(none[i]);
        if (word != VERDICT_NONE) {
            print_error("[%s]: %s\n", none[i], verdict_name(word));
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static const char *const approving[] = {"同意",      "通过",     "批准",     "审核通过",       "予以通过", "准予",
                                        "核准",      "初审通过", "同意上报", "可以通过",       "同意变更", "同意了",
                                        "已通过",    "已批准",   "審核通過", "ＡＰＰＲＯＶＥ", "approve",  "Approved",
                                        "I approve", "agreed",   "I agree",  "we approve",     "同　意",   "approve this request"};

static void test_no_negation_of_an_approval_approves(void **state)
{
    (void)state;
    static const char *const negations[] = {
        "不",         "不能",      "没",       "没有",     "未",      "无法",    "不予",     "暂不",       "并不",    "不太",
        "不会",       "别",        "勿",       "莫",       "无",      "非",      "未能",     "尚未",       "不可",    "拒绝",
        "难以",       "不再",      "绝不",     "从不",     "不应",    "不宜",    "不想",     "不愿",       "不敢",    "不得",
        "不准",       "毫不",      "还没",     "还没有",   "不可以",  "不完全",  "不一定",   "是否",       "如果",    "除非",
        "只有",       "等领导",    "他们",     "申请人",   "请",      "建议",    "原则",     "基本",       "拟",      "待补材料后",
        "not ",       "do not ",   "don't ",   "don’t ",   "never ",  "cannot ", "can't ",   "unable to ", "no ",     "hardly ",
        "refuse to ", "will not ", "won't ",   "did not ", "no one ", "nor ",    "neither ", "if ",        "unless ", "please ",
        "he said ",   "should I ", "not yet ", "non-",     "dis",     "un",      "pre-",     "to "};
    static const char *const joints[] = {"", " ", "  ", "\n", "，", "　", ", "};
    for (gsize n = 0; n < G_N_ELEMENTS(negations); n++)
        for (gsize a = 0; a < G_N_ELEMENTS(approving); a++)
            for (gsize j = 0; j < G_N_ELEMENTS(joints); j++) {
                g_autofree char *words = g_strconcat(negations[n], joints[j], approving[a], NULL);
                if (read_word(words) == VERDICT_APPROVE)
                    fail_msg("approved: [%s]", words);
                g_autofree char *polite = g_strconcat("您好，", words, "。谢谢！", NULL);
                if (read_word(polite) == VERDICT_APPROVE)
                    fail_msg("approved: [%s]", polite);
            }
}

static void test_nothing_behind_an_approval_that_takes_it_back_approves(void **state)
{
    (void)state;
    static const char *const turns[] = {"吗",
                                        "吗？",
                                        "？",
                                        "不了",
                                        "不",
                                        "否",
                                        "没",
                                        "与否",
                                        "还是不同意",
                                        "的话",
                                        "才怪",
                                        "，但材料不全",
                                        "，但是需要补盖章",
                                        "，如果材料齐全",
                                        "\n不同意",
                                        "。\n\n更正一下，不同意",
                                        "，除测试乙外",
                                        "，前提是盖章",
                                        "，待补合同",
                                        "书",
                                        "率",
                                        " ?",
                                        " if complete",
                                        " but",
                                        ", but the seal is missing",
                                        " unless",
                                        " provided that it is sealed",
                                        " subject to the seal",
                                        "\nreject",
                                        " not",
                                        " yet?",
                                        ", right?",
                                        " once sealed",
                                        "，驳回",
                                        " / 不同意",
                                        "或不同意",
                                        "，暂缓",
                                        "，撤回"};
    for (gsize a = 0; a < G_N_ELEMENTS(approving); a++)
        for (gsize t = 0; t < G_N_ELEMENTS(turns); t++) {
            g_autofree char *words = g_strconcat(approving[a], turns[t], NULL);
            if (read_word(words) == VERDICT_APPROVE)
                fail_msg("approved: [%s]", words);
        }
}

static void test_limits_the_archive_number(void **state)
{
    (void)state;
    struct verdict verdict;
    verdict_read("同意 留档编号：A234567890B234567890C234567890D234567890", &verdict);
    assert_int_equal(verdict.word, VERDICT_APPROVE);
    assert_string_equal(verdict.archive, "A234567890B234567890C234567890D234567890");
    verdict_clear(&verdict);
    verdict_read("同意 留档编号：A234567890B234567890C234567890D234567890E", &verdict);
    assert_int_equal(verdict.word, VERDICT_APPROVE);
    assert_null(verdict.archive);
    verdict_clear(&verdict);
    assert_null(verdict.why);
}

static void test_reads_any_text_in_bounded_time(void **state)
{
    (void)state;
    static const char *const pieces[] = {"同意",       "不",        " ",        "\n",       "留档",   "原因", "原因：无\n",
                                         "原因（填写", "〔2024〕1", "a",        "a-",       "?",      "不 ",  "，",
                                         "approve ",   "档号 1",    "如果同意", "不\n同意", "留档1 ", "1 ",   "〔2024〕1 留档 1"};
    alarm(20);
    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        GString *words = g_string_new(i % 2 ? "不同意\n" : "同意\n");
        while (words->len < (64 << 10) - 20)
            g_string_append(words, pieces[i]);
        read_word(words->str);
        while (words->len < 1 << 20)
            g_string_append(words, pieces[i]);
        assert_int_equal(read_word(words->str), VERDICT_UNCLEAR);
        g_string_free(words, TRUE);
    }
    alarm(0);
    assert_int_equal(read_word(NULL), VERDICT_NONE);
    assert_int_equal(read_word(""), VERDICT_NONE);
    assert_int_equal(read_word("同意\xff"), VERDICT_UNCLEAR);
    assert_string_equal(verdict_name(VERDICT_UNCLEAR), "unclear");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_approvals),
        cmocka_unit_test(test_reads_rejections),
        cmocka_unit_test(test_asks_back_when_unsure),
        cmocka_unit_test(test_finds_no_verdict_in_other_words),
        cmocka_unit_test(test_no_negation_of_an_approval_approves),
        cmocka_unit_test(test_nothing_behind_an_approval_that_takes_it_back_approves),
        cmocka_unit_test(test_limits_the_archive_number),
        cmocka_unit_test(test_reads_any_text_in_bounded_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
