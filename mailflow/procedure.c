#include "mailflow/procedure.h"

static const char *const event_names[EVENT_COUNT] = {
    [EVENT_RECEIVE] = "receive",
    [EVENT_SUBMIT] = "submit",
    [EVENT_CONFIRM] = "confirm",
    [EVENT_APPROVE] = "approve",
    [EVENT_REJECT] = "reject",
    [EVENT_WITHDRAW] = "withdraw",
    [EVENT_BAD_REPLY] = "badReply",
    [EVENT_DELEGATE] = "delegate",
    [EVENT_HOLD] = "hold",
    [EVENT_UNDO] = "undo",
    [EVENT_REMIND] = "remind",
    [EVENT_EXPIRE] = "expire",
    [EVENT_SUBJECT_GONE] = "subjectGone",
    [EVENT_REROUTE] = "reroute",
    [EVENT_APPLY_OK] = "applyOk",
    [EVENT_APPLY_TEMP_FAIL] = "applyTempFail",
    [EVENT_APPLY_CONFLICT] = "applyConflict",
};

const char *event_name(enum event event)
{
    return event_names[event];
}

static void visit_rows(GPtrArray *rows, gsize offset, behind_visit *visit, gpointer data)
{
    for (guint i = 0; i < rows->len; i++)
        visit((struct behind *)((char *)g_ptr_array_index(rows, i) + offset), data);
}

void procedures_visit(struct procedures *procedures, behind_visit *visit, gpointer data)
{
    visit_rows(procedures->transitions, G_STRUCT_OFFSET(struct transition, behind), visit, data);
    visit_rows(procedures->procedures, G_STRUCT_OFFSET(struct procedure, behind), visit, data);
    for (guint i = 0; i < procedures->procedures->len; i++) {
        const struct procedure *procedure = g_ptr_array_index(procedures->procedures, i);
        visit_rows(procedure->stages, G_STRUCT_OFFSET(struct stage, behind), visit, data);
        visit_rows(procedure->stages, G_STRUCT_OFFSET(struct stage, archive), visit, data);
        visit_rows(procedure->rules, G_STRUCT_OFFSET(struct rule_ref, behind), visit, data);
        visit_rows(procedure->effects, G_STRUCT_OFFSET(struct effect_ref, behind), visit, data);
        visit_rows(procedure->consequences, G_STRUCT_OFFSET(struct consequence, behind), visit, data);
        visit_rows(procedure->notices, G_STRUCT_OFFSET(struct extra_notice, behind), visit, data);
    }
}

const struct option *option_find(const struct procedures *procedures, const char *name, const char *value, GError **error)
{
    for (guint i = 0; i < procedures->options->len; i++) {
        const struct option *option = g_ptr_array_index(procedures->options, i);
        if (g_str_equal(option->name, name) && g_strv_contains((const char *const *)option->values, value))
            return option;
    }
    g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "the procedures have no option %s=%s", name, value);
    return NULL;
}

static void settle(struct behind *behind, gpointer data)
{
    const struct option *option = data;

    if (behind->option && g_str_equal(behind->option, option->name))
        behind->off = !g_str_equal(behind->value, option->chosen);
}

gboolean procedures_choose(struct procedures *procedures, const char *name, const char *value, GError **error)
{
    struct option *option = (struct option *)option_find(procedures, name, value, error);

    if (!option)
        return FALSE;
    for (char **known = option->values; *known; known++)
        if (g_str_equal(*known, value))
            option->chosen = *known;
    procedures_visit(procedures, settle, option);
    return TRUE;
}

const struct procedure *procedure_for_root(const struct procedures *procedures, const char *root)
{
    const struct procedure *any = NULL;

    for (guint i = 0; i < procedures->procedures->len && (!any || any->behind.off); i++) {
        const struct procedure *procedure = g_ptr_array_index(procedures->procedures, i);
        if (g_str_equal(procedure->form, root))
            any = procedure;
    }
    return any;
}

