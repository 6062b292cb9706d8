#include "mailflow/ballot.h"

#include <string.h>

#include "mailflow/limits.h"
#include "mailflow/phrase.h"
#include "mailflow/text.h"
#include "mailflow/vocabulary.h"

#define PLAUSIBLE 999 /* a larger number alone is a telephone's, a year, a postcode */

static const struct ballot_problem no_number = {
    "这里有决定，但没有写序号。",
    "This says a decision but no number.",
};
static const struct ballot_problem no_verdict = {
    "序号后没有读到“同意”或“不同意”。",
    "No APPROVE or REJECT was read behind the number.",
};
static const struct ballot_problem unclear = {
    "未能明确识别决定。",
    "The decision is not clear.",
};
static const struct ballot_problem another_verdict = {
    "下一行另有决定，但没有写序号。",
    "A line below says another decision without a number.",
};
static const struct ballot_problem another_number = {
    "一行内有多个决定，请每行只写一个。",
    "There are several decisions in one line; please give each a line of its own.",
};
static const struct ballot_problem malformed = {
    "序号写法无法识别，请写成“1”“1-4”或“1、3、6”。",
    "The numbers are not understood; please write 1, 1-4 or 1, 3, 6.",
};
static const struct ballot_problem backwards = {
    "序号范围应从小到大。",
    "A range goes from the smaller number to the larger.",
};
static const struct ballot_problem not_listed = {
    "所列申请中没有这个序号。",
    "There is no such number in the list.",
};
static const struct ballot_problem twice = {
    "同一序号出现两次。",
    "A number is named twice.",
};
static const struct ballot_problem unsettled = {
    "序号之前的文字可能改变决定的含义。",
    "The words before the first number may change what is meant.",
};
static const struct ballot_problem too_much = {
    "内容过多，无法逐行识别。",
    "There are too many lines to be read.",
};

static void line_free(struct ballot_line *line)
{
    g_free(line->words);
    g_array_unref(line->numbers);
    verdict_clear(&line->verdict);
    g_free(line);
}

static struct ballot_line *line_new(const char *words, const struct ballot_problem *problem)
{
    struct ballot_line *line = g_new0(struct ballot_line, 1);

    line->words = text_one_line(words, LIMIT_BALLOT_QUOTE);
    line->numbers = g_array_new(FALSE, FALSE, sizeof(guint));
    line->problem = problem;
    return line;
}

/* Characters as they are compared: half width, lower case. */

static gunichar letter(const char *at)
{
    return phrase_fold(g_utf8_get_char(at));
}

static const char *skip(const char *at, const char *characters)
{
    for (gunichar c; (c = letter(at)) != 0 && g_utf8_strchr(characters, -1, c);)
        at = g_utf8_next_char(at);
    return at;
}

static const char *skip_spaces(const char *at)
{
    return skip(at, " \t");
}

/* Where the word ends that stands at `at`; NULL when it does not stand there, or goes on as another word. */
static const char *after_word(const char *at, const char *word)
{
    gunichar last = 0;

    for (; *word; word = g_utf8_next_char(word), at = g_utf8_next_char(at))
        if ((last = g_utf8_get_char(word)) != letter(at))
            return NULL;
    return g_unichar_isalpha(last) && last < 0x80 && g_unichar_isalpha(letter(at)) && letter(at) < 0x80 ? NULL : at;
}

static const char *after_any(const char *at, const char *const *words)
{
    for (; *words; words++) {
        const char *end = after_word(at, *words);
        if (end)
            return end;
    }
    return NULL;
}

/* The numbers */

struct numbers { /* of one line, while they are read */
    const char *at;
    GArray *numbers;
    const struct ballot_problem *problem;
    gboolean large; /* one of them is no number of a list */
};

/* `第5项`, `#5`, `item 5`, `5`. FALSE when no number stands there: `at` is where it was. */
static gboolean read_number(struct numbers *reading, guint *number)
{
    static const char *const before[] = {"第",    "序号", "№",        "#",       "no.",     "nos.",   "nr.",
                                         "items", "item", "requests", "request", "numbers", "number", NULL};
    static const char *const behind[] = {"项", "号", "条", "件", NULL};
    const char *at = skip_spaces(reading->at), *named = after_any(at, before);
    guint64 value = 0;
    guint digits = 0;

    at = named ? skip_spaces(named) : at;
    for (; letter(at) >= '0' && letter(at) <= '9'; at = g_utf8_next_char(at), digits++)
        value = MIN(value * 10 + letter(at) - '0', G_MAXUINT32);
    if (!digits)
        return FALSE;
    const char *unit = after_any(skip_spaces(at), behind);
    reading->at = unit ? unit : at;
    reading->large = reading->large || value > PLAUSIBLE || digits > 3;
    *number = (guint)value;
    return TRUE;
}

