#include "tests/scenario/row.h"

static void row_free(gpointer data)
{
    struct row *row = data;
    char *fields[] = {row->type, row->state, row->event, row->actor, row->guard, row->next, row->notify};

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        g_free(fields[i]);
    g_strfreev(row->codes);
    g_free(row);
}

GPtrArray *rows_read(const char *path)
{
    GPtrArray *rows = g_ptr_array_new_with_free_func(row_free);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;

    if (!g_file_get_contents(path, &text, NULL, &error))
        g_error("%s", error->message);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        if (!**line || **line == '#')
            continue;
        g_auto(GStrv) fields = g_strsplit(*line, "\t", -1);
        if (g_strv_length(fields) != 7)
            g_error("%s: %s", path, *line);
        struct row *row = g_new0(struct row, 1);
        char **places[] = {&row->type, &row->state, &row->event, &row->actor, &row->guard, &row->next, &row->notify};
        for (guint i = 0; i < G_N_ELEMENTS(places); i++)
            *places[i] = g_strdup(fields[i]);
        row->codes = g_str_equal(row->notify, "-") ? g_new0(char *, 1) : g_strsplit(row->notify, " ", -1);
        g_ptr_array_add(rows, row);
    }
    return rows;
}

enum event row_event(const struct row *row)
{
    enum event event = EVENT_RECEIVE;

    while (event < EVENT_COUNT && !g_str_equal(event_name(event), row->event))
        event++;
    return event;
}

gboolean row_refuses(const struct row *row)
{
    return g_str_equal(row->next, "-");
}

gboolean row_tells(const struct row *row, const char *code)
{
    return g_strv_contains((const char *const *)row->codes, code);
}
