/* Every code of mailflow/finding.c, produced by a form (domain.md 8): the mail that answers it names the code, the field with its label and line, says what is wrong in both
 * languages, and brings the form back with what was right. A code without a line here fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "mailflow/finding.h"
#include "tests/scenario/story.h"

#define PAIRS_MOST 6
#define SECOND(field) "certificates/certificate[2]/" field
#define CHANGE(field, value)                                                                                                       \
    {"changes/change[1]/@field", field},                                                                                           \
    {                                                                                                                              \
        "changes/change[1]/newValue", value                                                                                        \
    }

struct line {
    const char *code, *type; /* the sample form of that type ... */
    struct {
        const char *path, *value;
    } pairs[PAIRS_MOST];                 /* ... changed so */
    const char *field;                   /* the field it is about; NULL: the form as a whole */
    void (*before)(struct scene *scene); /* what has happened before; NULL */
};

/* What happens before. */

static void e1_has_lost_one(struct scene *scene)
{
    g_free(scene_form(scene, "T1", NULL));
}

static void a_loss_is_decided(struct scene *scene)
{
    g_autofree char *id = scene_form(scene, "T1", NULL);

    story_approve_all(scene, id);
    assert_string_equal(id, "T1-2026-000001");
}

static const struct line lines[] = {
    {"E-REQ", "T5", {{"address", ""}}, "address", NULL},
    {"E-USCC", "T5", {{"uscc", "91370102PDY0004661"}}, "uscc", NULL},
    {"E-ORG", "T5", {{"orgCode", "PDY000461"}}, "orgCode", NULL},
    {"E-ID", "P1", {{"idNumber", "371299198507030116"}}, "idNumber", NULL},
    {"E-ID-SEX", "P1", {{"sex", "2"}}, "sex", NULL},
    {"E-ID-DATE",
     "T4",
     {{"corrections/correction[1]/@field", "birthDate"}, {"corrections/correction[1]/newValue", "1990-01-02"}},
     "",
     NULL},
    {"E-CITY", "T5", {{"cityCode", "370000"}}, "cityCode", NULL},
    {"E-CITY-ABOLISHED", "T5", {{"cityCode", "371200"}}, "cityCode", NULL},
    {"E-MOBILE", "T5", {{"contactMobile", "23800000044"}}, "contactMobile", NULL},
    {"E-PHONE", "T5", {{"contactPhone", "12345"}}, "contactPhone", NULL},
    {"E-MAIL", "T5", {{"contactMail", "new@example"}}, "contactMail", NULL},
    {"E-ZIP", "T5", {{"zip", "2500"}}, "zip", NULL},
    {"E-UID", "T5", {{"loginName", "1ding"}}, "loginName", NULL},
    {"E-NAME", "P1", {{"name", "测试7庚"}}, "name", NULL},
    {"E-POST", "P3", {{"trainee[1]/postCode[1]", "099"}}, "trainee[1]/postCode[1]", NULL},
    {"E-DATE", "T5", {{"establishedDate", "2020-02-30"}}, "establishedDate", NULL},
    {"E-LEN", "T1", {{"statement", "丢"}}, "statement", NULL},
    {"E-VALUE", "P1", {{"education", "10"}}, "education", NULL},
    {"E-SCHEMA", "T5", {{"shoeSize", "42"}}, "", NULL},
    {"E-T3-BOTH", "T3N", {{"newCityCode", "370200"}}, "", NULL},
    {"E-T3-NONE", "T3N", {{"newName", ""}}, "", NULL},
    {"E-NO-CHANGE", "T3N", {{"newName", "济南测试建设甲有限公司"}}, "newName", NULL},
    {"E-VARIANT", "T2E", {{"holderName", "测试甲"}, {"teacherName", "测试老师"}}, "", NULL},
    {"E-FROM", "T2P", {{"fromUscc", "91370102PDY00001XB"}}, "fromUscc", NULL},
    {"E-STUDENT-REPRINT", "T2S", {{"reprintRequested", "true"}}, "reprintRequested", NULL},
    {"E-TO-SCHOOL", "T2E", {{"toUscc", "12370602PDY2024046"}, {"toEnterpriseName", "烟台测试职业学校"}}, "toUscc", NULL},
    {"E-DUP-ITEM",
     "T1",
     {{SECOND("certNo"), "SD-011-2019-000001"}, {SECOND("holderName"), "测试甲"}, {SECOND("holderIdNumber"), "370199199001010019"}},
     SECOND("certNo"),
     NULL},
    {"E-NAME-MISMATCH", "T2E", {{"holderName", "测试假"}}, "holderName", NULL},
    {"E-CITY-MISMATCH", "T2E", {{"toCityCode", "370700"}}, "toCityCode", NULL},
    {"E-APPLICANT", "T1", {{"head/applicantUid", "h4-linyi"}}, "head/applicantUid", NULL},
    {"E-NOT-OWNER", "T2E", {{"holderName", "测试戊"}, {"idNumber", "37019919900101006X"}}, "idNumber", NULL},
    {"E-RECEIVER", "T2E", {{"toUscc", "91370102PDY0004660"}, {"toEnterpriseName", "济南测试建设丁有限公司"}}, "toUscc", NULL},
    {"E-CERT", "T1", {{"certificates/certificate[1]/certNo", "SD-011-2019-999999"}}, "certificates/certificate[1]/certNo", NULL},
    {"E-HAS-CERT",
     "P3",
     {{"trainee[1]/idNumber", "370199199001010019"},
      {"trainee[1]/name", "测试甲"},
      {"trainee[1]/sex", "1"},
      {"trainee[1]/postCode[1]", "011"}},
     "trainee[1]/postCode[1]",
     NULL},
    {"E-DUP-REG", "T5", {{"uscc", "91370102PDY00001XB"}}, "uscc", NULL},
    {"E-DUP-ID", "P1", {{"idNumber", "370199199001010019"}}, "idNumber", NULL},
    {"E-UID-TAKEN", "T5", {{"loginName", "E1-Jinan"}}, "loginName", NULL},
    {"E-DIRECT", "P2", {{"target", "370199199001010019"}, CHANGE("name", "测试贾")}, "changes/change[1]/newValue", NULL},
    {"E-BUSY", "T1", {{"statement", "又遗失了"}}, "certificates/certificate[1]/holderIdNumber", e1_has_lost_one},
    {"E-CLOSED", "P5", {{"requestId", "T1-2026-000001"}}, "requestId", a_loss_is_decided},
    {"E-PREV", "T1", {{"head/previousRequestId", "T1-2025-000001"}}, "head/previousRequestId", NULL},
    /* Words to the reviewers; the form goes on. */
    {"W-DATE", "T5", {{"head/formDate", "2026-01-06"}}, "head/formDate", NULL},
    {"W-USCC", "T5", {{"uscc", "9G370102PDY000466H"}}, "uscc", NULL},
    {"W-AGE", "P1", {{"idNumber", "371299194507030117"}}, "idNumber", NULL},
    {"W-EDUCATION", "P1", {{"education", "71"}}, "education", NULL},
    {"W-NAME", "T3N", {{"newName", "青岛测试建设乙有限公司"}}, "newName", NULL},
};

