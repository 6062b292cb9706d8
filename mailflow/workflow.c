#include "mailflow/workflow.h"

#include <gio/gio.h>
#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/effect.h"
#include "mailflow/guard.h"
#include "mailflow/rule.h"

#define DAY_MS 86400000LL
#define MINUTE_MS 60000LL
#define TROUBLES_MOST 10 /* without a request, a day */

static const char *state_now(const struct affair *affair)
{
    return affair->request->state ? affair->request->state : "@new";
}

/* How a step ends that no reviewer decided. */
static const char *ending(enum event event)
{
    switch (event) {
    case EVENT_WITHDRAW:
        return "withdrawn";
    case EVENT_EXPIRE:
        return "expired";
    case EVENT_REROUTE:
        return "rerouted";
    case EVENT_SUBJECT_GONE:
    case EVENT_APPLY_CONFLICT:
        return "void";
    case EVENT_RECEIVE:
    case EVENT_SUBMIT:
    case EVENT_CONFIRM:
    case EVENT_APPROVE:
    case EVENT_REJECT:
    case EVENT_BAD_REPLY:
    case EVENT_DELEGATE:
    case EVENT_HOLD:
    case EVENT_UNDO:
    case EVENT_REMIND:
    case EVENT_APPLY_OK:
    case EVENT_APPLY_TEMP_FAIL:
    case EVENT_COUNT:
        break;
    }
    return "closed";
}

static void leave_stage(const struct affair *affair, struct plan *plan, enum event event, const struct occasion *occasion)
{
    const struct plan_verdict *given = occasion->verdict;

    plan->end_tickets = TRUE;
    plan->end_timers = TRUE;
    plan->drop_held = affair->held != NULL;
    if (!affair_open_step(affair))
        return;
    plan->verdict = g_new0(struct plan_verdict, 1);
    plan->verdict->verdict = g_strdup(given ? given->verdict : ending(event));
    plan->verdict->reviewer = g_strdup(given ? given->reviewer : NULL);
    plan->verdict->reviewer_name = g_strdup(given ? given->reviewer_name : NULL);
    plan->verdict->reason = g_strdup(given ? given->reason : NULL);
    plan->verdict->archive = g_strdup(given ? given->archive : NULL);
    plan->verdict->message = g_strdup(given ? given->message : NULL);
}

/* The `number`th reminder; with the first, the stage's end where it has one. */
static void set_stage_timers(const struct affair *affair, struct plan *plan, const struct stage *stage, guint number)
{
    const struct policy *policy = affair->mind->policy;
    guint remind = stage->remind_days ? stage->remind_days : policy->remind_days;
    guint expire = stage->expire_days ? stage->expire_days : policy->expire_days;
    g_autofree char *kind = g_strdup_printf("remind-%u", number);

    plan_timer(plan, kind, calendar_after(policy->calendar, affair->mind->now, remind));
    if (number == 1 && expire)
        plan_timer(plan, "expire", affair->mind->now + expire * DAY_MS);
}

gint64 workflow_await_applicant(const struct affair *affair, struct plan *plan)
{
    const struct policy *policy = affair->mind->policy;
    guint days = affair->steps->len ? policy->correction_days : policy->draft_days;
    gint64 end = affair->mind->now + days * DAY_MS;

    plan_timer(plan, "expire", end);
    return end;
}

static void enter(const struct affair *affair, struct plan *plan, const char *target, struct occasion *occasion)
{
    if (state_find(affair->mind->procedures, target)->awaits_applicant) {
        workflow_await_applicant(affair, plan);
    } else if (procedure_stage(affair->procedure, target, NULL)) {
        plan->open_step = TRUE;
        occasion->step = (int)affair->steps->len + 1;
        set_stage_timers(affair, plan, procedure_stage(affair->procedure, target, NULL), 1);
    } else if (!state_find(affair->mind->procedures, target)->open) {
        plan->unlock = TRUE;
    }
}

