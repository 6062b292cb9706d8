/* The rules as a table: procedures.xml against tests/data/transitions.tsv, and what must hold of every table of transitions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/scenario/row.h"

#define ALL_ROWS 198
#define ALL_TYPES 14

static struct procedures *procedures;
static GPtrArray *rows;

static int read_all(void **state)
{
    g_autoptr(GError) error = NULL;

    (void)state;
    rows = rows_read("tests/data/transitions.tsv");
    procedures = procedures_open("templates", &error);
    if (!procedures)
        print_error("%s\n", error->message);
    return procedures ? 0 : -1;
}

static int forget_all(void **state)
{
    (void)state;
    g_ptr_array_unref(rows);
    procedures_free(procedures);
    return 0;
}

/* Every question that can be asked: a procedure, a state ("@new" among them), an event. */
typedef void question(const struct procedure *procedure, const char *state, enum event event);

static void ask_all(question *ask)
{
    for (guint i = 0; i < procedures->procedures->len; i++) {
        const struct procedure *procedure = g_ptr_array_index(procedures->procedures, i);
        for (enum event event = EVENT_RECEIVE; event < EVENT_COUNT; event++) {
            ask(procedure, "@new", event);
            for (guint k = 0; k < procedures->states->len; k++)
                ask(procedure, ((struct state *)g_ptr_array_index(procedures->states, k))->name, event);
        }
    }
}

static const struct transition *answer(const struct procedure *procedure, const char *state, enum event event)
{
    return transition_find(procedures, procedure, state, event);
}

/* Rows against the table. */

static gboolean says(const struct transition *transition, const struct procedure *procedure, const char *code)
{
    for (guint i = 0; i < transition->notices->len; i++)
        if (g_str_equal(((struct notice_rule *)g_ptr_array_index(transition->notices, i))->code, code))
            return TRUE;
    for (guint i = 0; i < procedure->notices->len; i++) {
        const struct extra_notice *extra = g_ptr_array_index(procedure->notices, i);
        if (extra->event == transition->event && g_str_equal(extra->rule.code, code))
            return TRUE;
    }
    return g_str_equal(code, "reply") && says(transition, procedure, "NS");
}

static guint check_row(const struct row *row, const struct procedure *procedure)
{
    const char *state = g_str_equal(row->state, "-") ? "@new" : row->state;
    const struct transition *transition = answer(procedure, state, row_event(row));
    guint wrong = 0;

    if (!transition) {
        print_error("%s %s %s: no row\n", row->type, row->state, row->event);
        return 1;
    }
    const char *target = transition_target(transition, procedure, state);
    if (!g_str_equal(target, row->next)) {
        print_error("%s %s %s: leads to %s, not %s\n", row->type, row->state, row->event, target, row->next);
        wrong++;
    }
    for (char **code = row->codes; *code; code++)
        if (!says(transition, procedure, *code)) {
            print_error("%s %s %s: does not tell %s\n", row->type, row->state, row->event, *code);
            wrong++;
        }
    return wrong;
}

static void test_every_row_of_every_type_stands_in_the_procedures(void **state)
{
    guint seen = 0, wrong = 0;
    (void)state;

    for (guint i = 0; i < rows->len; i++) {
        const struct row *row = g_ptr_array_index(rows, i);
        const struct procedure *procedure = procedure_for_type(procedures, row->type);
        if (!procedure)
            continue;
        seen++;
        wrong += row_refuses(row) ? 0 : check_row(row, procedure);
    }
    print_message("%u rows of %u, %u types of %u\n", seen, rows->len, procedures->procedures->len, ALL_TYPES);
    assert_int_equal(wrong, 0);
    if (procedures->procedures->len == ALL_TYPES)
        assert_int_equal(seen, ALL_ROWS);
}

static void test_every_type_has_its_rows(void **state)
{
    (void)state;
    assert_int_equal(rows->len, ALL_ROWS);
    for (guint i = 0; i < procedures->procedures->len; i++) {
        const struct procedure *procedure = g_ptr_array_index(procedures->procedures, i);
        guint count = 0;
        for (guint k = 0; k < rows->len; k++)
            count += g_str_equal(((struct row *)g_ptr_array_index(rows, k))->type, procedure->type);
        if (!count)
            fail_msg("%s has no row in transitions.tsv", procedure->type);
    }
}

