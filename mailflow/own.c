#include "mailflow/own.h"

#include <string.h>

#include "mailflow/markup.h"
#include "mailflow/quote.h"
#include "mailflow/signoff.h"
#include "mailflow/wording.h"

#define LARGEST_PLAIN (1u << 20)
#define MOST_LINES 20000
#define LONGEST_FOOTER 120 /* a footer of a client is short; a longer line is somebody's sentence */
#define LOOKED_AT 300
#define MOST_TAGS 8 /* of gateways at the start of a line */

/* Characters of no width and of direction: clients put them between words, and a verdict must not hide behind one. */
static gboolean is_invisible(gunichar c)
{
    return c == 0xAD || c == 0x1427 || c == 0x180E || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x206F) || (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF || (c >= 0xE0000 && c <= 0xE0FFF) ||
           (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
}

static gboolean is_blank(gunichar c)
{
    return c == ' ' || c == '\t' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F ||
           c == 0x3000;
}

/* The character an entity in a plain text stands for, and its length; NetEase and Tencent leave them there. 0 when there is none. */
static gunichar entity(const char *text, gsize *length)
{
    static const struct {
        const char *name;
        gunichar character;
    } names[] = {{"&nbsp;", ' '}, {"&lt;", '<'},   {"&gt;", '>'},    {"&amp;nbsp;", ' '}, {"&amp;lt;", '<'},   {"&amp;gt;", '>'},
                 {"&amp;", '&'},  {"&quot;", '"'}, {"&apos;", '\''}, {"&ensp;", ' '},     {"&emsp;", ' '},     {"&#39;", '\''},
                 {"&#160;", ' '}, {"&#xa0;", ' '}, {"&#xA0;", ' '},  {"&#12288;", ' '},   {"&ldquo;", 0x201C}, {"&rdquo;", 0x201D}};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_str_has_prefix(text, names[i].name)) {
            *length = strlen(names[i].name);
            return names[i].character;
        }
    return 0;
}

/* One form for all line ends and all blanks, without what cannot be seen. */
static GString *tidy(const char *text, gsize limit, gboolean plain)
{
    const char *end = text + strnlen(text, limit);
    GString *tidied = g_string_sized_new((gsize)(end - text) + 1);
    while (text < end) {
        if ((guchar)*text < 0x80 && *text >= ' ' && *text != '&' && *text != 0x7F) {
            g_string_append_c(tidied, *text++);
            continue;
        }
        gsize length = 0;
        gunichar c = plain && *text == '&' ? entity(text, &length) : 0;
        if (c == 0) {
            c = g_utf8_get_char_validated(text, end - text);
            length = c & 0x80000000 ? 1 : (gsize)(g_utf8_next_char(text) - text);
            if (c & 0x80000000)
                c = 0xFFFD;
        }
        if (c == '\r' && text[1] == '\n')
            length = 2;
        text += length;
        if (c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029 || c == '\v' || c == '\f')
            c = plain ? '\n' : ' ';
        if (is_blank(c))
            g_string_append_c(tidied, ' ');
        else if (length > 1 && *(text - length) != '&' && c >= 0x80 && c != 0xFFFD && !is_invisible(c))
            g_string_append_len(tidied, text - length, (gssize)length);
        else if (!is_invisible(c))
            g_string_append_unichar(tidied, c);
    }
    return tidied;
}

/* RFC 3676: an unquoted line that ends with a space goes on in the next, but for the line that begins a signature. */
static gboolean flows(const char *line)
{
    gsize length = strlen(line);
    return length > 1 && line[length - 1] == ' ' && line[0] != '>' && strcmp(line, "-- ");
}

static GArray *split(GString *text, gboolean flowed, const GByteArray *marks)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(struct quote_line));
    char *p = text->str;
    for (gsize i = 0; p && i < MOST_LINES; i++) {
        char *newline = strchr(p, '\n');
        if (newline)
            *newline = '\0';
        struct quote_line line = {.flows = flowed && flows(p)};
        line.text = g_strstrip(p);
        if (marks && i < marks->len) {
            line.quoted = (marks->data[i] & MARKUP_QUOTED) != 0;
            line.signed_ = (marks->data[i] & MARKUP_SIGNED) != 0;
        }
        line.quoted = line.quoted || quote_is_marked(line.text);
        g_array_append_val(lines, line);
        p = newline ? newline + 1 : NULL;
    }
    return lines;
}

/* Outlook's plain text has an empty line after each line: without that, wrapped lines could not be told from paragraphs. */
static void undouble(GArray *lines)
{
    gsize worded = 0, adjacent = 0, to = 0;
    for (gsize i = 0; i < lines->len && i < 200; i++) {
        const struct quote_line *line = &g_array_index(lines, struct quote_line, i);
        worded += *line->text != '\0';
        adjacent += i > 0 && *line->text && *g_array_index(lines, struct quote_line, i - 1).text;
    }
    if (adjacent > 0 || worded < 6)
        return;
    for (gsize i = 0; i < lines->len; i++) {
        struct quote_line line = g_array_index(lines, struct quote_line, i);
        if (*line.text)
            g_array_index(lines, struct quote_line, to++) = line;
    }
    g_array_set_size(lines, (guint)to);
}