/* One open request per key. */
static void take_locks(const struct affair *affair, struct plan *plan)
{
    g_autoptr(GPtrArray) keys = affair_keys(affair);

    for (guint i = 0; i < keys->len; i++) {
        const struct affair_key *key = g_ptr_array_index(keys, i);
        plan_lock(plan, key->lock->kind, key->value, key->lock->refusal, key->path);
    }
}

/* Anybody can send a form in another's name: a draft holds nothing, it only hears when somebody's submitted request does. */
static gboolean is_draft(const char *state)
{
    return g_str_equal(state, "draft");
}

/* A request that begins: its row, its locks. */
static void begin(const struct affair *affair, struct plan *plan, const char *target, const char *division)
{
    struct request *request = affair->request;

    g_free(request->state);
    request->state = g_strdup(target);
    g_free(request->division);
    request->division = g_strdup(division);
    plan->ask_only = is_draft(target);
    if (state_find(affair->mind->procedures, target)->open)
        take_locks(affair, plan);
}

/* Another request taken back by its applicant's form (P5). */
static gboolean withdraw_other(const struct affair *affair, const char *id, GPtrArray *plans, GError **error)
{
    const char *reason = form_value(affair->form, "reason");
    struct affair *target = affair_open(affair->mind, id);
    struct plan *plan = plan_new("withdrawn", id);
    struct occasion occasion = {.problem_zh = reason, .problem_en = reason};

    plan_log(plan, "%s withdrawn by its applicant", id);
    gboolean fine = workflow_advance(target, plan, EVENT_WITHDRAW, &occasion, affair->request->mail, reason, plans, error);
    g_ptr_array_add(plans, plan);
    affair_free(target);
    return fine;
}

/* A request whose deciding enterprise has moved to another city goes there, with new tokens (7.4). */
static gboolean reroute_other(const struct affair *affair, const char *id, GPtrArray *plans, GError **error)
{
    struct affair *other = affair_open(affair->mind, id);
    const struct stage *stage = procedure_stage(other->procedure, other->request->state, NULL);
    struct occasion occasion = {.serial = affair->request->id};
    GError *problem = NULL;
    g_autofree char *division = stage ? affair_division(other, stage, &problem) : NULL;
    gboolean fine = problem == NULL;

    if (division && g_strcmp0(division, other->request->division) != 0) {
        struct plan *plan = plan_new("rerouted", id);
        plan_log(plan, "%s goes from %s to %s", id, other->request->division, division);
        fine = workflow_advance(other, plan, EVENT_REROUTE, &occasion, "system", affair->request->id, plans, &problem);
        g_ptr_array_add(plans, plan);
    }
    if (problem)
        g_propagate_error(error, problem);
    affair_free(other);
    return fine;
}

/* The effects of entering `target`, and what they mean for other requests. */
static gboolean carry_effects(const struct affair *affair, const char *target, struct effects *effects, GPtrArray *plans,
                              GError **error)
{
    for (guint i = 0; i < affair->procedure->effects->len; i++) {
        const struct effect_ref *effect = g_ptr_array_index(affair->procedure->effects, i);
        if (!effect->behind.off && g_str_equal(effect->on, target) && !effect_find(effect->name)(affair, effects, error))
            return FALSE;
    }
    for (guint i = 0; i < effects->rerouted->len; i++)
        if (!reroute_other(affair, g_ptr_array_index(effects->rerouted, i), plans, error))
            return FALSE;
    for (guint i = 0; i < effects->withdrawn->len; i++)
        if (!withdraw_other(affair, g_ptr_array_index(effects->withdrawn, i), plans, error))
            return FALSE;
    return TRUE;
}

static gboolean ends_waiting(const char *from, const char *target)
{
    return !g_str_equal(from, "@new") && !g_str_equal(from, target);
}

/* The division that decides in `target`, or NULL when it is no stage. */
static gboolean find_division(const struct affair *affair, const char *target, char **division, GError **error)
{
    const struct stage *stage = procedure_stage(affair->procedure, target, NULL);

    *division = NULL;
    if (!stage)
        return TRUE;
    GError *problem = NULL;
    *division = affair_division(affair, stage, &problem);
    if (!*division && !problem)
        g_set_error(&problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s: whom %s depends on is not in the directory",
                    affair->request->id, target);
    if (problem)
        g_propagate_error(error, problem);
    return *division != NULL;
}

