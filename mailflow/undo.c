#include "mailflow/undo.h"

#include "ldap-schema/names.h"
#include "mailflow/decision.h"
#include "mailflow/docket.h"
#include "mailflow/objection.h"
#include "mailflow/reissue.h"

#define MINUTE_MS 60000LL
#define WAITS_ZH "申请恢复待审核，由本环节的审核人员作出决定。您此前的答复没有计入；仍要审核的，请重新答复。"
#define WAITS_EN                                                                                                                   \
    "the request is open again and waits for a decision of your stage. Your earlier answer was not counted; please answer again "  \
    "if you want to decide."

static struct held *held_make(const struct attempt *attempt)
{
    const struct affair *affair = attempt->affair;
    const struct message *message = attempt->message;
    struct held *held = g_new0(struct held, 1);

    held->request = g_strdup(affair->request->id);
    held->step = attempt->ticket->step;
    held->verdict = g_strdup(attempt->event == EVENT_APPROVE ? "approve" : "reject");
    held->reviewer = g_strdup(attempt->reviewer->dn);
    held->name = g_strdup(entry_value(attempt->reviewer, ATTRIBUTE_CN));
    held->mail = g_strdup(message->from);
    held->language = g_strdup(attempt->ticket->language);
    held->reason = g_strdup(message->verdict.reason);
    held->archive = g_strdup(message->verdict.archive);
    held->message = g_strdup(message->digest);
    held->origin = g_strdup(message->origin.says);
    held->at = affair->mind->now;
    held->due = affair->mind->now + affair->mind->policy->undo_minutes * MINUTE_MS;
    return held;
}

/* What was understood, as the reviewer gets to read it: 同意，留档编号：…  */
static char *decision_text(const struct held *held, gboolean chinese)
{
    gboolean approve = g_str_equal(held->verdict, "approve");
    const char *more = approve ? held->archive : held->reason;

    if (chinese)
        return g_strconcat(approve ? "同意" : "不同意", more ? (approve ? "，留档编号：" : "，原因：") : "", more, NULL);
    return g_strconcat(approve ? "APPROVE" : "REJECT", more ? (approve ? ", ARCHIVE: " : ", REASON: ") : "", more, NULL);
}

static gboolean hold(const struct attempt *attempt, GPtrArray *plans, GError **error)
{
    const struct affair *affair = attempt->affair;
    struct plan *plan = plan_new("held", affair->request->id);
    const struct held *held = plan->hold = held_make(attempt);
    g_autofree char *due = mind_clock(held->due);
    g_autofree char *said_zh = decision_text(held, TRUE);
    g_autofree char *said_en = decision_text(held, FALSE);
    g_autofree char *zh = g_strdup_printf("“%s”。已记录，将于 %s 生效；在此之前可以撤回。", said_zh, due);
    g_autofree char *en =
        g_strdup_printf("\"%s\". It is recorded and takes effect at %s; until then it can be taken back.", said_en, due);
    g_autofree char *said = decision_detail(attempt);
    g_autofree char *detail = g_strdup_printf("takes effect at %s; %s", due, said);
    struct occasion occasion = {.message = attempt->message,
                                .only = attempt->reviewer->dn,
                                .to = attempt->message->from,
                                .language = attempt->ticket->language,
                                .serial = attempt->message->digest,
                                .problem_zh = zh,
                                .problem_en = en};

    plan->evidence = TRUE;
    plan_timer(plan, UNDO_TIMER, held->due);
    plan_log(plan, "%s %s at %s by %s (%s), to take effect at %s", affair->request->id,
             attempt->event == EVENT_APPROVE ? "approved" : "rejected", affair->request->state, held->name, held->mail, due);
    gboolean fine = workflow_advance(affair, plan, EVENT_HOLD, &occasion, attempt->reviewer->dn, detail, plans, error);
    g_ptr_array_add(plans, plan);
    return fine;
}

gboolean undo_wait(const struct attempt *attempt, GPtrArray *plans, GError **error)
{
    return attempt->affair->mind->policy->undo_minutes ? hold(attempt, plans, error) : decision_carry(attempt, plans, error);
}

/* The stage waits again, for everybody it waited for. Who had decided gets the task anew, with tokens that no mail of before bears, or a line when they are not of the
 * authority any more. */
