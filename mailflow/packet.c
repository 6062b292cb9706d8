#include "mailflow/packet.h"

#include <string.h>

#include "mailflow/limits.h"
#include "mailflow/picture.h"

/* The members in the order of struct message; a form's and a bounce's stand in a maybe. */
#define ORIGIN_TYPE "(bbbbms)"
#define SIGNATURE_TYPE "m(usmsasxms)"
#define SIGHTINGS_TYPE "a(us)"
#define BOUNCE_TYPE "m(msmsmsbb)"
#define VERDICT_TYPE "(umsmsms)"
#define INSTRUCTION_TYPE "(umsmsms)"
#define CONFIRMATION_TYPE "(ubmau)"
#define FIELDS_TYPE "a(smsmssmsmsi)"
#define FORM_TYPE "m(smsmsmsss" FIELDS_TYPE ")"
#define PICTURE_TYPE "may"
#define FINDINGS_TYPE "a(smsmsmsissb)"
#define PACKET_TYPE                                                                                                                \
    "(msmsmsmsmsxasas" ORIGIN_TYPE SIGNATURE_TYPE "us" SIGHTINGS_TYPE BOUNCE_TYPE                                                  \
    "sms" VERDICT_TYPE INSTRUCTION_TYPE CONFIRMATION_TYPE "ms" FORM_TYPE PICTURE_TYPE FINDINGS_TYPE ")"

static GVariant *write_text(const char *text)
{
    return g_variant_new("ms", text);
}

static GVariant *write_texts(const GPtrArray *texts)
{
    return g_variant_new_strv((const char *const *)texts->pdata, (gssize)texts->len);
}

static GVariant *write_signature(const struct signature *signature)
{
    GVariant *inner = NULL;

    if (signature)
        inner = g_variant_new("(usms@asxms)", (guint32)signature->state, signature->why, signature->certificate,
                              write_texts(signature->chain), signature->signed_at, signature->digest);
    return g_variant_new_maybe(G_VARIANT_TYPE("(usmsasxms)"), inner);
}

static GVariant *write_sightings(const GArray *sightings)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE(SIGHTINGS_TYPE));
    for (guint i = 0; i < sightings->len; i++) {
        const struct token_sighting *sighting = &g_array_index(sightings, struct token_sighting, i);
        g_variant_builder_add(&builder, "(us)", (guint32)sighting->place, sighting->text);
    }
    return g_variant_builder_end(&builder);
}

static GVariant *write_bounce(const struct bounce *bounce)
{
    GVariant *inner = NULL;

    if (bounce)
        inner = g_variant_new("(msmsmsbb)", bounce->recipient, bounce->status, bounce->message_id, bounce->permanent, bounce->full);
    return g_variant_new_maybe(G_VARIANT_TYPE("(msmsmsbb)"), inner);
}

static GVariant *write_confirmation(const struct confirmation *confirmation)
{
    const GArray *chosen = confirmation->chosen;
    GVariant *numbers =
        chosen ? g_variant_new_fixed_array(G_VARIANT_TYPE_UINT32, chosen->data, chosen->len, sizeof(guint32)) : NULL;

    return g_variant_new("(ub@mau)", (guint32)confirmation->word, confirmation->all,
                         g_variant_new_maybe(G_VARIANT_TYPE("au"), numbers));
}

static GVariant *write_form(const struct form *form)
{
    GVariantBuilder fields;

    if (!form)
        return g_variant_new_maybe(g_variant_type_element(G_VARIANT_TYPE(FORM_TYPE)), NULL);
    g_variant_builder_init(&fields, G_VARIANT_TYPE(FIELDS_TYPE));
    for (guint i = 0; i < form->fields->len; i++) {
        const struct field *field = form->fields->pdata[i];
        g_variant_builder_add(&fields, "(smsmssmsmsi)", field->path, field->label_zh, field->label_en, field->value,
                              field->shown_zh, field->shown_en, (gint32)field->line);
    }
    GVariant *inner = g_variant_new("(smsmsmsss@" FIELDS_TYPE ")", form->root, form->label_zh, form->label_en, form->variant,
                                    form->canonical, form->digest, g_variant_builder_end(&fields));
    return g_variant_new_maybe(NULL, inner);
}

