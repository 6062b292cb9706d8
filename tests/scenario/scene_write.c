/* What the people of a scene write: forms, answers, mails of words alone. */
#include <stdarg.h>
#include <string.h>

#include "tests/scenario/scene.h"

static GString *begin_mail(struct scene *scene, const char *from, const char *to, const char *subject)
{
    GString *mail = g_string_new(NULL);
    const char *domain = strchr(from, '@') + 1;
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(scene->now / 1000);
    g_autofree char *stamp = g_date_time_format(date, "%a, %d %b %Y %H:%M:%S +0000");

    if (scene->stamped)
        g_string_append_printf(mail, "Authentication-Results: mx.example.com; dmarc=pass header.from=%s\r\n", domain);
    g_string_append_printf(mail,
                           "From: <%s>\r\nTo: <%s>\r\nDate: %s\r\nMessage-ID: <%u@%s>\r\nSubject: %s\r\nMIME-Version: 1.0\r\n",
                           from, to, stamp, ++scene->sent, domain, subject);
    return mail;
}

static void append_encoded(GString *mail, const char *bytes, gsize size)
{
    g_autofree char *encoded = g_base64_encode((const guchar *)bytes, size);

    g_string_append(mail, "Content-Transfer-Encoding: base64\r\n\r\n");
    for (const char *at = encoded; *at; at += strnlen(at, 76))
        g_string_append_printf(mail, "%.76s\r\n", at);
}

/* A MIME entity, header and body, as the message's own. */
static void append_entity(struct scene *scene, GString *mail, const char *entity)
{
    g_autofree char *wrapped = scene->wrap ? scene->wrap(scene->wrap_context, scene->now, entity) : NULL;

    g_string_append(mail, wrapped ? wrapped : entity);
}

/* A mail that has begun, with a file attached, arrives. */
static void attach(struct scene *scene, GString *mail, const char *bytes, gsize size)
{
    g_autoptr(GString) entity = g_string_new(NULL);

    g_string_append(entity, "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n"
                            "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\r\n"
                            "--b\r\nContent-Type: application/xml; name=\"form.xml\"\r\n"
                            "Content-Disposition: attachment; filename=\"form.xml\"\r\n");
    append_encoded(entity, bytes, size);
    g_string_append(entity, "--b--\r\n");
    append_entity(scene, mail, entity->str);
    scene_receive(scene, mail->str, mail->len);
}

void scene_file_bytes(struct scene *scene, const char *from, const char *bytes, gsize size)
{
    g_autoptr(GString) mail = begin_mail(scene, from, SCENE_ADDRESS, "form");

    attach(scene, mail, bytes, size);
}

void scene_file_from(struct scene *scene, const char *from, const struct paper *paper)
{
    g_autofree char *xml = paper_write(paper);

    scene_file_bytes(scene, from, xml, strlen(xml));
}

void scene_file(struct scene *scene, const struct paper *paper)
{
    scene_file_from(scene, paper_sender(paper), paper);
}

char *scene_form(struct scene *scene, const char *type, ...)
{
    struct paper *paper = paper_new(type);
    guint before = scene_requests(scene);
    va_list pairs;

    va_start(pairs, type);
    for (const char *path = va_arg(pairs, const char *); path; path = va_arg(pairs, const char *))
        paper_put(paper, path, va_arg(pairs, const char *));
    va_end(pairs);
    scene_file(scene, paper);
    paper_free(paper);
    char *id = scene_requests(scene) > before ? scene_newest(scene) : NULL;
    scene_deliver(scene);
    return id;
}

static GString *begin_answer(struct scene *scene, const struct mail *mail, const char *from)
{
    g_autofree char *subject = g_base64_encode((const guchar *)mail->subject, strlen(mail->subject));
    g_autofree char *encoded = g_strdup_printf("Re: =?utf-8?B?%s?=", subject);
    GString *answer = begin_mail(scene, from, mail->reply_to ? mail->reply_to : SCENE_ADDRESS, encoded);

    g_string_append_printf(answer, "In-Reply-To: <%s>\r\n", mail->message_id);
    return answer;
}

void scene_answer(struct scene *scene, const struct mail *mail, const char *from, const char *text)
{
    g_autoptr(GString) answer = begin_answer(scene, mail, from);
    g_autoptr(GString) entity = g_string_new("Content-Type: text/plain; charset=utf-8\r\n");

    append_encoded(entity, text, strlen(text));
    append_entity(scene, answer, entity->str);
    scene_receive(scene, answer->str, answer->len);
}

void scene_answer_form(struct scene *scene, const struct mail *mail, const char *from, const struct paper *paper)
{
    g_autoptr(GString) answer = begin_answer(scene, mail, from);
    g_autofree char *xml = paper_write(paper);

    attach(scene, answer, xml, strlen(xml));
}

void scene_write(struct scene *scene, const char *from, const char *subject, const char *text)
{
    g_autofree char *encoded = g_base64_encode((const guchar *)subject, strlen(subject));
    g_autofree char *word = g_strdup_printf("=?utf-8?B?%s?=", encoded);
    g_autoptr(GString) mail = begin_mail(scene, from, SCENE_ADDRESS, word);

    g_string_append(mail, "Content-Type: text/plain; charset=utf-8\r\n");
    append_encoded(mail, text, strlen(text));
    scene_receive(scene, mail->str, mail->len);
    scene_deliver(scene);
}
