#include "mailflow/instruction.h"

#include <string.h>

#include "mailflow/phrase.h"
#include "mailflow/signoff.h"
#include "mailflow/text.h"

#define LONGEST (8u << 10) /* who hands on a task writes little */
#define LONGEST_NAME 160   /* bytes */
#define LONGEST_NOTE 600

enum {
    WORD_HAND = PHRASE_FIRST, /* 转办, delegate: says it wherever it stands */
    WORD_PASS,                /* 转交, forward to: people say it of papers, too */
    WORD_UNDO,
    WORD_LEAD,     /* 请, 本件, please: may stand before */
    WORD_TAIL,     /* 处理, for review: may stand behind a name */
    WORD_COURTESY, /* greetings and thanks */
    WORD_AWAY,     /* 出差, on leave: why a task is handed on */
    WORD_LABEL,    /* 说明, note: begins a note */
    WORD_ASK,      /* 是否, can i */
    WORD_DOUBT,    /* 如果, 不用了, wait: makes it something else */
    WORD_NOT,
};

static const struct phrase_group words_known[] = {
    {WORD_HAND, "转办|转办给|转办至|转办到|转办与|改派|改派给|转派|转派给|delegate|delegate to|delegate this to|delegate it "
                "to|delegate this request to|"
                "delegate the request to|delegate this task to|delegate my task to|delegated|delegated to"},
    {WORD_PASS, "转交|转交给|转交至|转给|移交给|forward to|forward this to|forward it to|hand over to|hand this over to|hand it "
                "over to|hand on to|"
                "reassign to|reassign this to|reassign it to|pass this on to|pass it on to"},
    {WORD_UNDO, "撤回|撤回决定|撤回我的决定|撤回该决定|撤回此决定|撤回本决定|撤回刚才的决定|撤回上述决定|撤回审核决定|撤回审核意见|"
                "撤回审批意见|撤回意见|"
                "撤回我的意见|撤回我的审核意见|undo|undo it|undo that|undo this|undo decision|undo my decision|undo the "
                "decision|undo my last decision|"
                "take back my decision"},
    {WORD_LEAD, "请|烦请|麻烦|请将|请把|将|把|现|现将|我|我们|本人|本件|此件|该件|这件|此事|该申请|此申请|本申请|这个申请|该任务|"
                "此任务|申请|任务|请予|需|"
                "please|pls|kindly|i|i hereby|hereby|i'd like to|i would like to|i want to|we"},
    {WORD_TAIL, "处理|办理|审核|审批|负责|来处理|来办理|来审核|处理一下|办理一下|审核一下|代办|代为办理|代为审核|代为处理|跟进|"
                "继续办理|同志|老师|先生|"
                "女士|处长|科长|主任|为荷|为盼|to handle|to decide|to review|for review|for processing|for a decision|for "
                "decision|for handling"},
    {WORD_COURTESY,
     "您好|你好|各位好|大家好|领导好|老师好|各位老师|老师您好|早上好|上午好|中午好|下午好|晚上好|谢谢|谢谢您|谢谢你|谢谢了|多谢|"
     "感谢|辛苦|"
     "辛苦了|收到|已收到|收悉|好的|好|此致|敬礼|顺祝商祺|祝好|ok|okay|hi|hello|hi all|dear all|hello all|good morning|good "
     "afternoon|"
     "good evening|thanks|thank you|thank you very much|many thanks|thanks a lot|thx|best regards|kind regards|regards|best|cheers|"
     "received|noted"},
    {WORD_AWAY, "出差|请假|休假|外出|不在|年假|病假|产假|开会|学习|培训|away|out of the office|out of office|on leave|on "
                "holiday|on vacation|travelling|"
                "traveling|on a business trip|busy"},
    {WORD_LABEL, "说明|备注|留言|附言|原因|理由|note|notes|reason|remark|comment"},
    {WORD_ASK, "吗|么|呢|是否|能否|可否|是不是|能不能|可不可以|可以吗|要不要|如何|怎么|怎样|谁|哪位|can i|can we|could i|could "
               "you|may i|should i|shall i|"
               "how|who|whom|whether"},
    {WORD_DOUBT, "如果|若|若是|要是|假如|的话|除非|否则|或者|或|还是|不用了|不用转|不转了|不必了|算了|作罢|取消|暂缓|暂不|先不|"
                 "先别|等等|等一下|等我|再说|"
                 "发错|搞错|弄错|作废|撤回申请|撤回该申请|撤回此申请|撤回请求|if|unless|otherwise|or|maybe|perhaps|cancel|never "
                 "mind|nevermind|wait|hold on|"
                 "ignore|disregard|not yet|by mistake|my mistake"},
    {WORD_NOT,
     "不|没|没有|未|尚未|别|勿|莫|无需|不要|不能|不必|不用|不可|不得|not|no|don't|dont|do not|never|cannot|can't|without"},
};

