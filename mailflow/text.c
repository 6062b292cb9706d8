#include "mailflow/text.h"

#include <string.h>

#define ID_LENGTH 18
#define ELLIPSIS "\xe2\x80\xa6"

static gboolean invisible(gunichar c)
{
    return c == 0xFEFF || c == 0x200B;
}

static gunichar half_width(gunichar c)
{
    if (c >= 0xFF01 && c <= 0xFF5E)
        return c - 0xFEE0;
    return c == 0x3000 ? ' ' : c;
}

static gunichar as_given(gunichar c)
{
    return c;
}

static gunichar half_width_upper(gunichar c)
{
    gunichar half = half_width(c);
    return half < 0x80 ? (gunichar)g_ascii_toupper((char)half) : half;
}

static gunichar middle_dot(gunichar c)
{
    return c == 0x2022 || c == 0x2027 || c == 0x30FB || c == 0xFF65 ? 0xB7 : c;
}

static char *mapped(const char *text, gunichar (*map)(gunichar))
{
    GString *out = g_string_sized_new(strlen(text));
    gsize end = 0; /* just after the last character that is not white space */
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        gboolean space = g_unichar_isspace(c);
        if (invisible(c) || (space && out->len == 0))
            continue;
        g_string_append_unichar(out, map(c));
        if (!space)
            end = out->len;
    }
    g_string_truncate(out, end);
    return g_string_free(out, FALSE);
}

char *text_trim(const char *text)
{
    return mapped(text, as_given);
}

char *text_normalise(const char *text)
{
    return mapped(text, half_width);
}

char *text_normalise_upper(const char *text)
{
    return mapped(text, half_width_upper);
}

char *text_person_name(const char *text)
{
    return mapped(text, middle_dot);
}

char *text_fold_name(const char *text)
{
    GString *out = g_string_sized_new(strlen(text));
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = half_width(middle_dot(g_utf8_get_char(p)));
        if (!invisible(c) && !g_unichar_isspace(c))
            g_string_append_unichar(out, g_unichar_tolower(c));
    }
    return g_string_free(out, FALSE);
}

static gboolean dash(gunichar c)
{
    return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0x2500 || c == 0x2501 || c == 0xFE58 || c == 0xFF0D;
}

gboolean text_blank(const char *text)
{
    if (!text)
        return TRUE;
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (!invisible(c) && !g_unichar_isspace(c) && !dash(c))
            return FALSE;
    }
    return TRUE;
}

char *text_mask_id(const char *number)
{
    glong length = g_utf8_strlen(number, -1);
    glong head = length == ID_LENGTH ? 6 : length > 8 ? 2 : 0;
    glong tail = length == ID_LENGTH ? 4 : head;
    GString *out = g_string_sized_new(ID_LENGTH);
    glong at = 0;
    for (const char *p = number; *p; p = g_utf8_next_char(p), at++) {
        if (at < head || at >= length - tail)
            g_string_append_unichar(out, g_utf8_get_char(p));
        else
            g_string_append_c(out, '*');
    }
    return g_string_free(out, FALSE);
}

/* The digit at `p` (0-9 in either width), 10 for the check letter X, -1 for anything else; `*next` is just after it. */
static int id_digit(const char *p, const char **next)
{
    const guchar *b = (const guchar *)p;
    gboolean wide = b[0] == 0xEF && b[1] == 0xBC;
    int c = *b;
    if (wide && b[2] >= 0x80)
        c = b[2] - 0x80 + 0x20;
    else if (b[0] == 0xEF && b[1] == 0xBD && b[2] >= 0x80)
        c = b[2] - 0x80 + 0x60;
    *next = p + (c == *b ? 1 : 3);
    if (c >= '0' && c <= '9')
        return c - '0';
    return c == 'X' || c == 'x' ? 10 : -1;
}

