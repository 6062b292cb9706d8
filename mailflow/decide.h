/* Answers that arrive with a token: an applicant's confirmation, a reviewer's decision (domain.md 6.3, 6.4). The page where it is settled who is speaking:
 *
 *   1. the token, wherever it was seen; two that disagree decide nothing and the sender is told
 *   2. its ticket in the state file: request, step, person; found by the token's hash only
 *      (a list's token is a docket's: tally.h goes on from there)
 *   3. the person as the directory has them at this moment; the sender's address must be theirs
 *   4. the guards of the transition, in their order; the first no ends it, nothing has changed, and the answer tells a known person why
 *   5. the ticket is used up in the transaction that records the decision */
#ifndef MAILFLOW_DECIDE_H
#define MAILFLOW_DECIDE_H

#include "mailflow/guard.h"
#include "mailflow/workflow.h"

/* Handle a reply or question in which a token was seen. Appends plans. FALSE with `error` when the world could not be asked. */
gboolean decide(const struct mind *mind, const struct message *message, GPtrArray *plans, GError **error);

/* The same reply after what it would submit was found to need a lock that somebody else's request holds. `zh`, `en` say more of it, or are NULL. */
void decide_locked(const struct mind *mind, const struct message *message, const struct plan_lock *lock, const char *zh,
                   const char *en, GPtrArray *plans);

struct paper_decision {  /* a decision that came on paper and is entered by the administrator; all borrowed */
    const char *request; /* it exists */
    const struct entry *reviewer;
    enum event event; /* EVENT_APPROVE or EVENT_REJECT */
    const char *reason, *archive;
    const char *vouched; /* who entered it, "unix:anna": answers for what token and sender would show */
};

/* Decide as by mail, all other guards asked. `result` (guard_result_clear() it) tells: GUARD_YES carried out; GUARD_VOID the request ends, as what it rests on has gone;
 * anything else changes nothing. Appends plans. FALSE with `error` when the world could not be asked. */
gboolean decide_on_paper(const struct mind *mind, const struct paper_decision *paper, struct guard_result *result, GPtrArray *plans,
                         GError **error);

#endif
