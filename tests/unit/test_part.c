/* Headers and MIME parts as they really come: folded, split, mislabelled, endless. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "mailflow/limits.h"
#include "mailflow/message.h"
#include "mailflow/part.h"

static struct header read_whole(const char *text)
{
    struct header header;

    header_read(text, strlen(text), LIMIT_HEADER_BYTES, LIMIT_HEADERS, &header);
    return header;
}

static void test_header_fields(void **state)
{
    (void)state;
    struct header header =
        read_whole("From x@example.com Thu\nSubject: one\r\n\ttwo\nTO : a@example.com\nX-Empty:\nto: b@example.com\n\nbody");
    g_autofree char *subject = header_value(&header, "subject", 0);
    g_autofree char *first = header_value(&header, "To", 0);
    g_autofree char *second = header_value(&header, "To", 1);
    g_autofree char *empty = header_value(&header, "X-Empty", 0);

    assert_string_equal(subject, "one two");
    assert_string_equal(first, "a@example.com");
    assert_string_equal(second, "b@example.com");
    assert_string_equal(empty, "");
    assert_null(header_value(&header, "Cc", 0));
    assert_int_equal(header_count(&header, "to"), 2);
    assert_false(header.cut);
    assert_int_equal(header.size,
                     strlen("From x@example.com Thu\nSubject: one\r\n\ttwo\nTO : a@example.com\nX-Empty:\nto: b@example.com\n\n"));
    header_clear(&header);
}

static void test_header_ends(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        gsize body;
        guint fields;
        gboolean cut;
    } table[] = {
        {"", 0, 0, FALSE},
        {"\n", 1, 0, FALSE},
        {"\r\nx", 2, 0, FALSE},
        {"A: b", 4, 1, FALSE},
        {"A: b\n", 5, 1, FALSE},
        {"A: b\nno field\n", 5, 1, FALSE},
        {"A: b\n--x:y\n", 5, 1, FALSE}, /* a boundary, not a field */
        {" folded into nothing\nA: b\n", 0, 0, FALSE},
        {"A: b\nC: d\nE: f\n\n", 10, 2, TRUE},
        {"A: 3456789012345678901234567890\n\n", 0, 0, TRUE},
    };

    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        struct header header;
        header_read(table[i].text, strlen(table[i].text), 30, 2, &header);
        assert_int_equal(header.size, table[i].body);
        assert_int_equal(header.fields->len, table[i].fields);
        assert_int_equal(header.cut, table[i].cut);
        header_clear(&header);
    }
}

static void test_decode(void **state)
{
    (void)state;
    static const struct {
        const char *value, *text;
    } table[] = {
        {"plain", "plain"},
        {"=?utf-8?B?5ZCM5oSP?=", "同意"},
        {"=?UTF-8?q?=E5=90=8C=E6=84=8F_ok?=", "同意 ok"},
        {"=?gb2312?B?zazS4g==?=", "同意"},
        {"=?GBK?Q?=CD=AC=D2=E2?= [cs:x]", "同意 [cs:x]"},
        {"Re: =?gb18030?B?zazS4g==?=", "Re: 同意"},
        {"=?utf-8?B?5ZCM5g==?= =?utf-8?B?hI8=?=", "同意"}, /* split inside a character */
        {"=?utf-8?B?5ZCM5?= =?utf-8?B?oSP?=", "同意"},     /* split inside a group of base64 */
        {"=?utf-8?Q?=E5=90?=\n =?utf-8?Q?=8C?=", "同"},
        {"=?utf-8?Q?a?= =?utf-8?Q?b?= c =?utf-8?Q?d?=", "ab c d"},
        {"=?utf-8?B?5ZCM?= =?gb2312?B?0uI=?=", "同意"},
        {"=?utf-8*zh?Q?=E5=90=8C?=", "同"},
        {"=?utf-8?Q?with spaces?=", "with spaces"},
        {"\xcd\xac\xd2\xe2", "同意"},
        {"同意", "同意"},
        {"=?gb2312?B?5ZCM5oSP?=", "同意"}, /* UTF-8 under another label */
        {"=?x-unknown?B?5ZCM5oSP?=", "同意"},
        {"=?utf-8?X?abc?=", "=?utf-8?X?abc?="},
        {"=?utf-8?B?", "=?utf-8?B?"},
        {"=??B?QQ==?=", "=??B?QQ==?="},
        {"=?utf-8?Q?=ZZ=4?=", "=ZZ=4"},
        {"=?utf-8?B?QQ0KQg==?=", "A B"}, /* no line end can be smuggled in */
        {"", ""},
    };

    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *text = header_decode(table[i].value);
        assert_string_equal(text, table[i].text);
    }
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *value, *address; /* NULL: not exactly one */
    } table[] = {
        {"a@example.com", "a@example.com"},
        {"<A@Example.COM>", "a@example.com"},
        {"测试甲 <a@example.com>", "a@example.com"},
        {"\xb2\xe2\xca\xd4 <a@example.com>", "a@example.com"},
        {"=?gb2312?B?suLK1A==?= <a@example.com>", "a@example.com"},
        {"\"b@example.com\" <a@example.com>", "a@example.com"},
        {"\"Doe, J.\" <a@example.com>", "a@example.com"},
        {"a@example.com (comment)", "a@example.com"},
        {"a@example.com, b@example.com", NULL},
        {"a@example.com, nobody", NULL},
        {"Group: a@example.com, b@example.com;", NULL},
        {"undisclosed-recipients:;", NULL},
        {"nobody", NULL},
        {"", NULL},
        {"<>", NULL},
    };

    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *address = header_address(table[i].value);
        if (g_strcmp0(address, table[i].address) != 0)
            fail_msg("%s: %s", table[i].value, address);
    }
}

