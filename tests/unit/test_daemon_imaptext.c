/* The text of IMAP responses, well formed and not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "daemon/imaptext.h"
#include "daemon/mailbox_kind.h"

/* "~" in `line` stands for a literal "lit". */
static struct imaptext *text_of(const char *line)
{
    struct imaptext *text = imaptext_make();
    for (; *line != '\0'; line++) {
        g_string_append_c(text->line, *line == '~' ? '\0' : *line);
        if (*line == '~') {
            struct imaptext_literal *literal = g_new0(struct imaptext_literal, 1);
            *literal = (struct imaptext_literal){.size = 3, .kept = 3, .bytes = g_strdup("lit")};
            g_ptr_array_add(text->literals, literal);
        }
    }
    return text;
}

static void test_fetch(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        guint32 uid;
        guint64 size;
        gboolean deleted;
        const char *body;
    } rows[] = {
        {"(UID 7)", 7, 0, FALSE, NULL},
        {"(uid 7 rfc822.size 12 flags ())", 7, 12, FALSE, NULL},
        {"(FLAGS (\\Seen \\deleted $Junk) RFC822.SIZE 4294967296 UID 4294967295)", 4294967295u, 4294967296u, TRUE, NULL},
        {"(UID 7 BODY[] ~)", 7, 0, FALSE, "lit"},
        {"(UID 7 BODY[HEADER]<0> ~)", 7, 0, FALSE, "lit"},
        {"(UID 7 BODY[HEADER] ~)", 7, 0, FALSE, "lit"},
        {"(BODY[] NIL UID 7)", 7, 0, FALSE, NULL},
        {"(BODY[] \"\" UID 7)", 7, 0, FALSE, ""},
        {"(BODY[HEADER.FIELDS (SUBJECT \"X Y\")] ~ UID 7 BODY[] \"b\")", 7, 0, FALSE, "b"},
        {"(ENVELOPE (\"a\" ((NIL NIL ~ \"b)\")) NIL) BODYSTRUCTURE ((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"X\")) \"MIXED\") UID 7)", 7,
         0, FALSE, NULL},
        {"(MODSEQ (12) X-GM-LABELS (~ \"\\\\Inbox\") UID 7)", 7, 0, FALSE, NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct imaptext *text = text_of(rows[i].line);
        struct imaptext_fetch fetch;
        assert_true(imaptext_fetch(text, &fetch));
        assert_int_equal(fetch.uid, rows[i].uid);
        assert_int_equal(fetch.size, rows[i].size);
        assert_int_equal(fetch.deleted, rows[i].deleted);
        assert_int_equal(fetch.body != NULL, rows[i].body != NULL);
        if (rows[i].body != NULL) {
            assert_int_equal(g_bytes_get_size(fetch.body), strlen(rows[i].body));
            assert_memory_equal(g_bytes_get_data(fetch.body, NULL), rows[i].body, strlen(rows[i].body));
        }
        imaptext_fetch_clear(&fetch);
        imaptext_free(text);
    }
}

static void test_no_fetch(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "(",
        "UID 7",
        "(UID)",
        "(UID 0)",
        "(UID 4294967296)",
        "(UID -1)",
        "(UID 7",
        "(UID 7 FLAGS",
        "(UID 7 FLAGS (",
        "(BODY[] ~",
        "(BODY[] \"",
        "(BODY[] \"a\\",
        "(BODY[ ~)",
        "(BODY[",
        "(X (((((",

        "(~ UID 7)",
        "(BODY[] ABC)",
        "(UID 7 X)",
        "(UID ~)",
        "(RFC822.SIZE 99999999999999999999)",
        "(FLAGS (~))",
        "(BODY[] \"~\")",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        struct imaptext *text = text_of(lines[i]);
        struct imaptext_fetch fetch;
        assert_false(imaptext_fetch(text, &fetch));
        assert_null(fetch.body);
        imaptext_free(text);
    }
}