static const struct phrase_table *table(void)
{
    static const struct phrase_table *made;

    return phrase_table_find(&made, words_known, G_N_ELEMENTS(words_known));
}

static const struct phrase_token *token_at(const GArray *tokens, guint at)
{
    return &g_array_index(tokens, struct phrase_token, at);
}

static guint class_at(const GArray *tokens, guint at)
{
    return at < tokens->len ? token_at(tokens, at)->class : (guint)PHRASE_LINE;
}

static gboolean ends_clause(guint class)
{
    return class >= PHRASE_BREAK && class < PHRASE_FIRST;
}

static guint clause_end(const GArray *tokens, guint at)
{
    while (!ends_clause(class_at(tokens, at)))
        at++;
    return at;
}

static gboolean holds(const GArray *tokens, guint from, guint to, guint class)
{
    for (guint i = from; i < to; i++)
        if (class_at(tokens, i) == class)
            return TRUE;
    return FALSE;
}

static gboolean unsettles(guint class)
{
    return class == WORD_ASK || class == PHRASE_ASK || class == WORD_DOUBT || class == WORD_HAND || class == WORD_PASS ||
           class == WORD_UNDO;
}

/* Says nothing (`您好`), or why the task is handed on (`我明天出差`). */
static gboolean may_lead(const GArray *tokens, guint from, guint to)
{
    gboolean away = holds(tokens, from, to, WORD_AWAY), plain = TRUE;

    for (guint i = from; i < to; i++) {
        guint class = class_at(tokens, i);
        if (unsettles(class) || class == WORD_NOT)
            return FALSE;
        plain = plain && (class == WORD_COURTESY || class == WORD_LEAD);
    }
    return (plain || away) && class_at(tokens, to) != PHRASE_ASK;
}

/* The word with which a statement begins that stands by itself; tokens->len when there is none. `lead` gets where what stands before ends. */
static guint find_statement(const GArray *tokens, guint *lead)
{
    for (guint at = 0, end; at < tokens->len; at = end + 1) {
        guint core = at;
        end = clause_end(tokens, at);
        while (class_at(tokens, core) == WORD_LEAD || class_at(tokens, core) == WORD_COURTESY)
            core++;
        *lead = at;
        guint class = core < end ? class_at(tokens, core) : (guint)PHRASE_OTHER;
        if (class == WORD_HAND || class == WORD_PASS || class == WORD_UNDO)
            return core;
        if (!may_lead(tokens, at, end))
            break;
    }
    return tokens->len;
}

static gboolean only_courtesy(const GArray *tokens, guint from)
{
    for (guint i = from; i < tokens->len; i++) {
        guint class = class_at(tokens, i);
        if (class == PHRASE_ASK ||
            !(ends_clause(class) || class == WORD_COURTESY || class == WORD_TAIL || (class == WORD_LEAD && i + 1 == tokens->len)))
            return FALSE;
    }
    return TRUE;
}

static gboolean settled(const GArray *tokens, guint from)
{
    for (guint i = from; i < tokens->len; i++)
        if (unsettles(class_at(tokens, i)))
            return FALSE;
    return TRUE;
}

/* `Reviewer Two unless he is away`: in Latin letters such a word is no part of a name; as an ideograph it may be (李和平). */
static gboolean is_plain_name(const char *words, const GArray *tokens, guint from, guint to)
{
    for (guint i = from; i < to; i++) {
        guint class = class_at(tokens, i);
        if ((unsettles(class) || class == WORD_NOT) && g_ascii_isalpha(words[token_at(tokens, i)->start]))
            return FALSE;
    }
    return TRUE;
}

