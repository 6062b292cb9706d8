#include "mailflow/absence.h"

#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/automatic.h"
#include "mailflow/machine.h"
#include "mailflow/reissue.h"

#define DAY_MS 86400000LL

struct sent {              /* the mail of ours that came back or was answered by a machine */
    char *request, *mail;  /* NULL: none of ours, or about no request */
    struct ticket *ticket; /* the token it carried; NULL */
    struct docket *docket; /* whose token it carried instead: a daily list; NULL */
};

static void sent_clear(struct sent *sent)
{
    g_free(sent->request);
    g_free(sent->mail);
    ticket_free(sent->ticket);
    docket_free(sent->docket);
}

static void find_sent(const struct mind *mind, const GArray *sightings, const char *message_id, struct sent *sent)
{
    const struct records *records = &mind->records;
    gboolean disagree;
    const char *token = token_agreed(sightings, &disagree);
    g_autofree char *hash = token ? token_hash(token) : NULL;

    *sent = (struct sent){.ticket = hash ? records->ticket(records->context, hash) : NULL};
    if (hash && !sent->ticket)
        sent->docket = records->docket(records->context, hash);
    if (sent->docket) {
        sent->mail = g_strdup(sent->docket->mail);
    } else if (sent->ticket) {
        sent->request = g_strdup(sent->ticket->request);
        sent->mail = g_strdup(sent->ticket->mail);
    } else if (message_id) {
        records->mailed(records->context, message_id, &sent->request, &sent->mail);
    }
}

static gboolean is_of_open_step(const struct affair *affair, const struct ticket *ticket)
{
    const struct step *open = affair_open_step(affair);

    return open && ticket->step == open->number && g_str_equal(ticket->role, "reviewer");
}

/* Whether a reviewer other than `person` can still answer for the open step. */
static gboolean others_hold_tickets(const struct affair *affair, const char *person)
{
    for (guint i = 0; i < affair->tickets->len; i++) {
        const struct ticket *ticket = g_ptr_array_index(affair->tickets, i);
        if (is_of_open_step(affair, ticket) && g_strcmp0(ticket->person, person) != 0)
            return TRUE;
    }
    return FALSE;
}

/* The addresses that mail about the open step came back from. */
static GPtrArray *dead_addresses(const struct affair *affair, const struct ticket *last)
{
    const struct records *records = &affair->mind->records;
    g_autoptr(GPtrArray) returned = records->returned(records->context, affair->request->id);
    GPtrArray *dead = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < returned->len; i++) {
        const struct ticket *ticket = g_ptr_array_index(returned, i);
        if (is_of_open_step(affair, ticket))
            g_ptr_array_add(dead, g_strdup(ticket->mail));
    }
    g_ptr_array_add(dead, g_strdup(last->mail));
    return dead;
}

/* The stage does not wait for whom mail does not reach; one that is decided waits for nobody. */
static gboolean pass_by(const struct affair *affair, const struct ticket *ticket, struct plan *plan, GError **error)
{
    const struct request *request = affair->request;
    struct notice_rule rule = reissue_invitation(affair);

    if (ticket->fate || !is_of_open_step(affair, ticket))
        return TRUE;
    plan->undeliverable = g_strdup(ticket->hash);
    if (affair->held || others_hold_tickets(affair, ticket->person))
        return TRUE;
    g_autoptr(GPtrArray) dead = dead_addresses(affair, ticket);
    struct occasion occasion = {.state = request->state, .step = ticket->step, .without = dead, .serial = ticket->hash};
    plan_event(plan, "system", "passedBy", request->state, request->state, ticket->mail);
    return announce(affair, plan, &rule, &occasion, error);
}

