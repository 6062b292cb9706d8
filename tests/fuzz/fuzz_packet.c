/* Bytes from a parser that may have been taken over. What is let in is whole, and the same when it is written again. */
#include "mailflow/packet.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerInitialize(int *argc G_GNUC_UNUSED, char ***argv G_GNUC_UNUSED)
{
    return 0;
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    struct message *message = packet_read(bytes);

    if (!message)
        return 0;
    g_autoptr(GBytes) again = packet_write(message);
    g_assert_true(g_bytes_equal(bytes, again));
    for (guint i = 0; i < message->findings->len; i++) {
        g_free(finding_text_zh(message->findings->pdata[i]));
        g_free(finding_text_en(message->findings->pdata[i]));
    }
    message_free(message);
    return 0;
}
