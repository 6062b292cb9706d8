/* Printing and surrender after the end (domain.md 6.6, R-39): the city that archived records by mail that the old copies have come in - 已上缴 <certNo…>,
 * SURRENDERED <certNo…> - and the new ones can be printed. */
#ifndef MAILFLOW_SURRENDER_H
#define MAILFLOW_SURRENDER_H

#include "mailflow/workflow.h"

/* The certificate numbers after 已上缴 / 已收缴 / SURRENDERED in the person's own words, in order, each once; empty when anything else is said: a question, a
 * negation, a condition, a range, another word. As with verdicts, unsure is asked back, never guessed. What people write under their words does not count. NULL is
 * empty. Caller frees. Linear time. */
GPtrArray *surrender_read(const char *words);

/* Handle an answer to the surrender mail. Appends plans; an answer that cannot be used appends none and gives the sentence why (caller frees both).
 * FALSE with `error` when the world could not be asked. */
gboolean surrender(const struct affair *affair, const struct ticket *ticket, const struct message *message, GPtrArray *plans,
                   char **why_zh, char **why_en, GError **error);

#endif