/* One mail a day about one address, however many requests wait for it; none to the operator about the operator's own. `affair` NULL: it is not about one request. */
static void tell_of_address(const struct mind *mind, const struct affair *affair, const struct bounce *bounce, const char *mail,
                            GPtrArray *plans)
{
    struct plan *plan = plan_new("reported", affair ? affair->request->id : NULL);
    const char *status = bounce->status ? bounce->status : "-";
    const struct step *open = affair ? affair_open_step(affair) : NULL;
    g_autofree char *zh = g_strdup_printf("发往 %s 的邮件被退回（%s），请核对该邮箱。", mail, status);
    g_autofree char *en = g_strdup_printf("Mail to %s came back (%s); please look after that address.", mail, status);
    g_autofree char *clock = mind_clock(mind->now);
    g_autofree char *serial = g_strdup_printf("returned-%s-%.10s", mail, clock);
    struct notice_rule rule = {"N11", "operator"};
    struct occasion occasion = {.problem_zh = zh,
                                .problem_en = en,
                                .state = affair ? affair->request->state : NULL,
                                .step = open ? open->number : 0,
                                .serial = serial};

    if (g_strcmp0(mail, mind->policy->operator_mail) == 0) {
        plan_free(plan);
        return;
    }
    if (affair)
        announce(affair, plan, &rule, &occasion, NULL); /* the operator's address is configuration: nothing is asked */
    else
        tell_operator(mind, plan, zh, en, serial);
    plan_limit(plan, 1, mind->now + 2 * DAY_MS, "returned|%s|%.10s", mail, clock);
    g_ptr_array_add(plans, plan);
}

static gboolean is_dead(const struct bounce *bounce)
{
    return bounce->permanent && !bounce->full;
}

static gboolean note_bounce(const struct affair *affair, const struct ticket *ticket, const char *mail,
                            const struct message *message, struct plan *plan, GError **error)
{
    const struct bounce *bounce = message->bounce;
    g_autofree char *detail =
        g_strdup_printf("%s%s: %s (%s)", bounce->permanent || bounce->full ? "came back: mail to " : "report on mail to ", mail,
                        bounce->status ? bounce->status : "-", message->why);

    plan_event(plan, message->from ? message->from : "nobody", kind_name(message->kind), NULL, NULL, detail);
    return !is_dead(bounce) || !ticket || pass_by(affair, ticket, plan, error);
}

/* The login name of who stands in today; NULL when nobody does. Days without a bound count. */
static const char *deputy_today(const struct mind *mind, const struct entry *reviewer)
{
    const char *from = entry_value(reviewer, ATTRIBUTE_DEPUTY_FROM), *until = entry_value(reviewer, ATTRIBUTE_DEPUTY_UNTIL);
    g_autofree char *today = mind_clock(mind->now);

    today[strlen("2026-05-06")] = '\0';
    if ((from && strcmp(today, from) < 0) || (until && strcmp(today, until) > 0))
        return NULL;
    return entry_value(reviewer, ATTRIBUTE_DEPUTY);
}

static gboolean holds_ticket(const struct affair *affair, const char *person)
{
    const struct records *records = &affair->mind->records;
    g_autoptr(GPtrArray) returned = records->returned(records->context, affair->request->id);
    const GPtrArray *lists[] = {affair->tickets, returned};

    for (guint k = 0; k < G_N_ELEMENTS(lists); k++)
        for (guint i = 0; i < lists[k]->len; i++) {
            const struct ticket *ticket = g_ptr_array_index(lists[k], i);
            if (is_of_open_step(affair, ticket) && g_strcmp0(ticket->person, person) == 0)
                return TRUE;
        }
    return FALSE;
}

/* A mail and a token of their own, as any other active reviewer of the deciding authority gets. */
static gboolean invite_deputy(const struct affair *affair, const struct ticket *ticket, const char *uid, struct plan *plan,
                              GError **error)
{
    const struct facts *facts = &affair->mind->facts;
    g_autoptr(GPtrArray) reviewers = facts->reviewers(facts->context, affair->request->division, error);
    struct notice_rule rule = reissue_invitation(affair);
    g_autofree char *zh = g_strdup_printf("%s暂时不在，由您代理审核。", ticket->name);
    g_autofree char *en = g_strdup_printf("%s is away, and you are named as the deputy.", ticket->name);
    gboolean fine = reviewers != NULL;

    for (guint i = 0; fine && i < reviewers->len; i++) {
        const struct entry *deputy = g_ptr_array_index(reviewers, i);
        struct occasion occasion = {.state = affair->request->state,
                                    .step = ticket->step,
                                    .only = deputy->dn,
                                    .serial = ticket->hash,
                                    .problem_zh = zh,
                                    .problem_en = en};
        const char *name = entry_value(deputy, ATTRIBUTE_UID);
        if (name && g_ascii_strcasecmp(name, uid) == 0 && !holds_ticket(affair, deputy->dn))
            fine = announce(affair, plan, &rule, &occasion, error);
    }
    return fine;
}

