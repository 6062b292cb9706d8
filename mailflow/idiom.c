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
    "mail could not be", "退信", "退件通知", "投递失败", "投遞失敗", "投送失败", "发送失败", "傳送失敗", "未送达", "未送達", "无法投递", "无法传递", "无法送达", "無法傳遞", "无法发送",
    "未传递", "投递状态", "投递通知", "传递失败", "传送失败", "投递延迟", "寄送失败", "unzustellbar", "nicht zustell", "nicht zugestellt",
    "zustellung fehlgeschlagen", "zustellfehler", "non remis", "non distribu", "échec de la remise", "échec de remise",
    "non livr", "配信できません", "配信不能", "配達できません", "送信できません", "送信エラー", "エラーメール", "届きません", "배달되지", "배달 실패", "전송 실패", "반송",
    "전달 실패", "no se puede entregar", "no se pudo entregar", "no entregado", "no se ha podido", "mensaje devuelto",
    "correo devuelto", "não entregue", "não foi entregue", "mancata consegna", "mancato recapito", "недостав", "niedostarczalne", "nie można dostarczyć", "nedoručiteln", "teslim edilemedi", "går inte att leverera", "kan ikke leveres", "ei voi toimittaa", "kézbesíthetetlen", "не вдається доставити",
    "non recapitabile", "impossibile recapitare", "não é possível entregar", "系统退信", "退信通知", "邮件退回", "邮件被退回", "邮件投递", "发信失败", "邮件发送失败", "投遞狀態", "郵件傳遞", "传递状态", "送信失敗", "전송되지", "발송 실패", "배달하지",
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

static const char *const fulls[] = {
    "mailbox full", "mailbox is full", "mailbox has exceeded", "over quota", "overquota", "quota exceeded", "exceeded its quota", "exceeded the quota", "exceeded storage", "insufficient storage", "out of storage", "邮箱已满", "邮箱空间不足", "空间已满",
    "容量已满", "超出容量", "信箱已滿", "郵箱已滿", "postfach ist voll", "boîte pleine", "boîte est pleine", "buzón lleno", "buzón está lleno", "メールボックスが一杯", "메일함이 가득", NULL,
};

static const char *const automatic_subjects[] = {
    "abwesenheitsnotiz", "abwesenheitsnachricht", "abwesenheitsmeldung", "abwesenheitsassistent", "未閱讀:",
    "自动回复", "自動回覆", "自动答复", "自動回復", "自动应答", "假期自动回复", "休假自动回复", "外出自动回复", "[自动回复]", "【自动回复】", "(自动回复)", "（自动回复）", "外出：",
    "automatic reply", "automatic response", "automated reply", "automated response", "automated message", "auto reply",
    "auto-reply", "autoreply", "auto response", "auto-response", "autoresponse", "auto respon", "autoresponder", "auto:",
    "[auto]", "[auto-reply]", "[autoreply]", "ooo:", "ooto:", "[ooo]", "vacation:", "on leave:", "automatische antwort",
    "automatische abwesenheit", "automatisch: ", "automatyczna odpowiedź", "automatikus válasz", "автоматична відповідь", "αυτόματη απάντηση", "răspuns automat", "автоматичен отговор",
    "automatski odgovor", "automatická odpoveď", "samodejni odgovor", "automaatvastus", "automātiska atbilde", "automatinis atsakymas", "תשובה אוטומטית", "رد تلقائي", "ตอบกลับอัตโนมัติ", "trả lời tự động",
    "thư trả lời tự động", "balasan otomatis", "jawapan automatik", "resposta automàtica", "自动应答", "系统自动回复", "系统自动答复", "自動回覆", "系統自動回覆", "假期自动答复", "休假自动答复", "休假通知：", "休假通知:", "休假中：", "休假中:", "外出自动答复",
    "autosvar", "automatiskt svar", "respuesta de ausencia", "ausencia:", "message recall success", "message recall failure", "message recall report", "recall report", "邮件撤回成功", "邮件撤回失败", "撤回成功:", "撤回成功：", "nicht gelesen:", "non lu", "no leído:", "letto:", "lido:",
    "gelezen:", "läst:", "læst:", "lest:", "luettu:", "przeczytano:", "přečteno:", "okundu:", "прочитано:", "please confirm your message", "confirm your email to", "sender verification", "verify your email to", "automatische rückantwort", "autoantwort", "auto-antwort", "eingangsbestätigung",
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
    "不在办公室", "外出", "out of office", "out-of-office", "out of the office", "away from my mail", "away from the office",
    "vacation reply", "vacation message", "on vacation", "on holiday", "i am out of", "i'm out of", "i am away",
    "i am on vacation", "abwesenheit", "bin im urlaub", "ich bin nicht im büro", "abwesend", "out of office antwort",
    "urlaubsbenachrichtigung", "absent du bureau", "en congé", "不在のお知らせ", "不在連絡", "不在です", "休暇中", "부재중", "부재 중", "휴가 중",
    "부재 알림", "fuera de la oficina", "fuera de oficina", "ausente de la oficina", "ausencia de la oficina", "fuori ufficio",
    "fuori sede", "ausência temporária", "ausente do escritório", "fora do escritório", "afwezig", "niet aanwezig",
    "frånvaro", "fravær", "poissa", "нет на работе", "нет в офисе", NULL,
};

