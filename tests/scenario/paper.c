#include "tests/scenario/paper.h"

#include <string.h>

#include "mailflow/form.h"

#define MOST_FIELDS 40
#define HEAD(uid)                                                                                                                  \
    {"head/applicantUid", uid}, {"head/clientRef", ""}, {"head/previousRequestId", ""},                                            \
    {                                                                                                                              \
        "head/formDate", "2026-05-06"                                                                                              \
    }
#define HANDLER                                                                                                                    \
    {"head/handlerName", "测试经办"}, {"head/handlerMobile", "13800000091"},                                                       \
    {                                                                                                                              \
        "head/remark", ""                                                                                                          \
    }
#define NO_HANDLER                                                                                                                 \
    {"head/handlerName", ""}, {"head/handlerMobile", ""},                                                                          \
    {                                                                                                                              \
        "head/remark", ""                                                                                                          \
    }

struct pair {
    const char *path, *value;
};

static const struct sample {
    const char *type, *root, *sender;
    struct pair pairs[MOST_FIELDS];
} samples[] = {
    {"T5",
     "enterpriseRegistration",
     "new@example.com",
     {HEAD(""),
      HANDLER,
      {"loginName", "jinan-ding"},
      {"enterpriseName", "济南测试建设丁有限公司"},
      {"uscc", "91370102PDY0004660"},
      {"orgCode", ""},
      {"enterpriseKind", "construction"},
      {"cityCode", "370100"},
      {"address", "济南市测试路4号"},
      {"zip", ""},
      {"legalRepresentative", "测试法人丁"},
      {"qualification", ""},
      {"qualificationNo", ""},
      {"contactName", "测试联系丁"},
      {"contactMobile", "13800000044"},
      {"contactPhone", ""},
      {"contactMail", "new@example.com"},
      {"establishedDate", ""}}},
    {"P1",
     "individualRegistration",
     "person@example.com",
     {HEAD(""),
      NO_HANDLER,
      {"loginName", "person-geng"},
      {"name", "测试庚"},
      {"sex", "1"},
      {"idType", ""},
      {"idNumber", "371299198507030115"},
      {"cityCode", "370700"},
      {"mobile", "13800000045"},
      {"mail", "person@example.com"},
      {"education", "31"},
      {"major", ""},
      {"school", ""},
      {"graduationDate", ""},
      {"title", ""},
      {"workYears", ""},
      {"address", ""},
      {"noEmployerDeclaration", "true"}}},
    {"T1",
     "lostCertificateReissue",
     "e1@example.com",
     {HEAD("e1-jinan"),
      HANDLER,
      {"enterpriseName", "济南测试建设甲有限公司"},
      {"uscc", "91370102PDY00001XB"},
      {"statement", "搬家时遗失"},
      {"certificates/certificate[1]/certNo", "SD-011-2019-000001"},
      {"certificates/certificate[1]/holderName", "测试甲"},
      {"certificates/certificate[1]/holderIdNumber", "370199199001010019"},
      {"certificates/certificate[1]/postCode", ""},
      {"certificates/certificate[1]/lostDate", ""}}},
    {"T2E",
     "employerChange",
     "e1@example.com",
     {{"@variant", "employee"},
      HEAD("e1-jinan"),
      HANDLER,
      {"holderName", "测试甲"},
      {"sex", ""},
      {"idNumber", "370199199001010019"},
      {"holderMobile", ""},
      {"fromEnterpriseName", "济南测试建设甲有限公司"},
      {"fromUscc", "91370102PDY00001XB"},
      {"toEnterpriseName", "青岛测试建设乙有限公司"},
      {"toUscc", "91370202PDY000423P"},
      {"toCityCode", ""},
      {"certNo[1]", ""},
      {"reason", "工作调动"},
      {"employedSince", ""},
      {"reprintRequested", ""}}},
    {"T2P",
     "employerChange",
     "h4@example.com",
     {{"@variant", "individual"},
      HEAD("h4-linyi"),
      NO_HANDLER,
      {"holderName", "测试丁"},
      {"sex", ""},
      {"idNumber", "371399197506159989"},
      {"holderMobile", ""},
      {"fromEnterpriseName", ""},
      {"fromUscc", ""},
      {"toEnterpriseName", "青岛测试建设乙有限公司"},
      {"toUscc", "91370202PDY000423P"},
      {"toCityCode", ""},
      {"certNo[1]", ""},
      {"reason", "入职"},
      {"reprintRequested", ""}}},
    {"T2S",
     "employerChange",
     "s1@example.com",
     {{"@variant", "student"},
      HEAD("s1-yantai"),
      HANDLER,
      {"holderName", "测试丙"},
      {"sex", ""},
      {"idNumber", "370699200002290035"},
      {"holderMobile", ""},
      {"fromEnterpriseName", "烟台测试职业学校"},
      {"fromUscc", "12370602PDY2024046"},
      {"toEnterpriseName", "济南测试建设甲有限公司"},
      {"toUscc", "91370102PDY00001XB"},
      {"toCityCode", ""},
      {"certNo[1]", ""},
      {"reason", "毕业就业"},
      {"reprintRequested", ""},
      {"teacherName", "测试老师"},
      {"teacherMobile", "13800000092"},
      {"graduationDate", ""}}},
    {"T3N",
     "enterpriseChange",
     "e1@example.com",
     {HEAD("e1-jinan"),
      HANDLER,
      {"uscc", "91370102PDY00001XB"},
      {"currentName", "济南测试建设甲有限公司"},
      {"currentCityCode", "370100"},
      {"newName", "济南测试建筑甲有限公司"},
      {"newCityCode", "——"},
      {"reason", "名称变更"},
      {"registrationChangeDate", "2026-04-20"},
      {"approvalDocNo", ""},
      {"newAddress", ""},
      {"reprintRequested", ""}}},
    {"T3C",
     "enterpriseChange",
     "e2@example.com",
     {HEAD("e2-qingdao"),
      HANDLER,
      {"uscc", "91370202PDY000423P"},
      {"currentName", "青岛测试建设乙有限公司"},
      {"currentCityCode", "370200"},
      {"newName", ""},
      {"newCityCode", "370600"},
      {"reason", "迁址"},
      {"registrationChangeDate", ""},
      {"approvalDocNo", ""},
      {"newAddress", ""},
      {"reprintRequested", ""}}},
    {"T4",
     "holderInfoCorrection",
     "e1@example.com",
     {HEAD("e1-jinan"),
      HANDLER,
      {"holderName", "测试甲"},
      {"idNumber", "370199199001010019"},
      {"corrections/correction[1]/@field", "name"},
      {"corrections/correction[1]/newValue", "测试贾"},
      {"reason", "登记有误"},
      {"reprintRequested", ""}}},
    {"P2",
     "basicInfoUpdate",
     "e1@example.com",
     {HEAD("e1-jinan"),
      HANDLER,
      {"target", "370299198812310024"},
      {"changes/change[1]/@field", "mobile"},
      {"changes/change[1]/oldValue", ""},
      {"changes/change[1]/newValue", "13800000052"}}},
    {"P3",
     "trainingEnrolment",
     "e1@example.com",
     {HEAD("e1-jinan"),
      HANDLER,
      {"periodId", ""},
      {"trainee[1]/idNumber", "371299198507030115"},
      {"trainee[1]/name", "测试庚"},
      {"trainee[1]/sex", "1"},
      {"trainee[1]/education", "31"},
      {"trainee[1]/mobile", "13800000046"},
      {"trainee[1]/mail", ""},
      {"trainee[1]/student", ""},
      {"trainee[1]/postCode[1]", "040"}}},
    {"P4",
     "continuingEducationEnrolment",
     "e1@example.com",
     {HEAD("e1-jinan"),
      HANDLER,
      {"year", "2026"},
      {"item[1]/certNo", "SD-011-2019-000001"},
      {"item[1]/holderName", "测试甲"},
      {"item[1]/idNumber", "370199199001010019"}}},
    {"P5", "requestWithdrawal", "e1@example.com", {HEAD("e1-jinan"), HANDLER, {"requestId", ""}, {"reason", "资料有误"}}},
    {"P6", "statusQuery", "e1@example.com", {HEAD("e1-jinan"), HANDLER, {"requestId", ""}}},
};

