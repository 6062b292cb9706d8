/* Forms: every NAME.xml in tests/golden/forms must read as NAME.want says; and what no file can show.
 *
 * NAME.want: "charset X" when the mail's MIME charset is X; then "form ROOT" ("-" when it is none); "PATH=VALUE" for every
 * field; "CODE LINE PATH" and both sentences for every finding ("-" without path). With GOLDEN_WRITE set the files are written
 * instead of compared: read the difference before you keep it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mailflow/form.h"
#include "mailflow/limits.h"

#define GOLDEN "tests/golden/forms"

static struct form_catalog *catalog;
static GDate today;

static int open_catalog(void **state G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_date_clear(&today, 1);
    g_date_set_dmy(&today, 1, 4, 2024);
    catalog = form_catalog_open("templates/forms", &error);
    if (!catalog)
        print_error("%s\n", error->message);
    return catalog ? 0 : -1;
}

static int close_catalog(void **state G_GNUC_UNUSED)
{
    form_catalog_free(catalog);
    return 0;
}

static struct form *read_text(const char *text, GPtrArray *findings)
{
    return form_read(catalog, text, strlen(text), NULL, &today, findings);
}

/* Golden files */

static char *story(const char *xml, gsize size, const char *charset)
{
    g_autoptr(GPtrArray) findings = finding_list();
    struct form *form = form_read(catalog, xml, size, charset, &today, findings);
    GString *out = g_string_new(NULL);
    if (charset)
        g_string_append_printf(out, "charset %s\n", charset);
    g_string_append_printf(out, "form %s\n", form ? form->root : "-");
    for (guint i = 0; form && i < form->fields->len; i++) {
        const struct field *field = form->fields->pdata[i];
        g_string_append_printf(out, "%s=%s\n", field->path, field->value);
    }
    for (guint i = 0; i < findings->len; i++) {
        const struct finding *finding = findings->pdata[i];
        g_string_append_printf(out, "%s %d %s\n", finding->code, finding->line, finding->field ? finding->field : "-");
        g_string_append_printf(out, "  %s\n  %s\n", finding->zh, finding->en);
    }
    form_free(form);
    return g_string_free(out, FALSE);
}

static char *charset_of(const char *want)
{
    return want && g_str_has_prefix(want, "charset ") ? g_strndup(want + 8, strcspn(want + 8, "\n")) : NULL;
}

static gboolean golden(const char *name)
{
    g_autofree char *xml_path = g_build_filename(GOLDEN, name, NULL), *xml = NULL, *want = NULL;
    g_autofree char *want_path = g_strdup_printf("%.*s.want", (int)strlen(xml_path) - 4, xml_path);
    gsize size;
    assert_true(g_file_get_contents(xml_path, &xml, &size, NULL));
    g_file_get_contents(want_path, &want, NULL, NULL);
    g_autofree char *charset = charset_of(want), *found = story(xml, size, charset);
    if (g_getenv("GOLDEN_WRITE"))
        return g_file_set_contents(want_path, found, -1, NULL);
    if (g_strcmp0(found, want) == 0)
        return TRUE;
    print_error("%s reads as\n%s\ninstead of\n%s\n", name, found, want ? want : "(no .want file)");
    return FALSE;
}

static void test_golden_forms(void **state G_GNUC_UNUSED)
{
    GDir *dir = g_dir_open(GOLDEN, 0, NULL);
    assert_non_null(dir);
    guint files = 0, wrong = 0;
    for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir))
        if (g_str_has_suffix(name, ".xml")) {
            files++;
            wrong += !golden(name);
        }
    g_dir_close(dir);
    assert_true(files > 50);
    assert_int_equal(wrong, 0);
}

/* Forms made here */

