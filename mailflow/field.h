/* What reviewers write beside the verdict: labels and their values, and the reason of a rejection (domain.md 6.4). */
#ifndef MAILFLOW_FIELD_H
#define MAILFLOW_FIELD_H

#include "mailflow/phrase.h"

struct field_span {
    gsize start, end; /* bytes of the words; equal when there is nothing */
};

/* Punctuation that may stand between a label and its value, and that ends a value. */
gboolean field_is_filler(gunichar c);
gboolean field_is_end(gunichar c);

/* A label begins a clause or follows a known word; the 留档 in 济建留档〔2024〕 is part of a name. */
gboolean field_is_label(const GArray *tokens, guint at);

/* Whether a value is none: `无`, `待补`; and with the second also where a form's own words still ask for it: `（请填写）`. */
gboolean field_is_blank_word(const char *value);
gboolean field_is_blank(const char *value);

/* Turns the tokens (struct phrase_token) in the span into clause ends. */
void field_mask(GArray *tokens, const struct field_span *span);

/* Where a reason stands in relation to the verdict. */
struct field_place {
    guint core;                /* the token of the verdict */
    guint clause_end;          /* the token after its clause */
    guint before;              /* the first token before it that may be reason; `core` when there is none */
    struct field_span archive; /* left out */
};

/* Where the value of a reason label that follows token `core` begins; G_MAXSIZE when there is none. */
gsize field_reason_label(const char *words, const GArray *tokens, guint core);

/* The reason of a rejection: what its label introduces, else what follows the verdict, with what is said to be missing before it. NULL when nothing is left. Caller frees. */
char *field_reason(const char *words, const GArray *tokens, const struct field_place *place);

/* Turns `原因：无` into ends of clauses: beside an approval it says nothing. */
void field_drop_blank_reason(const char *words, GArray *tokens);

/* Whether the token is the number of an item: `驳回 1、合同未盖章`. */
gboolean field_counts(const char *words, const struct phrase_token *token);

#endif
