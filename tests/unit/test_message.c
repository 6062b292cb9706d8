/* Messages: every NAME.eml in tests/golden/messages must read as NAME.want says; and what no file can show.
 *
 * GOLDEN_WRITE=1 writes the .want files anew, to be reviewed as a change of behaviour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "mailflow/limits.h"
#include "mailflow/message.h"

#define GOLDEN "tests/golden/messages"

static struct form_catalog *catalog;

static struct message *read_bytes(const char *bytes, gsize size)
{
    struct message_reader reader = {.catalog = catalog, .authserv_id = "mx.example.com"};

    g_date_set_dmy(&reader.today, 6, G_DATE_MAY, 2026);
    return message_read(&reader, bytes, size);
}

static struct message *read_mail(const char *mail)
{
    return read_bytes(mail, strlen(mail));
}

/* Golden files */

static void tell(GString *story, const char *name, const char *text)
{
    if (!text)
        return;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++)
        g_string_append_printf(story, "%s%s%s\n", i == 0 ? name : " ", *lines[i] ? " " : "", lines[i]);
}

static void tell_origin(GString *story, const struct origin *origin)
{
    if (origin->stamped)
        g_string_append_printf(story, "proof%s%s%s\n", origin->dmarc ? " dmarc" : "", origin->dkim ? " dkim" : "",
                               origin->spf ? " spf" : "");
}

static void tell_bounce(GString *story, const struct bounce *bounce)
{
    if (!bounce)
        return;
    tell(story, "bounce-recipient", bounce->recipient);
    tell(story, "bounce-status", bounce->status);
    tell(story, "bounce-of", bounce->message_id);
    tell(story, "bounce-is", bounce->permanent ? "permanent" : bounce->full ? "full mailbox" : "temporary");
}

static void tell_picture(GString *story, GBytes *picture)
{
    if (!picture)
        return;
    g_autofree char *digest = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, picture);
    g_string_append_printf(story, "picture %" G_GSIZE_FORMAT " %s\n", g_bytes_get_size(picture), digest);
}

static char *story_of(const struct message *message)
{
    static const char *const places[] = {"address", "message-id", "subject"};
    GString *story = g_string_new(NULL);

    tell(story, "kind", kind_name(message->kind));
    tell(story, "why", message->why);
    tell(story, "from", message->from);
    if (message->envelope_sender)
        tell(story, "sender", *message->envelope_sender ? message->envelope_sender : "<>");
    tell(story, "subject", message->subject);
    tell(story, "id", message->message_id);
    for (guint i = 0; i < message->answers->len; i++)
        tell(story, "answers", message->answers->pdata[i]);
    tell_origin(story, &message->origin);
    if (message->signature)
        g_string_append_printf(story, "signature %s: %s\n", signature_state_name(message->signature->state),
                               message->signature->why);
    for (guint i = 0; i < message->sightings->len; i++) {
        const struct token_sighting *sighting = &g_array_index(message->sightings, struct token_sighting, i);
        g_string_append_printf(story, "token %s %s\n", places[sighting->place], sighting->text);
    }
    tell_bounce(story, message->bounce);
    tell(story, "own", *message->own ? message->own : NULL);
    tell(story, "verdict", verdict_name(message->verdict.word));
    tell(story, "reason", message->verdict.reason);
    tell(story, "archive", message->verdict.archive);
    if (message->instruction.word != INSTRUCTION_NONE)
        tell(story, "instruction", instruction_name(message->instruction.word));
    tell(story, "delegate", message->instruction.whom);
    tell(story, "note", message->instruction.note);
    tell(story, "form", message->form ? message->form->root : NULL);
    tell(story, "form-name", message->form_name);
    tell_picture(story, message->picture);
    for (guint i = 0; i < message->findings->len; i++) {
        const struct finding *finding = message->findings->pdata[i];
        g_string_append_printf(story, "%s %d %s\n", finding->code, finding->line, finding->field ? finding->field : "-");
    }
    return g_string_free(story, FALSE);
}

