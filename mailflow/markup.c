#include "mailflow/markup.h"

#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>
#include <string.h>

#define LARGEST (2u << 20)
#define DEEPEST 256
#define MOST_ATTRIBUTES 256

/* What an element does to the text, as bits kept on the stack until it ends. */
enum effect {
    EFFECT_BLOCK = 1,
    EFFECT_HIDE = 2,
    EFFECT_STRIKE = 4,
    EFFECT_QUOTE = 8,
    EFFECT_SIGN = 16,
    EFFECT_CUT =
        32, /* everything from here on is quoted, when words of the person stand above; with none above the text itself must tell */
    EFFECT_PRE = 128,
    EFFECT_SIGN_BELOW = 256, /* a line behind which only a signature stands */
};

struct element {
    const char *name;
    guint effect;
};

static const struct element elements[] = {
    {"p", EFFECT_BLOCK},
    {"div", EFFECT_BLOCK},
    {"table", EFFECT_BLOCK},
    {"tr", EFFECT_BLOCK},
    {"ul", EFFECT_BLOCK},
    {"ol", EFFECT_BLOCK},
    {"li", EFFECT_BLOCK},
    {"h1", EFFECT_BLOCK},
    {"h2", EFFECT_BLOCK},
    {"h3", EFFECT_BLOCK},
    {"h4", EFFECT_BLOCK},
    {"h5", EFFECT_BLOCK},
    {"h6", EFFECT_BLOCK},
    {"center", EFFECT_BLOCK},
    {"section", EFFECT_BLOCK},
    {"article", EFFECT_BLOCK},
    {"header", EFFECT_BLOCK},
    {"footer", EFFECT_BLOCK},
    {"address", EFFECT_BLOCK},
    {"dl", EFFECT_BLOCK},
    {"dt", EFFECT_BLOCK},
    {"dd", EFFECT_BLOCK},
    {"form", EFFECT_BLOCK},
    {"fieldset", EFFECT_BLOCK},
    {"body", EFFECT_BLOCK},
    {"pre", EFFECT_BLOCK | EFFECT_PRE},
    {"hr", EFFECT_BLOCK},
    {"includetail", EFFECT_BLOCK | EFFECT_CUT},
    {"blockquote", EFFECT_BLOCK | EFFECT_QUOTE},
    {"style", EFFECT_HIDE},
    {"script", EFFECT_HIDE},
    {"title", EFFECT_HIDE},
    {"template", EFFECT_HIDE},
    {"object", EFFECT_HIDE},
    {"textarea", EFFECT_HIDE},
    {"select", EFFECT_HIDE},
    {"noscript", EFFECT_HIDE},
    {"svg", EFFECT_HIDE},
    {"s", EFFECT_STRIKE},
    {"del", EFFECT_STRIKE},
    {"strike", EFFECT_STRIKE},
};

enum match { MATCH_WORD, MATCH_PREFIX, MATCH_PART };

struct container {
    const char *attribute;
    enum match match; /* a whole word of the value, the start of a word of it, or a part of it without white space */
    const char *value;
    guint effect;
};