/* The person's lines as they are found. */
struct gathered {
    GPtrArray *lines;  /* struct quote_line *, borrowed; an empty one between paragraphs */
    gsize worded;      /* lines that hold words */
    gsize greetings;   /* of these, lines that only greet */
    gboolean between;  /* among quotes: a rule begins a footer there */
    gboolean over;     /* a signature or a notice began: nothing below counts */
    gboolean skipping; /* the rest of a paragraph that is not the person's */
    const char *left;  /* what was left out first; NULL */
};

static struct quote_line *line_at(const GArray *lines, gsize at)
{
    return &g_array_index(lines, struct quote_line, at);
}

static const char *text_at(const GPtrArray *lines, guint at)
{
    return ((const struct quote_line *)g_ptr_array_index(lines, at))->text;
}

static gboolean is_dash_line(const char *line)
{
    static const char *const dashes[] = {"--", "- -", "---", "——", "—", "––", "__", "-- --", "====", "***", "|", "| |", "||"};
    for (gsize i = 0; i < G_N_ELEMENTS(dashes); i++)
        if (!strcmp(line, dashes[i]))
            return TRUE;
    return quote_is_rule(line);
}

/* `[外部邮件] 同意`: tags of a gateway before the first word. */
static void drop_tags(struct quote_line *line)
{
    gsize tag = 1;
    for (guint tags = 0; tags < MOST_TAGS && tag > 0 && *line->text; tags++) {
        g_autofree char *folded = wording_fold(line->text, LOOKED_AT);
        tag = wording_tag(folded);
        if (tag > 0)
            line->text = g_strchug(g_utf8_offset_to_pointer(line->text, g_utf8_strlen(folded, (gssize)tag)));
    }
}

static void gather_blank(struct gathered *gathered, struct quote_line *line)
{
    gathered->skipping = FALSE;
    if (gathered->lines->len > 0 && *text_at(gathered->lines, gathered->lines->len - 1))
        g_ptr_array_add(gathered->lines, line);
}

/* What stands above the person's words is passed over; what stands below ends them. */
static void gather(struct gathered *gathered, struct quote_line *line)
{
    if (gathered->worded == 0 && !gathered->skipping)
        drop_tags(line);
    if (!*line->text)
        gather_blank(gathered, line);
    if (!*line->text || gathered->over || gathered->skipping)
        return;
    g_autofree char *folded = wording_fold(line->text, LOOKED_AT);
    gsize length = strlen(line->text);
    if (gathered->worded == 0 && wording_is_banner(folded)) {
        /* A banner that fills its line goes on in the next; a short one does not. */
        gathered->left = gathered->left ? gathered->left : "a gateway's warning";
        gathered->skipping = length >= 70 && !strchr(".!)]", line->text[length - 1]) && !g_str_has_suffix(line->text, "。");
        return;
    }
    gboolean footer = length <= LONGEST_FOOTER && wording_is_footer(folded);
    gboolean notice = wording_is_disclaimer(folded), dashes = is_dash_line(line->text);
    if (footer || notice || dashes || (gathered->worded > 0 && wording_is_closing(folded))) {
        gathered->over = gathered->worded > 0;
        if (!gathered->left)
            gathered->left = footer   ? "a client's footer"
                             : notice ? "a legal notice"
                             : dashes ? "what follows dashes"
                                      : "a closing";
        gathered->skipping = notice || (dashes && gathered->between) || !strcmp(line->text, "--");
        return;
    }
    g_ptr_array_add(gathered->lines, line);
    gathered->worded++;
    gathered->greetings += wording_is_greeting(folded);
}

/* Contact data, office and date at the end, and a name above them. The first line is the person's whatever it looks like. */
static void drop_name_block(GPtrArray *lines)
{
    guint kept = lines->len, blocks = 0;
    for (; kept > 1 && (!*text_at(lines, kept - 1) || signoff_is_block(text_at(lines, kept - 1))); kept--) {
        gboolean worded = *text_at(lines, kept - 1) != '\0';
        const char *above = text_at(lines, kept - 2);
        if (worded && (g_str_has_suffix(above, ":") || g_str_has_suffix(above, "：")))
            break; /* what a label asks for */
        blocks += worded;
    }
    if (blocks > 0 && kept > 1 && signoff_is_name(text_at(lines, kept - 1)))
        kept--;
    if (blocks > 0)
        g_ptr_array_set_size(lines, (gint)kept);
}