/* Whether an identity number starts at `p`, which begins or continues a run of digits; `*end` is just after it. */
static gboolean id_at(const char *p, gboolean run_start, const char **end)
{
    int d[ID_LENGTH];
    for (int i = 0; i < ID_LENGTH; i++) {
        d[i] = id_digit(p, &p);
        if (d[i] < 0 || (d[i] == 10 && i < ID_LENGTH - 1))
            return FALSE;
    }
    *end = p;
    int after = id_digit(p, &p);
    if (run_start && (after < 0 || after > 9))
        return TRUE;
    /* a part of a longer run is one when it holds a date of birth where an identity number has it */
    int century = d[6] * 10 + d[7], month = d[10] * 10 + d[11], day = d[12] * 10 + d[13];
    return (century == 19 || century == 20) && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

char *text_mask_all(const char *text)
{
    GString *out = g_string_sized_new(strlen(text));
    gboolean in_run = FALSE;
    for (const char *p = text; *p;) {
        const char *end, *next;
        int digit = id_digit(p, &next);
        if (digit >= 0 && digit < 10 && id_at(p, !in_run, &end)) {
            g_autofree char *number = g_strndup(p, (gsize)(end - p));
            g_autofree char *masked = text_mask_id(number);
            g_string_append(out, masked);
            p = end;
            in_run = FALSE;
            continue;
        }
        in_run = digit >= 0 && digit < 10;
        g_string_append_len(out, p, next - p);
        p = next;
    }
    return g_string_free(out, FALSE);
}

/* Characters that change how the rest of a line reads, or cannot be seen. */
static gboolean treacherous(gunichar c)
{
    return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0x061C ||
           c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F);
}

char *text_one_line(const char *text, gsize max)
{
    GString *out = g_string_sized_new(MIN(max, 256));
    gboolean gap = FALSE;
    gsize fits = 0; /* the longest length that leaves room for the ellipsis */
    for (const char *p = text ? text : ""; *p;) {
        gunichar c = g_utf8_get_char_validated(p, -1);
        gboolean broken = c == (gunichar)-1 || c == (gunichar)-2;
        p = broken ? p + 1 : g_utf8_next_char(p);
        if (broken)
            c = 0xFFFD;
        if (treacherous(c))
            continue;
        if (g_unichar_iscntrl(c) || g_unichar_isspace(c)) {
            gap = out->len > 0;
            continue;
        }
        if (gap)
            g_string_append_c(out, ' ');
        gap = FALSE;
        g_string_append_unichar(out, c);
        if (out->len > max) {
            g_string_truncate(out, fits);
            if (fits + strlen(ELLIPSIS) <= max)
                g_string_append(out, ELLIPSIS);
            break;
        }
        if (out->len + strlen(ELLIPSIS) <= max)
            fits = out->len;
    }
    return g_string_free(out, FALSE);
}

static gboolean dot_atom(const char *text, const char *end, const char *extra, gsize *dots)
{
    *dots = 0;
    if (text == end)
        return FALSE;
    for (const char *p = text; p < end; p++) {
        if (*p == '.') {
            if (p == text || p[-1] == '.' || p + 1 == end)
                return FALSE;
            (*dots)++;
        } else if (!g_ascii_isalnum(*p) && !strchr(extra, *p)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean domain_labels(const char *domain)
{
    g_auto(GStrv) labels = g_strsplit(domain, ".", -1);
    for (char **label = labels; *label; label++) {
        gsize length = strlen(*label);
        if (length == 0 || length > 63 || (*label)[0] == '-' || (*label)[length - 1] == '-')
            return FALSE;
    }
    return TRUE;
}

char *text_domain(const char *domain)
{
    if (g_str_is_ascii(domain) || !g_utf8_validate(domain, -1, NULL))
        return g_ascii_strdown(domain, -1);
    g_autofree char *lower = g_utf8_strdown(domain, -1);
    g_autofree char *normal = g_utf8_normalize(lower, -1, G_NORMALIZE_NFC);
    g_autofree char *ascii = g_hostname_to_ascii(normal);
    g_autofree char *back = ascii ? g_hostname_to_unicode(ascii) : NULL;
    /* what does not come back as it went was changed into another name on the way */
    return back && g_str_equal(back, normal) ? g_steal_pointer(&ascii) : g_ascii_strdown(domain, -1);
}

char *text_mail(const char *text)
{
    if (!text)
        return NULL;
    g_autofree char *mail = text_normalise(text);
    const char *at = strrchr(mail, '@');
    gsize length = strlen(mail), dots;
    if (!at || length > 254 || at - mail > 64)
        return NULL;
    if (!dot_atom(mail, at, "!#$%&'*+-/=?^_`{|}~", &dots) || !dot_atom(at + 1, mail + length, "-", &dots) || dots == 0 ||
        !domain_labels(at + 1))
        return NULL;
    return g_ascii_strdown(mail, -1);
}

char *text_mailbox(const char *mail, const char *separators)
{
    g_autofree char *lower = g_ascii_strdown(mail, -1);
    const char *at = strrchr(lower, '@');
    gsize local = strcspn(lower, separators);

    return at && local > 0 && lower + local < at ? g_strdup_printf("%.*s%s", (int)local, lower, at) : g_steal_pointer(&lower);
}
