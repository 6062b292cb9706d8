#include "mailflow/message.h"

#include <string.h>
#include <gmime/gmime.h>

#include "mailflow/attachment.h"
#include "mailflow/cover.h"
#include "mailflow/encoding.h"
#include "mailflow/header.h"
#include "mailflow/limits.h"
#include "mailflow/own.h"
#include "mailflow/part.h"
#include "mailflow/picture.h"

void message_start(void)
{
    static gboolean started;

    if (started)
        return;
    started = TRUE;
    encoding_start();
    signature_start();
    g_mime_init();
    /* 8-bit bytes in names of attachments and people: in the order in which they are surely told apart */
    g_mime_parser_options_set_fallback_charsets(g_mime_parser_options_get_default(),
                                                (const char *[]){"utf-8", "gb18030", "iso-8859-1", NULL});
}

static struct message *message_make(void)
{
    struct message *message = g_new0(struct message, 1);

    message->recipients = g_ptr_array_new_with_free_func(g_free);
    message->answers = g_ptr_array_new_with_free_func(g_free);
    message->sightings = g_array_new(FALSE, FALSE, sizeof(struct token_sighting));
    message->findings = finding_list();
    message->own = g_strdup("");
    return message;
}

void message_free(struct message *message)
{
    if (!message)
        return;
    g_free(message->message_id);
    g_free(message->digest);
    g_free(message->from);
    g_free(message->envelope_sender);
    g_free(message->subject);
    g_ptr_array_unref(message->recipients);
    g_ptr_array_unref(message->answers);
    origin_clear(&message->origin);
    signature_free(message->signature);
    g_free(message->why);
    g_array_unref(message->sightings);
    bounce_free(message->bounce);
    g_free(message->own);
    g_free(message->own_why);
    verdict_clear(&message->verdict);
    instruction_clear(&message->instruction);
    confirmation_clear(&message->confirmation);
    g_free(message->form_name);
    form_free(message->form);
    g_bytes_unref(message->picture);
    g_ptr_array_unref(message->findings);
    g_free(message);
}

static void read_digest(const struct header *header, const char *body, gsize size, struct message *message)
{
    static const char *const fields[] = {"From", "Date", "Message-ID", "Subject"};
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_autofree char *value = header_value(header, fields[i], 0);
        if (value)
            g_checksum_update(sum, (const guchar *)value, (gssize)strlen(value));
        g_checksum_update(sum, (const guchar *)"\n", 1);
    }
    for (const char *end = body + size; body < end;) {
        const char *cr = memchr(body, '\r', (gsize)(end - body));
        const char *stop = cr ? cr : end;
        g_checksum_update(sum, (const guchar *)body, stop - body);
        body = cr ? cr + 1 : end;
    }
    message->digest = g_strdup(g_checksum_get_string(sum));
}

static void read_sender(const struct header *header, struct message *message)
{
    g_autoptr(GPtrArray) from = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *path = header_value(header, "Return-Path", 0);

    /* several From fields or addresses, or something that is no address: nobody speaks */
    if (header_count(header, "From") == 1 && header_addresses(header, "From", from, 2) && from->len == 1)
        message->from = g_strdup(g_ptr_array_index(from, 0));
    if (path && strcmp(path, "<>") == 0)
        message->envelope_sender = g_strdup("");
    else if (path)
        message->envelope_sender = header_address(path);
}

static char *cut(char *text, gsize most)
{
    if (text && strlen(text) > most)
        *g_utf8_find_prev_char(text, text + most + 1) = '\0';
    return text;
}

static void read_date(const struct header *header, struct message *message)
{
    g_autofree char *value = header_value(header, "Date", 0);
    g_autoptr(GDateTime) date = value ? g_mime_utils_header_decode_date(value) : NULL;

    message->date = date ? g_date_time_to_unix(date) : 0;
}

static void read_origin(const struct message_reader *reader, const struct header *header, struct message *message)
{
    g_autoptr(GPtrArray) stamps = g_ptr_array_new_with_free_func(g_free);
    const char *at = message->from ? strrchr(message->from, '@') : NULL;

    for (guint i = 0; i < LIMIT_STAMPS; i++) {
        char *value = header_value(header, "Authentication-Results", i);
        if (!value)
            break;
        g_ptr_array_add(stamps, value);
    }
    g_ptr_array_add(stamps, NULL);
    origin_read((const char *const *)stamps->pdata, reader->authserv_id, at ? at + 1 : NULL, &message->origin);
}

static void read_sightings(struct message *message)
{
    for (guint i = 0; i < message->recipients->len; i++)
        token_find_in_address(g_ptr_array_index(message->recipients, i), message->sightings);
    for (guint i = 0; i < message->answers->len; i++)
        token_find_in_message_id(g_ptr_array_index(message->answers, i), message->sightings);
    token_find_in_subject(message->subject, message->sightings);
}

