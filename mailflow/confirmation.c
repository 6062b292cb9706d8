#include "mailflow/confirmation.h"

#include <string.h>

#include "mailflow/phrase.h"

#define LONGEST (16u << 10)
#define MOST_CHOICES 200
#define MOST_DIGITS 3

enum {
    WORD_YES = PHRASE_FIRST,
    WORD_NO,
    WORD_ALL,
    WORD_TO,    /* between two numbers */
    WORD_PLAIN, /* courtesy and what a confirmation is about */
    WORD_NOT,
    WORD_DOUBT,
    CLASSES,
};

static const struct phrase_group vocabulary[] = {
    {WORD_PLAIN, "您好|你好|各位好|老师好|领导好|谢谢|谢谢您|多谢|感谢|辛苦了|好的|好|收到|已收到|已阅|我|我们|我方|本人|我公司|"
                 "本单位|以上|上述|信息|内容|无误|"
                 "信息无误|内容无误|核对无误|经核对|已核对|没问题|没有问题|无问题|申请|该|此|这个|本次|此次|的|了|请|麻烦|请办理|"
                 "选|选择|遗失|证书|号|第|项|张|本|"
                 "hello|hi|dear|thanks|thank you|please|the|this|my|it|i|we|request|application|draft|form|regards|best "
                 "regards|kind regards|good|fine|correct|"
                 "all correct|all good|number|numbers|no.|certificate|certificates|item|items|and|和|及|以及|sure"},
    {WORD_NOT, "不|没|没有|未|别|勿|不要|不是|不能|无法|尚未|暂不|not|don't|do not|dont|never|cannot|can't|didn't|did not"},
    {WORD_DOUBT,
     "如果|如|若|但|但是|不过|除非|待|等|暂|先|除|除了|吗|么|吧|呢|是否|能否|可否|if|but|unless|however|wait|except|"
     "until|whether|or|或|或者|还是|should|can|could|may|什么|怎么|怎样|如何|为什么|为何|哪|哪些|谁|多少|几时|何时|明天|后天|下周|"
     "以后|稍后|再|what|why|how|when|where|which|who|tomorrow|later|yet|will"},
    {WORD_TO, "至|到|to"},
    {WORD_YES, "确认|确认提交|提交|是|是的|同意|同意提交|确定|确认无误|确认无误提交|确认申请|确认并提交|对|可以|可以提交|正确|ok|"
               "okay|confirm|confirmed|i confirm|yes|yep|"
               "submit|submitted|agree|agreed|please submit|please confirm submission|yes please"},
    {WORD_NO, "取消|取消申请|撤回|撤回申请|撤销|撤销申请|不确认|不提交|不同意|否|不是|不对|不要提交|别提交|不确定|放弃|放弃申请|"
              "cancel|cancelled|canceled|no|withdraw|withdrawn|"
              "do not submit|don't submit|not confirmed|do not confirm|don't confirm|discard|abandon|no thanks"},
    {WORD_ALL, "全部|全选|所有|都选|全部证书|所有证书|全部遗失|全都|都|all|all of them|all certificates|everything"},
};

static const struct phrase_table *words_known(void)
{
    static const struct phrase_table *made;

    return phrase_table_find(&made, vocabulary, G_N_ELEMENTS(vocabulary));
}

static gint by_number(gconstpointer a, gconstpointer b)
{
    return *(const guint *)a < *(const guint *)b ? -1 : *(const guint *)a > *(const guint *)b;
}

/* Decimal, up to three digits, nothing else; the digits may be full-width ones. `next` gets what follows. 0 when there is none. */
static guint number_at(const char *text, const char **next)
{
    guint number = 0, digits = 0;
    for (; *text; text = g_utf8_next_char(text), digits++) {
        gunichar c = phrase_fold(g_utf8_get_char(text));
        if (c < '0' || c > '9' || digits == MOST_DIGITS)
            break;
        number = number * 10 + (c - '0');
    }
    *next = text;
    return digits > 0 ? number : 0;
}

struct choosing {
    GArray *chosen;
    guint last;     /* the number before, from which a range may go on */
    gboolean range; /* a dash stands behind it */
    gboolean bad;
};

static void choose(struct choosing *choosing, guint number)
{
    guint from = choosing->range ? choosing->last : number;
    if (number == 0 || number > MOST_CHOICES || from == 0 || from > number || choosing->chosen->len > MOST_CHOICES) {
        choosing->bad = TRUE;
        return;
    }
    for (guint n = from; n <= number; n++)
        g_array_append_val(choosing->chosen, n);
    choosing->last = number;
    choosing->range = FALSE;
}

/* `1`, `2-4`, `1.3`: numbers of at most three digits, dashes and dots, nothing else. */
static gboolean is_run(const char *start, const char *end)
{
    guint digits = 0;
    for (; start < end; start = g_utf8_next_char(start)) {
        gunichar c = phrase_fold(g_utf8_get_char(start));
        digits = c >= '0' && c <= '9' ? digits + 1 : 0;
        if (digits > MOST_DIGITS || (digits == 0 && (c >= 0x80 || !strchr("-./&", (int)c))))
            return FALSE;
    }
    return TRUE;
}

