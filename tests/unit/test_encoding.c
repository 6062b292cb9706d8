/* Character sets as mail labels and mislabels them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "mailflow/encoding.h"

#define REPLY "同意，请省厅审核。留档编号：济建〔2026〕12号"
#define TRADITIONAL "同意，請省廳審核。留檔編號如下，謝謝您的幫忙"
#define REPLACED "\xef\xbf\xbd"

static const struct sample {
    const char *text;  /* what was written */
    const char *bytes; /* the character set it was written in */
    const char *label; /* what the mail says */
} samples[] = {
    {"Approved, thanks", "UTF-8", NULL},
    {"同意", "UTF-8", "utf-8"},
    {"同意", "UTF-8", NULL},
    {"同意", "UTF-8", "us-ascii"},
    {"同意", "UTF-8", "gb2312"},
    {"同意", "UTF-8", "iso-8859-1"},
    {"同意", "UTF-8", "x-unknown"},
    {"同意", "GB18030", "gb2312"},
    {"同意", "GB18030", "\"GB2312\""},
    {"同意", "GB18030", "x-gbk"},
    {"同意", "GB18030", "utf-8"},
    {"同意", "GB18030", NULL},
    {"同意", "GB18030", "unknown-8bit"},
    {"同意", "GB18030", "iso-8859-1"},
    {"同意", "GB18030", "us-ascii"},
    {REPLY, "GB18030", "gb2312"},                /* 〔 is in GB 2312 */
    {"堃、喆、镕三位同意", "GB18030", "gb2312"}, /* 堃 喆 镕 are in GBK only */
    {"𠮷先生：同意。㐂", "GB18030", "gb2312"},   /* four bytes in GB 18030 */
    {"𠮷先生：同意。㐂", "GB18030", "utf-8"},
    {TRADITIONAL, "BIG5", "big5"},
    {TRADITIONAL, "BIG5", "gb2312"},
    {TRADITIONAL, "BIG5", NULL},
    {REPLY, "GB18030", "big5"},
    {TRADITIONAL, "GB18030", "gbk"},
    {"同意", "UTF-16LE", "utf-16le"},
    {"同意", "UTF-16BE", "utf-16be"},
    {"\xef\xbb\xbf同意", "UTF-16LE", "gb2312"}, /* with its byte order mark */
    {"承認します", "ISO-2022-JP", "iso-2022-jp"},
    {"承認します", "CP932", "shift_jis"},
    {"동의합니다", "CP949", "euc-kr"},
    {"Согласовано", "KOI8-R", "koi8-r"},
    {"Согласовано, спасибо", "WINDOWS-1251", "windows-1251"},
    {"Einverstanden, schöne Grüße", "ISO-8859-1", "iso-8859-1"},
    {"Einverstanden, schöne Grüße", "UTF-8", "iso-8859-1"},
    {"Approuvé – d’accord", "WINDOWS-1252", "iso-8859-1"},
    {"", "UTF-8", "gb2312"},
};

static void test_samples(void **state)
{
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(samples); i++) {
        gsize size;
        g_autoptr(GError) error = NULL;
        g_autofree char *bytes = g_convert(samples[i].text, -1, samples[i].bytes, "UTF-8", NULL, &size, &error);
        if (error)
            fail_msg("%s: %s", samples[i].bytes, error->message);
        g_autofree char *text = encoding_text(bytes, size, samples[i].label);
        const char *expected = g_str_has_prefix(samples[i].text, "\xef\xbb\xbf") ? samples[i].text + 3 : samples[i].text;
        if (strcmp(text, expected) != 0)
            fail_msg("%s as %s: %s", samples[i].bytes, samples[i].label ? samples[i].label : "nothing", text);
    }
}

static void test_broken(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        gsize size;
        const char *label, *text;
    } table[] = {
        {"a\0b\r\nc\rd\x01\x7f\te", 12, NULL, "ab\nc\nd\te"},
        {"\xe5\x90\x8c\xe6\x84", 5, "utf-8", "同" REPLACED REPLACED},
        {"\xcd\xac\xd2", 3, "gb2312", "同" REPLACED},
        {"\xe5\x90\x8c\0\xe6\x84\x8f", 7, "utf-8", "同意"},
        {"\xff\xfe", 2, NULL, ""},
        {"\xef\xbb\xbfok", 5, NULL, "ok"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *text = encoding_text(table[i].bytes, table[i].size, table[i].label);
        assert_string_equal(text, table[i].text);
    }
}

/* Whatever the bytes and the label, the result is text. */
static void test_noise(void **state)
{
    (void)state;
    static const char *const labels[] = {NULL,          "utf-8",       "gb2312", "big5",   "utf-16", "utf-7",
                                         "iso-2022-jp", "iso-2022-kr", "euc-jp", "euc-tw", "koi8-r"};
    g_autoptr(GRand) dice = g_rand_new_with_seed(7);

    for (guint round = 0; round < 2200; round++) {
        char bytes[300];
        gsize size = (gsize)g_rand_int_range(dice, 0, sizeof bytes);
        for (gsize i = 0; i < size; i++)
            bytes[i] = (char)g_rand_int(dice);
        g_autofree char *text = encoding_text(bytes, size, labels[round % G_N_ELEMENTS(labels)]);
        assert_true(g_utf8_validate(text, -1, NULL));
        assert_null(strpbrk(text, "\r\x01\x1b\x7f"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
