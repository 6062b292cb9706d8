#include "mailflow/delegation.h"

#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/objection.h"
#include "mailflow/reissue.h"
#include "mailflow/text.h"

static gboolean holds_value(const struct entry *entry, const char *attribute, const char *value)
{
    const GPtrArray *values = entry_values(entry, attribute);

    for (guint i = 0; values && i < values->len; i++)
        if (g_ascii_strcasecmp(g_ptr_array_index(values, i), value) == 0)
            return TRUE;
    return FALSE;
}

static gboolean is_called(const struct entry *entry, const char *whom)
{
    const char *name = entry_value(entry, ATTRIBUTE_CN);
    g_autofree char *said = text_fold_name(whom);
    g_autofree char *known = text_fold_name(name ? name : "");

    return g_ascii_strcasecmp(said, known) == 0;
}

static gboolean answers_to(const struct entry *entry, const char *whom)
{
    return strchr(whom, '@') ? holds_value(entry, ATTRIBUTE_MAIL, whom)
                             : holds_value(entry, ATTRIBUTE_UID, whom) || is_called(entry, whom);
}

/* Those of the authority's active reviewers who answer to it, borrowed from `reviewers`. */
static GPtrArray *candidates(const GPtrArray *reviewers, const char *whom)
{
    GPtrArray *found = g_ptr_array_new();

    for (guint i = 0; i < reviewers->len; i++)
        if (answers_to(g_ptr_array_index(reviewers, i), whom))
            g_ptr_array_add(found, g_ptr_array_index(reviewers, i));
    return found;
}

struct wrong { /* why not to them */
    char *zh, *en;
};

static gboolean say(struct wrong *wrong, const char *whom, const char *zh, const char *en)
{
    static const char how_zh[] = "申请未转办。请在第一行重新写“转办：”和同一主管部门一位同事的姓名、登录名或者邮箱。";
    static const char how_en[] =
        "Nothing was handed on. Please write DELEGATE and the name, login name or mail address of one colleague "
        "of your authority on the first line.";

    wrong->zh = g_strdup_printf("“%s”%s%s", whom, zh, how_zh);
    wrong->en = g_strdup_printf("\"%s\" %s. %s", whom, en, how_en);
    return FALSE;
}

/* Nobody of the authority answers to it: whether a reviewer does who is elsewhere or not active. Of the many who may bear a name only reviewers are asked for. */
static gboolean say_who_else(const struct affair *affair, const char *whom, struct wrong *wrong, GError **error)
{
    const struct facts *facts = &affair->mind->facts;
    g_autoptr(GPtrArray) all = facts->below(facts->context, affair->mind->policy->suffix, CLASS_REVIEWER, 0, error);
    gboolean elsewhere = FALSE, inactive = FALSE;

    if (!all)
        return FALSE;
    for (guint i = 0; i < all->len; i++) {
        const struct entry *entry = g_ptr_array_index(all, i);
        if (entry_archived(entry) || !answers_to(entry, whom))
            continue;
        gboolean active = g_strcmp0(entry_value(entry, ATTRIBUTE_ACTIVE), "TRUE") == 0;
        elsewhere |= active;
        inactive |= !active;
    }
    return elsewhere  ? say(wrong, whom, "不是贵主管部门的审核人员。", "is no reviewer of your authority")
           : inactive ? say(wrong, whom, "目前停用，不能审核。", "is not active")
                      : say(wrong, whom, "在目录中没有找到。", "was not found in the directory");
}

static gboolean say_several(const GPtrArray *found, const char *whom, struct wrong *wrong)
{
    g_autoptr(GString) mails = g_string_new(NULL);

    for (guint i = 0; i < found->len; i++) {
        const char *mail = entry_value(g_ptr_array_index(found, i), ATTRIBUTE_MAIL);
        if (mail)
            g_string_append_printf(mails, "%s%s", mails->len ? ", " : "", mail);
    }
    g_autofree char *zh = g_strdup_printf("不止一人，请写邮箱（%s）。", mails->str);
    g_autofree char *en = g_strdup_printf("is more than one person; please give a mail address (%s)", mails->str);
    return say(wrong, whom, zh, en);
}

/* Whether the one who was found may decide it. */
static gboolean may_decide(const struct attempt *attempt, const struct entry *delegate, struct wrong *wrong, GError **error)
{
    const char *name = entry_value(delegate, ATTRIBUTE_CN);
    GError *problem = NULL;

    if (g_strcmp0(delegate->uuid, attempt->reviewer->uuid) == 0)
        return say(wrong, name, "就是您本人。", "is yourself");
    if (!entry_value(delegate, ATTRIBUTE_MAIL))
        return say(wrong, name, "在目录中没有邮箱。", "has no mail address in the directory");
    if (affair_involves(attempt->affair, delegate))
        return say(wrong, name, "与该申请有利害关系，不能审核。", "has a part in this request and cannot decide it");
    gboolean decided = affair_has_decided(attempt->affair, delegate, &problem);
    if (problem)
        g_propagate_error(error, problem);
    else if (decided)
        say(wrong, name, "已审核过该申请的前一环节，不能再审核。", "has decided an earlier stage of this request");
    return !problem && !decided;
}