static gboolean golden(const char *name)
{
    g_autofree char *path = g_build_filename(GOLDEN, name, NULL), *bytes = NULL, *want = NULL;
    g_autofree char *want_path = g_strdup_printf("%.*s.want", (int)strlen(path) - 4, path);
    gsize size;

    assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    g_file_get_contents(want_path, &want, NULL, NULL);
    struct message *message = read_bytes(bytes, size);
    g_autofree char *found = story_of(message);
    message_free(message);
    if (g_getenv("GOLDEN_WRITE"))
        return g_file_set_contents(want_path, found, -1, NULL);
    if (g_strcmp0(found, want) == 0)
        return TRUE;
    print_error("%s reads as\n%s\ninstead of\n%s\n", name, found, want ? want : "(no .want file)");
    return FALSE;
}

static void test_golden_messages(void **state)
{
    (void)state;
    GDir *dir = g_dir_open(GOLDEN, 0, NULL);
    guint files = 0, wrong = 0;

    assert_non_null(dir);
    for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir))
        if (g_str_has_suffix(name, ".eml")) {
            files++;
            wrong += !golden(name);
        }
    g_dir_close(dir);
    assert_true(files > 50);
    assert_int_equal(wrong, 0);
}

/* The digest is that of the mail, not of its delivery. */
static void test_digest(void **state)
{
    (void)state;
    static const struct {
        const char *mail;
        gboolean same;
    } table[] = {
        {"Received: by x\nFrom: a@example.com\nSubject: x\n\nbody\n", TRUE},
        {"Received: by y\nReturn-Path: <a@example.com>\nFrom: a@example.com\nSubject: x\n\nbody\n", TRUE},
        {"From: a@example.com\r\nSubject: x\r\n\r\nbody\r\n", TRUE},
        {"Subject: x\nFrom:\n a@example.com\n\nbody\n", TRUE},
        {"From: a@example.com\nSubject: x\n\nBody\n", FALSE},
        {"From: b@example.com\nSubject: x\n\nbody\n", FALSE},
        {"From: a@example.com\nSubject: y\n\nbody\n", FALSE},
        {"From: a@example.com\nSubject: x\nMessage-ID: <x@y>\n\nbody\n", FALSE},
        {"From: a@example.com\nSubject: x\nDate: x\n\nbody\n", FALSE},
    };
    g_autofree char *first = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        struct message *message = read_mail(table[i].mail);
        assert_int_equal(strlen(message->digest), 64);
        if (i == 0)
            first = g_strdup(message->digest);
        assert_int_equal(strcmp(message->digest, first) == 0, table[i].same);
        message_free(message);
    }
}

static void test_fields(void **state)
{
    (void)state;
    struct message *message = read_mail("Return-Path: <Bounce@Example.com>\nFrom: \"Doe, J.\" <A@Example.com>\nTo: x@example.com, "
                                        "Y <Y@EXAMPLE.com>\nCc: z@example.com\n"
                                        "Delivered-To: d@example.com\nDate: Wed, 6 May 2026 10:20:30 +0800\nMessage-ID: "
                                        "<id@example.com>\nIn-Reply-To: <p@example.com>\n"
                                        "References: <a@example.com> <b@example.com> <p@example.com>\n\nx\n");

    g_ptr_array_add(message->recipients, NULL);
    g_ptr_array_add(message->answers, NULL);
    g_autofree char *recipients = g_strjoinv(" ", (char **)message->recipients->pdata);
    g_autofree char *answers = g_strjoinv(" ", (char **)message->answers->pdata);
    assert_string_equal(recipients, "x@example.com y@example.com z@example.com d@example.com");
    assert_string_equal(answers, "p@example.com b@example.com a@example.com");
    assert_string_equal(message->from, "a@example.com");
    assert_string_equal(message->envelope_sender, "bounce@example.com");
    assert_string_equal(message->message_id, "id@example.com");
    assert_int_equal(message->date, 1778034030);
    g_ptr_array_set_size(message->recipients, (gint)message->recipients->len - 1);
    g_ptr_array_set_size(message->answers, (gint)message->answers->len - 1);
    message_free(message);
}