static const char *const automatic_words[] = {
    "autoreply", "auto-reply", "autoresponse", "auto-response", "autosvar", "automatiska atbilde", "自动回复:", "自动回复：", "自动答复:", "自动答复：",
    "自動回覆:", "automatic reply:", "自动回复）", "自动回复】", "自动回复]", "automatische antwort:", "réponse automatique :", NULL,
};

/* How a text speaks of itself. */
static const char *const selves[] = {
    "此邮件", "本邮件", "这封邮件", "该邮件", "此封邮件", "这是", "此为", "此系", "本信", "此信", "这封信", "此消息", "本消息", "以上为", "您收到的", "此条", "此回复", "本回复",
    "這是", "此為", "此郵件", "本郵件", "這封郵件", "本信件", "本封", "此封", "this is", "this message", "this e-mail", "this email", "this mail", "this reply", "please note", "note that",
    "this response", "this notice", "it is an auto", "you are receiving", "diese e-mail", "diese mail", "diese nachricht", "dies ist", "das ist", "hierbei handelt", "dieses e-mail",
    "ceci", "ce message", "ce mail", "ce courriel", "cet e-mail", "cet email", "il s'agit", "vous recevez", "este", "esta", "esto", "éste", "このメール", "本メール", "これは", "こちらは", "当メール",
    "이 메일", "본 메일", "이 메시지", "본 메시지", "이 이메일", "본 이메일", "이 편지", "이것은", "это", "данное", "questa", "questo", "esta é", "este é", "dit is", "deze", "to jest", NULL,
};

static const char *const machines[] = {
    "自动回复邮件", "为自动回复", "是自动回复", "系自动回复", "是一封自动", "为系统自动", "是系统自动", "由系统自动", "系统自动发", "系统自动回", "系统自动生", "系统自动答", "自动发送", "自动发出", "自动生成", "自动应答", "来自qq邮箱的",
    "是自动答复", "为自动答复", "的自动回复", "假期自动回复", "為自動回", "是自動回", "系統自動", "自動發送", "自動發出", "自動產生", "自動回覆郵件",
    "is an automat", "is an auto", "is auto-", "is automatically", "is a computer", "is a system generated", "is a system-generated", "was automatically", "has been automatically",
    "was sent automatically", "has been sent automatically", "was generated automatically", "sent automatically", "an automated", "an automatic re",
    "wurde automatisch", "eine automatisch", "ist automatisch", "automatisch erstellt", "automatisch generiert", "um eine automatische", "un message automatique", "une réponse automatique", "généré automatiquement",
    "envoyé automatiquement", "réponse automatique", "mensaje automático", "respuesta automática", "generado automáticamente", "enviado automáticamente", "自動返信", "自動送信", "自動応答", "自動的に", "自動配信",
    "자동으로", "자동 발송", "자동발송", "자동 회신", "자동회신", "자동 응답", "자동응답", "자동 발신", "자동발신", "автоматическ", "risposta automatica", "messaggio automatico", "resposta automática", "mensagem automática",
    "automatisch antwoord", "automatisch gegenereerd", "automatyczna", "wygenerowan", NULL,
};

