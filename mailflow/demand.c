#include "mailflow/demand.h"

#include <string.h>
#include <gio/gio.h>

#include "mailflow/procedure.h"

static const char *const names[] = {[PROOF_ADDRESS] = "address", [PROOF_DMARC] = "dmarc", [PROOF_SMIME] = "smime", NULL};

const char *proof_name(enum proof proof)
{
    return names[proof];
}

struct row {
    char *type, *state; /* NULL: any */
    enum proof proof;
};

struct demands {
    enum proof standard;
    GPtrArray *rows; /* struct row */
};

static void row_free(gpointer data)
{
    struct row *row = data;

    g_free(row->type);
    g_free(row->state);
    g_free(row);
}

static gboolean read_name(const char *text, enum proof *proof)
{
    for (guint i = 0; names[i]; i++)
        if (strcmp(names[i], text) == 0) {
            *proof = (enum proof)i;
            return TRUE;
        }
    return FALSE;
}

static gboolean has_row(const struct demands *table, const struct row *wanted)
{
    for (guint i = 0; i < table->rows->len; i++) {
        const struct row *row = g_ptr_array_index(table->rows, i);
        if (g_strcmp0(row->type, wanted->type) == 0 && g_strcmp0(row->state, wanted->state) == 0)
            return TRUE;
    }
    return FALSE;
}

/* STAGE=PROOF, TYPE/STAGE=PROOF, or a star for any stage of that type. What is wrong with it, or NULL. */
static const char *read_row(struct demands *table, const char *text)
{
    g_auto(GStrv) sides = g_strsplit(text, "=", 2);
    struct row *row = g_new0(struct row, 1);

    g_strstrip(sides[0]);
    g_strstrip(sides[1]);
    const char *slash = strchr(sides[0], '/'), *state = slash ? slash + 1 : sides[0];
    row->type = slash ? g_strndup(sides[0], (gsize)(slash - sides[0])) : NULL;
    row->state = strcmp(state, "*") == 0 ? NULL : g_strdup(state);
    const char *wrong = !*state || (slash && slash == sides[0]) || (!row->type && !row->state) ? "names no stage" : NULL;
    if (!wrong && !read_name(sides[1], &row->proof))
        wrong = "must end in address, dmarc or smime";
    if (!wrong && has_row(table, row))
        wrong = "stands there twice";
    if (wrong)
        row_free(row);
    else
        g_ptr_array_add(table->rows, row);
    return wrong;
}

struct demands *demands_read(const char *text, GError **error)
{
    struct demands *table = g_new0(struct demands, 1);
    g_auto(GStrv) items = g_strsplit(text, ",", -1);

    table->rows = g_ptr_array_new_with_free_func(row_free);
    for (guint i = 0; i == 0 || items[i]; i++) {
        const char *item = items[i] ? g_strstrip(items[i]) : "";
        const char *wrong = NULL;
        if (strchr(item, '='))
            wrong = read_row(table, item);
        else if (i > 0 || !read_name(item, &table->standard))
            wrong = i > 0 ? "must be STAGE=PROOF" : "must be address, dmarc or smime";
        if (!wrong)
            continue;
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "\"%s\" %s", item, wrong);
        demands_free(table);
        return NULL;
    }
    return table;
}

void demands_free(struct demands *table)
{
    if (!table)
        return;
    g_ptr_array_unref(table->rows);
    g_free(table);
}

static gboolean is_stage(const struct procedures *procedures, const struct row *row)
{
    for (guint i = 0; i < procedures->procedures->len; i++) {
        const struct procedure *procedure = g_ptr_array_index(procedures->procedures, i);
        if (row->type && strcmp(procedure->type, row->type) != 0)
            continue;
        if (!row->state || procedure_stage(procedure, row->state, NULL))
            return TRUE;
    }
    return FALSE;
}

gboolean demands_fit(const struct demands *table, const struct procedures *procedures, GError **error)
{
    g_autoptr(GString) strange = g_string_new(NULL);

    for (guint i = 0; i < table->rows->len; i++) {
        const struct row *row = g_ptr_array_index(table->rows, i);
        if (!is_stage(procedures, row))
            g_string_append_printf(strange, "%s%s%s%s", strange->len ? ", " : "", row->type ? row->type : "", row->type ? "/" : "",
                                   row->state ? row->state : "*");
    }
    if (strange->len == 0)
        return TRUE;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "[identity] review-proof: the procedures have no stage %s",
                strange->str);
    return FALSE;
}

gboolean demands_name_stages(const struct demands *table)
{
    return table->rows->len > 0;
}

gboolean demands_have(const struct demands *table, enum proof proof)
{
    gboolean has = table->standard == proof;

    for (guint i = 0; i < table->rows->len; i++)
        has |= ((const struct row *)g_ptr_array_index(table->rows, i))->proof == proof;
    return has;
}

/* A row of type and state, then of the state, then of the type. */
enum proof demand_at(const struct demands *table, const char *type, const char *state)
{
    enum proof demanded = table ? table->standard : PROOF_ADDRESS;
    guint best = 0;

    for (guint i = 0; table && i < table->rows->len; i++) {
        const struct row *row = g_ptr_array_index(table->rows, i);
        guint narrow = (row->state ? 2 : 0) + (row->type ? 1 : 0);
        gboolean meant = (!row->type || g_strcmp0(row->type, type) == 0) && (!row->state || g_strcmp0(row->state, state) == 0);
        if (!meant || narrow <= best)
            continue;
        best = narrow;
        demanded = row->proof;
    }
    return demanded;
}