/* Said once a stage: to the applicant, and to the operator when nobody is left who could decide meanwhile. */
static gboolean tell_of_absence(const struct affair *affair, const struct ticket *ticket, struct plan *plan, GError **error)
{
    struct notice_rule applicant = {"N3a", "applicant"}, operator= {"N11", "operator"};
    struct occasion occasion = {
        .state = affair->request->state,
        .step = ticket->step,
        .serial = "absent",
        .problem_zh = "主管部门的一位审核人员暂时不在，申请仍在办理中，无需重新提交。",
        .problem_en = "A reviewer of the authority is away for now; the request goes on, and nothing needs to be sent again.",
    };
    struct occasion waiting = occasion;

    waiting.problem_zh = "审核人员暂时不在，目录中没有今日的代理人，也没有其他审核人员可以审核此申请。";
    waiting.problem_en = "The reviewer is away; the directory names no deputy for today, and nobody else can decide the request.";
    return announce(affair, plan, &applicant, &occasion, error) &&
           (plan->tickets->len || others_hold_tickets(affair, ticket->person) ||
            announce(affair, plan, &operator, & waiting, error));
}

static gboolean note_absence(const struct affair *affair, const struct ticket *ticket, const struct message *message,
                             struct plan *plan, GError **error)
{
    const struct facts *facts = &affair->mind->facts;
    const char *state = affair->request->state;
    GError *problem = NULL;
    struct entry *reviewer = facts->read(facts->context, ticket->person, &problem);
    const char *deputy = reviewer ? deputy_today(affair->mind, reviewer) : NULL;

    if (deputy || automatic_is_absence(message->subject) || machine_is_away(message->own)) {
        plan_event(plan, message->from, "absent", state, state, deputy ? deputy : message->why);
        if (!problem && deputy)
            invite_deputy(affair, ticket, deputy, plan, &problem);
        plan_log(plan, "%s: %s is away%s%s", affair->request->id, message->from,
                 !deputy              ? ""
                 : plan->tickets->len ? ", asks the deputy "
                                      : ", does not ask anew the deputy ",
                 deputy ? deputy : "");
        if (!problem)
            tell_of_absence(affair, ticket, plan, &problem);
    } else {
        plan_event(plan, message->from, kind_name(message->kind), NULL, NULL, message->why);
    }
    entry_free(reviewer);
    if (problem)
        g_propagate_error(error, problem);
    return problem == NULL;
}

/* The reviewer's own machine, not a receipt of it, nor anybody else's. */
static gboolean is_absent(const struct affair *affair, const struct ticket *ticket, const struct message *message)
{
    return message->kind == KIND_AUTOMATIC && ticket && !ticket->fate && is_of_open_step(affair, ticket) && !affair->held &&
           message->from && g_ascii_strcasecmp(message->from, ticket->mail) == 0 &&
           !automatic_is_receipt(message->why, message->subject);
}

/* The ticket with which the list's person can still decide what it lists there; NULL when that does not wait for them any more. */
static const struct ticket *listed_ticket(const struct affair *affair, const struct docket *docket, const struct docket_item *item)
{
    for (guint i = 0; i < affair->tickets->len; i++) {
        const struct ticket *ticket = g_ptr_array_index(affair->tickets, i);
        if (ticket->step == item->step && is_of_open_step(affair, ticket) && g_strcmp0(ticket->person, docket->person) == 0)
            return ticket;
    }
    return NULL;
}

