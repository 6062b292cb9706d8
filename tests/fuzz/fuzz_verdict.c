/* What words mean, to a reviewer's mail, an applicant's and an archive's. No word that turns another round may be lost. */
#include <string.h>

#include "mailflow/confirmation.h"
#include "mailflow/instruction.h"
#include "mailflow/limits.h"
#include "mailflow/surrender.h"
#include "mailflow/verdict.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerInitialize(int *argc G_GNUC_UNUSED, char ***argv G_GNUC_UNUSED)
{
    return 0;
}

static void assert_text(const char *text)
{
    g_assert_true(!text || (*text && g_utf8_validate(text, -1, NULL)));
}

static enum verdict_word judge(const char *words)
{
    struct verdict verdict;

    verdict_read(words, &verdict);
    enum verdict_word word = verdict.word;
    assert_text(verdict.reason);
    assert_text(verdict.archive);
    g_assert_true(verdict.why && *verdict.why);
    g_assert_true(word == VERDICT_REJECT || !verdict.reason);
    g_assert_true(!verdict.archive || strstr(words, verdict.archive));
    verdict_clear(&verdict);
    return word;
}

static enum verdict_word judge_joined(const char *before, const char *words, const char *after)
{
    g_autofree char *joined = g_strconcat(before, words, after, NULL);

    return judge(joined);
}

/* Of an approval that is turned round nothing may remain. */
static void assert_turned_round(const char *words)
{
    static const char *const before[] = {"不", "不予", "暂不", "未", "Not ", "是否", "补齐材料后"};
    static const char *const after[] = {"\n不同意",     "\n发错了", "\nrejected",   "\n但材料不全",
                                        "，但材料不全", "？",       "（待补材料）", " if complete"};
    static const struct {
        const char *word, *negated;
    } negations[] = {
        {"同意", "不同意"},
        {"通过", "不予通过"},
        {"批准", "不批准"},
        {"同意", "暂不同意"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(before); i++)
        g_assert_cmpint(judge_joined(before[i], words, ""), !=, VERDICT_APPROVE);
    for (guint i = 0; i < G_N_ELEMENTS(after); i++)
        g_assert_cmpint(judge_joined("", words, after[i]), !=, VERDICT_APPROVE);
    for (guint i = 0; i < G_N_ELEMENTS(negations); i++) {
        g_autoptr(GString) turned = g_string_new(words);
        if (g_string_replace(turned, negations[i].word, negations[i].negated, 0) > 0)
            g_assert_cmpint(judge(turned->str), !=, VERDICT_APPROVE);
    }
}

/* A task is handed on, or a decision taken back, by words that are no verdict; a question about it does neither. */
static void instruct(const char *words, gboolean again)
{
    struct verdict verdict;
    struct instruction instruction;

    verdict_read(words, &verdict);
    instruction_read(words, &verdict, &instruction);
    gboolean clear = instruction.word == INSTRUCTION_DELEGATE || instruction.word == INSTRUCTION_UNDO;
    g_assert_true(!clear || verdict.word == VERDICT_NONE);
    g_assert_true(again || !clear);
    assert_text(instruction.whom);
    assert_text(instruction.note);
    g_assert_true((instruction.word == INSTRUCTION_DELEGATE) == (instruction.whom != NULL));
    verdict_clear(&verdict);
    instruction_clear(&instruction);
    g_autofree char *asked = again && clear ? g_strconcat(words, "？", NULL) : NULL;
    if (asked)
        instruct(asked, FALSE);
}

static void confirm(const char *words)
{
    struct confirmation confirmation;

    confirmation_read(words, &confirmation);
    g_assert_true(confirmation.word == CONFIRMATION_CHOICE || (!confirmation.all && !confirmation.chosen));
    g_assert_true(confirmation.word != CONFIRMATION_CHOICE || confirmation.all != (confirmation.chosen != NULL));
    for (guint i = 0; confirmation.chosen && i < confirmation.chosen->len; i++) {
        guint number = g_array_index(confirmation.chosen, guint, i);
        g_assert_cmpuint(number, >, i == 0 ? 0 : g_array_index(confirmation.chosen, guint, i - 1));
    }
    g_assert_true(!confirmation.chosen || (confirmation.chosen->len > 0 && confirmation.chosen->len <= LIMIT_CHOICES));
    confirmation_clear(&confirmation);
}

/* Certificates have come in only where that is all that is said: of a question, a denial or a promise nothing is recorded. */
static void hand_in(const char *words)
{
    static const char *const before[] = {"未", "是否", "如果", "not ", "to be "}, *const after[] = {"吗", "？", "\n没有",
                                                                                                    " or not"};
    g_autoptr(GPtrArray) numbers = surrender_read(words);

    for (guint i = 0; numbers->len && i < G_N_ELEMENTS(before) + G_N_ELEMENTS(after); i++) {
        gboolean first = i < G_N_ELEMENTS(before);
        g_autofree char *turned =
            first ? g_strconcat(before[i], words, NULL) : g_strconcat(words, after[i - G_N_ELEMENTS(before)], NULL);
        g_autoptr(GPtrArray) none = surrender_read(turned);
        g_assert_cmpuint(none->len, ==, 0);
    }
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autofree char *words = g_strndup((const char *)data, size);

    enum verdict_word word = judge(words);
    if (word == VERDICT_APPROVE)
        assert_turned_round(words);
    if (word == VERDICT_REJECT)
        g_assert_cmpint(judge_joined("", words, "\n同意"), !=, VERDICT_APPROVE);
    confirm(words);
    instruct(words, TRUE);
    hand_in(words);
    return 0;
}
