#include "mailflow/element.h"

/* White space other than a blank is written by number: a parser would fold it in attributes and turn CR LF into LF in text. */
static const char *escape_of(char byte, gboolean attribute)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '\r':
        return "&#13;";
    case '"':
        return attribute ? "&quot;" : NULL;
    case '\n':
        return attribute ? "&#10;" : NULL;
    case '\t':
        return attribute ? "&#9;" : NULL;
    default:
        return NULL;
    }
}

/* XML 1.0 production [2]: no control characters but tab, LF and CR; no U+FFFE and U+FFFF. Surrogates are no valid UTF-8. */
static gboolean unwritable(const guchar *at)
{
    if (at[0] < 0x20)
        return at[0] != '\t' && at[0] != '\n' && at[0] != '\r';
    return at[0] == 0xEF && at[1] == 0xBF && (at[2] == 0xBE || at[2] == 0xBF);
}

static void put_text(GString *out, const char *text, gboolean attribute)
{
    g_autofree char *repaired = g_utf8_validate(text, -1, NULL) ? NULL : g_utf8_make_valid(text, -1);
    const char *from = repaired != NULL ? repaired : text;
    for (const char *at = from;; at++) {
        gboolean drop = *at != '\0' && unwritable((const guchar *)at);
        const char *escape = drop ? "" : escape_of(*at, attribute);
        if (*at != '\0' && escape == NULL)
            continue;
        g_string_append_len(out, from, at - from);
        if (*at == '\0')
            return;
        g_string_append(out, escape);
        if (drop && (guchar)*at == 0xEF)
            at += 2;
        from = at + 1;
    }
}

void element_attribute(GString *out, const char *name, const char *value)
{
    if (value == NULL)
        return;
    g_string_append_c(out, ' ');
    g_string_append(out, name);
    g_string_append(out, "=\"");
    put_text(out, value, TRUE);
    g_string_append_c(out, '"');
}

void element_content(GString *out, const char *name, const char *value)
{
    if (value == NULL) {
        g_string_append(out, "/>\n");
        return;
    }
    g_string_append_c(out, '>');
    put_text(out, value, FALSE);
    g_string_append_printf(out, "</%s>\n", name);
}

void element_put(GString *out, const char *name, const char *value)
{
    if (value == NULL)
        return;
    g_string_append_printf(out, "<%s", name);
    element_content(out, name, value);
}

void element_pair(GString *out, const char *name, const char *zh, const char *en)
{
    if (zh == NULL && en == NULL)
        return;
    g_string_append_printf(out, "<%s", name);
    element_attribute(out, "zh", zh);
    element_attribute(out, "en", en);
    g_string_append(out, "/>\n");
}