static const char registration[] =
    "<enterpriseRegistration xmlns=\"urn:countersign:form:1\" version=\"1\">\n"
    "  <head><formDate>2024-03-15</formDate><handlerName>测试甲</handlerName><handlerMobile>13800000001</handlerMobile></head>\n"
    "  <loginName>jinan-jia</loginName>\n"
    "  <enterpriseName>济南测试建设甲有限公司</enterpriseName>\n"
    "  <uscc>91370102PDY00001XB</uscc>\n"
    "  <enterpriseKind>construction</enterpriseKind>\n"
    "  <cityCode>370100</cityCode>\n"
    "  <address>济南市历下区测试路1号</address>\n"
    "  <legalRepresentative>测试乙</legalRepresentative>\n"
    "  <contactName>测试丙</contactName>\n"
    "  <contactMobile>13800000002</contactMobile>\n"
    "  <contactMail>jia@example.com</contactMail>\n"
    "</enterpriseRegistration>\n";

/* The digest of a form that must be right. */
static char *digest_of(const char *bytes, gsize size, const char *charset)
{
    g_autoptr(GPtrArray) findings = finding_list();
    struct form *form = form_read(catalog, bytes, size, charset, &today, findings);
    assert_non_null(form);
    assert_int_equal(findings->len, 0);
    char *digest = g_strdup(form->digest);
    form_free(form);
    return digest;
}

static void assert_same_digest(const char *bytes, gsize size, const char *charset)
{
    g_autofree char *wanted = digest_of(registration, strlen(registration), NULL), *found = digest_of(bytes, size, charset);
    assert_string_equal(found, wanted);
}

/* The registration under that declaration, behind that byte order mark. */
static char *encoded(const char *declaration, const char *mark, const char *encoding, gsize *size)
{
    g_autofree char *text = g_strconcat(declaration, registration, NULL);
    g_autofree char *bytes = g_convert(text, -1, encoding, "UTF-8", NULL, size, NULL);
    gsize skip = strlen(mark);
    char *marked = g_malloc(*size + skip);

    memcpy(marked, mark, skip);
    memcpy(marked + skip, bytes, *size);
    *size += skip;
    return marked;
}

static void test_same_digest_in_every_encoding(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *encoding, *mark, *declaration, *mime;
    } rows[] = {
        {"UTF-8", "", "", NULL},
        {"UTF-8", "\xef\xbb\xbf", "<?xml version=\"1.0\"?>", NULL},
        {"UTF-8", "", "<?xml version=\"1.0\" encoding=\"GB2312\"?>", "utf-8"},
        {"UTF-8", "", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "gb2312"},
        {"GB18030", "", "<?xml version=\"1.0\" encoding=\"GB18030\"?>", NULL},
        {"GB18030", "", "<?xml version=\"1.0\" encoding=\"gb2312\"?>", "utf-8"},
        {"GBK", "", "<?xml version=\"1.0\" encoding=\"GBK\"?>", NULL},
        {"GB18030", "", "<?xml version=\"1.0\" encoding=\"utf-8\"?>", "gb18030"},
        {"GB18030", "", "", "GB2312"},
        {"GB18030", "", "", NULL},
        {"UTF-16LE", "\xff\xfe", "<?xml version=\"1.0\" encoding=\"utf-16\"?>", NULL},
        {"UTF-16BE", "\xfe\xff", "<?xml version=\"1.0\"?>", "gbk"},
        {"UTF-16LE", "", "", "utf-16le"},
        {"UTF-16BE", "", "", "UTF-16"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        gsize size;
        g_autofree char *bytes = encoded(rows[i].declaration, rows[i].mark, rows[i].encoding, &size);
        assert_same_digest(bytes, size, rows[i].mime);
    }
}

