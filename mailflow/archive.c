#include "mailflow/archive.h"

#include <string.h>

#include "mailflow/vocabulary.h"

#define LONGEST_ARCHIVE 40
#define LONGEST_HINT 40    /* bytes of a remark in brackets behind a label */
#define LONGEST_SOUGHT 400 /* bytes: a number that has not ended by then is none */

static struct phrase_token *token_at(const GArray *tokens, guint at)
{
    return &g_array_index(tokens, struct phrase_token, at);
}

/* What people put between a label and its number: `留档编号—12`, `【留档编号】12`, `archive no; 12`. */
static gboolean is_lead(gunichar c)
{
    static const gunichar leads[] = {'-',    ';',    '.',    ')',    ']',    0xFF1B, 0xFF0D, 0xFF09,
                                     0x3011, 0x300D, 0xFE55, 0x2013, 0x2014, 0x2192, 0x3015, '>'};
    for (gsize i = 0; i < G_N_ELEMENTS(leads); i++)
        if (c == leads[i])
            return TRUE;
    return field_is_filler(c);
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
    while (!field_is_end(g_utf8_get_char(p)) && p - start < LONGEST_SOUGHT) {
        gunichar c = g_utf8_get_char(p);
        const char *next = g_utf8_next_char(p);
        if (c == ' ' || c == '\t') {
            const char *word = next;
            while (*word == ' ' || *word == '\t')
                word++;
            const char *end = word;
            while (!field_is_end(g_utf8_get_char(end)) && *end != ' ' && end - word < LONGEST_SOUGHT)
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

/* `留档编号`, `archive no` ask for a number by themselves; `已留档` does not. */
static gboolean is_explicit(const char *label, const char *end)
{
    static const char *const ends[] = {"号", "號", "码", "no", "no.", "number", "#"};
    g_autofree char *text = g_ascii_strdown(label, end - label);
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++)
        if (g_str_has_suffix(text, ends[i]))
            return TRUE;
    return FALSE;
}

static struct value value_behind(const char *label, const char *label_end)
{
    struct value value = {.start = skip_hint(label_end)};
    for (; is_lead(g_utf8_get_char(value.start)); value.start = g_utf8_next_char(value.start))
        value.colon = value.colon || *value.start == ':' || g_utf8_get_char(value.start) == 0xFF1A;
    if (g_str_has_prefix(value.start, "为") || g_str_has_prefix(value.start, "是"))
        for (value.start = g_utf8_next_char(value.start); is_lead(g_utf8_get_char(value.start));)
            value.start = g_utf8_next_char(value.start);
    value.below = *value.start == '\n' && (value.colon || is_explicit(label, label_end));
    value.start += value.below;
    value.end = end_of_number(value.start);
    return value;
}

/* Without the emphasis and the brackets that people put around a number, and without a bracket that belongs to its label. */
static char *unwrapped(char *number)
{
    static const char *const pairs[][2] = {{"[", "]"},   {"<", ">"},   {"(", ")"},   {"{", "}"},
                                           {"（", "）"}, {"【", "】"}, {"「", "」"}, {"《", "》"}};
    g_autofree char *whole = number;
    char *start = whole;
    for (gboolean again = TRUE; again;) {
        again = FALSE;
        start = g_strstrip(start);
        for (; *start == '*' || *start == '_' || g_str_has_prefix(start, "…"); again = TRUE)
            start = g_utf8_next_char(start);
        gsize length = strlen(start);
        for (; length > 0 && strchr("*_", start[length - 1]); again = TRUE)
            start[--length] = '\0';
        for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
            gboolean opened = g_str_has_prefix(start, pairs[i][0]);
            char *close = strstr(start, pairs[i][1]);
            gboolean last = close && !close[strlen(pairs[i][1])];
            if (!last || (!opened && strstr(start, pairs[i][0])))
                continue;
            *close = '\0';
            start += opened ? strlen(pairs[i][0]) : 0;
            again = TRUE;
        }
    }
    return g_strdup(start);
}

/* The number as written, NULL when nothing stands there that could be one; `taken` tells whether the words there were meant as one. */
static char *number_of(const struct value *value, gboolean *taken)
{
    gboolean digit = has_digit(value->start, value->end);
    g_autofree char *number = unwrapped(g_strndup(value->start, (gsize)(value->end - value->start)));
    *taken = *number && (value->below ? digit && !is_other_number(number) : value->colon || digit);
    gboolean good = *taken && g_utf8_strlen(number, -1) <= LONGEST_ARCHIVE && !field_is_blank(number) && !is_request(number);
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
                              ((token->class == WORD_ARCHIVE || token->class == WORD_REASON) && field_is_label(tokens, i))))
            return word;
        digit = digit || has_digit(MAX(word, start), words + token->end);
    }
    return end;
}

/* `留档编号：补齐材料后再给`: a sentence stands where the number should, and it must be heard. One character of 会, 先 or 某 may belong to a name. */
static gboolean is_sentence(const char *words, const GArray *tokens, guint from, const struct value *value)
{
    g_autofree char *text = g_strndup(value->start, (gsize)(value->end - value->start));
    if (field_is_blank_word(g_strstrip(text)))
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

/* Where the name before a number's bracket begins: `退回济建留档〔2024〕` says 退回 of 济建留档〔2024〕. */
static const char *start_of_name(const char *words, const GArray *tokens, const char *bracket)
{
    const char *start = bracket;
    for (const char *p; start > words; start = p) {
        p = g_utf8_prev_char(start);
        gunichar c = g_utf8_get_char(p);
        if (field_is_end(c) || field_is_filler(c) || c == '(' || c == ')' || c == 0xFF08 || c == 0xFF09)
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

/* `编号（不批准）：12`: what stands between label and number takes the decision back, it is more than a hint. `（没有可不填）` is one. */
static gboolean hint_objects(const GArray *tokens, const struct field_span *hint)
{
    gboolean objects = FALSE, turns = FALSE, approves = FALSE;
    for (guint i = 0; i < tokens->len; i++) {
        const struct phrase_token *token = token_at(tokens, i);
        if (token->start < hint->start || token->end > hint->end)
            continue;
        objects = objects || token->class == WORD_REJECT || token->class == WORD_RETRACT || token->class == WORD_DOUBT;
        turns = turns || token->class == WORD_NOT || token->class == WORD_LACK;
        approves = approves || token->class == WORD_APPROVE || token->class == WORD_VERGE;
    }
    return objects || (turns && approves);
}

char *archive_find(const char *words, GArray *tokens, struct field_span *span, gboolean *several)
{
    g_autofree char *first = NULL;
    char *archive;
    *span = (struct field_span){0, 0};
    *several = FALSE;
    for (guint i = 0; i < tokens->len; i++) {
        struct phrase_token *token = token_at(tokens, i);
        if (token->class != WORD_ARCHIVE || !field_is_label(tokens, i))
            continue;
        struct value place = value_behind(words + token->start, words + token->end);
        place.end = MAX(place.start, end_of_value(words, tokens, i + 1, place.start, place.end));
        gboolean taken;
        g_autofree char *value = number_of(&place, &taken);
        if (taken && is_sentence(words, tokens, i + 1, &place)) {
            g_clear_pointer(&value, g_free);
            taken = FALSE;
        }
        struct field_span hint = {token->end, (gsize)(place.start - words)};
        taken = taken && !hint_objects(tokens, &hint);
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
            field_mask(tokens, &found);
    }
    archive = first && has_number(first) ? g_steal_pointer(&first) : NULL;
    if (!first && !archive && (archive = bare_archive(words, tokens, span)))
        field_mask(tokens, span);
    return archive;
}
