#include "mailflow/rule.h"

#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/rule_change.h"
#include "mailflow/rule_people.h"

/* A finding about one field of the form. */
static void find(const struct affair *affair, GPtrArray *findings, const char *code, const char *path, gboolean warning,
                 const char *zh, const char *en)
{
    form_finding_add(affair->mind->catalog, affair->form, findings, code, path, zh, en)->warning = warning;
}

/* Entries with attribute == the form's value at `path`; empty when the field is blank, NULL on a fault. */
static GPtrArray *same_value(const struct affair *affair, const char *attribute, const char *path, GError **error)
{
    const struct facts *facts = &affair->mind->facts;
    const char *value = form_value(affair->form, path);

    return value ? facts->find(facts->context, attribute, value, error) : entry_list();
}

/* registered once; active, disabled and archived all count. The registered name is not told. */
static gboolean credit_code_new(const struct affair *affair, GPtrArray *findings, GError **error)
{
    g_autoptr(GPtrArray) found = same_value(affair, ATTRIBUTE_CREDIT_CODE, "uscc", error);

    if (!found)
        return FALSE;
    if (found->len)
        find(affair, findings, "E-DUP-REG", "uscc", FALSE, NULL, NULL);
    return TRUE;
}

/* one namespace over enterprises, schools, individuals and reviewers. */
static gboolean login_name_new(const struct affair *affair, GPtrArray *findings, GError **error)
{
    g_autoptr(GPtrArray) found = same_value(affair, ATTRIBUTE_UID, "loginName", error);

    if (!found)
        return FALSE;
    if (found->len)
        find(affair, findings, "E-UID-TAKEN", "loginName", FALSE, NULL, NULL);
    return TRUE;
}

/* domain.md 5.5: the address becomes the account's only trusted one, so no other account and no reviewer may have it. */
static gboolean mail_new(const struct affair *affair, GPtrArray *findings, GError **error)
{
    const char *path = affair->procedure->sender;
    g_autoptr(GPtrArray) found = same_value(affair, ATTRIBUTE_MAIL, path, error);

    if (!found)
        return FALSE;
    if (found->len)
        find(affair, findings, "E-MAIL", path, FALSE, "该电子邮箱不能用于注册，请换用其他邮箱",
             "this address cannot be used for a registration; please use another one");
    return TRUE;
}

/* same name, other code: accepted, but the reviewer is told. */
static gboolean name_twin(const struct affair *affair, GPtrArray *findings, GError **error)
{
    g_autoptr(GPtrArray) found = same_value(affair, ATTRIBUTE_O, "enterpriseName", error);

    if (!found)
        return FALSE;
    for (guint i = 0; i < found->len; i++)
        if (entry_is(g_ptr_array_index(found, i), CLASS_ENTERPRISE)) {
            find(affair, findings, "E-DUP-REG", "enterpriseName", TRUE, "已有同名企业注册（统一社会信用代码不同），请核对",
                 "an enterprise of the same name but another code is registered; please compare");
            break;
        }
    return TRUE;
}

/* domain.md 3.1: schools are 12 or 52; others are let through with a word to the reviewer. */
static gboolean school_code(const struct affair *affair, GPtrArray *findings, GError **error)
{
    const char *kind = form_value(affair->form, "enterpriseKind");
    const char *code = form_value(affair->form, "uscc");

    (void)error;
    if (kind && code && g_str_equal(kind, "school") && !g_str_has_prefix(code, "12") && !g_str_has_prefix(code, "52"))
        find(affair, findings, "E-USCC", "uscc", TRUE, "单位类别为学校，但统一社会信用代码不以12或52开头，请核对",
             "registered as a school, but the code does not begin with 12 or 52; please compare");
    return TRUE;
}

/* Whether another registration that waits has the number: its lock would refuse this one, but only after all reviewers were looked up, and later is told apart. */
static gboolean registering(const struct affair *affair)
{
    const struct records *records = &affair->mind->records;
    const char *number = form_value(affair->form, "idNumber");
    g_autofree char *key = g_ascii_strdown(number ? number : "", -1);
    struct request *open = records->lock_holder(records->context, "identity", key);
    gboolean other = open && g_strcmp0(open->id, affair->request->id) != 0;

    request_free(open);
    return other;
}