static GVariant *write_picture(GBytes *picture)
{
    GVariant *bytes = picture ? g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, picture, TRUE) : NULL;

    return g_variant_new_maybe(G_VARIANT_TYPE_BYTESTRING, bytes);
}

static GVariant *write_findings(const GPtrArray *findings)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE(FINDINGS_TYPE));
    for (guint i = 0; i < findings->len; i++) {
        const struct finding *finding = findings->pdata[i];
        g_variant_builder_add(&builder, "(smsmsmsissb)", finding->code, finding->field, finding->label_zh, finding->label_en,
                              (gint32)finding->line, finding->zh, finding->en, finding->warning);
    }
    return g_variant_builder_end(&builder);
}

GBytes *packet_write(const struct message *message)
{
    const struct origin *origin = &message->origin;
    const struct verdict *verdict = &message->verdict;
    const struct instruction *instruction = &message->instruction;
    GVariant *members[] = {
        write_text(message->message_id),
        write_text(message->digest),
        write_text(message->from),
        write_text(message->envelope_sender),
        write_text(message->subject),
        g_variant_new_int64(message->date),
        write_texts(message->recipients),
        write_texts(message->answers),
        g_variant_new("(bbbbms)", origin->stamped, origin->dmarc, origin->dkim, origin->spf, origin->says),
        write_signature(message->signature),
        g_variant_new_uint32((guint32)message->kind),
        g_variant_new_string(message->why),
        write_sightings(message->sightings),
        write_bounce(message->bounce),
        g_variant_new_string(message->own),
        write_text(message->own_why),
        g_variant_new("(umsmsms)", (guint32)verdict->word, verdict->reason, verdict->archive, verdict->why),
        g_variant_new("(umsmsms)", (guint32)instruction->word, instruction->whom, instruction->note, instruction->why),
        write_confirmation(&message->confirmation),
        write_text(message->form_name),
        write_form(message->form),
        write_picture(message->picture),
        write_findings(message->findings),
    };
    g_autoptr(GVariant) packet = g_variant_ref_sink(g_variant_new_tuple(members, G_N_ELEMENTS(members)));

    return g_variant_get_data_as_bytes(packet);
}

/* Members are read in order; the first that is wrong makes the whole packet wrong. */
struct reader {
    GVariantIter iter;
    gboolean good;
};

static void check(struct reader *reader, gboolean good)
{
    reader->good &= good;
}

static gboolean is_line(const char *text, gsize most)
{
    gsize length = 0;

    for (; text[length]; length++)
        if ((guint8)text[length] < ' ' || text[length] == 0x7f || length >= most)
            return FALSE;
    return TRUE;
}

static char *read_line(struct reader *reader, gsize most)
{
    char *text = NULL;

    g_variant_iter_next(&reader->iter, "ms", &text);
    check(reader, !text || is_line(text, most));
    return text;
}

/* An addr-spec or msg-id: one @ at least, no white space, nothing that opens or ends another. */
static gboolean is_address(const char *text, gsize most)
{
    return is_line(text, most) && strchr(text, '@') && !strpbrk(text, " <>");
}

static char *read_address(struct reader *reader, gsize most)
{
    char *text = read_line(reader, most);

    check(reader, !text || *text == '\0' || is_address(text, most));
    return text;
}

static gboolean is_digest(const char *text)
{
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static char *read_digest(struct reader *reader)
{
    char *text = read_line(reader, 64);

    check(reader, text && is_digest(text));
    return text;
}

static GPtrArray *read_addresses(struct reader *reader, guint most, gsize length)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GVariantIter) iter = NULL;
    char *text;

    g_variant_iter_next(&reader->iter, "as", &iter);
    check(reader, g_variant_iter_n_children(iter) <= most);
    while (reader->good && g_variant_iter_next(iter, "s", &text)) {
        check(reader, is_address(text, length));
        g_ptr_array_add(texts, text);
    }
    return texts;
}

