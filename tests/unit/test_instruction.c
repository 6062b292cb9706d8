/* Handing a task on and taking a decision back, in reviewers' own words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mailflow/instruction.h"

struct row {
    const char *words;
    const char *whom; /* DELEGATE */
    const char *note; /* NULL: none */
};

static const struct row delegations[] = {
#include "tests/unit/instruction_delegate.inc"
};

static const char *const undos[] = {
#include "tests/unit/instruction_undo.inc"
};

static const char *const unclear[] = {
#include "tests/unit/instruction_unclear.inc"
};

/* Answers that say something else: the verdict is what it is without us. */
static const struct {
    const char *words;
    enum verdict_word verdict;
} others[] = {
#include "tests/unit/instruction_none.inc"
};

static gboolean differs(const char *words, enum instruction_word want, const char *whom, const char *note,
                        enum verdict_word verdict_wanted)
{
    struct verdict verdict;
    struct instruction instruction;

    verdict_read(words, &verdict);
    instruction_read(words, &verdict, &instruction);
    gboolean wrong = instruction.word != want || g_strcmp0(instruction.whom, whom) || g_strcmp0(instruction.note, note) ||
                     (want == INSTRUCTION_NONE) != !instruction.why || verdict.word != verdict_wanted || !verdict.why;
    if (wrong)
        print_error("[%s]: %s, to [%s], note [%s], %s, verdict %s; want %s, to [%s], note [%s], verdict %s\n", words,
                    instruction_name(instruction.word), instruction.whom ? instruction.whom : "",
                    instruction.note ? instruction.note : "", instruction.why ? instruction.why : "-", verdict_name(verdict.word),
                    instruction_name(want), whom ? whom : "", note ? note : "", verdict_name(verdict_wanted));
    verdict_clear(&verdict);
    instruction_clear(&instruction);
    return wrong;
}

static void test_reads_who_is_to_decide_instead(void **state)
{
    guint wrong = 0;
    (void)state;

    for (gsize i = 0; i < G_N_ELEMENTS(delegations); i++)
        wrong += differs(delegations[i].words, INSTRUCTION_DELEGATE, delegations[i].whom, delegations[i].note, VERDICT_NONE);
    assert_int_equal(wrong, 0);
}

static void test_reads_that_a_decision_is_taken_back(void **state)
{
    guint wrong = 0;
    (void)state;

    for (gsize i = 0; i < G_N_ELEMENTS(undos); i++)
        wrong += differs(undos[i], INSTRUCTION_UNDO, NULL, NULL, VERDICT_NONE);
    assert_int_equal(wrong, 0);
}

/* No verdict either: what is unclear is asked back as a whole. */
static void test_asks_back_when_unsure(void **state)
{
    guint wrong = 0;
    (void)state;

    for (gsize i = 0; i < G_N_ELEMENTS(unclear); i++) {
        struct verdict verdict;
        struct instruction instruction;
        verdict_read(unclear[i], &verdict);
        instruction_read(unclear[i], &verdict, &instruction);
        if (instruction.word != INSTRUCTION_UNCLEAR || verdict.word == VERDICT_APPROVE || verdict.word == VERDICT_REJECT) {
            print_error("[%s]: %s, verdict %s\n", unclear[i], instruction_name(instruction.word), verdict_name(verdict.word));
            wrong++;
        }
        verdict_clear(&verdict);
        instruction_clear(&instruction);
    }
    assert_int_equal(wrong, 0);
}

static void test_leaves_other_answers_alone(void **state)
{
    guint wrong = 0;
    (void)state;

    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        wrong += differs(others[i].words, INSTRUCTION_NONE, NULL, NULL, others[i].verdict);
    assert_int_equal(wrong, 0);
}

/* Whatever turns a delegation round leaves none. */
static void test_nothing_turned_round_is_handed_on(void **state)
{
    static const char *const before[] = {"不", "不要",   "先别",   "暂不",   "是否",        "能否",    "如果我不在，",
                                         "已", "领导说", "Don't ", "Can I ", "If needed, ", "did you "};
    static const char *const after[] = {"？",       "?",          "\n算了",       "\n不用了",           "\n同意",
                                        "\n不同意", "\n转办赵六", "，如果他有空", " unless he is away", "\nnever mind"};
    guint wrong = 0;
    (void)state;

    for (gsize i = 0; i < G_N_ELEMENTS(delegations); i++)
        for (gsize k = 0; k < G_N_ELEMENTS(before) + G_N_ELEMENTS(after); k++) {
            gboolean first = k < G_N_ELEMENTS(before),
                     reason_first = g_str_has_prefix(delegations[i].words, delegations[i].note ? delegations[i].note : "?");
            if (first && reason_first)
                continue; /* what is put before belongs to the reason then */
            g_autofree char *words = first ? g_strconcat(before[k], delegations[i].words, NULL)
                                           : g_strconcat(delegations[i].words, after[k - G_N_ELEMENTS(before)], NULL);
            struct verdict verdict;
            struct instruction instruction;
            verdict_read(words, &verdict);
            instruction_read(words, &verdict, &instruction);
            if (instruction.word == INSTRUCTION_DELEGATE || verdict.word == VERDICT_APPROVE) {
                print_error("[%s]: %s to %s\n", words, instruction_name(instruction.word), instruction.whom);
                wrong++;
            }
            verdict_clear(&verdict);
            instruction_clear(&instruction);
        }
    assert_int_equal(wrong, 0);
}

static void test_long_and_broken_words_ask_for_nothing(void **state)
{
    g_autofree char *long_words = g_strnfill(1 << 20, 'x');
    (void)state;

    memcpy(long_words, "delegate to ", 12);
    assert_false(differs("转办\xff", INSTRUCTION_NONE, NULL, NULL, VERDICT_UNCLEAR));
    assert_false(differs(long_words, INSTRUCTION_NONE, NULL, NULL, VERDICT_UNCLEAR));
    assert_false(differs(NULL, INSTRUCTION_NONE, NULL, NULL, VERDICT_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_who_is_to_decide_instead),
        cmocka_unit_test(test_reads_that_a_decision_is_taken_back),
        cmocka_unit_test(test_asks_back_when_unsure),
        cmocka_unit_test(test_leaves_other_answers_alone),
        cmocka_unit_test(test_nothing_turned_round_is_handed_on),
        cmocka_unit_test(test_long_and_broken_words_ask_for_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
