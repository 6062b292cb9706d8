#include "mailflow/verdict.h"

#include <string.h>

#include "mailflow/archive.h"
#include "mailflow/phrase.h"
#include "mailflow/vocabulary.h"

#define LONGEST (64u << 10)   /* nobody writes a clear verdict of more */
#define LONGEST_SALUTATION 60 /* bytes */
#define LONGEST_NAME 3        /* words */

/* How often each class stands in a clause. */
struct clause {
    guint from, to; /* tokens */
    guint count[WORD_REASON + 1];
    gboolean asked; /* a question mark ends it */
};

struct judgement {
    enum verdict_word word;
    guint core; /* the token that decided */
    struct clause clause;
    guint first_odd; /* the first clause before the verdict that is more than courtesy: a rejection's reason */
    gboolean has_odd;
    const char *because; /* English, for `why` */
};

static const struct phrase_token *token_at(const GArray *tokens, guint at)
{
    return &g_array_index(tokens, struct phrase_token, at);
}

static guint class_at(const GArray *tokens, guint at)
{
    return token_at(tokens, at)->class;
}

static gboolean ends_clause(guint class)
{
    return class >= PHRASE_BREAK && class < PHRASE_FIRST;
}

static struct clause clause_at(const GArray *tokens, guint at)
{
    struct clause clause = {.from = at};
    for (clause.to = at; clause.to < tokens->len && !ends_clause(class_at(tokens, clause.to)); clause.to++)
        clause.count[class_at(tokens, clause.to)]++;
    clause.asked = clause.to < tokens->len && class_at(tokens, clause.to) == PHRASE_ASK;
    return clause;
}

static gboolean is_harmless(guint class)
{
    return class == WORD_COURTESY || class == WORD_AFTER || class == WORD_EITHER || class == WORD_OBJECT;
}

/* Words that make what stands beside them something else than what it says. */
static guint unsettling(const struct clause *clause)
{
    return clause->count[WORD_DOUBT] + clause->count[WORD_HEDGE] + clause->count[WORD_SAID] + clause->count[WORD_ASK] +
           clause->count[WORD_RETRACT] + clause->asked;
}

/* `张处长您好` greets; `领导说可以` tells what another said. */
static gboolean greets(const char *words, const struct phrase_token *token)
{
    static const char *const greetings[] = {"您", "你", "早", "上午", "中午", "下午", "晚上", "hello", "hi"};
    for (gsize i = 0; i < G_N_ELEMENTS(greetings); i++)
        if (!g_ascii_strncasecmp(words + token->start, greetings[i], strlen(greetings[i])))
            return TRUE;
    return FALSE;
}

static gboolean is_salutation(const char *words, const GArray *tokens, const struct clause *clause)
{
    guint first = class_at(tokens, clause->from), last = class_at(tokens, clause->to - 1);
    gsize length = token_at(tokens, clause->to - 1)->end - token_at(tokens, clause->from)->start;
    if (clause->count[WORD_NOT] + clause->count[WORD_DOUBT] + clause->count[WORD_LACK] + clause->count[WORD_ASK] + clause->asked >
        0)
        return FALSE;
    if (clause->count[WORD_SAID] > 0 && last == WORD_COURTESY && !greets(words, token_at(tokens, clause->to - 1)))
        return FALSE;
    return first == WORD_GREETING ||
           (length <= LONGEST_SALUTATION && clause->to - clause->from <= 4 && (first == WORD_COURTESY || last == WORD_COURTESY));
}

/* `测试老师，您好！`: a short first clause is a name when a greeting follows. */
static gboolean is_addressee(const char *words, const GArray *tokens, const struct clause *clause)
{
    if (clause->from > 0 || clause->to + 1 >= tokens->len || class_at(tokens, clause->to + 1) != WORD_COURTESY ||
        token_at(tokens, clause->to)->start > LONGEST_SALUTATION ||
        clause->count[PHRASE_OTHER] + clause->count[WORD_SAID] < clause->to - clause->from)
        return FALSE;
    return greets(words, token_at(tokens, clause->to + 1));
}

