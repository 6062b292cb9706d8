#include "mailflow/decide.h"

#include "mailflow/decision.h"
#include "mailflow/delegation.h"
#include "mailflow/draft.h"
#include "mailflow/objection.h"
#include "mailflow/submit.h"
#include "mailflow/surrender.h"
#include "mailflow/tally.h"
#include "mailflow/undo.h"

static const struct sentence {
    const char *zh, *en;
} unclear_verdict = {"未能明确识别您的决定，申请状态未变。请在回复的第一行写“同意”或“不同意”；同意时另起一行写“留档编号"
                     "：…”（如需留档），不同意时另起一行写“原因：…”。",
                     "Your decision was not clearly understood; nothing has changed. Begin your answer with APPROVE or "
                     "REJECT; then ARCHIVE: … (where asked for) or REASON: …"},
  unclear_hand = {"未能明确识别您的意思，申请状态未变。由同事代为审核的，请在回复的第一行只写“转办：”和同一主管部门一位同事的姓名、"
                  "登录名或者邮箱，不要同时写审核意见；自己审核的，第一行写“同意”或“不同意”。",
                  "Your answer was not clearly understood; nothing has changed. To hand the task on, write DELEGATE and the "
                  "name, login name or mail address of one colleague of your authority alone on the first line, and no "
                  "verdict; to decide it yourself, begin with APPROVE or REJECT."};

static const struct sentence *unclear_sentence(const struct message *message)
{
    static const struct sentence sealed = {OBJECTION_SEALED_ZH, OBJECTION_SEALED_EN};

    if (objection_is_sealed(message))
        return &sealed;
    return message->instruction.word == INSTRUCTION_UNCLEAR ? &unclear_hand : &unclear_verdict;
}

/* What is wrong and not the sender's to mend: the operator hears of it once a day. */
static void report_trouble(const struct attempt *attempt, const struct guard_result *result, GPtrArray *plans)
{
    const struct mind *mind = attempt->affair->mind;
    g_autofree char *clock = mind_clock(mind->now);
    g_autofree char *zh = NULL;
    g_autofree char *en = NULL;

    if (!result->trouble)
        return;
    struct plan *plan = plan_new("reported", NULL);
    zh = g_strdup_printf("审核人员的签名邮件无法核对，未作决定：%s当日同类情况不再逐一报告。", result->zh);
    en = g_strdup_printf(
        "A reviewer's signed mail could not be verified and has decided nothing: %s Further ones of this day are not reported.",
        result->en);
    plan_log(plan, "a signature cannot be verified: %s", result->en);
    tell_operator(mind, plan, zh, en, attempt->message->digest);
    plan_limit(plan, 1, mind->now + 2 * 86400000LL, "signature|%.10s", clock);
    g_ptr_array_add(plans, plan);
}

/* A reviewer's answer whose words are no verdict: still only a reviewer of this stage is told so. */
static gboolean unclear_decision(const struct attempt *attempt, GPtrArray *plans, GError **error)
{
    static char *who[] = {"token", "sender", "member", NULL};
    const struct transition identity = {.guards = who};
    const struct affair *affair = attempt->affair;
    const struct sentence *unclear = unclear_sentence(attempt->message);
    struct guard_result result;
    GError *problem = NULL;
    gboolean fine = TRUE;

    guards_ask(attempt, &identity, &result, &problem);
    if (problem) {
        g_propagate_error(error, problem);
        fine = FALSE;
    } else if (result.answer == GUARD_STRANGER) {
        objection_stranger(affair->mind, attempt->message, affair->request->id, result.en, plans);
    } else if (result.answer == GUARD_YES) {
        fine = objection_tell(affair, attempt->message, unclear->zh, unclear->en, attempt->ticket->language, plans, error);
    } else {
        report_trouble(attempt, &result, plans);
        fine = objection_refuse(attempt, &result, plans, error);
    }
    guard_result_clear(&result);
    return fine;
}

/* What a reviewer's answer may bring about, and who does it once the guards have said yes. */
static const struct {
    enum event event;
    gboolean (*carry)(const struct attempt *attempt, GPtrArray *plans, GError **error);
} answers[] = {
    {EVENT_APPROVE, undo_wait},
    {EVENT_REJECT, undo_wait},
    {EVENT_DELEGATE, delegation_carry},
    {EVENT_UNDO, undo_carry},
};

/* The event that the words ask for; EVENT_BAD_REPLY when they are not clear. */
static enum event asked_for(const struct message *message)
{
    if (message->instruction.word == INSTRUCTION_DELEGATE)
        return EVENT_DELEGATE;
    if (message->instruction.word == INSTRUCTION_UNDO)
        return EVENT_UNDO;
    if (message->verdict.word == VERDICT_APPROVE)
        return EVENT_APPROVE;
    return message->verdict.word == VERDICT_REJECT ? EVENT_REJECT : EVENT_BAD_REPLY;
}

