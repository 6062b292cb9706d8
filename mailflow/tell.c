#include "mailflow/tell.h"

#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/division.h"
#include "mailflow/choice.h"
#include "mailflow/question.h"
#include "mailflow/tell_rows.h"
#include "mailflow/tell_way.h"
#include "mailflow/text.h"
#include "mailflow/token.h"

#define SAID_BYTES 400

gboolean tell_answerable(const struct mind *mind, const struct message *message)
{
    if (!message->from || g_ascii_strcasecmp(message->from, mind->policy->address) == 0)
        return FALSE;
    if (message->envelope_sender && !*message->envelope_sender)
        return FALSE;
    return message->kind == KIND_FORM || message->kind == KIND_REPLY || message->kind == KIND_QUESTION;
}

static const char *language_of(const struct mind *mind, const char *language)
{
    if (language && g_ascii_strncasecmp(language, "en", 2) == 0)
        return "en";
    if (language && g_ascii_strncasecmp(language, "zh", 2) == 0)
        return "zh";
    return mind->policy->language;
}

static const char *our_domain(const struct mind *mind)
{
    return strchr(mind->policy->address, '@') + 1;
}

static char *reply_address(const struct mind *mind, const char *token)
{
    const char *at = strchr(mind->policy->address, '@');

    return g_strdup_printf("%.*s%c%s%s", (int)(at - mind->policy->address), mind->policy->address, mind->policy->separator, token,
                           at);
}

/* The left side of the Message-ID: the token, so that an answer's In-Reply-To carries it, and the effect's own hash, so that it never changes. */
static char *message_id(const struct mind *mind, const char *token, const char *effect)
{
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, effect, -1);

    hash[24] = '\0';
    return token ? g_strdup_printf("%s.%s@%s", token, hash, our_domain(mind)) : g_strdup_printf("%s@%s", hash, our_domain(mind));
}

static void put(char **place, const char *value)
{
    g_free(*place);
    *place = g_strdup(value);
}

static void put_division(char **zh, char **en, const char *code)
{
    const struct division *division = division_find(code);

    put(zh, division ? division->zh : code);
    put(en, division ? division->en : code);
}

void tell_mail(struct notice *notice, const struct mind *mind, const struct hearer *hearer)
{
    put(&notice->from, mind->policy->address);
    put(&notice->from_name, mind->policy->display_name);
    put(&notice->to, hearer->mail);
    put(&notice->to_name, hearer->name);
    put(&notice->language, language_of(mind, hearer->language));
    notice->date = mind->now / 1000;
}

static void tell_request(struct notice *notice, const struct affair *affair, const struct plan *plan,
                         const struct occasion *occasion)
{
    const struct request *request = affair->request;
    const struct procedure *procedure = affair->procedure;
    const struct state *state = state_find(affair->mind->procedures, occasion->state);

    put(&notice->request, request->id);
    put(&notice->procedure, procedure->type);
    put(&notice->procedure_zh, procedure->zh);
    put(&notice->procedure_en, procedure->en);
    put(&notice->table, procedure->table);
    put(&notice->applicant, request->name);
    put(&notice->state, state->name);
    put(&notice->state_zh, state->zh);
    put(&notice->state_en, state->en);
    g_free(notice->submitted);
    notice->submitted = mind_clock(request->submitted);
    g_free(notice->digest);
    notice->digest = g_strndup(request->digest, 16);
    g_free(notice->audit);
    notice->audit = affair->mind->records.audit_head(affair->mind->records.context);
    if (request->thread && (g_strcmp0(request->mail, notice->to) == 0))
        put(&notice->in_reply_to, request->thread);
    g_ptr_array_add(notice->references, g_strdup_printf("%s@%s", request->id, our_domain(affair->mind)));
    tell_way(notice, affair, plan->move ? plan->move->division : request->division, occasion->state, occasion->verdict);
}

/* What became of the request this one takes up again: the reviewers see the old reason (7.17). */
static void tell_previous(struct notice *notice, const struct affair *affair)
{
    const struct records *records = &affair->mind->records;
    const char *previous = affair->request->previous;
    g_autoptr(GPtrArray) steps = previous ? records->steps(records->context, previous) : step_list();

    for (guint i = 0; i < steps->len; i++) {
        const struct step *step = g_ptr_array_index(steps, i);
        if (!step->reviewer || !step->reason)
            continue;
        g_autofree char *said = g_strdup_printf("%s：%s", step->reviewer_name, step->reason);
        notice_add_row(notice, "previousReason", "前次审批意见", "reason given to the previous request", NULL, said);
    }
}

