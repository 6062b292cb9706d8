#include "mailflow/successor.h"

#include "mailflow/proof.h"
#include "mailflow/token.h"

#define OWN_REQUESTS 50

static gboolean is_draft(const struct request *request)
{
    return g_str_equal(request->state, "draft");
}

/* Whether the mail answers one of ours that only the request's applicant has. */
static gboolean bears_ticket(const struct mind *mind, const struct message *message, const char *request)
{
    const struct records *records = &mind->records;
    gboolean disagree;
    const char *token = token_agreed(message->sightings, &disagree);
    g_autofree char *hash = token ? token_hash(token) : NULL;
    struct ticket *ticket = hash ? records->ticket(records->context, hash) : NULL;
    gboolean bears = ticket && ticket_usable(ticket) && g_str_equal(ticket->request, request) &&
                     g_ascii_strcasecmp(ticket->mail, message->from) == 0;

    ticket_free(ticket);
    return bears;
}

/* Whether both name somebody or something that only one of them can be about: two holders may bear one name. */
static gboolean is_about_others(const struct affair *incoming, const struct affair *earlier)
{
    g_autoptr(GPtrArray) keys = affair_keys(incoming), others = affair_keys(earlier);

    for (guint i = 0; i < keys->len; i++)
        for (guint k = 0; k < others->len; k++) {
            const struct affair_key *key = g_ptr_array_index(keys, i), *other = g_ptr_array_index(others, k);
            if (g_str_equal(key->lock->kind, other->lock->kind) && g_str_equal(key->value, other->value))
                return FALSE;
        }
    return keys->len && others->len;
}

static gboolean is_same_matter(const struct affair *incoming, const struct request *earlier)
{
    if (!g_str_equal(earlier->subject, incoming->request->subject))
        return FALSE;
    struct affair *affair = affair_open(incoming->mind, earlier->id);
    gboolean same = !is_about_others(incoming, affair);

    affair_free(affair);
    return same;
}

/* Whether the earlier request waits for its applicant, who corrects it or says something else by a new form. */
static gboolean is_corrected(const struct affair *incoming, const struct request *earlier)
{
    return state_find(incoming->mind->procedures, earlier->state)->awaits_applicant &&
           g_str_equal(earlier->type, incoming->request->type) &&
           (g_strcmp0(incoming->request->previous, earlier->id) == 0 || is_same_matter(incoming, earlier));
}

/* Whether the form takes the place of an earlier one of its sender's: of an unconfirmed draft for the same matter, or of a request returned for correction. That has
 * been reviewed, so nobody ends it by a mail that might be forged. */
static gboolean replaces(const struct mind *mind, const struct message *message, const struct affair *incoming,
                         const struct request *earlier)
{
    return is_corrected(incoming, earlier) &&
           (is_draft(earlier) || message->origin.dmarc || bears_ticket(mind, message, earlier->id));
}

static gboolean is_among(const GPtrArray *requests, const char *id)
{
    for (guint i = 0; i < requests->len; i++)
        if (g_str_equal(((struct request *)g_ptr_array_index(requests, i))->id, id))
            return TRUE;
    return FALSE;
}

/* The applicant's newest requests, and the one that is quoted, however old it is. */
static GPtrArray *own_requests(const struct affair *affair)
{
    const struct records *records = &affair->mind->records;
    const struct request *request = affair->request;
    GPtrArray *own = records->requests_of(records->context, request->mail, request->applicant, OWN_REQUESTS);
    struct request *quoted =
        request->previous && !is_among(own, request->previous) ? records->request(records->context, request->previous) : NULL;

    if (quoted)
        g_ptr_array_add(own, quoted);
    return own;
}

/* In answer to the mail that returned it, whose token proves the new form as it would prove a confirmation. */
static void follow_returned(const struct mind *mind, const struct message *message, struct request *incoming,
                            const struct request *earlier)
{
    if (!incoming->previous)
        incoming->previous = g_strdup(earlier->id);
    if (g_str_equal(incoming->proof, proof_name(PROOF_ADDRESS)) && bears_ticket(mind, message, earlier->id)) {
        g_free(incoming->proof);
        incoming->proof = g_strdup("confirmed");
    }
}

GPtrArray *successor_find(const struct mind *mind, const struct message *message, struct affair *incoming)
{
    g_autoptr(GPtrArray) own = own_requests(incoming);
    GPtrArray *replaced = request_list();

    for (guint i = 0; i < own->len;) {
        const struct request *earlier = g_ptr_array_index(own, i);
        if (!replaces(mind, message, incoming, earlier)) {
            i++;
            continue;
        }
        if (!is_draft(earlier))
            follow_returned(mind, message, incoming->request, earlier);
        g_ptr_array_add(replaced, g_ptr_array_steal_index(own, i));
    }
    return replaced;
}

static gboolean end_one(const struct mind *mind, const char *id, const struct request *successor, GPtrArray *plans, GError **error)
{
    struct affair *affair = affair_open(mind, id);
    struct plan *plan = plan_new("replaced", id);
    g_autofree char *zh = g_strdup_printf("已收到新的申请表，原申请由新申请 %s 代替。", successor->id);
    g_autofree char *en = g_strdup_printf("A new form has arrived: %s takes this one's place.", successor->id);
    struct occasion occasion = {.problem_zh = zh, .problem_en = en};

    plan->successor = g_strdup(successor->id);
    plan_log(plan, "%s replaced by %s", id, successor->id);
    gboolean fine =
        workflow_advance(affair, plan, EVENT_WITHDRAW, &occasion, successor->mail, "replaced by a new form", plans, error);
    g_ptr_array_add(plans, plan);
    affair_free(affair);
    return fine;
}

gboolean successor_end(const struct mind *mind, const GPtrArray *replaced, const struct request *successor, gboolean waits,
                       GPtrArray *plans, GError **error)
{
    gboolean fine = TRUE;

    for (guint i = 0; i < replaced->len && fine; i++) {
        const struct request *earlier = g_ptr_array_index(replaced, i);
        if (!waits || is_draft(earlier))
            fine = end_one(mind, earlier->id, successor, plans, error);
    }
    return fine;
}

gboolean successor_waited_for(const GPtrArray *replaced)
{
    for (guint i = 0; i < replaced->len; i++)
        if (!is_draft(g_ptr_array_index(replaced, i)))
            return TRUE;
    return FALSE;
}

gboolean successor_confirm(const struct affair *confirmed, GPtrArray *plans, GError **error)
{
    g_autoptr(GPtrArray) own = own_requests(confirmed);
    gboolean fine = TRUE;

    for (guint i = 0; i < own->len && fine; i++) {
        const struct request *earlier = g_ptr_array_index(own, i);
        if (!is_draft(earlier) && !g_str_equal(earlier->id, confirmed->request->id) && is_corrected(confirmed, earlier))
            fine = end_one(confirmed->mind, earlier->id, confirmed->request, plans, error);
    }
    return fine;
}
