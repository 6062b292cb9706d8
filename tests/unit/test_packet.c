/* The packet: what the parser says arrives whole, and nothing else is let in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "mailflow/limits.h"
#include "mailflow/packet.h"

#define TOKEN "abcdefghijklmnopqrstuvwxy4"

static struct form_catalog *catalog;

static const char *const mails[] = {
    "From: a@example.com\nSubject: x\n\nhello\n",
    "From: a@example.com\nTo: c+" TOKEN "@example.com\nSubject: Re: x [cs:" TOKEN "]\nIn-Reply-To: <" TOKEN
    ".1@example.com>\nAuthentication-Results: "
    "mx.example.com; dmarc=pass header.from=example.com\n\n同意\n留档编号：济建〔2026〕12号\n",
    "From: a@example.com\nSubject: Re: x\nIn-Reply-To: <a@b>\n\n不同意\n原因：材料不全\n",
    "From: a@example.com\nSubject: Re: x\nIn-Reply-To: <a@b>\n\n1,3\n",
    "Return-Path: <>\nFrom: MAILER-DAEMON@example.com\nSubject: Undelivered Mail Returned to Sender\n\n<b@example.test>: 550 5.1.1 "
    "user unknown\n",
    "From: a@example.com\nSubject: 表\nContent-Type: application/xml; name=\"=?utf-8?B?6KGoLnhtbA==?=\"\n\n<statusQuery "
    "xmlns=\"" FORM_NAMESPACE "\"><requestId>xx</requestId></statusQuery>\n",
    "From: a@example.com\nSubject: x\nContent-Type: application/xml\n\n<!DOCTYPE a><a/>\n",
    "no header at all",
    "",
};

static struct message *read_mail(const char *mail)
{
    struct message_reader reader = {.catalog = catalog, .authserv_id = "mx.example.com"};

    g_date_set_dmy(&reader.today, 6, G_DATE_MAY, 2026);
    return message_read(&reader, mail, strlen(mail));
}

static void test_round_trip(void **state)
{
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(mails); i++) {
        struct message *message = read_mail(mails[i]);
        g_autoptr(GBytes) sent = packet_write(message);
        struct message *received = packet_read(sent);
        assert_non_null(received);
        g_autoptr(GBytes) again = packet_write(received);
        assert_true(g_bytes_equal(sent, again));
        assert_int_equal(received->kind, message->kind);
        assert_string_equal(received->own, message->own);
        if (message->form)
            assert_ptr_equal(form_field(received->form, "requestId"),
                             received->form->fields->len > 0 ? received->form->fields->pdata[0] : NULL);
        message_free(message);
        message_free(received);
    }
}

/* What no packet can carry would never be answered. */
static void assert_travels(const char *mail, gsize size, const char *name)
{
    struct message_reader reader = {.catalog = catalog, .authserv_id = "mx.example.com"};

    g_date_set_dmy(&reader.today, 6, G_DATE_MAY, 2026);
    struct message *message = message_read(&reader, mail, size);
    g_autoptr(GBytes) sent = packet_write(message);
    struct message *received = packet_read(sent);
    if (!received)
        fail_msg("%s does not travel", name);
    message_free(message);
    message_free(received);
}

static char *form_as_mail(const char *bytes, gsize size)
{
    g_autofree char *encoded = g_base64_encode((const guchar *)bytes, size);

    return g_strdup_printf(
        "From: a@example.com\nSubject: x\nContent-Type: application/xml; name=x.xml\nContent-Transfer-Encoding: base64\n\n%s\n",
        encoded);
}

static void assert_folder_travels(const char *folder, const char *ending, gboolean forms)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    guint files = 0;

    assert_non_null(dir);
    for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir)) {
        g_autofree char *path = g_build_filename(folder, name, NULL), *bytes = NULL;
        gsize size;
        if (!g_str_has_suffix(name, ending))
            continue;
        assert_true(g_file_get_contents(path, &bytes, &size, NULL));
        g_autofree char *mail = forms ? form_as_mail(bytes, size) : g_steal_pointer(&bytes);
        assert_travels(mail, forms ? strlen(mail) : size, name);
        files++;
    }
    g_dir_close(dir);
    assert_true(files > 50);
}

static void test_every_golden_file_travels(void **state)
{
    (void)state;
    assert_folder_travels("tests/golden/messages", ".eml", FALSE);
    assert_folder_travels("tests/golden/forms", ".xml", TRUE);
}

/* Whatever is changed or cut, it is refused or is a message; nothing in between. */
static void test_damage(void **state)
{
    (void)state;
    g_autoptr(GRand) dice = g_rand_new_with_seed(3);

    for (guint i = 0; i < G_N_ELEMENTS(mails); i++) {
        struct message *message = read_mail(mails[i]);
        g_autoptr(GBytes) sent = packet_write(message);
        message_free(message);
        for (guint round = 0; round < 2000; round++) {
            gsize size;
            g_autofree guint8 *bytes = g_memdup2(g_bytes_get_data(sent, &size), g_bytes_get_size(sent));
            for (guint changes = g_rand_int_range(dice, 1, 4); changes > 0; changes--)
                bytes[g_rand_int_range(dice, 0, (gint32)size)] = (guint8)g_rand_int(dice);
            size = round % 4 == 0 ? (gsize)g_rand_int_range(dice, 0, (gint32)size) : size;
            g_autoptr(GBytes) damaged = g_bytes_new(bytes, size);
            struct message *received = packet_read(damaged);
            if (received)
                g_bytes_unref(packet_write(received));
            message_free(received);
        }
    }
}