static void read_origin(struct reader *reader, struct origin *origin)
{
    g_variant_iter_next(&reader->iter, "(bbbbms)", &origin->stamped, &origin->dmarc, &origin->dkim, &origin->spf, &origin->says);
    check(reader, !origin->says || is_line(origin->says, LIMIT_STAMP * 3)); /* a bad byte becomes three of U+FFFD */
}

static gboolean is_certificate(const char *text)
{
    return strlen(text) <= LIMIT_CERTIFICATE_BYTES / 3 * 4 + 4 && is_line(text, strlen(text) + 1);
}

static struct signature *read_signature(struct reader *reader)
{
    g_autoptr(GVariant) child = g_variant_iter_next_value(&reader->iter);
    g_autoptr(GVariant) inner = g_variant_get_maybe(child);
    g_autoptr(GVariantIter) chain = NULL;
    guint32 state = 0;
    char *text;

    if (!inner)
        return NULL;
    struct signature *signature = g_new0(struct signature, 1);
    signature->chain = g_ptr_array_new_with_free_func(g_free);
    g_variant_get(inner, "(usmsasxms)", &state, &signature->why, &signature->certificate, &chain, &signature->signed_at,
                  &signature->digest);
    check(reader, state <= SIGNATURE_SEALED && is_line(signature->why, LIMIT_FILE_NAME));
    check(reader, signature->certificate ? is_certificate(signature->certificate) : state > SIGNATURE_PARTIAL);
    check(reader, !signature->digest || is_digest(signature->digest));
    check(reader, g_variant_iter_n_children(chain) <= LIMIT_CERTIFICATES);
    while (reader->good && g_variant_iter_next(chain, "s", &text)) {
        check(reader, is_certificate(text));
        g_ptr_array_add(signature->chain, text);
    }
    signature->state = (enum signature_state)state;
    return signature;
}

static guint32 read_number(struct reader *reader, guint32 most)
{
    guint32 number = 0;

    g_variant_iter_next(&reader->iter, "u", &number);
    check(reader, number <= most);
    return number;
}

static char *read_text(struct reader *reader, gsize most)
{
    char *text = NULL;

    g_variant_iter_next(&reader->iter, "s", &text);
    check(reader, strlen(text) <= most);
    return text;
}

static gboolean is_token(const char *text)
{
    return strlen(text) == TOKEN_CHARACTERS && strspn(text, "abcdefghijklmnopqrstuvwxyz234567") == TOKEN_CHARACTERS;
}

static GArray *read_sightings(struct reader *reader)
{
    GArray *sightings = g_array_new(FALSE, FALSE, sizeof(struct token_sighting));
    g_autoptr(GVariantIter) iter = NULL;
    guint32 place;
    const char *text;

    g_variant_iter_next(&reader->iter, SIGHTINGS_TYPE, &iter);
    check(reader, g_variant_iter_n_children(iter) <= LIMIT_SIGHTINGS);
    while (reader->good && g_variant_iter_next(iter, "(u&s)", &place, &text)) {
        struct token_sighting sighting = {.place = (enum token_place)place};
        check(reader, place <= TOKEN_IN_SUBJECT && is_token(text));
        g_strlcpy(sighting.text, text, sizeof sighting.text);
        g_array_append_val(sightings, sighting);
    }
    return sightings;
}

static struct bounce *read_bounce(struct reader *reader)
{
    g_autoptr(GVariant) child = g_variant_iter_next_value(&reader->iter);
    g_autoptr(GVariant) inner = g_variant_get_maybe(child);

    if (!inner)
        return NULL;
    struct bounce *bounce = g_new0(struct bounce, 1);
    g_variant_get(inner, "(msmsmsbb)", &bounce->recipient, &bounce->status, &bounce->message_id, &bounce->permanent, &bounce->full);
    check(reader, !(bounce->permanent && bounce->full));
    check(reader, !bounce->recipient || is_address(bounce->recipient, LIMIT_ADDRESS));
    check(reader, !bounce->status || is_line(bounce->status, 11));
    check(reader, !bounce->message_id || is_address(bounce->message_id, LIMIT_MESSAGE_ID));
    return bounce;
}

