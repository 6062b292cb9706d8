#include "mailflow/kind.h"

#include "mailflow/automatic.h"
#include "mailflow/bounce.h"

static const char *const names[] = {
    [KIND_FORM] = "form",           [KIND_REPLY] = "reply", [KIND_QUESTION] = "question", [KIND_BOUNCE] = "bounce",
    [KIND_AUTOMATIC] = "automatic", [KIND_LIST] = "list",   [KIND_UNKNOWN] = "unknown",
};

const char *kind_name(enum kind kind)
{
    return names[kind];
}

static const char *find_form(const struct evidence *evidence)
{
    /* clients that send an original's attachments along with the answer must not turn a verdict into a form */
    if (evidence->token && evidence->verdict)
        return NULL;
    return evidence->form ? "an XML form is attached" : NULL;
}

static const char *find_reply(const struct evidence *evidence)
{
    gboolean answers = FALSE;

    if (evidence->token)
        return "it bears the token of a mail of ours";
    if (evidence->answers->len > 0)
        return "In-Reply-To or References name a mail";
    if (evidence->subject)
        automatic_strip_subject(evidence->subject, &answers);
    return answers ? "the subject begins as an answer's" : NULL;
}

static const char *find_question(const struct evidence *evidence)
{
    (void)evidence;
    return "a person writes, with no form and not in answer to a mail";
}

/* The first that finds something settles it: a robot's mail stays a robot's whatever it quotes or carries. */
static const struct {
    enum kind kind;
    const char *(*find)(const struct evidence *evidence);
} order[] = {
    {KIND_BOUNCE, bounce_find}, {KIND_AUTOMATIC, automatic_find}, {KIND_LIST, automatic_find_list},
    {KIND_FORM, find_form},     {KIND_REPLY, find_reply},         {KIND_QUESTION, find_question},
};

enum kind kind_settle(const struct evidence *evidence, const char **why)
{
    for (guint i = 0;; i++) {
        *why = order[i].find(evidence);
        if (*why)
            return order[i].kind;
    }
}