/* A declaration that is not true of the bytes: another program would read another text, or none. */
static void test_a_wrong_declaration_is_refused(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *encoding, *mark, *declared, *mime;
    } rows[] = {
        {"UTF-8", "", "GB2312", NULL},          {"UTF-8", "", "gb18030", "gbk"},         {"GBK", "", "utf-8", NULL},
        {"GB18030", "", "UTF-8", "utf-8"},      {"UTF-8", "", "Big5", "utf-8"},          {"UTF-8", "", "utf-16", NULL},
        {"UTF-8", "\xef\xbb\xbf", "gbk", NULL}, {"UTF-16BE", "\xfe\xff", "UTF-8", NULL}, {"UTF-16LE", "\xff\xfe", "gb18030", NULL},
        {"UTF-8", "", "UTF-7", NULL},           {"UTF-8", "", "x-none", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *declaration = g_strdup_printf("<?xml version=\"1.0\" encoding=\"%s\"?>\n", rows[i].declared);
        g_autoptr(GPtrArray) findings = finding_list();
        gsize size;
        g_autofree char *bytes = encoded(declaration, rows[i].mark, rows[i].encoding, &size);
        assert_null(form_read(catalog, bytes, size, rows[i].mime, &today, findings));
        assert_int_equal(findings->len, 1);
        assert_string_equal(((struct finding *)findings->pdata[0])->code, "E-XML");
    }
}

static char *replaced(const char *text, const char *old, const char *new)
{
    g_auto(GStrv) parts = g_strsplit(text, old, -1);
    assert_true(g_strv_length(parts) > 1);
    return g_strjoinv(new, parts);
}

static void test_same_digest_however_it_is_written(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *old, *new;
    } rows[] = {
        {"\n", "\r\n"},
        {"<enterpriseRegistration xmlns=",
         "<enterpriseRegistration xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"a b\" xmlns="},
        {"<loginName>", "<!-- 用户名 --><?editor here?>\n<loginName>"},
        {"91370102PDY00001XB", " 91370102pdy00001xb\n"},
        {"91370102PDY00001XB", "９１３７０１０２ＰＤＹ００００１ＸＢ"},
        {"91370102PDY00001XB", "91370102<![CDATA[PDY]]>00001<!-- x -->&#88;B"},
        {"13800000002", "+86 138-0000-0002"},
        {"370100", "３７０１００"},
        {"<enterpriseKind>", "<orgCode>——</orgCode><enterpriseKind>"},
        {"测试丙", "\xe3\x80\x80测试丙 "},
        {"  <legalRepresentative>", "<zip/>\t<legalRepresentative>"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = replaced(registration, rows[i].old, rows[i].new);
        assert_same_digest(text, strlen(text), NULL);
    }
    g_autofree char *opened = replaced(registration, "<", "<f:"), *closed = replaced(opened, "<f:/", "</f:"),
                    *prefixed = replaced(closed, "xmlns=", "xmlns:f=");
    assert_same_digest(prefixed, strlen(prefixed), NULL);
}

static void test_another_value_another_digest(void **state G_GNUC_UNUSED)
{
    g_autofree char *text = replaced(registration, "370100", "370200"), *other = digest_of(text, strlen(text), NULL),
                    *one = digest_of(registration, strlen(registration), NULL);
    assert_string_not_equal(one, other);
    assert_int_equal(strlen(one), 64);
}

static void test_ambiguous_bytes_are_refused(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *name, *declaration;
    } rows[] = {{"caf\xe9 du test", ""},
                {"\xb4\xfa\xb8\xd5\xab\xd8\xa4\xbd\xa5q", "<?xml version=\"1.0\" encoding=\"Big5\"?>"},
                {"\x80\xff\x30", ""}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = replaced(registration, "济南测试建设甲有限公司", rows[i].name), *ascii = g_strdup(text);
        /* the other names in ASCII, so that only these bytes tell */
        for (char *p = ascii; *p; p++)
            if ((guchar)*p >= 0x80 && !(p >= strstr(text, rows[i].name) - text + ascii &&
                                        p < strstr(text, rows[i].name) - text + ascii + strlen(rows[i].name)))
                *p = 'x';
        g_autofree char *whole = g_strconcat(rows[i].declaration, ascii, NULL);
        g_autoptr(GPtrArray) findings = finding_list();
        struct form *form = read_text(whole, findings);
        assert_null(form);
        assert_int_equal(findings->len, 1);
        assert_string_equal(((struct finding *)findings->pdata[0])->code, "E-XML");
    }
}