static void put_numbers(struct numbers *reading, guint from, guint to)
{
    if (to < from)
        reading->problem = &backwards;
    else if (from < 1 || to > LIMIT_BALLOT_NUMBER)
        reading->problem = &not_listed;
    else if (to - from + 1 > LIMIT_BALLOT_NUMBER - reading->numbers->len)
        reading->problem = &twice;
    else
        for (guint i = from; i <= to; i++)
            g_array_append_val(reading->numbers, i);
}

/* `1-4`, `第1至4项` or one number. FALSE when none stands there. */
static gboolean read_range(struct numbers *reading)
{
    static const char *const words[] = {"至", "到", "to", "through", NULL};
    guint from, to;

    if (!read_number(reading, &from))
        return FALSE;
    const char *number_end = reading->at, *at = skip_spaces(number_end), *sign = after_any(at, words);
    reading->at = sign ? sign : skip(at, "-~‐‑‒–—―−～〜");
    if (reading->at == at || !read_number(reading, &to)) {
        reading->at = number_end;
        to = from;
    }
    put_numbers(reading, from, to);
    return TRUE;
}

/* Numbers that go on in a way that could be meant as this or that: 1.3, 1-3-5, 1/3, 1 3. */
static gboolean goes_on(const char *at)
{
    const char *next = skip(at, " \t.-~‐‑‒–—―−～〜/:");

    return letter(next) >= '0' && letter(next) <= '9';
}

/* The list of numbers that begins the line. FALSE when it does not begin with one. */
static gboolean read_list(struct numbers *reading)
{
    static const char *const words[] = {"和", "与", "及", "跟", "以及", "and", NULL};

    reading->at = skip(reading->at, " \t*•·▪●([{〔【\"“「-");
    if (!read_range(reading))
        return FALSE;
    for (;;) {
        const char *end = reading->at;
        const char *at = skip(end, " \t,;、&+"), *word = after_any(at, words);
        reading->at = word ? word : at;
        gboolean parted = word || skip_spaces(end) != at;
        if (!parted || !read_range(reading)) {
            reading->at = end;
            break;
        }
    }
    if (goes_on(reading->at))
        reading->problem = &malformed;
    return TRUE;
}

/* The verdict */

static guint first_class(const char *words)
{
    g_autoptr(GArray) tokens = phrase_read(vocabulary_verdict(), words);

    return tokens->len ? g_array_index(tokens, struct phrase_token, 0).class : PHRASE_LINE;
}

static gboolean decides(const char *words)
{
    guint class = first_class(words);

    return class == WORD_APPROVE || class == WORD_REJECT;
}

/* `全部同意`, `以上申请均不同意`, `ALL APPROVE`: where the verdict begins; NULL when it is no such line. */
static const char *after_all(const char *line)
{
    static const char *const every[] = {"全部", "所有", "全体", "均", "都", "一律", "all of them", "all of the above", "all", NULL};
    static const char *const between[] = {"以上", "上述", "所列", "申请", "项目", "事项",     "的",    "项", "均",
                                          "都",   "一律", "予以", "are",  "is",   "requests", "items", NULL};
    gboolean found = FALSE;

    for (const char *at = skip_spaces(line);;) {
        const char *end = after_any(at, every);
        found = found || end;
        if (!end)
            end = after_any(at, between);
        if (!end)
            return found && decides(at) ? at : NULL;
        at = skip(end, " \t:,");
    }
}

/* `APPROVE ALL`, `同意全部`: the words without the one for all, to be read as a verdict; NULL when it is no such line. Caller frees. */
static char *verdict_of_all(const char *line)
{
    static const char *const every[] = {"全部申请",         "所有申请",     "以上全部",  "全部", "所有", "all of them",
                                        "all of the above", "all requests", "all items", "all",  NULL};
    g_autoptr(GArray) tokens = decides(line) ? phrase_read(vocabulary_verdict(), line) : NULL;

    if (!tokens)
        return NULL;
    gsize verdict = g_array_index(tokens, struct phrase_token, 0).end;
    const char *end = after_any(skip(line + verdict, " \t:"), every);
    if (!end || !g_utf8_strchr(" \t,.;:、。!\n", -1, letter(end) ? letter(end) : '\n'))
        return NULL;
    return g_strdup_printf("%.*s%s", (int)verdict, line, end);
}

static gboolean has_mention(const char *words, gsize length)
{
    return g_strstr_len(words, (gssize)length, "第") != NULL;
}

