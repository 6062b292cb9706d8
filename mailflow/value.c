#include "mailflow/value.h"

#include <stdio.h>
#include <string.h>

#include "mailflow/division.h"
#include "mailflow/identifier.h"
#include "mailflow/text.h"

void value_fault_clear(struct value_fault *fault)
{
    g_clear_pointer(&fault->zh, g_free);
    g_clear_pointer(&fault->en, g_free);
    fault->code = NULL;
}

static gboolean wrong(struct value_fault *fault, const char *code, const char *zh, const char *en)
{
    fault->code = code;
    fault->zh = g_strdup(zh);
    fault->en = g_strdup(en);
    return TRUE;
}

/* What an identifier's fault means, by kind of identifier. A wrong check character is never corrected: the sender has to look
 * again. */
struct explanation {
    enum identifier_fault fault;
    const char *code;
    const char *zh;
    const char *en;
};

static gboolean explain(const struct explanation *rows, gsize count, enum identifier_fault found, struct value_fault *fault)
{
    for (gsize i = 0; i < count; i++)
        if (rows[i].fault == found)
            return wrong(fault, rows[i].code, rows[i].zh, rows[i].en);
    g_assert(found == IDENTIFIER_OK);
    return FALSE;
}

static gboolean check_uscc(const char *value, const struct value_setting *setting, struct value_fault *fault)
{
    static const struct explanation rows[] = {
        {IDENTIFIER_LEN, "E-USCC", "应为18位", "must have 18 characters"},
        {IDENTIFIER_CHAR, "E-USCC", "含有不允许的字符（不使用字母I、O、S、V、Z，第3至8位为数字）",
         "contains a character that is not allowed (I, O, S, V, Z are not used; positions 3 to 8 are digits)"},
        {IDENTIFIER_CHK, "E-USCC", "第18位校验码错误", "the 18th character does not fit the others"},
        {IDENTIFIER_ORGCHK, "E-USCC", "第9至17位组织机构代码的校验码错误", "the organisation code in positions 9 to 17 is wrong"},
    };
    return explain(rows, G_N_ELEMENTS(rows), identifier_uscc(value, !setting->any_org_code), fault);
}

static gboolean check_org(const char *value, const struct value_setting *setting G_GNUC_UNUSED, struct value_fault *fault)
{
    static const struct explanation rows[] = {
        {IDENTIFIER_LEN, "E-ORG", "应为9位", "must have 9 characters"},
        {IDENTIFIER_CHAR, "E-ORG", "含有不允许的字符", "contains a character that is not allowed"},
        {IDENTIFIER_CHK, "E-ORG", "第9位校验码错误", "the 9th character does not fit the others"},
    };
    return explain(rows, G_N_ELEMENTS(rows), identifier_org(value), fault);
}

static gboolean check_resident(const char *value, const struct value_setting *setting, struct value_fault *fault)
{
    static const struct explanation rows[] = {
        {IDENTIFIER_LEN, "E-ID", "请填写18位公民身份号码", "give the identity number with 18 characters"},
        {IDENTIFIER_CHAR, "E-ID", "含有不允许的字符（只有第18位可以是X）",
         "contains a character that is not allowed (only the 18th may be X)"},
        {IDENTIFIER_CHK, "E-ID", "第18位校验码错误", "the 18th character does not fit the others"},
        {IDENTIFIER_PROV, "E-ID", "前两位不是省级行政区划代码", "the first two digits are not the code of a province"},
        {IDENTIFIER_DATE, "E-ID-DATE", "第7至14位不是有效的出生日期", "positions 7 to 14 are not a possible date of birth"},
    };
    return explain(rows, G_N_ELEMENTS(rows), identifier_resident(value, setting->today, setting->allow_foreign), fault);
}

/* A resident's number or a travel permit's; which of the two is meant is told by another field. */
static gboolean check_person(const char *value, const struct value_setting *setting, struct value_fault *fault)
{
    return identifier_permit(value) ? FALSE : check_resident(value, setting, fault);
}

