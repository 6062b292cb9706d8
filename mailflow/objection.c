#include "mailflow/objection.h"

#include "mailflow/submit.h"

gboolean objection_is_sealed(const struct message *message)
{
    return message->signature && message->signature->state == SIGNATURE_SEALED;
}

void objection_stranger(const struct mind *mind, const struct message *message, const char *request, const char *why,
                        GPtrArray *plans)
{
    const char *from = message->from ? message->from : "nobody";
    struct plan *plan = plan_new("refused", request);
    struct occasion occasion = {
        .message = message,
        .problem_zh =
            "您的答复未予采用，没有产生任何变化。我们的邮件只接受收件人本人用收到该邮件的邮箱作出的答复；如果您就是收件人，请改用该"
            "邮箱重新回复。",
        .problem_en =
            "Your answer was not taken and has changed nothing. Our mails can be answered only by whom they were sent to, "
            "from the address that received them; if that is you, please answer again from there.",
    };

    plan_log(plan, "answer from %s refused%s%s: %s", from, request ? ", " : "", request ? request : "", why);
    plan_event(plan, from, "stranger", NULL, NULL, why);
    tell_answer(mind, plan, "NX", NULL, &occasion);
    submit_limit_thread(plan, mind, message, NULL, "NX/address");
    submit_limit(plan, mind, message, "NX/address", SUBMIT_STRANGERS_MOST);
    g_ptr_array_add(plans, plan);
}

/* N9, as `plan`. */
static gboolean ask_back(const struct affair *affair, struct plan *plan, const struct message *message, const char *zh,
                         const char *en, const char *language, GError **error)
{
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
    return announce(affair, plan, &rule, &occasion, error);
}

gboolean objection_tell(const struct affair *affair, const struct message *message, const char *zh, const char *en,
                        const char *language, GPtrArray *plans, GError **error)
{
    struct plan *plan = plan_new("asked", affair->request->id);

    g_ptr_array_add(plans, plan);
    return ask_back(affair, plan, message, zh, en, language, error);
}

gboolean objection_refuse(const struct attempt *attempt, const struct guard_result *result, GPtrArray *plans, GError **error)
{
    const struct affair *affair = attempt->affair;
    struct plan *plan = plan_new("asked", affair->request->id);

    plan->latecomer = result->late ? g_strdup(attempt->ticket->person) : NULL;
    g_ptr_array_add(plans, plan);
    return ask_back(affair, plan, attempt->message, result->zh, result->en, attempt->ticket->language, error);
}