/* The marks that clients leave on the mail they quote and on signatures; `class` and `id` without the `x_` that Outlook prefixes, all lower case. */
static const struct container containers[] = {
    {"class", MATCH_WORD, "gmail_attr", EFFECT_QUOTE},
    {"class", MATCH_PREFIX, "gmail_signature", EFFECT_SIGN},
    {"class", MATCH_PREFIX, "yahoo_quoted", EFFECT_QUOTE},
    {"class", MATCH_PREFIX, "protonmail_quote", EFFECT_QUOTE},
    {"class", MATCH_PREFIX, "protonmail_signature", EFFECT_SIGN},
    {"class", MATCH_PREFIX, "tutanota_quote", EFFECT_QUOTE},
    {"class", MATCH_PREFIX, "moz-cite-prefix", EFFECT_QUOTE},
    {"class", MATCH_PREFIX, "moz-email-headers", EFFECT_CUT},
    {"class", MATCH_PREFIX, "moz-forward-container", EFFECT_QUOTE},
    {"class", MATCH_PREFIX, "moz-signature", EFFECT_SIGN},
    {"class", MATCH_PREFIX, "zmail_extra", EFFECT_QUOTE},
    {"class", MATCH_PREFIX, "alimail-quote", EFFECT_QUOTE},
    {"class", MATCH_PREFIX, "__aliyun_previous", EFFECT_QUOTE},
    {"class", MATCH_PREFIX, "__aliyun_signature", EFFECT_SIGN},
    {"class", MATCH_PREFIX, "ntes-mailmaster-quote", EFFECT_QUOTE},
    {"class", MATCH_PREFIX, "ntes-mailmaster-signature", EFFECT_SIGN},
    {"class", MATCH_PREFIX, "lark-mail-quote", EFFECT_QUOTE},
    {"class", MATCH_PREFIX, "history-quote", EFFECT_QUOTE},
    {"class", MATCH_PREFIX, "lark-mail-signature", EFFECT_SIGN},
    {"class", MATCH_PREFIX, "xm_compose_origin", EFFECT_CUT},
    {"class", MATCH_PREFIX, "xm_mail_or", EFFECT_CUT},
    {"class", MATCH_WORD, "xm_signature", EFFECT_SIGN},
    {"class", MATCH_WORD, "qmbox", EFFECT_CUT},
    {"class", MATCH_WORD, "wps-mail-quote", EFFECT_QUOTE},
    {"class", MATCH_WORD, "outlookmessageheader", EFFECT_CUT},
    {"class", MATCH_PREFIX, "ms-outlook-mobile-reference", EFFECT_CUT},
    {"class", MATCH_WORD, "fastmail-quote", EFFECT_QUOTE},
    {"class", MATCH_WORD, "applemailsignature", EFFECT_SIGN},
    {"class", MATCH_WORD, "freshdesk_quote", EFFECT_QUOTE},
    {"class", MATCH_WORD, "zendesk_quote", EFFECT_QUOTE},
    {"class", MATCH_WORD, "front-blockquote", EFFECT_QUOTE},
    {"class", MATCH_PREFIX, "sh-quoted", EFFECT_QUOTE},
    {"class", MATCH_WORD, "quoted-text", EFFECT_QUOTE},
    {"class", MATCH_WORD, "quoted_text", EFFECT_QUOTE},
    {"class", MATCH_WORD, "mailquote", EFFECT_QUOTE},
    {"class", MATCH_WORD, "mail-quote", EFFECT_QUOTE},
    {"class", MATCH_WORD, "mail_quote", EFFECT_QUOTE},
    {"class", MATCH_WORD, "email_quote", EFFECT_QUOTE},
    {"class", MATCH_PREFIX, "-x-evo-signature", EFFECT_SIGN},
    {"id", MATCH_PREFIX, "divrplyfwdmsg", EFFECT_CUT},
    {"id", MATCH_PREFIX, "divrpf", EFFECT_CUT},
    {"id", MATCH_WORD, "olk_src_body_section", EFFECT_QUOTE},
    {"id", MATCH_PREFIX, "mail-editor-reference-message", EFFECT_CUT},
    {"id", MATCH_PREFIX, "ms-outlook-mobile-signature", EFFECT_SIGN},
    {"id", MATCH_WORD, "outlooksignature", EFFECT_SIGN},
    {"id", MATCH_PREFIX, "isreplycontent", EFFECT_QUOTE},
    {"id", MATCH_PREFIX, "isforwardcontent", EFFECT_QUOTE},
    {"id", MATCH_PREFIX, "ntes-pcmac-signature", EFFECT_SIGN},
    {"id", MATCH_PREFIX, "spneditorsign", EFFECT_SIGN},
    {"id", MATCH_WORD, "mm-signature", EFFECT_SIGN},
    {"id", MATCH_WORD, "imail_signature", EFFECT_SIGN},
    {"id", MATCH_WORD, "original-content", EFFECT_QUOTE},
    {"id", MATCH_WORD, "reply139content", EFFECT_QUOTE},
    {"id", MATCH_PREFIX, "orimsghtmlsep", EFFECT_CUT},
    {"id", MATCH_WORD, "qt", EFFECT_QUOTE},
    {"title", MATCH_PREFIX, "beforequote", EFFECT_CUT},
    {"data-type", MATCH_WORD, "quote-separator", EFFECT_CUT},
    {"class", MATCH_PREFIX, "skiff_quote", EFFECT_QUOTE},
    {"class", MATCH_PREFIX, "notion-mail-quote", EFFECT_QUOTE},
    {"class", MATCH_PREFIX, "fernand_quote", EFFECT_QUOTE},
    {"class", MATCH_WORD, "quotedreply", EFFECT_QUOTE},
    {"class", MATCH_WORD, "ymail_android_signature", EFFECT_SIGN_BELOW},
    {"class", MATCH_WORD, "ntes-signature", EFFECT_SIGN},
    {"title", MATCH_WORD, "neteasefooter", EFFECT_SIGN},
    {"id", MATCH_WORD, "origbody", EFFECT_QUOTE},
    {"id", MATCH_PREFIX, "lark-mail-quote", EFFECT_QUOTE},
    {"id", MATCH_PREFIX, "mail-app-auto-quote", EFFECT_QUOTE},
    {"id", MATCH_WORD, "applemailsignature", EFFECT_SIGN},
    {"id", MATCH_PREFIX, "reply-intro", EFFECT_QUOTE},
    {"id", MATCH_PREFIX, "yahoo_quoted", EFFECT_QUOTE},
    {"id", MATCH_WORD, "composer_signature", EFFECT_SIGN},
    {"id", MATCH_WORD, "signature", EFFECT_SIGN},
    {"id", MATCH_WORD, "zwchr", EFFECT_CUT},
    {"id", MATCH_WORD, "replysplit", EFFECT_CUT},
    {"name", MATCH_WORD, "quote", EFFECT_QUOTE},
    {"name", MATCH_WORD, "replysplit", EFFECT_CUT},
    {"name", MATCH_WORD, "messagereplysection", EFFECT_QUOTE},
    {"name", MATCH_WORD, "messagesignaturesection", EFFECT_SIGN},
    {"data-marker", MATCH_WORD, "__divider__", EFFECT_CUT},
    {"data-marker", MATCH_WORD, "__headers__", EFFECT_CUT},
    {"data-marker", MATCH_WORD, "__quoted_text__", EFFECT_QUOTE},
    {"data-marker", MATCH_PREFIX, "__sig_", EFFECT_SIGN},
    {"style", MATCH_PART, "border:none;border-top:solid#e1e1e1", EFFECT_CUT},
    {"style", MATCH_PART, "border-top:solid#e1e1e11", EFFECT_CUT},
    {"style", MATCH_PART, "border:none;border-top:solid#b5c4df", EFFECT_CUT},
    {"style", MATCH_PART, "border-top:#b5c4df1ptsolid", EFFECT_CUT},
    {"style", MATCH_PART, "border-top:#e1e1e11ptsolid", EFFECT_CUT},
    {"style", MATCH_PART, "border-top:solid#b5c4df1", EFFECT_CUT},
    {"style", MATCH_PART, "border-top:1.0ptsolid#b5c4df", EFFECT_CUT},
    {"style", MATCH_PART, "border-left:1px", EFFECT_QUOTE},
    {"style", MATCH_PART, "border-left:2px", EFFECT_QUOTE},
    {"style", MATCH_PART, "border-left:3px", EFFECT_QUOTE},
    {"style", MATCH_PART, "border-left:4px", EFFECT_QUOTE},
    {"style", MATCH_PART, "border-left:solid", EFFECT_QUOTE},
    {"style", MATCH_PART, "border-left:#", EFFECT_QUOTE},
    {"style", MATCH_PART, "border-left:rgb", EFFECT_QUOTE},
    {"style", MATCH_PART, "background:#efefef", EFFECT_CUT},
    {"style", MATCH_PART, "background:rgb(239,239,239)", EFFECT_CUT},
    {"style", MATCH_PART, "width:210px;height:1px", EFFECT_SIGN_BELOW},
    {"style", MATCH_PART, "display:none", EFFECT_HIDE},
    {"style", MATCH_PART, "visibility:hidden", EFFECT_HIDE},
    {"style", MATCH_PART, "mso-hide:all", EFFECT_HIDE},
    {"style", MATCH_PART, "text-decoration:line-through", EFFECT_STRIKE},
    {"style", MATCH_PART, "text-decoration-line:line-through", EFFECT_STRIKE},
    {"style", MATCH_PART, "white-space:pre", EFFECT_PRE},
};