/* The same for one request of a list as if the mail were its own review mail. `message` NULL: the list was refused when it was handed over. */
static gboolean note_listed(const struct affair *affair, const struct ticket *ticket, const struct message *message,
                            GPtrArray *plans, GError **error)
{
    struct plan *plan = plan_new(message && message->kind != KIND_BOUNCE ? "absent" : "bounced", affair->request->id);
    gboolean fine;

    if (!message)
        fine = pass_by(affair, ticket, plan, error);
    else if (message->kind == KIND_BOUNCE)
        fine = note_bounce(affair, ticket, ticket->mail, message, plan, error);
    else
        fine = !is_absent(affair, ticket, message) || note_absence(affair, ticket, message, plan, error);
    g_ptr_array_add(plans, plan);
    return fine;
}

static gboolean note_list(const struct mind *mind, const struct docket *docket, const struct message *message, GPtrArray *plans,
                          GError **error)
{
    gboolean fine = TRUE;

    for (guint i = 0; fine && i < docket->items->len; i++) {
        const struct docket_item *item = g_ptr_array_index(docket->items, i);
        struct affair *affair = affair_open(mind, item->request);
        const struct ticket *ticket = affair ? listed_ticket(affair, docket, item) : NULL;
        fine = !ticket || note_listed(affair, ticket, message, plans, error);
        affair_free(affair);
    }
    return fine;
}

static gboolean note_request(const struct affair *affair, const struct sent *sent, const struct message *message, struct plan *plan,
                             GError **error)
{
    if (message->kind == KIND_BOUNCE && message->bounce)
        return note_bounce(affair, sent->ticket, sent->mail, message, plan, error);
    if (is_absent(affair, sent->ticket, message))
        return note_absence(affair, sent->ticket, message, plan, error);
    plan_event(plan, message->from ? message->from : "nobody", kind_name(message->kind), NULL, NULL, message->why);
    return TRUE;
}

gboolean absence_note(const struct mind *mind, const struct message *message, GPtrArray *plans, GError **error)
{
    const struct bounce *bounce = message->kind == KIND_BOUNCE ? message->bounce : NULL;
    gboolean telling = bounce || message->kind == KIND_AUTOMATIC, fine = TRUE;
    struct sent sent;

    find_sent(mind, message->sightings, bounce ? bounce->message_id : NULL, &sent);
    struct plan *plan = plan_new(bounce ? "bounced" : "ignored", sent.request);
    struct affair *affair = sent.request ? affair_open(mind, sent.request) : NULL;

    plan_log(plan, "%s from %s%s%s: %s", kind_name(message->kind), message->from ? message->from : "nobody",
             sent.mail ? " about mail to " : "", sent.mail ? sent.mail : "", message->why);
    if (bounce && (bounce->permanent || bounce->full) && (affair || sent.docket))
        tell_of_address(mind, affair, bounce, sent.mail, plans);
    if (affair)
        fine = note_request(affair, &sent, message, plan, error);
    else if (sent.docket && telling)
        fine = note_list(mind, sent.docket, message, plans, error);
    g_ptr_array_add(plans, plan);
    affair_free(affair);
    sent_clear(&sent);
    return fine;
}

gboolean absence_refused(const struct mind *mind, const char *message_id, GPtrArray *plans, GError **error)
{
    g_autoptr(GArray) sightings = g_array_new(FALSE, FALSE, sizeof(struct token_sighting));
    struct sent sent;
    gboolean fine = TRUE;

    token_find_in_message_id(message_id, sightings);
    find_sent(mind, sightings, NULL, &sent);
    if (sent.ticket) {
        struct affair *affair = affair_open(mind, sent.request);
        struct plan *plan = plan_new("bounced", sent.request);
        fine = pass_by(affair, sent.ticket, plan, error);
        g_ptr_array_add(plans, plan);
        affair_free(affair);
    } else if (sent.docket) {
        fine = note_list(mind, sent.docket, NULL, plans, error);
    }
    sent_clear(&sent);
    return fine;
}
