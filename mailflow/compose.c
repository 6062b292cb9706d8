#include "mailflow/compose.h"

#include <string.h>

#include <gmime/gmime.h>

#include "mailflow/text.h"

#define NAME_BYTES 120     /* of a display name or a file's name */
#define ADDRESS_BYTES 254  /* RFC 5321 4.5.3.1.3 */
#define ID_BYTES 250       /* of a message id: one fits a line beside its header's name */
#define REFERENCES_KEPT 20 /* RFC 5322 3.6.4 sets no limit; the oldest and the newest matter */

/* Notices that answer a mail of the same person at once say auto-replied, the others auto-generated (RFC 3834 5). */
static const char *const replies[] = {"N0", "N1D", "N9", "ND", "NH", "NR", "NS", "NX", NULL};

/* An address or an id is copied into a header as it is, so it must be nothing but printable ASCII without what ends it there. */
static gboolean plain(const char *text, gsize most)
{
    if (text == NULL || *text == '\0' || strlen(text) > most)
        return FALSE;
    for (; *text != '\0'; text++)
        if (*text <= ' ' || *text > '~' || strchr("<>()[],;:\\\"", *text) != NULL)
            return FALSE;
    return TRUE;
}

static gboolean is_address(const char *text)
{
    return plain(text, ADDRESS_BYTES) && strchr(text, '@') != NULL && strchr(text, '@') == strrchr(text, '@');
}

static gboolean check(const struct receipt *receipt, GError **error)
{
    const struct {
        const char *what, *value;
        gboolean good;
    } checks[] = {
        {"from", receipt->from, is_address(receipt->from)},
        {"to", receipt->to, is_address(receipt->to)},
        {"replyTo", receipt->reply_to, receipt->reply_to == NULL || is_address(receipt->reply_to)},
        {"messageId", receipt->message_id, plain(receipt->message_id, ID_BYTES)},
        {"code", receipt->code, plain(receipt->code, 8)},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(checks); i++) {
        if (checks[i].good)
            continue;
        g_autofree char *shown = text_one_line(checks[i].value, 80);
        g_set_error(error, RECEIPT_ERROR, RECEIPT_UNREADABLE, "The notice's %s cannot stand in a header: %s", checks[i].what,
                    shown);
        return FALSE;
    }
    return TRUE;
}

static void put(GMimeMessage *message, const char *name, const char *value)
{
    g_mime_object_set_header(GMIME_OBJECT(message), name, value, NULL);
}

static void address(GMimeMessage *message, GMimeAddressType type, const char *name, const char *mailbox)
{
    g_autofree char *shown = text_one_line(name, NAME_BYTES);
    g_mime_message_add_mailbox(message, type, *shown != '\0' ? shown : NULL, mailbox);
}

/* Ids that came with a stranger's mail and cannot stand in a header are left out: threading is a comfort. */
static void put_thread(GMimeMessage *message, const struct receipt *receipt)
{
    if (plain(receipt->in_reply_to, ID_BYTES)) {
        g_autofree char *value = g_strconcat("<", receipt->in_reply_to, ">", NULL);
        put(message, "In-Reply-To", value);
    }
    g_autoptr(GString) all = g_string_new(NULL);
    guint count = receipt->references->len;
    for (guint i = 0; i < count; i++) {
        const char *id = g_ptr_array_index(receipt->references, i);
        if ((i == 0 || i + REFERENCES_KEPT > count) && plain(id, ID_BYTES))
            g_string_append_printf(all, "%s<%s>", all->len > 0 ? " " : "", id);
    }
    if (all->len > 0)
        put(message, "References", all->str);
}

static void put_head(GMimeMessage *message, const struct receipt *receipt, const char *subject)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_offset(8 * 3600);
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(receipt->date);
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, zone);
    g_autofree char *about = text_one_line(receipt->request, 40);
    g_autofree char *sort = g_strconcat(receipt->code, *about != '\0' ? " " : "", about, NULL);

    address(message, GMIME_ADDRESS_TYPE_FROM, receipt->from_name, receipt->from);
    address(message, GMIME_ADDRESS_TYPE_TO, receipt->to_name, receipt->to);
    if (receipt->reply_to != NULL)
        address(message, GMIME_ADDRESS_TYPE_REPLY_TO, receipt->from_name, receipt->reply_to);
    g_mime_message_set_subject(message, subject, "UTF-8");
    g_mime_message_set_date(message, local);
    g_mime_message_set_message_id(message, receipt->message_id);
    put_thread(message, receipt);
    put(message, "Auto-Submitted", g_strv_contains(replies, receipt->code) ? "auto-replied" : "auto-generated");
    put(message, "X-Auto-Response-Suppress", "All");
    put(message, "X-Countersign-Notice", sort);
}

/* A part whose content is a copy of these bytes. Always base64: most text is Chinese, and no line grows too long. */
static GMimeObject *part_of(const char *type, const char *subtype, const char *bytes, gsize size)
{
    GMimePart *made = g_mime_part_new_with_type(type, subtype);
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, size);
    GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
    g_mime_part_set_content(made, content);
    g_mime_part_set_content_encoding(made, GMIME_CONTENT_ENCODING_BASE64);
    g_object_unref(content);
    g_object_unref(stream);
    return GMIME_OBJECT(made);
}

static GMimeObject *part(const char *type, const char *subtype, const char *text)
{
    GMimeObject *made = part_of(type, subtype, text, strlen(text));

    g_mime_object_set_content_type_parameter(made, "charset", "utf-8");
    return made;
}

