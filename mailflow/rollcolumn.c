#include "mailflow/rollcolumn.h"

#include <stdio.h>
#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/catalog.h"
#include "mailflow/finding.h"
#include "mailflow/text.h"

#define DATE "[0-9]{4}-[0-9]{2}-[0-9]{2}"
#define BOOLEAN "TRUE|FALSE"

/* clang-format off */
static const struct roll_column certificate_columns[] = {
    {ATTRIBUTE_CERTIFICATE_NUMBER, "certNo", "证书编号", "certificate number", "certNoType", .pattern = "[0-9A-Z][0-9A-Z-]{5,29}", .must = TRUE},
    {ATTRIBUTE_ID_NUMBER, "holderIdNumber", "身份证号", "holder's identity number", "personIdType", .about = TRUE},
    {ATTRIBUTE_TRAINEE_NUMBER, "traineeNumber", "学员编号", "holder's number", NULL, .pattern = "[0-9A-Za-z-]{4,36}", .about = TRUE},
    {ATTRIBUTE_CN, "holderName", "持证人姓名", "holder's name", "personNameType", .about = TRUE},
    {ATTRIBUTE_CREDIT_CODE, "uscc", "统一社会信用代码", "employer's credit code", "usccType", .about = TRUE},
    {ATTRIBUTE_POST_CODE, "postCode", "岗位代码", "post", "postCodeType", .must = TRUE},
    {ATTRIBUTE_ISSUE_DATE, "issueDate", "发证日期", "date of issue", "pastDateType", .pattern = DATE, .must = TRUE, .date = TRUE},
    {ATTRIBUTE_CERTIFICATE_STATUS, "status", "证书状态", "status", NULL, .pattern = "valid|ceased", .otherwise = "valid"},
    {ATTRIBUTE_COPY_NUMBER, "copyNo", "证书份次", "number of the copy", NULL, .pattern = "[1-9][0-9]{0,3}", .otherwise = "1"},
    {ATTRIBUTE_COPY_STATE, "copyState", "纸质证书状态", "state of the copy", NULL,
     .pattern = "inHand|lost|surrendered|toPrint|printable", .otherwise = "inHand"},
    {ATTRIBUTE_HANDWRITTEN_EMPLOYER, "handwrittenEmployer", "手写单位", "employer written by hand", NULL, .pattern = BOOLEAN},
    {.attribute = NULL}};

static const struct roll_column trainee_columns[] = {
    {ATTRIBUTE_ID_NUMBER, "idNumber", "身份证号", "identity number", "personIdType", .must = TRUE},
    {ATTRIBUTE_ID_KIND, "idType", "证件类型", "kind of identity document", NULL, .pattern = "residentId|hkMoTwPermit"},
    {ATTRIBUTE_CN, "name", "姓名", "name", "personNameType", .must = TRUE},
    {ATTRIBUTE_CREDIT_CODE, "uscc", "统一社会信用代码", "employer's credit code", "usccType", .about = TRUE},
    {ATTRIBUTE_TRAINEE_KIND, "kind", "学员类别", "kind", NULL, .pattern = "employee|student|individual"},
    {ATTRIBUTE_TRAINEE_NUMBER, "traineeNumber", "学员编号", "number", NULL, .pattern = "[0-9A-Za-z-]{4,36}"},
    {ATTRIBUTE_SEX, "sex", "性别", "sex", "sexType", .must = FALSE},
    {ATTRIBUTE_BIRTH_DATE, "birthDate", "出生日期", "date of birth", "pastDateType", .pattern = DATE, .date = TRUE},
    {ATTRIBUTE_UID, "loginName", "登录用户名", "login name", "uidType", .must = FALSE},
    {ATTRIBUTE_MAIL, "mail", "电子邮箱", "mail address", "mailType", .must = FALSE},
    {ATTRIBUTE_DIVISION_CODE, "cityCode", "所属地市", "city", "cityCodeType", .must = FALSE},
    {ATTRIBUTE_MOBILE, "mobile", "手机", "mobile number", "mobileType", .pattern = "1[3-9][0-9]{9}"},
    {ATTRIBUTE_EDUCATION, "education", "学历", "education", "educationType", .must = FALSE},
    {ATTRIBUTE_MAJOR, "major", "专业", "subject studied", "line60Type", .must = FALSE},
    {ATTRIBUTE_SCHOOL, "school", "毕业院校", "school", "line100Type", .must = FALSE},
    {ATTRIBUTE_GRADUATION_DATE, "graduationDate", "毕业日期", "date of graduation", "dateType", .pattern = DATE, .date = TRUE},
    {ATTRIBUTE_TITLE, "title", "职称", "title", "titleType", .must = FALSE},
    {ATTRIBUTE_WORK_YEARS, "workYears", "从业年限", "years of work", NULL, .pattern = "[0-9]|[1-5][0-9]|60"},
    {ATTRIBUTE_POSTAL_ADDRESS, "address", "通信地址", "address", "addressType", .must = FALSE},
    {ATTRIBUTE_PREFERRED_LANGUAGE, "language", "语言", "language", NULL, .pattern = "zh|en"},
    {ATTRIBUTE_ACCOUNT_STATUS, "accountStatus", "账号状态", "state of the account", NULL, .pattern = "active|disabled"},
    {.attribute = NULL}};