static gboolean check_target(const char *value, const struct value_setting *setting, struct value_fault *fault)
{
    return g_ascii_strcasecmp(value, "self") == 0 ? FALSE : check_resident(value, setting, fault);
}

static gboolean check_city(const char *value, const struct value_setting *setting G_GNUC_UNUSED, struct value_fault *fault)
{
    const struct division *division = division_find(value);
    if (division_settles(division))
        return FALSE;
    if (division && division->successor) {
        const struct division *successor = division_find(division->successor);
        fault->code = "E-CITY-ABOLISHED";
        fault->zh =
            g_strdup_printf("%s已于%.4s年并入%s，请填%s", division->zh, division->abolished, successor->zh, successor->code);
        fault->en = g_strdup_printf("%s became part of %s in %.4s: give %s", division->en, successor->en, division->abolished,
                                    successor->code);
        return TRUE;
    }
    if (division)
        return wrong(fault, "E-CITY", "省级代码不能作为所属地市，请填写地市代码",
                     "the province is not a city: give the code of a city");
    return wrong(fault, "E-CITY", NULL, NULL);
}

static gboolean check_uid(const char *value, const struct value_setting *setting G_GNUC_UNUSED, struct value_fault *fault)
{
    static const struct explanation rows[] = {
        {IDENTIFIER_LEN, "E-UID", NULL, NULL},
        {IDENTIFIER_CHAR, "E-UID", NULL, NULL},
        {IDENTIFIER_RESERVED, "E-UID", "该用户名为系统保留，请另选", "this login name is reserved: choose another"},
    };
    return explain(rows, G_N_ELEMENTS(rows), identifier_uid(value), fault);
}

static gboolean check_mail(const char *value, const struct value_setting *setting G_GNUC_UNUSED, struct value_fault *fault)
{
    g_autofree char *mail = text_mail(value);
    return mail ? FALSE : wrong(fault, "E-MAIL", NULL, NULL);
}

/* Only the future is told here; a text that is no date is the schema's to refuse. */
static gboolean check_past(const char *value, const struct value_setting *setting, struct value_fault *fault)
{
    int year, month, day, end = 0;
    if (sscanf(value, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 || value[end] != '\0' || month < 1 || month > 12 ||
        year < 1 || day < 1 || !g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year))
        return FALSE;
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
    return g_date_compare(&date, setting->today) > 0 ? wrong(fault, "E-DATE", "日期不能晚于今天", "must not be in the future")
                                                     : FALSE;
}

static char *normal_boolean(const char *text)
{
    g_autofree char *half = text_normalise(text);
    if (strcmp(half, "1") == 0 || strcmp(half, "0") == 0)
        return g_strdup(*half == '1' ? "true" : "false");
    return g_ascii_strdown(half, -1);
}

static char *normal_target(const char *text)
{
    char *upper = text_normalise_upper(text);
    if (strcmp(upper, "SELF") == 0)
        strcpy(upper, "self");
    return upper;
}

static const struct {
    const char *name;
    value_normal function;
} normals[] = {
    {"trim", text_trim},
    {"half", text_normalise},
    {"upper", text_normalise_upper},
    {"person", text_person_name},
    {"org", identifier_org_normal},
    {"mobile", identifier_mobile_normal},
    {"phone", identifier_phone_normal},
    {"boolean", normal_boolean},
    {"target", normal_target},
};

static const struct {
    const char *name;
    value_check function;
} checks[] = {
    {"uscc", check_uscc}, {"org", check_org}, {"resident", check_resident}, {"person", check_person}, {"target", check_target},
    {"city", check_city}, {"uid", check_uid}, {"mail", check_mail},         {"past", check_past},
};

value_normal value_normal_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(normals); i++)
        if (strcmp(normals[i].name, name) == 0)
            return normals[i].function;
    return NULL;
}

value_check value_check_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(checks); i++)
        if (strcmp(checks[i].name, name) == 0)
            return checks[i].function;
    return NULL;
}
