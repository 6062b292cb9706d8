#include "mailflow/field.h"

#include <string.h>

#include "mailflow/phrase.h"
#include "mailflow/signoff.h"
#include "mailflow/vocabulary.h"

#define LONGEST_ARCHIVE 40
#define LONGEST_ASKING 30  /* bytes of a placeholder without brackets: 填写 may begin a reason, too */
#define LONGEST_HINT 40    /* bytes of a remark in brackets behind a label */
#define LONGEST_SOUGHT 400 /* bytes: a number that has not ended by then is none */

static struct phrase_token *token_at(const GArray *tokens, guint at)
{
    return &g_array_index(tokens, struct phrase_token, at);
}

static gboolean is_gap(guint class)
{
    return class >= PHRASE_BREAK && class < PHRASE_FIRST;
}

/* Punctuation that may stand between a label and its value. */
static gboolean is_filler(gunichar c)
{
    return c == ' ' || c == '\t' || c == ':' || c == 0xFF1A || c == '=' || c == '#' || c == 0x201C || c == 0x201D || c == '"' ||
           c == 0x3000 || c == 0x300C || c == 0x2018 || c == '\'' || c == '_' || c == 0xFF3F || c == 0xFF03;
}

static gboolean is_end(gunichar c)
{
    return c == 0 || c == '\n' || c == ',' || c == ';' || c == 0xFF0C || c == 0xFF1B || c == 0x3002 || c == 0x3001 || c == 0xFF01 ||
           c == '!' || c == '"' || c == 0x201D || c == 0x300D || c == '?' || c == 0xFF1F;
}

/* What people put between a label and its number: `留档编号—12`, `【留档编号】12`, `archive no; 12`. */
static gboolean is_lead(gunichar c)
{
    static const gunichar leads[] = {'-',    ';',    '.',    ')',    ']',    0xFF1B, 0xFF0D, 0xFF09,
                                     0x3011, 0x300D, 0xFE55, 0x2013, 0x2014, 0x2192, 0x3015, '>'};
    for (gsize i = 0; i < G_N_ELEMENTS(leads); i++)
        if (c == leads[i])
            return TRUE;
    return is_filler(c);
}

static gboolean has_digit(const char *start, const char *end)
{
    for (; start < end; start = g_utf8_next_char(start))
        if (g_unichar_isdigit(g_utf8_get_char(start)))
            return TRUE;
    return FALSE;
}

/* A number has a digit, be it written as `七`. */
static gboolean has_number(const char *value)
{
    for (const char *p = value; *p; p = g_utf8_next_char(p))
        if (g_unichar_isdigit(g_utf8_get_char(p)) || g_utf8_strchr("〇零一二三四五六七八九十百", -1, g_utf8_get_char(p)))
            return TRUE;
    return FALSE;
}

/* `无`, `待补`, `（请填写）`: the blank was not filled in. */
static gboolean is_blank_word(const char *value)
{
    static const char *const blanks[] = {"无",     "没有",   "暂无", "待补", "待定", "后补",   "稍后",   "稍后提供", "空",   "未知",
                                         "不详",   "n/a",    "na",   "none", "tbd",  "nil",    "null",   "-",        "/",    "无需",
                                         "不需要", "请填写", "填写", "同上", "如下", "见附件", "如题",   "如附件",   "编号", "号码",
                                         "number", "no",     "…",    "...",  "……",   "略",     "x",      "xx",       "xxx",  "xxxx",
                                         "×",      "××",     "×××",  "text", "理由", "原因",   "reason", "?",        "？"};
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

static gboolean is_blank_value(const char *value)
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
    return is_blank_word(value);
}

/* A telephone number or a date is no archive number when it merely stands in the next line. */
static gboolean is_other_number(const char *value)
{
    gsize digits = 0, length = strlen(value);
    gboolean plain = TRUE;
    for (const char *p = value; *p; p++) {
        digits += g_ascii_isdigit(*p) != 0;
        plain = plain && (g_ascii_isdigit(*p) || strchr("-+/. :", *p));
    }
    gboolean phone = plain && digits >= 10 && (value[0] == '0' || value[0] == '1' || value[0] == '+');
    gboolean date = (plain && digits == 8 && length == 10) || (strstr(value, "年") && strstr(value, "月"));
    return phone || date;
}

