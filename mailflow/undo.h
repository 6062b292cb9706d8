/* Undo: where the site says so, a decision takes effect only after some minutes, in which the reviewer who made it may take it back (撤回, UNDO).
 *
 * Until then it is recorded and waits: the request stays in its stage with its step and tokens as they are, reminders and expiry are put off, nobody else decides; who
 * tries is told, and noted with the decision. When its time has come, a timer carries it out by the same way as at once, the guards that ask about facts asked again. The request leaving its stage by another way - its
 * applicant withdraws it, its subject has gone - makes the decision void. */
#ifndef MAILFLOW_UNDO_H
#define MAILFLOW_UNDO_H

#include "mailflow/guard.h"
#include "mailflow/workflow.h"

#define UNDO_TIMER "decision"

/* All guards of an approval or a rejection said yes: record it and let it wait, or carry it out at once where the site has it so. Appends plans, as the others do. FALSE
 * with `error` when the world could not be asked. */
gboolean undo_wait(const struct attempt *attempt, GPtrArray *plans, GError **error);

/* The reviewer takes the decision back: the stage waits as before, with a mail and a token anew for them, and for those colleagues who came too late for the decision and
 * could decide it now. What cannot be taken back is told. */
gboolean undo_carry(const struct attempt *attempt, GPtrArray *plans, GError **error);

/* The timer UNDO_TIMER of `request` is due: plans for what becomes of the decision; none where there is no decision any more. NULL with `error` when the world could not
 * be asked. */
GPtrArray *undo_elapsed(const struct mind *mind, const char *request, GError **error);

#endif
