#include "mailflow/field.h"

#include <string.h>

#include "mailflow/signoff.h"
#include "mailflow/vocabulary.h"

#define LONGEST_BLANK 200 /* bytes of a blank that was left or asks to be filled in */
#define LONGEST_ASKING 30 /* bytes of a placeholder without brackets: 填写 may begin a reason, too */

static struct phrase_token *token_at(const GArray *tokens, guint at)
{
    return &g_array_index(tokens, struct phrase_token, at);
}

static gboolean is_gap(guint class)
{
    return class >= PHRASE_BREAK && class < PHRASE_FIRST;
}

/* Punctuation that may stand between a label and its value. */
gboolean field_is_filler(gunichar c)
{
    return c == ' ' || c == '\t' || c == ':' || c == 0xFF1A || c == '=' || c == '#' || c == 0x201C || c == 0x201D || c == '"' ||
           c == 0x3000 || c == 0x300C || c == 0x2018 || c == '\'' || c == '_' || c == 0xFF3F || c == 0xFF03;
}

gboolean field_is_end(gunichar c)
{
    return c == 0 || c == '\n' || c == ',' || c == ';' || c == 0xFF0C || c == 0xFF1B || c == 0x3002 || c == 0x3001 || c == 0xFF01 ||
           c == '!' || c == '"' || c == 0x201D || c == 0x300D || c == '?' || c == 0xFF1F;
}

/* `无`, `待补`, `（请填写）`: the blank was not filled in. */
gboolean field_is_blank_word(const char *value)
{
    static const char *const blanks[] = {"无",     "没有",   "暂无", "待补", "待定", "后补",   "稍后",  "稍后提供", "空",   "未知",
                                         "不详",   "n/a",    "na",   "none", "tbd",  "nil",    "null",  "-",        "/",    "无需",
                                         "不需要", "请填写", "填写", "同上", "如下", "见附件", "如题",  "如附件",   "编号", "号码",
                                         "number", "no",     "…",    "...",  "……",   "略",     "x",     "xx",       "xxx",  "xxxx",
                                         "×",      "××",     "×××",  "text", "理由", "原因",   "reason"};
    g_autofree char *lower = g_utf8_strdown(value, -1);
    char *inner = lower;
    while (*inner && strchr("([<{_.*- ", *inner))
        inner++;
    for (gsize length = strlen(inner); length > 0 && strchr(")]>}_.*- ", inner[length - 1]); length--)
        inner[length - 1] = '\0';
    for (gsize i = 0; i < G_N_ELEMENTS(blanks); i++)
        if (!strcmp(inner, blanks[i]))
            return TRUE;
    return !*inner;
}

gboolean field_is_blank(const char *value)
{
    static const char *const asking[] = {"请填",    "请写",        "填写",        "此处填",     "在此填",
                                         "fill in", "please fill", "your reason", "number here"};
    g_autofree char *lower = g_utf8_strdown(value, -1);
    const char *inner = lower;
    while (g_unichar_ispunct(g_utf8_get_char(inner)) || *inner == ' ')
        inner = g_utf8_next_char(inner);
    for (gsize i = 0; i < G_N_ELEMENTS(asking); i++)
        if (g_str_has_prefix(inner, asking[i]) && (inner > lower || strlen(inner) < LONGEST_ASKING))
            return TRUE;
    return field_is_blank_word(value);
}

/* A label begins a clause or follows a known word; the 留档 in 济建留档〔2024〕 is part of a name. */
gboolean field_is_label(const GArray *tokens, guint at)
{
    return at == 0 || token_at(tokens, at - 1)->class != PHRASE_OTHER ||
           token_at(tokens, at - 1)->end < token_at(tokens, at)->start;
}

void field_mask(GArray *tokens, const struct field_span *span)
{
    for (guint i = 0; i < tokens->len; i++) {
        struct phrase_token *token = token_at(tokens, i);
        if (token->start >= span->start && token->end <= span->end)
            token->class = PHRASE_BREAK;
        else if (token->start >= span->start && token->start < span->end)
            token->start = span->end;
    }
}

