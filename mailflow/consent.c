#include "mailflow/consent.h"

#include "mailflow/announce.h"

gboolean consent_awaited(const struct affair *affair, const struct ticket *ticket)
{
    const struct records *records = &affair->mind->records;
    g_autoptr(GPtrArray) returned = records->returned(records->context, affair->request->id);
    const GPtrArray *lists[] = {affair->tickets, returned};

    for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
        for (guint k = 0; k < lists[i]->len; k++) {
            const struct ticket *other = g_ptr_array_index(lists[i], k);
            if (g_str_equal(other->role, "applicant") && g_ascii_strcasecmp(other->mail, ticket->mail) != 0)
                return TRUE;
        }
    return FALSE;
}

gboolean consent_note(const struct affair *affair, const struct ticket *ticket, const struct message *message, GPtrArray *plans,
                      GError **error)
{
    struct plan *plan = plan_new("confirmed", affair->request->id);
    struct notice_rule rule = {"N1m", "sender"};
    struct occasion occasion = {.message = message,
                                .problem_zh = CONSENT_NOTED_ZH,
                                .problem_en = CONSENT_NOTED_EN,
                                .to = message->from,
                                .language = ticket->language,
                                .state = affair->request->state,
                                .serial = message->digest};

    plan->evidence = TRUE;
    plan->use = g_strdup(ticket->hash);
    plan->end_mail = g_strdup(ticket->mail);
    plan_log(plan, "%s confirmed by %s, waits for the other address", affair->request->id, message->from);
    plan_event(plan, message->from, event_name(EVENT_CONFIRM), "draft", "draft", message->digest);
    gboolean fine = announce(affair, plan, &rule, &occasion, error);
    g_ptr_array_add(plans, plan);
    return fine;
}
