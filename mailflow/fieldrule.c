#include "mailflow/fieldrule.h"

#include <string.h>

#include "mailflow/identifier.h"
#include "mailflow/text.h"

#define OLD_FORM_DAYS 90
#define AGE_MIN 16
#define AGE_MAX 70

static const char *value_at(const struct reading *reading, const char *path)
{
    const char *value = reading_value(reading, path);
    return value ? value : "";
}

static gboolean given(const struct reading *reading, const char *path)
{
    return reading_value(reading, path) != NULL;
}

static gboolean is(const struct reading *reading, const char *path, const char *value)
{
    return strcmp(value_at(reading, path), value) == 0;
}

static void require(struct reading *reading, const char *path)
{
    if (!given(reading, path))
        reading_fault_at(reading, path, "E-REQ", NULL, NULL);
}

static gboolean resident(const struct reading *reading, const char *number)
{
    return number && identifier_resident(number, reading->setting.today, reading->setting.allow_foreign) == IDENTIFIER_OK;
}

/* Sex and date of birth are in the identity number already: what stands beside it must say the same. */
static void agree_sex(struct reading *reading, const char *number, const struct slot *sex)
{
    if (sex && sex->value && !sex->refused && sex->value[0] != identifier_sex(number))
        reading_fault(reading, sex, "E-ID-SEX", NULL, NULL);
}

static void agree_birth(struct reading *reading, const char *number, const struct slot *birth)
{
    if (birth && birth->value && !birth->refused) {
        GDate date;
        char text[16];
        identifier_birth(number, &date);
        g_date_strftime(text, sizeof text, "%Y-%m-%d", &date);
        if (strcmp(birth->value, text) != 0)
            reading_fault(reading, birth, "E-ID-DATE", NULL, NULL);
    }
}

static void agree_siblings(struct reading *reading)
{
    guint count = reading->slots->len;
    for (guint i = 0; i < count; i++) {
        const struct slot *slot = reading->slots->pdata[i];
        if (strcmp(slot->decl->name, "idNumber") == 0 && resident(reading, slot->value))
            agree_sex(reading, slot->value, reading_sibling(reading, slot, "sex"));
    }
}

/* In tables of items each names its field in an attribute and carries a new value. `items` is "corrections/correction". */
static const struct slot *new_value(const struct reading *reading, const char *items, const char *field)
{
    for (guint i = 1;; i++) {
        g_autofree char *name = g_strdup_printf("%s[%u]/@field", items, i);
        g_autofree char *value = g_strdup_printf("%s[%u]/newValue", items, i);
        if (!reading_slot(reading, name))
            return NULL;
        if (is(reading, name, field))
            return reading_slot(reading, value);
    }
}

static void agree_items(struct reading *reading, const char *items, const char *present)
{
    const struct slot *changed = new_value(reading, items, "idNumber");
    const char *number = changed ? changed->value : present;
    if (!resident(reading, number))
        return;
    agree_sex(reading, number, new_value(reading, items, "sex"));
    agree_birth(reading, number, new_value(reading, items, "birthDate"));
}

