/* A change of the directory out of the state file. What is read is written as it was understood. */
#include <string.h>

#include "mailflow/change.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerInitialize(int *argc G_GNUC_UNUSED, char ***argv G_GNUC_UNUSED)
{
    return 0;
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL, second = NULL;
    struct change *change = change_read(text, &error);

    g_assert_true((change == NULL) == (error != NULL));
    if (!change)
        return 0;
    g_autofree char *written = change_write(change), *after = change_dn_after(change);
    struct change *again = change_read(written, &second);
    g_assert_no_error(second);
    g_autofree char *rewritten = change_write(again);
    g_assert_cmpstr(rewritten, ==, written);
    struct entry *entry = entry_make(after, change->uuid);
    change_done(change, entry);
    entry_free(entry);
    change_free(again);
    change_free(change);
    return 0;
}
