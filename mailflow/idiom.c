#include "mailflow/idiom.h"

#include <string.h>

/* clang-format off */
static const char *const systems[] = {
    "mailer-daemon", "mailer_daemon", "mailerdaemon", "mail-daemon", "maildaemon", "mail delivery", "mail deliver",
    "mail administrator", "postmaster", "post_master", "post-master", "mdaemon", "mail router", "mail system",
    "system administrator", "邮件系统", "退信", "メール配信", NULL,
};

static const char *const failure_subjects[] = {
    "undeliverable", "undelivered", "undeliverd", "delivery status notif", "delivery notification", "delivery failure",
    "delivery report", "delivery error", "delivery problem", "delivery has failed", "delivery to the following",
    "delivery incomplete", "delivery delayed", "delivery failed", "delivery status", "failure notice", "failure delivery",
    "failed delivery", "failed mail", "failed to deliver", "failure notification", "mail failure",
    "mail could not be delivered", "returned mail", "returned to sender", "returned message", "return to sender",
    "mail system error", "mail error", "message status - undeliverable", "non-delivery", "nondelivery", "nondeliverable",
    "non delivery", "not deliver", "could not send message", "could not be delivered", "unable to deliver",
    "unable to send", "not be delivered", "message delayed", "warning: message", "warning - delayed mail", "delayed mail",
    "delivery attempts", "email address unknown", "user unknown", "message could not", "rejected mail", "mail rejected",
    "message rejected", "mailbox full", "bounce", "was blocked", "message blocked", "invalid address", "address not found",
    "loop alert", "mail loop", "permanent error", "メールエラー", "mail failed", "returning to sender", "mail delivery warning",
    "mail could not be", "退信", "退件通知", "投递失败", "投遞失敗", "投送失败", "发送失败", "傳送失敗", "未送达", "未送達", "无法投递", "无法送达", "無法傳遞", "无法发送",
    "未传递", "投递状态", "投递通知", "传递失败", "传送失败", "投递延迟", "寄送失败", "unzustellbar", "nicht zustell", "nicht zugestellt",
    "zustellung fehlgeschlagen", "zustellfehler", "non remis", "non distribu", "échec de la remise", "échec de remise",
    "non livr", "配信できません", "配信不能", "配達できません", "送信できません", "送信エラー", "エラーメール", "届きません", "배달되지", "배달 실패", "전송 실패", "반송",
    "전달 실패", "no se puede entregar", "no se pudo entregar", "no entregado", "no se ha podido", "mensaje devuelto",
    "correo devuelto", "não entregue", "não foi entregue", "mancata consegna", "mancato recapito", "недостав",
    "не доставлен", "onbestelbaar", "niet bezorgd", NULL,
};

static const char *const failures[] = {
    "could not be delivered", "couldn't be delivered", "could not deliver", "couldn't deliver", "can't be delivered",
    "cannot be delivered", "can not be delivered", "not be delivered", "wasn't delivered", "was not delivered",
    "unable to deliver", "undeliverable", "undelivered", "failed to deliver", "delivery to the following",
    "delivery failed", "delivery has failed", "delivery attempt", "following address", "following recipient",
    "following errors", "did not reach", "user unknown", "unknown user", "no such user", "mailbox unavailable",
    "mailbox is full", "mailbox full", "over quota", "permanent error", "permanent fatal error",
    "recipient address rejected", "recipient rejected", "invalid recipient", "unknown recipient", "does not exist",
    "doesn't exist", "not found", "could not send", "unable to send", "returned below", "has been rejected", "was rejected",
    "failed addresses", "no valid recipients", "delivery problems", "送信できませんでした", "error message", "account is disabled",
    "relaying denied", "relay access denied", "host unknown", "message delayed", "delayed", "transcript of session", "550 ",
    "554 ", "5.1.1", "投递失败", "无法投递", "无法发送", "无法送达", "未能送达", "未送达", "退信", "退回", "退信原因", "不存在", "拒收", "被拒绝", "邮箱已满", "被退回",
    "無法", "unzustellbar", "nicht zugestellt", "konnte nicht", "n'a pas pu", "届けられません", "配信できません", "送信できません", "전달되지",
    "no se pudo", "não foi", "не удалось", NULL,
};

static const char *const reports[] = {
    "could not be delivered to the following", "could not deliver message to the following", "failed recipient",
    "non-delivery report", "following mail could not be delivered", "returned mail -", "votre message n'a pas pu",
    "your message could not be delivered to", "your message was not delivered to", "message from interscan",
    "delivery of email to this address", "无法投递到以下", "未能投递到以下", "无法将邮件发送给以下收件人", "您的邮件未能送达", "您的邮件被退回", NULL,
};

static const char *const delays[] = {
    "will be retried", "will retry", "still being retried", "will continue to", "do not need to resend",
    "no need to resend", "has been delayed", "delayed mail", "message delayed", "delivery delayed", "(delay)", "warning message only",
    "this is a warning", "not yet been delivered", "could not be delivered for", "继续尝试", "继续重试", "稍后重试", "延迟投递", "投递延迟",
    NULL,
};