/* `该企业提交的材料齐全`: all is well, whatever else the clause names. */
static gboolean is_praise(const char *words, const GArray *tokens, const struct clause *clause)
{
    static const char *const ends[] = {"齐全", "完整", "齐备", "无误", "属实", "有效", "准确", "一致",
                                       "合格", "合规", "要求", "条件", "规定", "清晰", "真实"};
    const struct phrase_token *last = token_at(tokens, clause->to - 1);
    if (last->class != WORD_EITHER || unsettling(clause) + clause->count[WORD_NOT] + clause->count[WORD_LACK] +
                                              clause->count[WORD_REASON] + clause->count[WORD_GREETING] >
                                          0)
        return FALSE;
    g_autofree char *word = g_strndup(words + last->start, last->end - last->start);
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++)
        if (g_str_has_suffix(word, ends[i]))
            return TRUE;
    return FALSE;
}

/* `1. 同意`, `1、同意`: the first item of a list. */
static gboolean is_first_item(const char *words, const GArray *tokens, const struct clause *clause)
{
    static const char *const points[] = {".", "、", ")", "）", "．"};
    if (clause->from > 0 || clause->to != 1 || tokens->len < 3 || words[0] != '1' || !field_counts(words, token_at(tokens, 0)) ||
        g_ascii_isdigit(words[token_at(tokens, 2)->start]))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(points); i++)
        if (g_str_has_prefix(words + token_at(tokens, 1)->start, points[i]))
            return TRUE;
    return FALSE;
}

static gboolean is_courtesy(const char *words, const GArray *tokens, const struct clause *clause)
{
    if (clause->from == clause->to || is_salutation(words, tokens, clause) || is_praise(words, tokens, clause))
        return TRUE;
    if (is_first_item(words, tokens, clause))
        return TRUE;
    guint said =
        clause->count[WORD_COURTESY] + clause->count[WORD_BEFORE] + clause->count[WORD_EITHER] + clause->count[WORD_OBJECT];
    return said == clause->to - clause->from && !clause->asked;
}

/* `缺劳动合同`, `没有盖章`: says why not; `do not` says nothing yet. */
static gboolean is_deficiency(const GArray *tokens, const struct clause *clause)
{
    gboolean denied = clause->count[WORD_NOT] > 0 && clause->count[PHRASE_OTHER] > 0;
    return unsettling(clause) == 0 && (clause->count[WORD_LACK] > 0 || (denied && class_at(tokens, clause->to - 1) != WORD_NOT));
}

/* `同意测试甲变更单位`: what stands between is what the request is about, when nothing else in it speaks. */
static gboolean names_object(const GArray *tokens, const struct clause *clause)
{
    return class_at(tokens, clause->to - 1) == WORD_OBJECT && unsettling(clause) + clause->count[WORD_NOT] +
                                                                      clause->count[WORD_LACK] + clause->count[WORD_REASON] +
                                                                      clause->count[WORD_GREETING] ==
                                                                  0;
}

static guint first_verdict(const GArray *tokens, const struct clause *clause)
{
    guint at = clause->from;
    while (class_at(tokens, at) != WORD_APPROVE && class_at(tokens, at) != WORD_REJECT && class_at(tokens, at) != WORD_VERGE)
        at++;
    return at;
}

/* `该申请`, `此变更` before a verdict is what it is about; `申请` alone asks for one. */
static gboolean is_this(const char *words, const struct phrase_token *token)
{
    const char *word = words + token->start;
    return token->class == WORD_OBJECT &&
           (g_str_has_prefix(word, "该") || g_str_has_prefix(word, "此") || g_str_has_prefix(word, "本"));
}

static gboolean leads_to(const char *words, const GArray *tokens, const struct clause *clause, guint core)
{
    for (guint i = clause->from; i < core; i++) {
        guint class = class_at(tokens, i);
        if (class != WORD_COURTESY && class != WORD_BEFORE && class != WORD_EITHER && !is_this(words, token_at(tokens, i)))
            return FALSE;
    }
    return TRUE;
}

static gboolean is_clean_approval(const char *words, const GArray *tokens, const struct clause *clause)
{
    if (clause->count[WORD_APPROVE] == 0 || clause->count[WORD_REJECT] > 0 || clause->asked)
        return FALSE;
    guint core = first_verdict(tokens, clause);
    if (!leads_to(words, tokens, clause, core))
        return FALSE;
    if (names_object(tokens, clause))
        return TRUE;
    for (guint i = core + 1; i < clause->to; i++) {
        guint class = class_at(tokens, i);
        if (class != WORD_APPROVE && !is_harmless(class) && !(class == WORD_OF && i + 1 == clause->to))
            return FALSE;
    }
    return TRUE;
}

