#include "mailflow/encoding.h"

#include <errno.h>
#include <string.h>

/* What mail calls a character set, and the widest set that reads it: gb2312 labels stand on GBK and GB 18030 bytes, iso-8859-1
 * on Windows bytes. */
static const struct alias {
    const char *label, *name;
} aliases[] = {
    {"utf-8", "UTF-8"},
    {"utf8", "UTF-8"},
    {"unicode-1-1-utf-8", "UTF-8"},
    {"us-ascii", "UTF-8"},
    {"ascii", "UTF-8"},
    {"gb2312", "GB18030"},
    {"gbk", "GB18030"},
    {"x-gbk", "GB18030"},
    {"gb18030", "GB18030"},
    {"gb_2312-80", "GB18030"},
    {"gb2312-80", "GB18030"},
    {"euc-cn", "GB18030"},
    {"x-euc-cn", "GB18030"},
    {"cp936", "GB18030"},
    {"ms936", "GB18030"},
    {"windows-936", "GB18030"},
    {"chinese", "GB18030"},
    {"cn-gb", "GB18030"},
    {"big5", "BIG5-HKSCS"},
    {"x-big5", "BIG5-HKSCS"},
    {"cn-big5", "BIG5-HKSCS"},
    {"big5-hkscs", "BIG5-HKSCS"},
    {"cp950", "BIG5-HKSCS"},
    {"euc-tw", "EUC-TW"},
    {"utf-16", "UTF-16"},
    {"utf-16le", "UTF-16LE"},
    {"utf-16be", "UTF-16BE"},
    {"utf-7", "UTF-7"},
    {"iso-2022-jp", "ISO-2022-JP"},
    {"shift_jis", "CP932"},
    {"shift-jis", "CP932"},
    {"sjis", "CP932"},
    {"windows-31j", "CP932"},
    {"cp932", "CP932"},
    {"euc-jp", "EUC-JP"},
    {"euc-kr", "CP949"},
    {"ks_c_5601-1987", "CP949"},
    {"ks_c_5601", "CP949"},
    {"cp949", "CP949"},
    {"iso-2022-kr", "ISO-2022-KR"},
    {"iso-8859-1", "WINDOWS-1252"},
    {"latin1", "WINDOWS-1252"},
    {"windows-1252", "WINDOWS-1252"},
    {"cp1252", "WINDOWS-1252"},
    {"iso-8859-2", "ISO-8859-2"},
    {"windows-1250", "WINDOWS-1250"},
    {"iso-8859-5", "ISO-8859-5"},
    {"windows-1251", "WINDOWS-1251"},
    {"koi8-r", "KOI8-R"},
    {"koi8-u", "KOI8-U"},
    {"iso-8859-7", "ISO-8859-7"},
    {"windows-1253", "WINDOWS-1253"},
    {"iso-8859-9", "ISO-8859-9"},
    {"windows-1254", "WINDOWS-1254"},
    {"iso-8859-15", "ISO-8859-15"},
    {"iso-8859-8", "ISO-8859-8"},
    {"windows-1255", "WINDOWS-1255"},
    {"iso-8859-6", "ISO-8859-6"},
    {"windows-1256", "WINDOWS-1256"},
    {"windows-1257", "WINDOWS-1257"},
    {"windows-1258", "WINDOWS-1258"},
    {"tis-620", "TIS-620"},
    {"windows-874", "TIS-620"},
};

struct converter {
    GIConv iconv;
    const char *name;
};
static GHashTable *by_label; /* label in lower case -> struct converter */

void encoding_start(void)
{
    g_autoptr(GHashTable) by_name = NULL;

    if (by_label)
        return;
    by_name = g_hash_table_new(g_str_hash, g_str_equal);
    by_label = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < G_N_ELEMENTS(aliases); i++) {
        const char *name = aliases[i].name;
        struct converter *converter = g_hash_table_lookup(by_name, name);
        GIConv iconv = converter ? converter->iconv : g_iconv_open("UTF-8", name);
        if (iconv == (GIConv)-1)
            continue;
        if (!converter) {
            converter = g_new(struct converter, 1);
            *converter = (struct converter){.iconv = iconv, .name = name};
            g_hash_table_insert(by_name, (char *)name, converter);
        }
        g_hash_table_insert(by_label, (char *)aliases[i].label, converter);
    }
}