static gboolean reopen(const struct affair *affair, struct plan *plan, const char *zh, const char *en, GError **error)
{
    const struct held *held = affair->held;
    g_autofree char *serial = g_strdup_printf("again-%s", held->message);
    struct notice_rule invitation = reissue_invitation(affair), line = {"NH", "decider"};
    struct occasion occasion = {.state = affair->request->state,
                                .step = held->step,
                                .only = held->reviewer,
                                .to = held->mail,
                                .language = held->language,
                                .serial = serial,
                                .problem_zh = zh,
                                .problem_en = en};

    plan->drop_held = TRUE;
    plan->end_person = g_strdup(held->reviewer);
    return announce(affair, plan, &invitation, &occasion, error) &&
           (plan->tickets->len || announce(affair, plan, &line, &occasion, error));
}

/* Colleagues whose answers met the decision were told that it is made, and think the matter settled: each gets the task anew who may decide it now. The mail they answered
 * stays good as well. */
static gboolean ask_latecomers(const struct affair *affair, struct plan *plan, const char *what_zh, const char *what_en,
                               GError **error)
{
    const struct held *held = affair->held;
    const struct records *records = &affair->mind->records;
    g_autoptr(GPtrArray) latecomers = records->latecomers(records->context, affair->request->id);
    struct notice_rule invitation = reissue_invitation(affair);
    g_autofree char *serial = g_strdup_printf("again-%s", held->message);
    g_autofree char *zh = g_strdup_printf("%s的决定%s，" WAITS_ZH, held->name, what_zh);
    g_autofree char *en = g_strdup_printf("The decision of %s %s; " WAITS_EN, held->name, what_en);
    struct occasion occasion = {
        .state = affair->request->state, .step = held->step, .serial = serial, .problem_zh = zh, .problem_en = en};
    gboolean fine = TRUE;

    for (guint i = 0; fine && i < latecomers->len; i++) {
        occasion.only = g_ptr_array_index(latecomers, i);
        fine = docket_handed_on(affair, held->step, occasion.only) || announce(affair, plan, &invitation, &occasion, error);
    }
    return fine;
}

gboolean undo_carry(const struct attempt *attempt, GPtrArray *plans, GError **error)
{
    const struct affair *affair = attempt->affair;
    const struct held *held = affair->held;
    struct guard_result result = {.answer = GUARD_YES};
    gboolean fine;

    if (!held || held->step != attempt->ticket->step) {
        const struct refusal *refusal =
            refusal_find(affair->mind->procedures, affair->procedure, affair->request->state, EVENT_UNDO);
        return objection_tell(affair, attempt->message, refusal->zh, refusal->en, attempt->ticket->language, plans, error);
    }
    if (g_strcmp0(held->reviewer, attempt->ticket->person) != 0) {
        guard_say_held(held, attempt->ticket->person, &result);
        fine = objection_refuse(attempt, &result, plans, error);
        guard_result_clear(&result);
        return fine;
    }
    struct plan *plan = plan_new("undone", affair->request->id);
    g_autofree char *detail = g_strdup_printf("%s of mail %s; mail %s", held->verdict, held->message, attempt->message->digest);
    struct occasion occasion = {.message = attempt->message};
    plan->evidence = TRUE;
    plan_log(plan, "%s waits again at %s: %s took the decision back", affair->request->id, affair->request->state, held->mail);
    fine = reopen(affair, plan, "您的决定已撤回，申请恢复待审核；请重新作出决定。",
                  "Your decision has been taken back and the request waits again; please decide anew.", error) &&
           ask_latecomers(affair, plan, "已撤回", "has been taken back", error) &&
           workflow_advance(affair, plan, EVENT_UNDO, &occasion, attempt->reviewer->dn, detail, plans, error);
    g_ptr_array_add(plans, plan);
    return fine;
}

/* Whoever answered meanwhile was told that it is decided, and who had decided it may not any more: nobody would know that it waits. */
static gboolean remind_others(const struct affair *affair, struct plan *plan, GError **error)
{
    const struct held *held = affair->held;
    struct notice_rule reminder = {"N8", "reviewers"};
    g_autofree char *serial = g_strdup_printf("again-%s", held->message);
    g_autofree char *zh = g_strdup_printf("%s的决定没有生效，申请恢复待审核。在此期间的其他答复没有计入，请重新答复。", held->name);
    g_autofree char *en =
        g_strdup_printf("The decision of %s has not taken effect; the request waits again. Other answers that came "
                        "meanwhile were not counted; please answer again.",
                        held->name);
    struct occasion occasion = {
        .state = affair->request->state, .step = held->step, .serial = serial, .problem_zh = zh, .problem_en = en};

    return announce(affair, plan, &reminder, &occasion, error);
}