static void read_header(const struct message_reader *reader, const struct header *header, struct message *message)
{
    static const char *const addressed[] = {"To", "Cc", "Delivered-To", "X-Original-To"};
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);

    read_sender(header, message);
    header_message_ids(header, "Message-ID", FALSE, ids, 1);
    if (ids->len > 0)
        message->message_id = g_strdup(g_ptr_array_index(ids, 0));
    message->subject = cut(header_text(header, "Subject"), LIMIT_SUBJECT);
    read_date(header, message);
    for (guint i = 0; i < G_N_ELEMENTS(addressed); i++)
        header_addresses(header, addressed[i], message->recipients, LIMIT_RECIPIENTS);
    header_message_ids(header, "In-Reply-To", FALSE, message->answers, LIMIT_REFERENCES);
    header_message_ids(header, "References", TRUE, message->answers, LIMIT_REFERENCES);
    read_origin(reader, header, message);
    read_sightings(message);
}

/* The readable text of a message: its plain and its HTML parts that are no attachments, each kind joined. */
struct body {
    GString *plain, *html;
    gboolean flowed;
};

static gboolean is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

static void add_text(GString *text, const struct part *part)
{
    g_autofree char *content = text->len < LIMIT_TEXT_BYTES ? part_text(part) : NULL;

    if (!content || is_blank(content))
        return;
    if (text->len > 0)
        g_string_append_c(text, '\n');
    g_string_append(text, content);
}

enum place { PLACE_ANY, PLACE_BEFORE, PLACE_INSIDE, PLACE_AFTER }; /* beside what is signed */

static gboolean stands(const struct cover *cover, const GArray *parts, int index, enum place place)
{
    gboolean inside = cover_holds(cover, parts, index);

    switch (place) {
    case PLACE_BEFORE:
        return !inside && index < cover->root;
    case PLACE_INSIDE:
        return inside;
    case PLACE_AFTER:
        return !inside && index > cover->root;
    case PLACE_ANY:
        break;
    }
    return TRUE;
}

static void body_read(const GArray *parts, const struct part *form, const struct cover *cover, enum place place, struct body *body)
{
    *body = (struct body){.plain = g_string_new(NULL), .html = g_string_new(NULL)};
    for (guint i = 0; i < parts->len; i++) {
        const struct part *part = &g_array_index(parts, struct part, i);
        if (part->attachment || part->name || part == form || !stands(cover, parts, (int)i, place))
            continue;
        if (part_is(part, "text/html")) {
            add_text(body->html, part);
        } else if (part_is(part, "text/plain")) {
            body->flowed |= part->flowed && body->plain->len == 0;
            add_text(body->plain, part);
        }
    }
}

static void body_clear(struct body *body)
{
    g_string_free(body->plain, TRUE);
    g_string_free(body->html, TRUE);
}

/* HTML as bare words, to look for a mail system's phrases in; what a person wrote is own_words()' business. */
static char *bare_words(const char *html)
{
    GString *text = g_string_sized_new(strlen(html));
    static const char *const entities[][2] = {{"&lt;", "<"},   {"&gt;", ">"},    {"&amp;", "&"},
                                              {"&nbsp;", " "}, {"&quot;", "\""}, {"&#64;", "@"}};

    while (*html) {
        gsize length = 1;
        const char *entity = NULL;
        if (*html == '<') {
            length = strcspn(html, ">");
            length += html[length] == '>';
            g_string_append_c(text, ' ');
        } else {
            for (guint i = 0; *html == '&' && i < G_N_ELEMENTS(entities); i++)
                if (g_str_has_prefix(html, entities[i][0])) {
                    entity = entities[i][1];
                    length = strlen(entities[i][0]);
                }
            g_string_append_len(text, entity ? entity : html, entity ? (gssize)strlen(entity) : 1);
        }
        html += length;
    }
    return g_string_free(text, FALSE);
}

/* The one form, or what is wrong with what is attached. Gives the part that is it. */
static const struct part *read_form(const struct message_reader *reader, const GArray *parts, gboolean *several,
                                    struct message *message)
{
    g_autoptr(GPtrArray) forms = attachment_forms(parts);

    *several = forms->len > 1;
    if (*several)
        finding_add(message->findings, "E-ATTACH", "这封邮件附有多份XML表格，请每封邮件只附一份",
                    "this mail carries several XML forms: send one form per mail");
    if (forms->len != 1)
        return NULL;
    const struct part *part = g_ptr_array_index(forms, 0);
    g_autoptr(GByteArray) bytes = part_bytes(part, LIMIT_FORM_BYTES + 1);
    message->form_name = g_strdup(part->name);
    message->form =
        form_read(reader->catalog, (const char *)bytes->data, bytes->len, part->charset, &reader->today, message->findings);
    message->picture = message->form ? picture_take(reader->catalog, message->form, parts, message->findings) : NULL;
    return part;
}

