#include "tests/scenario/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ldap-schema/names.h"

#define MOVES_MOST 4

char *story_reviewer(struct scene *scene, const char *id)
{
    const struct records *records = &scene->site.mind.records;
    g_autoptr(GPtrArray) tickets = records->tickets(records->context, id);

    for (guint i = 0; i < tickets->len; i++) {
        const struct ticket *ticket = g_ptr_array_index(tickets, i);
        if (g_str_equal(ticket->role, "reviewer"))
            return g_strdup(ticket->mail);
    }
    return NULL;
}

char *story_division(struct scene *scene, const char *id)
{
    struct request *request = scene_request(scene, id);
    char *division = g_strdup(request->division);

    request_free(request);
    return division;
}

/* The last mail about the request that can be answered. */
static const struct mail *answerable(const struct scene *scene, const char *id, const char *to)
{
    for (guint i = scene->mails->len; i > 0; i--) {
        const struct mail *mail = g_ptr_array_index(scene->mails, i - 1);
        if (g_strcmp0(mail->request, id) == 0 && g_str_equal(mail->to, to) && mail->reply_to)
            return mail;
    }
    return NULL;
}

void story_say(struct scene *scene, const char *id, const char *text)
{
    g_autofree char *reviewer = story_reviewer(scene, id);

    if (!reviewer)
        fail_msg("%s is %s and nobody has a token", id, scene_state(scene, id));
    scene_answer(scene, answerable(scene, id, reviewer), reviewer, text);
}

void story_decide(struct scene *scene, const char *id, const char *text)
{
    story_say(scene, id, text);
    scene_deliver(scene);
}

void story_approve_all(struct scene *scene, const char *id)
{
    for (guint i = 0; i < MOVES_MOST && g_str_has_suffix(scene_state(scene, id), "Review"); i++)
        story_decide(scene, id, STORY_APPROVE);
}

char *story_bring(struct scene *scene, const char *type, const char *state)
{
    struct paper *paper = paper_new(type);
    guint before = scene_requests(scene);

    scene_file(scene, paper);
    paper_free(paper);
    if (scene_requests(scene) == before) {
        scene_deliver(scene);
        const struct mail *answer = scene_mail(scene, NULL, NULL);
        fail_msg("%s was not accepted: %s", type, answer ? answer->text : "no answer");
    }
    char *id = scene_newest(scene);
    for (guint i = 0; i < MOVES_MOST && !g_str_equal(scene_state(scene, id), state); i++) {
        scene_deliver(scene);
        if (!g_str_equal(scene_state(scene, id), state))
            story_say(scene, id, STORY_APPROVE);
    }
    assert_string_equal(scene_state(scene, id), state);
    if (!g_str_equal(state, "applying"))
        scene_deliver(scene);
    return id;
}

void story_withdraw(struct scene *scene, const char *type, const char *id)
{
    struct paper *target = paper_new(type), *paper = paper_new("P5");
    const char *uid = paper_value(target, "head/applicantUid");

    paper_put(paper, "head/applicantUid", *uid ? uid : paper_value(target, "loginName"));
    if (!*paper_value(target, "head/handlerName")) {
        paper_put(paper, "head/handlerName", "");
        paper_put(paper, "head/handlerMobile", "");
    }
    paper_put(paper, "requestId", id);
    scene_file_from(scene, paper_sender(target), paper);
    scene_deliver(scene);
    paper_free(target);
    paper_free(paper);
}

void story_refuse(struct scene *scene, const char *type, const char *code, ...)
{
    struct paper *paper = paper_new(type);
    gboolean neutral = g_str_equal(code, "NX");
    guint before = scene_requests(scene);
    va_list pairs;

    va_start(pairs, code);
    for (const char *path = va_arg(pairs, const char *); path; path = va_arg(pairs, const char *))
        paper_put(paper, path, va_arg(pairs, const char *));
    va_end(pairs);
    scene_forget(scene);
    scene_file(scene, paper);
    scene_deliver(scene);
    if (scene_requests(scene) != before)
        fail_msg("%s was accepted, not refused with %s", type, code);
    if (!neutral)
        assert_true(scene_told(scene, "N0", paper_sender(paper), code));
    else
        assert_true(scene_mail(scene, NULL, paper_sender(paper)) == NULL || scene_mail(scene, "NX", paper_sender(paper)));
    paper_free(paper);
}

void story_move(struct scene *scene, const char *dn, const char *city)
{
    const struct entry *enterprise = tree_entry(scene->tree, dn);
    struct paper *paper = paper_new("T3C");

    paper_put(paper, "head/applicantUid", entry_value(enterprise, ATTRIBUTE_UID));
    paper_put(paper, "uscc", entry_value(enterprise, ATTRIBUTE_CREDIT_CODE));
    paper_put(paper, "currentName", entry_value(enterprise, ATTRIBUTE_O));
    paper_put(paper, "currentCityCode", entry_value(enterprise, ATTRIBUTE_DIVISION_CODE));
    paper_put(paper, "newCityCode", city);
    guint before = scene_requests(scene);
    scene_file_from(scene, entry_value(enterprise, ATTRIBUTE_MAIL), paper);
    paper_free(paper);
    assert_int_equal(scene_requests(scene), before + 1);
    g_autofree char *id = scene_newest(scene);
    scene_deliver(scene);
    story_approve_all(scene, id);
    assert_string_equal(scene_state(scene, id), "done");
}

void story_bounce(struct scene *scene, const struct mail *mail, const char *action, const char *status)
{
    static guint number;
    g_autofree char *report = g_strdup_printf(
        "Return-Path: <>\r\nFrom: <MAILER-DAEMON@mx.example.com>\r\nTo: <" SCENE_ADDRESS ">\r\nMessage-ID: <%u@mx.example.com>\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nyour message could not be delivered\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n"
        "Final-Recipient: rfc822; %s\r\nAction: %s\r\nStatus: %s\r\n\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: <" SCENE_ADDRESS ">\r\nTo: <%s>\r\nMessage-ID: <%s>\r\n"
        "Subject: x\r\n\r\n--b--\r\n",
        ++number, mail->to, action, status, mail->to, mail->message_id);

    scene_receive(scene, report, strlen(report));
    scene_deliver(scene);
}

void story_machine(struct scene *scene, const struct mail *mail, const char *from, const char *subject, const char *mark)
{
    static guint number;
    g_autofree char *note = g_strdup_printf("From: <%s>\r\nTo: <" SCENE_ADDRESS ">\r\nMessage-ID: <a%u@example.com>\r\n"
                                            "Subject: %s\r\nIn-Reply-To: <%s>\r\n%s\r\n\r\n同意 I am away. 同意\r\n",
                                            from, ++number, subject, mail->message_id, mark);

    scene_receive(scene, note, strlen(note));
    scene_deliver(scene);
}
