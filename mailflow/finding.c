#include "mailflow/finding.h"

#include <string.h>

struct sentence {
    const char *code;
    enum finding_class class;
    const char *zh;
    const char *en;
};

/* Codes beginning with W are warnings: the reviewer sees them, the form goes on. */
static const struct sentence sentences[] = {
    {"E-SIZE", FINDING_SIZE, "邮件超过大小限制", "the mail is larger than the limit"},
    {"E-ATTACH", FINDING_MIME, "每封邮件须且只能附一份XML表格", "a mail must carry exactly one XML form"},
    {"E-XML", FINDING_XML, "不是可以读取的XML文件", "this is not an XML file that can be read"},
    {"E-SCHEMA", FINDING_SCHEMA, "表格结构不符合规定", "the form is not built as its schema says"},
    {"E-REQ", FINDING_FIELD, "必填项，不能为空", "is mandatory and must not be empty"},
    {"E-USCC", FINDING_FIELD, "统一社会信用代码不正确", "is not a valid unified social credit code"},
    {"E-ORG", FINDING_FIELD, "组织机构代码不正确", "is not a valid organisation code"},
    {"E-ID", FINDING_FIELD, "公民身份号码不正确", "is not a valid identity number"},
    {"E-ID-SEX", FINDING_FIELD, "与公民身份号码所示性别不一致", "does not agree with the sex in the identity number"},
    {"E-ID-DATE", FINDING_FIELD, "与公民身份号码所示出生日期不一致",
     "does not agree with the date of birth in the identity number"},
    {"E-CITY", FINDING_FIELD, "不是山东省现有地市的六位代码，例如370100",
     "is not the six-digit code of a city of Shandong, such as 370100"},
    {"E-CITY-ABOLISHED", FINDING_FIELD, "该市已撤销", "this city no longer exists"},
    {"E-MOBILE", FINDING_FIELD, "手机号码应为1开头的11位数字", "a mobile number has 11 digits and begins with 1"},
    {"E-PHONE", FINDING_FIELD, "固定电话应为区号-号码，例如0531-12345678",
     "a telephone number is area code and number, such as 0531-12345678"},
    {"E-MAIL", FINDING_FIELD, "电子邮箱格式不正确", "is not a valid mail address"},
    {"E-ZIP", FINDING_FIELD, "邮政编码应为6位数字", "a postal code has 6 digits"},
    {"E-UID", FINDING_FIELD, "用户名应以字母开头，由4至32位字母、数字或 _ . - 组成",
     "a login name begins with a letter and has 4 to 32 letters, digits or _ . -"},
    {"E-NAME", FINDING_FIELD, "含有不允许的字符", "contains a character that is not allowed"},
    {"E-POST", FINDING_FIELD, "不是岗位代码", "is not a post code"},
    {"E-DATE", FINDING_FIELD, "日期应为 年-月-日，例如2024-03-15", "a date is year-month-day, such as 2024-03-15"},
    {"E-LEN", FINDING_FIELD, "长度不符合规定", "is too short or too long"},
    {"E-VALUE", FINDING_FIELD, "不是允许的值", "is not one of the values allowed"},
    {"E-T3-BOTH", FINDING_LOGIC, "企业名称与所属地市不能在同一申请中变更，请分别申请",
     "name and city cannot change in one request: send two, one after the other"},
    {"E-T3-NONE", FINDING_LOGIC, "新企业名称与新所属地市必须填写其中一项", "either the new name or the new city must be given"},
    {"E-NO-CHANGE", FINDING_LOGIC, "与现有内容相同，没有变更", "is the same as now: nothing changes"},
    {"E-VARIANT", FINDING_LOGIC, "与申请类别不符", "does not fit this kind of request"},
    {"E-FROM", FINDING_LOGIC, "个人用户申请时原单位必须为空", "must be empty when an individual files"},
    {"E-STUDENT-REPRINT", FINDING_LOGIC, "在校学生无需打印新证书，手写单位名称即可",
     "students get no new print: the employer is written by hand"},
    {"E-TO-SCHOOL", FINDING_LOGIC, "接收单位不能是学校", "the receiving enterprise cannot be a school"},
    {"E-DUP-ITEM", FINDING_LOGIC, "重复填写", "is given twice"},
    {"E-NAME-MISMATCH", FINDING_LOGIC, "名称与代码不符", "name and code do not belong together"},
    {"E-CITY-MISMATCH", FINDING_LOGIC, "与登记的所属地市不符", "is not the city on record"},
    {"E-APPLICANT", FINDING_DIRECTORY, "该用户名不能提交此申请", "this login name cannot file this request"},
    {"E-NOT-OWNER", FINDING_DIRECTORY, "不属于申请人", "does not belong to the applicant"},
    {"E-RECEIVER", FINDING_DIRECTORY, "接收企业未注册或未通过审核", "the receiving enterprise is not registered or not approved"},
    {"E-CERT", FINDING_DIRECTORY, "证书不存在、已失效或不属于申请人", "there is no such valid certificate of the applicant"},
    {"E-HAS-CERT", FINDING_DIRECTORY, "已持有该岗位有效证书，请办理继续教育",
     "holds a valid certificate of this post: use continuing education"},
    {"E-DUP-REG", FINDING_DIRECTORY, "该企业已注册，请使用已注册的用户名",
     "this enterprise is registered: use the registered login name"},
    {"E-DUP-ID", FINDING_DIRECTORY, "不能以该身份号码注册", "this identity number cannot be registered"},
    {"E-UID-TAKEN", FINDING_DIRECTORY, "该用户名已被使用", "this login name is taken"},
    {"E-DIRECT", FINDING_DIRECTORY, "该项不能直接修改，请按证书变更办理",
     "cannot be changed directly: use the certificate change forms"},
    {"E-BUSY", FINDING_STATE, "另有申请正在办理", "another request is still open"},
    {"E-CLOSED", FINDING_STATE, "该申请已办结，不能撤回", "this request is closed and cannot be withdrawn"},
    {"E-PREV", FINDING_STATE, "前次申请编号不可引用", "this previous request cannot be quoted"},
    {"W-DATE", FINDING_FIELD, "填表日期距今已超过90天", "the form was filled in more than 90 days ago"},
    {"W-USCC", FINDING_FIELD, "统一社会信用代码前两位与单位类别不常见",
     "the first two characters of the credit code are unusual for this kind of unit"},
    {"W-AGE", FINDING_FIELD, "年龄不在16至70岁之间", "the age is not between 16 and 70"},
    {"W-EDUCATION", FINDING_FIELD, "学历低于高中或中职", "the education is below upper secondary school"},
    {"W-NAME", FINDING_LOGIC, "名称为曾用名或与其他企业重名", "the name is a former one or another enterprise has it too"},
};

