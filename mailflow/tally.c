#include "mailflow/tally.h"

#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/ballot.h"
#include "mailflow/decision.h"
#include "mailflow/docket.h"
#include "mailflow/limits.h"
#include "mailflow/objection.h"
#include "mailflow/submit.h"
#include "mailflow/text.h"
#include "mailflow/undo.h"

#define AGAIN_BYTES 1000 /* of an answer that is given back to be corrected */

struct count { /* an answer while it is carried out */
    const struct mind *mind;
    const struct docket *docket;
    const struct message *message;
    const struct entry *reviewer; /* NULL when gone */
    struct notice *receipt;
    GPtrArray *plans;
    GHashTable *touched; /* requests that plans so far are about: what follows was not thought with them in mind */
    guint decided;
};

static void put(struct notice_outcome *outcome, const char *zh, const char *en)
{
    g_free(outcome->zh);
    g_free(outcome->en);
    outcome->zh = g_strdup(zh);
    outcome->en = g_strdup(en);
}

/* "同意，留档编号 7" */
static void put_verdict(struct notice_outcome *outcome, const struct verdict *verdict, const char *before_zh, const char *before_en)
{
    gboolean approve = verdict->word == VERDICT_APPROVE;
    g_autofree char *reason = verdict->reason ? text_one_line(verdict->reason, LIMIT_BALLOT_QUOTE) : NULL;
    const char *detail = approve ? verdict->archive : reason;
    g_autofree char *zh = g_strconcat(before_zh, approve ? "同意" : "不同意",
                                      !detail   ? NULL
                                      : approve ? "，留档编号 "
                                                : "，原因：",
                                      detail, NULL);
    g_autofree char *en = g_strconcat(before_en, approve ? "approved" : "rejected",
                                      !detail   ? NULL
                                      : approve ? ", archive number "
                                                : ", reason: ",
                                      detail, NULL);

    put(outcome, zh, en);
}

static struct notice_outcome *outcome_for(struct count *count, const struct ballot_line *line, const char *request, guint number)
{
    struct notice_outcome *outcome = notice_add_outcome(count->receipt);

    outcome->numbers = number ? g_strdup_printf("%u", number) : ballot_numbers(line);
    outcome->request = g_strdup(request);
    outcome->said = g_strdup(line->words);
    return outcome;
}

/* One request */

/* Whether nothing that the plans are about has been touched by a decision of this answer before: enterprises that move take their open requests along. */
static gboolean stands_alone(const struct count *count, const GPtrArray *plans)
{
    for (guint i = 0; i < plans->len; i++) {
        const char *request = ((const struct plan *)g_ptr_array_index(plans, i))->request;
        if (request && g_hash_table_contains(count->touched, request))
            return FALSE;
    }
    return TRUE;
}

static void take_plans(struct count *count, GPtrArray *plans)
{
    for (guint i = 0; i < plans->len; i++) {
        const char *request = ((const struct plan *)g_ptr_array_index(plans, i))->request;
        if (request)
            g_hash_table_add(count->touched, g_strdup(request));
    }
    while (plans->len)
        g_ptr_array_add(count->plans, g_ptr_array_steal_index(plans, 0));
}

/* Nothing is decided; the request's audit says why. */
static void note_refusal(struct count *count, const struct attempt *attempt, gboolean late, const char *why)
{
    const struct affair *affair = attempt->affair;
    struct plan *plan = plan_new("asked", affair->request->id);
    const char *state = affair->request->state;

    plan->evidence = TRUE;
    plan->latecomer = late ? g_strdup(attempt->ticket->person) : NULL;
    plan_log(plan, "%s: not decided by the list's answer from %s: %s", affair->request->id, count->message->from, why);
    plan_event(plan, count->message->from, event_name(EVENT_BAD_REPLY), state, state, why);
    g_ptr_array_add(count->plans, plan);
}

