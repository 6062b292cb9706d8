#include "mailflow/choice.h"

#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/question.h"

#define OFFER_MOST 50

gboolean choice_needed(const struct form *form)
{
    return g_str_equal(form->root, "lostCertificateReissue") && form_count(form, "certificates/certificate") == 0;
}

static gint by_number(gconstpointer one, gconstpointer other)
{
    const struct entry *const *left = one, *const *right = other;

    return strcmp(entry_value(*left, ATTRIBUTE_CERTIFICATE_NUMBER), entry_value(*right, ATTRIBUTE_CERTIFICATE_NUMBER));
}

static gboolean can_be_lost(const struct entry *certificate)
{
    return g_strcmp0(entry_value(certificate, ATTRIBUTE_CERTIFICATE_STATUS), "valid") == 0 &&
           g_strcmp0(entry_value(certificate, ATTRIBUTE_COPY_STATE), "lost") != 0;
}

gboolean choice_offer(const struct affair *affair, GError **error)
{
    const struct facts *facts = &affair->mind->facts;
    g_autoptr(GPtrArray) certificates = facts->below(facts->context, affair->request->applicant, CLASS_CERTIFICATE, 0, error);
    guint number = 0;

    if (!certificates)
        return FALSE;
    g_ptr_array_sort(certificates, by_number);
    for (guint i = 0; i < certificates->len && number < OFFER_MOST; i++) {
        const struct entry *certificate = g_ptr_array_index(certificates, i);
        if (!can_be_lost(certificate))
            continue;
        GError *problem = NULL;
        struct entry *holder = facts->read(facts->context, question_parent(certificate->dn), &problem);
        g_autofree char *path = g_strdup_printf("choice[%u]", ++number);
        g_autofree char *line = g_strdup_printf("%s %s", entry_value(certificate, ATTRIBUTE_CERTIFICATE_NUMBER),
                                                holder ? entry_value(holder, ATTRIBUTE_CN) : "");
        question_note(affair, path, line);
        entry_free(holder);
        if (problem) {
            g_propagate_error(error, problem);
            return FALSE;
        }
    }
    return TRUE;
}

GPtrArray *choice_offered(const struct request *request)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) all = g_strsplit(request->before ? request->before : "", "\n", -1);

    for (char **line = all; *line; line++)
        if (g_str_has_prefix(*line, "choice[") && strchr(*line, '='))
            g_ptr_array_add(lines, g_strdup(strchr(*line, '=') + 1));
    return lines;
}

/* One chosen certificate as the form's XML has it. */
static gboolean append_certificate(const struct affair *affair, GString *xml, const char *line, GError **error)
{
    const struct facts *facts = &affair->mind->facts;
    g_autofree char *number = g_strndup(line, strcspn(line, " "));
    g_autoptr(GPtrArray) found = question_entries(affair, ATTRIBUTE_CERTIFICATE_NUMBER, number, CLASS_CERTIFICATE, error);
    GError *problem = NULL;

    if (!found)
        return FALSE;
    struct entry *holder =
        found->len ? facts->read(facts->context, question_parent(((struct entry *)g_ptr_array_index(found, 0))->dn), &problem)
                   : NULL;
    if (holder) {
        g_autofree char *item = g_markup_printf_escaped(
            "<certificate><certNo>%s</certNo><holderName>%s</holderName><holderIdNumber>%s</holderIdNumber></certificate>", number,
            entry_value(holder, ATTRIBUTE_CN), entry_value(holder, ATTRIBUTE_ID_NUMBER));
        g_string_append(xml, item);
    }
    entry_free(holder);
    if (problem)
        g_propagate_error(error, problem);
    return !problem;
}

/* The canonical form with the certificates put where the schema has them: after the statement. */
static struct form *insert(const struct affair *affair, const char *certificates)
{
    static const char after[] = "</statement>";
    const char *canonical = affair->request->form;
    const char *place = strstr(canonical, after);
    g_autoptr(GPtrArray) findings = finding_list();
    GDate today;

    g_assert(place); /* the statement is mandatory */
    place += strlen(after);
    g_autofree char *whole =
        g_strdup_printf("%.*s<certificates>%s</certificates>%s", (int)(place - canonical), canonical, certificates, place);
    mind_day(affair->mind->now, &today);
    return form_read(affair->mind->catalog, whole, strlen(whole), "utf-8", &today, findings);
}

char *choice_strays(const struct affair *affair, const struct confirmation *chosen)
{
    g_autoptr(GPtrArray) offered = choice_offered(affair->request);
    GString *strays = g_string_new(NULL);

    for (guint i = 0; chosen->chosen && i < chosen->chosen->len; i++) {
        guint number = g_array_index(chosen->chosen, guint, i);
        if (number > offered->len)
            g_string_append_printf(strays, "%s%u", strays->len ? ", " : "", number);
    }
    return g_string_free(strays, strays->len == 0);
}

struct form *choice_complete(const struct affair *affair, const struct confirmation *chosen, GError **error)
{
    g_autoptr(GPtrArray) offered = choice_offered(affair->request);
    g_autoptr(GString) xml = g_string_new(NULL);
    guint count = chosen->all ? offered->len : chosen->chosen ? chosen->chosen->len : 0;

    for (guint i = 0; i < count; i++) {
        guint number = chosen->all ? i + 1 : g_array_index(chosen->chosen, guint, i);
        if (!append_certificate(affair, xml, g_ptr_array_index(offered, number - 1), error))
            return NULL;
    }
    return xml->len ? insert(affair, xml->str) : NULL;
}
