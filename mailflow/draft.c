#include "mailflow/draft.h"

#include "mailflow/choice.h"
#include "mailflow/consent.h"
#include "mailflow/objection.h"
#include "mailflow/rule.h"
#include "mailflow/successor.h"

/* An event of the applicant's own on the draft. */
static gboolean move_draft(const struct affair *affair, const struct ticket *ticket, const struct message *message,
                           enum event event, GPtrArray *plans, GError **error)
{
    struct plan *plan = plan_new(event == EVENT_CONFIRM ? "submitted" : "withdrawn", affair->request->id);
    struct occasion occasion = {.message = message};

    plan->evidence = TRUE;
    plan->use = g_strdup(ticket->hash);
    plan->proof = g_strdup("confirmed");
    if (!g_str_equal(affair->form->digest, affair->request->digest)) {
        plan->form = g_strdup(affair->form->canonical);
        plan->digest = g_strdup(affair->form->digest);
        g_free(affair->request->digest);
        affair->request->digest = g_strdup(affair->form->digest);
    }
    plan_log(plan, "%s %s by %s: %s", affair->request->id, event == EVENT_CONFIRM ? "confirmed and submitted" : "withdrawn",
             message->from, affair->request->subject);
    gboolean fine = workflow_advance(affair, plan, event, &occasion, message->from, message->digest, plans, error) &&
                    (event != EVENT_CONFIRM || successor_confirm(affair, plans, error));
    g_ptr_array_add(plans, plan); /* behind that whose locks it takes */
    return fine;
}

gboolean draft_keep(const struct affair *affair, const struct ticket *ticket, const struct message *message,
                    const struct finding *finding, GPtrArray *plans, GError **error)
{
    struct plan *plan = plan_new("kept", affair->request->id);
    g_autofree char *end = mind_clock(workflow_await_applicant(affair, plan));
    gboolean choose = message->confirmation.word == CONFIRMATION_CHOICE;
    struct finding shown = *finding;
    shown.line = 0; /* the canonical form's lines, which nobody has seen */
    g_autofree char *why_zh = finding_text_zh(&shown);
    g_autofree char *why_en = finding_text_en(&shown);
    g_autofree char *zh =
        g_strdup_printf("%s。本申请尚未提交，保留至 %s：待另一申请办结或撤回后，请再次回复%s提交；也可以回复“取消”放弃。", why_zh,
                        end, choose ? "遗失证书的序号" : "“确认”");
    g_autofree char *en =
        g_strdup_printf("%s. This request has not been submitted and is kept until %s: when the other one has been "
                        "closed or withdrawn, answer %s again; or CANCEL to drop it.",
                        why_en, end, choose ? "with the numbers" : "CONFIRM");

    plan_log(plan, "%s is not submitted yet: %s", affair->request->id, finding->code);
    g_ptr_array_add(plans, plan);
    return objection_tell(affair, message, zh, en, ticket->language, plans, error);
}

/* The first error when all of them only have to be waited for; NULL when something is wrong. */
static const struct finding *only_waits(const GPtrArray *findings)
{
    for (guint i = 0; i < findings->len; i++) {
        const struct finding *finding = g_ptr_array_index(findings, i);
        if (!finding->warning && !finding_waits(finding))
            return NULL;
    }
    return finding_first_error(findings);
}

/* Confirmed, but what it rests on has changed since the draft: the draft ends and the applicant hears why. */
static gboolean confirm_draft(const struct affair *affair, const struct ticket *ticket, const struct message *message,
                              GPtrArray *plans, GError **error)
{
    g_autoptr(GPtrArray) findings = finding_list();

    if (!rules_ask(affair, NULL, findings, error))
        return FALSE;
    if (!finding_errors(findings))
        return consent_awaited(affair, ticket) ? consent_note(affair, ticket, message, plans, error)
                                               : move_draft(affair, ticket, message, EVENT_CONFIRM, plans, error);
    const struct finding *wait = only_waits(findings);
    if (wait)
        return draft_keep(affair, ticket, message, wait, plans, error);
    struct plan *plan = plan_new("withdrawn", affair->request->id);
    const struct finding *first = finding_first_error(findings);
    struct occasion occasion = {.message = message, .findings = findings, .problem_zh = first->zh, .problem_en = first->en};
    plan->use = g_strdup(ticket->hash);
    plan_log(plan, "%s cannot be submitted any more: %s", affair->request->id, first->code);
    gboolean fine = workflow_advance(affair, plan, EVENT_WITHDRAW, &occasion, "system", first->code, plans, error);
    g_ptr_array_add(plans, plan);
    return fine;
}

/* Numbers that are not on the list are named, with those that are. */
static gboolean ask_choice_again(const struct affair *affair, const struct ticket *ticket, const struct message *message,
                                 const char *strays, GPtrArray *plans, GError **error)
{
    g_autoptr(GPtrArray) offered = choice_offered(affair->request);
    g_autofree char *range = offered->len == 1 ? g_strdup("1") : g_strdup_printf("1-%u", offered->len);
    g_autofree char *zh = strays ? g_strdup_printf("所列证书中没有序号 %s，可选的序号是 %s。", strays, range) : g_strdup("");
    g_autofree char *en = strays ? g_strdup_printf("Not on the list: %s; it has %s. ", strays, range) : g_strdup("");
    g_autofree char *all_zh =
        g_strconcat(zh, "请回复遗失证书的序号（见所列证书），例如“1,3”“2-4”或“全部”；放弃申请请回复“取消”。", NULL);
    g_autofree char *all_en =
        g_strconcat(en, "Reply with the numbers of the lost certificates from the list: 1,3 or 2-4 or ALL; or CANCEL.", NULL);

    return objection_tell(affair, message, all_zh, all_en, ticket->language, plans, error);
}