/* The number of a request (T1-2024-000123) is ours, not the archive's. */
static gboolean is_request(const char *value)
{
    return strchr("TtPp", value[0]) && strlen(value) == 14 && value[2] == '-' && value[7] == '-' &&
           strspn(value + 3, "0123456789") == 4;
}

/* The value goes on over a space while numbers come: `济建留档 2024 第0123号`; and ends behind `号` where a sentence goes on. */
static const char *end_of_number(const char *start)
{
    const char *p = start;
    gboolean digit = FALSE, open = FALSE;
    while (!is_end(g_utf8_get_char(p)) && p - start < LONGEST_SOUGHT) {
        gunichar c = g_utf8_get_char(p);
        const char *next = g_utf8_next_char(p);
        if (c == ' ' || c == '\t') {
            const char *word = next;
            while (*word == ' ' || *word == '\t')
                word++;
            const char *end = word;
            while (!is_end(g_utf8_get_char(end)) && *end != ' ' && end - word < LONGEST_SOUGHT)
                end = g_utf8_next_char(end);
            if (!has_digit(word, end) || g_str_has_prefix(word, "原因") || !g_ascii_strncasecmp(word, "reason", 6))
                return p;
        }
        if ((c == ')' || c == 0xFF09) && !open)
            return p;
        if (c == '.' && !g_unichar_isalnum(g_utf8_get_char(next)) && !(p - start == 2 && !g_ascii_strncasecmp(start, "no", 2)))
            return p;
        open = open || c == '(' || c == 0xFF08;
        digit = digit || g_unichar_isdigit(c);
        p = next;
        if (c == 0x53F7 && digit && g_unichar_isalpha(g_utf8_get_char(p)))
            return p;
    }
    return p;
}

/* A label begins a clause or follows a known word; the 留档 in 济建留档〔2024〕 is part of a name. */
static gboolean is_label(const GArray *tokens, guint at)
{
    return at == 0 || token_at(tokens, at - 1)->class != PHRASE_OTHER ||
           token_at(tokens, at - 1)->end < token_at(tokens, at)->start;
}

struct value {
    const char *start, *end;
    gboolean colon; /* a colon stands between */
    gboolean below; /* the value stands in the next line */
};

/* Behind `（必填）` in `留档编号（必填）：`; the text itself when there is no such hint. */
static const char *skip_hint(const char *text)
{
    if (*text != '(' && !g_str_has_prefix(text, "（"))
        return text;
    const char *end = g_utf8_next_char(text);
    while (*end && *end != '\n' && *end != ')' && !g_str_has_prefix(end, "）") && !g_unichar_isdigit(g_utf8_get_char(end)))
        end = g_utf8_next_char(end);
    if ((*end != ')' && !g_str_has_prefix(end, "）")) || end - text > LONGEST_HINT)
        return text;
    const char *after = g_utf8_next_char(end);
    return *after == ':' || g_str_has_prefix(after, "：") ? after : text;
}

static struct value value_behind(const char *label_end)
{
    struct value value = {.start = skip_hint(label_end)};
    for (; is_lead(g_utf8_get_char(value.start)); value.start = g_utf8_next_char(value.start))
        value.colon = value.colon || *value.start == ':' || g_utf8_get_char(value.start) == 0xFF1A;
    if (g_str_has_prefix(value.start, "为") || g_str_has_prefix(value.start, "是"))
        for (value.start = g_utf8_next_char(value.start); is_lead(g_utf8_get_char(value.start));)
            value.start = g_utf8_next_char(value.start);
    value.below = value.colon && *value.start == '\n';
    value.start += value.below;
    value.end = end_of_number(value.start);
    return value;
}

/* The number as written, NULL when nothing stands there that could be one; `taken` tells whether the words there were meant as one. */
static char *number_of(const struct value *value, gboolean *taken)
{
    gboolean digit = has_digit(value->start, value->end);
    g_autofree char *number = g_strstrip(g_strndup(value->start, (gsize)(value->end - value->start)));
    *taken = *number && (value->below ? digit && !is_other_number(number) : value->colon || digit);
    gboolean good = *taken && g_utf8_strlen(number, -1) <= LONGEST_ARCHIVE && !is_blank_value(number) && !is_request(number);
    return good ? g_steal_pointer(&number) : NULL;
}

