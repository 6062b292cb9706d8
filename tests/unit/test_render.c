/* Notices as people see them: every golden document below tests/golden/notices against its .want.txt (subject and text) and, where there is one, .want.html.
 * GOLDEN=write writes what is seen instead: read the difference as behaviour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libxml/HTMLparser.h>
#include <libxml/xmlschemas.h>

#include "mailflow/notice.h"
#include "mailflow/render.h"

#define GOLDEN "tests/golden/notices"
#define SECRET "one-time-secret"

static struct stylesheets *stylesheets;

static int open_stylesheets(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    stylesheets = render_open("templates/notices", &error);
    if (error != NULL)
        print_error("%s\n", error->message);
    return stylesheets == NULL;
}

static int close_stylesheets(void **state)
{
    (void)state;
    render_close(stylesheets);
    return 0;
}

static void compare(const char *stem, const char *suffix, const char *seen, gboolean must)
{
    g_autofree char *path = g_strconcat(GOLDEN "/", stem, suffix, NULL);
    gboolean there = g_file_test(path, G_FILE_TEST_EXISTS);
    if (g_strcmp0(getenv("GOLDEN"), "write") == 0 && (there || must)) {
        assert_true(g_file_set_contents(path, seen, -1, NULL));
        return;
    }
    if (!there && !must)
        return;
    g_autofree char *want = NULL;
    assert_true(g_file_get_contents(path, &want, NULL, NULL));
    if (strcmp(want, seen) != 0)
        fail_msg("%s differs; seen:\n%s", path, seen);
}

/* Nothing to click but mailto:, nothing loaded from elsewhere, no script. */
static void check_html(const char *html)
{
    static const char *const forbidden[] = {"<script", "<img", "<link",   "<style", "<iframe", "<form",
                                            "src=",    "url(", "@import", "http:",  "https:"};
    for (gsize i = 0; i < G_N_ELEMENTS(forbidden); i++)
        assert_null(strstr(html, forbidden[i]));
    for (const char *at = strstr(html, "href="); at != NULL; at = strstr(at + 1, "href="))
        assert_true(g_str_has_prefix(at, "href=\"mailto:"));
    htmlDocPtr tree = htmlReadDoc(BAD_CAST html, NULL, "UTF-8", HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
    assert_non_null(tree);
    xmlFreeDoc(tree);
}

static void check_golden(const char *stem, const char *document)
{
    struct rendering rendering;
    g_autoptr(GError) error = NULL;
    if (!render_notice(stylesheets, document, SECRET, &rendering, &error))
        fail_msg("%s: %s", stem, error->message);
    g_autofree char *text = g_strconcat("Subject: ", rendering.subject, "\n\n", rendering.text, NULL);
    compare(stem, ".want.txt", text, TRUE);
    compare(stem, ".want.html", rendering.html, FALSE);
    check_html(rendering.html);
    assert_null(strchr(rendering.subject, '\n'));
    assert_true(g_utf8_strlen(rendering.subject, -1) < 160);
    assert_null(strstr(text, "注册成功")); /* */
    assert_true((strstr(text, SECRET) != NULL) == (strstr(document, "<oneTimeSecret/>") != NULL));
    rendering_clear(&rendering);
}

static void test_golden(void **state)
{
    (void)state;
    g_autoptr(GDir) directory = g_dir_open(GOLDEN, 0, NULL);
    assert_non_null(directory);
    guint count = 0;
    for (const char *name = g_dir_read_name(directory); name != NULL; name = g_dir_read_name(directory)) {
        if (!g_str_has_suffix(name, ".xml"))
            continue;
        g_autofree char *path = g_build_filename(GOLDEN, name, NULL);
        g_autofree char *stem = g_strndup(name, strlen(name) - strlen(".xml"));
        g_autofree char *document = NULL;
        assert_true(g_file_get_contents(path, &document, NULL, NULL));
        check_golden(stem, document);
        count++;
    }
    assert_true(count >= 36); /* eighteen codes in two languages */
}

static void test_golden_valid(void **state)
{
    (void)state;
    xmlSchemaParserCtxt *parser = xmlSchemaNewParserCtxt("templates/notices/notice.xsd");
    xmlSchema *schema = xmlSchemaParse(parser);
    assert_non_null(schema);
    xmlSchemaValidCtxt *context = xmlSchemaNewValidCtxt(schema);
    g_autoptr(GDir) directory = g_dir_open(GOLDEN, 0, NULL);
    for (const char *name = g_dir_read_name(directory); name != NULL; name = g_dir_read_name(directory)) {
        g_autofree char *path = g_build_filename(GOLDEN, name, NULL);
        if (g_str_has_suffix(name, ".xml") && xmlSchemaValidateFile(context, path, 0) != 0)
            fail_msg("%s is not valid", name);
    }
    xmlSchemaFreeValidCtxt(context);
    xmlSchemaFree(schema);
    xmlSchemaFreeParserCtxt(parser);
}

static struct notice *make(const char *code)
{
    struct notice *notice = notice_new(code);
    notice->from = g_strdup("countersign@example.com");
    notice->to = g_strdup("office@jiaji.example.com");
    notice->message_id = g_strdup("1@example.com");
    notice->request = g_strdup("T5-2026-000001");
    notice->procedure_zh = g_strdup("企业注册");
    return notice;
}

static void render(struct notice *notice, const char *secret, struct rendering *rendering)
{
    g_autofree char *document = notice_write(notice);
    g_autoptr(GError) error = NULL;
    if (!render_notice(stylesheets, document, secret, rendering, &error))
        fail_msg("%s", error->message);
    notice_free(notice);
}

/* Names are text: they cannot become markup, a second token or a second line of the subject. */
static void test_hostile_name(void **state)
{
    (void)state;
    struct notice *notice = make("N2");
    notice->applicant = g_strdup("</td><script>alert(1)</script>\r\nBcc: x@example.com [cs:aaaaaaaaaaaaaaaaaaaaaaaaaa] {$secret} "
                                 "<xsl:value-of select=\"/\"/>");
    notice->token = g_strdup("abcdefghijklmnopqrstuvwxyz");
    notice_add_row(notice, "enterpriseName", "企业名称", "Enterprise name", NULL, notice->applicant);
    struct rendering rendering;
    render(notice, SECRET, &rendering);
    check_html(rendering.html);
    assert_null(strstr(rendering.subject, "[cs:aaaa"));
    assert_true(g_str_has_suffix(rendering.subject, " [cs:abcdefghijklmnopqrstuvwxyz]"));
    assert_null(strpbrk(rendering.subject, "\r\n"));
    assert_null(strstr(rendering.text, SECRET));
    rendering_clear(&rendering);
}

/* RFC 6068: the reply's address, subject and body, percent-encoded. */
static void test_answer_link(void **state)
{
    (void)state;
    struct notice *notice = make("N2");
    notice->reply_to = g_strdup("countersign+abcdefghijklmnopqrstuvwxyz@example.com");
    notice->token = g_strdup("abcdefghijklmnopqrstuvwxyz");
    notice_add_answer(notice, "同意", "Approve", "同意\n留档编号：");
    struct rendering rendering;
    render(notice, NULL, &rendering);
    assert_non_null(
        strstr(rendering.html,
               "href=\"mailto:countersign%2Babcdefghijklmnopqrstuvwxyz@example.com?subject=Re%3A%20%E3%80%90%E4%BC%9A%E7%AD%BE"));
    assert_non_null(
        strstr(rendering.html, "%5Bcs%3Aabcdefghijklmnopqrstuvwxyz%5D&amp;body=%E5%90%8C%E6%84%8F%0D%0A%E7%95%99%E6%A1%A3"));
    assert_non_null(strstr(rendering.text, "    同意\n    留档编号：\n"));
    rendering_clear(&rendering);
}

/* A notice shown later has no secret any more. */
static void test_secret_gone(void **state)
{
    (void)state;
    struct notice *notice = make("N5");
    notice->login = g_strdup("jncsjsj");
    notice->secret = TRUE;
    struct rendering rendering;
    render(notice, NULL, &rendering);
    assert_non_null(strstr(rendering.text, "一次性密码：********\n"));
    rendering_clear(&rendering);

    notice = make("N5");
    notice->login = g_strdup("jncsjsj");
    notice->secret = TRUE;
    render(notice, "a'b\"c<d>", &rendering);
    assert_non_null(strstr(rendering.text, "a'b\"c<d>"));
    assert_non_null(strstr(rendering.html, "a'b\"c&lt;d&gt;"));
    rendering_clear(&rendering);
}

/* A row of 200 trainees is still one rendering. */
static void test_large(void **state)
{
    (void)state;
    struct notice *notice = make("N2");
    g_autofree char *value = g_strnfill(2000, 'x');
    for (int i = 0; i < 2000; i++)
        notice_add_row(notice, "trainee", "学员", "Trainee", NULL, i == 0 ? value : "测试甲");
    struct rendering rendering;
    render(notice, NULL, &rendering);
    assert_non_null(strstr(rendering.text, value));
    rendering_clear(&rendering);
}

static void test_no_stylesheets(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    assert_null(render_open("tests/golden", &error));
    assert_true(g_error_matches(error, RENDER_ERROR, RENDER_STYLESHEETS));
    assert_non_null(strstr(error->message, "notice.xsl"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),         cmocka_unit_test(test_golden_valid), cmocka_unit_test(test_hostile_name),
        cmocka_unit_test(test_answer_link),    cmocka_unit_test(test_secret_gone),  cmocka_unit_test(test_large),
        cmocka_unit_test(test_no_stylesheets),
    };
    return cmocka_run_group_tests(tests, open_stylesheets, close_stylesheets);
}