/* A clause that begins so is a machine's, whatever follows. */
static const char *const machine_openings[] = {
    "无法亲自回复您的邮件", "请勿直接回复此邮件", "请勿直接回复本邮件", "请勿回复此邮件", "请勿回复本邮件", "請勿直接回覆", "请不要直接回复此邮件", "您好，这是自动回复", "系统自动发送请勿回复", "自动回复请勿回复",
    "please do not reply to this", "do not reply directly to this", "automatic response to", "auto-generated e-mail", "bitte antworten sie nicht auf diese", "merci de ne pas répondre à ce",
    "this account is protected by", "the message you sent requires that you verify", "your request has been received and is being", NULL,
};

static const char *const machines_alone[] = {
    "自动回复", "自动回复邮件", "系统自动回复", "系统自动发送", "系统自动发出", "系统自动生成", "系统自动答复", "自动答复", "自动应答", "自動回覆", "自動回復", "系統自動發送", "系統自動回覆", "系统邮件", "automatic reply", "auto-reply", "auto reply",
    "autoreply", "automated message", "automated reply", "automated response", "automatic response", "automatische antwort", "réponse automatique", "respuesta automática", "自動返信", "自動送信", "自動応答", "자동 회신", "자동회신",
    "자동 응답", "자동응답", NULL,
};

/* What Outlook writes where its own recall does not reach. */
static const char *const recalls[] = {
    "would like to recall the message", "将撤回邮件", "要撤回邮件", "希望撤回邮件", "想要撤回邮件", "想撤回邮件", "要撤銷郵件", "想要回收郵件", "möchte die nachricht", "souhaite rappeler le message", "desea recuperar el mensaje",
    "さんはメッセージ", "메시지를 회수", NULL,
};

/* How words go on after an automatic subject: people ask about automatic answers in other words. */
static const char *const links[] = {
    "to ", "from ", "for ", "by ", "of ", "von ", "auf ", "de ", "à ", "感谢", "谢谢", "来自", "您好", "已收到", "邮件", "感謝", NULL,
};

/* In a clause that denies, or asks without a question mark. */
static const char *const denials[] = {
    "不是", "并非", "並非", "而非", "不属于", "吗", "嗎", "是不是", "是否", "呢", " not ", "n't ", " no ", " nicht ", " kein", " pas ", "n'est", " no es ", "ではありません", "ではない", "아닙니다", "아니", NULL,
};

/* How an answering machine begins to say that somebody is away. */
static const char *const aways[] = {
    "我正在休假", "我最近正在休假", "我目前正在休假", "我现正在休假", "本人正在休假", "本人休假", "我目前不在办公室", "我不在办公室", "本人不在办公室", "本人外出", "我正在出差", "我目前正在外出", "我目前外出", "正在休假中", "我现在不在", "i am out of", "i'm out of", "i will be out of",
    "i am currently out", "i'm currently out", "i am currently away", "i'm currently away", "i am away", "i am on vacation", "i am on leave", "i am on annual leave", "i am currently on", "i will be away",
    "ich bin derzeit", "ich bin zur zeit", "ich bin zurzeit", "ich bin bis", "ich bin vom", "ich bin ab", "ich bin im urlaub", "ich bin nicht im", "ich bin momentan", "je suis absent", "je suis actuellement", "je suis en congé", "je serai absent", "estoy fuera", "estaré fuera",
    "estoy de vacaciones", "me encuentro fuera", "actualmente estoy", "不在にして", "不在に致し", "休暇をいただ", "休暇を頂", "出張中", "부재중", "휴가 중", "휴가중", "현재 부재", NULL,
};

/* The mail was received ... */
static const char *const receiveds[] = {
    "您的邮件", "您的来信", "您发送的邮件", "您发来的邮件", "你的邮件", "您的郵件", "您的來信", "收到您", "收到你的", "for your e-mail", "for your email", "for your mail", "for your message", "for contacting", "received your", NULL,
};

