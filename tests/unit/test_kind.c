/* What people, mail systems and robots send, and what each is taken for. Every line is a habit that somebody's software has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "mailflow/automatic.h"
#include "mailflow/message.h"

#define TOKEN "abcdefghijklmnopqrstuvwxy4"
#define PERSON "From: 测试甲 <a@example.com>\n"
#define DAEMON "From: Mail Delivery System <MAILER-DAEMON@mail.example.com>\n"
#define NULL_SENDER "Return-Path: <>\n"
#define ANSWER "In-Reply-To: <" TOKEN ".1@example.com>\n"
#define REPORT(type) "Content-Type: multipart/report; report-type=" type "; boundary=b\n"
#define STATUS                                                                                                                     \
    "\n--b\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; "            \
    "b@example.test\nAction: failed\nStatus: 5.1.1\n--b--\n"
#define FORM_PART                                                                                                                  \
    "\n--b\n\n请审核\n--b\nContent-Type: application/xml; name=form.xml\n\n<statusQuery xmlns=\"" FORM_NAMESPACE "\"/>\n--b--\n"

static const struct sample {
    enum kind kind;
    const char *mail;
} samples[] = {
    /* people */
    {KIND_QUESTION, PERSON "Subject: 请问\n\n怎么注册？\n"},
    {KIND_QUESTION, PERSON "Subject: \n\n\n"},
    {KIND_QUESTION, PERSON "\nhello\n"},
    {KIND_REPLY, PERSON "Subject: Re: 请审核\n\n同意\n"},
    {KIND_REPLY, PERSON "Subject: RE: 请审核\n\n同意\n"},
    {KIND_REPLY, PERSON "Subject: re:请审核\n\n同意\n"},
    {KIND_REPLY, PERSON "Subject: 回复：请审核\n\n同意\n"},
    {KIND_REPLY, PERSON "Subject: 回复:回复：答复: 请审核\n\n同意\n"},
    {KIND_REPLY, PERSON "Subject: [外部邮件] 答复: 请审核\n\n同意\n"},
    {KIND_REPLY, PERSON "Subject: [EXTERNAL] Re: 请审核\n\n同意\n"},
    {KIND_REPLY, PERSON "Subject: 转发: 回复: 请审核\n\n同意\n"},
    {KIND_REPLY, PERSON "Subject: AW: x\n\nja\n"},
    {KIND_REPLY, PERSON "Subject: Re[2]: x\n\nok\n"},
    {KIND_REPLY, PERSON "Subject: 审核意见\n" ANSWER "\n同意\n"},
    {KIND_REPLY, PERSON "Subject: 审核意见\nReferences: <x@example.com>\n\n同意\n"},
    {KIND_REPLY, PERSON "To: countersign+" TOKEN "@example.com\nSubject: 同意\n\n同意\n"},
    {KIND_REPLY, PERSON "Subject: 请审核 [cs:" TOKEN "]\n\n同意\n"},
    {KIND_QUESTION, PERSON "Subject: 转发: 请审核\n\n请看\n"},
    {KIND_QUESTION, PERSON "Subject: 审核\nTo: b@example.com\n\nRe: x\n"},
    {KIND_FORM, PERSON "Subject: 表5\nContent-Type: multipart/mixed; boundary=b\n" FORM_PART},
    {KIND_FORM, PERSON "Subject: Re: 表5\n" ANSWER "Content-Type: multipart/mixed; boundary=b\n" FORM_PART},
    /* people who look like machines */
    {KIND_REPLY, PERSON "Precedence: bulk\nSubject: Re: 请审核\n\n同意\n"},
    {KIND_REPLY, PERSON "X-Auto-Response-Suppress: All\nSubject: Re: 请审核\n\n同意\n"},
    {KIND_REPLY, PERSON "Auto-Submitted: no\nSubject: Re: 请审核\n\n同意\n"},
    {KIND_REPLY, PERSON "Auto-Submitted: No; owner=x\nSubject: Re: 请审核\n\n同意\n"},
    {KIND_REPLY, PERSON "X-Autoreply: no\nSubject: Re: 请审核\n\n同意\n"},
    {KIND_REPLY, PERSON "Subject: Re: Automatic reply: 请审核\n\n同意\n"},
    {KIND_REPLY, PERSON "Subject: 回复: 自动回复: 请审核\n\n同意\n"},
    {KIND_REPLY, PERSON "Subject: Re: Undelivered Mail Returned to Sender\n\n请重发\n"},
    {KIND_REPLY, PERSON "Subject: Re: 请审核\n\nI will be out of office tomorrow. 同意\n"},
    {KIND_REPLY, PERSON "Subject: Re: 请审核\n\nThank you for your email. Approved.\n"},
    {KIND_REPLY, PERSON "Subject: Re: 请审核\n\n同意。我明天不在办公室。\n"},
    {KIND_REPLY, PERSON "Subject: Re: 请审核\n\n同意\n\n> 本邮件由系统自动发出，请勿直接回复\n> This is an automated message\n"},
    {KIND_QUESTION, PERSON "Subject: Fwd: Undelivered Mail Returned to Sender\nContent-Type: multipart/mixed; boundary=b\n" STATUS},
    {KIND_QUESTION, PERSON "Subject: 退信怎么办\n\n我收到退信 550 5.1.1 user unknown\n"},
    {KIND_QUESTION, PERSON "Subject: Out of office on Friday\n\nWho signs then?\n"},
    {KIND_QUESTION, PERSON "Subject: 不在办公室时怎么办\n\n请问\n"},
    {KIND_QUESTION, PERSON "Subject: How does automatic reply work?\n\nPlease tell.\n"},
    {KIND_REPLY, "From: Jan Bot <jan.talbot@example.com>\nSubject: Re: 请审核\n\nApproved\n"},
    {KIND_REPLY, "From: Jan Bot <jan.bot@example.com>\nSubject: Re: 请审核\n\nApproved\n"},
    {KIND_REPLY, "From: Tom Jenkins <tom.jenkins@example.com>\nSubject: Re: 请审核\n\nApproved\n"},
    {KIND_REPLY, "From: Gerrit <gerrit.jansen@example.com>\nSubject: Re: 请审核\n\nApproved\n"},
    {KIND_REPLY, "From: R. Robot <robotham@example.com>\nSubject: Re: 请审核\n\nApproved\n"},
    {KIND_REPLY, "From: postmaster@example.com\nSubject: Re: 请审核\n\n同意\n"},
    {KIND_REPLY, PERSON "List-Id: <city.example.com>\nPrecedence: list\nSubject: Re: 请审核 [cs:" TOKEN "]\n\n同意\n"},
    {KIND_REPLY, PERSON "X-Loop: a@example.com\nSubject: Re: 请审核\n\n同意\n"},
    {KIND_REPLY, PERSON "Subject: Re: 请审核\nX-Mailer: vacationless 1.0\n\n同意\n"},
    {KIND_REPLY,
     PERSON "Disposition-Notification-To: a@example.com\nReturn-Receipt-To: a@example.com\nSubject: Re: 请审核\n\n同意\n"},
    /* bounces */
    {KIND_BOUNCE,
     DAEMON "Subject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\n" REPORT("delivery-status") STATUS},
    {KIND_BOUNCE, DAEMON "Subject: Delivery Status Notification (Failure)\n" REPORT("delivery-status") STATUS},
    {KIND_BOUNCE, DAEMON "Subject: x\nContent-Type: multipart/report; boundary=b\n" STATUS},
    {KIND_BOUNCE, "From: postmaster@qq.com\nSubject: 来自qq.com的退信\nContent-Type: multipart/mixed; "
                  "boundary=b\n\n--b\n\n抱歉，您的邮件被退回来了\n--b--\n"},
    {KIND_BOUNCE,
     "From: Postmaster <postmaster@mail.example.com>\nSubject: 【系统退信/Systems bounce】请审核\nContent-Type: text/html; "
     "charset=utf-8\n\n<p>无法发送到 b@example.test</p>\n"},
    {KIND_BOUNCE, "From: postmaster@163.com\nSubject: =?gbk?B?z7XNs83L0MU=?=\n\n"
                  "b@example.test\n"},
    {KIND_BOUNCE, NULL_SENDER "From: a@example.com\nSubject: failure notice\n\nHi. This is the qmail-send program at "
                              "example.com.\n<b@example.test>:\nuser unknown\n"},
    {KIND_BOUNCE, NULL_SENDER "From: Microsoft Outlook <x@example.com>\nSubject: Undeliverable: 请审核\n\nb@example.test\n"},
    {KIND_BOUNCE, NULL_SENDER "From: x@example.com\nSubject: 未送达: 请审核\n\nb@example.test\n"},
    {KIND_BOUNCE, DAEMON "Subject: 请审核\n\nThe following address failed: <b@example.test>: mailbox is full\n"},
    {KIND_BOUNCE, "From: MAILER-DAEMON (Mail Delivery System)\nSubject: Warning: could not send message for past 4 hours\n\nstill "
                  "being retried\n"},
    {KIND_BOUNCE, "X-Failed-Recipients: b@example.test\nFrom: mail@example.com\nSubject: Mail delivery failed: returning message "
                  "to sender\n\nx\n"},
    {KIND_BOUNCE, "From: no-reply@example.com\nSubject: メールエラー通知\n\n送信できませんでした。\nCould not be delivered to: "
                  "<b@example.test>\n"},
    {KIND_BOUNCE, "From: <>\nSubject: Delivery Status\nContent-Type: multipart/mixed; boundary=b\n" STATUS},
    {KIND_BOUNCE, "From: gateway@example.com\nSubject: Delivery failure notification\n\nYour message\ncould not be delivered to "
                  "the following recipients:\n"},
    {KIND_BOUNCE, DAEMON "Subject: Re: 请审核\n\n550 - no such user here\n"},
    {KIND_BOUNCE, DAEMON "Subject: Zustellung fehlgeschlagen\n\nx\n"},
    {KIND_BOUNCE, DAEMON "To: countersign+" TOKEN "@example.com\nSubject: 退信\n\n同意\n"}, /* whatever it quotes */
    /* machines that say so */
    {KIND_AUTOMATIC, PERSON "Auto-Submitted: auto-replied\nSubject: Re: 请审核\n\n同意\n"},
    {KIND_AUTOMATIC, PERSON "Auto-Submitted: auto-generated (rejected)\nSubject: x\n\n同意\n"},
    {KIND_AUTOMATIC,
     PERSON "Auto-Submitted: auto-replied; owner-email=\"a@example.com\"\n" ANSWER "Subject: Re: x [cs:" TOKEN "]\n\n同意\n"},
    {KIND_AUTOMATIC, PERSON "X-Autoreply: yes\nSubject: Re: 请审核\n\n同意\n"},
    {KIND_AUTOMATIC, PERSON "X-Autorespond: Re: 请审核\nSubject: Re: 请审核\n\n同意\n"},
    {KIND_AUTOMATIC, PERSON "Precedence: auto_reply\nSubject: Re: 请审核\n\n同意\n"},
    {KIND_AUTOMATIC, PERSON "X-POST-MessageClass: 9; Autoresponder\nSubject: x\n\n同意\n"},
    {KIND_AUTOMATIC, PERSON "X-FC-MachineGenerated: true\nSubject: x\n\n同意\n"},
    {KIND_AUTOMATIC, NULL_SENDER PERSON "Subject: Re: 请审核\n\n同意\n"},
    {KIND_AUTOMATIC,
     PERSON "Subject: Read: 请审核\n" REPORT(
         "disposition-notification") "\n--b\n\nx\n--b\nContent-Type: message/disposition-notification\n\nx: y\n--b--\n"},
    {KIND_AUTOMATIC, PERSON
     "Subject: complaint\n" REPORT("feedback-report") "\n--b\n\nx\n--b\nContent-Type: message/feedback-report\n\nx: y\n--b--\n"},
    {KIND_AUTOMATIC,
     PERSON "Subject: Accepted: 会议\nContent-Type: text/calendar; method=REPLY; charset=utf-8\n\nBEGIN:VCALENDAR\n"},
    /* out of office, with no header that says so */
    {KIND_AUTOMATIC, PERSON "Subject: 自动回复: 请审核\n\n您好，我正在休假。\n"},
    {KIND_AUTOMATIC, PERSON "Subject: 自动回复：请审核\n\n同意\n"},
    {KIND_AUTOMATIC, PERSON "Subject: 自動回覆: x\n\nx\n"},
    {KIND_AUTOMATIC, PERSON "Subject: [外部] 自动答复: x\n\nx\n"},
    {KIND_AUTOMATIC, PERSON "Subject: Automatic reply: x\n\nApproved\n"},
    {KIND_AUTOMATIC, PERSON "Subject: Out of Office: x\n\nx\n"},
    {KIND_AUTOMATIC, PERSON "Subject: OUT OF OFFICE Re: x\n\nx\n"},
    {KIND_AUTOMATIC, PERSON "Subject: Out of office\n\nx\n"},
    {KIND_AUTOMATIC, PERSON ANSWER "Subject: Out of the office until Monday\n\nx\n"},
    {KIND_AUTOMATIC, PERSON "Subject: Auto: x\n\nx\n"},
    {KIND_AUTOMATIC, PERSON "Subject: [Auto-Reply] x\n\nx\n"},
    {KIND_AUTOMATIC, PERSON "Subject: Automatische Antwort: x\n\nx\n"},
    {KIND_AUTOMATIC, PERSON "Subject: Abwesenheitsnotiz: x\n\nx\n"},
    {KIND_AUTOMATIC, PERSON "Subject: =?iso-8859-1?Q?R=E9ponse_automatique_=3A_x?=\n\nx\n"},
    {KIND_AUTOMATIC, PERSON "Subject: Absence du bureau : x\n\nx\n"},
    {KIND_AUTOMATIC, PERSON "Subject: 自動応答: x\n\nx\n"},
    {KIND_AUTOMATIC, PERSON "Subject: 【自動返信】x\n\nx\n"},
    {KIND_AUTOMATIC, PERSON "Subject: 부재중: x\n\nx\n"},
    {KIND_AUTOMATIC, PERSON "Subject: Respuesta automática: x\n\nx\n"},
    {KIND_AUTOMATIC, PERSON "Subject: 回复: 请审核\n\n这是来自QQ邮箱的假期自动回复邮件。\n您好，我最近正在休假中。\n"},
    {KIND_AUTOMATIC, PERSON "Subject: Re: 请审核\n\nThis is an automatic reply. I am away.\n"},
    {KIND_AUTOMATIC, PERSON "Subject: Re: 请审核\n\n本邮件由系统自动发出，请勿回复。\n"},
    {KIND_AUTOMATIC, PERSON "Subject: Ärendet AutoSvar: x\n\nx\n"},
    /* robots */
    {KIND_AUTOMATIC, "From: noreply@example.com\n" ANSWER "Subject: Re: x\n\napproved\n"},
    {KIND_AUTOMATIC, "From: No Reply <no-reply@example.com>\nSubject: x\n\nx\n"},
    {KIND_AUTOMATIC, "From: do_not_reply@example.com\nSubject: x\n\nx\n"},
    {KIND_AUTOMATIC, "From: jenkins@ci.example.com\n" ANSWER "Subject: Re: x\n\napproved\n"},
    {KIND_AUTOMATIC, "From: patchwork-bot+net@example.com\n" ANSWER "Subject: Re: x\n\napproved\n"},
    {KIND_AUTOMATIC, "From: tip-bot2@example.com\n" ANSWER "Subject: Re: x\n\napproved\n"},
    {KIND_AUTOMATIC, "From: noreply-12@example.com\nSubject: x\n\nx\n"},
    {KIND_AUTOMATIC, "From: syzbot+0123@example.com\n" ANSWER "Subject: Re: x\n\napproved\n"},
    {KIND_AUTOMATIC, "From: kernel test robot <lkp@example.com>\n" ANSWER "Subject: Re: x\n\napproved\n"},
    {KIND_AUTOMATIC, PERSON "Subject: Recall: 请审核\n\n测试甲 would like to recall the message, \"请审核\".\n"},
    {KIND_AUTOMATIC, PERSON "Subject: 撤回: 请审核\n\n测试甲 将撤回邮件“请审核”。\n"},
