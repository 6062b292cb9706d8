/* Answers to the daily list: bounded, and no line that another word spoils is left understood. */
#include <string.h>

#include "mailflow/ballot.h"
#include "mailflow/limits.h"
#include "tests/fuzz/fuzz.h"

#define COUNT 20

int LLVMFuzzerInitialize(int *argc G_GNUC_UNUSED, char ***argv G_GNUC_UNUSED)
{
    return 0;
}

static void assert_line(const struct ballot_line *line)
{
    g_autofree char *numbers = ballot_numbers(line);

    g_assert_true(*numbers && g_utf8_validate(line->words, -1, NULL) && strlen(line->words) <= LIMIT_BALLOT_QUOTE);
    g_assert_true(line->numbers->len <= LIMIT_BALLOT_NUMBER && !(line->all && line->numbers->len));
    g_assert_true(line->problem || line->all || line->numbers->len);
    g_assert_true(line->problem || line->verdict.word == VERDICT_APPROVE || line->verdict.word == VERDICT_REJECT);
}

/* Whether all of it is understood. */
static gboolean judge(const char *before, const char *words, const char *after)
{
    g_autofree char *joined = g_strconcat(before, words, after, NULL);
    struct ballot *ballot = ballot_read(joined);
    gboolean understood = ballot_check(ballot, COUNT);

    g_assert_true(ballot->lines->len <= LIMIT_BALLOT_LINES + 1);
    for (guint i = 0; i < ballot->lines->len; i++)
        assert_line(g_ptr_array_index(ballot->lines, i));
    g_assert_true(!understood || ballot_speaks(ballot));
    ballot_free(ballot);
    return understood;
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autofree char *words = g_strndup((const char *)data, size);

    if (judge("", words, "")) {
        g_assert_false(judge("", words, "\n1-20 同意")); /* every number is named by now */
        g_assert_false(judge("不同意\n", words, ""));
        g_assert_false(judge("", words, "\n同意"));
        g_assert_false(judge("", words, "\n3 暂缓"));
    }
    return 0;
}
