#include "mailflow/surrender.h"

#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/effect_change.h"
#include "mailflow/phrase.h"
#include "mailflow/question.h"
#include "mailflow/signoff.h"
#include "mailflow/text.h"

#define LONGEST (16u << 10)
#define NUMBER_MIN 6
#define NUMBER_MAX 30
#define ITEM_DIGITS 2 /* of an item's place in a list */

enum {
    WORD_HANDED = PHRASE_FIRST, /* says it */
    WORD_PLAIN,                 /* courtesy, and what is spoken of */
    WORD_TURN,                  /* asks, denies or puts off, even where a name would stand */
};

static const struct phrase_group words_known[] = {
    {WORD_HANDED, "已上缴|已上缴了|已经上缴|均已上缴|已收缴|已收缴了|已上交|已上交了|surrendered"},
    {WORD_PLAIN, "您好|你好|各位好|老师好|领导好|谢谢|谢谢您|谢谢你|多谢|感谢|辛苦了|收到|好的|旧证|旧证书|原证|原证书|证书|均|都|"
                 "证书编号|编号|证书号|编号为|编号如下|如下|号|本|我局|我处|本局|以下|下列|上述|请打印|可以打印|和|及|以及|与|"
                 "hello|hi|dear|dear all|thanks|thank you|many thanks|regards|"
                 "best regards|kind regards|the|old|certificate|certificates|number|numbers|no.|nos.|and|has been|have been"},
    {WORD_TURN, "吗|么|嘛|呢|吧|是否|不|未|没|没有|待|等|如果|别|取消|放弃|明天|后天|下周|下月|以后|作废|not|or|if|unless|until|"
                "tomorrow|cancel|ignore"},
};

static const struct phrase_table *table(void)
{
    static const struct phrase_table *made;

    return phrase_table_find(&made, words_known, G_N_ELEMENTS(words_known));
}

/* What the words say so far. */
struct said {
    GPtrArray *numbers;
    gboolean handed;     /* the word has been said */
    gboolean numbered;   /* a number stands before on this line */
    gboolean line_start; /* nothing stands before on this line */
    gboolean unclear;
};

