#include "mailflow/reissue.h"

/* The mail that stage began with: N2 for the first, N4 for those after it; a draft's is its receipt, a returned request's says so. */
struct notice_rule reissue_invitation(const struct affair *affair)
{
    int index = -1;

    if (!procedure_stage(affair->procedure, affair->request->state, &index))
        return affair->steps->len ? (struct notice_rule){"N6r", "applicant"} : (struct notice_rule){"N1D", "applicant"};
    return index ? (struct notice_rule){"N4", "reviewers"} : (struct notice_rule){"N2", "reviewers"};
}

gboolean reissue(const struct affair *affair, const char *reviewer, const char *actor, GPtrArray *plans, const char **zh,
                 const char **en, GError **error)
{
    const struct request *request = affair->request;
    const struct step *open = affair_open_step(affair);
    gboolean draft = affair_awaits_applicant(affair);

    if ((!open && !draft) || (draft && reviewer)) {
        const struct refusal *refusal = refusal_find(affair->mind->procedures, affair->procedure, request->state, EVENT_REMIND);
        *zh = refusal->zh;
        *en = refusal->en;
        return TRUE;
    }
    if (affair->held) {
        *zh = "已有决定等待生效，此前可由作出决定的审核人员撤回；未作变更。";
        *en = "A decision waits to take effect, and until then its reviewer can take it back; nothing was changed.";
        return TRUE;
    }
    struct plan *plan = plan_new("reissued", request->id);
    struct notice_rule rule = reissue_invitation(affair);
    g_autofree char *serial = g_strdup_printf("reissue-%" G_GINT64_FORMAT, affair->mind->now);
    struct occasion occasion = {.state = request->state, .step = open ? open->number : 0, .only = reviewer, .serial = serial};

    plan->end_tickets = !reviewer;
    if (draft)
        workflow_await_applicant(affair, plan);
    plan->end_person = g_strdup(reviewer);
    plan_log(plan, "%s new tokens for %s by %s", request->id,
             reviewer ? reviewer
             : draft  ? "the applicant"
                      : "all reviewers",
             actor);
    plan_event(plan, actor, "reissueToken", request->state, request->state, reviewer);
    gboolean fine = announce(affair, plan, &rule, &occasion, error);
    if (fine && plan->tickets->len) {
        g_ptr_array_add(plans, plan);
        return TRUE;
    }
    plan_free(plan);
    *zh = "没有可以审核此申请的审核人员，未作变更。";
    *en = "Nobody who may decide this request is there to get a new token; nothing was changed.";
    return fine;
}
