#include "mailflow/table.h"

#include <string.h>

G_DEFINE_QUARK(table - error, table_error)

static void cell_free(gpointer data)
{
    struct table_cell *cell = data;

    g_free(cell->name);
    g_free(cell->value);
    g_free(cell);
}

static void row_free(gpointer data)
{
    struct table_row *row = data;

    g_free(row->dn);
    g_ptr_array_unref(row->cells);
    g_free(row);
}

static struct table *table_new(void)
{
    struct table *table = g_new0(struct table, 1);

    table->names = g_ptr_array_new_with_free_func(g_free);
    table->rows = g_ptr_array_new_with_free_func(row_free);
    return table;
}

void table_free(struct table *table)
{
    if (!table)
        return;
    g_ptr_array_unref(table->names);
    g_ptr_array_unref(table->rows);
    g_free(table);
}

const struct table_cell *table_cell(const struct table_row *row, const char *name)
{
    for (guint i = 0; i < row->cells->len; i++) {
        const struct table_cell *cell = g_ptr_array_index(row->cells, i);
        if (g_ascii_strcasecmp(cell->name, name) == 0)
            return cell;
    }
    return NULL;
}

static struct table_row *row_add(struct table *table, int line)
{
    struct table_row *row = g_new0(struct table_row, 1);

    row->line = line;
    row->cells = g_ptr_array_new_with_free_func(cell_free);
    g_ptr_array_add(table->rows, row);
    return row;
}

/* Takes `value`. */
static void cell_add(struct table_row *row, const char *name, char *value, int line)
{
    struct table_cell *cell = g_new0(struct table_cell, 1);

    cell->name = g_strdup(name);
    cell->value = value;
    cell->line = line;
    g_ptr_array_add(row->cells, cell);
}

static gboolean malformed(GError **error, int line, const char *what)
{
    g_set_error(error, TABLE_ERROR, TABLE_ERROR_MALFORMED, "line %d: %s", line, what);
    return FALSE;
}

/* UTF-8 without NUL and byte order mark; NULL and `error`. */
static char *decode(const char *bytes, gsize size, GError **error)
{
    gsize length = size;
    g_autofree char *text = g_utf8_validate_len(bytes, size, NULL) ? g_strndup(bytes, size) : NULL;

    if (!text)
        text = g_convert(bytes, (gssize)size, "UTF-8", "GB18030", NULL, &length, NULL);
    if (!text || strlen(text) != length) {
        g_set_error(error, TABLE_ERROR, TABLE_ERROR_MALFORMED, "the file is text neither in UTF-8 nor in GB18030");
        return NULL;
    }
    return g_str_has_prefix(text, "\xEF\xBB\xBF") ? g_strdup(text + 3) : g_steal_pointer(&text);
}

/* CSV */

struct csv {
    const char *at;
    int line;
};

/* One value; what stands behind it (a comma, the end of a line) is left. NULL and `error` when its quotes are wrong. */
static char *csv_value(struct csv *csv, GError **error)
{
    g_autoptr(GString) value = g_string_new(NULL);
    int begun = csv->line;

    if (*csv->at != '"') {
        gsize length = strcspn(csv->at, ",\r\n");
        g_string_append_len(value, csv->at, (gssize)length);
        csv->at += length;
        return g_string_free(g_steal_pointer(&value), FALSE);
    }
    for (csv->at++; *csv->at && (*csv->at != '"' || csv->at[1] == '"'); csv->at++) {
        csv->line += *csv->at == '\n';
        csv->at += *csv->at == '"';
        g_string_append_c(value, *csv->at);
    }
    if (!*csv->at || !strchr(",\r\n", csv->at[1])) {
        malformed(error, begun, *csv->at ? "text stands behind a closing quote" : "a quote is not closed");
        return NULL;
    }
    csv->at++;
    return g_string_free(g_steal_pointer(&value), FALSE);
}

/* One line's values. NULL and `error`; at the end of the text an empty array. */
static GPtrArray *csv_record(struct csv *csv, GError **error)
{
    g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
    gboolean more = *csv->at != '\0';

    while (more) {
        char *value = csv_value(csv, error);
        if (!value)
            return NULL;
        g_ptr_array_add(values, value);
        more = *csv->at == ',';
        csv->at += more;
    }
    csv->at += *csv->at == '\r';
    csv->line += *csv->at == '\n';
    csv->at += *csv->at == '\n';
    return g_steal_pointer(&values);
}

static gboolean all_empty(const GPtrArray *values)
{
    for (guint i = 0; i < values->len; i++)
        if (*(const char *)g_ptr_array_index(values, i))
            return FALSE;
    return TRUE;
}

