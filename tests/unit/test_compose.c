/* The mail that leaves: its headers, its parts, and what must never get into either. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <gmime/gmime.h>

#include "mailflow/compose.h"
#include "mailflow/notice.h"
#include "mailflow/receipt.h"

static struct stylesheets *stylesheets;

static int open_stylesheets(void **state)
{
    (void)state;
    g_mime_init();
    stylesheets = render_open("templates/notices", NULL);
    return stylesheets == NULL;
}

static int close_stylesheets(void **state)
{
    (void)state;
    render_close(stylesheets);
    return 0;
}

static struct notice *make(const char *code)
{
    struct notice *notice = notice_new(code);
    notice->from = g_strdup("countersign@example.com");
    notice->from_name = g_strdup("会签系统");
    notice->to = g_strdup("wang@jn.example.com");
    notice->to_name = g_strdup("测试审核甲");
    notice->message_id = g_strdup("abcdefghijklmnopqrstuvwxyz.42@example.com");
    notice->date = 1778034000;
    notice->request = g_strdup("T5-2026-000001");
    notice->procedure_zh = g_strdup("企业注册");
    notice->applicant = g_strdup("济南测试建设甲有限公司");
    return notice;
}

static struct letter *write_letter(struct notice *notice, const char *secret)
{
    g_autofree char *document = notice_write(notice);
    g_autoptr(GError) error = NULL;
    struct letter *letter = letter_make(stylesheets, document, secret, NULL, &error);
    if (letter == NULL)
        fail_msg("%s", error->message);
    notice_free(notice);
    return letter;
}

static GMimeMessage *parse(const struct letter *letter)
{
    gsize size;
    const char *bytes = g_bytes_get_data(letter->bytes, &size);
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, size);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    g_object_unref(parser);
    g_object_unref(stream);
    assert_non_null(message);
    return message;
}

static const char *header(GMimeMessage *message, const char *name)
{
    return g_mime_object_get_header(GMIME_OBJECT(message), name);
}

/* The text of a part, by its way down: "0.1" is the second child of the first. */
static char *part_text(GMimeMessage *message, const char *way)
{
    GMimeObject *object = g_mime_message_get_mime_part(message);
    for (; *way != '\0'; way++)
        if (*way != '.')
            object = g_mime_multipart_get_part(GMIME_MULTIPART(object), *way - '0');
    GMimeStream *stream = g_mime_stream_mem_new();
    g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(GMIME_PART(object)), stream);
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    char *text = g_strndup((const char *)bytes->data, bytes->len);
    g_object_unref(stream);
    return text;
}

static void test_headers(void **state)
{
    (void)state;
    struct notice *notice = make("N2");
    notice->reply_to = g_strdup("countersign+abcdefghijklmnopqrstuvwxyz@example.com");
    notice->token = g_strdup("abcdefghijklmnopqrstuvwxyz");
    notice->in_reply_to = g_strdup("form@jiaji.example.com");
    g_ptr_array_add(notice->references, g_strdup("form@jiaji.example.com"));
    struct letter *letter = write_letter(notice, NULL);
    assert_string_equal(letter->sender, "countersign@example.com");
    assert_string_equal(letter->recipient, "wang@jn.example.com");
    assert_string_equal(letter->message_id, "abcdefghijklmnopqrstuvwxyz.42@example.com");

    GMimeMessage *message = parse(letter);
    assert_string_equal(g_mime_message_get_subject(message),
                        "【会签】请审核：企业注册 T5-2026-000001 济南测试建设甲有限公司 [cs:abcdefghijklmnopqrstuvwxyz]");
    assert_string_equal(g_mime_message_get_message_id(message), letter->message_id);
    assert_string_equal(header(message, "From"), "会签系统 <countersign@example.com>");
    assert_string_equal(header(message, "To"), "测试审核甲 <wang@jn.example.com>");
    assert_non_null(strstr(header(message, "Reply-To"), "<countersign+abcdefghijklmnopqrstuvwxyz@example.com>"));
    assert_string_equal(header(message, "Date"), "Wed, 06 May 2026 10:20:00 +0800");
    assert_string_equal(header(message, "In-Reply-To"), "<form@jiaji.example.com>");
    assert_string_equal(header(message, "References"), "<form@jiaji.example.com>");
    assert_string_equal(header(message, "Auto-Submitted"), "auto-generated");
    assert_string_equal(header(message, "X-Auto-Response-Suppress"), "All");
    assert_string_equal(header(message, "X-Countersign-Notice"), "N2 T5-2026-000001");
    assert_string_equal(header(message, "MIME-Version"), "1.0");
    assert_null(header(message, "Precedence"));
    g_object_unref(message);
    letter_free(letter);
}