/* ... and will be answered ... */
static const char *const promises[] = {
    "尽快回复", "尽快给您", "尽快与您", "尽快联系", "会尽快", "将尽快", "及时回复", "及时给您", "第一时间回复", "第一时间给您", "第一时间与您", "儘快", "盡快回", "get back to you", "respond", "reply", "as soon as possible", NULL,
};

/* ... in words like these, and nothing else. Longest first where one begins another. */
static const char *const courtesies[] = {
    "您发送的邮件", "您发来的邮件", "您的电子邮件", "您的邮件", "你的邮件", "您的来信", "你的来信", "您的郵件", "您的來信", "此邮件", "电子邮件", "邮件", "来信", "郵件", "來信", "您好", "你好", "您", "你", "尊敬的", "亲爱的", "用户", "客户", "朋友", "先生", "女士",
    "我们", "本人", "我", "已经", "已經", "业已", "已", "顺利", "收到", "收悉", "知悉", "了", "会", "將", "将", "尽快", "儘快", "盡快", "尽早", "及时", "第一时间", "在", "阅读", "閱讀", "查看", "查阅", "处理", "處理", "后", "後", "并", "与", "和", "给", "給", "予以", "作出",
    "做出", "的", "回复", "回覆", "回信", "答复", "联系", "聯繫", "谢谢", "謝謝", "感谢", "感謝", "非常", "衷心", "理解", "支持", "关注", "耐心", "等待", "请", "祝", "工作", "生活", "学习", "身体", "顺利", "愉快", "进步", "健康", "万事如意", "好", "此致", "敬礼", "敬上", "谨启", "认真",
    "再", "会", "地", "哦", "哈", "哟", "呢", "~", "thank you very much for", "thank you for", "thanks for", "many thanks", "thank you", "thanks", "your e-mail", "your email", "your mail", "your message", "contacting us", "contacting me",
    "i have received", "we have received", "i've received", "we've received", "i received", "we received", "i will", "we will", "i'll", "we'll", "i shall", "we shall", "will", "endeavour to", "try to", "get back to you", "get back",
    "respond to you", "respond to it", "respond", "reply to you", "reply to it", "reply", "answer it", "answer", "be in touch", "as soon as possible", "as soon as i can", "as soon as we can", "at the earliest", "shortly", "soon",
    "best regards", "kind regards", "regards", "sincerely", "dear sender", "dear sir or madam", "hello", "hi ", "and ", "to your", " it ", " to ", " you ", NULL,
};

/* clang-format on */

static const char *const *const lists[] = {
    [IDIOM_SYSTEM] = systems,
    [IDIOM_FAILURE_SUBJECT] = failure_subjects,
    [IDIOM_FAILURE] = failures,
    [IDIOM_REPORT] = reports,
    [IDIOM_DELAY] = delays,
    [IDIOM_FULL] = fulls,
    [IDIOM_AUTOMATIC_SUBJECT] = automatic_subjects,
    [IDIOM_ABSENCE_SUBJECT] = absence_subjects,
    [IDIOM_AUTOMATIC_WORD] = automatic_words,
    [IDIOM_SELF] = selves,
    [IDIOM_MACHINE] = machines,
    [IDIOM_MACHINE_OPENING] = machine_openings,
    [IDIOM_MACHINE_ALONE] = machines_alone,
    [IDIOM_DENIAL] = denials,
    [IDIOM_AWAY] = aways,
    [IDIOM_RECEIVED] = receiveds,
    [IDIOM_PROMISE] = promises,
    [IDIOM_COURTESY] = courtesies,
    [IDIOM_RECALL] = recalls,
    [IDIOM_LINK] = links,
};

gboolean idiom_within(enum idiom idiom, const char *text)
{
    for (const char *const *word = lists[idiom]; *word; word++)
        if (strstr(text, *word))
            return TRUE;
    return FALSE;
}

gboolean idiom_is(enum idiom idiom, const char *text)
{
    return g_strv_contains(lists[idiom], text);
}

const char *idiom_begins(enum idiom idiom, const char *text)
{
    for (const char *const *word = lists[idiom]; *word; word++)
        if (g_str_has_prefix(text, *word))
            return text + strlen(*word);
    return NULL;
}