/* The certificates a receipt offers, numbered (domain.md 0). */
static void tell_choice(struct notice *notice, const struct affair *affair)
{
    if (!choice_needed(affair->form))
        return;
    g_autoptr(GPtrArray) offered = choice_offered(affair->request);
    for (guint i = 0; i < offered->len; i++) {
        g_autofree char *name = g_strdup_printf("choice[%u]", i + 1);
        g_autofree char *zh = g_strdup_printf("证书 %u", i + 1);
        g_autofree char *en = g_strdup_printf("certificate %u", i + 1);
        notice_add_row(notice, name, zh, en, NULL, g_ptr_array_index(offered, i));
    }
    if (notice->problem_zh)
        return;
    if (g_str_equal(notice->code, "N1D"))
        return; /* which says how by itself */
    put(&notice->problem_zh, "请回复遗失证书的序号，例如“1,3”“2-4”或“全部”。");
    put(&notice->problem_en, "Reply with the numbers of the lost certificates: 1,3 or 2-4 or ALL.");
}

static void tell_decision(struct notice *notice, const struct affair *affair, const struct occasion *occasion)
{
    if (!occasion->verdict)
        return;
    put(&notice->decided_by, occasion->verdict->reviewer_name);
    put_division(&notice->authority_zh, &notice->authority_en, occasion->decided_in);
    put(&notice->reason, occasion->verdict->reason);
    put(&notice->archive, occasion->verdict->archive);
    g_free(notice->decided_at);
    notice->decided_at = mind_clock(affair->mind->now);
}

static void tell_occasion(struct notice *notice, const struct occasion *occasion)
{
    put(&notice->problem_zh, occasion->problem_zh);
    put(&notice->problem_en, occasion->problem_en);
    for (guint i = 0; occasion->findings && i < occasion->findings->len; i++) {
        const struct finding *finding = g_ptr_array_index(occasion->findings, i);
        struct finding *copy = finding_add(notice->findings, finding->code, finding->zh, finding->en);
        copy->field = g_strdup(finding->field);
        copy->label_zh = g_strdup(finding->label_zh);
        copy->label_en = g_strdup(finding->label_en);
        copy->line = finding->line;
        copy->warning = finding->warning;
    }
}

/* A status report's lines (P6, R-46). */
static void tell_reports(struct notice *notice, const struct mind *mind, const GPtrArray *requests)
{
    for (guint i = 0; requests && i < requests->len; i++) {
        const struct request *request = g_ptr_array_index(requests, i);
        const struct procedure *procedure = procedure_for_type(mind->procedures, request->type);
        const struct state *state = state_find(mind->procedures, request->state);
        struct notice_report *report = notice_add_report(notice);

        report->request = g_strdup(request->id);
        report->procedure_zh = g_strdup(procedure->zh);
        report->procedure_en = g_strdup(procedure->en);
        report->state_zh = g_strdup(state->zh);
        report->state_en = g_strdup(state->en);
        report->submitted = mind_clock(request->submitted);
        report->received = request->submitted ? NULL : mind_clock(request->created);
        report->changed = mind_clock(request->changed);
    }
}

/* Whether a rejection gives the request back to its applicant instead of ending it. */
static gboolean rejection_returns(const struct affair *affair, const char *state)
{
    const struct procedures *procedures = affair->mind->procedures;
    const struct transition *rejection = transition_find(procedures, affair->procedure, state, EVENT_REJECT);

    return rejection && state_find(procedures, transition_target(rejection, affair->procedure, state))->awaits_applicant;
}

static void tell_answers(struct notice *notice, const struct affair *affair, const char *role, const struct stage *stage)
{
    const struct form *form = affair->form;

    if (g_strcmp0(role, "applicant") == 0) {
        if (choice_needed(form))
            notice_add_answer(notice, "全部", "All of them", "全部");
        else
            notice_add_answer(notice, "确认", "Confirm", "确认");
        notice_add_answer(notice, "取消", "Cancel", "取消");
    }
    if (!stage || g_strcmp0(role, "reviewer") != 0)
        return;
    if (g_str_equal(notice->code, "NH")) {
        notice_add_answer(notice, "撤回", "Undo", "撤回");
        return;
    }
    notice->archive_required = stage_archives(stage);
    notice_add_answer(notice, "同意", "Approve", stage_archives(stage) ? "同意\n留档编号：" : "同意");
    notice->rejection_returns = rejection_returns(affair, stage->state);
    notice_add_answer(notice, "不同意", "Reject", "不同意\n原因：");
}

