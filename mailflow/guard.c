#include "mailflow/guard.h"

#include "ldap-schema/names.h"
#include "mailflow/proof.h"
#include "mailflow/rule.h"

static enum guard_answer say(struct guard_result *result, enum guard_answer answer, const char *zh, const char *en)
{
    result->zh = g_strdup(zh);
    result->en = g_strdup(en);
    return answer;
}

static gboolean from_reviewer(const struct attempt *attempt)
{
    const GPtrArray *mails = attempt->reviewer ? entry_values(attempt->reviewer, ATTRIBUTE_MAIL) : NULL;

    for (guint i = 0; mails && attempt->message->from && i < mails->len; i++)
        if (g_ascii_strcasecmp(g_ptr_array_index(mails, i), attempt->message->from) == 0)
            return TRUE;
    return FALSE;
}

/* Whether the sender is a reviewer of ours, though perhaps not the one the token is for. */
static gboolean from_some_reviewer(const struct attempt *attempt, gboolean *known, GError **error)
{
    const struct facts *facts = &attempt->affair->mind->facts;
    g_autoptr(GPtrArray) found =
        attempt->message->from ? facts->find(facts->context, ATTRIBUTE_MAIL, attempt->message->from, error) : entry_list();

    *known = FALSE;
    for (guint i = 0; found && i < found->len; i++) {
        const struct entry *entry = g_ptr_array_index(found, i);
        *known |= entry_is(entry, CLASS_REVIEWER) && !entry_archived(entry);
    }
    return found != NULL;
}

/* Whether the sender has a mail of their own about the same that can be answered. */
static gboolean was_asked_too(const struct attempt *attempt)
{
    const GPtrArray *tickets = attempt->affair->tickets;

    for (guint i = 0; i < tickets->len; i++) {
        const struct ticket *ticket = g_ptr_array_index(tickets, i);
        if (ticket->person && ticket->step == attempt->ticket->step &&
            g_ascii_strcasecmp(ticket->mail, attempt->message->from) == 0)
            return TRUE;
    }
    return FALSE;
}

/* The last decision, for "already dealt with by ...". */
static const struct step *last_decision(const struct affair *affair, int number)
{
    for (guint i = 0; i < affair->steps->len; i++) {
        const struct step *step = g_ptr_array_index(affair->steps, i);
        if (step->number == number && step->reviewer)
            return step;
    }
    return NULL;
}

void guard_say_held(const struct held *held, const char *person, struct guard_result *result)
{
    gboolean own = g_strcmp0(held->reviewer, person) == 0, approve = g_str_equal(held->verdict, "approve");
    const char *said_zh = approve ? "同意" : "不同意", *said_en = approve ? "approved" : "rejected";
    g_autofree char *at = mind_clock(held->at);
    g_autofree char *due = mind_clock(held->due);

    result->answer = GUARD_NO;
    result->late = !own && person;
    result->zh =
        own ? g_strdup_printf("您已于 %s 作出决定（%s），将于 %s 生效。如需更改，请在此之前回复，正文只写“撤回”，再重新作出决定。",
                              at, said_zh, due)
            : g_strdup_printf("该申请已由他人处理：%s 于 %s %s，将于 %s 生效。", held->name, at, said_zh, due);
    result->en =
        own ? g_strdup_printf(
                  "You %s it on %s, which takes effect at %s. To change it, answer with UNDO alone before then and decide anew.",
                  said_en, at, due)
            : g_strdup_printf("Already decided: %s %s it on %s, which takes effect at %s.", held->name, said_en, at, due);
}

/* G1: the token is of this request's open step, shown the form that stands now, and unused (7.12, 7.13). */
static enum guard_answer ask_token(const struct attempt *attempt, struct guard_result *result, GError **error)
{
    const struct affair *affair = attempt->affair;
    const struct step *open = affair_open_step(affair);
    const struct step *decided = last_decision(affair, attempt->ticket->step);