static gboolean has_number(const char *words, gsize length)
{
    for (const char *at = words; at < words + length; at = g_utf8_next_char(at))
        if (letter(at) >= '0' && letter(at) <= '9')
            return TRUE;
    return has_mention(words, length);
}

/* Whether further numbers are named behind the verdict, `1 同意 2 同意`, `1 同意 2`: those of an archive and of a rejection's reason aside. In the lines below there may be
 * dates and telephones, but no `第3项`. */
static gboolean has_another_number(const char *words, const struct verdict *verdict)
{
    g_autoptr(GArray) tokens = phrase_read(vocabulary_verdict(), words);
    const char *archive = verdict->archive ? strstr(words, verdict->archive) : NULL;
    gsize from = archive ? (gsize)(archive - words) : 0, to = archive ? from + strlen(verdict->archive) : 0;
    gboolean decided = FALSE, below = FALSE, number = FALSE;

    for (guint i = 0; i < tokens->len; i++) {
        const struct phrase_token *token = &g_array_index(tokens, struct phrase_token, i);
        const char *start = words + token->start;
        gsize length = token->end - token->start;
        if (token->class == WORD_APPROVE || token->class == WORD_REJECT) {
            if (number && !below)
                return TRUE;
            decided = TRUE;
        }
        below = below || (decided && token->class == PHRASE_LINE);
        if (decided && token->class == PHRASE_OTHER && (token->end <= from || token->start >= to))
            number = number || (below ? has_mention : has_number)(start, length);
    }
    return number && verdict->word == VERDICT_APPROVE;
}

/* What stands before the first number may greet, and nothing else. */
static gboolean is_harmless(const char *words)
{
    static const guint unsettling[] = {WORD_APPROVE, WORD_REJECT, WORD_VERGE,   WORD_LACK,  WORD_NOT,
                                       WORD_DOUBT,   WORD_HEDGE,  WORD_RETRACT, PHRASE_ASK, WORD_ASK};
    g_autoptr(GArray) tokens = phrase_read(vocabulary_verdict(), words);

    for (guint i = 0; i < tokens->len; i++)
        for (guint k = 0; k < G_N_ELEMENTS(unsettling); k++)
            if (g_array_index(tokens, struct phrase_token, i).class == unsettling[k])
                return FALSE;
    return TRUE;
}

static enum verdict_word word_of(const char *words)
{
    struct verdict verdict;

    verdict_read(words, &verdict);
    enum verdict_word word = verdict.word;
    verdict_clear(&verdict);
    return word;
}

static gboolean is_clear(enum verdict_word word)
{
    return word == VERDICT_APPROVE || word == VERDICT_REJECT;
}

/* The lines */

struct block {                /* a line that begins with numbers, and the lines below that belong to it */
    struct ballot_line *line; /* NULL: what stands before the first */
    GString *words;           /* what stands behind the numbers, lines apart */
    gboolean decided;         /* a line of it decides */
    gboolean another;         /* and a further one does */
    gboolean doubted;         /* a line below speaks of deciding */
};

static void end_block(struct ballot *ballot, struct block *block, gboolean last)
{
    struct ballot_line *line = block->line;

    if (line) {
        verdict_read(block->words->str, &line->verdict);
        if (!line->problem && (block->another || (block->doubted && line->verdict.word == VERDICT_APPROVE)))
            line->problem = &another_verdict;
        if (!line->problem && !(block->decided && is_clear(line->verdict.word)))
            line->problem = line->verdict.word == VERDICT_NONE ? &no_verdict : &unclear;
        if (!line->problem && has_another_number(block->words->str, &line->verdict))
            line->problem = &another_number;
    } else if (is_clear(word_of(block->words->str))) {
        line = line_new(block->words->str, &no_number);
        verdict_read(block->words->str, &line->verdict);
    } else if (!is_harmless(block->words->str) || (!last && has_number(block->words->str, block->words->len))) {
        line = line_new(block->words->str, &unsettled);
    }
    if (line)
        g_ptr_array_add(ballot->lines, line);
    g_string_truncate(block->words, 0);
    *block = (struct block){.words = block->words};
}

/* Whether what follows the numbers may follow them: `3份材料` and `2026年5月6日` are no numbers of a list, and a telephone is none. */
static gboolean is_numbered(const struct numbers *reading, const char *rest)
{
    if (rest == reading->at && *rest && first_class(rest) < PHRASE_FIRST)
        return FALSE;
    return !reading->large || word_of(rest) != VERDICT_NONE;
}