/* `驳回理由不成立`: the reasons of a rejection are spoken of, none is given. */
static gboolean speaks_of_reasons(const char *words, const struct phrase_token *core, const struct phrase_token *label)
{
    gsize length = label->end - label->start;
    return core->end == label->start &&
           (!strncmp(words + label->start, "理由", length) || !strncmp(words + label->start, "原因", length)) &&
           (guchar)words[label->end] >= 0x80 && !g_str_has_prefix(words + label->end, "：");
}

static gboolean is_clean_rejection(const char *words, const GArray *tokens, const struct clause *clause)
{
    if (clause->count[WORD_REJECT] == 0 || clause->count[WORD_APPROVE] > 0 || clause->asked)
        return FALSE;
    guint core = first_verdict(tokens, clause);
    struct clause before = {.from = clause->from, .to = core}, after = {.from = core + 1, .to = clause->to};
    for (guint i = clause->from; i < clause->to; i++)
        (i < core ? &before : &after)->count[class_at(tokens, i)] += i != core;
    /* `材料不齐的驳回` states a rule. */
    gboolean rule = core > clause->from && class_at(tokens, core - 1) == WORD_OF;
    if (!leads_to(words, tokens, clause, core) && (rule || !is_deficiency(tokens, &before) || before.count[WORD_LACK] == 0))
        return FALSE;
    guint label = core + 1;
    while (label < clause->to && (is_harmless(class_at(tokens, label)) || class_at(tokens, label) == WORD_REJECT))
        label++;
    if (label < clause->to && class_at(tokens, label) == WORD_REASON)
        return after.count[WORD_ASK] == 0 && !speaks_of_reasons(words, token_at(tokens, core), token_at(tokens, label));
    if (names_object(tokens, clause) || (is_deficiency(tokens, &after) && after.count[WORD_LACK] > 0))
        return TRUE;
    for (guint i = core + 1; i < clause->to; i++) {
        guint class = class_at(tokens, i);
        gboolean counts = field_counts(words, token_at(tokens, i)) && i + 1 == clause->to && i == core + 1;
        if (class != WORD_REJECT && !is_harmless(class) && !(class == WORD_OF && i + 1 == clause->to) && !counts)
            return FALSE;
    }
    return TRUE;
}

static gboolean sentence_asks(const GArray *tokens, guint at)
{
    for (; at < tokens->len; at++) {
        guint class = class_at(tokens, at);
        if (class == PHRASE_ASK || class == WORD_ASK)
            return TRUE;
        if (class == PHRASE_STOP || class == PHRASE_LINE)
            return FALSE;
    }
    return FALSE;
}

/* What stands before and in the clause of the first verdict word. */
static struct judgement first_statement(const char *words, const GArray *tokens)
{
    struct judgement judgement = {.word = VERDICT_NONE, .because = "no word of a verdict"};
    gboolean strange = FALSE, deficient = FALSE;
    struct clause clause;
    for (guint at = 0; at < tokens->len; at = clause.to + 1) {
        clause = clause_at(tokens, at);
        if (clause.count[WORD_APPROVE] + clause.count[WORD_REJECT] + clause.count[WORD_VERGE] == 0) {
            if (is_courtesy(words, tokens, &clause) || is_addressee(words, tokens, &clause))
                continue;
            if (!judgement.has_odd)
                judgement.first_odd = at;
            judgement.has_odd = TRUE;
            deficient = deficient || is_deficiency(tokens, &clause);
            gboolean only_reason = clause.count[WORD_REASON] > 0 && unsettling(&clause) == 0;
            strange = strange || !(is_deficiency(tokens, &clause) || only_reason ||
                                   (deficient && unsettling(&clause) == 0 && clause.count[WORD_NOT] == 0));
            continue;
        }
        judgement.clause = clause;
        judgement.core = first_verdict(tokens, &clause);
        judgement.word = VERDICT_UNCLEAR;
        if (sentence_asks(tokens, at))
            judgement.because = "a question";
        else if (clause.count[WORD_VERGE] > 0)
            judgement.because = "it is not a word of the vocabulary";
        else if (clause.count[WORD_APPROVE] > 0 && clause.count[WORD_REJECT] > 0)
            judgement.because = "both words in one statement";
        else if (strange || (judgement.has_odd && clause.count[WORD_REJECT] == 0))
            judgement.because = "other words stand before";
        else if (is_clean_approval(words, tokens, &clause))
            judgement.word = VERDICT_APPROVE;
        else if (is_clean_rejection(words, tokens, &clause))
            judgement.word = VERDICT_REJECT;
        else
            judgement.because = "its clause says more than the verdict";
        return judgement;
    }
    return judgement;
}