struct reader {
    htmlParserCtxtPtr parser;
    GString *text;
    GByteArray *marks;
    guint16 stack[DEEPEST]; /* the effects of the elements that are open */
    guint depth;
    guint hidden, struck, quoted, signed_, pre; /* how many open elements have each effect */
    guint8 mark;                                /* of the line being written */
    gboolean space;                             /* white space is owed before the next word */
    gboolean worded;                            /* the line being written holds words */
    gboolean signing;                           /* a signature began that has no container */
    gboolean own;                               /* words of the person stand above */
    gboolean cut;                               /* the answered mail follows to the end */
};

static void end_line(struct reader *reader)
{
    g_string_append_c(reader->text, '\n');
    g_byte_array_append(reader->marks, &reader->mark, 1);
    reader->worded = FALSE;
    reader->space = FALSE;
    reader->mark = MARKUP_OWN;
}

static void end_words(struct reader *reader)
{
    if (reader->worded)
        end_line(reader);
    reader->space = FALSE;
}

static void put_word(struct reader *reader, const char *bytes, gsize length)
{
    if (!reader->worded) {
        reader->mark = (reader->quoted ? MARKUP_QUOTED : 0) | (reader->signed_ || reader->signing ? MARKUP_SIGNED : 0);
        reader->worded = TRUE;
    } else if (reader->space) {
        g_string_append_c(reader->text, ' ');
    }
    reader->space = FALSE;
    reader->own = reader->own || reader->mark == MARKUP_OWN;
    g_string_append_len(reader->text, bytes, (gssize)length);
}

