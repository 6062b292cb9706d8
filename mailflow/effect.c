#include "mailflow/effect.h"

#include "ldap-schema/names.h"
#include "mailflow/change.h"
#include "mailflow/effect_change.h"

#define REPORT_LINES 50

struct mapping { /* a form's field and the attribute it becomes */
    const char *path, *attribute;
};

static void put_fields(const struct affair *affair, struct change *change, const struct mapping *mappings, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        const char *value = form_value(affair->form, mappings[i].path);
        if (value)
            change_put(change, mappings[i].attribute, NULL, value);
    }
}

static gboolean add_account(const struct affair *affair, struct plan *plan, const char *effect, struct change *change)
{
    change_put(change, ATTRIBUTE_ACCOUNT_STATUS, NULL, "active");
    change_put(change, ATTRIBUTE_PREFERRED_LANGUAGE, NULL, affair->request->language);
    plan_change(plan, effect, NULL, change_write(change));
    change_free(change);
    return TRUE;
}

/* T5: the enterprise and its account. The password is not part of it: the one-time secret is made as the approval is mailed. */
static gboolean enterprise_add(const struct affair *affair, struct effects *effects, GError **error)
{
    static const struct mapping mappings[] = {
        {"uscc", ATTRIBUTE_CREDIT_CODE},
        {"loginName", ATTRIBUTE_UID},
        {"enterpriseName", ATTRIBUTE_O},
        {"contactMail", ATTRIBUTE_MAIL},
        {"cityCode", ATTRIBUTE_DIVISION_CODE},
        {"enterpriseKind", ATTRIBUTE_ENTERPRISE_KIND},
        {"address", ATTRIBUTE_POSTAL_ADDRESS},
        {"zip", ATTRIBUTE_POSTAL_CODE},
        {"legalRepresentative", ATTRIBUTE_LEGAL_REPRESENTATIVE},
        {"contactName", ATTRIBUTE_CONTACT_NAME},
        {"contactMobile", ATTRIBUTE_MOBILE},
        {"contactPhone", ATTRIBUTE_TELEPHONE_NUMBER},
        {"qualification", ATTRIBUTE_QUALIFICATION},
        {"qualificationNo", ATTRIBUTE_QUALIFICATION_NUMBER},
        {"establishedDate", ATTRIBUTE_ESTABLISHED_DATE},
    };
    g_autofree char *dn = affair_account_dn(affair);
    struct change *change = change_add(dn);

    (void)error;
    change_put(change, ATTRIBUTE_OBJECT_CLASS, NULL, CLASS_ENTERPRISE);
    put_fields(affair, change, mappings, G_N_ELEMENTS(mappings));
    return add_account(affair, effects->plan, "enterprise-add", change);
}

/* P1: a trainee without an enterprise, with an account of their own. */
static gboolean individual_add(const struct affair *affair, struct effects *effects, GError **error)
{
    static const struct mapping mappings[] = {
        {"loginName", ATTRIBUTE_UID},
        {"name", ATTRIBUTE_CN},
        {"name", ATTRIBUTE_SN},
        {"sex", ATTRIBUTE_SEX},
        {"idType", ATTRIBUTE_ID_KIND},
        {"idNumber", ATTRIBUTE_ID_NUMBER},
        {"cityCode", ATTRIBUTE_DIVISION_CODE},
        {"mobile", ATTRIBUTE_MOBILE},
        {"mail", ATTRIBUTE_MAIL},
        {"education", ATTRIBUTE_EDUCATION},
        {"major", ATTRIBUTE_MAJOR},
        {"school", ATTRIBUTE_SCHOOL},
        {"graduationDate", ATTRIBUTE_GRADUATION_DATE},
        {"title", ATTRIBUTE_TITLE},
        {"workYears", ATTRIBUTE_WORK_YEARS},
        {"address", ATTRIBUTE_POSTAL_ADDRESS},
    };
    g_autofree char *dn = affair_account_dn(affair);
    struct change *change = change_add(dn);

    (void)error;
    change_put(change, ATTRIBUTE_OBJECT_CLASS, NULL, CLASS_TRAINEE);
    change_put(change, ATTRIBUTE_TRAINEE_NUMBER, NULL, affair->request->id);
    change_put(change, ATTRIBUTE_TRAINEE_KIND, NULL, "individual");
    put_fields(affair, change, mappings, G_N_ELEMENTS(mappings));
    return add_account(affair, effects->plan, "individual-add", change);
}

/* P5: the target is withdrawn; its own people hear of it from its own plan. */
static gboolean target_withdraw(const struct affair *affair, struct effects *effects, GError **error)
{
    (void)error;
    g_ptr_array_add(effects->withdrawn, g_strdup(form_value(affair->form, "requestId")));
    return TRUE;
}

/* P6: the asked-for request, or the last fifty of one's own. */
static gboolean report(const struct affair *affair, struct effects *effects, GError **error)
{
    const struct records *records = &affair->mind->records;
    const char *id = form_value(affair->form, "requestId");

    (void)error;
    if (id) {
        g_ptr_array_add(effects->reports, records->request(records->context, id));
        return TRUE;
    }
    g_autoptr(GPtrArray) own =
        records->requests_of(records->context, affair->request->mail, affair->request->applicant, REPORT_LINES);
    while (own->len) {
        struct request *request = g_ptr_array_steal_index(own, 0);
        if (g_str_equal(request->type, affair->request->type))
            request_free(request);
        else
            g_ptr_array_add(effects->reports, request);
    }
    return TRUE;
}

static const struct {
    const char *name;
    effect_function *carry;
} table[] = {
    {"enterprise-add", enterprise_add},
    {"individual-add", individual_add},
    {"target-withdraw", target_withdraw},
    {"report", report},
    {"certificates-reissue", effect_certificates_reissue},
    {"employer-change", effect_employer_change},
    {"account-keep", effect_account_keep},
    {"enterprise-rename", effect_enterprise_rename},
    {"enterprise-city", effect_enterprise_city},
    {"requests-reroute", effect_requests_reroute},
    {"holder-correct", effect_holder_correct},
    {"data-update", effect_data_update},
    {"trainees-add", effect_trainees_add},
};

effect_function *effect_find(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(table); i++)
        if (g_str_equal(table[i].name, name))
            return table[i].carry;
    return NULL;
}
