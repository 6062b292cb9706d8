#include "mailflow/question.h"

#include <string.h>

#include "mailflow/text.h"

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
    g_autofree char *line = text_one_line(value, 400);
    char *before = g_strdup_printf("%s%s=%s\n", request->before ? request->before : "", path, line);

    if (request->created != affair->mind->now) { /* asked again later: what the reviewers saw stays */
        g_free(before);
        return;
    }
    g_free(request->before);
    request->before = before;
}
