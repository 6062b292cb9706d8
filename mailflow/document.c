#include "mailflow/document.h"

#include <string.h>

#include <libxml/xmlerror.h>

#include "mailflow/finding.h"
#include "mailflow/limits.h"
#include "mailflow/text.h"

static xmlDoc *refuse(GPtrArray *findings, int line, const char *zh, const char *en)
{
    struct finding *finding = finding_add(findings, "E-XML", zh, en);
    finding->line = line;
    return NULL;
}

struct refusal {
    const char *zh;
    const char *en;
};

static const struct refusal doctype = {"不允许DOCTYPE声明", "a DOCTYPE is not allowed"};
static const struct refusal too_deep = {"嵌套层次过多", "elements are nested too deeply"};
static const struct refusal too_many = {"元素过多", "there are too many elements"};
static const struct refusal two_marks = {"字节顺序标记重复", "there are two byte order marks"};
static const struct refusal tag_large = {"标记或属性过长、过多", "a tag has too many or too long attributes"};

/* The end of one tag that begins at `p` ('<'): its '>', or NULL when the text ends first. Counts what stands for attributes. */
static const char *tag_end(const char *p, const char *end, guint *attributes)
{
    char quote = '\0';
    *attributes = 0;
    for (; p < end; p++) {
        if (quote) {
            quote = *p == quote ? '\0' : quote;
            continue;
        }
        if (*p == '>')
            return p;
        if (*p == '"' || *p == '\'')
            quote = *p;
        *attributes += *p == '=';
    }
    return NULL;
}

/* The construct that begins with "<!" or "<?" at `p`, up to its end; NULL when it is none that may be skipped. */
static const char *skip_construct(const char *p, const char *end)
{
    static const struct {
        const char *open, *close;
    } constructs[] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};
    for (gsize i = 0; i < G_N_ELEMENTS(constructs); i++) {
        gsize length = strlen(constructs[i].open);
        if ((gsize)(end - p) < length || memcmp(p, constructs[i].open, length) != 0)
            continue;
        const char *close = memmem(p + length, (gsize)(end - p) - length, constructs[i].close, strlen(constructs[i].close));
        return close ? close + strlen(constructs[i].close) : end;
    }
    return NULL;
}

/* Looks at markup only, before the parser does: a well-formed beginning is read alike by both, and where it ends the parser
 * stops. */
static const struct refusal *scan(const char *text, gsize length, const char **where)
{
    const char *end = text + length;
    guint depth = 0, elements = 0, attributes;
    for (const char *p = memchr(text, '<', length); p; p = memchr(p, '<', (gsize)(end - p))) {
        *where = p;
        char next = p + 1 < end ? p[1] : '\0';
        if (next == '!' || next == '?') {
            p = skip_construct(p, end);
            if (!p)
                return &doctype;
            continue;
        }
        const char *close = tag_end(p, end, &attributes);
        if (attributes > LIMIT_FORM_ATTRIBUTES || (close ? close : end) - p > LIMIT_FORM_TAG_BYTES)
            return &tag_large;
        if (!close)
            return NULL;
        if (next == '/') {
            depth -= depth > 0;
        } else {
            if (++elements > LIMIT_FORM_ELEMENTS)
                return &too_many;
            if (depth + 1 > LIMIT_FORM_DEPTH)
                return &too_deep;
            depth += close[-1] != '/';
        }
        p = close;
    }
    return NULL;
}

static int line_at(const char *text, const char *where)
{
    int line = 1;
    for (const char *p = text; p < where; p++)
        line += *p == '\n';
    return line;
}

/* The first error; nothing after it counts. */
struct fault {
    int code, line;
    char *words; /* NULL: none yet */
};

static void keep_first(void *context, xmlError *error)
{
    xmlParserCtxt *parser = context;
    struct fault *fault = parser->_private;

    if (fault->words || error->level < XML_ERR_ERROR)
        return;
    *fault = (struct fault){error->code, error->line, text_one_line(error->message, LIMIT_FORM_QUOTE_BYTES)};
    parser->disableSAX = 1; /* xmlStopParser() would free what the caller still reads */
    parser->instate = XML_PARSER_EOF;
}

static xmlDoc *parse(xmlParserCtxt *parser, const char *text, gsize length)
{
    parser->sax->comment = NULL;
    parser->sax->processingInstruction = NULL;
    parser->sax->serror = keep_first;
    /* the narrower names of the older editions are well formed by every edition, and XML 1.1 is none of them */
    int options = XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_IGNORE_ENC | XML_PARSE_BIG_LINES | XML_PARSE_OLD10;
    xmlDoc *doc = xmlCtxtReadMemory(parser, text, (int)length, NULL, NULL, options);
    const struct fault *fault = parser->_private;
    if (doc && (fault->words || !parser->wellFormed || !parser->nsWellFormed || doc->intSubset || !xmlDocGetRootElement(doc)))
        g_clear_pointer(&doc, xmlFreeDoc);
    return doc;
}

xmlDoc *document_read(const char *text, gsize length, GPtrArray *findings)
{
    const char *where = text;
    const struct refusal *refusal = scan(text, length, &where);
    struct fault fault = {0};

    if (!refusal && g_str_has_prefix(text, "\xef\xbb\xbf")) /* a second one: libxml2 passes over it */
        refusal = &two_marks;
    if (refusal)
        return refuse(findings, line_at(text, where), refusal->zh, refusal->en);
    xmlParserCtxt *parser = xmlNewParserCtxt();
    g_assert(parser);
    parser->_private = &fault;
    xmlDoc *doc = parse(parser, text, length);
    xmlFreeParserCtxt(parser);
    g_autofree char *words = fault.words;
    if (doc)
        return doc;
    if (fault.code == XML_ERR_UNKNOWN_VERSION)
        return refuse(findings, fault.line, "只接受XML 1.0", "only XML 1.0 is accepted"); /* 1.1 lets control characters in */
    g_autofree char *en = g_strdup_printf("not well-formed XML: %s", words ? words : "no element");
    return refuse(findings, fault.line, "XML格式不正确（标记不成对、有非法字符或命名空间错误）", en);
}

static xmlParserInput *load_nothing(const char *url G_GNUC_UNUSED, const char *id G_GNUC_UNUSED,
                                    xmlParserCtxt *parser G_GNUC_UNUSED)
{
    return NULL;
}

static void say_nothing(void *context G_GNUC_UNUSED, const char *format G_GNUC_UNUSED, ...) {}

void document_seal(struct document_seal *saved)
{
    saved->loader = xmlGetExternalEntityLoader();
    saved->generic = xmlGenericError;
    saved->generic_context = xmlGenericErrorContext;
    saved->structured = xmlStructuredError;
    saved->structured_context = xmlStructuredErrorContext;
    xmlSetExternalEntityLoader(load_nothing);
    xmlSetStructuredErrorFunc(NULL, NULL);
    xmlSetGenericErrorFunc(NULL, say_nothing);
}

void document_unseal(const struct document_seal *saved)
{
    xmlSetExternalEntityLoader(saved->loader);
    xmlSetGenericErrorFunc(saved->generic_context, saved->generic);
    xmlSetStructuredErrorFunc(saved->structured_context, saved->structured);
}