static char *words_of(const struct body *body, char **how)
{
    char *own =
        own_words(body->plain->len > 0 ? body->plain->str : NULL, body->flowed, body->html->len > 0 ? body->html->str : NULL, how);

    return cut(own, LIMIT_OWN_BYTES);
}

static void read_words(const struct body *body, struct message *message)
{
    g_free(message->own);
    g_free(message->own_why);
    message->own = words_of(body, &message->own_why);
    verdict_read(message->own, &message->verdict);
    instruction_read(message->own, &message->verdict, &message->instruction);
    confirmation_read(message->own, &message->confirmation);
}

/* Whether somebody's words stand at that place: above what is signed any do, for whoever forwards a signed mail writes there; below only a judgement, for lists and
 * gateways write there. */
static gboolean is_spoken(const GArray *parts, const struct part *form, const struct cover *cover, enum place place)
{
    struct body body;
    struct verdict verdict;
    struct instruction instruction;

    body_read(parts, form, cover, place, &body);
    g_autofree char *own = words_of(&body, NULL);
    verdict_read(own, &verdict);
    instruction_read(own, &verdict, &instruction);
    gboolean settles = verdict.word != VERDICT_NONE || instruction.word != INSTRUCTION_NONE;
    gboolean spoken = place == PLACE_AFTER ? settles : *own != '\0';
    verdict_clear(&verdict);
    instruction_clear(&instruction);
    body_clear(&body);
    return spoken;
}

/* What is read: only what is signed, where that is all that the person says. */
static enum place place_to_read(const GArray *parts, const struct part *form, struct cover *cover)
{
    if (!cover->signature || cover->signature->state != SIGNATURE_INTACT || cover->root < 0)
        return PLACE_ANY;
    if (form && !cover_holds(cover, parts, (int)(form - (const struct part *)(gpointer)parts->data)))
        cover_is_partial(cover, "the form stands outside of what is signed");
    else if (is_spoken(parts, form, cover, PLACE_BEFORE) || is_spoken(parts, form, cover, PLACE_AFTER))
        cover_is_partial(cover, "words stand outside of what is signed");
    return cover->signature->state == SIGNATURE_INTACT ? PLACE_INSIDE : PLACE_ANY;
}

/* Whatever a machine or a list quotes decides nothing. */
static void forget_verdict(struct message *message)
{
    verdict_clear(&message->verdict);
    instruction_clear(&message->instruction);
    confirmation_clear(&message->confirmation);
    verdict_read(NULL, &message->verdict);
    confirmation_read(NULL, &message->confirmation);
}

/* What is sent back along with an answer is not filed again. */
static void forget_form(struct message *message)
{
    g_clear_pointer(&message->form_name, g_free);
    g_clear_pointer(&message->form, form_free);
    g_clear_pointer(&message->picture, g_bytes_unref);
    g_ptr_array_set_size(message->findings, 0);
}

static void settle(const struct evidence *evidence, struct message *message)
{
    const char *why;

    message->kind = kind_settle(evidence, &why);
    message->why = g_strdup(why);
    if (message->kind != KIND_REPLY && message->kind != KIND_QUESTION)
        forget_verdict(message);
    if (message->kind != KIND_FORM && evidence->form)
        forget_form(message);
    if (message->kind == KIND_BOUNCE) {
        message->bounce = bounce_read(evidence);
        token_find_in_message_id(message->bounce->message_id, message->sightings);
    }
    if (message->kind == KIND_QUESTION && message->signature && message->signature->state == SIGNATURE_SEALED)
        finding_add(message->findings, "E-ATTACH", "这封邮件已加密，无法阅读；请不加密重新发送（可以签名）",
                    "this mail is encrypted and cannot be read: send it again without encryption (signed is fine)");
    else if (message->kind == KIND_QUESTION && message->findings->len == 0 && attachment_meant(evidence->parts))
        finding_add(message->findings, "E-ATTACH", "附件不是XML表格，请附上一份XML表格",
                    "what is attached is no XML form: attach one XML form");
}

static void read_body(const struct message_reader *reader, const struct header *header, const GArray *parts, struct cover *cover,
                      struct message *message)
{
    gboolean several;
    const struct part *form = read_form(reader, parts, &several, message);
    struct body body;