static char *join(GPtrArray *lines)
{
    drop_name_block(lines);
    GString *words = g_string_new(NULL);
    for (guint i = 0; i < lines->len; i++) {
        const struct quote_line *line = g_ptr_array_index(lines, i);
        g_string_append(words, line->text);
        const char *next = i + 1 < lines->len ? text_at(lines, i + 1) : "";
        if (!line->flows || !*next)
            g_string_append_c(words, '\n');
        else if ((guchar)next[0] < 0xE3 || (guchar)words->str[words->len - 1] < 0x80)
            g_string_append_c(words, ' '); /* between two ideographs the space is no word's */
    }
    return g_strchomp(g_string_free(words, FALSE));
}

/* Reads the lines from `from` until the quoted mail opens; returns where, and how it does. */
static gsize gather_above(GArray *lines, struct gathered *gathered, struct quote_opening *opening)
{
    gsize i = 0;
    for (; i < lines->len; i++) {
        struct quote_line *line = line_at(lines, i);
        if (line->quoted)
            break;
        *opening = quote_opens(lines, i);
        if (opening->lines > 0) {
            line->text[opening->keep] = '\0';
            g_strchomp(line->text);
            gather(gathered, line);
            break;
        }
        if (!line->signed_)
            gather(gathered, line);
    }
    return i;
}

/* Nothing but a greeting stands above: the answers are between or below lines with quote marks. Without marks nobody can tell them from the quoted mail. */
static void gather_between(GArray *lines, gsize from, struct gathered *gathered)
{
    while (from < lines->len && !*line_at(lines, from)->text)
        from++;
    if (from == lines->len || !line_at(lines, from)->quoted)
        return;
    gathered->between = TRUE;
    for (gsize i = from; i < lines->len; i++) {
        struct quote_line *line = line_at(lines, i);
        if (line->quoted) {
            gathered->skipping = FALSE;
            continue;
        }
        struct quote_opening opening = quote_opens(lines, i);
        if (opening.lines > 0) {
            i += opening.lines - 1;
            if (i + 1 < lines->len && !line_at(lines, i + 1)->quoted && *line_at(lines, i + 1)->text)
                return;
            continue;
        }
        if (!line->signed_)
            gather(gathered, line);
    }
}

/* `text/plain, cut before line 4 by quoted headers; a client's footer left out`. */
static char *explain(const char *source, const char *by, gsize line, const struct gathered *gathered)
{
    g_autoptr(GString) how = g_string_new(source);
    if (by)
        g_string_append_printf(how, ", cut before line %" G_GSIZE_FORMAT " by %s", line, by);
    if (gathered->between)
        g_string_append(how, "; words below or between the quotes");
    if (gathered->left)
        g_string_append_printf(how, "; %s left out", gathered->left);
    return g_string_free(g_steal_pointer(&how), FALSE);
}

/* A body's lines as words. */
struct source {
    const char *name; /* English, for the explanation */
    gboolean flowed;
    const GByteArray *marks; /* NULL for plain text */
    gboolean cut;            /* a client's mark ended the HTML */
};

static char *words_of(GString *text, const struct source *source, char **how)
{
    g_autoptr(GArray) lines = split(text, source->flowed, source->marks);
    undouble(lines);
    g_autoptr(GPtrArray) kept = g_ptr_array_new();
    struct gathered gathered = {.lines = kept};
    struct quote_opening opening = {0, 0, NULL};
    gsize quote = gather_above(lines, &gathered, &opening);
    if (gathered.worded == gathered.greetings && quote < lines->len) {
        gathered.over = gathered.skipping = FALSE;
        gather_between(lines, quote + opening.lines, &gathered);
    }
    const char *by = quote == lines->len ? (source->cut ? "a client's mark in the HTML" : NULL)
                     : opening.by        ? opening.by
                                         : "a quote mark or a container of quoted mail";
    *how = explain(source->name, by, quote + 1, &gathered);
    return join(kept);
}

static char *words_of_html(const char *html, const char *name, char **how)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GByteArray) marks = g_byte_array_new();
    struct source source = {.name = name, .marks = marks, .cut = markup_read(html, text, marks)};
    g_autoptr(GString) tidied = tidy(text->str, text->len, FALSE);
    return words_of(tidied, &source, how);
}

static gboolean has_words(const char *text)
{
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (!is_blank(c) && !is_invisible(c) && c != '\n')
            return TRUE;
    }
    return FALSE;
}

char *own_words(const char *plain, gboolean flowed, const char *html, char **how)
{
    char *words = NULL;
    g_autofree char *explained = NULL;
    if (plain && markup_is_html(plain)) {
        words = words_of_html(plain, "HTML in text/plain", &explained);
    } else if (plain) {
        g_autoptr(GString) tidied = tidy(plain, LARGEST_PLAIN, TRUE);
        struct source source = {.name = "text/plain", .flowed = flowed};
        if (has_words(tidied->str))
            words = words_of(tidied, &source, &explained);
    }
    if (html && (!words || !*words)) {
        g_free(words);
        g_free(g_steal_pointer(&explained));
        words = words_of_html(html, "text/html", &explained);
    }
    if (how)
        *how = explained ? g_steal_pointer(&explained) : g_strdup("no text");
    return words ? words : g_strdup("");
}
