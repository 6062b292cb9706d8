#include "mailflow/intake.h"

#include <string.h>

#include "mailflow/absence.h"
#include "mailflow/decide.h"
#include "mailflow/submit.h"
#include "mailflow/wish.h"

static void quarantine(const struct mind *mind, const char *digest, const char *why, GPtrArray *plans)
{
    struct plan *plan = plan_new("quarantined", NULL);
    g_autofree char *zh = g_strdup_printf("一封邮件无法读取，已移入隔离文件夹（%s）。当日后续的同类邮件不再逐一报告。", why);
    g_autofree char *en = g_strdup_printf(
        "A mail could not be read and was put into the quarantine folder (%s). Further ones of this day are not reported.", why);
    g_autofree char *clock = mind_clock(mind->now);

    plan->quarantine = TRUE;
    plan_log(plan, "quarantined: %s", why);
    tell_operator(mind, plan, zh, en, digest);
    plan_limit(plan, 1, mind->now + 2 * 86400000LL, "quarantine|%.10s", clock);
    g_ptr_array_add(plans, plan);
}

/* Whatever became of the message: whoever can read the mailbox would find a signed answer that was refused, and put it under another token. */
static void spend_signature(const struct message *message, GPtrArray *plans)
{
    const struct signature *signature = message->signature;
    struct plan *own = g_ptr_array_index(plans, plans->len - 1);

    if (signature && (signature->state == SIGNATURE_INTACT || signature->state == SIGNATURE_PARTIAL))
        own->signature = g_strdup(signature->digest);
}

GPtrArray *intake(const struct mind *mind, const struct message *message, GError **error)
{
    g_autoptr(GPtrArray) plans = plan_list();
    gboolean fine = TRUE, answered;

    switch (message->kind) {
    case KIND_BOUNCE:
    case KIND_AUTOMATIC:
    case KIND_LIST:
        fine = absence_note(mind, message, plans, error);
        break;
    case KIND_UNKNOWN:
        quarantine(mind, message->digest, message->why, plans);
        break;
    case KIND_FORM:
        fine = wish_answer_query(mind, message, &answered, plans, error) && (answered || submit(mind, message, plans, error));
        break;
    case KIND_REPLY:
    case KIND_QUESTION:
        if (message->sightings->len)
            fine = decide(mind, message, plans, error);
        else if (finding_errors(message->findings))
            submit_refuse(mind, message, message->findings, plans);
        else
            fine = wish_answer(mind, message, plans, error);
        break;
    }
    if (fine)
        spend_signature(message, plans);
    return fine ? g_steal_pointer(&plans) : NULL;
}

/* Who asks for what their own open request holds is told which one it is (7.1); others are not. */
static void name_holder(const struct mind *mind, const struct message *message, const struct plan_lock *lock, char **zh, char **en)
{
    struct request *holder = mind->records.lock_holder(mind->records.context, lock->kind, lock->key);

    if (holder && message->from && g_ascii_strcasecmp(holder->mail, message->from) == 0) {
        *zh = g_strdup_printf("您的申请 %s 正在办理，须待其办结或撤回", holder->id);
        *en = g_strdup_printf("your request %s is still open; it has to end, or to be withdrawn, first", holder->id);
    }
    request_free(holder);
}

GPtrArray *intake_locked(const struct mind *mind, const struct message *message, const struct plan_lock *lock)
{
    GPtrArray *plans = plan_list();
    g_autoptr(GPtrArray) findings = finding_list();
    g_autofree char *zh = NULL;
    g_autofree char *en = NULL;

    name_holder(mind, message, lock, &zh, &en);
    if (message->form) {
        form_finding_add(mind->catalog, message->form, findings, lock->refusal, lock->field, zh, en);
        submit_refuse(mind, message, findings, plans);
    } else {
        decide_locked(mind, message, lock, zh, en, plans);
    }
    return plans;
}

GPtrArray *intake_unanswered(const struct mind *mind, const struct message *message, const char *why)
{
    GPtrArray *plans = plan_list();
    struct plan *answer = plan_new("unanswered", NULL), *own = plan_new(PLAN_UNANSWERED, NULL);
    struct occasion occasion = {.message = message,
                                .problem_zh = "您的邮件暂时无法办理，已转系统管理员处理，无需重新发送。",
                                .problem_en =
                                    "Your mail cannot be dealt with at the moment; the system's administrator has it. There is "
                                    "no need to send it again."};
    g_autofree char *zh =
        g_strdup_printf("目录不回答办理一封邮件所需的查询，该邮件已移入隔离文件夹；排除原因后移回收件箱即可继续办理（%s）。", why);
    g_autofree char *en = g_strdup_printf("The directory does not answer what has to be asked for one mail, which was put into the "
                                          "quarantine folder; moved back into the inbox it is dealt with again (%s).",
                                          why);

    tell_answer(mind, answer, "NX", NULL, &occasion);
    submit_limit(answer, mind, message, "NX/unanswered", SUBMIT_STRANGERS_MOST);
    g_ptr_array_add(plans, answer);
    own->quarantine = TRUE;
    plan_log(own, "mail from %s quarantined: %s", message->from ? message->from : "nobody", why);
    tell_operator(mind, own, zh, en, message->digest);
    g_ptr_array_add(plans, own);
    return plans;
}

GPtrArray *intake_unreadable(const struct mind *mind, const char *digest, const char *why)
{
    GPtrArray *plans = plan_list();

    quarantine(mind, digest, why, plans);
    return plans;
}