static const struct converter *converter_of(const char *label)
{
    char folded[32];
    gsize length = 0;

    if (!label)
        return NULL;
    while (g_ascii_isspace(*label) || *label == '"' || *label == '\'')
        label++;
    for (; *label && !g_ascii_isspace(*label) && !strchr("\"';*", *label); label++) {
        if (length == sizeof folded - 1)
            return NULL;
        folded[length++] = g_ascii_tolower(*label);
    }
    folded[length] = '\0';
    return g_hash_table_lookup(by_label, folded);
}

/* Text with more misfits than this is none, whatever we try: it is not worth the time. */
static gsize most_misfits(gsize size)
{
    return MIN(16 + size / 16, 2000);
}

/* Convert all of `bytes`; every byte that does not fit becomes U+FFFD. NULL when `most` or more do not; `*misfits` counts them. */
static GString *convert(const struct converter *converter, const char *bytes, gsize size, gsize most, gsize *misfits)
{
    g_autoptr(GString) text = g_string_sized_new(size + size / 2 + 16);
    char *in = (char *)bytes;
    gsize left = size;

    *misfits = 0;
    g_iconv(converter->iconv, NULL, NULL, NULL, NULL);
    while (left > 0) {
        char chunk[4096];
        char *out = chunk;
        gsize room = sizeof chunk;
        gsize result = g_iconv(converter->iconv, &in, &left, &out, &room);
        int fault = errno;
        g_string_append_len(text, chunk, out - chunk);
        if (result != (gsize)-1 || fault == E2BIG)
            continue;
        if (++*misfits >= most)
            return NULL;
        g_string_append(text, "\xef\xbf\xbd");
        in++;
        left--;
    }
    return g_steal_pointer(&text);
}

/* How the bytes above ASCII pair up, when read as one of the Chinese double-byte sets. */
struct pairs {
    gsize count;  /* pairs that can be any of them */
    gsize common; /* pairs in GB 2312's rows: 99 in 100 of what people write in mainland China */
    gsize big5;   /* pairs in Big5's common rows */
    gsize low;    /* pairs whose second byte is an ASCII one: two in five of Big5, rare in GBK */
};

static struct pairs pair_up(const char *bytes, gsize size)
{
    struct pairs pairs = {0};

    for (gsize i = 0; i + 1 < size; i++) {
        guint8 lead = (guint8)bytes[i], trail = (guint8)bytes[i + 1];
        if (lead < 0x81 || trail < 0x40)
            continue;
        i++;
        pairs.count++;
        pairs.common += ((lead >= 0xa1 && lead <= 0xa3) || (lead >= 0xb0 && lead <= 0xf7)) && trail >= 0xa1;
        pairs.big5 += (lead == 0xa1 || (lead >= 0xa4 && lead <= 0xc6)) && (trail <= 0x7e || trail >= 0xa1);
        pairs.low += trail <= 0x7e;
    }
    return pairs;
}

/* The Chinese set the bytes look like, when there is enough to tell. */
static const char *look_at_pairs(const char *bytes, gsize size)
{
    struct pairs pairs = pair_up(bytes, size);

    if (pairs.count >= 4 && pairs.low * 8 >= pairs.count && pairs.big5 * 20 >= pairs.count * 17 &&
        pairs.common * 5 < pairs.count * 4)
        return "big5";
    if (pairs.count >= 2 && pairs.common * 10 >= pairs.count * 8)
        return "gb18030";
    return NULL;
}

/* Characters of two bytes and of more. Called on valid UTF-8 only. */
static void count_utf8(const char *bytes, gsize size, gsize *two, gsize *more)
{
    *two = *more = 0;
    for (gsize i = 0; i < size; i++) {
        *two += ((guint8)bytes[i] & 0xe0) == 0xc0;
        *more += (guint8)bytes[i] >= 0xe0;
    }
}

static gboolean is_ascii(const char *bytes, gsize size)
{
    for (gsize i = 0; i < size; i++)
        if ((guint8)bytes[i] >= 0x80 || bytes[i] == 0x1b)
            return FALSE;
    return TRUE;
}

/* UTF-8 apart from NUL, which tidy() drops. */
static gboolean is_utf8(const char *bytes, gsize size)
{
    const char *end = bytes + size;

    while (bytes < end && !g_utf8_validate_len(bytes, (gsize)(end - bytes), &bytes) && *bytes == '\0')
        bytes++;
    return bytes == end;
}