/* The first token at or behind `at` that labels a reason; the end of the tokens when there is none. */
static guint reason_label(const GArray *tokens, guint at)
{
    while (at < tokens->len && (token_at(tokens, at)->class != WORD_REASON || !field_is_label(tokens, at)))
        at++;
    return at;
}

/* The bytes to the end of the line, LONGEST_BLANK at most: no blank is longer. */
static gsize line_length(const char *line)
{
    gsize length = 0;
    while (length < LONGEST_BLANK && line[length] && line[length] != '\n')
        length++;
    return length;
}

/* Punctuation that asks nothing. */
static gboolean ends_quietly(const char *line, gsize length)
{
    gunichar last = g_utf8_get_char(g_utf8_find_prev_char(line, line + length));
    return field_is_end(last) && last != '?' && last != 0xFF1F;
}

void field_drop_blank_reason(const char *words, GArray *tokens)
{
    for (guint i = reason_label(tokens, 0); i < tokens->len; i = reason_label(tokens, i + 1)) {
        const char *value = words + token_at(tokens, i)->end;
        while (field_is_filler(g_utf8_get_char(value)))
            value = g_utf8_next_char(value);
        gsize length = line_length(value), end = (gsize)(value - words) + length;
        if (length == LONGEST_BLANK)
            continue;
        while (length > 0 && ends_quietly(value, length))
            length = (gsize)(g_utf8_find_prev_char(value, value + length) - value);
        g_autofree char *line = g_strndup(value, length);
        for (guint k = i; field_is_blank_word(line) && k < tokens->len && token_at(tokens, k)->end <= end; k++)
            token_at(tokens, k)->class = PHRASE_BREAK;
    }
}

gboolean field_counts(const char *words, const struct phrase_token *token)
{
    gsize length = token->end - token->start;
    return token->class == PHRASE_OTHER && length <= 2 && strspn(words + token->start, "0123456789") >= length;
}

gsize field_reason_label(const char *words, const GArray *tokens, guint core)
{
    for (guint i = reason_label(tokens, core + 1); i < tokens->len; i = reason_label(tokens, i + 1)) {
        const char *value = words + token_at(tokens, i)->end;
        while (field_is_filler(g_utf8_get_char(value)) || *value == '\n')
            value = g_utf8_next_char(value);
        gsize length = line_length(value);
        g_autofree char *line = g_strndup(value, length);
        if (length == LONGEST_BLANK || !field_is_blank(line))
            return (gsize)(value - words);
    }
    return G_MAXSIZE;
}

/* Words of courtesy and punctuation around a reason are not part of it. */
static struct field_span trimmed(const GArray *tokens, struct field_span span)
{
    for (guint i = 0; i < tokens->len && span.start < span.end; i++) {
        const struct phrase_token *token = token_at(tokens, i);
        if (token->end <= span.start)
            continue;
        if (token->start > span.start)
            span.start = MIN(token->start, span.end);
        if (!is_gap(token->class) && token->class != WORD_COURTESY)
            break;
        span.start = MIN(token->end, span.end);
    }
    for (guint i = tokens->len; i-- > 0 && span.start < span.end;) {
        const struct phrase_token *token = token_at(tokens, i);
        if (token->start >= span.end)
            continue;
        if ((!is_gap(token->class) && token->class != WORD_COURTESY) || token->end < span.end)
            break;
        span.end = MAX(token->start, span.start);
    }
    return span;
}

static void append(GString *reason, const char *words, const GArray *tokens, struct field_span span)
{
    span = trimmed(tokens, span);
    while (span.end > span.start && g_ascii_isspace(words[span.end - 1]))
        span.end--;
    while (span.end > span.start && g_ascii_isspace(words[span.start]))
        span.start++;
    if (span.end == span.start)
        return;
    if (reason->len > 0)
        g_string_append(reason, "；");
    g_string_append_len(reason, words + span.start, (gssize)(span.end - span.start));
}