/* The papers: to whoever checks them, to whoever brings them, and of those that a receiving enterprise brings, to whom it gets them from. */
static void tell_materials(struct notice *notice, const struct affair *affair, const char *role, const struct stage *stage)
{
    gboolean brings = g_str_equal(notice->code, "N1") || g_str_equal(notice->code, "N2b");

    if (!stage || (!brings && g_strcmp0(role, "reviewer") != 0))
        return;
    for (guint i = 0; i < stage->materials->len; i++) {
        const struct material *material = g_ptr_array_index(stage->materials, i);
        gboolean given = brings && g_ptr_array_find(stage->given, material, NULL);
        gboolean others = g_str_equal(notice->code, "N1") && stage->given->len && !given;
        if (!others && question_applies(affair, material->only))
            notice_add_material(notice, material->code, material->zh, material->en, given ? "applicant" : NULL);
    }
}

static struct ticket *ticket_make(const struct affair *affair, const struct hearer *hearer, const struct occasion *occasion,
                                  char text[TOKEN_CHARACTERS + 1])
{
    struct ticket *ticket = g_new0(struct ticket, 1);
    guint8 random[TOKEN_RANDOM_BYTES];

    affair->mind->chance(affair->mind->chance_context, random, sizeof random);
    token_make(random, text);
    ticket->hash = token_hash(text);
    ticket->request = g_strdup(affair->request->id);
    ticket->step = occasion->step;
    ticket->role = g_strdup(hearer->role);
    ticket->person = g_strdup(hearer->person);
    ticket->mail = g_strdup(hearer->mail);
    ticket->name = g_strdup(hearer->name);
    ticket->language = g_strdup(hearer->language);
    ticket->digest = g_strdup(affair->request->digest);
    ticket->made = affair->mind->now;
    return ticket;
}

/* N9 and NH are answered like the mail before them: by the token that bore the answer, while it lives and is theirs (7.16). NULL when there is none; caller frees. */
static struct ticket *ticket_again(const struct affair *affair, const char *code, const struct hearer *hearer,
                                   const struct occasion *occasion, char text[TOKEN_CHARACTERS + 1])
{
    const struct records *records = &affair->mind->records;
    gboolean disagree;
    gboolean answered = g_str_equal(code, "N9") || g_str_equal(code, "NH");
    const char *token = answered && occasion->message ? token_agreed(occasion->message->sightings, &disagree) : NULL;
    g_autofree char *hash = token ? token_hash(token) : NULL;
    struct ticket *ticket = hash ? records->ticket(records->context, hash) : NULL;

    if (ticket && ticket_usable(ticket) && g_ascii_strcasecmp(ticket->mail, hearer->mail) == 0) {
        g_strlcpy(text, token, TOKEN_CHARACTERS + 1);
        return ticket;
    }
    ticket_free(ticket);
    return NULL;
}

void tell_post(const struct mind *mind, struct plan *plan, struct notice *notice, const char *effect, const char *token)
{
    struct plan_mail *mail = g_new0(struct plan_mail, 1);

    put(&notice->token, token);
    if (token) {
        g_free(notice->reply_to);
        notice->reply_to = reply_address(mind, token);
    }
    g_free(notice->message_id);
    notice->message_id = message_id(mind, token, effect);
    mail->effect = g_strdup(effect);
    mail->document = notice_write(notice);
    mail->recipient = g_strdup(notice->to);
    mail->message_id = g_strdup(notice->message_id);
    mail->code = g_strdup(notice->code);
    g_ptr_array_add(plan->mails, mail);
}

/* Whether the mail tells of a new account: only the one who asked for it learns its name and secret. */
static gboolean begins_account(const struct affair *affair, const struct notice *notice, const struct hearer *hearer)
{
    return g_str_equal(notice->code, "N5") && !hearer->person && g_ascii_strcasecmp(hearer->mail, affair->request->mail) == 0;
}