    (void)error;
    if (affair->held && open && open->number == attempt->ticket->step) {
        if (!from_reviewer(attempt))
            return say(result, GUARD_STRANGER, "令牌已失效", "the token decides nothing while a decision waits");
        guard_say_held(affair->held, attempt->ticket->person, result);
        return result->answer;
    }
    if (ticket_usable(attempt->ticket) && open && open->number == attempt->ticket->step &&
        g_strcmp0(attempt->ticket->digest, affair->request->digest) == 0)
        return GUARD_YES;
    if (!from_reviewer(attempt))
        return say(result, GUARD_STRANGER, "令牌已失效", "the token is not valid any more");
    if (decided && g_strcmp0(decided->reviewer, attempt->ticket->person) != 0) {
        g_autofree char *at = mind_clock(decided->closed);
        result->zh = g_strdup_printf("该申请已由他人处理：%s 于 %s %s。", decided->reviewer_name, at,
                                     g_str_equal(decided->verdict, "approve") ? "同意" : "不同意");
        result->en = g_strdup_printf("Already decided: %s %s it on %s.", decided->reviewer_name,
                                     g_str_equal(decided->verdict, "approve") ? "approved" : "rejected", at);
        return GUARD_NO;
    }
    const struct refusal *refusal =
        refusal_find(affair->mind->procedures, affair->procedure, affair->request->state, attempt->event);
    const struct delegation *delegation = affair_delegation(affair, attempt->ticket->step, attempt->ticket->person);
    if (delegation && !decided && g_strcmp0(attempt->ticket->fate, "delegated") == 0) {
        result->zh = g_strdup_printf("您已将该申请转办给%s，由其审核。", delegation->name);
        result->en = g_strdup_printf("You handed this task on to %s, who decides it.", delegation->name);
        return GUARD_NO;
    }
    if (attempt->ticket->fate && open && open->number == attempt->ticket->step)
        return say(result, GUARD_NO, "这封审核邮件已被新的邮件取代，请回复最新的一封。",
                   "This review mail has been replaced by a newer one; please answer that one.");
    if (decided && attempt->event != EVENT_UNDO)
        return say(result, GUARD_NO, "您已对该申请作出决定，以第一次的决定为准。",
                   "You have decided this request already; your first decision stands.");
    return say(result, GUARD_NO, refusal->zh, refusal->en);
}

static enum guard_answer ask_proof(const struct attempt *attempt, struct guard_result *result)
{
    const struct affair *affair = attempt->affair;
    struct proof_found found;

    proof_find(affair->mind, attempt->message, attempt->reviewer, affair_proof(affair, attempt->stage), affair_asked(affair),
               &found);
    result->trouble = found.trouble;
    enum guard_answer answer = found.given ? GUARD_YES : say(result, GUARD_NO, found.zh, found.en);
    proof_found_clear(&found);
    return answer;
}

/* G2: the sender is that reviewer by the directory's mail at this moment, and the mail's origin is proved as the stage demands. */
static enum guard_answer ask_sender(const struct attempt *attempt, struct guard_result *result, GError **error)
{
    gboolean known;

    if (from_reviewer(attempt))
        return ask_proof(attempt, result);
    if (!from_some_reviewer(attempt, &known, error))
        return GUARD_FAULT;
    if (known && was_asked_too(attempt))
        return say(result, GUARD_NO, "该审核邮件是发给另一位审核人员的，请用发给您本人的邮件回复。",
                   "This review mail was addressed to another reviewer; please answer the one addressed to you.");
    if (known)
        return say(
            result, GUARD_NO,
            "该审核邮件是发给另一位审核人员的，只有收件人本人可以答复；现在没有请您审核，您的答复不起作用。有意见请与收件人联系。",
            "This review mail was addressed to another reviewer, who alone can answer it. You have not been asked to decide "
            "this, so your answer has no effect; please talk to the addressee.");
    return say(result, GUARD_STRANGER, "发件人不是该审核人员", "the sender is not that reviewer");
}

/* The authority that decides now; after the end the one that records surrenders: that which archived, or the province where the site wants it so (6.6). */
static const char *authority(const struct attempt *attempt)
{
    const struct affair *affair = attempt->affair;
    const struct step *first = affair_first_step(affair);

    if (attempt->ticket && g_str_equal(attempt->ticket->role, "provinceArchivist"))
        return "370000";
    return affair->request->division || !first ? affair->request->division : first->division;
}

/* G3: active, and of the deciding authority now (7.10, 7.35). */
static enum guard_answer ask_member(const struct attempt *attempt, struct guard_result *result, GError **error)
{
    const struct facts *facts = &attempt->affair->mind->facts;
    g_autoptr(GPtrArray) reviewers = facts->reviewers(facts->context, authority(attempt), error);

    if (!reviewers)
        return GUARD_FAULT;
    for (guint i = 0; i < reviewers->len; i++) {
        const struct entry *reviewer = g_ptr_array_index(reviewers, i);
        if (reviewer->uuid && g_strcmp0(reviewer->uuid, attempt->reviewer->uuid) == 0)
            return GUARD_YES;
    }
    return say(result, GUARD_NO, "您现在不是该主管部门的审核人员。", "You are not a reviewer of the deciding authority now.");
}