/* The numbers picked from the receipt's list complete the form; what is confirmed is the form with them. */
static gboolean choose_certificates(struct affair *affair, const struct ticket *ticket, const struct message *message,
                                    GPtrArray *plans, GError **error)
{
    gboolean chosen = message->confirmation.word == CONFIRMATION_CHOICE;
    g_autofree char *strays = chosen ? choice_strays(affair, &message->confirmation) : NULL;
    GError *problem = NULL;
    struct form *form = chosen && !strays ? choice_complete(affair, &message->confirmation, &problem) : NULL;

    if (problem) {
        g_propagate_error(error, problem);
        return FALSE;
    }
    if (!form)
        return ask_choice_again(affair, ticket, message, strays, plans, error);
    form_free(affair->form);
    affair->form = form;
    return confirm_draft(affair, ticket, message, plans, error);
}

/* The request of its applicant's that stands in the place of `request` by now, through all that were replaced in between; caller frees. */
static struct request *find_successor(const struct mind *mind, const struct request *request)
{
    const struct records *records = &mind->records;
    struct request *last = records->request(records->context, request->successor);

    while (last->successor) {
        struct request *next = records->request(records->context, last->successor);
        request_free(last);
        last = next;
    }
    return last;
}

/* It is closed; where a later form has taken its place, that is the one to go on with. */
static gboolean tell_closed(const struct affair *affair, const struct ticket *ticket, const struct message *message,
                            const struct refusal *refusal, GPtrArray *plans, GError **error)
{
    if (!affair->request->successor)
        return objection_tell(affair, message, refusal->zh, refusal->en, ticket->language, plans, error);
    struct request *successor = find_successor(affair->mind, affair->request);
    const struct state *state = state_find(affair->mind->procedures, successor->state);
    const char *id = successor->id;
    g_autofree char *how_zh = g_strdup_printf("请回复申请 %s 的那封邮件，不要再回复这一封。", id);
    g_autofree char *how_en = g_strdup_printf(" Please answer the mail about %s, not this one.", id);
    g_autofree char *zh = g_strdup_printf("该申请已由您后来发送的申请 %s 代替，%s 目前的状态是“%s”。%s", id, id, state->zh,
                                          state->awaits_applicant ? how_zh : "");
    g_autofree char *en = g_strdup_printf("This request has been replaced by %s, which you sent later; that one's state is: %s.%s",
                                          id, state->en, state->awaits_applicant ? how_en : "");
    gboolean fine = objection_tell(affair, message, zh, en, ticket->language, plans, error);

    request_free(successor);
    return fine;
}

gboolean draft_answer(struct affair *affair, const struct ticket *ticket, const struct message *message, GPtrArray *plans,
                      GError **error)
{
    static const struct {
        const char *zh, *en;
    } how[] = {
        {"未能识别您的答复，申请仍为草稿。请回复“确认”提交申请，或回复“取消”撤回。",
         "Your answer was not understood; the request is still a draft. Answer CONFIRM to submit it or CANCEL to take it back."},
        {"未能识别您的答复，申请仍待您补正。请回复“确认”按原申请表重新提交，将更正后的申请表作为附件回复，或回复“取消”撤回。",
         "Your answer was not understood; the request still waits for you. Answer CONFIRM to submit it again as it is, attach the "
         "corrected form, or answer CANCEL to take it back."}};
    gboolean reviewed = affair->steps->len > 0;
    const struct refusal *refusal =
        refusal_find(affair->mind->procedures, affair->procedure, affair->request->state, EVENT_CONFIRM);

    if (!message->from || g_ascii_strcasecmp(message->from, ticket->mail) != 0) {
        objection_stranger(affair->mind, message, affair->request->id, "the sender is not the applicant", plans);
        return TRUE;
    }
    if (g_strcmp0(ticket->fate, "used") == 0 && affair_awaits_applicant(affair))
        return objection_tell(affair, message, CONSENT_NOTED_ZH, CONSENT_NOTED_EN, ticket->language, plans, error);
    if (ticket->fate && affair_awaits_applicant(affair))
        return objection_tell(affair, message, "这封邮件已被新的邮件取代，请回复最新的一封。",
                              "This mail has been replaced by a newer one; please answer that one.", ticket->language, plans,
                              error);
    if (!affair_awaits_applicant(affair))
        return tell_closed(affair, ticket, message, refusal, plans, error);
    if (choice_needed(affair->form) && message->confirmation.word != CONFIRMATION_NO)
        return choose_certificates(affair, ticket, message, plans, error);
    if (message->confirmation.word == CONFIRMATION_YES)
        return confirm_draft(affair, ticket, message, plans, error);
    if (message->confirmation.word == CONFIRMATION_NO)
        return move_draft(affair, ticket, message, EVENT_WITHDRAW, plans, error);
    return objection_tell(affair, message, objection_is_sealed(message) ? OBJECTION_SEALED_ZH : how[reviewed].zh,
                          objection_is_sealed(message) ? OBJECTION_SEALED_EN : how[reviewed].en, ticket->language, plans, error);
}
