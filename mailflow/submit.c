#include "mailflow/submit.h"

#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/choice.h"
#include "mailflow/proof.h"
#include "mailflow/reissue.h"
#include "mailflow/rule.h"
#include "mailflow/successor.h"
#include "mailflow/update.h"
#include "mailflow/text.h"

#define OWN_REQUESTS 50
#define THREAD_DAYS 7
#define DAY_MS 86400000LL

/* Who sends a form, as the directory knows them. */
struct sender {
    enum applicant kind;
    struct entry *entry; /* NULL for a newcomer */
};

/* Who would be flooded, whatever subaddress is written to. Only in our own domain is the separator known; elsewhere one would take others than `+` for names. */
static char *mailbox_of(const struct mind *mind, const char *address)
{
    const char *at = strchr(address, '@'), *own = strchr(mind->policy->address, '@');
    const char separators[] = {'+', at && g_ascii_strcasecmp(at, own) == 0 ? mind->policy->separator : '\0', '\0'};

    return text_mailbox(address, separators);
}

void submit_limit(struct plan *plan, const struct mind *mind, const struct message *message, const char *class, guint most)
{
    g_autofree char *address = g_ascii_strdown(message->from ? message->from : "", -1);
    const char *proved = message->origin.dmarc ? "|proved" : "", *at = strchr(address, '@');
    g_autofree char *clock = mind_clock(mind->now);
    g_autofree char *mailbox = mailbox_of(mind, address);

    plan_limit(plan, most, mind->now + 2 * DAY_MS, "%s|%s|%.10s%s", address, class, clock, proved);
    if (!message->origin.dmarc)
        plan_limit(plan, most * SUBMIT_MAILBOX_TIMES, mind->now + 2 * DAY_MS, "%s|mailbox|%s|%.10s", mailbox, class, clock);
    plan_limit(plan, SUBMIT_DOMAIN_MOST, mind->now + DAY_MS, "%s|%.13s%s", at ? at : address, clock, proved);
}

void submit_limit_thread(struct plan *plan, const struct mind *mind, const struct message *message, const char *thread,
                         const char *said)
{
    const GPtrArray *answers = message->answers; /* the oldest stands last: where the thread began */
    const char *root = thread ? thread : answers->len ? g_ptr_array_index(answers, answers->len - 1) : NULL;
    g_autofree char *address = g_ascii_strdown(message->from ? message->from : "", -1);

    if (root)
        plan_limit(plan, SUBMIT_THREAD_MOST, mind->now + THREAD_DAYS * DAY_MS, "%s|%s|%08x%s", address, root, g_str_hash(said),
                   message->origin.dmarc ? "|proved" : "");
}

void submit_refuse(const struct mind *mind, const struct message *message, const GPtrArray *findings, GPtrArray *plans)
{
    struct plan *plan = plan_new("refused", NULL);
    struct occasion occasion = {.message = message, .findings = findings};
    g_autoptr(GString) codes = g_string_new(NULL);

    for (guint i = 0; i < findings->len; i++) {
        const struct finding *finding = g_ptr_array_index(findings, i);
        if (!finding->warning)
            g_string_append_printf(codes, " %s", finding->code);
    }
    plan_log(plan, "form from %s refused:%s", message->from ? message->from : "nobody", codes->str);
    tell_answer(mind, plan, "N0", message->form, &occasion);
    submit_limit_thread(plan, mind, message, NULL, codes->str);
    submit_limit(plan, mind, message, "N0", SUBMIT_REFUSALS_MOST);
    g_ptr_array_add(plans, plan);
}

/* Whether `who` has had as many receipts today. */
static gboolean count_draft(struct plan *plan, const struct mind *mind, const char *who, const char *kind, guint most)
{
    g_autofree char *clock = mind_clock(mind->now);
    g_autofree char *key = g_strdup_printf("%s|%s|%.10s", who, kind, clock);

    plan_limit(plan, most, mind->now + 2 * DAY_MS, "%s", key);
    return mind->records.counted(mind->records.context, key) >= most;
}