static gboolean entering(const char *state, const char *from, const char *target)
{
    return g_str_equal(state, target) && !g_str_equal(state, from);
}

struct step_taken { /* one move as it is worked out */
    const struct transition *transition;
    char *from, *target, *division;
    struct effects effects;
};

static void step_taken_clear(struct step_taken *move)
{
    g_free(move->from);
    g_free(move->target);
    g_free(move->division);
    g_ptr_array_unref(move->effects.withdrawn);
    g_ptr_array_unref(move->effects.rerouted);
    g_ptr_array_unref(move->effects.reports);
}

/* Where it goes, who decides there, and the effects. What changes nothing in the directory does not wait for it: it is done at once. */
static gboolean work_out(const struct affair *affair, struct step_taken *move, struct plan *plan, GPtrArray *plans, GError **error)
{
    const struct procedures *procedures = affair->mind->procedures;

    /* What stays in its stage stays with the authority that has it, whatever the directory says by now. */
    if (g_str_equal(move->from, move->target) && move->transition->event != EVENT_REROUTE)
        move->division = g_strdup(affair->request->division);
    else if (!find_division(affair, move->target, &move->division, error))
        return FALSE;
    if (entering("applying", move->from, move->target)) {
        if (!carry_effects(affair, "applying", &move->effects, plans, error))
            return FALSE;
        if (!plan->changes->len) {
            move->transition = transition_find(procedures, affair->procedure, "applying", EVENT_APPLY_OK);
            g_free(move->target);
            move->target = g_strdup(transition_target(move->transition, affair->procedure, "applying"));
        }
    }
    return !entering("done", move->from, move->target) || carry_effects(affair, "done", &move->effects, plans, error);
}

/* N5 of a rename says how many certificates show the new name (domain.md 6.8): counted when it has come into effect, so that the change itself waits for no count. */
static gboolean count_certificates(const struct affair *affair, struct occasion *told, GError **error)
{
    const struct facts *facts = &affair->mind->facts;
    gboolean wanted = FALSE;

    for (guint i = 0; i < affair->procedure->consequences->len; i++) {
        const struct consequence *consequence = g_ptr_array_index(affair->procedure->consequences, i);
        wanted |= !consequence->behind.off && strstr(consequence->zh, CONSEQUENCE_CERTIFICATES) != NULL;
    }
    if (wanted && g_str_equal(told->state, "done") && affair->request->applicant)
        told->certificates = facts->count(facts->context, affair->request->applicant, CLASS_CERTIFICATE, NULL, NULL, 0, error);
    return told->certificates >= 0;
}

static gboolean tell_all(const struct affair *affair, struct plan *plan, const struct transition *transition,
                         const struct occasion *told, GError **error)
{
    for (guint i = 0; i < affair->procedure->notices->len; i++) {
        const struct extra_notice *extra = g_ptr_array_index(affair->procedure->notices, i);
        if (!extra->behind.off && extra->event == transition->event && !announce(affair, plan, &extra->rule, told, error))
            return FALSE;
    }
    for (guint i = 0; i < transition->notices->len; i++)
        if (!announce(affair, plan, g_ptr_array_index(transition->notices, i), told, error))
            return FALSE;
    return TRUE;
}

static void write_move(const struct affair *affair, const struct step_taken *move, struct plan *plan, enum event event,
                       struct occasion *told)
{
    const struct mind *mind = affair->mind;

    if (ends_waiting(move->from, move->target) || event == EVENT_REROUTE)
        leave_stage(affair, plan, event, told);
    if (!g_str_equal(move->from, move->target) || event == EVENT_REROUTE)
        enter(affair, plan, move->target, told);
    if (event == EVENT_CONFIRM || event == EVENT_SUBMIT)
        plan->submitted = affair->request->submitted = mind->now;
    if (g_str_equal(move->from, "@new"))
        begin(affair, plan, move->target, move->division);
    else
        plan_move(plan, move->from, move->target, move->division);
    if (is_draft(move->from) && state_find(mind->procedures, move->target)->open)
        take_locks(affair, plan);
}