static const struct sentence *sentence_look_up(const char *code)
{
    for (gsize i = 0; i < G_N_ELEMENTS(sentences); i++)
        if (strcmp(sentences[i].code, code) == 0)
            return &sentences[i];
    return NULL;
}

static const struct sentence *sentence_find(const char *code)
{
    const struct sentence *sentence = sentence_look_up(code);
    g_assert(sentence);
    return sentence;
}

const char *finding_code(guint place)
{
    return place < G_N_ELEMENTS(sentences) ? sentences[place].code : NULL;
}

const char *finding_known(const char *code)
{
    const struct sentence *sentence = sentence_look_up(code);
    return sentence ? sentence->code : NULL;
}

void finding_free(struct finding *finding)
{
    if (!finding)
        return;
    g_free(finding->field);
    g_free(finding->label_zh);
    g_free(finding->label_en);
    g_free(finding->zh);
    g_free(finding->en);
    g_free(finding);
}

GPtrArray *finding_list(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)finding_free);
}

struct finding *finding_add(GPtrArray *list, const char *code, const char *detail_zh, const char *detail_en)
{
    const struct sentence *sentence = sentence_find(code);
    struct finding *finding = g_new0(struct finding, 1);
    finding->code = sentence->code;
    finding->zh = g_strdup(detail_zh ? detail_zh : sentence->zh);
    finding->en = g_strdup(detail_en ? detail_en : sentence->en);
    finding->warning = code[0] == 'W';
    g_ptr_array_add(list, finding);
    return finding;
}

guint finding_errors(const GPtrArray *list)
{
    guint errors = 0;
    for (guint i = 0; i < list->len; i++)
        errors += ((const struct finding *)list->pdata[i])->warning ? 0 : 1;
    return errors;
}

const struct finding *finding_first_error(const GPtrArray *list)
{
    for (guint i = 0; i < list->len; i++)
        if (!((const struct finding *)list->pdata[i])->warning)
            return list->pdata[i];
    return NULL;
}

enum finding_class finding_class_of(const char *code)
{
    return sentence_find(code)->class;
}

/* The last name of a path without its index and mark: "certificates/certificate[2]/certNo" is certNo, "@variant" is variant. */
static char *short_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    if (*name == '@')
        name++;
    return g_strndup(name, strcspn(name, "["));
}

char *finding_text_zh(const struct finding *finding)
{
    GString *text = g_string_new(finding->code);
    if (finding->field) {
        g_autofree char *name = short_name(finding->field);
        g_string_append_printf(text, " %s %s", finding->label_zh, name);
    }
    if (finding->line > 0)
        g_string_append_printf(text, "（第%d行）", finding->line);
    g_string_append_printf(text, "：%s", finding->zh);
    return g_string_free(text, FALSE);
}

char *finding_text_en(const struct finding *finding)
{
    GString *text = g_string_new(finding->code);
    if (finding->field) {
        g_autofree char *name = short_name(finding->field);
        g_string_append_printf(text, " %s %s", finding->label_en, name);
    }
    if (finding->line > 0)
        g_string_append_printf(text, " (line %d)", finding->line);
    g_string_append_printf(text, ": %s", finding->en);
    return g_string_free(text, FALSE);
}

gboolean finding_waits(const struct finding *finding)
{
    return g_str_equal(finding->code, "E-BUSY");
}