/* Each spoils one thing that the type alone would let pass. */
static void spoil_kind(struct message *message)
{
    message->kind = (enum kind)7;
}

static void spoil_bounce(struct message *message)
{
    message->kind = KIND_BOUNCE;
}

static void spoil_digest(struct message *message)
{
    message->digest[0] = 'X';
}

static void spoil_from(struct message *message)
{
    g_free(message->from);
    message->from = g_strdup("a@example.com\nBcc: b@example.com");
}

static void spoil_sender(struct message *message)
{
    g_free(message->envelope_sender);
    message->envelope_sender = g_strdup("nobody");
}

static void spoil_message_id(struct message *message)
{
    g_free(message->message_id);
    message->message_id = g_strdup("a@b> <c@d");
}

static void spoil_recipients(struct message *message)
{
    for (guint i = 0; i <= LIMIT_RECIPIENTS; i++)
        g_ptr_array_add(message->recipients, g_strdup("a@example.com"));
}

static void spoil_sightings(struct message *message)
{
    g_array_index(message->sightings, struct token_sighting, 0).text[0] = '!';
}

static void spoil_place(struct message *message)
{
    g_array_index(message->sightings, struct token_sighting, 0).place = (enum token_place)3;
}

static void spoil_own(struct message *message)
{
    g_free(message->own);
    message->own = g_strnfill(LIMIT_OWN_BYTES + 1, 'a');
}

static void spoil_verdict(struct message *message)
{
    message->verdict.word = (enum verdict_word)9;
}

static void spoil_confirmation(struct message *message)
{
    guint numbers[] = {3, 3};

    message->confirmation.chosen = g_array_new(FALSE, FALSE, sizeof(guint));
    g_array_append_vals(message->confirmation.chosen, numbers, 2);
}

static void spoil_instruction(struct message *message)
{
    message->instruction.word = (enum instruction_word)(INSTRUCTION_UNCLEAR + 1);
}

static void spoil_delegate(struct message *message)
{
    message->instruction.whom = g_strdup("nobody asked");
}

static void spoil_finding(struct message *message)
{
    finding_add(message->findings, "E-SIZE", NULL, NULL)->code = "E-INVENTED";
}

static void spoil_label(struct message *message)
{
    finding_add(message->findings, "E-REQ", NULL, NULL)->field = g_strdup("name");
}

static void spoil_name(struct message *message)
{
    message->form_name = g_strdup("a\nb.xml");
}

static void test_refusals(void **state)
{
    (void)state;
    static void (*const spoilers[])(struct message * message) = {
        spoil_kind,       spoil_bounce,      spoil_digest,   spoil_from,  spoil_sender,  spoil_message_id,
        spoil_recipients, spoil_sightings,   spoil_place,    spoil_own,   spoil_verdict, spoil_confirmation,
        spoil_finding,    spoil_instruction, spoil_delegate, spoil_label, spoil_name,
    };

    for (guint i = 0; i < G_N_ELEMENTS(spoilers); i++) {
        struct message *message = read_mail(mails[1]);
        spoilers[i](message);
        g_autoptr(GBytes) packet = packet_write(message);
        if (packet_read(packet))
            fail_msg("spoiled packet %u was read", i);
        message_free(message);
    }
}

static struct message *read_golden(const char *name)
{
    struct message_reader reader = {.catalog = catalog};
    g_autofree char *path = g_strdup_printf("tests/golden/messages/%s.eml", name), *mail = NULL;
    gsize size;

    g_date_set_dmy(&reader.today, 6, G_DATE_MAY, 2026);
    assert_true(g_file_get_contents(path, &mail, &size, NULL));
    return message_read(&reader, mail, size);
}

/* What the form names comes along, as it is named; nothing else does. */
static void test_picture(void **state)
{
    (void)state;
    struct message *message = read_golden("picture-named-by-the-form"), *other = read_golden("picture-cut-off");
    g_autoptr(GBytes) packet = packet_write(message);
    struct message *received = packet_read(packet);
    assert_non_null(received);
    assert_true(g_bytes_equal(received->picture, message->picture));
    message_free(received);

    GBytes *picture = g_steal_pointer(&message->picture);
    g_autoptr(GBytes) without = packet_write(message);
    assert_null(packet_read(without));
    message->picture = g_bytes_new_from_bytes(picture, 0, g_bytes_get_size(picture) - 1);
    g_autoptr(GBytes) cut = packet_write(message);
    assert_null(packet_read(cut));
    other->picture = g_bytes_ref(picture); /* a JPEG, but not what is named */
    g_autoptr(GBytes) unnamed = packet_write(other);
    assert_null(packet_read(unnamed));
    g_bytes_unref(picture);
    message_free(other);
    message_free(message);
}

static void test_form_digest(void **state)
{
    (void)state;
    struct message *message = read_mail(mails[5]);

    assert_non_null(message->form);
    message->form->canonical[0] = 'X';
    g_autoptr(GBytes) packet = packet_write(message);
    assert_null(packet_read(packet));
    message_free(message);
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
        cmocka_unit_test(test_round_trip),  cmocka_unit_test(test_every_golden_file_travels),
        cmocka_unit_test(test_damage),      cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_form_digest), cmocka_unit_test(test_picture),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