static void read_verdict(struct reader *reader, struct verdict *verdict)
{
    guint32 word = 0;

    g_variant_iter_next(&reader->iter, "(umsmsms)", &word, &verdict->reason, &verdict->archive, &verdict->why);
    check(reader, word <= VERDICT_UNCLEAR);
    check(reader, !verdict->reason || strlen(verdict->reason) <= LIMIT_OWN_BYTES);
    check(reader, !verdict->archive || is_line(verdict->archive, LIMIT_OWN_BYTES));
    verdict->word = (enum verdict_word)word;
}

static void read_instruction(struct reader *reader, struct instruction *instruction)
{
    guint32 word = 0;

    g_variant_iter_next(&reader->iter, "(umsmsms)", &word, &instruction->whom, &instruction->note, &instruction->why);
    check(reader, word <= INSTRUCTION_UNCLEAR);
    check(reader, (word == INSTRUCTION_DELEGATE) == (instruction->whom != NULL));
    check(reader, !instruction->whom || is_line(instruction->whom, LIMIT_ADDRESS));
    check(reader, !instruction->note || is_line(instruction->note, LIMIT_OWN_BYTES));
    instruction->word = (enum instruction_word)word;
}

static void read_confirmation(struct reader *reader, struct confirmation *confirmation)
{
    g_autoptr(GVariant) numbers = NULL;
    guint32 word = 0;
    gsize count = 0;

    g_variant_iter_next(&reader->iter, "(ub@mau)", &word, &confirmation->all, &numbers);
    check(reader, word <= CONFIRMATION_UNCLEAR);
    confirmation->word = (enum confirmation_word)word;
    g_autoptr(GVariant) array = g_variant_get_maybe(numbers);
    if (!array)
        return;
    const guint32 *data = g_variant_get_fixed_array(array, &count, sizeof(guint32));
    check(reader, count <= LIMIT_CHOICES);
    confirmation->chosen = g_array_new(FALSE, FALSE, sizeof(guint));
    for (gsize i = 0; reader->good && i < count; i++) {
        check(reader, i == 0 || data[i] > data[i - 1]);
        g_array_append_val(confirmation->chosen, data[i]);
    }
}

static void read_field(struct reader *reader, GVariantIter *fields, struct form *form)
{
    struct field *field = g_new0(struct field, 1);

    g_variant_iter_next(fields, "(smsmssmsmsi)", &field->path, &field->label_zh, &field->label_en, &field->value, &field->shown_zh,
                        &field->shown_en, &field->line);
    g_ptr_array_add(form->fields, field);
    check(reader, *field->value && field->line >= 0 && g_hash_table_insert(form->by_path, field->path, field));
}

static struct form *read_form(struct reader *reader)
{
    g_autoptr(GVariant) child = g_variant_iter_next_value(&reader->iter);
    g_autoptr(GVariant) inner = g_variant_get_maybe(child);
    g_autoptr(GVariantIter) fields = NULL;

    if (!inner)
        return NULL;
    struct form *form = g_new0(struct form, 1);
    form->fields = g_ptr_array_new_with_free_func((GDestroyNotify)field_free);
    form->by_path = g_hash_table_new(g_str_hash, g_str_equal);
    g_variant_get(inner, "(smsmsmsss" FIELDS_TYPE ")", &form->root, &form->label_zh, &form->label_en, &form->variant,
                  &form->canonical, &form->digest, &fields);
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, form->canonical, -1);
    check(reader, strcmp(digest, form->digest) == 0 && is_line(form->root, LIMIT_FILE_NAME));
    check(reader, g_variant_iter_n_children(fields) <= LIMIT_FIELDS);
    for (gsize left = g_variant_iter_n_children(fields); reader->good && left > 0; left--)
        read_field(reader, fields, form);
    return form;
}