static void test_header_only(void **state)
{
    (void)state;
    struct message_reader reader = {.catalog = catalog};
    static const struct {
        const char *header;
        enum kind kind;
    } table[] = {
        {"From: a@example.com\nSubject: big\nContent-Type: multipart/mixed; boundary=b\n\n", KIND_QUESTION},
        {"From: a@example.com\nSubject: Re: big\n", KIND_REPLY},
        {"From: a@example.com\nAuto-Submitted: auto-replied\n\n", KIND_AUTOMATIC},
        {"From: a@example.com\nList-Id: <x>\nPrecedence: list\n\n", KIND_LIST},
        {"", KIND_UNKNOWN},
    };

    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        struct message *message = message_read_header(&reader, table[i].header, strlen(table[i].header), 30000000);
        assert_int_equal(message->kind, table[i].kind);
        assert_int_equal(finding_errors(message->findings), 1);
        assert_string_equal(((struct finding *)message->findings->pdata[0])->code, "E-SIZE");
        assert_int_equal(strlen(message->digest), 64);
        message_free(message);
    }
}

/* Hostile shapes: each is read in bounded time, and none as anything but what it is. */
static char *repeated(const char *head, const char *piece, gsize size, const char *tail)
{
    GString *mail = g_string_new(head);

    while (mail->len < size)
        g_string_append(mail, piece);
    g_string_append(mail, tail);
    return g_string_free(mail, FALSE);
}

#define SENDER "From: a@example.com\n"
#define BODY "\n\n同意\n"