/* clang-format off */
#include "tests/unit/kind_automatic.inc"
#include "tests/unit/kind_person.inc"
    /* clang-format on */
    /* lists */
    {KIND_LIST, PERSON "List-Id: <news.example.com>\nPrecedence: bulk\nSubject: 通知\n\nx\n"},
    {KIND_LIST, PERSON "List-Id: <news.example.com>\nList-Unsubscribe: <mailto:x@example.com>\nSubject: Re: 通知\n\nx\n"},
    {KIND_LIST, PERSON "List-Unsubscribe: <https://example.com/x>\nSubject: 促销\n\nx\n"},
    /* nothing to read */
    {KIND_UNKNOWN, ""},
    {KIND_UNKNOWN, "\n\n\n"},
    {KIND_UNKNOWN, "hello\n"},
    {KIND_QUESTION, "\n \r\n" PERSON "Subject: x\n\nhello\n"},
    {KIND_UNKNOWN, "X: y\n\nhello\n"},
};

static struct message *read_mail(const char *mail)
{
    struct message_reader reader = {.catalog = NULL};

    g_date_set_dmy(&reader.today, 6, G_DATE_MAY, 2026);
    return message_read(&reader, mail, strlen(mail));
}

static struct form_catalog *catalog;

static void test_samples(void **state)
{
    (void)state;
    guint wrong = 0;

    for (guint i = 0; i < G_N_ELEMENTS(samples); i++) {
        struct message_reader reader = {.catalog = catalog};
        g_date_set_dmy(&reader.today, 6, G_DATE_MAY, 2026);
        struct message *message = message_read(&reader, samples[i].mail, strlen(samples[i].mail));
        if (message->kind != samples[i].kind) {
            print_error("%s (%s), not %s:\n%s\n", kind_name(message->kind), message->why, kind_name(samples[i].kind),
                        samples[i].mail);
            wrong++;
        }
        assert_int_equal(message->kind == KIND_BOUNCE, message->bounce != NULL);
        message_free(message);
    }
    assert_int_equal(wrong, 0);
}

