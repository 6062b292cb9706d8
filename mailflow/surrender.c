#include "mailflow/surrender.h"

#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/effect_change.h"
#include "mailflow/question.h"
#include "mailflow/text.h"

#define NUMBER_MIN 6
#define NUMBER_MAX 30

GPtrArray *surrender_read(const char *words)
{
    static const char *const verbs[] = {"已上缴", "已收缴", "SURRENDERED"};
    GPtrArray *numbers = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *plain = text_normalise_upper(words ? words : "");
    const char *at = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(verbs) && !at; i++)
        if (g_str_has_prefix(plain, verbs[i]))
            at = plain + strlen(verbs[i]);
    while (at && *at) {
        gsize length = strspn(at, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-");
        if (length >= NUMBER_MIN && length <= NUMBER_MAX) {
            g_autofree char *number = g_strndup(at, length);
            if (!g_ptr_array_find_with_equal_func(numbers, number, g_str_equal, NULL))
                g_ptr_array_add(numbers, g_steal_pointer(&number));
        }
        at += length ? length : 1;
    }
    return numbers;
}

/* The entry whose certificates the request wanted printed anew: the holder, or the enterprise with all its trainees. */
static char *owner_dn(const struct affair *affair, GError **error)
{
    const char *number = form_value(affair->form, "idNumber");

    if (!number)
        return g_strdup(affair->request->applicant);
    g_autoptr(GPtrArray) found = question_entries(affair, ATTRIBUTE_ID_NUMBER, number, CLASS_TRAINEE, error);
    return found && found->len ? g_strdup(((struct entry *)g_ptr_array_index(found, 0))->dn) : NULL;
}

static gboolean due(const struct entry *certificate, const char *owner)
{
    gsize length = strlen(certificate->dn), tail = strlen(owner);

    return length > tail && g_ascii_strcasecmp(certificate->dn + length - tail, owner) == 0 &&
           g_strcmp0(entry_value(certificate, ATTRIBUTE_COPY_STATE), "toPrint") == 0;
}

gboolean surrender(const struct affair *affair, const struct ticket *ticket, const struct message *message, GPtrArray *plans,
                   char **why_zh, char **why_en, GError **error)
{
    g_autoptr(GPtrArray) numbers = surrender_read(message->own);
    GError *problem = NULL;
    g_autofree char *owner = owner_dn(affair, &problem);
    struct plan *plan = plan_new("surrendered", affair->request->id);
    struct effects effects = {.plan = plan};

    if (!numbers->len) {
        *why_zh = g_strdup("未能识别：请在第一行写“已上缴”和证书编号。");
        *why_en = g_strdup("Not understood: begin with SURRENDERED and the numbers of the certificates.");
    }
    for (guint i = 0; owner && i < numbers->len && !*why_zh; i++) {
        const char *number = g_ptr_array_index(numbers, i);
        g_autoptr(GPtrArray) found = question_entries(affair, ATTRIBUTE_CERTIFICATE_NUMBER, number, CLASS_CERTIFICATE, &problem);
        if (problem)
            break;
        if (found->len && due(g_ptr_array_index(found, 0), owner)) {
            effect_new_copy(&effects, g_ptr_array_index(found, 0), "printable", "surrender");
            continue;
        }
        *why_zh = g_strdup_printf("证书 %s 不属于该申请，或已登记上缴，本次未作任何登记。", number);
        *why_en = g_strdup_printf("Certificate %s is not part of this request or has been recorded already; nothing was recorded.",
                                  number);
    }
    if (problem || *why_zh || !plan->changes->len) {
        plan_free(plan);
        if (problem)
            g_propagate_error(error, problem);
        return !problem;
    }
    plan->evidence = TRUE;
    plan_log(plan, "%s: %u certificates surrendered, recorded by %s", affair->request->id, plan->changes->len, message->from);
    plan_event(plan, ticket->person, "surrender", affair->request->state, affair->request->state, message->own);
    g_ptr_array_add(plans, plan);
    return TRUE;
}
