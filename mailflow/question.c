#include "mailflow/question.h"

#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/picture.h"
#include "mailflow/text.h"

#define NOTHING_TO_PRINT "nothingToPrint"
#define NOTED_BYTES 1024 /* more than any value that changes can have */

void question_find(const struct affair *affair, GPtrArray *findings, const char *code, const char *path, const char *zh,
                   const char *en)
{
    form_finding_add(affair->mind->catalog, affair->form, findings, code, path, zh, en);
}

void question_warn(const struct affair *affair, GPtrArray *findings, const char *code, const char *path, const char *zh,
                   const char *en)
{
    form_finding_add(affair->mind->catalog, affair->form, findings, code, path, zh, en)->warning = TRUE;
}

GPtrArray *question_entries(const struct affair *affair, const char *attribute, const char *value, const char *class,
                            GError **error)
{
    const struct facts *facts = &affair->mind->facts;
    GPtrArray *found = value ? facts->find(facts->context, attribute, value, error) : entry_list();

    for (guint i = found ? found->len : 0; i > 0; i--) {
        const struct entry *entry = g_ptr_array_index(found, i - 1);
        if (!entry_is(entry, class) || entry_archived(entry))
            g_ptr_array_remove_index(found, i - 1);
    }
    return found;
}

gboolean question_owned(const struct affair *affair, const struct entry *entry)
{
    const char *owner = affair->request->applicant;
    gsize owner_length = owner ? strlen(owner) : 0, length = strlen(entry->dn);

    if (!owner || length < owner_length || g_ascii_strcasecmp(entry->dn + length - owner_length, owner) != 0)
        return FALSE;
    return length == owner_length || entry->dn[length - owner_length - 1] == ',';
}

/* The new number of a form that corrects it; NULL. */
static const char *corrected_number(const struct form *form)
{
    guint count = form_count(form, "corrections/correction");

    for (guint i = 1; i <= count; i++)
        if (g_strcmp0(form_item(form, "corrections/correction[%u]/@field", i), "idNumber") == 0)
            return form_item(form, "corrections/correction[%u]/newValue", i);
    return NULL;
}

struct entry *question_holder(const struct affair *affair, GError **error)
{
    const char *numbers[] = {form_value(affair->form, "idNumber"), corrected_number(affair->form)};

    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        g_autoptr(GPtrArray) found = question_entries(affair, ATTRIBUTE_ID_NUMBER, numbers[i], CLASS_TRAINEE, error);
        if (!found)
            return NULL;
        if (found->len)
            return g_ptr_array_steal_index(found, 0);
    }
    return NULL;
}

static gboolean wants_prints(const struct affair *affair)
{
    return g_strcmp0(form_value(affair->form, "reprintRequested"), "true") == 0;
}

gboolean question_awaits_old_copies(const struct affair *affair, GError **error)
{
    const struct facts *facts = &affair->mind->facts;
    gboolean personal = form_value(affair->form, "idNumber") != NULL;
    struct entry *holder = personal && wants_prints(affair) ? question_holder(affair, error) : NULL;
    const char *owner = personal ? holder ? holder->dn : NULL : affair->request->applicant;
    gint64 waiting = owner && wants_prints(affair)
                         ? facts->count(facts->context, owner, CLASS_CERTIFICATE, ATTRIBUTE_COPY_STATE, "toPrint", 1, error)
                         : 0;

    entry_free(holder);
    return waiting > 0;
}

gboolean question_note_prints(const struct affair *affair, const char *dn, GError **error)
{
    const struct facts *facts = &affair->mind->facts;

    if (!wants_prints(affair) || affair->request->created != affair->mind->now)
        return TRUE;
    gint64 valid = facts->count(facts->context, dn, CLASS_CERTIFICATE, ATTRIBUTE_CERTIFICATE_STATUS, "valid", 1, error);
    if (valid == 0)
        question_note(affair, NOTHING_TO_PRINT, "");
    return valid >= 0;
}

gboolean question_applies(const struct affair *affair, const char *only)
{
    const char *before = affair->request->before;

    if (!only)
        return TRUE;
    gboolean nothing = g_str_equal(only, "reprintRequested") && before && strstr(before, NOTHING_TO_PRINT "=");
    return g_strcmp0(form_value(affair->form, only), "true") == 0 && !nothing;
}

const char *question_parent(const char *dn)
{
    for (const char *at = dn; *at; at++) {
        if (*at == '\\' && at[1])
            at++;
        else if (*at == ',')
            return at + 1;
    }
    return NULL;
}

gboolean question_same_name(const char *one, const char *other)
{
    if (!one || !other)
        return FALSE;
    g_autofree char *left = text_fold_name(one);
    g_autofree char *right = text_fold_name(other);
    return g_str_equal(left, right);
}

gboolean question_waited_for(const struct affair *affair, const char *number)
{
    static const char *const kinds[] = {"identity", "trainee"};
    const struct records *records = &affair->mind->records;
    g_autofree char *key = g_ascii_strdown(number, -1);
    gboolean waited = FALSE;

    for (guint i = 0; i < G_N_ELEMENTS(kinds) && !waited; i++) {
        struct request *open = records->lock_holder(records->context, kinds[i], key);
        waited = open && g_strcmp0(open->id, affair->request->id) != 0;
        request_free(open);
    }
    return waited;
}

void question_note(const struct affair *affair, const char *path, const char *value)
{
    struct request *request = affair->request;
    g_autofree char *line = text_one_line(value, NOTED_BYTES);
    char *before = g_strdup_printf("%s%s=%s\n", request->before ? request->before : "", path, line);

    if (request->created != affair->mind->now) { /* asked again later: what the reviewers saw stays */
        g_free(before);
        return;
    }
    g_free(request->before);
    request->before = before;
}

void question_note_value(const struct affair *affair, const char *path, const struct entry *entry, const char *attribute)
{
    const char *value = entry_value(entry, attribute);

    question_note(affair, path, value && entry_binary(attribute) ? "yes" : value);
}

void question_picture(const struct affair *affair, const char *path, GPtrArray *findings)
{
    g_autoptr(GBytes) picture = affair_picture(affair, path);

    if (!picture && picture_is_named(affair->form, path))
        question_find(affair, findings, "E-ATTACH", path, "照片没有留存，请重新提交申请并附上照片",
                      "the picture was not kept: please file again with the picture attached");
}
