/* Answers to the daily list, line by line: what is understood, and that nothing half understood passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mailflow/ballot.h"
#include "mailflow/limits.h"

#define COUNT 9 /* requests in the list */

struct row {
    const char *words;
    const char *want; /* a line each: numbers, verdict, [archive], (reason); or numbers and "!" with the problem's beginning */
};

static const struct row understood[] = {
#include "tests/unit/ballot_understood.inc"
};

static const struct row refused[] = {
#include "tests/unit/ballot_refused.inc"
};

static char *write_down(const struct ballot *ballot)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < ballot->lines->len; i++) {
        const struct ballot_line *line = g_ptr_array_index(ballot->lines, i);
        g_autofree char *numbers = ballot_numbers(line);
        g_string_append_printf(out, "%s%s %s", i ? "\n" : "", numbers, line->problem ? "! " : verdict_name(line->verdict.word));
        if (line->problem) {
            g_string_append(out, line->problem->en);
            continue;
        }
        if (line->verdict.archive)
            g_string_append_printf(out, " [%s]", line->verdict.archive);
        if (line->verdict.reason)
            g_string_append_printf(out, " (%s)", line->verdict.reason);
    }
    return g_string_free(out, FALSE);
}

static int differs(const struct row *row, gboolean want)
{
    struct ballot *ballot = ballot_read(row->words);
    gboolean fine = ballot_check(ballot, COUNT);
    g_autofree char *got = write_down(ballot);
    int wrong = fine != want || strcmp(got, row->want) != 0;

    if (wrong)
        print_error("[%s]\n  got  %s: %s\n  want %s: %s\n", row->words, fine ? "understood" : "refused", got,
                    want ? "understood" : "refused", row->want);
    ballot_free(ballot);
    return wrong;
}

static void test_understands(void **state)
{
    int wrong = 0;

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(understood); i++)
        wrong += differs(&understood[i], TRUE);
    assert_int_equal(wrong, 0);
}

static void test_refuses(void **state)
{
    int wrong = 0;

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++)
        wrong += differs(&refused[i], FALSE);
    assert_int_equal(wrong, 0);
}

/* An understood line put behind a refused one, or before it, makes the whole no better. */
static void test_one_bad_line_refuses_all(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autofree char *before = g_strconcat("9 同意\n", refused[i].words, NULL);
        g_autofree char *after = g_strconcat(refused[i].words, "\n9 同意", NULL);
        struct ballot *first = ballot_read(before), *last = ballot_read(after);
        gboolean silent = !*refused[i].want; /* says nothing by itself: stands below the other line */
        gboolean spoiled = silent || (!ballot_check(first, COUNT) && !ballot_check(last, COUNT));
        if (!spoiled)
            print_error("[%s] passes beside another line\n", refused[i].words);
        assert_true(spoiled);
        ballot_free(first);
        ballot_free(last);
    }
}

static void test_says_nothing(void **state)
{
    static const char *const silent[] = {"", "\n\n", "您好！\n谢谢", "收到", "Best regards,\nTest", "13800000000\n2026年5月6日"};

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(silent); i++) {
        struct ballot *ballot = ballot_read(silent[i]);
        assert_int_equal(ballot->lines->len, 0);
        assert_false(ballot_speaks(ballot));
        assert_false(ballot_check(ballot, COUNT));
        ballot_free(ballot);
    }
}

static char *repeat(const char *line, guint times)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < times; i++)
        g_string_append(out, line);
    return g_string_free(out, FALSE);
}

/* However much is written, so much is read and no more; and it decides nothing. */
static void test_bounds(void **state)
{
    g_autofree char *lines = repeat("1 同意\n", 9000);
    g_autofree char *numbers = repeat("1,", 30000);
    g_autofree char *below = repeat("同意\n", 9000);
    g_autofree char *dashes = repeat("1-", 30000);
    g_autofree char *marks = repeat("(", 60000);
    g_autofree char *reason = repeat("缺", 20000);
    g_autofree char *long_reason = g_strconcat("1 不同意 原因：", reason, NULL);
    g_autofree char *too_long = repeat("1 同意 ", 30000);
    const char *const much[] = {lines, numbers, below, dashes, marks, too_long};

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(much); i++) {
        struct ballot *ballot = ballot_read(much[i]);
        assert_true(ballot->lines->len <= LIMIT_BALLOT_LINES + 1);
        assert_false(ballot_check(ballot, LIMIT_BALLOT_NUMBER));
        for (guint k = 0; k < ballot->lines->len; k++) {
            const struct ballot_line *line = g_ptr_array_index(ballot->lines, k);
            assert_true(line->numbers->len <= LIMIT_BALLOT_NUMBER);
            assert_true(strlen(line->words) <= LIMIT_BALLOT_QUOTE);
        }
        ballot_free(ballot);
    }
    struct ballot *ballot = ballot_read(long_reason);
    assert_true(ballot_check(ballot, COUNT));
    ballot_free(ballot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_understands),  cmocka_unit_test(test_refuses), cmocka_unit_test(test_one_bad_line_refuses_all),
        cmocka_unit_test(test_says_nothing), cmocka_unit_test(test_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