gboolean workflow_advance(const struct affair *affair, struct plan *plan, enum event event, const struct occasion *occasion,
                          const char *actor, const char *detail, GPtrArray *plans, GError **error)
{
    const struct transition *transition = transition_find(affair->mind->procedures, affair->procedure, state_now(affair), event);
    g_assert(transition);
    struct step_taken move = {
        .transition = transition,
        .from = g_strdup(state_now(affair)),
        .target = g_strdup(transition_target(transition, affair->procedure, state_now(affair))),
        .effects = {plan, g_ptr_array_new_with_free_func(g_free), g_ptr_array_new_with_free_func(g_free), request_list()},
    };
    const struct step *open = affair_open_step(affair);
    struct occasion told = *occasion;
    gboolean fine = work_out(affair, &move, plan, plans, error);

    if (fine) {
        told.state = move.target;
        told.step = open ? open->number : 0;
        write_move(affair, &move, plan, event, &told);
        told.reports = affair->procedure->immediate && !move.effects.withdrawn->len ? move.effects.reports : NULL;
        plan_event(plan, actor, event_name(event), g_str_equal(move.from, "@new") ? NULL : move.from, move.target, detail);
        fine = count_certificates(affair, &told, error) && tell_all(affair, plan, transition, &told, error) &&
               (move.transition == transition || tell_all(affair, plan, move.transition, &told, error));
    }
    step_taken_clear(&move);
    return fine;
}

static gboolean expire(const struct affair *affair, struct plan *plan, GPtrArray *plans, GError **error)
{
    gboolean waits = affair_awaits_applicant(affair);
    struct occasion occasion = {
        .problem_zh = !waits                       ? "在规定期限内未审核完毕。"
                      : affair->request->submitted ? "在规定期限内未补正。"
                                                   : "在规定期限内未收到确认。",
        .problem_en = !waits                       ? "It was not decided in time."
                      : affair->request->submitted ? "It was not put right in time."
                                                   : "It was not confirmed in time.",
    };

    return workflow_advance(affair, plan, EVENT_EXPIRE, &occasion, "system", NULL, plans, error);
}

/* The `number`th reminder; when the limit is reached, the province and the operator hear of it too. Nothing ever passes by silence. */
static gboolean remind(const struct affair *affair, struct plan *plan, guint number, GPtrArray *plans, GError **error)
{
    static const struct notice_rule escalation[] = {{"N11", "operator"}, {"N11", "province"}};
    guint limit = affair->mind->policy->remind_limit;
    g_autofree char *serial = g_strdup_printf("%u", number);
    g_autofree char *zh = g_strdup_printf("该申请已提醒审核人员 %u 次，仍未作出决定。", number);
    g_autofree char *en = g_strdup_printf("The reviewers have been reminded %u times and have not decided.", number);
    struct occasion occasion = {.serial = serial};
    struct occasion told = {.serial = serial,
                            .problem_zh = zh,
                            .problem_en = en,
                            .state = affair->request->state,
                            .step = affair_open_step(affair)->number};

    set_stage_timers(affair, plan, procedure_stage(affair->procedure, affair->request->state, NULL), number + 1);
    if (!workflow_advance(affair, plan, EVENT_REMIND, &occasion, "system", serial, plans, error))
        return FALSE;
    for (guint i = 0; limit && number >= limit && i < G_N_ELEMENTS(escalation); i++)
        if (!announce(affair, plan, &escalation[i], &told, error))
            return FALSE;
    return TRUE;
}

/* A stage that is decided waits for nobody: its other timers wait until it is settled whether the decision stands. */
static void put_off(const struct affair *affair, const char *kind, struct plan *plan)
{
    plan_timer(plan, kind, MAX(affair->held->due, affair->mind->now) + MINUTE_MS);
}