static void on_characters(void *context, const xmlChar *bytes, int length)
{
    struct reader *reader = context;
    const char *text = (const char *)bytes;
    if (reader->hidden)
        return;
    for (int i = 0; i < length;) {
        int from = i;
        while (i < length && !g_ascii_isspace(text[i]))
            i++;
        if (i > from)
            put_word(reader, text + from, (gsize)(i - from));
        for (; i < length && g_ascii_isspace(text[i]); i++) {
            if (reader->pre && text[i] == '\n')
                end_line(reader);
            reader->space = TRUE;
        }
    }
}

static gboolean is_word_of(const char *value, const char *word, gboolean whole)
{
    gsize length = strlen(word);
    for (const char *p = value; (p = strstr(p, word)); p++) {
        gboolean starts = p == value || g_ascii_isspace(p[-1]) || (p - value >= 2 && p[-1] == '_' && p[-2] == 'x');
        if (starts && (!whole || !p[length] || g_ascii_isspace(p[length])))
            return TRUE;
    }
    return FALSE;
}

static guint effect_of_attribute(const char *name, const char *value)
{
    char lower[512], squashed[512];
    gsize length = 0, packed = 0;
    for (; value[length] && length < sizeof lower - 1; length++) {
        lower[length] = g_ascii_tolower(value[length]);
        if (!g_ascii_isspace(lower[length]))
            squashed[packed++] = lower[length];
    }
    lower[length] = squashed[packed] = '\0';
    guint effect = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(containers); i++) {
        const struct container *container = &containers[i];
        if (name[0] != container->attribute[0] || strcmp(name, container->attribute))
            continue;
        gboolean found = container->match == MATCH_PART ? strstr(squashed, container->value) != NULL
                                                        : is_word_of(lower, container->value, container->match == MATCH_WORD);
        if (found)
            effect |= container->effect;
    }
    return effect;
}

/* Gmail and others indent with a bare blockquote whose border is taken away. */
static gboolean is_indent(const xmlChar **attributes)
{
    gboolean indent = FALSE;
    for (const xmlChar **a = attributes; a && a[0]; a += 2) {
        const char *name = (const char *)a[0], *value = a[1] ? (const char *)a[1] : "";
        if (!strcmp(name, "type") || !strcmp(name, "class") || !strcmp(name, "id") || !strcmp(name, "cite"))
            return FALSE;
        if (!strcmp(name, "style"))
            indent = strstr(value, "border:none") || strstr(value, "border: none");
    }
    return indent;
}

static guint effect_of(const char *name, const xmlChar **attributes)
{
    guint effect = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(elements); i++)
        if (name[0] == elements[i].name[0] && !strcmp(name, elements[i].name))
            effect = elements[i].effect;
    if ((effect & EFFECT_QUOTE) && is_indent(attributes))
        effect &= ~(guint)EFFECT_QUOTE;
    gboolean block = (effect & EFFECT_BLOCK) != 0;
    for (const xmlChar **a = attributes; a && a[0]; a += 2) {
        const char *attribute = (const char *)a[0];
        if (!a[1] || !strcmp(attribute, "href") || !strcmp(attribute, "src"))
            continue;
        guint found = effect_of_attribute(attribute, (const char *)a[1]);
        /* A bar at the left of a cell or a word is decoration, of a block it is a quote's. */
        if (!strcmp(attribute, "style") && (!block || !strcmp(name, "p") || name[0] == 't'))
            found &= ~(guint)EFFECT_QUOTE;
        effect |= found;
    }
    return effect;
}

