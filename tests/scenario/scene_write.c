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

/* A JPEG file of eight grey pixels by eight (ITU-T T.81, baseline). */
static GBytes *make_picture(const char *words)
{
    static const guint8 head[] = {0xff, 0xd8, 0xff, 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0xff, 0xfe, 0};
    static const guint8 quantisation[] = {0xff, 0xdb, 0, 67, 0};
    static const guint8 frame[] = {0xff, 0xc0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0};
    static const guint8 scan[] = {0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x3f, 0xff, 0xd9};
    GByteArray *picture = g_byte_array_new();
    guint8 length = (guint8)(strlen(words) + 2);

    g_byte_array_append(picture, head, sizeof head);
    g_byte_array_append(picture, &length, 1);
    g_byte_array_append(picture, (const guint8 *)words, strlen(words));
    g_byte_array_append(picture, quantisation, sizeof quantisation);
    for (guint i = 0; i < 64; i++)
        g_byte_array_append(picture, (const guint8[]){1}, 1);
    g_byte_array_append(picture, frame, sizeof frame);
    for (guint8 class = 0; class <= 0x10; class += 0x10) { /* tables of one code of one bit, for the value 0 */
        const guint8 code[22] = {0xff, 0xc4, 0, 20, class, 1};
        g_byte_array_append(picture, code, sizeof code);
    }
    g_byte_array_append(picture, scan, sizeof scan);
    return g_byte_array_free_to_bytes(picture);
}

char *scene_picture(struct scene *scene, const char *name, const char *words)
{
    g_clear_pointer(&scene->picture_name, g_free);
    g_clear_pointer(&scene->picture, g_bytes_unref);
    if (!name)
        return NULL;
    scene->picture_name = g_strdup(name);
    scene->picture = make_picture(words);
    g_autofree char *digest = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, scene->picture);
    return g_strdup_printf("%s %s", name, digest);
}

static void append_picture(const struct scene *scene, GString *entity)
{
    if (!scene->picture)
        return;
    g_string_append_printf(entity, "--b\r\nContent-Type: image/jpeg\r\nContent-Disposition: attachment; filename=\"%s\"\r\n",
                           scene->picture_name);
    append_encoded(entity, g_bytes_get_data(scene->picture, NULL), g_bytes_get_size(scene->picture));
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
    append_picture(scene, entity);
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