/* Anybody can have a receipt sent to an address by a form that names it: so many a day to each, and to a mailbox by all its subaddresses, where nothing proves who sent
 * the form. Gives the recipient who gets no more; NULL when there is room for all of the plan's. */
static const char *limit_drafts(struct plan *plan, const struct mind *mind, const struct message *message)
{
    const char *full = NULL;

    for (guint i = 0; !message->origin.dmarc && i < plan->mails->len; i++) {
        const struct plan_mail *mail = g_ptr_array_index(plan->mails, i);
        if (!g_str_equal(mail->code, "N1D"))
            continue;
        g_autofree char *address = g_ascii_strdown(mail->recipient, -1);
        g_autofree char *mailbox = mailbox_of(mind, address);
        gboolean had = count_draft(plan, mind, address, "N1D", SUBMIT_DRAFTS_MOST);
        had |= count_draft(plan, mind, mailbox, "mailbox|N1D", SUBMIT_DRAFTS_MAILBOX);
        full = had && !full ? mail->recipient : full;
    }
    return full;
}

/* No draft without its receipt: nobody could confirm it. `full` is who gets no more of them: the sender, or whom the form names. */
static void refuse_draft(const struct mind *mind, const struct message *message, const char *full, GPtrArray *plans)
{
    struct plan *plan = plan_new("refused", NULL);
    g_autofree char *zh = g_strdup_printf("今天寄往 %s 的申请确认邮件已达上限，您的申请表未予受理，没有保存；已收到的草稿不受影响。"
                                          "请明天重新发送。如果不是您本人发送的，无需理会。",
                                          full);
    g_autofree char *en = g_strdup_printf(
        "No more receipts to confirm are sent to %s today, so this form was not accepted and nothing of it was kept; "
        "the drafts that are there stay. Please send it again tomorrow. If it was not you, there is nothing to do.",
        full);
    struct occasion occasion = {.message = message, .problem_zh = zh, .problem_en = en};

    plan_log(plan, "form from %s refused: too many drafts for %s today", message->from, full);
    tell_answer(mind, plan, "NX", NULL, &occasion);
    submit_limit(plan, mind, message, "NX/drafts", SUBMIT_STRANGERS_MOST);
    g_ptr_array_add(plans, plan);
}

/* One line that says nothing: to senders who may not do this, whatever the reason. */
static void refuse_stranger(const struct mind *mind, const struct message *message, const char *why, GPtrArray *plans)
{
    struct plan *plan = plan_new("refused", NULL);
    struct occasion occasion = {
        .message = message,
        .problem_zh = "您的邮件无法办理：发件邮箱与登录用户名不对应，或无权进行该项操作。",
        .problem_en =
            "Your mail could not be dealt with: the sending address does not belong to that login name, or may not do this.",
    };

    plan_log(plan, "form from %s refused: %s", message->from ? message->from : "nobody", why);
    tell_answer(mind, plan, "NX", NULL, &occasion);
    submit_limit_thread(plan, mind, message, NULL, "NX/stranger");
    submit_limit(plan, mind, message, "NX/stranger", SUBMIT_STRANGERS_MOST);
    g_ptr_array_add(plans, plan);
}

/* What the site does not take at all needs no correcting. */
static void refuse_unoffered(const struct mind *mind, const struct message *message, const struct procedure *procedure,
                             GPtrArray *plans)
{
    struct plan *plan = plan_new("refused", NULL);
    g_autofree char *zh = g_strdup_printf("本系统目前不办理“%s”，请联系主管部门。", procedure->zh);
    g_autofree char *en =
        g_strdup_printf("Here nobody takes requests for %s at present; please ask your authority.", procedure->en);
    struct occasion occasion = {.message = message, .problem_zh = zh, .problem_en = en};

    plan_log(plan, "form from %s refused: %s is switched off", message->from ? message->from : "nobody", procedure->type);
    tell_answer(mind, plan, "NX", NULL, &occasion);
    submit_limit_thread(plan, mind, message, NULL, "NX/off");
    submit_limit(plan, mind, message, "NX/off", SUBMIT_STRANGERS_MOST);
    g_ptr_array_add(plans, plan);
}