GPtrArray *workflow_timer(const struct mind *mind, const char *request, const char *kind, GError **error)
{
    g_autoptr(GPtrArray) plans = plan_list();
    gboolean ends = g_str_equal(kind, "expire");
    guint number = g_str_has_prefix(kind, "remind-") ? (guint)g_ascii_strtoull(kind + strlen("remind-"), NULL, 10) : 0;
    struct affair *affair = affair_open(mind, request);
    gboolean fine = TRUE;

    if (affair &&
        transition_find(mind->procedures, affair->procedure, affair->request->state, ends ? EVENT_EXPIRE : EVENT_REMIND)) {
        struct plan *plan = plan_new(ends ? "expired" : "reminded", request);
        if (affair->held)
            put_off(affair, kind, plan);
        else
            plan_log(plan, "%s %s", request, plan->outcome);
        fine = affair->held ? TRUE : ends ? expire(affair, plan, plans, error) : remind(affair, plan, number, plans, error);
        g_ptr_array_add(plans, plan);
    }
    affair_free(affair);
    return fine ? g_steal_pointer(&plans) : NULL;
}

GPtrArray *workflow_trouble(const struct mind *mind, const char *request, const char *effect, const char *recipient,
                            const char *said)
{
    GPtrArray *plans = plan_list();
    struct affair *affair = request ? affair_open(mind, request) : NULL;
    struct plan *plan = plan_new("trouble", request);
    const char *why = said ? said : "-";
    g_autofree char *zh = recipient ? g_strdup_printf("发往 %s 的邮件被拒收：%s（%s）", recipient, why, effect)
                                    : g_strdup_printf("%s 未能完成：%s", effect, why);
    g_autofree char *en = recipient ? g_strdup_printf("Mail to %s was refused: %s (%s)", recipient, why, effect)
                                    : g_strdup_printf("%s could not be carried out: %s", effect, why);
    struct notice_rule rule = {"N11", "operator"};

    plan_log(plan, "%s", en);
    if (affair) {
        struct occasion occasion = {.problem_zh = zh, .problem_en = en, .state = affair->request->state, .serial = effect};
        announce(affair, plan, &rule, &occasion, NULL); /* the operator's address is configuration: nothing is asked */
    } else { /* answers to strangers, whose addresses may be anything: the day's first ones tell enough */
        g_autofree char *clock = mind_clock(mind->now);
        tell_operator(mind, plan, zh, en, effect);
        plan_limit(plan, TROUBLES_MOST, mind->now + 2 * DAY_MS, "trouble|%.10s", clock);
    }
    g_ptr_array_add(plans, plan);
    affair_free(affair);
    return plans;
}

gboolean workflow_check(const struct procedures *procedures, GError **error)
{
    g_autoptr(GString) missing = g_string_new(NULL);

    for (guint i = 0; i < procedures->procedures->len; i++) {
        const struct procedure *procedure = g_ptr_array_index(procedures->procedures, i);
        for (guint k = 0; k < procedure->rules->len; k++)
            if (!rule_find(((struct rule_ref *)g_ptr_array_index(procedure->rules, k))->name))
                g_string_append_printf(missing, " rule %s (%s)", ((struct rule_ref *)g_ptr_array_index(procedure->rules, k))->name,
                                       procedure->type);
        for (guint k = 0; k < procedure->effects->len; k++)
            if (!effect_find(((struct effect_ref *)g_ptr_array_index(procedure->effects, k))->name))
                g_string_append_printf(missing, " effect %s (%s)",
                                       ((struct effect_ref *)g_ptr_array_index(procedure->effects, k))->name, procedure->type);
    }
    for (guint i = 0; i < procedures->transitions->len; i++) {
        const struct transition *transition = g_ptr_array_index(procedures->transitions, i);
        for (char **name = transition->guards; *name; name++)
            if (!guard_exists(*name))
                g_string_append_printf(missing, " guard %s", *name);
    }
    if (missing->len)
        g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "the procedures name what does not exist:%s",
                    missing->str);
    return missing->len == 0;
}