static const struct {
    enum guard_answer answer;
    gboolean (*carry)(const struct attempt *attempt, const struct guard_result *result, GPtrArray *plans, GError **error);
} consequences[] = {
    {GUARD_VOID, decision_void},
    {GUARD_WAIT, decision_wait},
};

/* What the guards' answer brings about, into `plans`. */
static gboolean follow(const struct attempt *attempt, const struct guard_result *result, GPtrArray *plans, GError **error)
{
    if (result->answer == GUARD_YES)
        return undo_wait(attempt, plans, error);
    for (guint i = 0; i < G_N_ELEMENTS(consequences); i++)
        if (consequences[i].answer == result->answer)
            return consequences[i].carry(attempt, result, plans, error);
    return TRUE;
}

/* What was listed is what is signed: of a form that is another by now the reason is told. */
static void name_changed_form(const struct attempt *attempt, struct guard_result *result)
{
    const struct step *open = affair_open_step(attempt->affair);

    if (result->answer != GUARD_NO || !open || open->number != attempt->ticket->step || attempt->ticket->fate ||
        g_strcmp0(attempt->ticket->digest, attempt->affair->request->digest) == 0)
        return;
    guard_result_clear(result);
    result->zh = g_strdup("清单发出后该申请的内容已有变化，请核对并回复其最新的审核邮件。");
    result->en = g_strdup("The request's form has changed since it was listed; please check and answer its newest review mail.");
}

/* What a line lacked, and how that line is written with it: a verdict alone decides nothing on a list. */
static const struct {
    const char *guard, *zh, *en;
} lacking[] = {
    {"evidence", "缺少留档编号，没有办理；请回复“%s 同意 留档编号：……”。",
     "The archive number is missing; please answer: %s APPROVE ARCHIVE: ..."},
    {"reason", "缺少原因，没有办理；请回复“%s 不同意 原因：……”。", "The reason is missing; please answer: %s REJECT REASON: ..."},
};

static void put_refusal(struct notice_outcome *outcome, const struct guard_result *result)
{
    put(outcome, result->zh ? result->zh : "该申请已不在审核中。", result->en ? result->en : "It is not under review any more.");
    for (guint i = 0; i < G_N_ELEMENTS(lacking); i++)
        if (result->answer == GUARD_NO && g_strcmp0(result->guard, lacking[i].guard) == 0) {
            g_auto(GStrv) zh = g_strsplit(lacking[i].zh, "%s", 2), en = g_strsplit(lacking[i].en, "%s", 2);
            g_autofree char *said_zh = g_strjoinv(outcome->numbers, zh), *said_en = g_strjoinv(outcome->numbers, en);
            put(outcome, said_zh, said_en);
        }
}

static const char undo_zh[] = "已记录，撤回期满后生效（如需撤回，请在此之前回复该申请的审核邮件，只写“撤回”）：";
static const char undo_en[] =
    "recorded, takes effect when it can no longer be taken back (until then answer the request's review mail with UNDO): ";

static gboolean attempt_item(struct count *count, const struct attempt *attempt, struct notice_outcome *outcome, GError **error)
{
    static char *token[] = {"token", NULL};
    const struct transition closed = {.guards = token}; /* says what became of it */
    const struct affair *affair = attempt->affair;
    const struct transition *transition =
        transition_find(count->mind->procedures, affair->procedure, affair->request->state, attempt->event);
    g_autoptr(GPtrArray) plans = plan_list();
    struct guard_result result;
    GError *problem = NULL;

    guards_ask(attempt, transition ? transition : &closed, &result, &problem);
    if (!problem && !transition && result.answer == GUARD_YES)
        result.answer = GUARD_NO;
    if (!problem)
        name_changed_form(attempt, &result);
    if (!problem)
        follow(attempt, &result, plans, &problem);
    if (problem) {
        guard_result_clear(&result);
        g_propagate_error(error, problem);
        return FALSE;
    }
    if (!stands_alone(count, plans)) {
        put(outcome, "该申请与本邮件中的另一项决定相互影响，本次没有办理，请另行回复。",
            "It depends on another decision of this answer and was not decided; please answer it by itself.");
    } else {
        outcome->done = result.answer == GUARD_YES;
        if (outcome->done)
            put_verdict(outcome, &attempt->message->verdict, count->mind->policy->undo_minutes ? undo_zh : "已",
                        count->mind->policy->undo_minutes ? undo_en : "");
        else
            put_refusal(outcome, &result);
        take_plans(count, plans);
    }
    if (!outcome->done)
        note_refusal(count, attempt, result.late, outcome->en);
    count->decided += outcome->done;
    guard_result_clear(&result);
    return TRUE;
}