/* `No. 12`, `no 12`: numero. */
static gboolean is_numero(const char *words, const struct phrase_token *token)
{
    const char *after = words + token->end;
    if (token->end - token->start != 2 || g_ascii_strncasecmp(words + token->start, "no", 2))
        return FALSE;
    after += strspn(after, ". #:");
    return g_ascii_isdigit(*after);
}

/* A word that decides or turns a verdict round is never part of a number, whatever it is glued to; in `2024-NO-12` it is no word. */
static gboolean speaks(const char *words, const struct phrase_token *token)
{
    static const guint classes[] = {WORD_APPROVE, WORD_REJECT, WORD_VERGE, WORD_LACK, WORD_NOT,
                                    WORD_DOUBT,   WORD_HEDGE,  WORD_SAID,  WORD_ASK,  WORD_RETRACT};
    char before = token->start > 0 ? words[token->start - 1] : ' ', after = words[token->end];
    if (g_ascii_isalpha(words[token->start]) && (guchar)before < 0x80 && g_ascii_ispunct(before) && (guchar)after < 0x80 &&
        g_ascii_ispunct(after) && g_ascii_isalnum(words[token->end + 1]))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(classes); i++)
        if (token->class == classes[i])
            return !is_numero(words, token);
    return FALSE;
}

/* A value ends where the next word of the grammar stands: `留档编号：0123号同意`, `0123但缺合同`. Without a digit before it `无` or `待补` is the value. */
static const char *end_of_value(const char *words, const GArray *tokens, guint from, const char *start, const char *end)
{
    gboolean digit = FALSE;
    for (guint i = from; i < tokens->len && words + token_at(tokens, i)->start < end; i++) {
        const struct phrase_token *token = token_at(tokens, i);
        const char *word = words + token->start;
        if (word >= start && (token->class == WORD_APPROVE || token->class == WORD_REJECT || (digit && speaks(words, token)) ||
                              ((token->class == WORD_ARCHIVE || token->class == WORD_REASON) && is_label(tokens, i))))
            return word;
        digit = digit || has_digit(MAX(word, start), words + token->end);
    }
    return end;
}

/* `留档编号：补齐材料后再给`: a sentence stands where the number should, and it must be heard. One character of 会, 先 or 某 may belong to a name. */
static gboolean is_sentence(const char *words, const GArray *tokens, guint from, const struct value *value)
{
    g_autofree char *text = g_strndup(value->start, (gsize)(value->end - value->start));
    if (is_blank_word(g_strstrip(text)))
        return FALSE;
    for (guint i = from; i < tokens->len && words + token_at(tokens, i)->start < value->end; i++) {
        const struct phrase_token *token = token_at(tokens, i);
        const char *word = words + token->start;
        if (word < value->start)
            continue;
        if (has_digit(value->start, word))
            return FALSE;
        if (token->class != WORD_HEDGE && token->class != WORD_SAID && speaks(words, token))
            return TRUE;
    }
    return FALSE;
}

static void mask(GArray *tokens, const struct field_span *span)
{
    for (guint i = 0; i < tokens->len; i++) {
        struct phrase_token *token = token_at(tokens, i);
        if (token->start >= span->start && token->end <= span->end)
            token->class = PHRASE_BREAK;
        else if (token->start >= span->start && token->start < span->end)
            token->start = span->end;
    }
}

/* Where the name before a number's bracket begins: `退回济建留档〔2024〕` says 退回 of 济建留档〔2024〕. */
static const char *start_of_name(const char *words, const GArray *tokens, const char *bracket)
{
    const char *start = bracket;
    for (const char *p; start > words; start = p) {
        p = g_utf8_prev_char(start);
        gunichar c = g_utf8_get_char(p);
        if (is_end(c) || is_filler(c) || c == '(' || c == ')' || c == 0xFF08 || c == 0xFF09)
            break;
    }
    for (guint i = 0; i < tokens->len && words + token_at(tokens, i)->end <= bracket; i++)
        if (speaks(words, token_at(tokens, i)))
            start = MAX(start, words + token_at(tokens, i)->end);
    return start;
}

