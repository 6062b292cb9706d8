/* The number under which a reviewer archived the papers, beside the verdict, in any order, on the same or other lines (domain.md 3.6, 6.4). */
#ifndef MAILFLOW_ARCHIVE_H
#define MAILFLOW_ARCHIVE_H

#include "mailflow/field.h"

/* The archive number as written, 1-40 characters, or NULL (caller frees). `span` gets where its label and value stand; the `tokens` (struct phrase_token) in it are
 * turned into clause ends. `several` tells that two different numbers are given. */
char *archive_find(const char *words, GArray *tokens, struct field_span *span, gboolean *several);

#endif
