#include "mailflow/tell_rows.h"

#include <string.h>

#include "mailflow/picture.h"
#include "mailflow/text.h"

/* Fields that say what another was before: shown beside it, not by themselves. */
static const struct {
    const char *now, *before;
} pairs[] = {
    {"newName", "currentName"},
    {"newCityCode", "currentCityCode"},
    {"toEnterpriseName", "fromEnterpriseName"},
    {"toUscc", "fromUscc"},
};

/* What a request was about, for its end; indexes left out. */
static const char *const subjects[] = {"holderName",
                                       "idNumber",
                                       "target",
                                       "certificates/certificate/certNo",
                                       "certificates/certificate/holderName",
                                       "periodId",
                                       "trainee/name",
                                       "trainee/idNumber",
                                       "trainee/postCode",
                                       "year",
                                       "item/certNo",
                                       "item/holderName"};

static char *with_meaning(const char *meaning, const char *value, const char *language)
{
    return meaning ? g_strdup_printf(g_str_equal(language, "en") ? "%s (%s)" : "%s（%s）", meaning, value) : g_strdup(value);
}

static char *shown(const struct field *field, const char *language)
{
    gboolean english = g_str_equal(language, "en");

    if (g_str_equal(field->path, "target") && g_str_equal(field->value, "self"))
        return g_strdup(english ? "this account" : "本账号");
    return with_meaning(english ? field->shown_en : field->shown_zh, field->value, language);
}

static const char *partner(const struct form *form, const char *path, gboolean of_before)
{
    for (guint i = 0; i < G_N_ELEMENTS(pairs); i++) {
        const char *this = of_before ? pairs[i].before : pairs[i].now;
        const char *other = of_before ? pairs[i].now : pairs[i].before;
        if (g_str_equal(path, this) && form_value(form, other))
            return other;
    }
    return NULL;
}

/* Whether what stands there replaces something, though the form may not say what: an individual has no employer to leave. */
static gboolean replaces(const char *path)
{
    for (guint i = 0; i < G_N_ELEMENTS(pairs); i++)
        if (g_str_equal(path, pairs[i].now))
            return TRUE;
    return FALSE;
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
    g_autofree char *held = tell_recorded(request, beside);
    return changed_field(form, beside) && (held || g_str_equal(name, "/@field"));
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

/* What the directory held there, and what that means. */
static char *recorded(const struct affair *affair, const char *path, const char *language)
{
    g_autofree char *value = tell_recorded(affair->request, path);
    if (value && picture_is_named(affair->form, path)) /* as question_note_value() notes it */
        return g_strdup(!*value ? "" : g_str_equal(language, "en") ? "on record" : "有");
    const char *meaning =
        value ? form_meaning(affair->mind->catalog, affair->form, path, value, g_str_equal(language, "en")) : NULL;

    return value ? with_meaning(meaning, value, language) : NULL;
}

/* What the field's value takes the place of, "" where there was nothing; NULL where it takes no place. Caller frees. */
static char *value_before(const struct affair *affair, const char *path, const char *language)
{
    const char *before = partner(affair->form, path, FALSE);

    if (before)
        return shown(form_field(affair->form, before), language);
    return replaces(path) ? g_strdup("") : recorded(affair, path, language);
}

static void add_row(struct notice *notice, const struct form *form, const struct field *field, const char *old, const char *now)
{
    const struct field *changed = changed_field(form, field->path);

    notice_add_row(notice, field->path, changed ? changed->shown_zh : field->label_zh,
                   changed ? changed->shown_en : field->label_en, old, now);
}

void tell_rows(struct notice *notice, const struct affair *affair)
{
    const struct request *request = affair->request;
    const struct form *form = affair->form;
    /* A receipt that goes to another address than the account's shows what was sent, not what the directory holds: nobody has proved yet whose it is. */
    gboolean stranger = g_str_equal(notice->code, "N1D") && g_ascii_strcasecmp(notice->to, request->mail) != 0;

    for (guint i = 0; i < form->fields->len; i++) {
        const struct field *field = g_ptr_array_index(form->fields, i);
        if (partner(form, field->path, TRUE) || says_what_changes(form, request, field->path))
            continue;
        g_autofree char *now = shown(field, notice->language);
        g_autofree char *old = value_before(affair, field->path, notice->language);
        add_row(notice, form, field, stranger && !partner(form, field->path, FALSE) ? NULL : old, now);
    }
}

void tell_picture(struct notice *notice, const struct affair *affair, const char *role)
{
    static const char *const reviewed[] = {"N2", "N4", "N8", NULL};
    const struct field *field = picture_field(affair->form);
    gboolean own = g_ascii_strcasecmp(notice->to, affair->request->mail) == 0;

    g_autoptr(GBytes) picture = field ? affair_picture(affair, field->path) : NULL;
    if (!picture)
        return;
    if (!(g_strcmp0(role, "reviewer") == 0 && g_strv_contains(reviewed, notice->code)) && !(own && g_str_equal(notice->code, "N5")))
        return;
    g_autofree char *name = picture_name(field);
    notice_add_file(notice, name, "image/jpeg", picture_digest(field));
}

/* Whether the request was about what stands at `path`. An account's own data are about nobody else. */
static gboolean is_subject(const struct field *field)
{
    g_autofree char *plain = affair_plain_path(field->path);

    for (guint i = 0; i < G_N_ELEMENTS(subjects); i++)
        if (g_str_equal(plain, subjects[i]))
            return !g_str_equal(field->value, "self");
    return FALSE;
}

void tell_outcome(struct notice *notice, const struct affair *affair)
{
    const struct form *form = affair->form;
    gboolean own = g_ascii_strcasecmp(notice->to, affair->request->mail) == 0;

    for (guint i = 0; i < form->fields->len; i++) {
        const struct field *field = g_ptr_array_index(form->fields, i);
        g_autofree char *old = value_before(affair, field->path, notice->language);
        g_autofree char *now = shown(field, notice->language);
        if (!old && !changed_field(form, field->path) && !is_subject(field))
            continue;
        g_autofree char *masked_old = old && !own ? text_mask_all(old) : g_strdup(old);
        g_autofree char *masked_now = own ? g_strdup(now) : text_mask_all(now);
        add_row(notice, form, field, masked_old, masked_now);
    }
}
