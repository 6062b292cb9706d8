/* HTML to marked lines. A first byte * writes the rest again and again until it is large, so that what is not linear is found. */
#include <string.h>

#include "mailflow/encoding.h"
#include "mailflow/limits.h"
#include "mailflow/markup.h"
#include "tests/fuzz/fuzz.h"

#define LARGE (LIMIT_TEXT_BYTES / 4)

int LLVMFuzzerInitialize(int *argc G_GNUC_UNUSED, char ***argv G_GNUC_UNUSED)
{
    encoding_start();
    return 0;
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    gboolean large = size > 1 && data[0] == '*';
    g_autofree char *html = encoding_text((const char *)data + large, size - large, NULL);
    g_autoptr(GString) whole = g_string_new(html), text = g_string_new(NULL);
    g_autoptr(GByteArray) marks = g_byte_array_new();
    guint lines = 0;

    while (large && *html && whole->len + strlen(html) <= LARGE)
        g_string_append(whole, html);
    markup_is_html(whole->str);
    markup_read(whole->str, text, marks);
    g_assert_true(g_utf8_validate(text->str, (gssize)text->len, NULL));
    for (gsize i = 0; i < text->len; i++)
        lines += text->str[i] == '\n';
    g_assert_cmpuint(lines, ==, marks->len);
    g_assert_true(text->len == 0 || g_str_has_suffix(text->str, "\n"));
    return 0;
}