static void test_values_are_found_by_path(void **state G_GNUC_UNUSED)
{
    g_autoptr(GPtrArray) findings = finding_list();
    struct form *form = read_text(registration, findings);
    assert_string_equal(form_value(form, "head/handlerName"), "测试甲");
    assert_string_equal(form_field(form, "cityCode")->shown_zh, "济南市");
    assert_string_equal(form_field(form, "enterpriseKind")->shown_en, "construction");
    assert_int_equal(form_field(form, "uscc")->line, 5);
    assert_string_equal(form_field(form, "uscc")->label_zh, "统一社会信用代码");
    assert_null(form_value(form, "zip"));
    assert_null(form_value(form, "nonsense"));
    assert_null(form->variant);
    assert_string_equal(form->label_zh, "企业账号初次申请表（表5）");
    form_free(form);
}

static void test_items_are_counted(void **state G_GNUC_UNUSED)
{
    static const char enrolment[] =
        "<continuingEducationEnrolment xmlns=\"urn:countersign:form:1\" version=\"1\"><head><applicantUid>e1user</applicantUid>"
        "<formDate>2024-03-15</formDate></head><year>2024</year>"
        "<item><certNo>LD-2020-000001</certNo><holderName>测试甲</holderName><idNumber>370199199001010019</idNumber></item>"
        "<item><certNo/><holderName/><idNumber>——</idNumber></item>"
        "<item><certNo>LD-2020-000002</certNo><holderName>测试甲</holderName><idNumber>370199199001010019</idNumber></item>"
        "</continuingEducationEnrolment>";
    g_autoptr(GPtrArray) findings = finding_list();
    struct form *form = read_text(enrolment, findings);
    assert_int_equal(findings->len, 0);
    assert_int_equal(form_count(form, "item"), 2);
    assert_int_equal(form_count(form, "head"), 0);
    assert_string_equal(form_item(form, "item[%u]/certNo", 2u), "LD-2020-000002");
    assert_null(form_item(form, "item[%u]/certNo", 3u));
    form_free(form);
}

static void test_canonical_form_reopens_as_itself(void **state G_GNUC_UNUSED)
{
    g_autofree char *text = replaced(registration, "济南市历下区测试路1号", "&lt;路&gt; &amp; \"1\"号'");
    g_autoptr(GPtrArray) findings = finding_list();
    struct form *form = read_text(text, findings), *again = form_reopen(catalog, form->canonical);
    assert_string_equal(form_value(again, "address"), "<路> & \"1\"号'");
    assert_string_equal(again->canonical, form->canonical);
    assert_string_equal(again->digest, form->digest);
    assert_int_equal(again->fields->len, form->fields->len);
    form_free(form);
    form_free(again);
}

static void test_filled_form_reads_as_what_filled_it(void **state G_GNUC_UNUSED)
{
    g_autoptr(GPtrArray) findings = finding_list();
    struct form *form = read_text(registration, findings);
    g_autofree char *filled = form_blank(catalog, form->root, form);
    assert_same_digest(filled, strlen(filled), NULL);
    form_free(form);
}

static void test_corrected_form_keeps_what_was_right(void **state G_GNUC_UNUSED)
{
    g_autofree char *one = replaced(registration, "91370102PDY00001XB", "91370102PDY00001XC"),
                    *two = replaced(one, "370100", "371200");
    g_autoptr(GPtrArray) findings = finding_list(), left = finding_list();
    struct form *form = read_text(two, findings);
    assert_int_equal(findings->len, 2);
    g_autofree char *corrected = form_corrected(catalog, form, findings);
    assert_non_null(strstr(corrected, "✗ E-USCC 第18位校验码错误"));
    assert_null(strstr(corrected, "91370102PDY00001XC"));
    struct form *again = read_text(corrected, left);
    assert_int_equal(left->len, 2);
    assert_string_equal(((struct finding *)left->pdata[0])->code, "E-REQ");
    assert_string_equal(form_value(again, "enterpriseName"), "济南测试建设甲有限公司");
    assert_null(form_value(again, "uscc"));
    form_free(form);
    form_free(again);
}

