#include "mailflow/decision.h"

#include "ldap-schema/names.h"
#include "mailflow/proof.h"

/* The mail that is being taken; NULL where none is: on paper, and when the time to take the decision back has passed. */
static const struct message *mail_of(const struct attempt *attempt)
{
    return attempt->vouched || attempt->held ? NULL : attempt->message;
}

char *decision_detail(const struct attempt *attempt)
{
    const char *verdict = attempt->event == EVENT_APPROVE ? "approve" : "reject";
    const struct verdict *said = &attempt->message->verdict;
    const struct affair *affair = attempt->affair;
    g_autofree char *proof = mail_of(attempt) ? proof_line(affair->mind, attempt->message, attempt->reviewer, affair_asked(affair))
                                              : g_strdup("as recorded before");
    g_autofree char *way = attempt->vouched ? g_strdup("on paper")
                                            : g_strdup_printf("mail %s; proof %s; origin %s", attempt->message->digest, proof,
                                                              attempt->message->origin.says ? attempt->message->origin.says : "-");

    return g_strdup_printf("%s; archive %s; reason %s; %s", verdict, said->archive ? said->archive : "-",
                           said->reason ? said->reason : "-", way);
}

gboolean decision_carry(const struct attempt *attempt, GPtrArray *plans, GError **error)
{
    const struct affair *affair = attempt->affair;
    const struct verdict *said = &attempt->message->verdict;
    gboolean approve = attempt->event == EVENT_APPROVE;
    struct plan *plan = plan_new(approve ? "approved" : "rejected", affair->request->id);
    struct plan_verdict verdict = {
        .verdict = approve ? "approve" : "reject",
        .reviewer = attempt->reviewer->dn,
        .reviewer_name = (char *)entry_value(attempt->reviewer, ATTRIBUTE_CN),
        .reason = said->reason,
        .archive = said->archive,
        .message = attempt->held ? attempt->held->message : NULL,
    };
    struct occasion occasion = {.message = mail_of(attempt), .verdict = &verdict, .decided_in = affair->request->division};
    g_autofree char *detail = decision_detail(attempt);
    g_autofree char *actor = attempt->vouched ? g_strdup_printf("%s on behalf of %s", attempt->vouched, attempt->reviewer->dn)
                                              : g_strdup(attempt->reviewer->dn);

    plan->evidence = mail_of(attempt) != NULL;
    plan->use = attempt->ticket ? g_strdup(attempt->ticket->hash) : NULL;
    plan_log(plan, "%s %s at %s by %s (%s)%s%s", affair->request->id, plan->outcome, affair->request->state, verdict.reviewer_name,
             attempt->vouched ? attempt->vouched : attempt->message->from, said->archive ? ", archive " : "",
             said->archive ? said->archive : "");
    gboolean fine = workflow_advance(affair, plan, attempt->event, &occasion, actor, detail, plans, error);
    g_ptr_array_add(plans, plan);
    return fine;
}

gboolean decision_void(const struct attempt *attempt, const struct guard_result *result, GPtrArray *plans, GError **error)
{
    const struct affair *affair = attempt->affair;
    struct plan *plan = plan_new("void", affair->request->id);
    struct occasion occasion = {.message = mail_of(attempt), .problem_zh = result->zh, .problem_en = result->en};

    plan->evidence = TRUE;
    plan_log(plan, "%s void: %s", affair->request->id, result->en);
    gboolean fine = workflow_advance(affair, plan, EVENT_SUBJECT_GONE, &occasion, "system", result->en, plans, error);
    g_ptr_array_add(plans, plan);
    return fine;
}

gboolean decision_wait(const struct attempt *attempt, const struct guard_result *result, GPtrArray *plans, GError **error)
{
    const struct affair *affair = attempt->affair;
    struct plan *plan = plan_new("waiting", affair->request->id);
    struct notice_rule rule = {"N3w", "applicant"};
    struct occasion occasion = {
        .message = mail_of(attempt),
        .problem_zh = result->zh,
        .problem_en = result->en,
        .state = affair->request->state,
        .step = affair_open_step(affair)->number,
        .serial = attempt->message->digest,
    };

    plan_event(plan, "system", "waiting", affair->request->state, affair->request->state, result->en);
    gboolean fine = announce(affair, plan, &rule, &occasion, error);
    g_ptr_array_add(plans, plan);
    return fine;
}