static gboolean decide_item(struct count *count, const struct ballot_line *line, guint number, GError **error)
{
    const struct docket *docket = count->docket;
    const struct docket_item *item = g_ptr_array_index(docket->items, number - 1);
    struct affair *affair = affair_open(count->mind, item->request);
    /* As its review mail's, but that nothing is used up: the step is, by the decision. */
    struct ticket ticket = {.request = item->request,
                            .step = item->step,
                            .role = (char *)"reviewer",
                            .person = docket->person,
                            .mail = docket->mail,
                            .name = docket->name,
                            .language = docket->language,
                            .digest = item->digest,
                            .fate = docket_handed_on(affair, item->step, docket->person) ? (char *)"delegated" : NULL,
                            .made = docket->made};
    struct message said = *count->message;
    said.verdict = line->verdict;
    struct attempt attempt = {.affair = affair,
                              .ticket = &ticket,
                              .message = &said,
                              .event = line->verdict.word == VERDICT_APPROVE ? EVENT_APPROVE : EVENT_REJECT,
                              .reviewer = count->reviewer,
                              .stage = procedure_stage(affair->procedure, affair->request->state, NULL)};

    gboolean fine = attempt_item(count, &attempt, outcome_for(count, line, item->request, number), error);
    affair_free(affair);
    return fine;
}

static gboolean decide_lines(struct count *count, const struct ballot *ballot, GError **error)
{
    for (guint i = 0; i < ballot->lines->len; i++) {
        const struct ballot_line *line = g_ptr_array_index(ballot->lines, i);
        guint numbers = line->all ? count->docket->items->len : line->numbers->len;
        for (guint k = 0; k < numbers; k++)
            if (!decide_item(count, line, line->all ? k + 1 : g_array_index(line->numbers, guint, k), error))
                return FALSE;
    }
    return TRUE;
}

/* The receipt */

/* Answered by the same token, of which only the answer that bore it knows the text. */
static void post_receipt(const struct count *count, struct plan *plan, gboolean answerable)
{
    const struct message *message = count->message;
    g_autofree char *effect = g_strdup_printf("NR/%s/%s", message->digest, message->from);
    gboolean disagree;

    count->receipt->in_reply_to = g_strdup(message->message_id);
    if (tell_answerable(count->mind, message))
        tell_post(count->mind, plan, count->receipt, effect, answerable ? token_agreed(message->sightings, &disagree) : NULL);
}

static void refuse(struct count *count, const char *zh, const char *en, const char *why, gboolean answerable)
{
    struct plan *plan = plan_new("asked", NULL);
    g_autofree char *thread = g_strdup_printf("docket/%.16s", count->docket->hash);

    count->receipt->problem_zh = g_strdup(zh);
    count->receipt->problem_en = g_strdup(en);
    plan->evidence = TRUE;
    plan_log(plan, "answer from %s to the list of %s asked back: %s", count->message->from, count->docket->day, why);
    plan_event(plan, count->message->from, event_name(EVENT_BAD_REPLY), NULL, NULL, why);
    if (answerable && strlen(count->message->own) <= AGAIN_BYTES && *count->message->own)
        notice_add_answer(count->receipt, "修改后重新答复", "Correct and send again", count->message->own);
    post_receipt(count, plan, answerable);
    submit_limit_thread(plan, count->mind, count->message, thread, why);
    submit_limit(plan, count->mind, count->message, "NR", SUBMIT_QUESTIONS_MOST);
    g_ptr_array_add(count->plans, plan);
}