static void on_start(void *context, const xmlChar *element, const xmlChar **attributes)
{
    struct reader *reader = context;
    const char *name = (const char *)element;
    if (reader->depth == DEEPEST) {
        xmlStopParser(reader->parser);
        return;
    }
    guint effect = effect_of(name, attributes);
    if (!strcmp(name, "br")) {
        if (!reader->hidden)
            end_line(reader);
        effect &= ~(guint)EFFECT_BLOCK;
    }
    if (!strcmp(name, "td") || !strcmp(name, "th"))
        reader->space = TRUE;
    if (effect & (EFFECT_BLOCK | EFFECT_QUOTE | EFFECT_SIGN | EFFECT_CUT))
        end_words(reader);
    /* Bare paragraphs stand apart; those of Outlook, with a class, do not. */
    if (!strcmp(name, "p") && (!attributes || !attributes[0]) && reader->text->len > 0 && !reader->hidden)
        end_line(reader);
    if ((effect & EFFECT_CUT) && reader->own && !reader->quoted) {
        reader->cut = TRUE;
        xmlStopParser(reader->parser);
    }
    reader->signing = reader->signing || ((effect & EFFECT_SIGN_BELOW) && reader->own);
    reader->stack[reader->depth++] = (guint16)effect;
    reader->hidden += (effect & EFFECT_HIDE) != 0;
    reader->quoted += (effect & EFFECT_QUOTE) != 0;
    reader->signed_ += (effect & EFFECT_SIGN) != 0;
    reader->pre += (effect & EFFECT_PRE) != 0;
    if ((effect & EFFECT_STRIKE) && reader->struck++ == 0 && !reader->hidden)
        put_word(reader, "~~", 2);
}

static void on_end(void *context, const xmlChar *element)
{
    struct reader *reader = context;
    (void)element;
    if (reader->depth == 0)
        return;
    guint effect = reader->stack[--reader->depth];
    if ((effect & EFFECT_STRIKE) && --reader->struck == 0 && !reader->hidden)
        put_word(reader, "~~", 2);
    if (effect & (EFFECT_BLOCK | EFFECT_QUOTE | EFFECT_SIGN))
        end_words(reader);
    reader->hidden -= (effect & EFFECT_HIDE) != 0;
    reader->quoted -= (effect & EFFECT_QUOTE) != 0;
    reader->signed_ -= (effect & EFFECT_SIGN) != 0;
    reader->pre -= (effect & EFFECT_PRE) != 0;
}

/* libxml2 compares each attribute of a tag with all before it: a tag of a hundred thousand attributes costs minutes. Returns where the last tame tag ends. */
static gsize tame_length(const char *html, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        if (html[i] != '<' || i + 1 >= length || !g_ascii_isalpha(html[i + 1]))
            continue;
        gsize start = i, attributes = 0;
        gboolean value = FALSE;
        for (i++; i < length && html[i] != '>'; i++) {
            if (value && (html[i] == '"' || html[i] == '\'')) {
                const char *end = memchr(html + i + 1, html[i], length - i - 1);
                i = end ? (gsize)(end - html) : length;
            }
            if (i < length && (g_ascii_isspace(html[i]) || html[i] == '/') && ++attributes > MOST_ATTRIBUTES)
                return start;
            value = i < length && (html[i] == '=' || (value && g_ascii_isspace(html[i])));
        }
    }
    return length;
}

gboolean markup_read(const char *html, GString *text, GByteArray *marks)
{
    gsize length = tame_length(html, strnlen(html, LARGEST));
    if (length == 0)
        return FALSE;
    htmlParserCtxtPtr parser = htmlCreateMemoryParserCtxt(html, (int)length);
    if (!parser)
        return FALSE;
    struct reader reader = {.parser = parser, .text = text, .marks = marks};
    htmlSAXHandler events = {
        .startElement = on_start, .endElement = on_end, .characters = on_characters, .ignorableWhitespace = on_characters};
    htmlCtxtUseOptions(parser,
                       HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
    *parser->sax = events;
    parser->userData = &reader;
    /* The bytes are UTF-8 by now: a meta element that still names GBK must not be believed. */
    xmlSwitchToEncoding(parser, xmlFindCharEncodingHandler("UTF-8"));
    parser->input->encoding = xmlStrdup(BAD_CAST "UTF-8");
    htmlParseDocument(parser);
    if (reader.worded)
        end_line(&reader);
    htmlFreeParserCtxt(parser);
    return reader.cut;
}

gboolean markup_is_html(const char *plain)
{
    while (g_ascii_isspace(*plain))
        plain++;
    if (*plain != '<')
        return FALSE;
    static const char *const starts[] = {"<html", "<!doctype", "<div", "<p>",    "<p ",   "<body", "<meta",
                                         "<head", "<span",     "<br",  "<table", "<font", "<style"};
    for (gsize i = 0; i < G_N_ELEMENTS(starts); i++)
        if (!g_ascii_strncasecmp(plain, starts[i], strlen(starts[i])))
            return strchr(plain, '>') != NULL;
    return FALSE;
}
