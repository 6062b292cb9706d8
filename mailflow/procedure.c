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

void procedures_leave_out(struct procedures *procedures, const char *option)
{
    for (guint i = 0; i < procedures->procedures->len; i++) {
        struct procedure *procedure = g_ptr_array_index(procedures->procedures, i);
        procedure->closed |= g_strcmp0(procedure->option, option) == 0;
    }
}

void procedures_without_review(struct procedures *procedures, const char *type)
{
    for (guint i = 0; i < procedures->procedures->len; i++) {
        struct procedure *procedure = g_ptr_array_index(procedures->procedures, i);
        procedure->unreviewed |= g_str_equal(procedure->type, type);
    }
}

const struct procedure *procedure_for_form(const struct procedures *procedures, const struct form *form)
{
    for (guint i = 0; i < procedures->procedures->len; i++) {
        const struct procedure *procedure = g_ptr_array_index(procedures->procedures, i);
        if (!procedure->closed && g_str_equal(procedure->form, form->root) &&
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

const struct stage *procedure_stage_at(const struct procedure *procedure, int index)
{
    return index >= 0 && (guint)index < procedure->stages->len ? g_ptr_array_index(procedure->stages, index) : NULL;
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
    if (g_str_equal(when, "stages"))
        return procedure->stages->len > 0 && !procedure->unreviewed;
    if (g_str_equal(when, "direct"))
        return (procedure->stages->len == 0 || procedure->unreviewed) && !procedure->immediate;
    if (g_str_equal(when, "immediate"))
        return procedure->immediate;
    if (g_str_equal(when, "more"))
        return (guint)(index + 1) < procedure->stages->len;
    return (guint)(index + 1) == procedure->stages->len; /* "last" */
}

const struct transition *transition_find(const struct procedures *procedures, const struct procedure *procedure, const char *state,
                                         enum event event)
{
    for (guint i = 0; i < procedures->transitions->len; i++) {
        const struct transition *transition = g_ptr_array_index(procedures->transitions, i);
        if (transition->event == event && from_matches(transition->from, procedure, state) &&
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
        return procedure_stage_at(procedure, 0)->state;
    if (g_str_equal(transition->to, "@next")) {
        procedure_stage(procedure, state, &index);
        return procedure_stage_at(procedure, index + 1)->state;
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