static void test_message_ids(void **state)
{
    (void)state;
    struct header header = read_whole("References: <a@x> <b@x>\n <c@x> junk <d> <b@x> <e\n @x>\n\n");
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(ids, g_strdup("c@x"));
    header_message_ids(&header, "References", TRUE, ids, 4);
    g_ptr_array_add(ids, NULL);
    g_autofree char *joined = g_strjoinv(" ", (char **)ids->pdata);
    assert_string_equal(joined, "c@x e@x b@x a@x");
    header_clear(&header);
}

/* "type" of every part, each followed by its text when it is one. */
static char *outline(const char *mail, gboolean *refused)
{
    struct header header = read_whole(mail);
    g_autoptr(GArray) parts = part_list(&header, mail + header.size, strlen(mail) - header.size, refused);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < parts->len; i++) {
        const struct part *part = &g_array_index(parts, struct part, i);
        g_autofree char *content = part_is(part, "text/") ? part_text(part) : g_strdup("");
        g_string_append_printf(text, "%s%u:%s", i > 0 ? " " : "", part->depth, part->type);
        if (part->name)
            g_string_append_printf(text, "<%s>", part->name);
        if (*content)
            g_string_append_printf(text, "{%s}", content);
    }
    header_clear(&header);
    return g_string_free(text, FALSE);
}