/* `济建留档〔2024〕0123号` without a label: a year in brackets with digits behind it. */
static char *bare_archive(const char *words, const GArray *tokens, struct field_span *span)
{
    static const char *const opening[] = {"〔", "【", "[", "（", "("}, *const closing[] = {"〕", "】", "]", "）", ")"};
    for (gsize i = 0; i < G_N_ELEMENTS(opening); i++) {
        const char *bracket = strstr(words, opening[i]);
        if (!bracket || bracket == words)
            continue;
        const char *year = bracket + strlen(opening[i]);
        if (strspn(year, "0123456789") != 4 || !g_str_has_prefix(year + 4, closing[i]))
            continue;
        const char *number = year + 4 + strlen(closing[i]);
        if (!has_digit(number, g_str_has_prefix(number, "第") ? number + 4 : number + (*number != 0)))
            continue;
        const char *start = start_of_name(words, tokens, bracket);
        const char *end = end_of_value(words, tokens, 0, bracket, end_of_number(bracket));
        g_autofree char *value = g_strstrip(g_strndup(start, (gsize)(end - start)));
        if (g_utf8_strlen(value, -1) > LONGEST_ARCHIVE)
            continue;
        *span = (struct field_span){(gsize)(start - words), (gsize)(end - words)};
        return g_steal_pointer(&value);
    }
    return NULL;
}

char *field_archive(const char *words, GArray *tokens, struct field_span *span, gboolean *several)
{
    g_autofree char *first = NULL;
    char *archive;
    *span = (struct field_span){0, 0};
    *several = FALSE;
    for (guint i = 0; i < tokens->len; i++) {
        struct phrase_token *token = token_at(tokens, i);
        if (token->class != WORD_ARCHIVE || !is_label(tokens, i))
            continue;
        struct value place = value_behind(words + token->end);
        place.end = MAX(place.start, end_of_value(words, tokens, i + 1, place.start, place.end));
        gboolean taken;
        g_autofree char *value = number_of(&place, &taken);
        if (taken && is_sentence(words, tokens, i + 1, &place)) {
            g_clear_pointer(&value, g_free);
            taken = FALSE;
        }
        struct field_span found = {token->start, taken ? (gsize)(place.end - words) : token->end};
        if (value && first && strcmp(value, first))
            *several = TRUE;
        if (value && !first) {
            first = g_steal_pointer(&value);
            *span = found;
        }
        if (!taken && !place.colon)
            token->class = WORD_EITHER;
        else
            mask(tokens, &found);
    }
    archive = first && has_number(first) ? g_steal_pointer(&first) : NULL;
    if (!first && !archive && (archive = bare_archive(words, tokens, span)))
        mask(tokens, span);
    return archive;
}

gboolean field_counts(const char *words, const struct phrase_token *token)
{
    gsize length = token->end - token->start;
    return token->class == PHRASE_OTHER && length <= 2 && strspn(words + token->start, "0123456789") >= length;
}

/* The first token at or behind `at` that labels a reason; the end of the tokens when there is none. */
static guint reason_label(const GArray *tokens, guint at)
{
    while (at < tokens->len && (token_at(tokens, at)->class != WORD_REASON || !is_label(tokens, at)))
        at++;
    return at;
}

gsize field_reason_label(const char *words, const GArray *tokens, guint core)
{
    for (guint i = reason_label(tokens, core + 1); i < tokens->len; i = reason_label(tokens, i + 1)) {
        const char *value = words + token_at(tokens, i)->end;
        while (is_filler(g_utf8_get_char(value)) || *value == '\n')
            value = g_utf8_next_char(value);
        g_autofree char *line = g_strndup(value, strcspn(value, "\n"));
        if (!is_blank_value(line))
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
    while (at < end &&
           (strchr(" \t\n,.;:-", words[at]) || is_end(g_utf8_get_char(words + at)) || is_filler(g_utf8_get_char(words + at))))
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