/* The certificate's number that a run of letters, digits and hyphens is; NULL when it is none. Caller frees. */
static char *number_of(const char *run, gsize length)
{
    g_autofree char *written = g_strndup(run, length);
    g_autofree char *number = text_normalise_upper(written);
    gsize characters = strlen(number);

    if (characters < NUMBER_MIN || characters > NUMBER_MAX || !strpbrk(number, "0123456789") || number[0] == '-' ||
        number[strspn(number, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-")])
        return NULL;
    return g_steal_pointer(&number);
}

/* `1.`, `2、` before a number of the list. */
static gboolean is_item(const char *words, const GArray *tokens, guint at)
{
    const struct phrase_token *token = &g_array_index(tokens, struct phrase_token, at), *next = token + 1;
    gsize length = token->end - token->start;

    return length <= ITEM_DIGITS && strspn(words + token->start, "0123456789") == length && at + 1 < tokens->len &&
           next->start == token->end && (next->class == PHRASE_BREAK || next->class == PHRASE_STOP);
}

static void hear_run(struct said *said, const char *words, const GArray *tokens, guint at)
{
    const struct phrase_token *token = &g_array_index(tokens, struct phrase_token, at);
    char *number = number_of(words + token->start, token->end - token->start);

    if (!number || !said->handed)
        said->unclear = said->unclear || !(said->line_start && is_item(words, tokens, at));
    said->numbered = said->numbered || number;
    if (number && !g_ptr_array_find_with_equal_func(said->numbers, number, g_str_equal, NULL))
        g_ptr_array_add(said->numbers, g_steal_pointer(&number));
    g_free(number);
}

/* From one number to another: which ones lie between nobody has written. */
static gboolean is_range(const char *mark)
{
    static const char *const marks[] = {"-", "~", "～", "–", "—", "－"};

    for (guint i = 0; i < G_N_ELEMENTS(marks); i++)
        if (g_str_has_prefix(mark, marks[i]))
            return TRUE;
    return FALSE;
}

static void hear(struct said *said, const char *words, const GArray *tokens, guint at)
{
    const struct phrase_token *token = &g_array_index(tokens, struct phrase_token, at);

    if (token->class == PHRASE_OTHER)
        hear_run(said, words, tokens, at);
    else if (token->class == WORD_HANDED)
        said->handed = TRUE;
    else if (token->class == PHRASE_ASK || token->class == WORD_TURN)
        said->unclear = TRUE;
    else if (token->class == PHRASE_BREAK)
        said->unclear = said->unclear || (said->numbered && is_range(words + token->start));
    said->line_start = token->class == PHRASE_LINE;
    said->numbered = said->numbered && token->class != PHRASE_LINE;
}

/* Who signs says nothing of certificates. */
static gboolean only_signs(const char *words, const struct phrase_token *token)
{
    g_autofree char *number = token->class == PHRASE_OTHER ? number_of(words + token->start, token->end - token->start) : NULL;

    return !number && token->class != WORD_HANDED && token->class != WORD_TURN && token->class != PHRASE_ASK;
}

GPtrArray *surrender_read(const char *words)
{
    GPtrArray *numbers = g_ptr_array_new_with_free_func(g_free);
    struct said said = {.numbers = numbers, .line_start = TRUE};

    if (!words || strnlen(words, LONGEST) == LONGEST || !g_utf8_validate(words, -1, NULL))
        return numbers;
    g_autoptr(GArray) tokens = phrase_read(table(), words);
    gsize signed_from = signoff_start(words, strlen(words), FALSE);
    for (guint i = 0; i < tokens->len; i++) {
        const struct phrase_token *token = &g_array_index(tokens, struct phrase_token, i);
        if (token->start < signed_from)
            hear(&said, words, tokens, i);
        else
            said.unclear = said.unclear || !only_signs(words, token);
    }
    if (said.unclear)
        g_ptr_array_set_size(numbers, 0);
    return numbers;
}

/* The entry whose certificates the request wanted printed anew: the holder, or the enterprise with all its trainees; NULL when the holder is gone. */
static char *owner_dn(const struct affair *affair, GError **error)
{
    if (!form_value(affair->form, "idNumber"))
        return g_strdup(affair->request->applicant);
    struct entry *holder = question_holder(affair, error);
    char *dn = holder ? g_strdup(holder->dn) : NULL;
    entry_free(holder);
    return dn;
}

static gboolean due(const struct entry *certificate, const char *owner)
{
    gsize length = strlen(certificate->dn), tail = strlen(owner);

    return length > tail && g_ascii_strcasecmp(certificate->dn + length - tail, owner) == 0 &&
           g_strcmp0(entry_value(certificate, ATTRIBUTE_COPY_STATE), "toPrint") == 0;
}

gboolean surrender(const struct affair *affair, const struct ticket *ticket, const struct message *message, GPtrArray *plans,
                   char **why_zh, char **why_en, GError **error)
{
    g_autoptr(GPtrArray) numbers = surrender_read(message->own);
    GError *problem = NULL;
    g_autofree char *owner = owner_dn(affair, &problem);
    struct plan *plan = plan_new("surrendered", affair->request->id);
    struct effects effects = {.plan = plan};

    if (!numbers->len) {
        *why_zh = g_strdup("未能识别，未作登记：证书确已上缴的，请只写“已上缴”和证书编号，不要写其他内容。");
        *why_en = g_strdup("Not understood, and nothing was recorded: where certificates have been handed in, write SURRENDERED "
                           "and their numbers, and nothing else.");
    }
    for (guint i = 0; !problem && i < numbers->len && !*why_zh; i++) {
        const char *number = g_ptr_array_index(numbers, i);
        g_autoptr(GPtrArray) found = question_entries(affair, ATTRIBUTE_CERTIFICATE_NUMBER, number, CLASS_CERTIFICATE, &problem);
        if (problem)
            break;
        if (owner && found->len && due(g_ptr_array_index(found, 0), owner)) {
            effect_new_copy(&effects, g_ptr_array_index(found, 0), "printable", "surrender");
            continue;
        }
        *why_zh = g_strdup_printf("证书 %s 不属于该申请，或已登记上缴，本次未作任何登记。", number);
        *why_en = g_strdup_printf("Certificate %s is not part of this request or has been recorded already; nothing was recorded.",
                                  number);
    }
    if (problem || *why_zh || !plan->changes->len) {
        plan_free(plan);
        if (problem)
            g_propagate_error(error, problem);
        return !problem;
    }
    plan->evidence = TRUE;
    plan_log(plan, "%s: %u certificates surrendered, recorded by %s", affair->request->id, plan->changes->len, message->from);
    plan_event(plan, ticket->person, "surrender", affair->request->state, affair->request->state, message->own);
    g_ptr_array_add(plans, plan);
    return TRUE;
}