static void refuse_field(const struct mind *mind, const struct message *message, const char *code, const char *path, const char *zh,
                         const char *en, GPtrArray *plans)
{
    g_autoptr(GPtrArray) findings = finding_list();

    form_finding_add(mind->catalog, message->form, findings, code, path ? path : "", zh, en);
    submit_refuse(mind, message, findings, plans);
}

static enum applicant kind_of(const struct entry *entry)
{
    if (entry_archived(entry) || !entry_value(entry, ATTRIBUTE_UID))
        return 0;
    if (g_strcmp0(entry_value(entry, ATTRIBUTE_ACCOUNT_STATUS), "active") != 0)
        return 0;
    if (entry_is(entry, CLASS_ENTERPRISE))
        return g_strcmp0(entry_value(entry, ATTRIBUTE_ENTERPRISE_KIND), "school") == 0 ? APPLICANT_SCHOOL : APPLICANT_ENTERPRISE;
    return entry_is(entry, CLASS_TRAINEE) && g_strcmp0(entry_value(entry, ATTRIBUTE_TRAINEE_KIND), "individual") == 0
               ? APPLICANT_INDIVIDUAL
               : 0;
}

/* The account whose registered mail sent the form and whose login name stands in it; the name alone is never trusted. */
static gboolean find_account(const struct mind *mind, const struct message *message, struct sender *sender, GError **error)
{
    const char *uid = form_value(message->form, "head/applicantUid");
    g_autoptr(GPtrArray) found = mind->facts.find(mind->facts.context, ATTRIBUTE_MAIL, message->from, error);

    *sender = (struct sender){.kind = 0};
    for (guint i = 0; found && i < found->len; i++) {
        struct entry *entry = g_ptr_array_index(found, i);
        enum applicant kind = kind_of(entry);
        if (!kind || !uid || g_ascii_strcasecmp(uid, entry_value(entry, ATTRIBUTE_UID)) != 0)
            continue;
        sender->kind = kind;
        sender->entry = g_ptr_array_steal_index(found, i);
        break;
    }
    return found != NULL;
}

/* A sender without an account who has a registration with us: may take it back and ask after it. */
static gboolean has_requests(const struct mind *mind, const struct message *message)
{
    g_autoptr(GPtrArray) own = mind->records.requests_of(mind->records.context, message->from, NULL, 1);

    return own->len > 0;
}

/* What a newcomer who withdraws or asks is called: as their registration has it, not by the number they write about. NULL; caller frees. */
static char *registered_name(const struct mind *mind, const struct message *message)
{
    g_autoptr(GPtrArray) own = mind->records.requests_of(mind->records.context, message->from, NULL, OWN_REQUESTS);

    for (guint i = 0; i < own->len; i++) {
        const struct request *request = g_ptr_array_index(own, i);
        if (procedure_for_type(mind->procedures, request->type)->sender)
            return g_strdup(request->name);
    }
    return NULL;
}

static struct request *make_request(const struct mind *mind, const struct procedure *procedure, const struct message *message,
                                    const struct sender *sender)
{
    struct request *request = g_new0(struct request, 1);
    const char *subject = form_value(message->form, procedure->subject);
    const char *language = sender->entry ? entry_value(sender->entry, ATTRIBUTE_PREFERRED_LANGUAGE) : NULL;
    const char *name = NULL;

    g_autofree char *registered = sender->entry || procedure->sender ? NULL : registered_name(mind, message);
    if (sender->entry)
        name = entry_value(sender->entry, sender->kind == APPLICANT_INDIVIDUAL ? ATTRIBUTE_CN : ATTRIBUTE_O);
    else if (registered)
        name = registered;
    request->type = g_strdup(procedure->type);
    request->applicant = g_strdup(sender->entry ? sender->entry->dn : NULL);
    request->mail = g_strdup(message->from);
    request->name = g_strdup(name ? name : subject ? subject : message->from);
    request->language = g_strdup(language ? language : mind->policy->language);
    request->subject = text_mask_all(subject ? subject : "-"); /* shown in lists and subjects: no full identity number */
    request->form = g_strdup(message->form->canonical);
    request->digest = g_strdup(message->form->digest);
    request->client_ref = g_strdup(form_value(message->form, "head/clientRef"));
    request->previous = g_strdup(form_value(message->form, "head/previousRequestId"));
    request->receiver = g_strdup(form_value(message->form, "toUscc"));
    request->thread = g_strdup(message->message_id);
    request->proof = g_strdup(proof_name(proof_strongest(mind, message, sender->entry, 0)));
    request->created = request->changed = mind->now;
    return request;
}

