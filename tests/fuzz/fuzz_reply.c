/* The person's own words out of a body. The first byte says what the rest is: h HTML, f format=flowed, b plain text and HTML with a line "--8<--" between, p or anything
 * else plain text; P, H, F and B write it again and again until it is large, so that what is not linear is found. */
#include <string.h>

#include "mailflow/encoding.h"
#include "mailflow/limits.h"
#include "mailflow/own.h"
#include "mailflow/verdict.h"
#include "tests/fuzz/fuzz.h"

#define LARGE (LIMIT_TEXT_BYTES / 8)
#define SEAM "\n--8<--\n"

int LLVMFuzzerInitialize(int *argc G_GNUC_UNUSED, char ***argv G_GNUC_UNUSED)
{
    encoding_start();
    return 0;
}

static char *repeat(const char *text)
{
    GString *whole = g_string_sized_new(LARGE);
    gsize length = strlen(text);

    while (length > 0 && whole->len + length <= LARGE)
        g_string_append_len(whole, text, (gssize)length);
    return g_string_free(whole, FALSE);
}

static void assert_words(const char *words)
{
    g_assert_true(g_utf8_validate(words, -1, NULL));
    g_assert_false(strstr(words, " \n") || strstr(words, "\t\n") || g_str_has_suffix(words, "\n") || g_str_has_suffix(words, " "));
}

static void assert_no_verdict(const char *plain, gboolean flowed, const char *html)
{
    g_autofree char *words = own_words(plain, flowed, html, NULL);
    struct verdict verdict;

    verdict_read(words, &verdict);
    g_assert_true(verdict.word != VERDICT_APPROVE && verdict.word != VERDICT_REJECT);
    verdict_clear(&verdict);
}

/* What is quoted as a whole was said by somebody else. */
static void assert_quoted_is_silent(const char *plain, gboolean flowed)
{
    g_auto(GStrv) lines = g_strsplit(plain, "\n", -1);
    g_autoptr(GString) marked = g_string_new(NULL);
    g_autofree char *escaped = g_markup_escape_text(plain, -1);
    g_autofree char *contained = g_strconcat("<blockquote type=\"cite\"><pre>", escaped, "</pre></blockquote>", NULL);

    for (guint i = 0; lines[i]; i++)
        g_string_append_printf(marked, "> %s\n", lines[i]);
    assert_no_verdict(marked->str, flowed, NULL);
    assert_no_verdict(NULL, FALSE, contained);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    if (size == 0)
        return 0;
    g_autofree char *body = encoding_text((const char *)data + 1, size - 1, NULL);
    gboolean large = data[0] && strchr("PFHB", data[0]);
    if (large) {
        char *whole = repeat(body);
        g_free(body);
        body = whole;
    }
    char how = g_ascii_tolower((char)data[0]);
    char *seam = how == 'b' ? strstr(body, SEAM) : NULL;
    if (seam)
        *seam = '\0';
    const char *html = how == 'h' ? body : seam ? seam + strlen(SEAM) : NULL;
    g_autofree char *words = own_words(how == 'h' ? NULL : body, how == 'f', html, NULL);
    assert_words(words);
    if (!large && how != 'h')
        assert_quoted_is_silent(body, how == 'f');
    return 0;
}
