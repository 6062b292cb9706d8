/* A notice's document: valid, complete, and safe whatever people put into their names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include "mailflow/finding.h"
#include "mailflow/notice.h"
#include "mailflow/receipt.h"

static struct notice *make(const char *code)
{
    struct notice *notice = notice_new(code);
    notice->from = g_strdup("countersign@example.com");
    notice->to = g_strdup("office@jiaji.example.com");
    notice->message_id = g_strdup("abcdefghijklmnopqrstuvwxyz.1@example.com");
    notice->date = 1778034000;
    return notice;
}

static gboolean valid(const char *document)
{
    xmlSchemaParserCtxt *parser = xmlSchemaNewParserCtxt("templates/notices/notice.xsd");
    xmlSchema *schema = xmlSchemaParse(parser);
    assert_non_null(schema);
    xmlSchemaValidCtxt *context = xmlSchemaNewValidCtxt(schema);
    xmlDoc *tree = xmlReadMemory(document, (int)strlen(document), NULL, NULL, XML_PARSE_NONET);
    assert_non_null(tree);
    int outcome = xmlSchemaValidateDoc(context, tree);
    xmlFreeDoc(tree);
    xmlSchemaFreeValidCtxt(context);
    xmlSchemaFree(schema);
    xmlSchemaFreeParserCtxt(parser);
    return outcome == 0;
}

static void test_smallest(void **state)
{
    (void)state;
    struct notice *notice = make("NX");
    g_autofree char *document = notice_write(notice);
    assert_true(valid(document));
    assert_non_null(strstr(document, "code=\"NX\" language=\"zh\""));
    assert_non_null(strstr(document, "<date>2026-05-06T10:20:00+08:00</date>"));
    notice_free(notice);
}

static void fill(struct notice *notice)
{
    notice->request = g_strdup("T5-2026-000001");
    notice->state = g_strdup("cityReview");
    notice->state_zh = g_strdup("待市初审");
    notice->applicant = g_strdup("济南测试建设甲有限公司");
    notice->reason = g_strdup("材料不全");
    notice->login = g_strdup("jncsjsj");
    notice->secret = TRUE;
    notice->archive_required = TRUE;
    g_ptr_array_add(notice->references, g_strdup("first@example.com"));
    g_ptr_array_add(notice->references, g_strdup("second@example.com"));
    notice_add_row(notice, "newName", "企业名称", "Enterprise name", "旧", "新");
    notice_add_material(notice, "M01", "本表打印件", "the printed table", "applicant");
    notice_add_answer(notice, "同意", "Approve", "同意\n留档编号：");
    notice_add_stage(notice, "cityReview", "市初审", "city review")->progress = g_strdup("now");
    notice_add_report(notice)->request = g_strdup("T5-2026-000001");
    notice_add_attachment(notice, "table5.xml", "application/xml", "<a>\r\n  <b/>\r\n</a>\n");
    struct finding *finding = finding_add(notice->findings, "E-USCC", "第18位校验码错误", "the check character is wrong");
    finding->field = g_strdup("uscc");
    finding->line = 14;
    finding_add(notice->findings, "W-NAME", NULL, NULL)->warning = TRUE;
}

static void test_everything(void **state)
{
    (void)state;
    struct notice *notice = make("N2");
    fill(notice);
    g_autofree char *document = notice_write(notice);
    g_autofree char *again = notice_write(notice);
    assert_true(valid(document));
    assert_string_equal(document, again);
    assert_non_null(strstr(document, "<old>旧</old>\n<new>新</new>"));
    assert_non_null(strstr(document, "<answer zh=\"同意\" en=\"Approve\">同意\n留档编号：</answer>"));
    assert_non_null(strstr(document, "code=\"E-USCC\" field=\"uscc\" line=\"14\" zh=\"第18位校验码错误\""));
    assert_non_null(strstr(document, "<oneTimeSecret/>"));
    notice_free(notice);
}

/* What is read back is what was put in, line ends included. */
static void test_read_back(void **state)
{
    (void)state;
    struct notice *notice = make("N0");
    fill(notice);
    notice->to_name = g_strdup("甲 <b@example.com>\n\t\"乙\" & ]]>");
    g_autofree char *document = notice_write(notice);
    g_autoptr(GError) error = NULL;
    struct receipt *receipt = receipt_open(document, &error);
    assert_null(error);
    assert_string_equal(receipt->code, "N0");
    assert_string_equal(receipt->to_name, notice->to_name);
    assert_int_equal(receipt->date, notice->date);
    assert_int_equal(receipt->references->len, 2);
    assert_string_equal(g_ptr_array_index(receipt->references, 1), "second@example.com");
    assert_true(receipt->secret);
    const struct receipt_attachment *attachment = g_ptr_array_index(receipt->attachments, 0);
    assert_string_equal(attachment->text, "<a>\r\n  <b/>\r\n</a>\n");
    receipt_close(receipt);
    notice_free(notice);
}

/* XML cannot carry them: dropped. Each byte that is no UTF-8 becomes U+FFFD. */
static void test_hostile_characters(void **state)
{
    (void)state;
    static const struct {
        const char *given, *kept;
    } cases[] = {
        {"a\x01\x02"
         "b\x1f"
         "c",
         "abc"},
        {"甲\xEF\xBF\xBE乙\xEF\xBF\xBF", "甲乙"},
        {"甲\xFF乙", "甲\xEF\xBF\xBD乙"},
        {"\xE7\x94", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xEF\xBF", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"<!DOCTYPE x><?php ?>]]>&amp;", "<!DOCTYPE x><?php ?>]]>&amp;"},
        {"", ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct notice *notice = make("NX");
        notice_add_attachment(notice, cases[i].given, "text/plain", cases[i].given);
        g_autofree char *document = notice_write(notice);
        assert_true(g_utf8_validate(document, -1, NULL));
        struct receipt *receipt = receipt_open(document, NULL);
        assert_non_null(receipt);
        const struct receipt_attachment *attachment = g_ptr_array_index(receipt->attachments, 0);
        assert_string_equal(attachment->text, cases[i].kept);
        assert_string_equal(attachment->name, cases[i].kept);
        receipt_close(receipt);
        notice_free(notice);
    }
}

static void test_no_receipt(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "not well formed"},
        {"<notice", "not well formed"},
        {"<notice xmlns=\"urn:countersign:notice:1\" code=\"N1\"/>", "is no notice"},
        {"<notice xmlns=\"urn:example:other\" code=\"N1\"/>", "is no notice"},
        {"<!DOCTYPE notice [<!ENTITY a \"b\">]><notice xmlns=\"urn:countersign:notice:1\" code=\"N1\">&a;</notice>", "DOCTYPE"},
        {"<!DOCTYPE notice SYSTEM \"file:///etc/passwd\"><notice xmlns=\"urn:countersign:notice:1\" code=\"N1\"/>", "DOCTYPE"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(receipt_open(cases[i].text, &error));
        assert_true(g_error_matches(error, RECEIPT_ERROR, RECEIPT_UNREADABLE));
        assert_non_null(strstr(error->message, cases[i].why));
    }
    g_autofree char *huge = g_strnfill(RECEIPT_BYTES + 1, ' ');
    g_autoptr(GError) error = NULL;
    assert_null(receipt_open(huge, &error));
    assert_non_null(strstr(error->message, "bytes"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_smallest),           cmocka_unit_test(test_everything), cmocka_unit_test(test_read_back),
        cmocka_unit_test(test_hostile_characters), cmocka_unit_test(test_no_receipt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
