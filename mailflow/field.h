/* The values a reviewer writes beside the verdict: archive number and reason, in any order, on the same or other lines (domain.md 3.6, 6.4). */
#ifndef MAILFLOW_FIELD_H
#define MAILFLOW_FIELD_H

#include "mailflow/phrase.h"

struct field_span {
    gsize start, end; /* bytes of the words; equal when there is nothing */
};

/* The archive number as written, 1-40 characters, or NULL (caller frees). `span` gets where its label and value stand; the `tokens` (struct phrase_token) in it are
 * turned into clause ends. `several` tells that two different numbers are given. */
char *field_archive(const char *words, GArray *tokens, struct field_span *span, gboolean *several);

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

/* Whether the token is the number of an item: `驳回 1、合同未盖章`. */
gboolean field_counts(const char *words, const struct phrase_token *token);

#endif