static void choose_run(struct choosing *choosing, const char *start, const char *end)
{
    while (start < end && !choosing->bad) {
        choose(choosing, number_at(start, &start));
        if (start >= end || choosing->bad)
            return;
        choosing->range = *start == '-' || phrase_fold(g_utf8_get_char(start)) == '-';
        start = g_utf8_next_char(start);
    }
}

static gboolean is_dash(const char *text)
{
    gunichar c = phrase_fold(g_utf8_get_char(text));
    return c == '-' || c == '~' || c == 0xFF5E || c == 0x2013 || c == 0x2014;
}

static GArray *ordered(GArray *numbers)
{
    g_array_sort(numbers, by_number);
    GArray *unique = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < numbers->len; i++)
        if (i == 0 || g_array_index(numbers, guint, i) != g_array_index(numbers, guint, i - 1))
            g_array_append_val(unique, g_array_index(numbers, guint, i));
    g_array_free(numbers, TRUE);
    return unique;
}

struct counted {
    guint count[CLASSES];
    guint other;    /* words that are no phrase and no number, in the lines that speak */
    guint first;    /* the first class that says something; CLASSES for a number */
    gboolean later; /* a line ended behind it */
    gboolean over;  /* a signature or a remark began: its words and numbers say nothing */
};

static void count_other(struct counted *counted, struct choosing *choosing, const char *start, const char *end)
{
    const char *next;
    gboolean number = number_at(start, &next) > 0 || next > start;
    if (counted->later && !(number && counted->first == CLASSES && is_run(start, end)))
        counted->over = TRUE;
    if (counted->over)
        return;
    if (!number || !is_run(start, end)) {
        counted->other++;
        return;
    }
    choose_run(choosing, start, end);
    counted->first = CLASSES;
}

/* Counts what is said up to the end of the first line that speaks, and whatever contradicts it below. */
static struct counted count(const char *words, const GArray *tokens, struct choosing *choosing)
{
    struct counted counted = {.other = 0};
    for (guint i = 0; i < tokens->len; i++) {
        const struct phrase_token *token = &g_array_index(tokens, struct phrase_token, i);
        const char *start = words + token->start;
        guint class = token->class;
        counted.count[class]++;
        if (class == PHRASE_OTHER)
            count_other(&counted, choosing, start, words + token->end);
        else if (class == PHRASE_ASK)
            counted.count[WORD_DOUBT]++;
        else if (class == WORD_TO || (class == PHRASE_BREAK && is_dash(start)))
            choosing->range = choosing->last > 0;
        else if (class == PHRASE_LINE && counted.first)
            counted.later = TRUE;
        else if (!counted.first && (class == WORD_YES || class == WORD_NO || class == WORD_ALL))
            counted.first = class;
    }
    return counted;
}

void confirmation_read(const char *words, struct confirmation *confirmation)
{
    *confirmation = (struct confirmation){.word = CONFIRMATION_NONE};
    if (!words)
        return;
    confirmation->word = CONFIRMATION_UNCLEAR;
    if (strnlen(words, LONGEST) == LONGEST || !g_utf8_validate(words, -1, NULL))
        return;
    g_autoptr(GArray) tokens = phrase_read(words_known(), words);
    struct choosing choosing = {.chosen = g_array_new(FALSE, FALSE, sizeof(guint))};
    struct counted counted = count(words, tokens, &choosing);
    GArray *chosen = ordered(choosing.chosen);
    guint verdicts = (counted.count[WORD_YES] > 0) + (counted.count[WORD_NO] > 0);
    gboolean clear = counted.other == 0 && counted.count[WORD_NOT] == 0 && counted.count[WORD_DOUBT] == 0 && verdicts <= 1;
    if (!counted.first)
        confirmation->word = CONFIRMATION_NONE;
    else if (clear && counted.first == WORD_NO && chosen->len == 0 && counted.count[WORD_ALL] == 0)
        confirmation->word = CONFIRMATION_NO;
    else if (clear && counted.count[WORD_NO] == 0 && chosen->len > 0 && chosen->len <= MOST_CHOICES && !choosing.bad &&
             !choosing.range && counted.count[WORD_ALL] == 0)
        confirmation->word = CONFIRMATION_CHOICE;
    else if (clear && counted.count[WORD_NO] == 0 && chosen->len == 0 && counted.count[WORD_ALL] > 0)
        confirmation->word = CONFIRMATION_CHOICE;
    else if (clear && counted.first == WORD_YES && chosen->len == 0)
        confirmation->word = CONFIRMATION_YES;
    confirmation->all = confirmation->word == CONFIRMATION_CHOICE && chosen->len == 0;
    if (confirmation->word == CONFIRMATION_CHOICE && !confirmation->all)
        confirmation->chosen = chosen;
    else
        g_array_free(chosen, TRUE);
}

void confirmation_clear(struct confirmation *confirmation)
{
    g_clear_pointer(&confirmation->chosen, g_array_unref);
    *confirmation = (struct confirmation){.word = CONFIRMATION_NONE};
}

const char *confirmation_name(enum confirmation_word word)
{
    static const char *const names[] = {[CONFIRMATION_NONE] = "none",
                                        [CONFIRMATION_YES] = "yes",
                                        [CONFIRMATION_NO] = "no",
                                        [CONFIRMATION_CHOICE] = "choice",
                                        [CONFIRMATION_UNCLEAR] = "unclear"};
    return names[word];
}