const struct procedure *procedure_for_form(const struct procedures *procedures, const struct form *form)
{
    for (guint i = 0; i < procedures->procedures->len; i++) {
        const struct procedure *procedure = g_ptr_array_index(procedures->procedures, i);
        if (!procedure->behind.off && g_str_equal(procedure->form, form->root) &&
            (!procedure->variant || g_strcmp0(procedure->variant, form->variant) == 0) &&
            (!procedure->with || form_value(form, procedure->with)))
            return procedure;
    }
    return NULL;
}

const struct procedure *procedure_for_type(const struct procedures *procedures, const char *type)
{
    for (guint i = 0; i < procedures->procedures->len; i++) {
        const struct procedure *procedure = g_ptr_array_index(procedures->procedures, i);
        if (g_str_equal(procedure->type, type))
            return procedure;
    }
    return NULL;
}

const struct state *state_find(const struct procedures *procedures, const char *name)
{
    for (guint i = 0; i < procedures->states->len; i++) {
        const struct state *state = g_ptr_array_index(procedures->states, i);
        if (g_str_equal(state->name, name))
            return state;
    }
    return NULL;
}

const struct stage *procedure_stage(const struct procedure *procedure, const char *state, int *index)
{
    for (guint i = 0; i < procedure->stages->len; i++) {
        const struct stage *stage = g_ptr_array_index(procedure->stages, i);
        if (!g_str_equal(stage->state, state))
            continue;
        if (index)
            *index = (int)i;
        return stage;
    }
    if (index)
        *index = -1;
    return NULL;
}

const struct stage *procedure_stage_after(const struct procedure *procedure, int index)
{
    for (guint i = (guint)(index + 1); i < procedure->stages->len; i++) {
        const struct stage *stage = g_ptr_array_index(procedure->stages, i);
        if (!stage->behind.off)
            return stage;
    }
    return NULL;
}

gboolean stage_archives(const struct stage *stage)
{
    return !stage->archive.off;
}

static gboolean from_matches(const char *from, const struct procedure *procedure, const char *state)
{
    if (g_str_equal(from, "@stage"))
        return procedure_stage(procedure, state, NULL) != NULL;
    return g_str_equal(from, "*") || g_str_equal(from, state);
}

static gboolean when_matches(const char *when, const struct procedure *procedure, const char *state)
{
    int index;

    if (!when)
        return TRUE;
    procedure_stage(procedure, state, &index);
    const struct stage *first = procedure_stage_after(procedure, -1), *next = procedure_stage_after(procedure, index);
    if (g_str_equal(when, "stages"))
        return first != NULL;
    if (g_str_equal(when, "direct"))
        return !first && !procedure->immediate;
    if (g_str_equal(when, "immediate"))
        return procedure->immediate;
    if (g_str_equal(when, "more"))
        return next != NULL;
    return !next; /* "last" */
}

const struct transition *transition_find(const struct procedures *procedures, const struct procedure *procedure, const char *state,
                                         enum event event)
{
    for (guint i = 0; i < procedures->transitions->len; i++) {
        const struct transition *transition = g_ptr_array_index(procedures->transitions, i);
        if (!transition->behind.off && transition->event == event && from_matches(transition->from, procedure, state) &&
            when_matches(transition->when, procedure, state))
            return transition;
    }
    return NULL;
}

const char *transition_target(const struct transition *transition, const struct procedure *procedure, const char *state)
{
    int index;

    if (g_str_equal(transition->to, "@same"))
        return state;
    if (g_str_equal(transition->to, "@first"))
        return procedure_stage_after(procedure, -1)->state;
    if (g_str_equal(transition->to, "@next")) {
        procedure_stage(procedure, state, &index);
        return procedure_stage_after(procedure, index)->state;
    }
    return transition->to;
}

const struct refusal *refusal_find(const struct procedures *procedures, const struct procedure *procedure, const char *state,
                                   enum event event)
{
    for (guint i = 0; i < procedures->refusals->len; i++) {
        const struct refusal *refusal = g_ptr_array_index(procedures->refusals, i);
        if (from_matches(refusal->from, procedure, state) &&
            (g_str_equal(refusal->event, "*") || g_str_equal(refusal->event, event_name(event))))
            return refusal;
    }
    g_assert_not_reached(); /* the last row is for everything */
}