/* Line by line what was read and what is wrong; nothing is done. */
static void refuse_lines(struct count *count, const struct ballot *ballot)
{
    const struct ballot_problem *first = NULL;

    for (guint i = 0; i < ballot->lines->len; i++) {
        const struct ballot_line *line = g_ptr_array_index(ballot->lines, i);
        struct notice_outcome *outcome = outcome_for(count, line, NULL, 0);
        if (line->problem)
            put(outcome, line->problem->zh, line->problem->en);
        else
            put_verdict(outcome, &line->verdict, "读作：", "read as: ");
        first = first ? first : line->problem;
    }
    if (ballot->lines->len)
        refuse(count, "有的行未能识别，因此全部没有办理。请逐行写明序号和决定，例如“1-4 同意 留档编号：……”“5 不同意 原因：……”。",
               "Not every line was understood, so nothing was done. Give each line its numbers and a decision: 1-4 APPROVE "
               "ARCHIVE: ..., "
               "5 REJECT REASON: ...",
               first ? first->en : "nothing was read", TRUE);
    else
        refuse(count, "没有读到以序号开头的决定。请逐行写明序号和决定，例如“1-4 同意 留档编号：……”“5 不同意 原因：……”。",
               "No line that begins with a number was read. Give each line its numbers and a decision: 1-4 APPROVE ARCHIVE: ..., 5 "
               "REJECT "
               "REASON: ...",
               "no numbered line", TRUE);
}

/* All at once where papers are archived needs their number: who forgot it meant nothing of what the line says. */
static gboolean archive_missing(const struct count *count, const struct ballot *ballot)
{
    for (guint i = 0; i < ballot->lines->len; i++) {
        const struct ballot_line *line = g_ptr_array_index(ballot->lines, i);
        if (!line->all || line->verdict.word != VERDICT_APPROVE || line->verdict.archive)
            continue;
        for (guint k = 0; k < count->docket->items->len; k++) {
            const struct docket_item *item = g_ptr_array_index(count->docket->items, k);
            struct affair *affair = affair_open(count->mind, item->request);
            const struct stage *stage = procedure_stage(affair->procedure, affair->request->state, NULL);
            gboolean missing = stage && stage_archives(stage);
            affair_free(affair);
            if (missing)
                return TRUE;
        }
    }
    return FALSE;
}

/* What is about one request is said in answer to its own mail. */
static const struct {
    enum instruction_word word;
    const char *zh, *en, *why;
} apart[] = {
    {INSTRUCTION_UNDO, "撤回决定的，请回复该申请的审核邮件，正文只写“撤回”；一次撤回一项。",
     "To take a decision back, answer that request's own review mail with UNDO alone.", "it takes a decision back"},
    {INSTRUCTION_DELEGATE, "转办的，请回复该申请的审核邮件，第一行只写“转办：”和同事的姓名或者邮箱；一次转办一项。",
     "To hand a task on, answer that request's own review mail with DELEGATE and a colleague's name.", "it hands a task on"},
};

static gboolean is_apart(struct count *count)
{
    for (guint i = 0; i < G_N_ELEMENTS(apart); i++)
        if (count->message->instruction.word == apart[i].word) {
            refuse(count, apart[i].zh, apart[i].en, apart[i].why, FALSE);
            return TRUE;
        }
    return FALSE;
}

