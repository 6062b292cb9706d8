/* Whole messages, as message_read() gets them. What comes out must pass the packet's border, and only people decide. */
#include "mailflow/message.h"
#include "mailflow/packet.h"
#include "tests/fuzz/fuzz.h"

static struct message_reader reader = {.authserv_id = "mx.example.com"};

int LLVMFuzzerInitialize(int *argc G_GNUC_UNUSED, char ***argv G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;

    message_start();
    reader.catalog = form_catalog_open("templates/forms", &error);
    g_assert_no_error(error);
    g_date_set_dmy(&reader.today, FUZZ_DAY, FUZZ_MONTH, FUZZ_YEAR);
    return 0;
}

static void judge(struct message *message)
{
    g_autoptr(GBytes) sent = packet_write(message);
    struct message *received = packet_read(sent);

    g_assert_nonnull(received);
    g_autoptr(GBytes) again = packet_write(received);
    g_assert_true(g_bytes_equal(sent, again));
    g_assert_true(message->kind == KIND_REPLY || message->kind == KIND_QUESTION || message->verdict.word == VERDICT_NONE);
    g_assert_true(message->kind == KIND_REPLY || message->kind == KIND_QUESTION || message->confirmation.word == CONFIRMATION_NONE);
    g_assert_true(message->kind == KIND_FORM || !message->form);
    g_assert_true(g_utf8_validate(message->own, -1, NULL));
    message_free(received);
    message_free(message);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    judge(message_read(&reader, (const char *)data, size));
    judge(message_read_header(&reader, (const char *)data, size, size + 8 * 1024 * 1024));
    return 0;
}
