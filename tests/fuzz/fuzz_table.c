/* A table that an administrator loads; the first byte says which kind: c CSV, anything else LDIF. */
#include "mailflow/table.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerInitialize(int *argc G_GNUC_UNUSED, char ***argv G_GNUC_UNUSED)
{
    return 0;
}

static void judge(const struct table *table)
{
    for (guint i = 0; i < table->rows->len; i++) {
        const struct table_row *row = table->rows->pdata[i];
        g_assert_cmpint(row->line, >, 0);
        for (guint j = 0; j < row->cells->len; j++) {
            const struct table_cell *cell = row->cells->pdata[j];
            g_assert_true(*cell->value && g_utf8_validate(cell->value, -1, NULL) && g_utf8_validate(cell->name, -1, NULL));
            g_assert_nonnull(table_cell(row, cell->name));
        }
    }
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GError) error = NULL;

    if (size == 0)
        return 0;
    struct table *table = table_read(data[0] == 'c' ? TABLE_CSV : TABLE_LDIF, (const char *)data + 1, size - 1, &error);
    g_assert_true((table == NULL) == (error != NULL));
    if (table)
        judge(table);
    table_free(table);
    return 0;
}