static void test_outlines(void **state)
{
    (void)state;
    static const struct {
        const char *mail, *outline;
    } table[] = {
        {"A: b\n\nhello", "0:text/plain{hello}"},
        {"Content-Type: nonsense\n\nhello", "0:text/plain{hello}"},
        {"Content-Type: TEXT/HTML; charset=utf-8\nContent-Transfer-Encoding: BASE64\n\n5ZCM5oSP\n", "0:text/html{同意}"},
        {"Content-Type: text/plain; charset=gbk\nContent-Transfer-Encoding: quoted-printable\n\n=CD=AC=\n=D2=E2",
         "0:text/plain{同意}"},
        {"Content-Type: multipart/mixed; boundary=b\n\npreamble\n--b\n\none\n--b\nContent-Type: "
         "text/html\n\ntwo\n--b--\nepilogue\n--b\n\nthree",
         "0:multipart/mixed 1:text/plain{one} 1:text/html{two}"},
        {"Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b  \r\n\r\none\r\n\r\n--b--\r\n",
         "0:multipart/mixed 1:text/plain{one\n}"},
        {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nno end", "0:multipart/mixed 1:text/plain{no end}"},
        {"Content-Type: multipart/mixed; boundary=b\n\n--bb\n\nnot ours", "0:multipart/mixed"},
        {"Content-Type: multipart/mixed\n\n--bound\n\nx\n--bound--",
         "0:multipart/mixed 1:text/plain{x}"}, /* its boundary was lost */
        {"Content-Type: multipart/mixed\n\nx", "0:multipart/mixed"},
        {"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; "
         "boundary=bb\n\n--bb\n\nA\n--bb\nContent-Type: "
         "text/html\n\nB\n--bb--\n--b\nContent-Type: application/xml; name=x.xml\n\n<a/>\n--b--\n",
         "0:multipart/mixed 1:multipart/alternative 2:text/plain{A} 2:text/html{B} 1:application/xml<x.xml>"},
        {"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; "
         "boundary=c\n\n--c\n\nA\n--b\n\nB\n--b--\n",
         "0:multipart/mixed 1:multipart/alternative 2:text/plain{A} 1:text/plain{B}"}, /* the inner one is never closed */
        {"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nContent-Type: multipart/mixed; "
         "boundary=z\n\n--z\n\nx\n--z--\n--b--\n",
         "0:multipart/mixed 1:message/rfc822"},
        {"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\ny\n--b--\n", "0:multipart/digest 1:message/rfc822"},
        {"Content-Type: application/octet-stream; name=\"=?gb2312?B?se21pS54bWw=?=\"\n\nx", "0:application/octet-stream<表单.xml>"},
        {"Content-Type: application/octet-stream; name*=gb2312''%B1%ED%B5%A5.xml\n\nx", "0:application/octet-stream<表单.xml>"},
        {"Content-Type: application/octet-stream; name*0*=utf-8''%E8%A1%A8; name*1*=%E5%8D%95; name*2=.xml\n\nx",
         "0:application/octet-stream<表单.xml>"},
        {"Content-Type: application/octet-stream; name=\"\xb1\xed\xb5\xa5.xml\"\n\nx", "0:application/octet-stream<表单.xml>"},
        {"Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"C:\\\\tmp\\\\..\\\\a.xml\"\n\nx",
         "0:application/octet-stream<a.xml>"},
        {"Content-Type: application/octet-stream; name=old.xml\nContent-Disposition: attachment;\n filename=表单.xml\n\nx",
         "0:application/octet-stream<表单.xml>"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        gboolean refused;
        g_autofree char *text = outline(table[i].mail, &refused);
        assert_string_equal(text, table[i].outline);
        assert_false(refused);
    }
}

static char *nested(guint depth)
{
    GString *mail = g_string_new(NULL);

    for (guint i = 0; i < depth; i++)
        g_string_append_printf(mail, "Content-Type: multipart/mixed; boundary=b%u\n\n--b%u\n", i, i);
    g_string_append(mail, "\nx\n");
    return g_string_free(mail, FALSE);
}

static void test_depth(void **state)
{
    (void)state;
    static const struct {
        guint depth;
        gboolean refused;
    } table[] = {{LIMIT_PART_DEPTH, FALSE}, {LIMIT_PART_DEPTH + 1, TRUE}, {1000, TRUE}, {100000, TRUE}};

    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        gboolean refused;
        g_autofree char *mail = nested(table[i].depth);
        g_free(outline(mail, &refused));
        assert_int_equal(refused, table[i].refused);
    }
}

static void test_many_parts(void **state)
{
    (void)state;
    GString *mail = g_string_new("Content-Type: multipart/mixed; boundary=b\n\n");
    gboolean refused;

    for (guint i = 0; i < LIMIT_PARTS - 1; i++)
        g_string_append(mail, "--b\n\nx\n");
    g_free(outline(mail->str, &refused));
    assert_false(refused);
    for (guint i = 0; i < 100000; i++)
        g_string_append(mail, "--b\n\nx\n");
    g_free(outline(mail->str, &refused));
    assert_true(refused);
    g_string_free(mail, TRUE);
}

static int start(void **state)
{
    (void)state;
    message_start();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header_fields), cmocka_unit_test(test_header_ends), cmocka_unit_test(test_decode),
        cmocka_unit_test(test_addresses),     cmocka_unit_test(test_message_ids), cmocka_unit_test(test_outlines),
        cmocka_unit_test(test_depth),         cmocka_unit_test(test_many_parts),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
