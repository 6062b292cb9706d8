#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mailflow/surrender.h"

static const struct {
    const char *words, *want; /* the numbers, parted by spaces; "" for an answer that records nothing */
} rows[] = {
    {"已上缴 SD-011-2019-000001", "SD-011-2019-000001"},
    {"已上缴\nSD-011-2019-000001\nSD-030-2018-000002", "SD-011-2019-000001 SD-030-2018-000002"},
    {"已上缴：SD-011-2019-000001、SD-030-2018-000002。", "SD-011-2019-000001 SD-030-2018-000002"},
    {"已上缴SD-011-2019-000001和SD-030-2018-000002", "SD-011-2019-000001 SD-030-2018-000002"},
    {"已收缴 sd-011-2019-000001，sd-011-2019-000001", "SD-011-2019-000001"},
    {"您好，旧证书已上缴，证书编号：ＳＤ－０１１－２０１９－０００００１，谢谢！", "SD-011-2019-000001"},
    {"Surrendered: SD-011-2019-000001 and SD-030-2018-000002. Thanks!", "SD-011-2019-000001 SD-030-2018-000002"},
    {"已上缴 SD-011-2019-000001\n\n测试甲\n济南市住房和城乡建设局", "SD-011-2019-000001"},
    {NULL, ""},
    {"", ""},
    {"已上缴", ""},
    {"SD-011-2019-000001", ""},
    {"已上缴吗 SD-011-2019-000001", ""},
    {"已上缴了吗？SD-011-2019-000001", ""},
    {"已上缴 SD-011-2019-000001？", ""},
    {"是否已上缴 SD-011-2019-000001", ""},
    {"未上缴 SD-011-2019-000001", ""},
    {"尚未已上缴 SD-011-2019-000001", ""},
    {"已上缴 SD-011-2019-000001，SD-030-2018-000002 尚未收到", ""},
    {"已上缴 SD-011-2019-000001\nSD-030-2018-000002 还没有", ""},
    {"已上缴 SD-011-2019-000001\n以上待核对", ""},
    {"已上缴 SD-011-2019-000001 以外的证书", ""},
    {"已上缴的证书中没有 SD-011-2019-000001", ""},
    {"除 SD-011-2019-000001 外已上缴 SD-030-2018-000002", ""},
    {"SD-011-2019-000001 已丢失，已上缴 SD-030-2018-000002", ""},
    {"Surrendered, except SD-011-2019-000001", ""},
    {"Not surrendered: SD-011-2019-000001", ""},
    {"Surrendered? SD-011-2019-000001", ""},
    {"If surrendered, print SD-011-2019-000001", ""},
};

static void test_reads_what_was_surrendered_and_nothing_else(void **state)
{
    (void)state;
    int wrong = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) numbers = surrender_read(rows[i].words);
        g_autoptr(GString) got = g_string_new(NULL);
        for (guint n = 0; n < numbers->len; n++)
            g_string_append_printf(got, "%s%s", n ? " " : "", (const char *)g_ptr_array_index(numbers, n));
        if (!g_str_equal(got->str, rows[i].want)) {
            print_error("%s: read as \"%s\"\n", rows[i].words ? rows[i].words : "(nothing)", got->str);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_what_was_surrendered_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