static gboolean carry(const struct attempt *attempt, GPtrArray *plans, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++)
        if (answers[i].event == attempt->event)
            return answers[i].carry(attempt, plans, error);
    g_assert_not_reached(); /* asked_for() names no other */
}

static gboolean try_decision(const struct attempt *attempt, const struct transition *transition, GPtrArray *plans, GError **error)
{
    struct guard_result result;
    GError *problem = NULL;
    gboolean fine = FALSE;

    guards_ask(attempt, transition, &result, &problem);
    switch (result.answer) {
    case GUARD_FAULT:
        break;
    case GUARD_YES:
        fine = carry(attempt, plans, &problem);
        break;
    case GUARD_VOID:
        fine = decision_void(attempt, &result, plans, &problem);
        break;
    case GUARD_STRANGER:
        objection_stranger(attempt->affair->mind, attempt->message, attempt->affair->request->id, result.en, plans);
        fine = TRUE;
        break;
    case GUARD_WAIT:
        fine = decision_wait(attempt, &result, plans, &problem) && objection_refuse(attempt, &result, plans, &problem);
        break;
    case GUARD_NO:
        report_trouble(attempt, &result, plans);
        fine = objection_refuse(attempt, &result, plans, &problem);
        break;
    }
    guard_result_clear(&result);
    if (problem)
        g_propagate_error(error, problem);
    return fine;
}

static gboolean decide_as_reviewer(struct attempt *attempt, GPtrArray *plans, GError **error)
{
    const struct affair *affair = attempt->affair;
    const struct facts *facts = &affair->mind->facts;
    enum event event = asked_for(attempt->message);
    GError *problem = NULL;
    struct entry *reviewer = facts->read(facts->context, attempt->ticket->person, &problem);
    gboolean fine;

    if (problem) {
        g_propagate_error(error, problem);
        return FALSE;
    }
    attempt->reviewer = reviewer;
    attempt->event = event == EVENT_BAD_REPLY ? EVENT_APPROVE : event;
    attempt->stage = procedure_stage(affair->procedure, affair->request->state, NULL);
    const struct transition *transition =
        transition_find(affair->mind->procedures, affair->procedure, affair->request->state, attempt->event);
    if (transition && event != EVENT_BAD_REPLY)
        fine = try_decision(attempt, transition, plans, error);
    else
        fine = unclear_decision(attempt, plans, error); /* also a closed request: its token guard says what became of it */
    entry_free(reviewer);
    return fine;
}

/* The old copies have come in (6.6): from the reviewer who archived, as the directory has them now. */
static gboolean decide_as_archivist(struct attempt *attempt, GPtrArray *plans, GError **error)
{
    static char *who[] = {"sender", "member", NULL};
    const struct transition identity = {.guards = who};
    g_autofree char *zh = NULL;
    g_autofree char *en = NULL;
    struct guard_result result;
    GError *problem = NULL;
    gboolean fine = FALSE;
    const struct facts *facts = &attempt->affair->mind->facts;
    struct entry *reviewer = facts->read(facts->context, attempt->ticket->person, &problem);

    attempt->reviewer = reviewer;
    result = (struct guard_result){.answer = GUARD_FAULT};
    if (!problem)
        guards_ask(attempt, &identity, &result, &problem);
    if (!problem && result.answer == GUARD_STRANGER) {
        objection_stranger(attempt->affair->mind, attempt->message, attempt->affair->request->id, result.en, plans);
        fine = TRUE;
    } else if (!problem && result.answer == GUARD_YES && objection_is_sealed(attempt->message)) {
        zh = g_strdup(OBJECTION_SEALED_ZH);
        en = g_strdup(OBJECTION_SEALED_EN);
        fine = TRUE;
    } else if (!problem && result.answer == GUARD_YES) {
        fine = surrender(attempt->affair, attempt->ticket, attempt->message, plans, &zh, &en, &problem);
    }
    if (!problem && (zh || result.answer == GUARD_NO))
        fine = objection_tell(attempt->affair, attempt->message, zh ? zh : result.zh, en ? en : result.en,
                              attempt->ticket->language, plans, &problem);
    guard_result_clear(&result);
    entry_free(reviewer);
    if (problem)
        g_propagate_error(error, problem);
    return fine && !problem;
}