/* Whatever is left out, doubled or put elsewhere: no crash, no endless loop. */
static void test_mutilated(void **state)
{
    (void)state;
    const char *line =
        "(UID 7 FLAGS (\\Seen) BODY[HEADER.FIELDS (A)]<0> ~ ENVELOPE (\"a\" (NIL ~) \"\\\"\") BODY[] ~ RFC822.SIZE 9)";
    static const char marks[] = "()[]\"\\~ <0";
    for (gsize at = 0; at < strlen(line); at++)
        for (gsize mark = 0; mark < sizeof marks; mark++) {
            g_autofree char *changed = g_strdup(line);
            changed[at] = marks[mark];
            struct imaptext *text = text_of(changed);
            struct imaptext_fetch fetch;
            imaptext_fetch(text, &fetch);
            imaptext_fetch_clear(&fetch);
            imaptext_free(text);
        }
}

static void test_words(void **state)
{
    (void)state;
    struct imaptext *text = text_of("OK [UIDVALIDITY 12] OKAY");
    guint64 number;
    assert_false(imaptext_word(text, "O"));
    assert_true(imaptext_word(text, "ok"));
    assert_false(imaptext_number(text, &number));
    assert_true(imaptext_mark(text, '['));
    assert_true(imaptext_word(text, "UIDVALIDITY"));
    assert_true(imaptext_number(text, &number));
    assert_int_equal(number, 12);
    assert_true(imaptext_mark(text, ']'));
    assert_false(imaptext_word(text, "OK"));
    assert_true(imaptext_word(text, "OKAY"));
    assert_false(imaptext_mark(text, '\0'));
    assert_false(imaptext_skip(text));
    imaptext_free(text);
}

static void check_set(const guint32 *numbers, guint count, const char *want)
{
    g_autoptr(GArray) array = g_array_new(FALSE, FALSE, sizeof(guint32));
    g_array_append_vals(array, numbers, count);
    g_autofree char *set = imaptext_set(array, 0, count);
    assert_string_equal(set, want);
}

static void test_sets_and_quotes(void **state)
{
    (void)state;
    check_set((const guint32[]){5}, 1, "5");
    check_set((const guint32[]){1, 2, 3, 7, 9, 10}, 6, "1:3,7,9:10");
    check_set((const guint32[]){4294967294u, 4294967295u}, 2, "4294967294:4294967295");
    g_autofree char *quoted = imaptext_quote("a\"b\\c d");
    assert_string_equal(quoted, "\"a\\\"b\\\\c d\"");
}

static void test_folder_names(void **state)
{
    (void)state;
    static const struct {
        const char *name, *want;
    } rows[] = {
        {"Processed", "Processed"},
        {"INBOX.Done & filed", "INBOX.Done &- filed"},
        {"已处理", "&XfJZBHQG-"},
        {"", NULL},
        {"a\nb", NULL},
        {"\xff", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *name = mailbox_folder_name(rows[i].name, &error);
        if (rows[i].want == NULL)
            assert_true(g_error_matches(error, MAILBOX_ERROR, MAILBOX_REFUSED));
        else
            assert_string_equal(name, rows[i].want);
    }
}

static void test_header_size(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        gsize want;
    } rows[] = {{"A: b\n\nc", 6}, {"A: b\r\n\r\nc", 8}, {"A: b\r\n\nc", 7}, {"A: b\nc", 6}, {"", 0}, {"\n", 1}, {"A: b\r\n\r", 7}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        assert_int_equal(mailbox_header_size(rows[i].bytes, strlen(rows[i].bytes)), rows[i].want);
    g_autofree char *endless = g_strnfill(MAILBOX_HEADER_BYTES * 2, 'x');
    assert_int_equal(mailbox_header_size(endless, MAILBOX_HEADER_BYTES * 2), MAILBOX_HEADER_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fetch),       cmocka_unit_test(test_no_fetch),        cmocka_unit_test(test_mutilated),
        cmocka_unit_test(test_words),       cmocka_unit_test(test_sets_and_quotes), cmocka_unit_test(test_folder_names),
        cmocka_unit_test(test_header_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
