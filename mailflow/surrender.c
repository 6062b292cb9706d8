#include "mailflow/surrender.h"

#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/effect_change.h"
#include "mailflow/phrase.h"
#include "mailflow/question.h"
#include "mailflow/text.h"

#define LONGEST (16u << 10)
#define NUMBER_MIN 6
#define NUMBER_MAX 30

enum {
    WORD_SURRENDERED = PHRASE_FIRST,
    WORD_PLAIN, /* courtesy, and what is said of certificates that have come in */
    WORD_BUT,   /* denies, doubts, asks or leaves out */
};

static const struct phrase_group vocabulary[] = {
    {WORD_SURRENDERED, "已上缴|已收缴|已经上缴|均已上缴|全部已上缴|surrendered"},
    {WORD_PLAIN,
     "您好|你好|谢谢|谢谢您|多谢|感谢|辛苦了|我局|我处|本局|以下|下列|上述|原|旧|证书|旧证书|原证书|证书编号|编号|号|为|"
     "了|的|共|本|张|和|及|以及|与|请|请打印|可以打印|"
     "hello|hi|thanks|thank you|regards|best regards|kind regards|please|the|these|old|certificate|certificates|"
     "number|numbers|no.|and|have been|has been|were|was|are|is|all"},
    {WORD_BUT, "不|没|没有|未|无|别|勿|非|尚|还|待|等|暂|先|只|仅|其余|其他|除|外|以外|除外|之外|如|若|但|但是|不过|吗|么|吧|呢|"
               "是否|能否|可否|或|或者|应|须|将|会|遗失|丢失|"
               "not|never|no|isn't|aren't|wasn't|weren't|haven't|hasn't|but|except|without|if|unless|until|when|however|or|"
               "whether|should|will|to be|lost|missing|only"},
};

static const struct phrase_table *words_known(void)
{
    static gsize once;
    static struct phrase_table *table;

    if (g_once_init_enter(&once)) {
        table = phrase_table_make(vocabulary, G_N_ELEMENTS(vocabulary));
        g_once_init_leave(&once, 1);
    }
    return table;
}

/* What the words say up to the line below the last number where a name or a signature begins. */
struct heard {
    GPtrArray *numbers;
    gboolean said;    /* that they have come in */
    gboolean unclear; /* and something else that may change it */
    gboolean strange; /* this line has words that are neither known nor a number */
    guint before;     /* so many numbers above this line */
    gboolean over;
};

/* A certificate's number as it is in the directory, NULL when it cannot be one. Caller frees. */
static char *number_read(const char *word)
{
    char *number = text_normalise_upper(word);
    gsize length = strlen(number);

    if (length >= NUMBER_MIN && length <= NUMBER_MAX && strspn(number, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-") == length &&
        strpbrk(number, "0123456789"))
        return number;
    g_free(number);
    return NULL;
}

static void hear_number(struct heard *heard, char *number)
{
    heard->unclear |= !heard->said;
    if (g_ptr_array_find_with_equal_func(heard->numbers, number, g_str_equal, NULL))
        g_free(number);
    else
        g_ptr_array_add(heard->numbers, number);
}

static void hear_line_end(struct heard *heard)
{
    if (heard->strange && heard->before && heard->numbers->len == heard->before)
        heard->over = TRUE;
    else
        heard->unclear |= heard->strange;
    heard->strange = FALSE;
    heard->before = heard->numbers->len;
}

static void hear(struct heard *heard, guint class, const char *word)
{
    char *number = class == PHRASE_OTHER && !heard->over ? number_read(word) : NULL;

    if (number)
        hear_number(heard, number);
    else if (class == PHRASE_OTHER)
        heard->strange = TRUE;
    else if (class == WORD_SURRENDERED)
        heard->said = TRUE;
    else if (class == WORD_BUT || class == PHRASE_ASK)
        heard->unclear = TRUE;
    else if (class == PHRASE_LINE && !heard->over)
        hear_line_end(heard);
}

GPtrArray *surrender_read(const char *words)
{
    struct heard heard = {.numbers = g_ptr_array_new_with_free_func(g_free)};

    if (!words || strnlen(words, LONGEST) == LONGEST || !g_utf8_validate(words, -1, NULL))
        return heard.numbers;
    g_autoptr(GArray) tokens = phrase_read(words_known(), words);
    for (guint i = 0; i < tokens->len; i++) {
        const struct phrase_token *token = &g_array_index(tokens, struct phrase_token, i);
        g_autofree char *word = g_strndup(words + token->start, token->end - token->start);
        hear(&heard, token->class, word);
    }
    if (!heard.over)
        hear_line_end(&heard);
    if (heard.unclear || !heard.said)
        g_ptr_array_set_size(heard.numbers, 0);
    return heard.numbers;
}

/* The entry whose certificates the request wanted printed anew: the holder, or the enterprise with all its trainees. */
static char *owner_dn(const struct affair *affair, GError **error)
{
    const char *number = form_value(affair->form, "idNumber");

    if (!number)
        return g_strdup(affair->request->applicant);
    g_autoptr(GPtrArray) found = question_entries(affair, ATTRIBUTE_ID_NUMBER, number, CLASS_TRAINEE, error);
    return found && found->len ? g_strdup(((struct entry *)g_ptr_array_index(found, 0))->dn) : NULL;
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
                           "and their numbers, and "
                           "nothing else.");
    }
    for (guint i = 0; owner && i < numbers->len && !*why_zh; i++) {
        const char *number = g_ptr_array_index(numbers, i);
        g_autoptr(GPtrArray) found = question_entries(affair, ATTRIBUTE_CERTIFICATE_NUMBER, number, CLASS_CERTIFICATE, &problem);
        if (problem)
            break;
        if (found->len && due(g_ptr_array_index(found, 0), owner)) {
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