/* Tokens that disagree or that nobody knows: no request is touched; the sender gets one neutral line. */
static void refuse_token(const struct mind *mind, const struct message *message, gboolean disagree, GPtrArray *plans)
{
    struct plan *plan = plan_new("refused", NULL);
    struct occasion occasion = {
        .message = message,
        .problem_zh =
            disagree
                ? "邮件的回复地址、主题和引用中的编号不一致，无法确定您答复的是哪一封邮件。请直接回复原邮件，不要修改主题和收件人。"
                : "无法识别您答复的是哪一封邮件，或该邮件已失效。",
        .problem_en = disagree ? "The tokens in your mail's address, subject and references disagree, so it is not clear which "
                                 "mail you answer. Please reply to the "
                                 "original mail without changing subject or recipient."
                               : "It is not clear which mail you answer, or that mail is no longer valid.",
    };

    plan_log(plan, "answer from %s refused: %s", message->from ? message->from : "nobody",
             disagree ? "its tokens disagree" : "its token is unknown");
    tell_answer(mind, plan, "NX", NULL, &occasion);
    submit_limit_thread(plan, mind, message, NULL, disagree ? "NX/disagree" : "NX/token");
    submit_limit(plan, mind, message, disagree ? "NX/disagree" : "NX/token", SUBMIT_STRANGERS_MOST);
    g_ptr_array_add(plans, plan);
}

gboolean decide(const struct mind *mind, const struct message *message, GPtrArray *plans, GError **error)
{
    gboolean disagree = FALSE;
    const char *token = token_agreed(message->sightings, &disagree);
    g_autofree char *hash = token ? token_hash(token) : NULL;
    struct ticket *ticket = hash ? mind->records.ticket(mind->records.context, hash) : NULL;
    struct docket *docket = hash && !ticket ? mind->records.docket(mind->records.context, hash) : NULL;
    gboolean fine = TRUE;

    if (docket) {
        fine = tally(mind, docket, message, plans, error);
        docket_free(docket);
        return fine;
    }
    if (!ticket) {
        refuse_token(mind, message, disagree, plans);
        return TRUE;
    }
    struct affair *affair = affair_open(mind, ticket->request);
    if (g_str_equal(ticket->role, "applicant")) {
        fine = draft_answer(affair, ticket, message, plans, error);
    } else {
        struct attempt attempt = {.affair = affair, .ticket = ticket, .message = message};
        fine = g_str_equal(ticket->role, "archivist") || g_str_equal(ticket->role, "provinceArchivist")
                   ? decide_as_archivist(&attempt, plans, error)
                   : decide_as_reviewer(&attempt, plans, error);
    }
    affair_free(affair);
    ticket_free(ticket);
    return fine;
}

void decide_locked(const struct mind *mind, const struct message *message, const struct plan_lock *lock, const char *zh,
                   const char *en, GPtrArray *plans)
{
    gboolean disagree;
    g_autofree char *hash = token_hash(token_agreed(message->sightings, &disagree));
    struct ticket *ticket = mind->records.ticket(mind->records.context, hash);
    struct affair *affair = affair_open(mind, ticket->request);
    g_autoptr(GPtrArray) findings = finding_list();
    const struct finding *finding = form_finding_add(mind->catalog, affair->form, findings, lock->refusal, lock->field, zh, en);

    draft_keep(affair, ticket, message, finding, plans, NULL); /* who has just written is answered: the directory is not asked */
    affair_free(affair);
    ticket_free(ticket);
}

static gboolean carry_on_paper(const struct attempt *attempt, const struct transition *transition, struct guard_result *result,
                               GPtrArray *plans, GError **error)
{
    g_autofree char **asked = guards_of_facts(transition);
    const struct transition on_paper = {.guards = asked};
    GError *problem = NULL;

    guards_ask(attempt, &on_paper, result, &problem);
    if (problem) {
        g_propagate_error(error, problem);
        return FALSE;
    }
    if (result->answer == GUARD_YES)
        return decision_carry(attempt, plans, error);
    return result->answer != GUARD_VOID || decision_void(attempt, result, plans, error);
}

gboolean decide_on_paper(const struct mind *mind, const struct paper_decision *paper, struct guard_result *result, GPtrArray *plans,
                         GError **error)
{
    struct affair *affair = affair_open(mind, paper->request);
    gboolean approve = paper->event == EVENT_APPROVE;
    struct message message = {
        .verdict = {approve ? VERDICT_APPROVE : VERDICT_REJECT, (char *)paper->reason, (char *)paper->archive, NULL}};
    struct attempt attempt = {.affair = affair,
                              .message = &message,
                              .event = paper->event,
                              .reviewer = paper->reviewer,
                              .stage = procedure_stage(affair->procedure, affair->request->state, NULL),
                              .vouched = paper->vouched};
    const struct transition *transition =
        transition_find(mind->procedures, affair->procedure, affair->request->state, paper->event);
    gboolean fine = TRUE;

    *result = (struct guard_result){.answer = GUARD_NO};
    if (affair->held) {
        guard_say_held(affair->held, NULL, result);
    } else if (transition) {
        fine = carry_on_paper(&attempt, transition, result, plans, error);
    } else {
        const struct refusal *refusal = refusal_find(mind->procedures, affair->procedure, affair->request->state, paper->event);
        result->zh = g_strdup(refusal->zh);
        result->en = g_strdup(refusal->en);
    }
    affair_free(affair);
    return fine;
}