/* The colleague, borrowed from `reviewers`; NULL with the reason in `wrong`, or with `error`. */
static const struct entry *find_delegate(const struct attempt *attempt, const GPtrArray *reviewers, struct wrong *wrong,
                                         GError **error)
{
    const char *whom = attempt->message->instruction.whom;
    g_autoptr(GPtrArray) found = candidates(reviewers, whom);
    gboolean fine = found->len == 1 ? may_decide(attempt, g_ptr_array_index(found, 0), wrong, error)
                    : found->len    ? say_several(found, whom, wrong)
                                    : say_who_else(attempt->affair, whom, wrong, error);

    return fine ? g_ptr_array_index(found, 0) : NULL;
}

/* The colleague's own mail: who hands the task on, and what they say. */
static gboolean invite(const struct attempt *attempt, const struct entry *delegate, struct plan *plan, GError **error)
{
    const struct affair *affair = attempt->affair;
    const char *from = entry_value(attempt->reviewer, ATTRIBUTE_CN), *note = attempt->message->instruction.note;
    g_autofree char *zh = g_strdup_printf("%s将此审核任务转办给您，请您审核。%s%s", from, note ? "附言：" : "", note ? note : "");
    g_autofree char *en =
        g_strdup_printf("%s has handed this task on to you; please decide it.%s%s", from, note ? " Note: " : "", note ? note : "");
    struct notice_rule rule = reissue_invitation(affair);
    struct occasion occasion = {.state = affair->request->state,
                                .step = attempt->ticket->step,
                                .only = delegate->dn,
                                .serial = attempt->message->digest,
                                .problem_zh = zh,
                                .problem_en = en};

    return announce(affair, plan, &rule, &occasion, error);
}

static void write_down(const struct attempt *attempt, const struct entry *delegate, struct plan *plan)
{
    struct delegation *delegation = plan->delegation = g_new0(struct delegation, 1);

    delegation->request = g_strdup(attempt->affair->request->id);
    delegation->step = attempt->ticket->step;
    delegation->person = g_strdup(attempt->ticket->person);
    delegation->delegate = g_strdup(delegate->dn);
    delegation->name = g_strdup(entry_value(delegate, ATTRIBUTE_CN));
    delegation->at = attempt->affair->mind->now;
    plan->end_person = g_strdup(delegate->dn);
    plan->evidence = TRUE;
    plan_log(plan, "%s handed on at %s by %s to %s", attempt->affair->request->id, attempt->affair->request->state,
             attempt->message->from, entry_value(delegate, ATTRIBUTE_MAIL));
}

static gboolean hand_on(const struct attempt *attempt, const struct entry *delegate, GPtrArray *plans, GError **error)
{
    const struct affair *affair = attempt->affair;
    const struct message *message = attempt->message;
    struct plan *plan = plan_new("delegated", affair->request->id);
    const char *name = entry_value(delegate, ATTRIBUTE_CN);
    g_autofree char *zh = g_strdup_printf("已转办给%s，由其审核；您的审核邮件不再有效。", name);
    g_autofree char *en = g_strdup_printf("Handed on to %s, who decides it now; your own review mail is no longer valid.", name);
    g_autofree char *detail = g_strdup_printf("to %s; note %s; mail %s; origin %s", delegate->dn,
                                              message->instruction.note ? message->instruction.note : "-", message->digest,
                                              message->origin.says ? message->origin.says : "-");
    struct occasion occasion = {.message = message,
                                .to = message->from,
                                .language = attempt->ticket->language,
                                .serial = message->digest,
                                .problem_zh = zh,
                                .problem_en = en};

    write_down(attempt, delegate, plan);
    gboolean fine = invite(attempt, delegate, plan, error) &&
                    workflow_advance(affair, plan, EVENT_DELEGATE, &occasion, attempt->reviewer->dn, detail, plans, error);
    g_ptr_array_add(plans, plan);
    return fine;
}

gboolean delegation_carry(const struct attempt *attempt, GPtrArray *plans, GError **error)
{
    const struct affair *affair = attempt->affair;
    const struct facts *facts = &affair->mind->facts;
    g_autoptr(GPtrArray) reviewers = facts->reviewers(facts->context, affair->request->division, error);
    struct wrong wrong = {NULL, NULL};
    GError *problem = NULL;
    gboolean fine = FALSE;

    if (!reviewers)
        return FALSE;
    const struct entry *delegate = find_delegate(attempt, reviewers, &wrong, &problem);
    if (delegate)
        fine = hand_on(attempt, delegate, plans, &problem);
    else if (!problem)
        fine = objection_tell(affair, attempt->message, wrong.zh, wrong.en, attempt->ticket->language, plans, &problem);
    g_free(wrong.zh);
    g_free(wrong.en);
    if (problem)
        g_propagate_error(error, problem);
    return fine;
}
