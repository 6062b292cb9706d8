/* The workflow: what an event does to a request (domain.md 6).
 *
 * A request is always in one state. An event - somebody's confirmation or decision, an outcome of the courier, a timer - looks up its one row among the
 * transitions of procedures.xml. The row names the next state and the notices; from the procedure come the stages, who decides in them, the locks and the effects.
 * What follows from a move is the same for all of them and stands here once:
 *
 *   leaving a stage     closes its step with a verdict and ends every token of the request
 *   entering a stage    opens a step with the division that decides it, sets the reminder, invites its reviewers
 *   entering applying   writes the effects as wanted states of the directory into the outbox
 *   entering an end     frees the locks, ends the timers
 *   leaving draft       takes the locks: of two drafts for one key the one that is confirmed first wins
 *
 * A request is void only if nothing of it was made; done when everything was, or all that could be (daemon/outbox.c). Until all its changes have an answer it is
 * applying.
 *
 * Nothing is carried out here: the result is a plan, which the store commits whole or not at all. An event without a row changes nothing and has a sentence
 * that says so (refusal_find). */
#ifndef MAILFLOW_WORKFLOW_H
#define MAILFLOW_WORKFLOW_H

#include "mailflow/announce.h"

/* Carry `event` through on `affair` and write what follows into `plan` (made by the caller for this request) and, where other requests are touched, into further
 * plans appended to `plans`. `actor` is who caused it, for the audit: an address, a DN or "system"; `detail` one line for the audit.
 * The transition must exist. FALSE with `error` when the world could not be asked: nothing may be committed then. */
gboolean workflow_advance(const struct affair *affair, struct plan *plan, enum event event, const struct occasion *occasion,
                          const char *actor, const char *detail, GPtrArray *plans, GError **error);

/* The applicant's time to answer begins, or begins anew; gives its end (milliseconds), as their mail says it. */
gint64 workflow_await_applicant(const struct affair *affair, struct plan *plan);

/* A timer of `request` is due: "expire", or "remind-N" for the Nth reminder of the open stage. */
GPtrArray *workflow_timer(const struct mind *mind, const char *request, const char *kind, GError **error);

/* Something of the outbox keeps failing or was refused for good: plans that tell the operator. `request` and `recipient` may be NULL. */
GPtrArray *workflow_trouble(const struct mind *mind, const char *request, const char *effect, const char *recipient,
                            const char *said);

/* Whether every rule, guard and effect that the procedures name exists. */
gboolean workflow_check(const struct procedures *procedures, GError **error);

#endif