/* A line that begins with numbers, or is about all; NULL for any other. `*rest` gets the words its verdict is to be read from. */
static struct ballot_line *line_begin(const char *text, char **rest)
{
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(guint));
    struct numbers reading = {.at = text, .numbers = list};

    if (read_list(&reading)) {
        const char *behind = skip(reading.at, " \t)]}〕】\"”」.。:、,;=>-–—");
        if (!is_numbered(&reading, behind))
            return NULL;
        struct ballot_line *line = line_new(text, reading.problem);
        if (!reading.problem)
            g_array_append_vals(line->numbers, list->data, list->len);
        *rest = g_strdup(behind);
        return line;
    }
    const char *verdict = after_all(text);
    *rest = verdict ? g_strdup(verdict) : verdict_of_all(text);
    if (!*rest)
        return NULL;
    struct ballot_line *line = line_new(text, NULL);
    line->all = TRUE;
    return line;
}

static void read_line(struct ballot *ballot, struct block *block, const char *text)
{
    g_autofree char *rest = NULL;
    struct ballot_line *line = line_begin(text, &rest);
    const char *words = line ? rest : text;
    enum verdict_word word = word_of(words);

    if (line) {
        end_block(ballot, block, FALSE);
        block->line = line;
    } else {
        /* A verdict in a line of its own belongs to a number that has none yet. */
        block->another = block->another || (block->decided && is_clear(word));
        block->doubted = block->doubted || (block->decided && word != VERDICT_NONE);
    }
    block->decided = block->decided || is_clear(word);
    if (block->words->len)
        g_string_append_c(block->words, '\n');
    g_string_append(block->words, words);
}

struct ballot *ballot_read(const char *words)
{
    struct ballot *ballot = g_new0(struct ballot, 1);
    struct block block = {.words = g_string_new(NULL)};
    gboolean valid = words && strnlen(words, LIMIT_OWN_BYTES + 1) <= LIMIT_OWN_BYTES && g_utf8_validate(words, -1, NULL);
    g_auto(GStrv) lines = g_strsplit(valid ? words : "", "\n", -1);
    guint said = 0;

    ballot->lines = g_ptr_array_new_with_free_func((GDestroyNotify)line_free);
    for (guint i = 0; lines[i] && said <= LIMIT_BALLOT_LINES; i++) {
        if (!*g_strstrip(lines[i]))
            continue;
        if (said++ < LIMIT_BALLOT_LINES)
            read_line(ballot, &block, lines[i]);
    }
    end_block(ballot, &block, TRUE);
    if (said > LIMIT_BALLOT_LINES || (words && !valid))
        g_ptr_array_add(ballot->lines, line_new("…", &too_much));
    g_string_free(block.words, TRUE);
    return ballot;
}

void ballot_free(struct ballot *ballot)
{
    if (!ballot)
        return;
    g_ptr_array_unref(ballot->lines);
    g_free(ballot);
}

gboolean ballot_speaks(const struct ballot *ballot)
{
    for (guint i = 0; i < ballot->lines->len; i++) {
        const struct ballot_line *line = g_ptr_array_index(ballot->lines, i);
        if ((line->all || line->numbers->len) && line->verdict.word != VERDICT_NONE)
            return TRUE;
    }
    return FALSE;
}

gboolean ballot_check(struct ballot *ballot, guint count)
{
    g_autofree gboolean *named = g_new0(gboolean, count + 1);
    gboolean fine = ballot->lines->len > 0;

    for (guint i = 0; i < ballot->lines->len; i++) {
        struct ballot_line *line = g_ptr_array_index(ballot->lines, i);
        guint numbers = line->all ? count : line->numbers->len;
        for (guint k = 0; k < numbers && !line->problem; k++) {
            guint number = line->all ? k + 1 : g_array_index(line->numbers, guint, k);
            if (number > count)
                line->problem = &not_listed;
            else if (named[number])
                line->problem = &twice;
            else
                named[number] = TRUE;
        }
        fine = fine && !line->problem;
    }
    return fine;
}

char *ballot_numbers(const struct ballot_line *line)
{
    GString *out = g_string_new(line->all ? "all" : line->numbers->len ? "" : "-");
    const guint *numbers = (const guint *)(const void *)line->numbers->data;

    for (guint i = 0, end; i < line->numbers->len; i = end + 1) {
        for (end = i; end + 1 < line->numbers->len && numbers[end + 1] == numbers[end] + 1;)
            end++;
        g_string_append_printf(out, "%s%u", i ? ", " : "", numbers[i]);
        if (end > i)
            g_string_append_printf(out, "-%u", numbers[end]);
    }
    return g_string_free(out, FALSE);
}