struct filled {
    char *path, *value;
};

struct paper {
    const struct sample *sample;
    GPtrArray *fields; /* struct filled */
};

static void filled_free(gpointer data)
{
    struct filled *field = data;
    g_free(field->path);
    g_free(field->value);
    g_free(field);
}

struct paper *paper_new(const char *type)
{
    struct paper *paper = g_new0(struct paper, 1);

    paper->fields = g_ptr_array_new_with_free_func(filled_free);
    for (guint i = 0; i < G_N_ELEMENTS(samples); i++)
        if (g_str_equal(samples[i].type, type))
            paper->sample = &samples[i];
    g_assert(paper->sample);
    for (const struct pair *pair = paper->sample->pairs; pair->path; pair++)
        paper_put(paper, pair->path, pair->value);
    return paper;
}

void paper_free(struct paper *paper)
{
    g_ptr_array_unref(paper->fields);
    g_free(paper);
}

const char *paper_sender(const struct paper *paper)
{
    return paper->sample->sender;
}

static struct filled *find(const struct paper *paper, const char *path)
{
    for (guint i = 0; i < paper->fields->len; i++) {
        struct filled *field = g_ptr_array_index(paper->fields, i);
        if (g_str_equal(field->path, path))
            return field;
    }
    return NULL;
}