/* Another request is in the way, but the number is right: the same form can come again. */
static void test_corrected_form_keeps_what_only_has_to_wait(void **state G_GNUC_UNUSED)
{
    g_autoptr(GPtrArray) findings = finding_list();
    struct form *form = read_text(registration, findings);
    form_finding_add(catalog, form, findings, "E-BUSY", "uscc", NULL, NULL);
    g_autofree char *corrected = form_corrected(catalog, form, findings);
    assert_non_null(strstr(corrected, "91370102PDY00001XB"));
    assert_non_null(strstr(corrected, "✗ E-BUSY"));
    assert_same_digest(corrected, strlen(corrected), NULL);
    form_free(form);
}

static void test_settings_change_what_is_right(void **state G_GNUC_UNUSED)
{
    g_autofree char *text = replaced(registration, "91370102PDY00001XB", "91370102PDY000011L");
    g_autoptr(GPtrArray) strict = finding_list(), lax = finding_list();
    form_free(read_text(text, strict));
    form_catalog_set(catalog, TRUE, FALSE);
    form_free(read_text(text, lax));
    form_catalog_set(catalog, FALSE, FALSE);
    assert_int_equal(strict->len, 1);
    assert_int_equal(lax->len, 0);
}

static void test_others_add_findings_with_labels(void **state G_GNUC_UNUSED)
{
    g_autoptr(GPtrArray) findings = finding_list();
    struct form *form = read_text(registration, findings);
    const struct finding *taken = form_finding_add(catalog, form, findings, "E-UID-TAKEN", "loginName", NULL, NULL);
    assert_string_equal(taken->label_zh, "登录用户名");
    assert_int_equal(taken->line, 3);
    const struct finding *whole = form_finding_add(catalog, form, findings, "E-BUSY", "nonsense", NULL, NULL);
    assert_null(whole->field);
    form_free(form);
}

/* Hostile input */

static void assert_refused(const char *bytes, gsize size, const char *code)
{
    g_autoptr(GPtrArray) findings = finding_list();
    gint64 start = g_get_monotonic_time();
    struct form *form = form_read(catalog, bytes, size, NULL, &today, findings);
    assert_true(g_get_monotonic_time() - start < 2 * G_USEC_PER_SEC);
    form_free(form);
    assert_true(findings->len >= 1);
    assert_string_equal(((struct finding *)findings->pdata[0])->code, code);
}

static char *repeated(const char *head, const char *body, guint times, const char *tail)
{
    GString *out = g_string_new(head);
    for (guint i = 0; i < times; i++)
        g_string_append(out, body);
    g_string_append(out, tail);
    return g_string_free(out, FALSE);
}

static void test_too_much_of_anything_is_refused(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *head, *body;
        guint times;
        const char *tail, *code;
    } rows[] = {
        {"<statusQuery xmlns='urn:countersign:form:1' version='1'>", "<head>", LIMIT_FORM_DEPTH, "", "E-XML"},
        {"<statusQuery xmlns='urn:countersign:form:1' version='1'>", "<a/>", LIMIT_FORM_ELEMENTS, "</statusQuery>", "E-XML"},
        {"<statusQuery xmlns='urn:countersign:form:1' version='1'>", "<a/>", LIMIT_FORM_ELEMENTS - 1, "</statusQuery>", "E-SCHEMA"},
        {"<statusQuery xmlns='urn:countersign:form:1' version='1' a='", "x", LIMIT_FORM_TAG_BYTES, "'/>", "E-XML"},
        {"<statusQuery xmlns='urn:countersign:form:1'", " a=''", LIMIT_FORM_ATTRIBUTES, "/>", "E-XML"},
        {"<statusQuery xmlns='urn:countersign:form:1'", " xmlns:a='x'", 80000, "/>", "E-XML"},
        {"", " ", LIMIT_FORM_BYTES + 1, "", "E-XML"},
        {"", "<", 100000, "", "E-XML"},
        {"", "<a>", 300000, "", "E-XML"},
        {"<a>", "&#65;", 200000, "", "E-XML"},
        {"<a>", "<!---->", 140000, "", "E-XML"},
        {"<a>", "<![CDATA[]]>", 80000, "</a>", "E-SCHEMA"},
        {"<a ", "'", 100000, "", "E-XML"},
        {"<", "x", 100000, "/>", "E-XML"},
        {"<statusQuery xmlns='urn:countersign:form:1' version='1'><head><remark>", "长", 300000, "</remark></head></statusQuery>",
         "E-REQ"},
        {"<statusQuery xmlns='urn:countersign:form:1' version='1'><head><applicantUid>", "a.", 400000,
         "</applicantUid></head></statusQuery>", "E-LEN"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = repeated(rows[i].head, rows[i].body, rows[i].times, rows[i].tail);
        assert_refused(text, strlen(text), rows[i].code);
    }
}

