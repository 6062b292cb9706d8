#include "mailflow/workflow.h"

#include <gio/gio.h>
#include <string.h>

#include "mailflow/effect.h"
#include "mailflow/guard.h"
#include "mailflow/rule.h"

#define DAY_MS 86400000LL

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
    if (!affair_open_step(affair))
        return;
    plan->verdict = g_new0(struct plan_verdict, 1);
    plan->verdict->verdict = g_strdup(given ? given->verdict : ending(event));
    plan->verdict->reviewer = g_strdup(given ? given->reviewer : NULL);
    plan->verdict->reviewer_name = g_strdup(given ? given->reviewer_name : NULL);
    plan->verdict->reason = g_strdup(given ? given->reason : NULL);
    plan->verdict->archive = g_strdup(given ? given->archive : NULL);
}

static void enter(const struct affair *affair, struct plan *plan, const char *target, struct occasion *occasion)
{
    const struct policy *policy = affair->mind->policy;

    if (g_str_equal(target, "draft")) {
        plan_timer(plan, "expire", affair->mind->now + policy->draft_days * DAY_MS);
    } else if (procedure_stage(affair->procedure, target, NULL)) {
        plan->open_step = TRUE;
        occasion->step = (int)affair->steps->len + 1;
        plan_timer(plan, "remind", affair->mind->now + policy->remind_days * DAY_MS);
    } else if (!state_find(affair->mind->procedures, target)->open) {
        plan->unlock = TRUE;
    }
}