static const struct roll_column reviewer_columns[] = {
    {ATTRIBUTE_UID, "loginName", "登录用户名", "login name", "uidType", .must = TRUE},
    {ATTRIBUTE_CN, "name", "姓名", "name", "personNameType", .must = TRUE},
    {ATTRIBUTE_MAIL, "mail", "电子邮箱", "mail address", "mailType", .must = TRUE},
    {ATTRIBUTE_OU, "cityCode", "主管部门", "authority", NULL, .pattern = "37[0-9]{4}", .must = TRUE, .about = TRUE},
    {ATTRIBUTE_ACTIVE, "active", "启用", "active", NULL, .pattern = BOOLEAN, .otherwise = "TRUE"},
    {ATTRIBUTE_ID_NUMBER, "idNumber", "身份证号", "identity number", "residentIdType", .must = FALSE},
    {ATTRIBUTE_MOBILE, "mobile", "手机", "mobile number", "mobileType", .pattern = "1[3-9][0-9]{9}"},
    {ATTRIBUTE_PREFERRED_LANGUAGE, "language", "语言", "language", NULL, .pattern = "zh|en"},
    {ATTRIBUTE_DEPUTY, "deputy", "代理人", "deputy's login name", "uidType", .must = FALSE},
    {ATTRIBUTE_DEPUTY_FROM, "deputyFrom", "代理起始", "deputy from", "dateType", .pattern = DATE, .date = TRUE},
    {ATTRIBUTE_DEPUTY_UNTIL, "deputyUntil", "代理终止", "deputy until", "dateType", .pattern = DATE, .date = TRUE},
    {.attribute = NULL}};
/* clang-format on */

static const struct roll_column *const columns[ROLL_KINDS] = {certificate_columns, trainee_columns, reviewer_columns};

const struct roll_column *roll_columns(enum roll_kind kind)
{
    return columns[kind];
}

/* What an LDIF has beside the columns: written by us anyway, or where the entry stands. */
static gboolean passed_over(const struct table_row *row, const char *name)
{
    static const char *const names[] = {ATTRIBUTE_OBJECT_CLASS, ATTRIBUTE_SN, "ou", "dc", "o", "c", NULL};

    for (const char *const *each = names; row->dn && *each; each++)
        if (g_ascii_strcasecmp(*each, name) == 0)
            return TRUE;
    return FALSE;
}

static gboolean is_named(const struct roll_column *column, const char *name)
{
    return g_ascii_strcasecmp(column->attribute, name) == 0 || g_ascii_strcasecmp(column->field, name) == 0 ||
           g_str_equal(column->zh, name);
}

static const struct roll_column *column_find(enum roll_kind kind, const char *name)
{
    for (const struct roll_column *column = columns[kind]; column->attribute; column++)
        if (is_named(column, name))
            return column;
    return NULL;
}

static const struct roll_column *column_of(enum roll_kind kind, const char *attribute)
{
    for (const struct roll_column *column = columns[kind]; column->attribute; column++)
        if (g_str_equal(column->attribute, attribute))
            return column;
    return NULL;
}

static struct finding *note(struct roll *roll, const struct roll_column *column, const struct table_cell *cell, const char *code,
                            const char *zh, const char *en)
{
    struct finding *finding = finding_add(roll->problems, code, zh, en);

    finding->field = g_strdup(cell ? cell->name : column ? column->field : NULL);
    finding->label_zh = g_strdup(column ? column->zh : cell ? cell->name : NULL);
    finding->label_en = g_strdup(column ? column->en : cell ? cell->name : NULL);
    return finding;
}

void roll_wrong(struct roll *roll, struct roll_row *row, const char *attribute, const char *code, const char *zh, const char *en)
{
    const struct table_cell *cell = attribute ? g_hash_table_lookup(row->cells, attribute) : NULL;
    const struct roll_column *column = attribute ? column_of(roll->kind, attribute) : NULL;

    note(roll, column, cell, code, zh, en)->line = cell ? cell->line : row->line;
    row->wrong = TRUE;
}