static void file(struct scene *scene, const struct line *line)
{
    struct paper *paper = paper_new(line->type);
    gboolean of_h4 = g_strcmp0(line->pairs[0].value, "h4-linyi") == 0;

    if (line->before)
        line->before(scene);
    for (guint i = 0; i < PAIRS_MOST && line->pairs[i].path; i++)
        paper_put(paper, line->pairs[i].path, line->pairs[i].value);
    scene_forget(scene);
    scene_file_from(scene, of_h4 ? "h4@example.com" : paper_sender(paper), paper);
    scene_deliver(scene);
    paper_free(paper);
}

/* What stands in that attribute of the document's finding of the code; NULL. Caller frees. */
static char *said(const struct mail *mail, const char *code, const char *attribute)
{
    g_autofree char *begin = g_strdup_printf("<finding code=\"%s\"", code);
    const char *finding = mail ? strstr(mail->document, begin) : NULL;
    g_autofree char *element = finding ? g_strndup(finding, strcspn(finding, ">")) : g_strdup("");
    g_autofree char *name = g_strdup_printf(" %s=\"", attribute);
    const char *value = strstr(element, name);

    return value ? g_strndup(value + strlen(name), strcspn(value + strlen(name), "\"")) : NULL;
}

static void check_said(const struct line *line, const struct mail *mail)
{
    static const char *const wanted[] = {"zh", "en"}, *const of_field[] = {"labelZh", "labelEn", "line"};
    g_autofree char *field = said(mail, line->code, "field");

    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
        g_autofree char *value = said(mail, line->code, wanted[i]);
        if (!value || !*value)
            fail_msg("%s is not told in %s: %s", line->code, wanted[i], mail ? mail->document : "no mail");
    }
    if (line->field && *line->field)
        assert_string_equal(field, line->field);
    for (guint i = 0; line->field && *line->field && i < G_N_ELEMENTS(of_field); i++) {
        g_autofree char *value = said(mail, line->code, of_field[i]);
        if (!value)
            fail_msg("%s does not name the %s of %s", line->code, of_field[i], line->field);
    }
    assert_non_null(strstr(mail->text, line->code));
}