/* After an approval nothing may take it back, limit it or say that something is missing. */
static const char *doubt_after_approval(const char *words, const GArray *tokens, guint at)
{
    for (gboolean sentence = TRUE; at < tokens->len; at++) {
        guint class = class_at(tokens, at);
        if (class == WORD_REJECT)
            return "the opposite word follows";
        sentence = sentence && class != PHRASE_STOP && class != PHRASE_LINE;
        if (class == WORD_DOUBT || class == WORD_RETRACT || (sentence && (class == WORD_HEDGE || class == WORD_NOT)))
            return "a condition or a reserve follows";
        if (class == WORD_LACK)
            return "something is said to be missing";
        if (class == WORD_ASK || class == PHRASE_ASK)
            return "a question follows";
    }
    struct clause clause;
    for (at = 0; at < tokens->len; at = clause.to + 1) {
        clause = clause_at(tokens, at);
        if (clause.count[WORD_NOT] > 0 && clause.count[WORD_NOT] + clause.count[WORD_APPROVE] >= MIN(2, clause.to - clause.from))
            return "a negation follows";
        if (clause.count[WORD_HEDGE] > 0 && class_at(tokens, clause.to - 1) == WORD_HEDGE &&
            !strncmp(words + token_at(tokens, clause.to - 1)->end - strlen("后"), "后", strlen("后")))
            return "something is to come first";
    }
    return NULL;
}

/* 不, 没, 未经, without: what follows did not happen; 补齐 says only that it should. */
static gboolean is_denial(const char *words, const struct phrase_token *token)
{
    static const char *const signs[] = {"未", "没", "沒", "无", "無", "不", "without"};
    if (token->class == WORD_NOT)
        return TRUE;
    for (gsize i = 0; token->class == WORD_LACK && i < G_N_ELEMENTS(signs); i++)
        if (g_str_has_prefix(words + token->start, signs[i]))
            return TRUE;
    return FALSE;
}

/* `不。` behind a rejection turns it round; `反对。` says it once more. */
static gboolean turns_round(const char *words, const GArray *tokens, const struct clause *clause)
{
    static const char *const objections[] = {"反对", "抗议", "不准", "不许", "禁止", NULL};
    for (guint i = clause->from; i < clause->to; i++)
        if (class_at(tokens, i) != WORD_NOT || phrase_is(words, token_at(tokens, i), objections))
            return FALSE;
    return clause->to > clause->from;
}

/* `不应`, `不要再`, `反对` right before; but not `不得不`. */
static gboolean is_denied(const char *words, const GArray *tokens, const struct clause *clause, guint at)
{
    static const char *const affirmations[] = {"不得不", "不能不", NULL};
    while (at > clause->from) {
        guint class = class_at(tokens, --at);
        if (class == WORD_NOT)
            return !phrase_is(words, token_at(tokens, at), affirmations);
        if (class != WORD_HEDGE && class != WORD_BEFORE && !is_harmless(class))
            return FALSE;
    }
    return FALSE;
}

/* `不要驳回`, `反对退回`, `do not reject`. Behind a reason's label only when the clause says nothing else: `上次不予驳回的条件已不存在` is one. */
static gboolean denies_rejection(const char *words, const GArray *tokens, const struct clause *clause, gboolean labelled)
{
    if (labelled && clause->count[PHRASE_OTHER] + clause->count[WORD_OF] > 0)
        return FALSE;
    for (guint i = clause->from; i < clause->to; i++)
        if (class_at(tokens, i) == WORD_REJECT && is_denied(words, tokens, clause, i))
            return TRUE;
    return FALSE;
}

