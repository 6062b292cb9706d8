#include "mailflow/tell_rows.h"

#include <string.h>

#include "mailflow/text.h"

/* Fields that say what another was before: shown beside it, not by themselves. */
static const struct {
    const char *now, *before;
} pairs[] = {
    {"newName", "currentName"},
    {"newCityCode", "currentCityCode"},
    {"toEnterpriseName", "fromEnterpriseName"},
    {"toUscc", "fromUscc"},
    {"toCityCode", NULL},
};

static char *shown(const struct field *field, const char *language)
{
    const char *meaning = g_str_equal(language, "en") ? field->shown_en : field->shown_zh;

    if (g_str_equal(field->path, "target") && g_str_equal(field->value, "self"))
        return g_strdup(g_str_equal(language, "en") ? "this account" : "本账号");
    return meaning ? g_strdup_printf(g_str_equal(language, "en") ? "%s (%s)" : "%s（%s）", meaning, field->value)
                   : g_strdup(field->value);
}

static const char *partner(const struct form *form, const char *path, gboolean of_before)
{
    for (guint i = 0; i < G_N_ELEMENTS(pairs); i++) {
        const char *this = of_before ? pairs[i].before : pairs[i].now;
        const char *other = of_before ? pairs[i].now : pairs[i].before;
        if (this && other && g_str_equal(path, this) && form_value(form, other))
            return other;
    }
    return NULL;
}

/* A new value is called by the name of what it changes: "changes/change[1]/newValue" by that of the field in "changes/change[1]/@field". NULL where it stands for itself. */
static const struct field *changed_field(const struct form *form, const char *path)
{
    if (!g_str_has_suffix(path, "/newValue"))
        return NULL;
    g_autofree char *beside = g_strdup_printf("%.*s/@field", (int)(strlen(path) - strlen("/newValue")), path);
    const struct field *field = form_field(form, beside);

    return field && field->shown_zh && field->shown_en ? field : NULL;
}

/* Whether the field only says which value changes, or what it was: the row of the new value says both. */
static gboolean says_what_changes(const struct form *form, const struct request *request, const char *path)
{
    const char *name = strrchr(path, '/');

    if (!name || (!g_str_equal(name, "/@field") && !g_str_equal(name, "/oldValue")))
        return FALSE;
    g_autofree char *beside = g_strdup_printf("%.*s/newValue", (int)(name - path), path);
    g_autofree char *recorded = tell_recorded(request, beside);
    return changed_field(form, beside) && (recorded || g_str_equal(name, "/@field"));
}

char *tell_recorded(const struct request *request, const char *path)
{
    g_auto(GStrv) lines = g_strsplit(request->before ? request->before : "", "\n", -1);
    gsize length = strlen(path);

    for (char **line = lines; *line; line++)
        if (strncmp(*line, path, length) == 0 && (*line)[length] == '=')
            return g_strdup(*line + length + 1);
    return NULL;
}

void tell_holder(struct notice *notice, const struct form *form)
{
    const struct field *name = form_field(form, "holderName"), *number = form_field(form, "idNumber");

    if (!name || !number)
        return;
    g_autofree char *masked = text_mask_id(number->value);
    notice_add_row(notice, name->path, name->label_zh, name->label_en, NULL, name->value);
    notice_add_row(notice, number->path, number->label_zh, number->label_en, NULL, masked);
}

void tell_rows(struct notice *notice, const struct request *request, const struct form *form)
{
    /* A receipt that goes to another address than the account's shows what was sent, not what the directory holds: nobody has proved yet whose it is. */
    gboolean stranger = g_str_equal(notice->code, "N1D") && g_ascii_strcasecmp(notice->to, request->mail) != 0;

    for (guint i = 0; i < form->fields->len; i++) {
        const struct field *field = g_ptr_array_index(form->fields, i);
        const char *before = partner(form, field->path, FALSE);
        const struct field *changed = changed_field(form, field->path);
        if (partner(form, field->path, TRUE) || says_what_changes(form, request, field->path))
            continue;
        g_autofree char *now = shown(field, notice->language);
        g_autofree char *old = before ? shown(form_field(form, before), notice->language) : tell_recorded(request, field->path);
        notice_add_row(notice, field->path, changed ? changed->shown_zh : field->label_zh,
                       changed ? changed->shown_en : field->label_en, stranger && !before ? NULL : old, now);
    }
}