/* A request that begins: its row, its locks. */
static void begin(const struct affair *affair, struct plan *plan, const char *target, const char *division)
{
    struct request *request = affair->request;

    g_free(request->state);
    request->state = g_strdup(target);
    g_free(request->division);
    request->division = g_strdup(division);
    for (guint i = 0; i < affair->procedure->locks->len && state_find(affair->mind->procedures, target)->open; i++) {
        const struct lock_rule *lock = g_ptr_array_index(affair->procedure->locks, i);
        const char *key = form_value(affair->form, lock->field);
        g_autofree char *folded = key ? g_ascii_strdown(key, -1) : NULL;
        if (folded)
            plan_lock(plan, lock->kind, folded, lock->refusal, lock->field);
    }
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

static gboolean carry_effects(const struct affair *affair, struct effects *effects, GPtrArray *plans, GError **error)
{
    for (guint i = 0; i < affair->procedure->effects->len; i++)
        if (!effect_find(g_ptr_array_index(affair->procedure->effects, i))(affair, effects, error))
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

gboolean workflow_advance(const struct affair *affair, struct plan *plan, enum event event, const struct occasion *occasion,
                          const char *actor, const char *detail, GPtrArray *plans, GError **error)
{
    const struct mind *mind = affair->mind;
    g_autofree char *from = g_strdup(state_now(affair));
    const struct transition *transition = transition_find(mind->procedures, affair->procedure, from, event);
    g_assert(transition);
    g_autofree char *target = g_strdup(transition_target(transition, affair->procedure, from));
    g_autofree char *division = NULL;
    g_autoptr(GPtrArray) reports = request_list();
    g_autoptr(GPtrArray) withdrawn = g_ptr_array_new_with_free_func(g_free);
    struct effects effects = {plan, withdrawn, reports};
    const struct step *open = affair_open_step(affair);
    struct occasion told = *occasion;

    if (!find_division(affair, target, &division, error))
        return FALSE;
    told.state = target;
    told.step = open ? open->number : 0;
    if (ends_waiting(from, target) || event == EVENT_REROUTE)
        leave_stage(affair, plan, event, occasion);
    if (!g_str_equal(from, target) || event == EVENT_REROUTE)
        enter(affair, plan, target, &told);
    else if (event == EVENT_REMIND)
        plan_timer(plan, "remind", mind->now + mind->policy->remind_days * DAY_MS);
    if (event == EVENT_CONFIRM || event == EVENT_SUBMIT)
        plan->submitted = affair->request->submitted = mind->now;
    if (g_str_equal(from, "@new"))
        begin(affair, plan, target, division);
    else
        plan_move(plan, from, target, division);
    if ((g_str_equal(target, "applying") && !g_str_equal(from, "applying")) ||
        (affair->procedure->immediate && g_str_equal(target, "done")))
        if (!carry_effects(affair, &effects, plans, error))
            return FALSE;
    told.reports = affair->procedure->immediate && !withdrawn->len ? reports : NULL;
    plan_event(plan, actor, event_name(event), g_str_equal(from, "@new") ? NULL : from, target, detail);
    for (guint i = 0; i < transition->notices->len; i++)
        if (!announce(affair, plan, g_ptr_array_index(transition->notices, i), &told, error))
            return FALSE;
    return TRUE;
}

GPtrArray *workflow_settle(const struct mind *mind, const char *request, enum workflow_outcome outcome, const char *detail,
                           GError **error)
{
    g_autoptr(GPtrArray) plans = plan_list();
    enum event event = outcome == WORKFLOW_APPLIED ? EVENT_APPLY_OK : EVENT_APPLY_CONFLICT;
    struct affair *affair = affair_open(mind, request);
    struct occasion occasion = {0};
    gboolean fine = TRUE;

    if (outcome == WORKFLOW_CONFLICT) {
        occasion.problem_zh = "目录中的数据已与审核时不同，申请未生效，已作废。";
        occasion.problem_en = "The directory's data is no longer what was reviewed; the request did not take effect and is void.";
    }
    if (affair && transition_find(mind->procedures, affair->procedure, affair->request->state, event)) {
        struct plan *plan = plan_new(outcome == WORKFLOW_APPLIED ? "done" : "void", request);
        plan_log(plan, "%s %s: %s", request, outcome == WORKFLOW_APPLIED ? "in effect" : "void",
                 detail ? detail : affair->request->subject);
        fine = workflow_advance(affair, plan, event, &occasion, "system", detail, plans, error);
        g_ptr_array_add(plans, plan);
    }
    affair_free(affair);
    return fine ? g_steal_pointer(&plans) : NULL;
}

GPtrArray *workflow_timer(const struct mind *mind, const char *request, const char *kind, GError **error)
{
    g_autoptr(GPtrArray) plans = plan_list();
    enum event event = g_str_equal(kind, "expire") ? EVENT_EXPIRE : EVENT_REMIND;
    struct affair *affair = affair_open(mind, request);
    g_autofree char *serial = g_strdup_printf("%" G_GINT64_FORMAT, (gint64)(mind->now / DAY_MS));
    struct occasion occasion = {.serial = serial};
    gboolean fine = TRUE;

    if (affair && transition_find(mind->procedures, affair->procedure, affair->request->state, event)) {
        struct plan *plan = plan_new(event == EVENT_EXPIRE ? "expired" : "reminded", request);
        if (event == EVENT_EXPIRE) {
            occasion.problem_zh = "在规定期限内未收到确认。";
            occasion.problem_en = "It was not confirmed in time.";
        }
        plan->end_timers = TRUE;
        plan_log(plan, "%s %s", request, plan->outcome);
        fine = workflow_advance(affair, plan, event, &occasion, "system", NULL, plans, error);
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
    g_autofree char *zh =
        g_strdup_printf("%s%s%s 未能完成：%s", effect, recipient ? " → " : "", recipient ? recipient : "", said ? said : "-");
    g_autofree char *en = g_strdup_printf("%s%s%s could not be carried out: %s", effect, recipient ? " → " : "",
                                          recipient ? recipient : "", said ? said : "-");
    struct notice_rule rule = {"N11", "operator"};

    plan_log(plan, "%s", en);
    if (affair) {
        struct occasion occasion = {.problem_zh = zh, .problem_en = en, .state = affair->request->state, .serial = effect};
        announce(affair, plan, &rule, &occasion, NULL); /* the operator's address is configuration: nothing is asked */
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
            if (!rule_find(g_ptr_array_index(procedure->rules, k)))
                g_string_append_printf(missing, " rule %s (%s)", (char *)g_ptr_array_index(procedure->rules, k), procedure->type);
        for (guint k = 0; k < procedure->effects->len; k++)
            if (!effect_find(g_ptr_array_index(procedure->effects, k)))
                g_string_append_printf(missing, " effect %s (%s)", (char *)g_ptr_array_index(procedure->effects, k),
                                       procedure->type);
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