static gboolean carry_out(struct count *count, GError **error)
{
    gboolean fine = TRUE;

    if (is_apart(count))
        return TRUE;
    struct ballot *ballot = ballot_read(count->message->own);
    if (!ballot_check(ballot, count->docket->items->len)) {
        refuse_lines(count, ballot);
    } else if (archive_missing(count, ballot)) {
        refuse(count, "所列申请中有需要留档编号的，“全部同意”时须一并写明：“全部同意 留档编号：……”。没有办理任何一项。",
               "Some of the listed requests need an archive number: APPROVE ALL ARCHIVE: ... Nothing was done.",
               "all without archive number", TRUE);
    } else if ((fine = decide_lines(count, ballot, error))) {
        struct plan *plan = plan_new("answered", NULL);
        plan->evidence = TRUE;
        plan_log(plan, "list of %s answered by %s: %u decided, %u not", count->docket->day, count->message->from, count->decided,
                 count->receipt->outcomes->len - count->decided);
        post_receipt(count, plan, TRUE);
        g_ptr_array_add(count->plans, plan);
    }
    ballot_free(ballot);
    return fine;
}

static gboolean is_theirs(const struct count *count)
{
    const GPtrArray *mails = count->reviewer ? entry_values(count->reviewer, ATTRIBUTE_MAIL) : NULL;

    for (guint i = 0; mails && count->message->from && i < mails->len; i++)
        if (g_ascii_strcasecmp(g_ptr_array_index(mails, i), count->message->from) == 0)
            return TRUE;
    return FALSE;
}

/* Another reviewer hears that it is not theirs to answer, anybody else one neutral line: as with a review mail. */
static gboolean turn_away(struct count *count, GError **error)
{
    static char *sender[] = {"sender", NULL};
    const struct transition identity = {.guards = sender};
    const struct docket_item *item = g_ptr_array_index(count->docket->items, 0);
    struct affair *affair = affair_open(count->mind, item->request);
    struct ticket ticket = {.request = item->request, .step = item->step, .person = count->docket->person};
    struct attempt attempt = {.affair = affair,
                              .ticket = &ticket,
                              .message = count->message,
                              .event = EVENT_APPROVE,
                              .reviewer = count->reviewer,
                              .stage = procedure_stage(affair->procedure, affair->request->state, NULL)};
    struct guard_result result;
    GError *problem = NULL;

    guards_ask(&attempt, &identity, &result, &problem);
    if (!problem && result.answer == GUARD_NO)
        refuse(count, result.zh, result.en, result.en, FALSE);
    else if (!problem)
        objection_stranger(count->mind, count->message, NULL, "the sender is not the list's reviewer", count->plans);
    guard_result_clear(&result);
    affair_free(affair);
    if (problem)
        g_propagate_error(error, problem);
    return problem == NULL;
}

gboolean tally(const struct mind *mind, const struct docket *docket, const struct message *message, GPtrArray *plans,
               GError **error)
{
    GError *problem = NULL;
    struct entry *reviewer = mind->facts.read(mind->facts.context, docket->person, &problem);
    struct hearer hearer = {message->from, docket->name, docket->language, docket->person, NULL};
    struct count count = {.mind = mind,
                          .docket = docket,
                          .message = message,
                          .reviewer = reviewer,
                          .receipt = notice_new("NR"),
                          .plans = plans,
                          .touched = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};

    if (message->from)
        tell_mail(count.receipt, mind, &hearer);
    if (!problem && !is_theirs(&count))
        turn_away(&count, &problem);
    else if (!problem && docket->fate)
        refuse(&count, "这份清单已被新的清单取代，没有办理任何一项，请回复最新的一份。",
               "This list has been replaced by a newer one and nothing was done; please answer that one.", "the list is superseded",
               FALSE);
    else if (!problem)
        carry_out(&count, &problem);
    g_hash_table_unref(count.touched);
    notice_free(count.receipt);
    entry_free(reviewer);
    if (problem)
        g_propagate_error(error, problem);
    return problem == NULL;
}