static void test_auto_submitted(void **state)
{
    (void)state;
    static const struct {
        const char *code, *value;
    } cases[] = {{"N0", "auto-replied"},   {"N1D", "auto-replied"},  {"N9", "auto-replied"},   {"NS", "auto-replied"},
                 {"NX", "auto-replied"},   {"N1", "auto-generated"}, {"N5", "auto-generated"}, {"N6x", "auto-generated"},
                 {"N8", "auto-generated"}, {"N11", "auto-generated"}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct letter *letter = write_letter(make(cases[i].code), NULL);
        GMimeMessage *message = parse(letter);
        assert_string_equal(header(message, "Auto-Submitted"), cases[i].value);
        g_object_unref(message);
        letter_free(letter);
    }
}

static void test_parts(void **state)
{
    (void)state;
    struct notice *notice = make("N0");
    notice_add_attachment(notice, "企业注册-待更正.xml", "application/xml", "<a>甲</a>\n");
    g_autofree char *document = notice_write(notice);
    struct letter *letter = write_letter(notice, NULL);
    GMimeMessage *message = parse(letter);
    GMimeObject *mixed = g_mime_message_get_mime_part(message);
    assert_int_equal(g_mime_multipart_get_count(GMIME_MULTIPART(mixed)), 3);
    g_autofree char *text = part_text(message, "0.0");
    g_autofree char *html = part_text(message, "0.1");
    g_autofree char *receipt = part_text(message, "1");
    g_autofree char *form = part_text(message, "2");
    assert_non_null(strstr(text, "来信未予受理，请更正\n"));
    assert_true(g_str_has_prefix(html, "<!DOCTYPE html>\n<html lang=\"zh-CN\">"));
    assert_string_equal(receipt, document);
    assert_string_equal(form, "<a>甲</a>\n");
    GMimePart *attached = GMIME_PART(g_mime_multipart_get_part(GMIME_MULTIPART(mixed), 2));
    assert_string_equal(g_mime_part_get_filename(attached), "企业注册-待更正.xml");
    attached = GMIME_PART(g_mime_multipart_get_part(GMIME_MULTIPART(mixed), 1));
    assert_string_equal(g_mime_part_get_filename(attached), "notice.xml");
    g_object_unref(message);
    letter_free(letter);
}

static GBytes *find_file(void *context, const char *digest)
{
    assert_string_equal(digest, "ab12");
    return context ? g_bytes_new(context, 5) : NULL;
}