/* A space inside a name of ideographs, a dot inside one from elsewhere: `王 五`, `测试己·阿依`. */
static gboolean name_goes_on(const char *words, const GArray *tokens, guint from, guint at)
{
    const struct phrase_token *gap = token_at(tokens, at);

    if (class_at(tokens, at) != PHRASE_BREAK || class_at(tokens, at + 1) == PHRASE_LINE || ends_clause(class_at(tokens, at + 1)))
        return FALSE;
    if (g_str_has_prefix(words + gap->start, "·"))
        return TRUE;
    gboolean space = words[gap->start] == ' ' || g_str_has_prefix(words + gap->start, "\u3000");
    return space && g_utf8_strlen(words + token_at(tokens, from)->start, (gssize)(gap->start - token_at(tokens, from)->start)) == 1;
}

/* Behind a name `please` and `处理` are not part of it; an ideograph that may stand before the word is (李现). */
static gboolean may_trail(const char *words, const struct phrase_token *token)
{
    return token->class == WORD_TAIL || token->class == WORD_COURTESY ||
           (token->class == WORD_LEAD && g_ascii_isalpha(words[token->start]));
}

/* The token after the name that begins at `from`. */
static guint name_end(const char *words, const GArray *tokens, guint from)
{
    guint at = from;

    while (at < tokens->len && (!ends_clause(class_at(tokens, at)) || name_goes_on(words, tokens, from, at)))
        at++;
    while (at > from + 1 && may_trail(words, token_at(tokens, at - 1)))
        at--;
    return at;
}

static char *piece(const char *words, const GArray *tokens, guint from, guint to)
{
    gsize start = token_at(tokens, from)->start;

    return g_strndup(words + start, token_at(tokens, to - 1)->end - start);
}

/* The one mail address on the line: it says who is meant better than the name beside it. `several` tells of two. Caller frees. */
static char *address_on_line(const char *words, const GArray *tokens, guint from, guint *end, gboolean *several)
{
    char *found = NULL;

    *several = FALSE;
    for (guint i = from; i < tokens->len && class_at(tokens, i) != PHRASE_LINE; i++) {
        g_autofree char *word = piece(words, tokens, i, i + 1);
        char *mail = strchr(word, '@') ? text_mail(word) : NULL;
        *several = *several || (mail && found);
        if (mail && !found) {
            found = mail;
            *end = i + 1;
        } else {
            g_free(mail);
        }
    }
    return found;
}

/* The name on one line, `同事王五` and `my colleague Reviewer Two` without that. */
static char *read_name(const char *said)
{
    static const char *const company[] = {"我的同事", "我同事", "同事", "my colleague ", "colleague "};
    g_autofree char *name = text_one_line(said, LONGEST_NAME + 8); /* one that is longer is cut, and stays too long */

    for (gsize i = 0; i < G_N_ELEMENTS(company); i++)
        if (g_ascii_strncasecmp(name, company[i], strlen(company[i])) == 0 && name[strlen(company[i])])
            return text_trim(name + strlen(company[i]));
    return text_trim(name);
}

/* What is said besides: before the statement and behind the name, without labels, courtesies and what people write under their words. */
static char *read_note(const char *words, const GArray *tokens, guint lead, guint behind)
{
    GString *note = g_string_new(NULL);
    guint from = behind;
    gboolean labelled = FALSE;

    if (holds(tokens, 0, lead, WORD_AWAY))
        g_string_append_len(note, words, (gssize)token_at(tokens, lead)->start);
    for (; from < tokens->len && (ends_clause(class_at(tokens, from)) || class_at(tokens, from) == WORD_LABEL ||
                                  may_trail(words, token_at(tokens, from)));
         from++)
        labelled = labelled || class_at(tokens, from) == WORD_LABEL;
    if (from < tokens->len) {
        const char *behind_name = words + token_at(tokens, behind)->start, *rest = words + token_at(tokens, from)->start;
        const char *end = behind_name + signoff_start(behind_name, strlen(behind_name), !labelled);
        g_string_append_len(note, rest, MAX(end - rest, 0));
    }
    char *line = text_one_line(note->str, LONGEST_NOTE);
    g_string_free(note, TRUE);
    if (!*line)
        g_clear_pointer(&line, g_free);
    return line;
}

static void be_unclear(struct instruction *instruction, const char *because)
{
    instruction->word = INSTRUCTION_UNCLEAR;
    instruction->why = g_strdup(because);
}

