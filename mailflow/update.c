#include "mailflow/update.h"

#include "ldap-schema/names.h"
#include "mailflow/question.h"

static const struct update_field enterprise_fields[] = {
    {"name", ATTRIBUTE_O, TRUE, FALSE, FALSE},
    {"cityCode", ATTRIBUTE_DIVISION_CODE, TRUE, FALSE, FALSE},
    {"address", ATTRIBUTE_POSTAL_ADDRESS, FALSE, FALSE, FALSE},
    {"zip", ATTRIBUTE_POSTAL_CODE, FALSE, FALSE, FALSE},
    {"legalRepresentative", ATTRIBUTE_LEGAL_REPRESENTATIVE, FALSE, FALSE, FALSE},
    {"qualification", ATTRIBUTE_QUALIFICATION, FALSE, FALSE, FALSE},
    {"qualificationNo", ATTRIBUTE_QUALIFICATION_NUMBER, FALSE, FALSE, FALSE},
    {"contactName", ATTRIBUTE_CONTACT_NAME, FALSE, FALSE, FALSE},
    {"contactMobile", ATTRIBUTE_MOBILE, FALSE, FALSE, FALSE},
    {"contactPhone", ATTRIBUTE_TELEPHONE_NUMBER, FALSE, FALSE, FALSE},
    {"contactMail", ATTRIBUTE_MAIL, FALSE, FALSE, TRUE},
    {"uscc", ATTRIBUTE_CREDIT_CODE, FALSE, TRUE, FALSE},
    {"loginName", ATTRIBUTE_UID, FALSE, TRUE, FALSE},
    {"enterpriseKind", ATTRIBUTE_ENTERPRISE_KIND, FALSE, TRUE, FALSE},
};

static const struct update_field trainee_fields[] = {
    {"name", ATTRIBUTE_CN, TRUE, FALSE, FALSE},
    {"sex", ATTRIBUTE_SEX, TRUE, FALSE, FALSE},
    {"birthDate", ATTRIBUTE_BIRTH_DATE, TRUE, FALSE, FALSE},
    {"idNumber", ATTRIBUTE_ID_NUMBER, TRUE, FALSE, TRUE},
    {"photo", ATTRIBUTE_JPEG_PHOTO, TRUE, FALSE, FALSE},
    {"education", ATTRIBUTE_EDUCATION, FALSE, FALSE, FALSE},
    {"major", ATTRIBUTE_MAJOR, FALSE, FALSE, FALSE},
    {"school", ATTRIBUTE_SCHOOL, FALSE, FALSE, FALSE},
    {"graduationDate", ATTRIBUTE_GRADUATION_DATE, FALSE, FALSE, FALSE},
    {"title", ATTRIBUTE_TITLE, FALSE, FALSE, FALSE},
    {"workYears", ATTRIBUTE_WORK_YEARS, FALSE, FALSE, FALSE},
    {"mobile", ATTRIBUTE_MOBILE, FALSE, FALSE, FALSE},
    {"mail", ATTRIBUTE_MAIL, FALSE, FALSE, TRUE},
    {"address", ATTRIBUTE_POSTAL_ADDRESS, FALSE, FALSE, FALSE},
    {"cityCode", ATTRIBUTE_DIVISION_CODE, FALSE, FALSE, FALSE},
};

const struct update_field *update_field_find(const struct entry *target, const char *name)
{
    gboolean enterprise = entry_is(target, CLASS_ENTERPRISE);
    const struct update_field *fields = enterprise ? enterprise_fields : trainee_fields;
    gsize count = enterprise ? G_N_ELEMENTS(enterprise_fields) : G_N_ELEMENTS(trainee_fields);

    for (gsize i = 0; i < count; i++)
        if (g_strcmp0(fields[i].name, name) == 0 && (enterprise || !g_str_equal(name, "cityCode") ||
                                                     g_strcmp0(entry_value(target, ATTRIBUTE_TRAINEE_KIND), "individual") == 0))
            return &fields[i];
    return NULL;
}

struct entry *update_target(const struct affair *affair, GError **error)
{
    const char *target = form_value(affair->form, "target");

    if (!target || g_str_equal(target, "self"))
        return affair_account(affair, error);
    g_autoptr(GPtrArray) found = question_entries(affair, ATTRIBUTE_ID_NUMBER, target, CLASS_TRAINEE, error);
    return found && found->len && question_owned(affair, g_ptr_array_index(found, 0)) ? g_ptr_array_steal_index(found, 0) : NULL;
}

const char *update_new_mail(const struct form *form)
{
    guint count = g_str_equal(form->root, "basicInfoUpdate") ? form_count(form, "changes/change") : 0;

    for (guint i = 1; i <= count; i++) {
        const char *field = form_item(form, "changes/change[%u]/@field", i);
        if (g_str_equal(field, "contactMail") || g_str_equal(field, "mail"))
            return form_item(form, "changes/change[%u]/newValue", i);
    }
    return NULL;
}