/* What stands in procedures.xml and is not in the table: what drafts need (domain.md 0), and what reviewers do that moves no request. */
static void check_extra(const struct procedure *procedure, const char *state, enum event event)
{
    static const enum event of_drafts[] = {EVENT_RECEIVE, EVENT_CONFIRM};
    static const enum event of_reviewers[] = {EVENT_DELEGATE, EVENT_HOLD, EVENT_UNDO};
    const char *name = g_str_equal(state, "@new") ? "-" : state;
    gboolean known = g_str_equal(state, "draft") || g_str_equal(state, "returned"); /* the latter only where the site wants it */

    const struct stage *stage = procedure_stage(procedure, state, NULL);

    if (stage && stage->behind.off) /* for requests that are in it when the site leaves it out */
        return;
    for (guint i = 0; i < G_N_ELEMENTS(of_drafts); i++)
        known |= of_drafts[i] == event;
    for (guint i = 0; i < G_N_ELEMENTS(of_reviewers); i++)
        known |= of_reviewers[i] == event && procedure_stage(procedure, state, NULL) &&
                 g_str_equal(transition_target(answer(procedure, state, event), procedure, state), state);
    for (guint i = 0; i < rows->len && !known; i++) {
        const struct row *row = g_ptr_array_index(rows, i);
        known = g_str_equal(row->type, procedure->type) && g_str_equal(row->state, name) && row_event(row) == event;
    }
    if (known || !answer(procedure, state, event))
        return;
    /* One row serves every stage and every type that enters "applying"; without such a stage, or where nobody's move can matter, it is never asked. */
    if (event != EVENT_REROUTE && !g_str_equal(state, "applying"))
        fail_msg("%s %s %s is in no row of the table", procedure->type, state, event_name(event));
}

static void test_nothing_else_moves_a_request(void **state)
{
    (void)state;
    ask_all(check_extra);
}

/* What must hold of any table, whatever the site chooses. */

static void ask_in_every_position(void (*ask)(void))
{
    for (guint i = 0; i < procedures->options->len; i++) {
        const struct option *option = g_ptr_array_index(procedures->options, i);
        for (char **value = option->values; *value; value++) {
            assert_true(procedures_choose(procedures, option->name, *value, NULL));
            ask();
        }
        procedures_choose(procedures, option->name, option->values[0], NULL);
    }
}

static void check_one_answer(const struct procedure *procedure, const char *state, enum event event)
{
    struct procedures alone = *procedures;
    guint count = 0;

    for (guint i = 0; i < procedures->transitions->len; i++) {
        alone.transitions = g_ptr_array_new();
        g_ptr_array_add(alone.transitions, g_ptr_array_index(procedures->transitions, i));
        count += transition_find(&alone, procedure, state, event) != NULL;
        g_ptr_array_unref(alone.transitions);
    }
    if (count > 1)
        fail_msg("%s %s %s: %u rows", procedure->type, state, event_name(event), count);
}

static void ask_for_one_answer(void)
{
    ask_all(check_one_answer);
}

static void test_no_two_rows_answer_one_question(void **state)
{
    (void)state;
    ask_in_every_position(ask_for_one_answer);
    for (guint i = 0; i < rows->len; i++)
        for (guint k = i + 1; k < rows->len; k++) {
            const struct row *one = g_ptr_array_index(rows, i), *other = g_ptr_array_index(rows, k);
            if (g_str_equal(one->type, other->type) && g_str_equal(one->state, other->state) &&
                g_str_equal(one->event, other->event) && row_refuses(one) == row_refuses(other))
                fail_msg("%s %s %s stands twice in transitions.tsv", one->type, one->state, one->event);
        }
}

static void check_closed(const struct procedure *procedure, const char *state, enum event event)
{
    const struct state *known = state_find(procedures, state);

    if (known && !known->open && answer(procedure, state, event))
        fail_msg("%s: %s leaves %s", procedure->type, event_name(event), state);
}

static void ask_for_exits(void)
{
    ask_all(check_closed);
}

static void test_closed_states_have_no_exit(void **state)
{
    (void)state;
    ask_in_every_position(ask_for_exits);
}

static void check_refusal(const struct procedure *procedure, const char *state, enum event event)
{
    if (answer(procedure, state, event))
        return;
    const struct refusal *refusal = refusal_find(procedures, procedure, state, event);
    assert_true(*refusal->zh && *refusal->en);
}

static void ask_for_refusals(void)
{
    ask_all(check_refusal);
}

static void test_every_question_without_a_row_has_a_refusal(void **state)
{
    (void)state;
    ask_in_every_position(ask_for_refusals);
}

/* Whether `done` can be reached from `state`, by ways of at most `most` moves. */
static gboolean reaches_done(const struct procedure *procedure, const char *state, guint most)
{
    if (g_str_equal(state, "done"))
        return TRUE;
    for (enum event event = EVENT_RECEIVE; event < EVENT_COUNT && most; event++) {
        const struct transition *transition = answer(procedure, state, event);
        const char *target = transition ? transition_target(transition, procedure, state) : state;
        if (!g_str_equal(target, state) && reaches_done(procedure, target, most - 1))
            return TRUE;
    }
    return FALSE;
}