static void test_nul_bytes_are_refused(void **state G_GNUC_UNUSED)
{
    gsize size = strlen(registration);
    g_autofree char *bytes = g_memdup2(registration, size + 1);
    *strchr(bytes, 'j') = '\0';
    assert_refused(bytes, size, "E-XML");
    assert_refused(registration, size + 1, "E-XML");
    assert_refused("", 0, "E-XML");
    assert_refused("\xff\xfe<\0\0\0>\0", 8, "E-XML");
    assert_refused("\xff\xfe<", 3, "E-XML");
}

static void test_every_truncation_is_survived(void **state G_GNUC_UNUSED)
{
    gsize size = strlen(registration) - 1;
    for (gsize length = 0; length < size; length++)
        assert_refused(registration, length, "E-XML");
}

static void test_every_changed_byte_is_survived(void **state G_GNUC_UNUSED)
{
    gsize size = strlen(registration);
    g_autofree char *bytes = g_memdup2(registration, size);
    for (gsize i = 0; i < size; i++) {
        static const char new[] = {'<', '&', '\0', '\xff', '"', '/', '>'};
        g_autoptr(GPtrArray) findings = finding_list();
        bytes[i] = new[i % sizeof new];
        form_free(form_read(catalog, bytes, size, NULL, &today, findings));
        bytes[i] = registration[i];
    }
}

static void test_bad_schemas_are_told(void **state G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    assert_null(form_catalog_open("tests/no/such/place", &error));
    assert_non_null(error);
    g_clear_error(&error);
    assert_null(form_catalog_open("tests/data", &error));
    assert_non_null(strstr(error->message, "types.xsd"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_forms),
        cmocka_unit_test(test_same_digest_in_every_encoding),
        cmocka_unit_test(test_a_wrong_declaration_is_refused),
        cmocka_unit_test(test_same_digest_however_it_is_written),
        cmocka_unit_test(test_another_value_another_digest),
        cmocka_unit_test(test_ambiguous_bytes_are_refused),
        cmocka_unit_test(test_values_are_found_by_path),
        cmocka_unit_test(test_items_are_counted),
        cmocka_unit_test(test_canonical_form_reopens_as_itself),
        cmocka_unit_test(test_filled_form_reads_as_what_filled_it),
        cmocka_unit_test(test_corrected_form_keeps_what_was_right),
        cmocka_unit_test(test_corrected_form_keeps_what_only_has_to_wait),
        cmocka_unit_test(test_settings_change_what_is_right),
        cmocka_unit_test(test_others_add_findings_with_labels),
        cmocka_unit_test(test_too_much_of_anything_is_refused),
        cmocka_unit_test(test_nul_bytes_are_refused),
        cmocka_unit_test(test_every_truncation_is_survived),
        cmocka_unit_test(test_every_changed_byte_is_survived),
        cmocka_unit_test(test_bad_schemas_are_told),
    };
    return cmocka_run_group_tests(tests, open_catalog, close_catalog);
}
