/* The table of findings: classes, warnings, sentences, and the lines people read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mailflow/finding.h"

static void test_codes_have_their_class(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *code;
        enum finding_class class;
    } rows[] = {
        {"E-SIZE", FINDING_SIZE},      {"E-ATTACH", FINDING_MIME},         {"E-XML", FINDING_XML},
        {"E-SCHEMA", FINDING_SCHEMA},  {"E-REQ", FINDING_FIELD},           {"E-USCC", FINDING_FIELD},
        {"E-LEN", FINDING_FIELD},      {"E-T3-BOTH", FINDING_LOGIC},       {"E-NAME-MISMATCH", FINDING_LOGIC},
        {"E-CERT", FINDING_DIRECTORY}, {"E-UID-TAKEN", FINDING_DIRECTORY}, {"E-BUSY", FINDING_STATE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        assert_int_equal(finding_class_of(rows[i].code), rows[i].class);
}

static void test_unknown_codes_are_told_apart(void **state G_GNUC_UNUSED)
{
    g_autofree char *copy = g_strdup("E-USCC");
    assert_ptr_equal(finding_known(copy), finding_known("E-USCC"));
    assert_null(finding_known("E-NONSENSE"));
    assert_null(finding_known(""));
}

static void test_every_code_of_the_manual_is_known(void **state G_GNUC_UNUSED)
{
    g_autofree char *page = NULL;
    assert_true(g_file_get_contents("templates/countersign-forms.5", &page, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(page, "\n", -1);
    guint codes = 0;
    for (char **line = lines; *line; line++) {
        const char *code = *line + strlen(".It ");
        if (!g_str_has_prefix(*line, ".It E-") && !g_str_has_prefix(*line, ".It W-"))
            continue;
        if (!finding_known(code))
            fail_msg("the manual explains %s, which does not exist", code);
        codes++;
    }
    for (guint i = 0; finding_code(i); i++) {
        g_autofree char *item = g_strdup_printf("\n.It %s\n", finding_code(i));
        if (!strstr(page, item))
            fail_msg("the manual does not explain %s", finding_code(i));
        codes--;
    }
    assert_int_equal(codes, 0);
}

static void test_warnings_are_no_errors(void **state G_GNUC_UNUSED)
{
    g_autoptr(GPtrArray) list = finding_list();
    finding_add(list, "W-AGE", NULL, NULL);
    assert_int_equal(finding_errors(list), 0);
    finding_add(list, "E-REQ", NULL, NULL);
    assert_int_equal(finding_errors(list), 1);
    assert_int_equal(list->len, 2);
}

static void test_a_line_to_read(void **state G_GNUC_UNUSED)
{
    g_autoptr(GPtrArray) list = finding_list();
    struct finding *finding = finding_add(list, "E-USCC", "第18位校验码错误", "the 18th character does not fit the others");
    g_autofree char *bare = finding_text_zh(finding);
    assert_string_equal(bare, "E-USCC：第18位校验码错误");
    finding->field = g_strdup("toUscc");
    finding->label_zh = g_strdup("接收单位代码");
    finding->label_en = g_strdup("credit code of the receiving enterprise");
    finding->line = 14;
    g_autofree char *zh = finding_text_zh(finding), *en = finding_text_en(finding);
    assert_string_equal(zh, "E-USCC 接收单位代码 toUscc（第14行）：第18位校验码错误");
    assert_string_equal(
        en, "E-USCC credit code of the receiving enterprise toUscc (line 14): the 18th character does not fit the others");
    g_free(finding->field);
    finding->field = g_strdup("certificates/certificate[2]/certNo");
    g_autofree char *item = finding_text_zh(finding);
    assert_string_equal(item, "E-USCC 接收单位代码 certNo（第14行）：第18位校验码错误");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes_have_their_class),
        cmocka_unit_test(test_unknown_codes_are_told_apart),
        cmocka_unit_test(test_every_code_of_the_manual_is_known),
        cmocka_unit_test(test_warnings_are_no_errors),
        cmocka_unit_test(test_a_line_to_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