static void test_bounces(void **state)
{
    (void)state;
    static const struct {
        const char *mail, *recipient, *status, *message_id;
        enum { FOR_NOW, FOR_GOOD, FULL } lost;
    } table[] = {
        {DAEMON REPORT("delivery-status") "\n--b\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; "
                                          "x\n\nOriginal-Recipient: "
                                          "rfc822;one@example.test\nFinal-Recipient: rfc822; two@example.test\nAction: "
                                          "failed\nStatus: 5.2.2 (full)\n--b\nContent-Type: "
                                          "message/rfc822\n\nMessage-ID: <" TOKEN
                                          ".1@example.com>\nTo: one@example.test\n\nx\n--b--\n",
         "one@example.test", "5.2.2", TOKEN ".1@example.com", FULL},
        {DAEMON REPORT(
             "delivery-status") "\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; "
                                "a@example.test\nAction: delayed\nStatus: 4.4.1\n--b\nContent-Type: "
                                "text/rfc822-headers\n\nMessage-ID: <x@example.com>\n--b--\n",
         "a@example.test", "4.4.1", "x@example.com", FOR_NOW},
        {DAEMON REPORT(
             "delivery-status") "\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; "
                                "a@example.test\nAction: delivered\nStatus: 2.0.0\n\nFinal-Recipient: rfc822; "
                                "b@example.test\nAction: failed\nStatus: 5.1.1\n--b--\n",
         "b@example.test", "5.1.1", NULL, FOR_GOOD},
        {DAEMON REPORT(
             "delivery-status") "\n--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@example.test\nAction: "
                                "failed\nStatus: 4.4.7\n--b--\n",
         "a@example.test", "4.4.7", NULL, FOR_GOOD}, /* given up after days */
        {DAEMON "To: us@example.com\nSubject: failure notice\n\nus@example.com wrote to <b@example.test>:\n192.0.2.1 said: 550 "
                "5.1.1 no such "
                "user\n--- Below this line is a copy of the message.\n\nReturn-Path: <us@example.com>\nMessage-ID: <" TOKEN
                ".2@example.com>\n",
         "b@example.test", "5.1.1", TOKEN ".2@example.com", FOR_GOOD},
        {DAEMON "Subject: Warning: message delayed\n\nb@example.test: will be retried for 3 days. 4.2.2 mailbox full\n",
         "b@example.test", "4.2.2", NULL, FOR_NOW},
        {"From: postmaster@example.com\nSubject: 系统退信\nContent-Type: text/html; "
         "charset=utf-8\n\n<table><tr><td>收件人</td><td>&lt;b@example.test&gt;"
         "</td></tr><tr><td>退信原因</td><td>邮箱不存在</td></tr></table>\n",
         "b@example.test", NULL, NULL, FOR_GOOD},
        {"From: Postmaster@163.com\nSubject: 系统退信\nX-CM-Original-Message-ID: <" TOKEN
         ".3@example.com>\n\n抱歉，您的邮件被退回来了\n"
         "收件人：b@example.test\n退信原因：550 user not found\n",
         "b@example.test", NULL, TOKEN ".3@example.com", FOR_GOOD},
        {"From: postmaster@example.com\nSubject: 系统退信\n\n收件人 b@example.test 邮箱空间不足\n", "b@example.test", NULL, NULL,
         FULL},
        {DAEMON "Subject: failure notice\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n<b@example.test> 550 no such user\n"
                "--b\nContent-Type: text/plain; name=headers.txt\nContent-Disposition: attachment\n\nMessage-ID: <" TOKEN
                ".4@example.com>\n\n--b--\n",
         "b@example.test", NULL, TOKEN ".4@example.com", FOR_GOOD},
        {DAEMON "Subject: failure notice\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n<b@example.test> 550 no such user\n"
                "--b\nContent-Type: message/rfc822\n\n\n\nSubject: x\nMessage-ID: <" TOKEN ".5@example.com>\n\n--b--\n",
         "b@example.test", NULL, TOKEN ".5@example.com", FOR_GOOD},
        {DAEMON "Subject: failure notice\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n<b@example.test> 550 no such user\n"
                "--b\nReceived: from x\nMessage-ID: <" TOKEN ".6@example.com>\nSubject: x\n\n--b--\n",
         "b@example.test", NULL, TOKEN ".6@example.com", FOR_GOOD},
        {"From: mail@example.com\nX-Failed-Recipients: b@example.test, c@example.test\nSubject: x\n\nunrouteable\n",
         "b@example.test", NULL, NULL, FOR_GOOD},
    };

    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        struct message *message = read_mail(table[i].mail);
        if (!message->bounce)
            fail_msg("%u: %s: %s", i, kind_name(message->kind), message->why);
        assert_string_equal(message->bounce->recipient, table[i].recipient);
        if (g_strcmp0(message->bounce->status, table[i].status) != 0 ||
            g_strcmp0(message->bounce->message_id, table[i].message_id) != 0)
            fail_msg("%u: %s %s", i, message->bounce->status, message->bounce->message_id);
        assert_int_equal(message->bounce->permanent, table[i].lost == FOR_GOOD);
        assert_int_equal(message->bounce->full, table[i].lost == FULL);
        gboolean ours = table[i].message_id && g_str_has_prefix(table[i].message_id, TOKEN);
        assert_int_equal(message->sightings->len, ours ? 1 : 0);
        message_free(message);
    }
}

static void test_subjects(void **state)
{
    (void)state;
    static const struct {
        const char *subject, *stripped;
        gboolean answers;
    } table[] = {
        {"x", "x", FALSE},
        {"Re: x", "x", TRUE},
        {"  RE : 回复：Re：答复: x", "x", TRUE},
        {"Fwd: x", "x", FALSE},
        {"[EXTERNAL] 【外部邮件】 Re: [list] x", "x", TRUE},
        {"[cs:abc] x", "[cs:abc] x", FALSE},
        {"[Auto] x", "[Auto] x", FALSE},
        {"Report: x", "Report: x", FALSE},
        {"R: x", "x", TRUE},
        {"", "", FALSE},
    };

    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        gboolean answers = 7;
        assert_string_equal(automatic_strip_subject(table[i].subject, &answers), table[i].stripped);
        assert_int_equal(answers, table[i].answers);
    }
}

static int start(void **state)
{
    (void)state;
    message_start();
    catalog = form_catalog_open("templates/forms", NULL);
    return catalog ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    form_catalog_free(catalog);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_bounces),
        cmocka_unit_test(test_subjects),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
