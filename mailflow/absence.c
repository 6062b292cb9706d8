#include "mailflow/absence.h"

#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/automatic.h"
#include "mailflow/machine.h"
#include "mailflow/reissue.h"

#define DAY_MS 86400000LL
#define DEPUTY_DAYS 30 /* after which the same mistake is told anew */

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

static gboolean holds_ticket(const struct affair *affair, const GPtrArray *tickets, const char *person)
{
    for (guint i = 0; i < tickets->len; i++) {
        const struct ticket *ticket = g_ptr_array_index(tickets, i);
        if (is_of_open_step(affair, ticket) && g_strcmp0(ticket->person, person) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Whether mail about the open step to that person came back. */
static gboolean has_failed(const struct affair *affair, const char *person)
{
    const struct records *records = &affair->mind->records;
    g_autoptr(GPtrArray) returned = records->returned(records->context, affair->request->id);

    return holds_ticket(affair, returned, person);
}

/* Why the deputy of somebody who is away is not asked. */
struct hitch {
    const char *zh, *en; /* behind their name; NULL: they are asked, or have been */
    gboolean wrong;      /* a mistake of the directory's, whatever the request */
};

/* Who is named and may be asked; NULL with the hitch. */
static const struct entry *find_deputy(const struct affair *affair, const struct ticket *ticket, const char *uid,
                                       const GPtrArray *reviewers, struct hitch *hitch)
{
    const struct entry *deputy = NULL;

    *hitch = (struct hitch){"不是该主管部门的在岗审核人员", "is no active reviewer of that authority", TRUE};
    for (guint i = 0; i < reviewers->len && !deputy; i++) {
        const struct entry *reviewer = g_ptr_array_index(reviewers, i);
        const char *name = entry_value(reviewer, ATTRIBUTE_UID);
        if (name && g_ascii_strcasecmp(name, uid) == 0)
            deputy = reviewer;
    }
    if (deputy && g_strcmp0(deputy->dn, ticket->person) == 0)
        *hitch = (struct hitch){"就是其本人", "is the absent reviewer", TRUE};
    else if (deputy && !entry_value(deputy, ATTRIBUTE_MAIL))
        *hitch = (struct hitch){"没有邮箱", "has no mail address", TRUE};
    else if (deputy && holds_ticket(affair, affair->tickets, deputy->dn))
        *hitch = (struct hitch){NULL, NULL, FALSE};
    else if (deputy && has_failed(affair, deputy->dn))
        *hitch = (struct hitch){"的邮箱无法送达", "cannot be reached by mail", FALSE}; /* the operator has heard of the address */
    else if (deputy)
        return deputy;
    return NULL;
}

/* A mail and a token of their own, as any other active reviewer of the deciding authority gets. */
static gboolean invite_deputy(const struct affair *affair, const struct ticket *ticket, const char *uid, struct plan *plan,
                              struct hitch *hitch, GError **error)
{
    const struct facts *facts = &affair->mind->facts;
    g_autoptr(GPtrArray) reviewers = facts->reviewers(facts->context, affair->request->division, error);
    const struct entry *deputy = reviewers ? find_deputy(affair, ticket, uid, reviewers, hitch) : NULL;
    struct notice_rule rule = reissue_invitation(affair);
    g_autofree char *zh = g_strdup_printf("%s暂时不在，由您代理审核。", ticket->name);
    g_autofree char *en = g_strdup_printf("%s is away, and you are named as the deputy.", ticket->name);
    struct occasion occasion = {.state = affair->request->state,
                                .step = ticket->step,
                                .only = deputy ? deputy->dn : NULL,
                                .serial = ticket->hash,
                                .problem_zh = zh,
                                .problem_en = en};

    if (!deputy)
        return reviewers != NULL;
    gboolean fine = announce(affair, plan, &rule, &occasion, error);
    *hitch = plan->tickets->len ? (struct hitch){NULL, NULL, FALSE}
                                : (struct hitch){"不得审核此申请", "may not decide this request", FALSE};
    return fine;
}

/* Said once a stage: to the applicant, and to the operator when nobody is left who could decide meanwhile (`alone`). `uid` NULL: there is no deputy today. */
static gboolean tell_of_absence(const struct affair *affair, const struct ticket *ticket, const char *uid,
                                const struct hitch *hitch, gboolean alone, struct plan *plan, GError **error)
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
    g_autofree char *zh =
        hitch->zh ? g_strdup_printf("目录指定的代理人 %s %s", uid, hitch->zh) : g_strdup("目录中没有今日的代理人");
    g_autofree char *en = hitch->en ? g_strdup_printf("the deputy whom the directory names, %s, %s", uid, hitch->en)
                                    : g_strdup("the directory names no deputy for today");
    g_autofree char *waiting_zh = g_strdup_printf("审核人员暂时不在，%s，也没有其他审核人员可以审核此申请。", zh);
    g_autofree char *waiting_en = g_strdup_printf("The reviewer is away; %s, and nobody else can decide the request.", en);

    waiting.problem_zh = waiting_zh;
    waiting.problem_en = waiting_en;
    return announce(affair, plan, &applicant, &occasion, error) && (!alone || announce(affair, plan, &operator, & waiting, error));
}

/* Colleagues decide, but the entry of who is away has to be mended: once, however many requests wait for them. */
static void tell_of_deputy(const struct affair *affair, const struct ticket *ticket, const char *uid, const struct hitch *hitch,
                           GPtrArray *plans)
{
    struct plan *plan = plan_new("reported", affair->request->id);
    g_autofree char *zh = g_strdup_printf("审核人员%s暂时不在，目录指定的代理人 %s %s，未能邀请；请更正目录中的 " ATTRIBUTE_DEPUTY
                                          "。申请由其他审核人员办理。",
                                          ticket->name, uid, hitch->zh);
    g_autofree char *en = g_strdup_printf("%s is away, and the deputy whom the directory names, %s, %s and was not asked; please "
                                          "mend " ATTRIBUTE_DEPUTY " there. Other reviewers have the request.",
                                          ticket->name, uid, hitch->en);
    g_autofree char *serial = g_strdup_printf("deputy-%s", uid);
    struct notice_rule rule = {"N11", "operator"};
    struct occasion occasion = {
        .problem_zh = zh, .problem_en = en, .state = affair->request->state, .step = ticket->step, .serial = serial};

    announce(affair, plan, &rule, &occasion, NULL); /* the operator's address is configuration: nothing is asked */
    plan_limit(plan, 1, affair->mind->now + DEPUTY_DAYS * DAY_MS, "deputy|%s|%s", ticket->person, uid);
    g_ptr_array_add(plans, plan);
}

/* Ask whoever stands in, and tell who has to know. */
static gboolean pass_to_deputy(const struct affair *affair, const struct ticket *ticket, const char *uid, struct plan *plan,
                               GPtrArray *plans, GError **error)
{
    struct hitch hitch = {NULL, NULL, FALSE};

    if (uid && !invite_deputy(affair, ticket, uid, plan, &hitch, error))
        return FALSE;
    gboolean alone = !plan->tickets->len && !others_hold_tickets(affair, ticket->person);
    g_autofree char *asked = !uid       ? g_strdup("")
                             : hitch.en ? g_strdup_printf(", cannot ask the deputy %s, who %s", uid, hitch.en)
                                        : g_strdup_printf(", %s the deputy %s", plan->tickets->len ? "asks" : "has asked", uid);
    plan_log(plan, "%s: %s is away%s", affair->request->id, ticket->mail, asked);
    if (hitch.wrong && !alone)
        tell_of_deputy(affair, ticket, uid, &hitch, plans);
    return tell_of_absence(affair, ticket, uid, &hitch, alone, plan, error);
}

static gboolean note_absence(const struct affair *affair, const struct ticket *ticket, const struct message *message,
                             struct plan *plan, GPtrArray *plans, GError **error)
{
    const struct facts *facts = &affair->mind->facts;
    const char *state = affair->request->state;
    GError *problem = NULL;
    struct entry *reviewer = facts->read(facts->context, ticket->person, &problem);
    const char *deputy = reviewer ? deputy_today(affair->mind, reviewer) : NULL;

    if (deputy || automatic_is_absence(message->subject) || machine_is_away(message->own)) {
        plan_event(plan, message->from, "absent", state, state, deputy ? deputy : message->why);
        if (!problem)
            pass_to_deputy(affair, ticket, deputy, plan, plans, &problem);
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
        fine = !is_absent(affair, ticket, message) || note_absence(affair, ticket, message, plan, plans, error);
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
                             GPtrArray *plans, GError **error)
{
    if (message->kind == KIND_BOUNCE && message->bounce)
        return note_bounce(affair, sent->ticket, sent->mail, message, plan, error);
    if (is_absent(affair, sent->ticket, message))
        return note_absence(affair, sent->ticket, message, plan, plans, error);
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
        fine = note_request(affair, &sent, message, plan, plans, error);
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
