/* Intake: from a message to plans. Who is speaking, how sure that is, and what they want; the workflow does the rest. */
#ifndef MAILFLOW_INTAKE_H
#define MAILFLOW_INTAKE_H

#include "mailflow/workflow.h"

/* What one message makes happen: plans to be committed in order; the last one is the message's own (its outcome and log line). Never empty.
 * NULL with `error` when the world could not be asked: the message stays where it is and is read again later. */
GPtrArray *intake(const struct mind *mind, const struct message *message, GError **error);

/* The same message after somebody else's request was found to hold `lock`: the refusal of a form; a draft that was confirmed stays one. */
GPtrArray *intake_locked(const struct mind *mind, const struct message *message, const struct plan_lock *lock);

/* A message that asks the directory what it will not answer: the same, and its sender hears that it waits. Put back into the inbox it is dealt with anew. */
GPtrArray *intake_unanswered(const struct mind *mind, const struct message *message, const char *why);

/* A message that nobody can read: it goes to the quarantine, and the operator hears of the day's first. `digest` is the message's, `why` one English line. */
GPtrArray *intake_unreadable(const struct mind *mind, const char *digest, const char *why);

#endif
