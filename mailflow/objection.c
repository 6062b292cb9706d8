#include "mailflow/objection.h"

#include "mailflow/submit.h"

gboolean objection_is_sealed(const struct message *message)
{
    return message->signature && message->signature->state == SIGNATURE_SEALED;
}

void objection_log(const struct message *message, const char *request, const char *why, GPtrArray *plans)
{
    struct plan *plan = plan_new("ignored", request);

    plan_log(plan, "answer from %s ignored%s%s: %s", message->from ? message->from : "nobody", request ? ", " : "",
             request ? request : "", why);
    if (request)
        plan_event(plan, message->from ? message->from : "nobody", "stranger", NULL, NULL, why);
    g_ptr_array_add(plans, plan);
}

gboolean objection_tell(const struct affair *affair, const struct message *message, const char *zh, const char *en,
                        const char *language, GPtrArray *plans, GError **error)
{
    struct plan *plan = plan_new("asked", affair->request->id);
    g_autofree char *class = g_strdup_printf("N9/%s", affair->request->id);
    const struct step *open = affair_open_step(affair);
    g_autofree char *stage = g_strdup_printf("%s/%d", affair->request->id, open ? open->number : 0); /* a decision ends it */
    struct notice_rule rule = {"N9", "sender"};
    struct occasion occasion = {
        .message = message,
        .problem_zh = zh,
        .problem_en = en,
        .to = message->from,
        .language = language,
        .state = affair->request->state,
        .step = open ? open->number : 0,
        .serial = message->digest,
    };

    plan->evidence = TRUE;
    plan_log(plan, "%s: answer from %s asked back: %s", affair->request->id, message->from, en);
    plan_event(plan, message->from, event_name(EVENT_BAD_REPLY), affair->request->state, affair->request->state, en);
    submit_limit_thread(plan, affair->mind, message, stage, en);
    submit_limit(plan, affair->mind, message, class, SUBMIT_QUESTIONS_MOST);
    gboolean fine = announce(affair, plan, &rule, &occasion, error);
    g_ptr_array_add(plans, plan);
    return fine;
}
