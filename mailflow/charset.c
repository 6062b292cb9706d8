#include "mailflow/charset.h"

#include <string.h>

struct charset {
    GIConv gb18030;
};

enum label { LABEL_NONE, LABEL_ASCII, LABEL_UTF8, LABEL_UTF16LE, LABEL_UTF16BE, LABEL_GB, LABEL_OTHER };

static const struct {
    const char *name;
    enum label label;
} labels[] = {
    {"utf-8", LABEL_UTF8},     {"utf8", LABEL_UTF8},        {"us-ascii", LABEL_ASCII},   {"ascii", LABEL_ASCII},
    {"utf-16", LABEL_UTF16BE}, {"utf-16le", LABEL_UTF16LE}, {"utf-16be", LABEL_UTF16BE}, {"gb18030", LABEL_GB},
    {"gbk", LABEL_GB},         {"gb2312", LABEL_GB},        {"gb_2312-80", LABEL_GB},    {"gb2312-80", LABEL_GB},
    {"euc-cn", LABEL_GB},      {"x-gbk", LABEL_GB},         {"cp936", LABEL_GB},         {"windows-936", LABEL_GB},
    {"ms936", LABEL_GB},       {"x-euc-cn", LABEL_GB},      {"gb18030-2000", LABEL_GB},  {"gb18030-2005", LABEL_GB},
};

struct charset *charset_open(GError **error)
{
    GIConv gb18030 = g_iconv_open("UTF-8", "GB18030");
    if (gb18030 == (GIConv)-1) {
        g_set_error(error, G_CONVERT_ERROR, G_CONVERT_ERROR_NO_CONVERSION, "this system cannot decode GB18030 (iconv)");
        return NULL;
    }
    struct charset *charset = g_new0(struct charset, 1);
    charset->gb18030 = gb18030;
    return charset;
}

void charset_close(struct charset *charset)
{
    if (!charset)
        return;
    g_iconv_close(charset->gb18030);
    g_free(charset);
}

static enum label label_find(const char *name, gsize length)
{
    if (length == 0)
        return LABEL_NONE;
    for (gsize i = 0; i < G_N_ELEMENTS(labels); i++)
        if (strlen(labels[i].name) == length && g_ascii_strncasecmp(labels[i].name, name, length) == 0)
            return labels[i].label;
    return LABEL_OTHER;
}

/* The encoding named by the XML declaration, which must be the first thing in the document. */
static enum label declared_label(const char *bytes, gsize size)
{
    if (size < 6 || memcmp(bytes, "<?xml", 5) != 0 || !g_ascii_isspace(bytes[5])) /* <?xml-stylesheet ... encoding="..."?> */
        return LABEL_NONE;
    const char *end = memchr(bytes, '>', MIN(size, 256));
    const char *at = end ? g_strstr_len(bytes, end - bytes, "encoding") : NULL;
    if (!at)
        return LABEL_NONE;
    const char *quote = at + strlen("encoding");
    while (quote < end && (g_ascii_isspace(*quote) || *quote == '='))
        quote++;
    if (quote == end || (*quote != '"' && *quote != '\''))
        return LABEL_NONE;
    const char *close = memchr(quote + 1, *quote, (gsize)(end - quote - 1));
    return close ? label_find(quote + 1, (gsize)(close - quote - 1)) : LABEL_NONE;
}

static char *read_utf16(const char *bytes, gsize size, gboolean little, gsize *length)
{
    if (size % 2)
        return NULL;
    g_autofree gunichar2 *units = g_new(gunichar2, size / 2 + 1);
    for (gsize i = 0; i < size / 2; i++) {
        guchar first = (guchar)bytes[2 * i], second = (guchar)bytes[2 * i + 1];
        units[i] = (gunichar2)(little ? first | second << 8 : first << 8 | second);
        if (units[i] == 0)
            return NULL;
    }
    glong written;
    char *text = g_utf16_to_utf8(units, (glong)(size / 2), NULL, &written, NULL);
    if (text)
        *length = (gsize)written;
    return text;
}

static char *read_utf8(const char *bytes, gsize size, gsize *length)
{
    if (!g_utf8_validate_len(bytes, size, NULL))
        return NULL;
    char *text = g_malloc(size + 1);
    memcpy(text, bytes, size);
    text[size] = '\0';
    *length = size;
    return text;
}

static char *read_gb(struct charset *charset, const char *bytes, gsize size, gsize *length)
{
    if (memchr(bytes, '\0', size))
        return NULL;
    gsize room = 2 * size + 16; /* two bytes of GB18030 become at most three of UTF-8, four stay four */
    g_autofree char *text = g_malloc(room + 1);
    char *in = (char *)bytes, *out = text;
    gsize in_left = size, out_left = room;
    g_iconv(charset->gb18030, NULL, NULL, NULL, NULL);
    if (g_iconv(charset->gb18030, &in, &in_left, &out, &out_left) == (gsize)-1 || in_left > 0)
        return NULL;
    *out = '\0';
    *length = (gsize)(out - text);
    return g_steal_pointer(&text);
}