static const char *const automatic_subjects[] = {
    "abwesenheitsnotiz", "abwesenheitsnachricht", "abwesenheitsmeldung", "abwesenheitsassistent", "未閱讀:",
    "自动回复", "自動回覆", "自动答复", "自動回復", "自动应答", "假期自动回复", "休假自动回复", "外出自动回复", "[自动回复]", "【自动回复】", "(自动回复)", "（自动回复）", "外出：",
    "automatic reply", "automatic response", "automated reply", "automated response", "automated message", "auto reply",
    "auto-reply", "autoreply", "auto response", "auto-response", "autoresponse", "auto respon", "autoresponder", "auto:",
    "[auto]", "[auto-reply]", "[autoreply]", "ooo:", "ooto:", "[ooo]", "vacation:", "on leave:", "automatische antwort",
    "automatische abwesenheit", "automatische rückantwort", "autoantwort", "auto-antwort", "eingangsbestätigung",
    "réponse automatique", "reponse automatique", "absence du bureau", "message d'absence", "absence :",
    "message automatique", "notification d'absence", "absence bureau", "自動応答", "自動返信", "不在通知", "不在:", "不在：", "【自動返信】",
    "［自動返信］", "（自動返信）", "【自動応答】", "자동 회신", "자동회신", "자동 응답", "자동응답", "[자동회신]", "[자동응답]", "respuesta automática",
    "respuesta automatica", "autorespuesta", "mensaje automático", "risposta automatica", "resposta automática",
    "automatisch antwoord", "automatiskt svar", "automatisk svar", "automaattinen vastaus", "автоматический ответ",
    "автоответ", "odpowiedź automatyczna", "autoodpowiedź", "automatická odpověď", "otomatik yanıt", "read:",
    "read receipt", "read-receipt", "已读:", "已读：", "已讀:", "已讀：", "已读回执", "阅读回执", "閱讀回條", "gelesen:", "lu :", "lu:", "leído:",
    "開封済み:", "開封確認:", "읽음:", "not read:", "未读:", "未读：", "未读而删除", "deleted:", "complaint about message from",
    "return receipt", "disposition notification", "message read notification", "accusé de réception", "lesebestätigung",
    NULL,
};

static const char *const absence_subjects[] = {
    "不在办公室", "外出: ", "out of office", "out-of-office", "out of the office", "away from my mail", "away from the office",
    "vacation reply", "vacation message", "on vacation", "on holiday", "i am out of", "i'm out of", "i am away",
    "i am on vacation", "abwesenheit", "bin im urlaub", "ich bin nicht im büro", "abwesend", "out of office antwort",
    "urlaubsbenachrichtigung", "absent du bureau", "en congé", "不在のお知らせ", "不在連絡", "不在です", "休暇中", "부재중", "부재 중", "휴가 중",
    "부재 알림", "fuera de la oficina", "fuera de oficina", "ausente de la oficina", "ausencia de la oficina", "fuori ufficio",
    "fuori sede", "ausência temporária", "ausente do escritório", "fora do escritório", "afwezig", "niet aanwezig",
    "frånvaro", "fravær", "poissa", "нет на работе", "нет в офисе", NULL,
};

static const char *const automatic_words[] = {
    "autoreply", "auto-reply", "autoresponse", "auto-response", "autosvar", "automatiska atbilde", "自动回复:", "自动回复：",
    "自動回覆:", "automatische antwort:", "réponse automatique :", NULL,
};

static const char *const machines[] = {
    "这是来自qq邮箱的", "这是一封自动回复", "此邮件为自动回复", "本邮件为自动回复", "此为自动回复", "这是自动回复", "自动回复邮件", "邮件由系统自动", "本邮件由系统", "此邮件由系统自动",
    "系统自动发出", "系统自动发送", "系统自动回复", "自动回复，请勿", "請勿直接回覆", "请勿直接回复此邮件", "此為系統自動", "系統自動", "this is an automatic reply",
    "this is an automated", "this is an automatic", "this is an auto-generated", "this is an auto generated",
    "this is an auto-reply", "this is an auto reply", "this is an autoreply", "this is a computer generated",
    "this is an auto-response", "this is an autoresponse", "automatically generated", "this email was sent automatically",
    "this message was sent automatically", "automated response", "automatic response to", "auto-generated e-mail",
    "please do not reply to this", "do not reply directly to this", "diese e-mail wurde automatisch",
    "diese nachricht wurde automatisch", "dies ist eine automatische", "dies ist eine automatisch",
    "automatisch generierte", "automatisch erstellte", "automatisch erzeugt", "ceci est une réponse automatique",
    "ceci est un message automatique", "ce message est généré automatiquement", "message généré automatiquement",
    "réponse automatique", "este es un mensaje automático", "esta es una respuesta automática",
    "mensaje generado automáticamente", "respuesta automática", "このメールは自動", "本メールは自動", "自動的に返信", "自動返信です", "自動応答です", "自動送信",
    "자동으로 발송", "자동 발송", "자동으로 회신", "자동회신", "would like to recall the message", "将撤回邮件", "要撤回邮件", "希望撤回邮件", "想要撤回邮件",
    "möchte die nachricht", "souhaite rappeler le message", NULL,
};

/* clang-format on */

static const char *const *const lists[] = {
    [IDIOM_SYSTEM] = systems,
    [IDIOM_FAILURE_SUBJECT] = failure_subjects,
    [IDIOM_FAILURE] = failures,
    [IDIOM_REPORT] = reports,
    [IDIOM_DELAY] = delays,
    [IDIOM_AUTOMATIC_SUBJECT] = automatic_subjects,
    [IDIOM_ABSENCE_SUBJECT] = absence_subjects,
    [IDIOM_AUTOMATIC_WORD] = automatic_words,
    [IDIOM_MACHINE] = machines,
};

gboolean idiom_within(enum idiom idiom, const char *text)
{
    for (const char *const *word = lists[idiom]; *word; word++)
        if (strstr(text, *word))
            return TRUE;
    return FALSE;
}

const char *idiom_begins(enum idiom idiom, const char *text)
{
    for (const char *const *word = lists[idiom]; *word; word++)
        if (g_str_has_prefix(text, *word))
            return text + strlen(*word);
    return NULL;
}