/* An account that has just begun to be: the courier makes its first password as the mail leaves. */
static void add_secret(const struct affair *affair, const struct hearer *hearer, struct notice *notice, struct plan *plan)
{
    g_autofree char *account = affair_account_dn(affair);

    if (!account || !begins_account(affair, notice, hearer))
        return;
    struct plan_mail *mail = g_ptr_array_index(plan->mails, plan->mails->len - 1);
    mail->secret_for = g_steal_pointer(&account);
    mail->secret_until = affair->mind->now + affair->mind->policy->secret_days * 86400000LL;
}

static void tell_account(const struct affair *affair, const struct hearer *hearer, struct notice *notice)
{
    g_autofree char *account = affair_account_dn(affair);

    if (!account || !begins_account(affair, notice, hearer))
        return;
    notice->secret = TRUE;
    put(&notice->login, form_value(affair->form, "loginName"));
    g_free(notice->expires);
    notice->expires = mind_clock(affair->mind->now + affair->mind->policy->secret_days * 86400000LL);
}

/* What the approval means: the procedure's sentences, with the number of certificates where it stands in one. */
static void tell_consequences(const struct affair *affair, struct notice *notice, const struct occasion *occasion)
{
    g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, occasion->certificates);

    for (guint i = 0; g_str_equal(notice->code, "N5") && i < affair->procedure->consequences->len; i++) {
        const struct consequence *consequence = g_ptr_array_index(affair->procedure->consequences, i);
        g_auto(GStrv) zh = g_strsplit(consequence->zh, CONSEQUENCE_CERTIFICATES, -1);
        g_auto(GStrv) en = g_strsplit(consequence->en, CONSEQUENCE_CERTIFICATES, -1);
        g_autofree char *said_zh = g_strjoinv(number, zh);
        g_autofree char *said_en = g_strjoinv(number, en);
        if (!consequence->behind.off && question_applies(affair, consequence->only))
            notice_add_consequence(notice, said_zh, said_en);
    }
}

/* A returned request is shown to its applicant alone, who corrects it. */
static gboolean shows_form(const char *code, const char *role)
{
    static const char *const codes[] = {"N1D", "N1", "N2", "N4", "N8"};

    if (g_str_equal(code, "N6r"))
        return g_strcmp0(role, "applicant") == 0;
    for (guint i = 0; i < G_N_ELEMENTS(codes); i++)
        if (g_str_equal(codes[i], code))
            return TRUE;
    return FALSE;
}

void tell(const struct affair *affair, struct plan *plan, const char *code, const struct hearer *hearer,
          const struct occasion *occasion)
{
    struct notice *notice = notice_new(code);
    char text[TOKEN_CHARACTERS + 1] = "";
    g_autofree char *effect = g_strdup_printf("%s/%s/%d/%s/%s", affair->request->id, code, occasion->step, hearer->mail,
                                              occasion->serial ? occasion->serial : "");
    struct ticket *again = ticket_again(affair, code, hearer, occasion, text);
    const char *role = again ? again->role : hearer->role;
    const struct stage *stage = procedure_stage(affair->procedure, occasion->state, NULL);

    tell_mail(notice, affair->mind, hearer);
    tell_request(notice, affair, plan, occasion);
    tell_decision(notice, affair, occasion);
    tell_occasion(notice, occasion);
    tell_reports(notice, affair->mind, occasion->reports);
    if (shows_form(code, hearer->role))
        tell_rows(notice, affair);
    else if (g_str_equal(code, "N5"))
        tell_outcome(notice, affair);
    else if (occasion->names_holder)
        tell_holder(notice, affair->form);
    tell_picture(notice, affair, hearer->role);
    tell_consequences(affair, notice, occasion);
    if (hearer->role && g_str_equal(hearer->role, "reviewer") && shows_form(code, hearer->role))
        tell_previous(notice, affair);
    if (g_str_equal(code, "N1D") || (g_str_equal(code, "N9") && g_str_equal(occasion->state, "draft")))
        tell_choice(notice, affair);
    tell_answers(notice, affair, role, stage);
    tell_materials(notice, affair, role, stage);
    if (role && !g_str_equal(role, "applicant"))
        notice->proof = affair_proof(affair, stage);
    if (g_str_equal(code, "N1D"))
        notice->expires = mind_clock(affair->mind->now + affair->mind->policy->draft_days * 86400000LL);
    if (g_str_equal(code, "N6r"))
        notice->expires = mind_clock(affair->mind->now + affair->mind->policy->correction_days * 86400000LL);
    if (occasion->message && g_str_equal(code, "N9"))
        notice->said = text_one_line(occasion->message->own, SAID_BYTES);
    tell_account(affair, hearer, notice);
    if (hearer->role && !again) {
        struct ticket *ticket = ticket_make(affair, hearer, occasion, text);
        tell_post(affair->mind, plan, notice, effect, text);
        ticket->message_id = g_strdup(notice->message_id);
        g_ptr_array_add(plan->tickets, ticket);
    } else {
        tell_post(affair->mind, plan, notice, effect, again ? text : NULL);
    }
    add_secret(affair, hearer, notice, plan);
    ticket_free(again);
    notice_free(notice);
}