void roll_check_names(struct roll *roll, const struct table *table)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);

    guint before = roll->problems->len;

    for (guint i = 0; i < table->names->len; i++) {
        char *name = g_ptr_array_index(table->names, i);
        const struct table_cell cell = {name, NULL, 1};
        const struct roll_column *column = column_find(roll->kind, name);
        if (!column && *name)
            note(roll, NULL, &cell, "E-SCHEMA", "没有这一列", "there is no such column")->line = 1;
        else if (column && !g_hash_table_add(seen, (gpointer)column))
            note(roll, column, &cell, "E-SCHEMA", "该列出现两次", "the column stands twice")->line = 1;
    }
    roll->unusable = roll->problems->len > before;
}

static gboolean is_day(const char *value)
{
    int year = 0, month = 0, day = 0;

    return sscanf(value, "%4d-%2d-%2d", &year, &month, &day) == 3 && year > 0 && month >= 1 && month <= 12 && day > 0 &&
           g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year);
}

/* The code of what is wrong with a value, or NULL; `fault` may hold more. */
static const char *fault_of(const struct roll_column *column, const struct rule *rule, const char *value,
                            const struct value_setting *setting, struct value_fault *fault)
{
    g_autofree char *whole = column->pattern ? g_strdup_printf("^(?:%s)$", column->pattern) : NULL;
    const char *code = rule ? rule->code : "E-VALUE";
    glong length = g_utf8_strlen(value, -1);

    if (rule && ((rule->min_length && length < rule->min_length) || (rule->max_length && length > rule->max_length)))
        return "E-LEN";
    if (rule && rule->choices->len && !rule_choice(rule, value))
        return code;
    if (rule && rule->check && rule->check(value, setting, fault))
        return fault->code;
    if ((whole && !g_regex_match_simple(whole, value, G_REGEX_DOLLAR_ENDONLY, 0)) || (column->date && !is_day(value)))
        return code;
    for (const char *at = value; *at; at = g_utf8_next_char(at))
        if (g_unichar_iscntrl(g_utf8_get_char(at)))
            return "E-NAME";
    return NULL;
}

static void value_read(struct roll *roll, struct roll_row *row, const struct mind *mind, const struct roll_column *column,
                       const struct table_cell *cell)
{
    const struct rule *rule = column->type ? catalog_rule(mind->catalog, column->type) : NULL;
    g_autofree char *value = rule ? rule->normal(cell->value) : text_normalise(cell->value);
    struct value_fault fault = {0};
    GDate today;

    g_assert(rule || !column->type);
    mind_day(mind->now, &today);
    const struct value_setting setting = {&today, mind->catalog->any_org_code, mind->catalog->allow_foreign};
    if (column->pattern && g_str_equal(column->pattern, BOOLEAN)) {
        char *upper = g_ascii_strup(value, -1);
        g_free(value);
        value = upper;
    }
    g_hash_table_insert(row->cells, (gpointer)column->attribute, (gpointer)cell);
    const char *code = text_blank(value) ? NULL : fault_of(column, rule, value, &setting, &fault);
    if (code) {
        roll_wrong(roll, row, column->attribute, code, fault.zh, fault.en);
        g_hash_table_insert(row->values, (gpointer)column->attribute, NULL);
    } else if (!text_blank(value)) {
        g_hash_table_insert(row->values, (gpointer)column->attribute, g_steal_pointer(&value));
    }
    value_fault_clear(&fault);
}

static void complete(struct roll *roll, struct roll_row *row)
{
    for (const struct roll_column *column = columns[roll->kind]; column->attribute; column++) {
        if (g_hash_table_contains(row->values, column->attribute))
            continue;
        if (column->must)
            roll_wrong(roll, row, column->attribute, "E-REQ", NULL, NULL);
        else if (column->otherwise)
            g_hash_table_insert(row->values, (gpointer)column->attribute, g_strdup(column->otherwise));
    }
}

struct roll_row *roll_row_read(struct roll *roll, const struct mind *mind, const struct table_row *from)
{
    struct roll_row *row = g_new0(struct roll_row, 1);

    row->line = from->line;
    row->values = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    row->cells = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < from->cells->len; i++) {
        const struct table_cell *cell = g_ptr_array_index(from->cells, i);
        const struct roll_column *column = column_find(roll->kind, cell->name);
        if (column && !g_hash_table_contains(row->cells, column->attribute)) {
            value_read(roll, row, mind, column, cell);
        } else if (from->dn && !passed_over(from, cell->name)) { /* a CSV's names have been looked at */
            note(roll, column, cell, "E-SCHEMA", column ? "重复" : "没有这一项",
                 column ? "is given twice" : "there is no such field")
                ->line = cell->line;
            row->wrong = TRUE;
        }
    }
    complete(roll, row);
    return row;
}