/* R-11, 7.21: one generic answer whoever holds the number. A reviewer's own number does not keep him from being a trainee. */
static gboolean identity_number_new(const struct affair *affair, GPtrArray *findings, GError **error)
{
    g_autoptr(GPtrArray) found = same_value(affair, ATTRIBUTE_ID_NUMBER, "idNumber", error);
    gboolean known = registering(affair);

    if (!found)
        return FALSE;
    for (guint i = 0; i < found->len && !known; i++)
        known = !entry_is(g_ptr_array_index(found, i), CLASS_REVIEWER);
    if (known)
        find(affair, findings, "E-DUP-ID", "idNumber", FALSE, NULL, NULL);
    return TRUE;
}

/* Whether the target of a withdrawal or a query is the asker's own. An unknown id and somebody else's get the same answer. */
static gboolean is_own(const struct affair *affair, const struct request *target)
{
    if (!target)
        return FALSE;
    if (affair->request->applicant && g_strcmp0(target->applicant, affair->request->applicant) == 0)
        return TRUE;
    return !target->applicant && g_ascii_strcasecmp(target->mail, affair->request->mail) == 0;
}

/* R-48, 7.14. */
static gboolean target_own_and_open(const struct affair *affair, GPtrArray *findings, GError **error)
{
    const struct mind *mind = affair->mind;
    struct request *target = mind->records.request(mind->records.context, form_value(affair->form, "requestId"));

    (void)error;
    if (!is_own(affair, target)) {
        find(affair, findings, "E-NOT-OWNER", "requestId", FALSE, NULL, NULL);
    } else {
        const struct procedure *procedure = procedure_for_type(mind->procedures, target->type);
        if (!transition_find(mind->procedures, procedure, target->state, EVENT_WITHDRAW)) {
            const struct refusal *refusal = refusal_find(mind->procedures, procedure, target->state, EVENT_WITHDRAW);
            find(affair, findings, "E-CLOSED", "requestId", FALSE, refusal->zh, refusal->en);
        }
    }
    request_free(target);
    return TRUE;
}

/* P6: a foreign id gets the same answer as an unknown one. */
static gboolean own_requests(const struct affair *affair, GPtrArray *findings, GError **error)
{
    const struct records *records = &affair->mind->records;
    const char *id = form_value(affair->form, "requestId");

    (void)error;
    if (!id)
        return TRUE;
    struct request *target = records->request(records->context, id);
    if (!is_own(affair, target))
        find(affair, findings, "E-NOT-OWNER", "requestId", FALSE, NULL, NULL);
    request_free(target);
    return TRUE;
}

static const struct {
    const char *name;
    rule_function *ask;
} rules[] = {
    {"credit-code-new", credit_code_new},
    {"login-name-new", login_name_new},
    {"mail-new", mail_new},
    {"name-twin", name_twin},
    {"school-code", school_code},
    {"identity-number-new", identity_number_new},
    {"target-own-and-open", target_own_and_open},
    {"own-requests", own_requests},
    {"applicant-enterprise", rule_applicant_enterprise},
    {"handler-named", rule_handler_named},
    {"previous-own", rule_previous_own},
    {"enterprise-own", rule_enterprise_own},
    {"certificates-own", rule_certificates_own},
    {"holder-own", rule_holder_own},
    {"holder-as-said", rule_holder_as_said},
    {"sender-enterprise", rule_sender_enterprise},
    {"receiver-exists", rule_receiver_exists},
    {"receiver-active", rule_receiver_active},
    {"receiver-as-said", rule_receiver_as_said},
    {"certificates-of-holder", rule_certificates_of_holder},
    {"enterprise-as-said", rule_enterprise_as_said},
    {"new-name-twin", rule_new_name_twin},
    {"corrections-possible", rule_corrections_possible},
    {"target-own", rule_target_own},
    {"updates-direct", rule_updates_direct},
    {"city-by-procedure", rule_city_by_procedure},
    {"account-uncertified", rule_account_uncertified},
    {"trainees-enrollable", rule_trainees_enrollable},
    {"period-open", rule_period_open},
    {"items-own", rule_items_own},
};

rule_function *rule_find(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(rules); i++)
        if (g_str_equal(rules[i].name, name))
            return rules[i].ask;
    return NULL;
}

gboolean rules_ask(const struct affair *affair, const char *again, GPtrArray *findings, GError **error)
{
    for (guint i = 0; i < affair->procedure->rules->len; i++) {
        const struct rule_ref *rule = g_ptr_array_index(affair->procedure->rules, i);
        if (rule->behind.off || (again && g_strcmp0(rule->again, again) != 0))
            continue;
        if (!rule_find(rule->name)(affair, findings, error))
            return FALSE;
    }
    return TRUE;
}