static void read_delegation(const char *words, const GArray *tokens, guint lead, guint core, struct instruction *instruction)
{
    guint from = core + 1, end = 0;
    gboolean several;

    while (from < tokens->len && class_at(tokens, from) == PHRASE_BREAK)
        from++;
    if (class_at(tokens, from) == PHRASE_LINE)
        from++;
    if (from >= tokens->len || ends_clause(class_at(tokens, from)))
        return be_unclear(instruction, "a task is to be handed on, but to whom is not said");
    g_autofree char *mail = address_on_line(words, tokens, from, &end, &several);
    if (!mail)
        end = name_end(words, tokens, from);
    if (several || !settled(tokens, mail ? from : end) || (!mail && !is_plain_name(words, tokens, from, end)))
        return be_unclear(instruction, "a task is to be handed on, but more is said");
    g_autofree char *written = piece(words, tokens, from, end);
    g_autofree char *whom = mail ? g_strdup(mail) : read_name(written);
    if (!*whom || strlen(whom) > LONGEST_NAME)
        return be_unclear(instruction, "a task is to be handed on, but to whom is not clear");
    g_autofree char *said = piece(words, tokens, core, core + 1);
    instruction->word = INSTRUCTION_DELEGATE;
    instruction->whom = g_steal_pointer(&whom);
    instruction->note = read_note(words, tokens, lead, end);
    instruction->why = g_strdup_printf("'%s' hands the task on", said);
}

/* Words of ours beside a verdict. 转交 and the like are said of papers in any answer; 转办 is not, but in the middle of a rejection's reason. */
static void read_beside_verdict(const GArray *tokens, struct verdict *verdict, struct instruction *instruction)
{
    for (guint at = 0, end; at < tokens->len; at = end + 1) {
        end = clause_end(tokens, at);
        guint core = at;
        while (class_at(tokens, core) == WORD_LEAD || class_at(tokens, core) == WORD_COURTESY)
            core++;
        if (verdict->word == VERDICT_REJECT ? core < end && class_at(tokens, core) == WORD_HAND
                                            : holds(tokens, at, end, WORD_HAND)) {
            be_unclear(instruction, "a verdict and the word for handing on stand together");
            verdict->word = VERDICT_UNCLEAR;
            g_free(verdict->why);
            verdict->why = g_strdup(instruction->why);
            g_clear_pointer(&verdict->reason, g_free);
            return;
        }
    }
}

void instruction_read(const char *words, struct verdict *verdict, struct instruction *instruction)
{
    *instruction = (struct instruction){.word = INSTRUCTION_NONE};
    if (!words || !*words || strnlen(words, LONGEST) == LONGEST || !g_utf8_validate(words, -1, NULL))
        return;
    g_autoptr(GArray) tokens = phrase_read(table(), words);
    if (verdict->word == VERDICT_APPROVE || verdict->word == VERDICT_REJECT) {
        read_beside_verdict(tokens, verdict, instruction);
        return;
    }
    guint lead = 0, core = find_statement(tokens, &lead), class = class_at(tokens, core);
    gboolean strong = holds(tokens, 0, tokens->len, WORD_HAND) || holds(tokens, 0, tokens->len, WORD_UNDO);
    if (core == tokens->len) {
        if (strong)
            be_unclear(instruction, "the word for handing on or taking back stands there, but not by itself");
    } else if (verdict->word != VERDICT_NONE) {
        if (strong)
            be_unclear(instruction, "a verdict and the word for handing on or taking back stand together");
    } else if (class != WORD_UNDO) {
        read_delegation(words, tokens, lead, core, instruction);
    } else if (only_courtesy(tokens, core + 1)) {
        instruction->word = INSTRUCTION_UNDO;
        instruction->why = g_strdup("the decision is to be taken back");
    } else {
        be_unclear(instruction, "a decision is to be taken back, but more is said");
    }
}

void instruction_clear(struct instruction *instruction)
{
    g_clear_pointer(&instruction->whom, g_free);
    g_clear_pointer(&instruction->note, g_free);
    g_clear_pointer(&instruction->why, g_free);
    instruction->word = INSTRUCTION_NONE;
}

const char *instruction_name(enum instruction_word word)
{
    static const char *const names[] = {[INSTRUCTION_NONE] = "none",
                                        [INSTRUCTION_DELEGATE] = "delegate",
                                        [INSTRUCTION_UNDO] = "undo",
                                        [INSTRUCTION_UNCLEAR] = "unclear"};
    return names[word];
}