struct notice *tell_review(const struct affair *affair, const GPtrArray *findings)
{
    struct notice *notice = notice_new("N2");
    const struct plan here = {0}; /* it stays where it is */
    const struct stage *stage = procedure_stage(affair->procedure, affair->request->state, NULL);
    struct occasion occasion = {.findings = findings, .state = affair->request->state};

    tell_request(notice, affair, &here, &occasion);
    tell_occasion(notice, &occasion);
    tell_rows(notice, affair);
    tell_previous(notice, affair);
    tell_materials(notice, affair, "reviewer", stage);
    notice->archive_required = stage_archives(stage);
    notice->rejection_returns = rejection_returns(affair, stage->state);
    notice->proof = affair_proof(affair, stage);
    return notice;
}

static void attach_blank(const struct mind *mind, struct notice *notice, const char *root)
{
    g_autofree char *blank = form_blank(mind->catalog, root, NULL);
    g_autofree char *name = form_file_name(mind->catalog, root);

    notice_add_attachment(notice, name, "application/xml", blank);
}

static void attach_blanks(const struct mind *mind, struct notice *notice)
{
    g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < mind->procedures->procedures->len; i++) {
        const struct procedure *procedure = g_ptr_array_index(mind->procedures->procedures, i);
        if (!procedure->behind.off && g_hash_table_add(known, procedure->form))
            attach_blank(mind, notice, procedure->form);
    }
}

void tell_answer(const struct mind *mind, struct plan *plan, const char *code, const struct form *form,
                 const struct occasion *occasion)
{
    struct hearer hearer = {occasion->message->from, NULL, occasion->language, NULL, NULL};

    if (!tell_answerable(mind, occasion->message))
        return;
    struct notice *notice = notice_new(code);
    g_autofree char *effect = g_strdup_printf("%s/%s/%s", code, occasion->message->digest, occasion->message->from);
    tell_mail(notice, mind, &hearer);
    tell_occasion(notice, occasion);
    put(&notice->in_reply_to, occasion->message->message_id);
    if (g_str_equal(code, "N9"))
        notice->said = text_one_line(occasion->message->own, SAID_BYTES);
    if (form && g_str_equal(code, "N0")) {
        const struct procedure *procedure = procedure_for_form(mind->procedures, form);
        g_autofree char *corrected = form_corrected(mind->catalog, form, occasion->findings);
        g_autofree char *name = form_file_name(mind->catalog, form->root);
        notice_add_attachment(notice, name, "application/xml", corrected);
        if (procedure) {
            put(&notice->procedure, procedure->type);
            put(&notice->procedure_zh, procedure->zh);
            put(&notice->procedure_en, procedure->en);
            put(&notice->table, procedure->table);
        }
    }
    tell_reports(notice, mind, occasion->reports);
    if (occasion->blanks)
        attach_blanks(mind, notice);
    else if (occasion->blank)
        attach_blank(mind, notice, occasion->blank);
    tell_post(mind, plan, notice, effect, NULL);
    notice_free(notice);
}

void tell_operator(const struct mind *mind, struct plan *plan, const char *zh, const char *en, const char *serial)
{
    struct hearer hearer = {mind->policy->operator_mail, NULL, mind->policy->language, NULL, NULL};
    struct occasion occasion = {.problem_zh = zh, .problem_en = en};
    g_autofree char *effect = g_strdup_printf("N11/%s", serial);

    if (!hearer.mail)
        return;
    struct notice *notice = notice_new("N11");
    tell_mail(notice, mind, &hearer);
    tell_occasion(notice, &occasion);
    tell_post(mind, plan, notice, effect, NULL);
    notice_free(notice);
}
