/* Delegation: a reviewer hands the task of one request and stage on to a colleague of the same authority (转办, DELEGATE).
 *
 * The colleague is found in the directory at that moment, by mail address, login name or name; exactly one reviewer has to answer to it. They get a mail and a token of
 * their own, which replace what they had for that stage. The tokens of who hands on end: reminders go to the colleague alone, as long as the directory has them as a
 * reviewer of the authority. */
#ifndef MAILFLOW_DELEGATION_H
#define MAILFLOW_DELEGATION_H

#include "mailflow/guard.h"
#include "mailflow/workflow.h"

/* All guards of the event said yes: hand the task on, or ask back whom. Appends a plan. FALSE with `error` when the world could not be asked. */
gboolean delegation_carry(const struct attempt *attempt, GPtrArray *plans, GError **error);

#endif