static void test_hostile(void **state)
{
    (void)state;
    static const struct {
        const char *head, *piece;
        gsize size;
        const char *tail;
        enum kind kind;
    } table[] = {
        {SENDER "Subject: ", "x", 1 << 20, BODY, KIND_UNKNOWN},                /* a field of a megabyte */
        {SENDER "Subject: ", "=?utf-8?Q?=E5?= ", 200000, BODY, KIND_QUESTION}, /* cut to what is looked at */
        {SENDER "Subject: ", "=?", 200000, BODY, KIND_QUESTION},
        {SENDER, "X: y\n", 200000, BODY, KIND_UNKNOWN}, /* forty thousand fields */
        {SENDER "To: ", "a@example.com, ", 200000, BODY, KIND_QUESTION},
        {SENDER "To: ", "((", 200000, BODY, KIND_QUESTION},
        {SENDER "To: ", "x:", 200000, BODY, KIND_QUESTION},
        {"From: ", "<", 200000, BODY, KIND_QUESTION},
        {SENDER "References: ", "<a@b> ", 200000, BODY, KIND_REPLY},
        {SENDER "References: ", "<", 200000, BODY, KIND_QUESTION},
        {SENDER "Authentication-Results: mx.example.com; ", "(", 200000, BODY, KIND_QUESTION},
        {SENDER "Authentication-Results: mx.example.com; ", "dkim=pass;", 200000, BODY, KIND_QUESTION},
        {SENDER "Content-Type: text/plain; ", "a*0=b; ", 200000, BODY, KIND_QUESTION},
        {SENDER "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\nx\n", 1 << 20, "", KIND_UNKNOWN},
        {SENDER "Content-Type: multipart/mixed; boundary=b\n\n", "--b\nContent-Type: multipart/mixed; boundary=b\n\n", 1 << 20, "",
         KIND_UNKNOWN},
        {SENDER "Content-Type: multipart/mixed; boundary=b\n\n", "--", 1 << 20, "", KIND_QUESTION},
        {SENDER "Content-Type: multipart/mixed; boundary=b\n\n", "--c\n", 1 << 20, "", KIND_QUESTION},
        {SENDER "\n", "> > > > ", 4 << 20, "", KIND_QUESTION},
        {SENDER "\n", "a\n", 4 << 20, "", KIND_QUESTION},
        {SENDER "\n", "@", 1 << 20, "", KIND_QUESTION},
        {SENDER "Content-Type: text/html\n\n", "<div>", 4 << 20, "", KIND_QUESTION},
        {SENDER "Content-Type: text/html\n\n", "&", 4 << 20, "", KIND_QUESTION},
        {SENDER "Content-Type: text/html\n\n", "<!--", 4 << 20, "", KIND_QUESTION},
        {SENDER "Content-Type: text/plain; charset=iso-2022-jp\n\n", "\x1b$B", 1 << 20, "", KIND_QUESTION},
        {SENDER "Content-Type: text/plain; charset=gb2312\n\n", "\xff", 4 << 20, "", KIND_QUESTION},
        {SENDER "Content-Transfer-Encoding: base64\n\n", "=", 4 << 20, "", KIND_QUESTION},
        {SENDER "Content-Transfer-Encoding: quoted-printable\n\n", "=", 4 << 20, "", KIND_QUESTION},
        {SENDER "Content-Transfer-Encoding: x-uuencode\n\n", "begin 644 x\n", 4 << 20, "", KIND_QUESTION},
        {SENDER "Content-Type: application/xml\n\n", "<a>", 4 << 20, "", KIND_FORM},
        {"Return-Path: <>\nFrom: MAILER-DAEMON@x\nSubject: failure notice\n\n", "a@b ", 4 << 20, "", KIND_BOUNCE},
        {"From: MAILER-DAEMON@x\nContent-Type: multipart/report; boundary=b; report-type=delivery-status\n\n--b\nContent-Type: "
         "message/delivery-status\n\n",
         "Status: 5.1.1\n\n", 4 << 20, "", KIND_BOUNCE},
    };

    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *mail = repeated(table[i].head, table[i].piece, table[i].size, table[i].tail);
        struct message *message = read_mail(mail);
        if (message->kind != table[i].kind)
            fail_msg("%u: %s: %s", i, kind_name(message->kind), message->why);
        assert_true(strlen(message->own) <= LIMIT_OWN_BYTES);
        assert_true(message->recipients->len <= LIMIT_RECIPIENTS && message->answers->len <= LIMIT_REFERENCES);
        assert_true(g_utf8_validate(message->own, -1, NULL));
        message_free(message);
    }
}

/* Golden messages cut and changed at random: anything may come out, but it comes out. */
static void test_damaged(void **state)
{
    (void)state;
    GDir *dir = g_dir_open(GOLDEN, 0, NULL);
    g_autoptr(GRand) dice = g_rand_new_with_seed(11);

    for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir)) {
        g_autofree char *path = g_build_filename(GOLDEN, name, NULL), *bytes = NULL;
        gsize size;
        if (!g_str_has_suffix(name, ".eml") || !g_file_get_contents(path, &bytes, &size, NULL))
            continue;
        for (guint round = 0; round < 40; round++) {
            g_autofree char *damaged = g_memdup2(bytes, size + 1);
            for (guint changes = 20; changes > 0; changes--)
                damaged[g_rand_int_range(dice, 0, (gint32)size)] = (char)g_rand_int(dice);
            message_free(read_bytes(damaged, round % 2 ? size : (gsize)g_rand_int_range(dice, 0, (gint32)size)));
        }
    }
    g_dir_close(dir);
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
        cmocka_unit_test(test_golden_messages), cmocka_unit_test(test_digest),  cmocka_unit_test(test_fields),
        cmocka_unit_test(test_header_only),     cmocka_unit_test(test_hostile), cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