const char *paper_value(const struct paper *paper, const char *path)
{
    const struct filled *field = find(paper, path);

    return field ? field->value : NULL;
}

/* How closely two paths are related: a shared step counts two, a step that differs by its number only counts one and ends it. */
static guint kinship(const char *one, const char *other)
{
    g_auto(GStrv) a = g_strsplit(one, "/", -1);
    g_auto(GStrv) b = g_strsplit(other, "/", -1);
    guint kin = 0;

    for (guint i = 0; a[i] && b[i]; i++) {
        gsize name = strcspn(a[i], "[");
        if (!g_str_equal(a[i], b[i]))
            return kin + (name == strcspn(b[i], "[") && strncmp(a[i], b[i], name) == 0);
        kin += 2;
    }
    return kin;
}

void paper_put(struct paper *paper, const char *path, const char *value)
{
    struct filled *field = find(paper, path);
    guint nearest = 0, place = paper->fields->len;

    if (field) {
        g_free(field->value);
        field->value = g_strdup(value);
        return;
    }
    for (guint i = 0; i < paper->fields->len; i++) {
        guint kin = kinship(path, ((struct filled *)g_ptr_array_index(paper->fields, i))->path);
        if (kin && kin >= nearest) {
            nearest = kin;
            place = i + 1;
        }
    }
    field = g_new0(struct filled, 1);
    field->path = g_strdup(path);
    field->value = g_strdup(value);
    g_ptr_array_insert(paper->fields, (int)place, field);
}

static void write_escaped(GString *xml, const char *format, const char *value)
{
    g_autofree char *escaped = g_markup_escape_text(value, -1);

    g_string_append_printf(xml, "%s%s%s", format, escaped, g_str_equal(format, "\"") ? "\"" : "");
}

/* <name attribute="..."> of the element at `path`. */
static void open_element(GString *xml, const struct paper *paper, const char *path, const char *step)
{
    g_autofree char *prefix = g_strconcat(path, "/@", NULL);

    g_string_append_printf(xml, "<%.*s", (int)strcspn(step, "["), step);
    for (guint i = 0; i < paper->fields->len; i++) {
        const struct filled *field = g_ptr_array_index(paper->fields, i);
        if (!g_str_has_prefix(field->path, prefix))
            continue;
        g_string_append_printf(xml, " %s=", field->path + strlen(prefix));
        write_escaped(xml, "\"", field->value);
    }
    g_string_append_c(xml, '>');
}

static void close_elements(GString *xml, GPtrArray *open, guint depth)
{
    for (; open->len > depth; g_ptr_array_set_size(open, (int)open->len - 1)) {
        const char *step = g_ptr_array_index(open, open->len - 1);
        g_string_append_printf(xml, "</%.*s>\n", (int)strcspn(step, "["), step);
    }
}

static void write_field(GString *xml, const struct paper *paper, GPtrArray *open, const struct filled *field)
{
    g_auto(GStrv) steps = g_strsplit(field->path, "/", -1);
    g_autoptr(GString) path = g_string_new(NULL);
    guint shared = 0;

    while (steps[shared] && shared < open->len && g_str_equal(steps[shared], g_ptr_array_index(open, shared)))
        shared++;
    close_elements(xml, open, shared);
    for (guint i = 0; steps[i]; i++) {
        g_string_append_printf(path, "%s%s", i ? "/" : "", steps[i]);
        if (i < shared)
            continue;
        open_element(xml, paper, path->str, steps[i]);
        g_ptr_array_add(open, g_strdup(steps[i]));
    }
    write_escaped(xml, "", field->value);
    close_elements(xml, open, open->len - 1);
}

char *paper_write(const struct paper *paper)
{
    GString *xml = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    g_autoptr(GPtrArray) open = g_ptr_array_new_with_free_func(g_free);
    const char *variant = paper_value(paper, "@variant");

    g_string_append_printf(xml, "<%s xmlns=\"" FORM_NAMESPACE "\" version=\"1\"", paper->sample->root);
    if (variant && *variant)
        g_string_append_printf(xml, " variant=\"%s\"", variant);
    g_string_append(xml, ">\n");
    for (guint i = 0; i < paper->fields->len; i++) {
        const struct filled *field = g_ptr_array_index(paper->fields, i);
        if (*field->value && !strchr(field->path, '@'))
            write_field(xml, paper, open, field);
    }
    close_elements(xml, open, 0);
    g_string_append_printf(xml, "</%s>\n", paper->sample->root);
    return g_string_free(xml, FALSE);
}