static void warn_old_form(struct reading *reading)
{
    const struct slot *date = reading_slot(reading, "head/formDate");
    int year, month, day;
    if (!date || !date->value || date->refused || sscanf(date->value, "%4d-%2d-%2d", &year, &month, &day) != 3)
        return;
    GDate filled;
    g_date_clear(&filled, 1);
    g_date_set_dmy(&filled, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
    if (g_date_days_between(&filled, reading->setting.today) > OLD_FORM_DAYS)
        reading_fault(reading, date, "W-DATE", NULL, NULL);
}

static void enterprise_registration(struct reading *reading)
{
    const char *uscc = value_at(reading, "uscc"), *org = reading_value(reading, "orgCode");
    if (identifier_uscc(uscc, !reading->setting.any_org_code) != IDENTIFIER_OK)
        return;
    if (org && identifier_org(org) == IDENTIFIER_OK && strncmp(org, uscc + 8, 9) != 0)
        reading_fault_at(reading, "orgCode", "E-ORG", "与统一社会信用代码第9至17位不一致",
                         "is not what positions 9 to 17 of the credit code say");
    gboolean school = is(reading, "enterpriseKind", "school"),
             school_code = g_str_has_prefix(uscc, "12") || g_str_has_prefix(uscc, "52");
    if (!identifier_uscc_usual(uscc) || (school && !school_code))
        reading_fault_at(reading, "uscc", "W-USCC", NULL, NULL);
}

static void individual_registration(struct reading *reading)
{
    const struct slot *number = reading_slot(reading, "idNumber");
    gboolean permit = is(reading, "idType", "hkMoTwPermit"),
             looks_permit = number && number->value && identifier_permit(number->value);
    if (permit && number && number->value && !looks_permit)
        reading_fault(reading, number, "E-ID", "不是港澳台居民来往内地通行证号码", "is not the number of a travel permit");
    if (!permit && looks_permit)
        reading_fault(reading, number, "E-ID", "请填写18位公民身份号码", "give the identity number with 18 characters");
    if (given(reading, "noEmployerDeclaration") && is(reading, "noEmployerDeclaration", "false"))
        reading_fault_at(reading, "noEmployerDeclaration", "E-REQ", "须声明无所属企业（true）；已有企业的请由企业统一报名",
                         "must be true; who has an employer is enrolled by the employer");
    if (resident(reading, number ? number->value : NULL)) {
        int age = identifier_age(number->value, reading->setting.today);
        if (age < AGE_MIN || age > AGE_MAX)
            reading_fault(reading, number, "W-AGE", NULL, NULL);
    }
    const struct slot *education = reading_slot(reading, "education");
    if (education && education->value && !education->refused && strcmp(education->value, "63") > 0)
        reading_fault(reading, education, "W-EDUCATION", NULL, NULL);
}

static void employer_change(struct reading *reading)
{
    static const struct {
        const char *variant;
        const char *path;
    } required[] = {
        {"employee", "head/handlerName"},   {"employee", "head/handlerMobile"},
        {"employee", "fromEnterpriseName"}, {"employee", "fromUscc"},
        {"student", "head/handlerName"},    {"student", "head/handlerMobile"},
        {"student", "fromEnterpriseName"},  {"student", "fromUscc"},
        {"student", "teacherName"},         {"student", "teacherMobile"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(required); i++)
        if (is(reading, "@variant", required[i].variant))
            require(reading, required[i].path);
    const char *from = reading_value(reading, "contractFrom"), *to = reading_value(reading, "contractTo");
    if (from && to && strcmp(from, to) > 0)
        reading_fault_at(reading, "contractTo", "E-DATE", "终止日期早于起始日期", "the contract ends before it begins");
}

static void enterprise_change(struct reading *reading)
{
    gboolean name = given(reading, "newName"), city = given(reading, "newCityCode");
    if (name && !city) {
        require(reading, "registrationChangeDate");
        if (given(reading, "newAddress"))
            reading_fault_at(reading, "newAddress", "E-VALUE", "仅在变更所属地市时填写", "is only for a move to another city");
    }
    if (city && !name && is(reading, "reprintRequested", "true"))
        reading_fault_at(reading, "reprintRequested", "E-VALUE", "变更所属地市不打印新证",
                         "a move to another city brings no new prints");
}

static void holder_info_correction(struct reading *reading)
{
    agree_items(reading, "corrections/correction", reading_value(reading, "idNumber"));
}

static void basic_info_update(struct reading *reading)
{
    agree_items(reading, "changes/change", reading_value(reading, "target"));
}

/* Class LOGIC */

/* Fields whose value may stand only once in a form, or once within the element above the field's own (`within`). */
static const struct {
    const char *root;
    const char *path;
    gboolean within;
} uniques[] = {
    {"lostCertificateReissue", "certificates/certificate/certNo", FALSE},
    {"employerChange", "certNo", FALSE},
    {"holderInfoCorrection", "corrections/correction/@field", FALSE},
    {"basicInfoUpdate", "changes/change/@field", FALSE},
    {"trainingEnrolment", "trainee/idNumber", FALSE},
    {"trainingEnrolment", "trainee/postCode", TRUE},
    {"continuingEducationEnrolment", "item/certNo", FALSE},
};

static void unique_values(struct reading *reading, const struct decl *decl, gboolean within)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    guint count = reading->slots->len;
    for (guint i = 0; i < count; i++) {
        const struct slot *slot = reading->slots->pdata[i];
        if (slot->decl != decl || !slot->value)
            continue;
        gsize scope = within ? (gsize)(strrchr(slot->path, '/') - slot->path) : 0;
        g_autofree char *key = g_strdup_printf("%.*s %s", (int)scope, slot->path, slot->value);
        const struct slot *first = g_hash_table_lookup(seen, key);
        if (!first) {
            g_hash_table_insert(seen, g_steal_pointer(&key), (void *)slot);
            continue;
        }
        g_autofree char *zh = g_strdup_printf("与第%d行重复", first->line),
                        *en = g_strdup_printf("is the same as in line %d", first->line);
        reading_fault(reading, slot, "E-DUP-ITEM", zh, en);
    }
}

static void no_repeats(struct reading *reading)
{
    for (gsize i = 0; i < G_N_ELEMENTS(uniques); i++)
        if (strcmp(uniques[i].root, reading->schema->root->name) == 0)
            unique_values(reading, catalog_decl(reading->schema, uniques[i].path), uniques[i].within);
}

static void employer_change_logic(struct reading *reading)
{
    static const struct {
        const char *path;
        gboolean of_individuals; /* may not be given by individuals; else only students' forms have it */
    } misplaced[] = {{"fromEnterpriseName", TRUE},
                     {"fromUscc", TRUE},
                     {"teacherName", FALSE},
                     {"teacherMobile", FALSE},
                     {"graduationDate", FALSE}};
    gboolean individual = is(reading, "@variant", "individual"), student = is(reading, "@variant", "student");
    for (gsize i = 0; i < G_N_ELEMENTS(misplaced); i++) {
        gboolean wrong = misplaced[i].of_individuals ? individual : !student;
        if (wrong && given(reading, misplaced[i].path))
            reading_fault_at(reading, misplaced[i].path, misplaced[i].of_individuals ? "E-FROM" : "E-VARIANT", NULL, NULL);
    }
    if (student && is(reading, "reprintRequested", "true"))
        reading_fault_at(reading, "reprintRequested", "E-STUDENT-REPRINT", NULL, NULL);
    if (given(reading, "fromUscc") && is(reading, "toUscc", value_at(reading, "fromUscc")))
        reading_fault_at(reading, "toUscc", "E-NO-CHANGE", NULL, NULL);
}

static void enterprise_change_logic(struct reading *reading)
{
    gboolean name = given(reading, "newName"), city = given(reading, "newCityCode");
    if (name && city)
        reading_fault_at(reading, "newCityCode", "E-T3-BOTH", NULL, NULL);
    if (!name && !city)
        reading_fault_at(reading, "newName", "E-T3-NONE", NULL, NULL);
    g_autofree char *old_name = text_fold_name(value_at(reading, "currentName")),
                    *new_name = text_fold_name(value_at(reading, "newName"));
    if (name && strcmp(old_name, new_name) == 0)
        reading_fault_at(reading, "newName", "E-NO-CHANGE", NULL, NULL);
    if (city && is(reading, "newCityCode", value_at(reading, "currentCityCode")))
        reading_fault_at(reading, "newCityCode", "E-NO-CHANGE", NULL, NULL);
}

static void basic_info_update_logic(struct reading *reading)
{
    guint count = reading->slots->len;
    for (guint i = 0; i < count; i++) {
        const struct slot *slot = reading->slots->pdata[i];
        const struct slot *old = strcmp(slot->decl->name, "newValue") == 0 ? reading_sibling(reading, slot, "oldValue") : NULL;
        if (old && g_strcmp0(old->value, slot->value) == 0)
            reading_fault(reading, slot, "E-NO-CHANGE", NULL, NULL);
    }
}

static const struct {
    const char *root;
    void (*fields)(struct reading *);
    void (*logic)(struct reading *);
} rules[] = {
    {"enterpriseRegistration", enterprise_registration, NULL},  {"individualRegistration", individual_registration, NULL},
    {"employerChange", employer_change, employer_change_logic}, {"enterpriseChange", enterprise_change, enterprise_change_logic},
    {"holderInfoCorrection", holder_info_correction, NULL},     {"basicInfoUpdate", basic_info_update, basic_info_update_logic},
};

void fieldrule_fields(struct reading *reading)
{
    agree_siblings(reading);
    warn_old_form(reading);
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
        if (strcmp(rules[i].root, reading->schema->root->name) == 0)
            rules[i].fields(reading);
}

void fieldrule_logic(struct reading *reading)
{
    no_repeats(reading);
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
        if (rules[i].logic && strcmp(rules[i].root, reading->schema->root->name) == 0)
            rules[i].logic(reading);
}