    body_read(parts, form, cover, place_to_read(parts, form, cover), &body);
    message->signature = g_steal_pointer(&cover->signature);
    read_words(&body, message);
    g_autofree char *bare = body.plain->len > 0 ? NULL : bare_words(body.html->str);
    struct evidence evidence = {
        .header = header,
        .parts = parts,
        .from = message->from,
        .envelope_sender = message->envelope_sender,
        .subject = message->subject,
        .recipients = message->recipients,
        .answers = message->answers,
        .text = bare ? bare : body.plain->str,
        .own = message->own,
        .token = message->sightings->len > 0,
        .form = form || several,
        .verdict = message->verdict.word == VERDICT_APPROVE || message->verdict.word == VERDICT_REJECT,
        .word = message->verdict.word != VERDICT_NONE,
    };
    settle(&evidence, message);
    body_clear(&body);
}

static void read_parts(const struct message_reader *reader, const struct header *header, GArray *parts, struct message *message)
{
    struct cover cover;

    cover_find(parts, &cover);
    read_body(reader, header, parts, &cover, message);
    cover_clear(&cover);
}

static struct message *refuse(struct message *message, const char *why)
{
    message->kind = KIND_UNKNOWN;
    message->why = g_strdup(why);
    return message;
}

/* Old Macintosh files end lines with CR alone. NULL when these do not. */
static char *mend_line_ends(const char *bytes, gsize size)
{
    if (memchr(bytes, '\n', size) || !memchr(bytes, '\r', size))
        return NULL;
    char *mended = g_memdup2(bytes, size);
    for (gsize i = 0; i < size; i++)
        if (mended[i] == '\r')
            mended[i] = '\n';
    return mended;
}

/* The length of a blank line here with its end; 0 when there is none. */
static gsize blank_line(const char *bytes, gsize size)
{
    for (gsize i = 0; i < size && g_ascii_isspace(bytes[i]); i++)
        if (bytes[i] == '\n')
            return i + 1;
    return 0;
}

struct message *message_read(const struct message_reader *reader, const char *bytes, gsize size)
{
    g_autofree char *mended = mend_line_ends(bytes, size);
    struct message *message = message_make();
    struct header header;
    gboolean refused = FALSE;

    bytes = mended ? mended : bytes;
    /* files are saved with blank lines before the header */
    for (gsize blank = blank_line(bytes, size); blank > 0; blank = blank_line(bytes, size)) {
        bytes += blank;
        size -= blank;
    }
    header_read(bytes, size, LIMIT_HEADER_BYTES, LIMIT_HEADERS, &header);
    read_digest(&header, bytes + header.size, size - header.size, message);
    read_header(reader, &header, message);
    g_autoptr(GArray) parts = part_list(&header, bytes + header.size, size - header.size, &refused);
    if (header.fields->len == 0)
        refuse(message, "there is no header");
    else if (header.cut)
        refuse(message, "the header has more bytes or fields than allowed");
    else if (refused)
        refuse(message, "there are more, deeper or longer MIME parts than allowed");
    else if (header_count(&header, "From") == 0 && header_count(&header, "Subject") == 0 && header_count(&header, "Date") == 0)
        refuse(message, "the header names no sender, subject or date");
    else
        read_parts(reader, &header, parts, message);
    header_clear(&header);
    return message;
}

struct message *message_read_header(const struct message_reader *reader, const char *bytes, gsize header_size, gsize size)
{
    struct message *message = message_make();
    struct header header;
    g_autofree char *real = g_strdup_printf("%" G_GSIZE_FORMAT, size);
    g_autofree char *zh =
        g_strdup_printf("邮件不能超过%dMB：请只附一份XML申请表，不要附书面材料的扫描件", LIMIT_MESSAGE_BYTES >> 20);
    g_autofree char *en = g_strdup_printf("a mail must not be larger than %d MB: attach the XML form alone, and no scans of papers",
                                          LIMIT_MESSAGE_BYTES >> 20);

    header_read(bytes, header_size, LIMIT_HEADER_BYTES, LIMIT_HEADERS, &header);
    read_digest(&header, real, strlen(real), message);
    read_header(reader, &header, message);
    finding_add(message->findings, "E-SIZE", zh, en);
    g_autoptr(GArray) parts = part_list(&header, "", 0, NULL);
    struct evidence evidence = {
        .header = &header,
        .parts = parts,
        .from = message->from,
        .envelope_sender = message->envelope_sender,
        .subject = message->subject,
        .recipients = message->recipients,
        .answers = message->answers,
        .text = "",
        .own = "",
        .token = message->sightings->len > 0,
    };
    if (header.fields->len == 0 || header.cut)
        refuse(message, header.cut ? "the header has more bytes or fields than allowed" : "there is no header");
    else
        settle(&evidence, message);
    header_clear(&header);
    return message;
}
