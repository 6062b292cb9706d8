/* Files that administrators load: CSV as spreadsheets write it, LDIF as ldapsearch does, in UTF-8 and GB18030. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mailflow/table.h"

static struct table *read_csv(const char *text)
{
    GError *error = NULL;
    struct table *table = table_read(TABLE_CSV, text, strlen(text), &error);

    assert_null(error);
    return table;
}

static const char *at(const struct table *table, guint row, const char *name)
{
    const struct table_cell *cell = table_cell(g_ptr_array_index(table->rows, row), name);

    return cell ? cell->value : NULL;
}

static void refuses(enum table_kind kind, const char *text, gssize size, const char *why)
{
    g_autoptr(GError) error = NULL;

    assert_null(table_read(kind, text, size < 0 ? strlen(text) : (gsize)size, &error));
    assert_non_null(strstr(error->message, why));
}

static void test_a_header_and_values(void **state)
{
    (void)state;
    struct table *table = read_csv("\xEF\xBB\xBF"
                                   "name, code\r\n甲,1\r\n\r\n,,\r\n乙 ,\r\n");

    assert_int_equal(table->names->len, 2);
    assert_int_equal(table->rows->len, 2);
    assert_string_equal(at(table, 0, "NAME"), "甲");
    assert_string_equal(at(table, 0, "code"), "1");
    assert_string_equal(at(table, 1, "name"), "乙");
    assert_null(at(table, 1, "code"));
    assert_int_equal(((struct table_row *)g_ptr_array_index(table->rows, 1))->line, 5);
    table_free(table);
}

static void test_quotes_hold_commas_quotes_and_line_ends(void **state)
{
    (void)state;
    struct table *table = read_csv("a,b\n\"1, \"\"2\"\"\n3\",4\n5,6");

    assert_string_equal(at(table, 0, "a"), "1, \"2\"\n3");
    assert_string_equal(at(table, 0, "b"), "4");
    assert_string_equal(at(table, 1, "b"), "6");
    assert_int_equal(((struct table_row *)g_ptr_array_index(table->rows, 1))->line, 4);
    table_free(table);
}

static void test_gb18030_is_read(void **state)
{
    (void)state;
    const char *text = "name\n\xb2\xe2\xca\xd4\xbc\xd7\n";
    struct table *table = table_read(TABLE_CSV, text, strlen(text), NULL);

    assert_string_equal(at(table, 0, "name"), "测试甲");
    table_free(table);
}

static void test_broken_files_are_refused(void **state)
{
    (void)state;
    refuses(TABLE_CSV, "a\n\"1", -1, "line 2");
    refuses(TABLE_CSV, "a\n\"1\"2", -1, "behind a closing quote");
    refuses(TABLE_CSV, "a\n1,2\n", -1, "more values");
    refuses(TABLE_CSV, "a\n1\0002\n", 6, "neither");
    refuses(TABLE_CSV, "a\n\xff\xff\n", -1, "neither");
    refuses(TABLE_LDIF, "cn: x\n", -1, "begins with its dn");
    refuses(TABLE_LDIF, "dn: cn=x\nchangetype: delete\n", -1, "only entries to be added");
    refuses(TABLE_LDIF, "dn: cn=x\ncn:< file:///etc/hostname\n", -1, "from other files");
    refuses(TABLE_LDIF, "dn: cn=x\nnonsense\n", -1, "line 2");
}

static void test_an_entry_says_by_its_place_what_its_attributes_do_not(void **state)
{
    (void)state;
    const char *text =
        "version: 1\n\n# a comment\n over two lines\ndn: csCertificateNumber=A-1,csTraineeNumber=T-1,ou=indi\n viduals,dc=x\n"
        "changetype: add\ncsCertificateNumber: A-1\ndescription:: 5rWL6K+V\n\n\ndn: cn=b,ou=\n";
    struct table *table = table_read(TABLE_LDIF, text, strlen(text), NULL);

    assert_int_equal(table->rows->len, 2);
    assert_string_equal(at(table, 0, "csTraineeNumber"), "T-1");
    assert_string_equal(at(table, 0, "ou"), "individuals");
    assert_string_equal(at(table, 0, "description"), "测试");
    assert_int_equal(((struct table_row *)g_ptr_array_index(table->rows, 0))->line, 5);
    assert_string_equal(at(table, 1, "cn"), "b");
    assert_null(at(table, 1, "ou"));
    table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_header_and_values),
        cmocka_unit_test(test_quotes_hold_commas_quotes_and_line_ends),
        cmocka_unit_test(test_gb18030_is_read),
        cmocka_unit_test(test_broken_files_are_refused),
        cmocka_unit_test(test_an_entry_says_by_its_place_what_its_attributes_do_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