static void ask_for_ends(void)
{
    for (guint i = 0; i < procedures->procedures->len; i++) {
        const struct procedure *procedure = g_ptr_array_index(procedures->procedures, i);
        assert_true(reaches_done(procedure, "@new", 5));
        if (!procedure->immediate || procedure->draft)
            assert_true(reaches_done(procedure, "draft", 5));
        for (guint k = 0; k < procedure->stages->len; k++) {
            const char *name = ((struct stage *)g_ptr_array_index(procedure->stages, k))->state;
            assert_true(state_find(procedures, name)->open);
            assert_true(reaches_done(procedure, name, 5));
            assert_non_null(answer(procedure, name, EVENT_REJECT));
            assert_non_null(answer(procedure, name, EVENT_WITHDRAW));
        }
        if (procedure->stages->len)
            assert_true(reaches_done(procedure, "returned", 5));
        if (!procedure->immediate)
            assert_true(reaches_done(procedure, "applying", 1));
    }
}

static void test_every_open_state_can_be_left_and_reach_done(void **state)
{
    (void)state;
    ask_in_every_position(ask_for_ends);
}

/* Each of domain.md 6.3, in that order: who answers, then what is said, then whether it is still so. */
static void check_guards(const struct procedure *procedure, const char *state, enum event event)
{
    const struct transition *transition = answer(procedure, state, event);
    g_autofree char *guards = transition ? g_strjoinv(" ", transition->guards) : NULL;

    if (!transition || (event != EVENT_APPROVE && event != EVENT_REJECT))
        return;
    assert_non_null(procedure_stage(procedure, state, NULL));
    assert_string_equal(transition->actor, "reviewer");
    assert_string_equal(guards, event == EVENT_APPROVE ? "token sender member uninvolved four-eyes evidence facts"
                                                       : "token sender member uninvolved four-eyes reason");
}

static void ask_for_guards(void)
{
    ask_all(check_guards);
}

static void test_only_reviewers_decide_and_only_in_a_stage(void **state)
{
    (void)state;
    ask_in_every_position(ask_for_guards);
}

static const struct {
    const char *type, *stage, *authority;
    gboolean archive;
} deciders[] = {
    {"T1", "cityReview", "applicant", TRUE},  {"T1", "provinceReview", "province", FALSE},
    {"T2E", "cityReview", "receiver", TRUE},  {"T2E", "provinceReview", "province", FALSE},
    {"T2P", "cityReview", "receiver", TRUE},  {"T2P", "provinceReview", "province", FALSE},
    {"T2S", "cityReview", "receiver", TRUE},  {"T2S", "provinceReview", "province", FALSE},
    {"T3N", "cityReview", "applicant", TRUE}, {"T3N", "provinceReview", "province", FALSE},
    {"T3C", "outCityReview", "form", TRUE},   {"T3C", "inCityReview", "form", FALSE},
    {"T4", "cityReview", "applicant", TRUE},  {"T4", "provinceReview", "province", FALSE},
    {"T5", "cityReview", "form", TRUE},       {"P1", "cityReview", "form", FALSE},
    {"P3", "cityReview", "applicant", FALSE}, {"P4", "cityReview", "applicant", FALSE},
};

/* The next stage in force of the procedure at that place; NULL: the first. */
static const struct stage *stage_after(guint place, const struct stage *stage)
{
    const struct procedure *procedure = g_ptr_array_index(procedures->procedures, place);
    int index = -1;

    if (stage)
        procedure_stage(procedure, stage->state, &index);
    return procedure_stage_after(procedure, index);
}

/* domain.md 6.2. */
static void test_who_decides_and_where_an_archive_number_is_needed(void **state)
{
    guint stages = 0, known = 0;
    (void)state;

    for (guint i = 0; i < procedures->procedures->len; i++)
        for (const struct stage *stage = stage_after(i, NULL); stage; stage = stage_after(i, stage))
            stages++;
    for (guint i = 0; i < G_N_ELEMENTS(deciders); i++) {
        const struct procedure *procedure = procedure_for_type(procedures, deciders[i].type);
        const struct stage *stage = procedure ? procedure_stage(procedure, deciders[i].stage, NULL) : NULL;
        if (!procedure)
            continue;
        assert_non_null(stage);
        known++;
        if (!g_str_equal(stage->authority, deciders[i].authority) || stage_archives(stage) != deciders[i].archive)
            fail_msg("%s %s: decided by %s, archive number %d", procedure->type, stage->state, stage->authority,
                     stage_archives(stage));
    }
    assert_int_equal(known, stages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_of_every_type_stands_in_the_procedures),
        cmocka_unit_test(test_every_type_has_its_rows),
        cmocka_unit_test(test_nothing_else_moves_a_request),
        cmocka_unit_test(test_no_two_rows_answer_one_question),
        cmocka_unit_test(test_closed_states_have_no_exit),
        cmocka_unit_test(test_every_question_without_a_row_has_a_refusal),
        cmocka_unit_test(test_every_open_state_can_be_left_and_reach_done),
        cmocka_unit_test(test_only_reviewers_decide_and_only_in_a_stage),
        cmocka_unit_test(test_who_decides_and_where_an_archive_number_is_needed),
    };
    return cmocka_run_group_tests(tests, read_all, forget_all);
}