/* The facts do not allow it any more. */
static gboolean lapse(const struct attempt *attempt, const struct guard_result *result, GPtrArray *plans, GError **error)
{
    const struct affair *affair = attempt->affair;
    struct plan *plan = plan_new("lapsed", affair->request->id);
    g_autofree char *zh = g_strdup_printf("您的决定没有生效，申请恢复待审核：%s", result->zh);
    g_autofree char *en = g_strdup_printf("Your decision has not taken effect, the request waits again: %s", result->en);

    plan_log(plan, "%s waits again at %s, the decision of %s has not taken effect: %s", affair->request->id, affair->request->state,
             affair->held->mail, result->en);
    plan_event(plan, "system", "lapsed", affair->request->state, affair->request->state, result->en);
    gboolean fine = reopen(affair, plan, zh, en, error) &&
                    (plan->tickets->len ? ask_latecomers(affair, plan, "没有生效", "has not taken effect", error)
                                        : remind_others(affair, plan, error));
    g_ptr_array_add(plans, plan);
    return fine;
}

static gboolean take_effect(const struct attempt *attempt, const struct guard_result *result, GPtrArray *plans, GError **error)
{
    switch (result->answer) {
    case GUARD_FAULT:
        return FALSE;
    case GUARD_YES:
        return decision_carry(attempt, plans, error);
    case GUARD_VOID:
        return decision_void(attempt, result, plans, error);
    case GUARD_WAIT:
        return decision_wait(attempt, result, plans, error) && lapse(attempt, result, plans, error);
    case GUARD_STRANGER:
    case GUARD_NO:
        break;
    }
    return lapse(attempt, result, plans, error);
}

/* What the directory says of the reviewer and the facts by now. */
static void ask_again(const struct attempt *attempt, const struct transition *transition, struct guard_result *result,
                      GError **error)
{
    g_autofree char **asked = guards_of_facts(transition);
    const struct transition facts = {.guards = asked};

    if (attempt->reviewer) {
        guards_ask(attempt, &facts, result, error);
        return;
    }
    result->answer = GUARD_NO;
    result->zh = g_strdup("目录中已没有您的审核账号。");
    result->en = g_strdup("Your account as a reviewer is no longer in the directory.");
}

static gboolean carry_out(const struct affair *affair, GPtrArray *plans, GError **error)
{
    const struct held *held = affair->held;
    const struct facts *facts = &affair->mind->facts;
    gboolean approve = g_str_equal(held->verdict, "approve");
    GError *problem = NULL;
    struct message message = {.from = held->mail,
                              .digest = held->message,
                              .origin.says = held->origin,
                              .verdict = {approve ? VERDICT_APPROVE : VERDICT_REJECT, held->reason, held->archive, NULL}};
    struct attempt attempt = {.affair = affair,
                              .message = &message,
                              .event = approve ? EVENT_APPROVE : EVENT_REJECT,
                              .stage = procedure_stage(affair->procedure, affair->request->state, NULL),
                              .held = held};
    struct guard_result result = {.answer = GUARD_FAULT};
    struct entry *reviewer = facts->read(facts->context, held->reviewer, &problem);
    gboolean fine = FALSE;

    attempt.reviewer = reviewer;
    if (!problem)
        ask_again(&attempt, transition_find(affair->mind->procedures, affair->procedure, affair->request->state, attempt.event),
                  &result, &problem);
    if (!problem)
        fine = take_effect(&attempt, &result, plans, &problem);
    guard_result_clear(&result);
    entry_free(reviewer);
    if (problem)
        g_propagate_error(error, problem);
    return fine;
}

GPtrArray *undo_elapsed(const struct mind *mind, const char *request, GError **error)
{
    g_autoptr(GPtrArray) plans = plan_list();
    struct affair *affair = affair_open(mind, request);
    gboolean fine = !affair || !affair->held || affair->held->due > mind->now || carry_out(affair, plans, error);

    affair_free(affair);
    return fine ? g_steal_pointer(&plans) : NULL;
}
