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
        if (partner(form, field->path, TRUE))
            continue;
        g_autofree char *now = shown(field, notice->language);
        g_autofree char *old = before ? shown(form_field(form, before), notice->language) : tell_recorded(request, field->path);
        notice_add_row(notice, field->path, field->label_zh, field->label_en, stranger && !before ? NULL : old, now);
    }
}