/* A file stands in the mail and is only named in the document; without it no mail leaves. */
static void test_file(void **state)
{
    (void)state;
    struct letter_files files = {(void *)"\xff\xd8\0\r\n", find_file};
    g_autoptr(GError) error = NULL;
    struct notice *notice = make("N2");
    notice_add_file(notice, "照片.jpg", "image/jpeg", "ab12");
    g_autofree char *document = notice_write(notice);
    struct letter *letter = letter_make(stylesheets, document, NULL, &files, &error);
    assert_non_null(letter);
    GMimeMessage *message = parse(letter);
    GMimeMultipart *mixed = GMIME_MULTIPART(g_mime_message_get_mime_part(message));
    assert_int_equal(g_mime_multipart_get_count(mixed), 3);
    GMimePart *file = GMIME_PART(g_mime_multipart_get_part(mixed, 2));
    g_autofree char *type = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(GMIME_OBJECT(file)));
    assert_string_equal(type, "image/jpeg");
    assert_null(g_mime_object_get_content_type_parameter(GMIME_OBJECT(file), "charset"));
    assert_string_equal(g_mime_part_get_filename(file), "照片.jpg");
    GMimeStream *stream = g_mime_stream_mem_new();
    g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(file), stream);
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    assert_int_equal(bytes->len, 5);
    assert_memory_equal(bytes->data, files.context, 5);
    g_object_unref(stream);
    g_object_unref(message);
    letter_free(letter);

    files.context = NULL;
    assert_null(letter_make(stylesheets, document, NULL, &files, &error));
    assert_true(g_error_matches(error, RECEIPT_ERROR, RECEIPT_UNREADABLE));
    g_clear_error(&error);
    assert_null(letter_make(stylesheets, document, NULL, NULL, &error));
    assert_true(g_error_matches(error, RECEIPT_ERROR, RECEIPT_UNREADABLE));
    notice_free(notice);
}

/* RFC 5322 2.1.1 and 2.3: CRLF only, no line over 998 octets (ours stay under 200), pure ASCII on the wire. */
static void test_wire(void **state)
{
    (void)state;
    struct notice *notice = make("N2");
    g_free(notice->applicant);
    notice->applicant = g_strnfill(3000, 'x');
    g_autofree char *long_value = g_strnfill(5000, 'y');
    notice_add_row(notice, "address", "注册地址", "Registered address", NULL, long_value);
    for (int i = 0; i < 100; i++)
        g_ptr_array_add(notice->references, g_strdup_printf("a-rather-long-reference-of-a-thread-%d@mail.jiaji.example.com", i));
    struct letter *letter = write_letter(notice, NULL);
    gsize size;
    const char *bytes = g_bytes_get_data(letter->bytes, &size);
    gsize line = 0;
    for (gsize i = 0; i < size; i++) {
        assert_in_range((guchar)bytes[i], '\t', '~');
        if (bytes[i] == '\n')
            assert_int_equal(bytes[i - 1], '\r');
        if (bytes[i] == '\r')
            assert_int_equal(bytes[i + 1], '\n');
        line = bytes[i] == '\n' ? 0 : line + 1;
        assert_true(line <= 200);
    }
    assert_memory_equal(bytes + size - 2, "\r\n", 2);
    GMimeMessage *message = parse(letter);
    const char *references = header(message, "References");
    assert_non_null(strstr(references, "thread-0@"));
    assert_null(strstr(references, "thread-50@"));
    assert_non_null(strstr(references, "thread-99@"));
    g_object_unref(message);
    letter_free(letter);
}

static void test_same_bytes(void **state)
{
    (void)state;
    struct letter *first = write_letter(make("N1"), NULL);
    struct letter *second = write_letter(make("N1"), NULL);
    assert_true(g_bytes_equal(first->bytes, second->bytes));
    letter_free(first);
    letter_free(second);
}