static gboolean is_draft(const struct request *request)
{
    return g_str_equal(request->state, "draft");
}

/* The same form again: its draft that still waits, or one of the same self-number (7.41). A draft that nothing proved is no hindrance to the form that is. */
static struct request *find_same(const struct mind *mind, const struct message *message, const struct sender *sender)
{
    const struct records *records = &mind->records;
    struct request *earlier = records->same_form(records->context, message->from, message->form->digest);
    gboolean proved = proof_strongest(mind, message, sender->entry, 0) != PROOF_ADDRESS;

    if (earlier && is_draft(earlier) && proved && g_str_equal(earlier->proof, proof_name(PROOF_ADDRESS)))
        g_clear_pointer(&earlier, request_free);
    return earlier;
}

/* Sent twice, or again because the receipt was not seen: the receipt is repeated under the number it has, and there is no second request. */
static gboolean repeat_receipt(const struct mind *mind, const struct message *message, const struct request *earlier,
                               GPtrArray *plans, GError **error)
{
    struct affair *affair = affair_open(mind, earlier->id);
    struct plan *plan = plan_new("repeated", earlier->id);
    gboolean awaited = affair_awaits_applicant(affair);
    struct notice_rule rule = awaited ? reissue_invitation(affair) : (struct notice_rule){"N1", "applicant"};
    struct occasion occasion = {.message = message, .state = earlier->state, .serial = message->digest};

    if (awaited)
        workflow_await_applicant(affair, plan);
    plan_log(plan, "%s: the same form again from %s", earlier->id, message->from);
    gboolean fine = announce(affair, plan, &rule, &occasion, error);
    limit_drafts(plan, mind, message);
    g_ptr_array_add(plans, plan);
    affair_free(affair);
    return fine;
}

/* The plan of the new request, which takes it from the affair; NULL with `error` when the world could not be asked. */
static struct plan *enter_request(struct affair *affair, const struct message *message, const GPtrArray *warnings, GPtrArray *plans,
                                  GError **error)
{
    const struct mind *mind = affair->mind;
    const struct policy *policy = mind->policy;
    gboolean choose = choice_needed(affair->form), new_mail = update_new_mail(affair->form) != NULL;
    gboolean proved = !g_str_equal(affair->request->proof, proof_name(PROOF_ADDRESS));
    gboolean draft = affair->procedure->draft && (policy->confirm_always || !proved || choose || new_mail);
    struct occasion occasion = {.message = message, .findings = warnings};

    if (choose && !choice_offer(affair, error))
        return NULL;
    affair->request->id = mind->records.next_id(mind->records.context, affair->procedure->type, mind_year(mind->now));
    struct plan *plan = plan_new(draft ? "draft" : "submitted", affair->request->id);
    plan->evidence = TRUE;
    plan->picture = message->picture ? g_bytes_ref(message->picture) : NULL;
    plan_log(plan, "%s %s by %s: %s", affair->request->id, draft ? "received" : "submitted", affair->request->mail,
             affair->request->subject);
    gboolean fine = workflow_advance(affair, plan, draft ? EVENT_RECEIVE : EVENT_SUBMIT, &occasion, affair->request->mail,
                                     affair->request->proof, plans, error);
    plan->create = g_steal_pointer(&affair->request);
    if (!fine)
        g_clear_pointer(&plan, plan_free);
    return plan;
}