static void add(GMimeMultipart *multipart, GMimeObject *child)
{
    g_mime_multipart_add(multipart, child);
    g_object_unref(child);
}

/* `file`: instead of the text; NULL. */
static void attach(GMimeMultipart *multipart, const char *name, const char *type, const char *text, GBytes *file)
{
    g_auto(GStrv) halves = g_strsplit(type != NULL ? type : "", "/", 2);
    gboolean known =
        g_strv_length(halves) == 2 && plain(halves[0], 60) && plain(halves[1], 60) && strpbrk(halves[1], "/?=") == NULL;
    const char *kind = known ? halves[0] : "application", *subtype = known ? halves[1] : "octet-stream";
    g_autofree char *shown = text_one_line(name, NAME_BYTES);
    g_strdelimit(shown, "/\\\"", '_');
    GMimeObject *child =
        file != NULL ? part_of(kind, subtype, g_bytes_get_data(file, NULL), g_bytes_get_size(file)) : part(kind, subtype, text);
    g_mime_part_set_filename(GMIME_PART(child), *shown != '\0' ? shown : "attachment");
    add(multipart, child);
}

/* Boundaries come from the document, so that the same document gives the same bytes. No line of base64 begins like one. */
static GMimeMultipart *multipart(const char *subtype, const char *digest)
{
    GMimeMultipart *made = g_mime_multipart_new_with_subtype(subtype);
    g_autofree char *boundary = g_strdup_printf("=_%s_%.32s", subtype, digest);
    g_mime_multipart_set_boundary(made, boundary);
    return made;
}

/* The files that attachments name; an array of GBytes, NULL for those that are text. NULL and `error` when one is not there. */
static GPtrArray *find_files(const struct receipt *receipt, const struct letter_files *files, GError **error)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (guint i = 0; i < receipt->attachments->len; i++) {
        const struct receipt_attachment *attachment = g_ptr_array_index(receipt->attachments, i);
        GBytes *file = attachment->digest != NULL && files != NULL ? files->find(files->context, attachment->digest) : NULL;
        g_ptr_array_add(found, file);
        if (attachment->digest == NULL || file != NULL)
            continue;
        g_autofree char *shown = text_one_line(attachment->digest, 64);
        g_set_error(error, RECEIPT_ERROR, RECEIPT_UNREADABLE, "The notice names a file that is not there: %s", shown);
        return NULL;
    }
    return g_steal_pointer(&found);
}

static GMimeObject *body(const struct receipt *receipt, const struct rendering *rendering, const GPtrArray *files)
{
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA1, receipt->text, -1);
    GMimeMultipart *alternative = multipart("alternative", digest);
    add(alternative, part("text", "plain", rendering->text));
    add(alternative, part("text", "html", rendering->html));
    GMimeMultipart *mixed = multipart("mixed", digest);
    add(mixed, GMIME_OBJECT(alternative));
    attach(mixed, "notice.xml", "application/xml", receipt->text, NULL);
    for (guint i = 0; i < receipt->attachments->len; i++) {
        const struct receipt_attachment *attachment = g_ptr_array_index(receipt->attachments, i);
        attach(mixed, attachment->name, attachment->type, attachment->text, g_ptr_array_index(files, i));
    }
    return GMIME_OBJECT(mixed);
}

static GBytes *write_message(GMimeMessage *message)
{
    GMimeFormatOptions *options = g_mime_format_options_new();
    g_mime_format_options_set_newline_format(options, GMIME_NEWLINE_FORMAT_DOS);
    GByteArray *bytes = g_byte_array_sized_new(32 * 1024);
    GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
    g_mime_object_write_to_stream(GMIME_OBJECT(message), options, stream);
    g_object_unref(stream);
    g_mime_format_options_free(options);
    return g_byte_array_free_to_bytes(bytes);
}

static struct letter *compose(const struct receipt *receipt, const struct rendering *rendering, const GPtrArray *files)
{
    g_autofree char *subject = text_one_line(rendering->subject, 600);
    GMimeMessage *message = g_mime_message_new(TRUE);
    put_head(message, receipt, subject);
    GMimeObject *content = body(receipt, rendering, files);
    g_mime_message_set_mime_part(message, content);
    struct letter *letter = g_new0(struct letter, 1);
    letter->sender = g_strdup(receipt->from);
    letter->recipient = g_strdup(receipt->to);
    letter->message_id = g_strdup(receipt->message_id);
    letter->bytes = write_message(message);
    g_object_unref(content);
    g_object_unref(message);
    return letter;
}

struct letter *letter_make(const struct stylesheets *stylesheets, const char *document, const char *secret,
                           const struct letter_files *files, GError **error)
{
    g_mime_init();
    struct receipt *read = receipt_open(document, error);
    struct rendering rendering = {0};
    struct letter *letter = NULL;
    if (read != NULL && check(read, error)) {
        if (read->secret && secret == NULL)
            g_set_error_literal(error, RECEIPT_ERROR, RECEIPT_UNREADABLE,
                                "The notice asks for a one-time secret and none was given");
        else if (render_receipt(stylesheets, read, secret, &rendering, error)) {
            g_autoptr(GPtrArray) found = find_files(read, files, error);
            letter = found != NULL ? compose(read, &rendering, found) : NULL;
        }
    }
    rendering_clear(&rendering);
    receipt_close(read);
    return letter;
}

void letter_free(struct letter *letter)
{
    if (letter == NULL)
        return;
    g_free(letter->sender);
    g_free(letter->recipient);
    g_free(letter->message_id);
    g_bytes_unref(letter->bytes);
    g_free(letter);
}