static gboolean ascii(const char *bytes, gsize size)
{
    for (gsize i = 0; i < size; i++)
        if ((guchar)bytes[i] >= 0x80)
            return FALSE;
    return TRUE;
}

/* GB text of Chinese people holds symbols and level 1 of GB2312 (leads A1-A9, B0-D7); broken UTF-8 or other 8-bit text read as
 * GB18030 holds mostly others. */
static gboolean surely_gb(const char *bytes, gsize size)
{
    gsize common = 0, rare = 0;
    for (gsize i = 0; i + 1 < size; i++) {
        guchar lead = (guchar)bytes[i], trail = (guchar)bytes[i + 1];
        if (lead < 0x80)
            continue;
        gboolean usual = trail >= 0xA1 && ((lead >= 0xA1 && lead <= 0xA9) || (lead >= 0xB0 && lead <= 0xD7));
        common += usual;
        rare += !usual;
        i++;
    }
    return common > 0 && common >= 4 * rare;
}

/* Valid UTF-8 whose characters outside ASCII all take three bytes or more (U+00B7 aside) is not GB: pairs of GB text would have
 * to be rare characters throughout. */
static gboolean surely_utf8(const char *bytes, gsize size)
{
    if (!g_utf8_validate_len(bytes, size, NULL))
        return FALSE;
    gboolean any = FALSE;
    for (const char *p = bytes; p < bytes + size; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c >= 0x80 && c < 0x800 && c != 0xB7)
            return FALSE;
        any = any || c >= 0x800;
    }
    return any;
}

/* A declaration that is not true of the bytes makes a document ill-formed (XML 1.0, 4.3.3), unless mail changed the encoding on
 * its way and says so (RFC 7303, 3). */
static char *read_declared(struct charset *charset, const char *bytes, gsize size, enum label inner, enum label outer,
                           gsize *length)
{
    char *text;

    switch (inner) {
    case LABEL_GB:
        if (outer != LABEL_UTF8 && !ascii(bytes, size) && surely_utf8(bytes, size))
            return NULL;
        text = outer == LABEL_UTF8 ? read_utf8(bytes, size, length) : NULL;
        return text ? text : read_gb(charset, bytes, size, length);
    case LABEL_ASCII:
    case LABEL_UTF8:
        text = read_utf8(bytes, size, length);
        return text || outer != LABEL_GB ? text : read_gb(charset, bytes, size, length);
    case LABEL_NONE:
        text = outer == LABEL_GB && !surely_utf8(bytes, size) ? NULL : read_utf8(bytes, size, length);
        return text || (outer != LABEL_GB && !surely_gb(bytes, size)) ? text : read_gb(charset, bytes, size, length);
    case LABEL_UTF16LE:
    case LABEL_UTF16BE:
    case LABEL_OTHER:
        break;
    }
    return NULL;
}

/* Without a declaration the mark is enough; "utf-16" is of either order. */
static gboolean mark_agrees(const char *text, gsize length, enum label mark)
{
    enum label inner = text ? declared_label(text, length) : LABEL_NONE;
    gboolean sixteen = inner == LABEL_UTF16BE || inner == LABEL_UTF16LE;

    return inner == LABEL_NONE || inner == mark || (sixteen && mark != LABEL_UTF8);
}

/* A document that begins with a byte order mark of that many octets. */
static char *read_marked(const char *bytes, gsize size, gsize mark, enum label label, gsize *length)
{
    g_autofree char *text = label == LABEL_UTF8 ? memchr(bytes, '\0', size) ? NULL : read_utf8(bytes + mark, size - mark, length)
                                                : read_utf16(bytes + mark, size - mark, label == LABEL_UTF16LE, length);

    return mark_agrees(text, text ? *length : 0, label) ? g_steal_pointer(&text) : NULL;
}

char *charset_read_xml(struct charset *charset, const char *bytes, gsize size, const char *mime, gsize *length)
{
    enum label outer = mime ? label_find(mime, strlen(mime)) : LABEL_NONE;

    if (size >= 2 && memcmp(bytes, "\xFF\xFE", 2) == 0)
        return read_marked(bytes, size, 2, LABEL_UTF16LE, length);
    if (size >= 2 && memcmp(bytes, "\xFE\xFF", 2) == 0)
        return read_marked(bytes, size, 2, LABEL_UTF16BE, length);
    if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
        return read_marked(bytes, size, 3, LABEL_UTF8, length);
    if ((outer == LABEL_UTF16LE || outer == LABEL_UTF16BE) && memchr(bytes, '\0', MIN(size, 4)))
        return read_marked(bytes, size, 0, bytes[0] != '\0' ? LABEL_UTF16LE : LABEL_UTF16BE, length);
    if (memchr(bytes, '\0', size))
        return NULL;
    return read_declared(charset, bytes, size, declared_label(bytes, size), outer, length);
}