/* A span without the archive number that may stand in it. */
static void append_around(GString *reason, const char *words, const GArray *tokens, struct field_span span, struct field_span hole)
{
    if (hole.start >= span.end || hole.end <= span.start) {
        append(reason, words, tokens, span);
        return;
    }
    if (hole.start > span.start)
        append(reason, words, tokens, (struct field_span){span.start, hole.start});
    if (hole.end < span.end)
        append(reason, words, tokens, (struct field_span){hole.end, span.end});
}

/* `说明：`, `remarks:` before a reason are no part of it. */
static gsize skip_remark(const char *words, gsize start, gsize end)
{
    static const char *const remarks[] = {"意见",     "审核意见", "初审意见", "审查意见",   "具体意见", "意见如下",
                                          "说明",     "情况说明", "补充说明", "备注",       "问题",     "存在问题",
                                          "主要问题", "具体如下", "comment",  "comments",   "note",     "notes",
                                          "remark",   "remarks",  "details",  "explanation"};
    gsize at = start;
    while (at < end && (strchr(" \t\n,.;:-", words[at]) || field_is_end(g_utf8_get_char(words + at)) ||
                        field_is_filler(g_utf8_get_char(words + at))))
        at = (gsize)(g_utf8_next_char(words + at) - words);
    for (gsize i = 0; i < G_N_ELEMENTS(remarks); i++) {
        gsize length = strlen(remarks[i]);
        if (at + length < end && !g_ascii_strncasecmp(words + at, remarks[i], length) &&
            (words[at + length] == ':' || g_str_has_prefix(words + at + length, "：")))
            return at + length + (words[at + length] == ':' ? 1 : strlen("："));
    }
    return start;
}

/* Behind the verdict: its own clause counts from the first word that says more than the verdict. */
static gsize rest_start(const char *words, const GArray *tokens, const struct field_place *place, gsize length)
{
    gboolean telling = FALSE;
    for (guint i = place->core + 1; i < place->clause_end; i++) {
        guint class = token_at(tokens, i)->class;
        telling = telling || class == WORD_LACK || class == WORD_REASON;
    }
    telling = telling || (place->core + 1 < place->clause_end && field_counts(words, token_at(tokens, place->core + 1)));
    guint from = telling ? place->core + 1 : place->clause_end;
    return from < tokens->len ? token_at(tokens, from)->start : length;
}

char *field_reason(const char *words, const GArray *tokens, const struct field_place *place)
{
    gsize length = strlen(words);
    g_autoptr(GString) reason = g_string_new(NULL);
    gsize labelled = field_reason_label(words, tokens, place->core);
    if (labelled != G_MAXSIZE) {
        gsize end = labelled + signoff_start(words + labelled, length - labelled, FALSE);
        append_around(reason, words, tokens, (struct field_span){labelled, end}, place->archive);
    } else {
        if (place->before < place->core) {
            guint from = place->before;
            while (from < place->core && (is_gap(token_at(tokens, from)->class) || token_at(tokens, from)->class == WORD_REASON))
                from++;
            append_around(reason, words, tokens,
                          (struct field_span){token_at(tokens, from)->start, token_at(tokens, place->core)->start}, place->archive);
        }
        guint blank = reason_label(tokens, place->core + 1);
        gsize end = blank < tokens->len ? token_at(tokens, blank)->start : length;
        gsize start = rest_start(words, tokens, place, length);
        start = MIN(skip_remark(words, start, end), end);
        end = start + signoff_start(words + start, end - start, TRUE);
        append_around(reason, words, tokens, (struct field_span){start, end}, place->archive);
    }
    return reason->len > 0 ? g_string_free(g_steal_pointer(&reason), FALSE) : NULL;
}
