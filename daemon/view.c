#include "daemon/view.h"

#include <stdio.h>

#include "daemon/sheet.h"
#include "ldap-schema/names.h"
#include "mailflow/question.h"

struct pair {
    const char *name; /* '#' before a number's */
    char *value;
};

static void pair_clear(gpointer data)
{
    g_free(((struct pair *)data)->value);
}

void view_open(struct view *view)
{
    *view = (struct view){.pairs = g_array_new(FALSE, FALSE, sizeof(struct pair)),
                          .certificates = entry_list(),
                          .holders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
                          .requests = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)request_free)};
    g_array_set_clear_func(view->pairs, pair_clear);
}

void view_close(struct view *view)
{
    g_array_unref(view->pairs);
    g_ptr_array_unref(view->certificates);
    g_hash_table_unref(view->holders);
    g_hash_table_unref(view->requests);
}

void view_put(struct view *view, const char *name, const char *value)
{
    struct pair pair = {name, g_strdup(value)};

    g_array_append_val(view->pairs, pair);
}

void view_put_all(struct view *view, const struct entry *entry, const struct shown *shown, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        const GPtrArray *values = entry_values(entry, shown[i].attribute);
        g_autoptr(GString) joined = g_string_new(NULL);
        for (guint k = 0; values && k < values->len; k++)
            g_string_append_printf(joined, "%s%s", k ? "; " : "", (char *)g_ptr_array_index(values, k));
        view_put(view, shown[i].name, values ? joined->str : NULL);
    }
}

/* Of each in a list of certificates. */
static const struct shown columns[] = {
    {"number", ATTRIBUTE_CERTIFICATE_NUMBER}, {"post", ATTRIBUTE_POST_CODE},       {"issueDate", ATTRIBUTE_ISSUE_DATE},
    {"status", ATTRIBUTE_CERTIFICATE_STATUS}, {"copyState", ATTRIBUTE_COPY_STATE}, {"copyNumber", ATTRIBUTE_COPY_NUMBER},
};

void view_wanted(GPtrArray *wanted)
{
    for (gsize i = 0; i < G_N_ELEMENTS(columns); i++)
        g_ptr_array_add(wanted, (char *)columns[i].attribute);
}

/* The name of a certificate's holder in an enterprise's list; NULL where the entry shown is the holder. */
static const char *holder_of(const struct view *view, const struct entry *certificate)
{
    const char *dn = question_parent(certificate->dn);

    return dn ? g_hash_table_lookup(view->holders, dn) : NULL;
}

static void print_json(const struct view *view)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    GHashTableIter at;
    gpointer each;

    json_builder_begin_object(builder);
    for (guint i = 0; i < view->pairs->len; i++) {
        const struct pair *pair = &g_array_index(view->pairs, struct pair, i);
        if (*pair->name == '#' && pair->value) {
            json_builder_set_member_name(builder, pair->name + 1);
            json_builder_add_int_value(builder, g_ascii_strtoll(pair->value, NULL, 10));
        } else {
            sheet_member(builder, pair->name, pair->value);
        }
    }
    json_builder_set_member_name(builder, "certificates");
    json_builder_begin_array(builder);
    for (guint i = 0; i < view->certificates->len; i++) {
        const struct entry *certificate = g_ptr_array_index(view->certificates, i);
        json_builder_begin_object(builder);
        for (gsize k = 0; k < G_N_ELEMENTS(columns); k++)
            sheet_member(builder, columns[k].name, entry_value(certificate, columns[k].attribute));
        sheet_member(builder, "holder", holder_of(view, certificate));
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    json_builder_set_member_name(builder, "requests");
    json_builder_begin_array(builder);
    g_hash_table_iter_init(&at, view->requests);
    while (g_hash_table_iter_next(&at, NULL, &each)) {
        const struct request *request = each;
        json_builder_begin_object(builder);
        sheet_member(builder, "id", request->id);
        sheet_member(builder, "type", request->type);
        sheet_member(builder, "state", request->state);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    sheet_json(builder);
}

static void print_tables(const struct view *view)
{
    static const char *const heads[] = {"what", "is", NULL};
    static const char *const papers[] = {"certificate", "post", "issued", "status", "copy", "number", "holder", NULL};
    static const char *const asked[] = {"open request", "type", "state", "division", "applicant", NULL};
    struct sheet *sheet = sheet_open(FALSE, heads);
    GHashTableIter at;
    gpointer each;

    for (guint i = 0; i < view->pairs->len; i++) {
        const struct pair *pair = &g_array_index(view->pairs, struct pair, i);
        if (pair->value)
            sheet_row(sheet, *pair->name == '#' ? pair->name + 1 : pair->name, pair->value);
    }
    sheet_close(sheet);
    if (view->certificates->len)
        putchar('\n');
    sheet = sheet_open(FALSE, papers);
    for (guint i = 0; i < view->certificates->len; i++) {
        const struct entry *paper = g_ptr_array_index(view->certificates, i);
        const char *cells[G_N_ELEMENTS(columns)];
        for (gsize k = 0; k < G_N_ELEMENTS(columns); k++)
            cells[k] = entry_value(paper, columns[k].attribute);
        sheet_row(sheet, cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], holder_of(view, paper));
    }
    sheet_close(sheet);
    if (g_hash_table_size(view->requests))
        putchar('\n');
    sheet = sheet_open(FALSE, asked);
    g_hash_table_iter_init(&at, view->requests);
    while (g_hash_table_iter_next(&at, NULL, &each)) {
        const struct request *request = each;
        sheet_row(sheet, request->id, request->type, request->state, request->division, request->mail);
    }
    sheet_close(sheet);
}

void view_print(const struct view *view, gboolean json)
{
    (json ? print_json : print_tables)(view);
}