/* G4 (7.9). */
static enum guard_answer ask_uninvolved(const struct attempt *attempt, struct guard_result *result, GError **error)
{
    (void)error;
    if (!affair_involves(attempt->affair, attempt->reviewer))
        return GUARD_YES;
    return say(result, GUARD_NO, "您与该申请有利害关系，不能审核。", "You have a part in this request and cannot decide it.");
}

/* G5: four eyes (7.11). */
static enum guard_answer ask_four_eyes(const struct attempt *attempt, struct guard_result *result, GError **error)
{
    GError *problem = NULL;
    gboolean decided = affair_has_decided(attempt->affair, attempt->reviewer, &problem);

    if (problem) {
        g_propagate_error(error, problem);
        return GUARD_FAULT;
    }
    return decided ? say(result, GUARD_NO, "您已审核过该申请的前一环节，不能再审核本环节。",
                         "You have decided an earlier stage of this request.")
                   : GUARD_YES;
}

/* G6: an approval with 留档编号 where the stage asks for it (R-22, 7.16). */
static enum guard_answer ask_evidence(const struct attempt *attempt, struct guard_result *result, GError **error)
{
    (void)error;
    if (!stage_archives(attempt->stage) || attempt->message->verdict.archive)
        return GUARD_YES;
    return say(result, GUARD_NO, "缺少留档编号：同意时须写明书面材料的留档编号，请重新回复“同意”并另起一行写“留档编号：…”。",
               "The archive number is missing: an approval names it. Please answer again with 同意 (APPROVE) and a line "
               "留档编号：… (ARCHIVE: …).");
}

/* G6: a rejection with its reason. */
static enum guard_answer ask_reason(const struct attempt *attempt, struct guard_result *result, GError **error)
{
    (void)error;
    if (attempt->message->verdict.reason)
        return GUARD_YES;
    return say(
        result, GUARD_NO, "缺少原因：不同意时须写明原因，请重新回复“不同意”并另起一行写“原因：…”。",
        "The reason is missing: a rejection names it. Please answer again with 不同意 (REJECT) and a line 原因：… (REASON: …).");
}

/* The first error among the rules to be asked again; NULL when there is none. */
static const struct finding *first_error(const struct affair *affair, const char *again, GPtrArray *findings, GError **error)
{
    return rules_ask(affair, again, findings, error) ? finding_first_error(findings) : NULL;
}

/* G7: the business facts are still true: what was asked for may have come to be by another way (7.23), what it rests on may be gone (7.3) or closed for now (7.2). */
static enum guard_answer ask_facts(const struct attempt *attempt, struct guard_result *result, GError **error)
{
    g_autoptr(GPtrArray) gone = finding_list();
    g_autoptr(GPtrArray) held = finding_list();
    GError *problem = NULL;
    const struct finding *first = first_error(attempt->affair, "void", gone, &problem);
    enum guard_answer answer = GUARD_VOID;

    if (!first && !problem) {
        first = first_error(attempt->affair, "wait", held, &problem);
        answer = GUARD_WAIT;
    }
    if (problem) {
        g_propagate_error(error, problem);
        return GUARD_FAULT;
    }
    return first ? say(result, answer, first->zh, first->en) : GUARD_YES;
}

static const struct {
    const char *name;
    enum guard_answer (*ask)(const struct attempt *attempt, struct guard_result *result, GError **error);
} guards[] = {
    {"token", ask_token},         {"sender", ask_sender},     {"member", ask_member}, {"uninvolved", ask_uninvolved},
    {"four-eyes", ask_four_eyes}, {"evidence", ask_evidence}, {"reason", ask_reason}, {"facts", ask_facts},
};

char **guards_of_facts(const struct transition *transition)
{
    GPtrArray *asked = g_ptr_array_new();

    for (char **name = transition->guards; *name; name++)
        if (!g_str_equal(*name, "token") && !g_str_equal(*name, "sender"))
            g_ptr_array_add(asked, *name);
    g_ptr_array_add(asked, NULL);
    return (char **)g_ptr_array_free(asked, FALSE);
}

gboolean guard_exists(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(guards); i++)
        if (g_str_equal(guards[i].name, name))
            return TRUE;
    return FALSE;
}

void guards_ask(const struct attempt *attempt, const struct transition *transition, struct guard_result *result, GError **error)
{
    *result = (struct guard_result){.answer = GUARD_YES};
    for (char **name = transition->guards; *name && result->answer == GUARD_YES; name++)
        for (guint i = 0; i < G_N_ELEMENTS(guards); i++)
            if (g_str_equal(guards[i].name, *name)) {
                result->guard = guards[i].name;
                result->answer = guards[i].ask(attempt, result, error);
            }
}

void guard_result_clear(struct guard_result *result)
{
    g_clear_pointer(&result->zh, g_free);
    g_clear_pointer(&result->en, g_free);
}