static gboolean take_in(struct affair *affair, const struct message *message, const GPtrArray *warnings, GPtrArray *plans,
                        GError **error)
{
    const struct mind *mind = affair->mind;
    g_autoptr(GPtrArray) replaced = successor_find(mind, message, affair);
    struct plan *plan = enter_request(affair, message, warnings, plans, error);

    if (!plan)
        return FALSE;
    const char *full = limit_drafts(plan, mind, message);
    if (full) {
        refuse_draft(mind, message, full, plans);
        plan_free(plan);
        return TRUE;
    }
    if (plan->ask_only && successor_waited_for(replaced))
        g_ptr_array_set_size(plan->locks, 0); /* what was returned holds them until the draft is confirmed */
    gboolean fine = successor_end(mind, replaced, plan->create, plan->ask_only, plans, error);
    g_ptr_array_add(plans, plan); /* behind those whose locks it takes */
    return fine;
}

/* The rules read the canonical form, whose lines are not those of the form that was sent. */
static void tell_lines(const struct message *message, GPtrArray *findings)
{
    for (guint i = 0; i < findings->len; i++) {
        struct finding *finding = g_ptr_array_index(findings, i);
        const struct field *field = finding->field ? form_field(message->form, finding->field) : NULL;
        finding->line = field ? field->line : finding->line;
    }
}

static gboolean examine(const struct mind *mind, const struct procedure *procedure, const struct message *message,
                        const struct sender *sender, GPtrArray *plans, GError **error)
{
    struct affair *affair = affair_begin(mind, procedure, make_request(mind, procedure, message, sender));
    g_autoptr(GPtrArray) findings = finding_list();

    affair->picture = message->picture ? g_bytes_ref(message->picture) : NULL;
    gboolean fine = rules_ask(affair, NULL, findings, error);

    tell_lines(message, findings);
    if (fine && finding_errors(findings)) {
        submit_refuse(mind, message, findings, plans);
    } else if (fine) {
        for (guint i = 0; i < message->findings->len; i++) {
            const struct finding *warning = g_ptr_array_index(message->findings, i);
            struct finding *copy = finding_add(findings, warning->code, warning->zh, warning->en);
            copy->field = g_strdup(warning->field);
            copy->label_zh = g_strdup(warning->label_zh);
            copy->label_en = g_strdup(warning->label_en);
            copy->line = warning->line;
            copy->warning = TRUE;
        }
        fine = take_in(affair, message, findings, plans, error);
    }
    affair_free(affair);
    return fine;
}

static gboolean examine_or_repeat(const struct mind *mind, const struct procedure *procedure, const struct message *message,
                                  const struct sender *sender, GPtrArray *plans, GError **error)
{
    struct request *same = find_same(mind, message, sender);
    gboolean fine =
        same ? repeat_receipt(mind, message, same, plans, error) : examine(mind, procedure, message, sender, plans, error);

    request_free(same);
    return fine;
}

gboolean submit(const struct mind *mind, const struct message *message, GPtrArray *plans, GError **error)
{
    const struct procedure *procedure = message->form ? procedure_for_form(mind->procedures, message->form) : NULL;
    const struct procedure *any = message->form ? procedure_for_root(mind->procedures, message->form->root) : NULL;
    struct sender sender;
    gboolean fine = TRUE;

    if (any && any->behind.off) {
        refuse_unoffered(mind, message, any, plans);
        return TRUE;
    }
    if (!message->from || finding_errors(message->findings) || !message->form) {
        submit_refuse(mind, message, message->findings, plans);
        return TRUE;
    }
    if (!procedure) {
        refuse_field(mind, message, "E-SCHEMA", NULL, NULL, NULL, plans);
        return TRUE;
    }
    if (!find_account(mind, message, &sender, error))
        return FALSE;
    if (!sender.entry && (procedure->applicants & APPLICANT_NEWCOMER) && (procedure->sender || has_requests(mind, message)))
        sender.kind = APPLICANT_NEWCOMER;
    if (!(sender.kind & procedure->applicants))
        refuse_stranger(mind, message, "the sender may not file this", plans);
    else if (procedure->sender && g_ascii_strcasecmp(form_value(message->form, procedure->sender), message->from) != 0)
        refuse_field(mind, message, "E-MAIL", procedure->sender, "须与发送本邮件的地址一致：请从该邮箱发送，或改填发件地址",
                     "differs from the address this mail came from: send it from there, or write the sender's address", plans);
    else
        fine = examine_or_repeat(mind, procedure, message, &sender, plans, error);
    entry_free(sender.entry);
    return fine;
}