static gboolean csv_read(struct table *table, const char *text, GError **error)
{
    struct csv csv = {text, 1};
    g_autoptr(GPtrArray) header = csv_record(&csv, error);

    if (!header)
        return FALSE;
    for (guint i = 0; i < header->len; i++)
        g_ptr_array_add(table->names, g_strdup(g_strstrip(g_ptr_array_index(header, i))));
    while (*csv.at) {
        int line = csv.line;
        g_autoptr(GPtrArray) values = csv_record(&csv, error);
        if (!values)
            return FALSE;
        if (all_empty(values))
            continue;
        if (values->len > table->names->len)
            return malformed(error, line, "more values than the header has names");
        struct table_row *row = row_add(table, line);
        for (guint i = 0; i < values->len; i++) {
            char *value = g_ptr_array_index(values, i);
            if (*g_strstrip(value))
                cell_add(row, g_ptr_array_index(table->names, i), g_strdup(value), line);
        }
    }
    return TRUE;
}

/* LDIF */

/* The name "a=b" pairs of a DN, so that an entry's place says what its attributes do not. Our names have no commas in them. */
static void cells_of_dn(struct table_row *row)
{
    g_auto(GStrv) parts = g_strsplit(row->dn, ",", -1);

    for (char **part = parts; *part; part++) {
        char *equal = strchr(*part, '=');
        if (!equal)
            continue;
        *equal = '\0';
        const char *name = g_strstrip(*part), *value = g_strstrip(equal + 1);
        if (*value && !table_cell(row, name))
            cell_add(row, name, g_strdup(value), row->line);
    }
}

/* What follows "name:"; NULL and `error`. */
static char *ldif_value(const char *rest, int line, GError **error)
{
    if (*rest == '<') {
        malformed(error, line, "values from other files are not read");
        return NULL;
    }
    if (*rest != ':')
        return g_strdup(g_strstrip((char *)rest));
    gsize size;
    g_autofree char *encoded = g_strdup(rest + 1);
    g_autofree char *value = (char *)g_base64_decode(g_strstrip(encoded), &size);
    if (!g_utf8_validate_len(value, size, NULL)) {
        malformed(error, line, "the base64 is no text");
        return NULL;
    }
    return g_strndup(value, size);
}

/* One unfolded line of the record `*row` (NULL between records). */
static gboolean ldif_line(struct table *table, struct table_row **row, char *text, int line, GError **error)
{
    char *colon = strchr(text, ':');

    if (!colon)
        return malformed(error, line, "not \"name: value\"");
    *colon = '\0';
    g_autofree char *value = ldif_value(colon + 1, line, error);
    if (!value)
        return FALSE;
    if (g_ascii_strcasecmp(text, "version") == 0 && !*row)
        return TRUE;
    if (g_ascii_strcasecmp(text, "dn") == 0) {
        if (*row)
            return malformed(error, line, "an entry is not ended by an empty line");
        *row = row_add(table, line);
        (*row)->dn = g_steal_pointer(&value);
        return TRUE;
    }
    if (!*row)
        return malformed(error, line, "an entry begins with its dn");
    if (g_ascii_strcasecmp(text, "changetype") == 0)
        return g_ascii_strcasecmp(value, "add") == 0 || malformed(error, line, "only entries to be added are loaded");
    if (*value)
        cell_add(*row, text, g_steal_pointer(&value), line);
    return TRUE;
}

static gboolean ldif_read(struct table *table, const char *text, GError **error)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    struct table_row *row = NULL;

    for (int i = 0; lines[i];) {
        int line = i + 1;
        g_autoptr(GString) whole = g_string_new(g_strchomp(lines[i]));
        for (i++; whole->len && lines[i] && lines[i][0] == ' '; i++)
            g_string_append(whole, g_strchomp(lines[i]) + 1);
        if (!whole->len)
            row = NULL;
        else if (whole->str[0] != '#' && !ldif_line(table, &row, whole->str, line, error))
            return FALSE;
    }
    for (guint i = 0; i < table->rows->len; i++)
        cells_of_dn(g_ptr_array_index(table->rows, i));
    return TRUE;
}

struct table *table_read(enum table_kind kind, const char *bytes, gsize size, GError **error)
{
    g_autofree char *text = decode(bytes, size, error);
    struct table *table = text ? table_new() : NULL;

    if (table && !(kind == TABLE_LDIF ? ldif_read : csv_read)(table, text, error))
        g_clear_pointer(&table, table_free);
    return table;
}