/* Whatever stands in a name, there is no header we did not write. */
static void test_header_injection(void **state)
{
    (void)state;
    static const char *const names[] = {
        "甲\r\nBcc: victim@example.com",
        "a\nX-Evil: 1",
        "a\rX-Evil: 1",
        "a\" <victim@example.com>, \"b",
        "=?utf-8?B?DQpCY2M6IHg=?=",
        "甲\xE2\x80\xA8"
        "X-Evil: 1",
        "甲\xE2\x80\xAE乙",
        "a\x01\x02"
        "b",
        "",
        "   ",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        struct notice *notice = make("N0");
        g_free(notice->from_name);
        g_free(notice->to_name);
        g_free(notice->applicant);
        g_free(notice->request);
        notice->from_name = g_strdup(names[i]);
        notice->to_name = g_strdup(names[i]);
        notice->applicant = g_strdup(names[i]);
        notice->request = g_strdup(names[i]);
        notice->in_reply_to = g_strdup(names[i]);
        g_ptr_array_add(notice->references, g_strdup(names[i]));
        notice_add_attachment(notice, names[i], names[i], "x");
        struct letter *letter = write_letter(notice, NULL);
        GMimeMessage *message = parse(letter);
        assert_null(header(message, "Bcc"));
        assert_null(header(message, "X-Evil"));
        assert_int_equal(internet_address_list_length(g_mime_message_get_to(message)), 1);
        assert_int_equal(internet_address_list_length(g_mime_message_get_from(message)), 1);
        assert_null(strstr(g_mime_message_get_subject(message), "\xE2\x80\xAE"));
        GMimeObject *mixed = g_mime_message_get_mime_part(message);
        assert_int_equal(g_mime_multipart_get_count(GMIME_MULTIPART(mixed)), 3);
        g_object_unref(message);
        letter_free(letter);
    }
}

/* Addresses and ids are not mended: the mail is refused. */
static void test_bad_address(void **state)
{
    (void)state;
    static const struct {
        gsize field;
        const char *value;
    } cases[] = {
        {G_STRUCT_OFFSET(struct notice, to), "wang@example.com\r\nBcc: x@example.com"},
        {G_STRUCT_OFFSET(struct notice, to), "wang@example.com, x@example.com"},
        {G_STRUCT_OFFSET(struct notice, to), "wang"},
        {G_STRUCT_OFFSET(struct notice, to), ""},
        {G_STRUCT_OFFSET(struct notice, to), "a@b@example.com"},
        {G_STRUCT_OFFSET(struct notice, to), "王@example.com"},
        {G_STRUCT_OFFSET(struct notice, from), "<countersign@example.com>"},
        {G_STRUCT_OFFSET(struct notice, reply_to), "x y@example.com"},
        {G_STRUCT_OFFSET(struct notice, message_id), "a b@example.com"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct notice *notice = make("N1");
        char **field = G_STRUCT_MEMBER_P(notice, cases[i].field);
        g_free(*field);
        *field = g_strdup(cases[i].value);
        g_autofree char *document = notice_write(notice);
        g_autoptr(GError) error = NULL;
        assert_null(letter_make(stylesheets, document, NULL, NULL, &error));
        assert_true(g_error_matches(error, RECEIPT_ERROR, RECEIPT_UNREADABLE));
        notice_free(notice);
    }
}

/* The one-time secret is in the text and the HTML, never in the receipt; without it there is no mail. */
static void test_secret(void **state)
{
    (void)state;
    struct notice *notice = make("N5");
    notice->login = g_strdup("jncsjsj");
    notice->secret = TRUE;
    g_autofree char *document = notice_write(notice);
    g_autoptr(GError) error = NULL;
    assert_null(letter_make(stylesheets, document, NULL, NULL, &error));
    assert_non_null(strstr(error->message, "secret"));

    struct letter *letter = write_letter(notice, "one-time-secret");
    GMimeMessage *message = parse(letter);
    g_autofree char *text = part_text(message, "0.0");
    g_autofree char *html = part_text(message, "0.1");
    g_autofree char *receipt = part_text(message, "1");
    assert_non_null(strstr(text, "one-time-secret"));
    assert_non_null(strstr(html, "one-time-secret"));
    assert_null(strstr(receipt, "one-time-secret"));
    g_object_unref(message);
    letter_free(letter);
}

static void test_no_document(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    assert_null(letter_make(stylesheets, "not XML", NULL, NULL, &error));
    assert_true(g_error_matches(error, RECEIPT_ERROR, RECEIPT_UNREADABLE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_auto_submitted),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_wire),
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_header_injection),
        cmocka_unit_test(test_bad_address),
        cmocka_unit_test(test_secret),
        cmocka_unit_test(test_no_document),
    };
    return cmocka_run_group_tests(tests, open_stylesheets, close_stylesheets);
}