/* Valid UTF-8 is hardly ever anything else: a short GBK word may pass as two-byte characters, never as three-byte ones. */
static gboolean is_plainly_utf8(const char *bytes, gsize size, const struct converter *label)
{
    gsize two, more;

    if (!is_utf8(bytes, size))
        return FALSE;
    if (!label || strcmp(label->name, "UTF-8") == 0)
        return TRUE;
    if (g_str_has_prefix(label->name, "ISO-2022"))
        return FALSE;
    count_utf8(bytes, size, &two, &more);
    return more > 0 || (two > 1 && strcmp(label->name, "WINDOWS-1252") == 0);
}

/* UTF-8 that was cut inside a character, or has one bad byte among many good characters. */
static gboolean is_nearly_utf8(const char *bytes, gsize size)
{
    const char *at = bytes, *end = bytes + size;
    gsize good = 0, bad = 0;

    while (at < end) {
        const char *wrong;
        gsize two, more;
        g_utf8_validate_len(at, (gsize)(end - at), &wrong);
        count_utf8(at, (gsize)(wrong - at), &two, &more);
        good += more;
        if (end - wrong > 3 && ++bad * 10 > good)
            return FALSE;
        at = wrong + 1;
    }
    return good > 0;
}

/* The candidate that fits best; the label where it fits as well as any. NULL when none does. */
static GString *take_best(const char *bytes, gsize size, const struct converter *label, const char *looks)
{
    const struct converter *candidates[] = {label, converter_of(looks), converter_of("utf-8"), converter_of("gb18030")};
    GString *best = NULL;
    gsize fewest = most_misfits(size);

    for (guint i = 0; i < G_N_ELEMENTS(candidates) && fewest > 0; i++) {
        gsize misfits;
        GString *text = candidates[i] ? convert(candidates[i], bytes, size, fewest, &misfits) : NULL;
        if (!text)
            continue;
        if (best)
            g_string_free(best, TRUE);
        best = text;
        fewest = misfits;
    }
    return best;
}

/* A Chinese or a Western label on Chinese bytes fits without a misfit and means nothing: there the looks of the bytes decide. */
static gboolean is_doubtful(const struct converter *label)
{
    static const char *const names[] = {"GB18030", "BIG5-HKSCS", "WINDOWS-1252", NULL};

    return label && g_strv_contains(names, label->name);
}

static GString *decode(const char *bytes, gsize size, const struct converter *label)
{
    if (label && g_str_has_prefix(label->name, "UTF-") && strcmp(label->name, "UTF-8") != 0)
        return take_best(bytes, size, label, NULL);
    if (is_ascii(bytes, size) || is_plainly_utf8(bytes, size, label) || is_nearly_utf8(bytes, size))
        return NULL;
    const char *looks = look_at_pairs(bytes, size);
    return take_best(bytes, size, is_doubtful(label) && looks ? converter_of(looks) : label, looks);
}

/* Line ends as \n; no NUL and no other control character. In place. */
static void tidy(GString *text)
{
    char *to = text->str;

    for (const char *from = text->str, *end = text->str + text->len; from < end; from++) {
        guint8 c = (guint8)*from;
        if (c == '\r' && from[1] == '\n')
            continue;
        if (c == '\r' || c == '\f' || c == '\v')
            *to++ = '\n';
        else if ((c >= 0x20 && c != 0x7f) || c == '\t' || c == '\n')
            *to++ = *from;
    }
    g_string_truncate(text, (gsize)(to - text->str));
}

char *encoding_text(const char *bytes, gsize size, const char *label)
{
    encoding_start();
    const struct converter *converter = converter_of(label);

    if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        size -= 3;
        converter = converter_of("utf-8");
    } else if (size >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0)) {
        converter = converter_of("utf-16");
    }
    g_autoptr(GString) text = decode(bytes, size, converter);
    if (!text)
        text = g_string_new_len(bytes, (gssize)size);
    tidy(text);
    if (g_utf8_validate_len(text->str, text->len, NULL))
        return g_string_free(g_steal_pointer(&text), FALSE);
    return g_utf8_make_valid(text->str, (gssize)text->len);
}