/* The form comes back: what was right stands in it, the wrong value does not. */
static void check_corrected(const struct line *line, const struct mail *mail)
{
    const char *attachment = strstr(mail->document, "<attachment ");
    const char *step = strrchr(line->pairs[0].path, '/') ? strrchr(line->pairs[0].path, '/') + 1 : line->pairs[0].path;
    g_autofree char *wrong = g_strdup_printf("&lt;%.*s&gt;%s&lt;/", (int)strcspn(step, "["), step, line->pairs[0].value);

    assert_non_null(attachment);
    assert_non_null(strstr(attachment, "&lt;formDate&gt;2026-05-06&lt;/formDate&gt;"));
    if (line->field && g_str_equal(line->field, line->pairs[0].path) && *line->pairs[0].value &&
        !g_str_equal(line->code, "E-DUP-ITEM") /* the first of the two stays */ && strstr(attachment, wrong))
        fail_msg("%s: the form that comes back still holds %s", line->code, line->pairs[0].value);
}

static void test_every_code_is_told_as_it_should_be(void **state)
{
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        struct scene *scene = scene_new();
        gboolean warning = *lines[i].code == 'W';
        if (g_str_equal(lines[i].code, "E-APPLICANT"))
            scene_choose(scene, "lost-certificate-applicants", "enterprises");
        file(scene, &lines[i]);
        const struct mail *told = scene_mail(scene, warning ? "N2" : "N0", NULL);
        if (!told)
            fail_msg("%s is not produced", lines[i].code);
        check_said(&lines[i], told);
        if (!warning)
            check_corrected(&lines[i], told);
        scene_free(scene);
    }
}

/* What is no form has no field, and none comes back. */
static void test_what_is_no_xml_is_told(void **state)
{
    static const char broken[] = "<enterpriseRegistration";
    struct scene *scene = scene_new();
    struct line line = {.code = "E-XML"};
    (void)state;

    scene_file_bytes(scene, "e1@example.com", broken, strlen(broken));
    scene_deliver(scene);
    check_said(&line, scene_mail(scene, "N0", "e1@example.com"));
    scene_free(scene);
}

static void test_two_forms_in_one_mail_are_told(void **state)
{
    struct scene *scene = scene_new();
    struct paper *paper = paper_new("P6");
    struct line line = {.code = "E-ATTACH"};
    g_autofree char *xml = paper_write(paper);
    g_autofree char *mail = g_strdup_printf("From: <e1@example.com>\r\nTo: <" SCENE_ADDRESS ">\r\nMessage-ID: <two@example.com>\r\n"
                                            "Subject: two\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                                            "--b\r\nContent-Type: application/xml; name=a.xml\r\n\r\n%s\r\n"
                                            "--b\r\nContent-Type: application/xml; name=b.xml\r\n\r\n%s\r\n--b--\r\n",
                                            xml, xml);
    (void)state;

    scene_receive(scene, mail, strlen(mail));
    scene_deliver(scene);
    check_said(&line, scene_mail(scene, "N0", "e1@example.com"));
    assert_int_equal(scene_requests(scene), 0);
    paper_free(paper);
    scene_free(scene);
}

static gboolean is_shown(const char *code)
{
    static const char *const elsewhere[] = {"E-XML", "E-ATTACH", "E-SIZE" /* no scene reads a header alone: test_daemon_parser.c */,
                                            NULL};

    for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
        if (g_str_equal(lines[i].code, code))
            return TRUE;
    return g_strv_contains(elsewhere, code);
}

static void test_no_code_is_left_out(void **state)
{
    guint codes = 0;
    (void)state;

    for (const char *code = finding_code(0); code; code = finding_code(++codes))
        if (!is_shown(code))
            fail_msg("no form here produces %s", code);
    assert_true(codes >= G_N_ELEMENTS(lines));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_is_told_as_it_should_be),
        cmocka_unit_test(test_what_is_no_xml_is_told),
        cmocka_unit_test(test_two_forms_in_one_mail_are_told),
        cmocka_unit_test(test_no_code_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