/* A rejection's reason may speak of approvals that were not given (`未经原单位同意`), but not give one. */
static const char *doubt_after_rejection(const char *words, const GArray *tokens, guint at, gsize reason)
{
    struct clause clause;
    for (; at < tokens->len; at = clause.to + 1) {
        clause = clause_at(tokens, at);
        if (clause.to == at)
            continue;
        gboolean labelled = token_at(tokens, clause.from)->start >= reason;
        if (clause.count[WORD_RETRACT] > 0 || turns_round(words, tokens, &clause) ||
            denies_rejection(words, tokens, &clause, labelled))
            return "it is taken back";
        if (clause.count[WORD_APPROVE] == 0)
            continue;
        gboolean denied = FALSE;
        for (guint i = clause.from; i < clause.to && class_at(tokens, i) != WORD_APPROVE; i++)
            denied = denied || is_denial(words, token_at(tokens, i));
        if (labelled ? is_clean_approval(words, tokens, &clause) : !denied)
            return "the opposite word follows";
    }
    return NULL;
}

static void explain(struct verdict *verdict, const struct judgement *judgement, const char *words, const GArray *tokens)
{
    if (verdict->word == VERDICT_NONE) {
        verdict->why = g_strdup(judgement->because);
        return;
    }
    const struct phrase_token *core = token_at(tokens, judgement->core);
    g_autofree char *word = g_strndup(words + core->start, core->end - core->start);
    if (verdict->word == VERDICT_UNCLEAR)
        verdict->why = g_strdup_printf("'%s' is read, but %s", word, judgement->because);
    else
        verdict->why = g_strdup_printf("'%s' is the first statement", word);
}

static char *reason_of(const char *words, const GArray *tokens, const struct judgement *judgement, struct field_span archive)
{
    /* In its own clause a reason stands before the verdict only as what is missing: `材料不全不同意`. */
    gboolean within = judgement->clause.from < judgement->core && !leads_to(words, tokens, &judgement->clause, judgement->core);
    struct field_place place = {.core = judgement->core,
                                .clause_end = judgement->clause.to,
                                .before = judgement->has_odd ? judgement->first_odd
                                          : within           ? judgement->clause.from
                                                             : judgement->core,
                                .archive = archive};
    return field_reason(words, tokens, &place);
}

void verdict_read(const char *words, struct verdict *verdict)
{
    *verdict = (struct verdict){.word = VERDICT_NONE};
    if (!words || strnlen(words, LONGEST) == LONGEST || !g_utf8_validate(words, -1, NULL)) {
        verdict->word = words ? VERDICT_UNCLEAR : VERDICT_NONE;
        verdict->why = g_strdup(words ? "too long or not UTF-8" : "no words");
        return;
    }
    g_autoptr(GArray) tokens = phrase_read(vocabulary_verdict(), words);
    struct field_span archive;
    gboolean several;
    verdict->archive = archive_find(words, tokens, &archive, &several);
    struct judgement judgement = first_statement(words, tokens);
    guint next = judgement.clause.to;
    if (judgement.word == VERDICT_APPROVE) {
        field_drop_blank_reason(words, tokens);
        judgement.because = several ? "two archive numbers are given" : doubt_after_approval(words, tokens, next);
    } else if (judgement.word == VERDICT_REJECT)
        judgement.because = doubt_after_rejection(words, tokens, next, field_reason_label(words, tokens, judgement.core));
    gboolean decided = judgement.word == VERDICT_APPROVE || judgement.word == VERDICT_REJECT;
    verdict->word = decided && judgement.because ? VERDICT_UNCLEAR : judgement.word;
    if (verdict->word == VERDICT_REJECT)
        verdict->reason = reason_of(words, tokens, &judgement, archive);
    explain(verdict, &judgement, words, tokens);
}

void verdict_clear(struct verdict *verdict)
{
    g_clear_pointer(&verdict->reason, g_free);
    g_clear_pointer(&verdict->archive, g_free);
    g_clear_pointer(&verdict->why, g_free);
    verdict->word = VERDICT_NONE;
}

const char *verdict_name(enum verdict_word word)
{
    static const char *const names[] = {
        [VERDICT_NONE] = "none", [VERDICT_APPROVE] = "approve", [VERDICT_REJECT] = "reject", [VERDICT_UNCLEAR] = "unclear"};
    return names[word];
}
