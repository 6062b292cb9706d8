#include "daemon/sheet.h"

#include <stdarg.h>
#include <stdio.h>

#include "mailflow/text.h"

#define CELL_BYTES 10000

struct sheet {
    gboolean json;
    char **columns;
    GPtrArray *rows; /* char ** */
};

struct sheet *sheet_open(gboolean json, const char *const *columns)
{
    struct sheet *sheet = g_new0(struct sheet, 1);

    sheet->json = json;
    sheet->columns = g_strdupv((char **)columns);
    sheet->rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_free);
    return sheet;
}

gsize sheet_width(const char *text)
{
    gsize width = 0;

    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        width += g_unichar_iszerowidth(character) ? 0 : g_unichar_iswide(character) ? 2 : 1;
    }
    return width;
}

void sheet_member(JsonBuilder *builder, const char *name, const char *value)
{
    json_builder_set_member_name(builder, name);
    if (value)
        json_builder_add_string_value(builder, value);
    else
        json_builder_add_null_value(builder);
}

void sheet_instruction(JsonBuilder *builder, const struct instruction *instruction)
{
    gboolean undo = instruction && instruction->word == INSTRUCTION_UNDO;

    sheet_member(builder, "delegate", instruction ? instruction->whom : NULL);
    sheet_member(builder, "note", instruction ? instruction->note : NULL);
    json_builder_set_member_name(builder, "undo");
    json_builder_add_boolean_value(builder, undo);
}

void sheet_json(JsonBuilder *builder)
{
    g_autoptr(JsonNode) root = json_builder_get_root(builder);
    g_autofree char *line = json_to_string(root, FALSE);

    puts(line);
}

static void print_object(const struct sheet *sheet, char **cells)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();

    json_builder_begin_object(builder);
    for (guint i = 0; sheet->columns[i]; i++) {
        if (sheet->columns[i][0] == '#' && cells[i]) {
            json_builder_set_member_name(builder, sheet->columns[i] + 1);
            json_builder_add_int_value(builder, g_ascii_strtoll(cells[i], NULL, 10));
        } else {
            sheet_member(builder, sheet->columns[i][0] == '#' ? sheet->columns[i] + 1 : sheet->columns[i], cells[i]);
        }
    }
    json_builder_end_object(builder);
    sheet_json(builder);
}

/* People's words stand in one line of the table, and tell the terminal nothing. */
static char *cell(const struct sheet *sheet, const char *value)
{
    return sheet->json || !value ? g_strdup(value) : text_one_line(value, CELL_BYTES);
}

void sheet_row(struct sheet *sheet, ...)
{
    guint count = g_strv_length(sheet->columns);
    char **cells = g_new0(char *, count + 1);
    va_list arguments;

    va_start(arguments, sheet);
    for (guint i = 0; i < count; i++)
        cells[i] = cell(sheet, va_arg(arguments, const char *));
    va_end(arguments);
    if (sheet->json) {
        print_object(sheet, cells);
        for (guint i = 0; i < count; i++)
            g_free(cells[i]);
        g_free(cells);
    } else {
        g_ptr_array_add(sheet->rows, cells);
    }
}

static void print_cells(char **cells, const gsize *widths, guint count, gboolean head)
{
    for (guint i = 0; i < count; i++) {
        const char *text = cells[i] ? cells[i] : "-";
        if (head && *text == '#')
            text++;
        fputs(text, stdout);
        if (i + 1 < count)
            printf("%*s", (int)(widths[i] - sheet_width(text) + 2), "");
    }
    putchar('\n');
}

void sheet_close(struct sheet *sheet)
{
    guint count = g_strv_length(sheet->columns);
    g_autofree gsize *widths = g_new0(gsize, count);

    for (guint i = 0; i < count && !sheet->json; i++) {
        widths[i] = sheet_width(sheet->columns[i]);
        for (guint k = 0; k < sheet->rows->len; k++) {
            char **cells = g_ptr_array_index(sheet->rows, k);
            widths[i] = MAX(widths[i], sheet_width(cells[i] ? cells[i] : "-"));
        }
    }
    if (!sheet->json && sheet->rows->len)
        print_cells(sheet->columns, widths, count, TRUE);
    for (guint k = 0; k < sheet->rows->len; k++) {
        char **cells = g_ptr_array_index(sheet->rows, k);
        print_cells(cells, widths, count, FALSE);
        for (guint i = 0; i < count; i++)
            g_free(cells[i]);
    }
    g_ptr_array_unref(sheet->rows);
    g_strfreev(sheet->columns);
    g_free(sheet);
}
