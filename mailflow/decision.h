/* Decisions: what becomes of a request once a reviewer's word has passed the guards, or met one that ends the request or makes it wait. */
#ifndef MAILFLOW_DECISION_H
#define MAILFLOW_DECISION_H

#include "mailflow/guard.h"
#include "mailflow/workflow.h"

/* All guards said yes: the request goes its way. Appends plans, as the others do. FALSE with `error` when the world could not be asked. */
gboolean decision_carry(const struct attempt *attempt, GPtrArray *plans, GError **error);

/* One line for the audit: what was said, and how it came to us. Caller frees. */
char *decision_detail(const struct attempt *attempt);

/* The facts the request rests on have gone: it ends, everybody is told why (7.23). */
gboolean decision_void(const struct attempt *attempt, const struct guard_result *result, GPtrArray *plans, GError **error);

/* An approval that the facts do not allow now (7.2): the applicant hears of it too. */
gboolean decision_wait(const struct attempt *attempt, const struct guard_result *result, GPtrArray *plans, GError **error);

#endif