static GBytes *read_picture(struct reader *reader, const struct form *form)
{
    g_autoptr(GVariant) child = g_variant_iter_next_value(&reader->iter);
    g_autoptr(GVariant) inner = g_variant_get_maybe(child);
    const struct field *field = form && reader->good ? picture_field(form) : NULL;
    gsize size;

    if (!inner)
        return NULL;
    const guint8 *bytes = g_variant_get_fixed_array(inner, &size, 1);
    check(reader, field && picture_is_jpeg(bytes, size));
    if (!reader->good)
        return NULL;
    g_autofree char *digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes, size);
    check(reader, g_str_equal(digest, picture_digest(field)));
    return g_bytes_new(bytes, size);
}

static GPtrArray *read_findings(struct reader *reader)
{
    GPtrArray *findings = finding_list();
    g_autoptr(GVariantIter) iter = NULL;
    gsize count;

    g_variant_iter_next(&reader->iter, FINDINGS_TYPE, &iter);
    count = g_variant_iter_n_children(iter);
    check(reader, count <= LIMIT_FINDINGS);
    for (; reader->good && count > 0; count--) {
        struct finding *finding = g_new0(struct finding, 1);
        g_autofree char *code = NULL;
        g_variant_iter_next(iter, "(smsmsmsissb)", &code, &finding->field, &finding->label_zh, &finding->label_en, &finding->line,
                            &finding->zh, &finding->en, &finding->warning);
        finding->code = finding_known(code);
        g_ptr_array_add(findings, finding);
        check(reader, finding->code && finding->line >= 0);
        check(reader, !finding->field || (finding->label_zh && finding->label_en));
    }
    return findings;
}

/* A form that names a picture comes with it, or with what is wrong. */
static gboolean is_picture_told(const struct message *message)
{
    return !message->form || message->picture || finding_errors(message->findings) || !picture_field(message->form);
}

struct message *packet_read(GBytes *bytes)
{
    if (g_bytes_get_size(bytes) > LIMIT_PACKET_BYTES)
        return NULL;
    g_autoptr(GVariant) packet = g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(PACKET_TYPE), bytes, FALSE));
    if (!g_variant_is_normal_form(packet))
        return NULL;
    struct reader reader = {.good = TRUE};
    struct message *message = g_new0(struct message, 1);

    g_variant_iter_init(&reader.iter, packet);
    message->message_id = read_address(&reader, LIMIT_MESSAGE_ID);
    message->digest = read_digest(&reader);
    message->from = read_address(&reader, LIMIT_ADDRESS);
    message->envelope_sender = read_address(&reader, LIMIT_ADDRESS);
    message->subject = read_line(&reader, LIMIT_SUBJECT);
    g_variant_iter_next(&reader.iter, "x", &message->date);
    message->recipients = read_addresses(&reader, LIMIT_RECIPIENTS, LIMIT_ADDRESS);
    message->answers = read_addresses(&reader, LIMIT_REFERENCES, LIMIT_MESSAGE_ID);
    read_origin(&reader, &message->origin);
    message->signature = read_signature(&reader);
    message->kind = (enum kind)read_number(&reader, KIND_UNKNOWN);
    message->why = read_text(&reader, LIMIT_FILE_NAME);
    message->sightings = read_sightings(&reader);
    message->bounce = read_bounce(&reader);
    message->own = read_text(&reader, LIMIT_OWN_BYTES);
    message->own_why = read_line(&reader, LIMIT_FILE_NAME);
    read_verdict(&reader, &message->verdict);
    read_instruction(&reader, &message->instruction);
    read_confirmation(&reader, &message->confirmation);
    message->form_name = read_line(&reader, LIMIT_FILE_NAME);
    message->form = read_form(&reader);
    message->picture = read_picture(&reader, message->form);
    message->findings = read_findings(&reader);
    check(&reader, is_picture_told(message));
    check(&reader, (message->kind == KIND_BOUNCE) == (message->bounce != NULL));
    if (reader.good)
        return message;
    message_free(message);
    return NULL;
}
