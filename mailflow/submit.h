/* Forms that arrive: who sends them, whether they may, whether the directory agrees; then a draft or a submission (domain.md 0, 4, 8). */
#ifndef MAILFLOW_SUBMIT_H
#define MAILFLOW_SUBMIT_H

#include "mailflow/workflow.h"

/* Handle a message that carries a form (KIND_FORM). Appends plans. FALSE with `error` when the world could not be asked. */
gboolean submit(const struct mind *mind, const struct message *message, GPtrArray *plans, GError **error);

/* Refuse the form with all its findings (N0), its own corrected form attached. */
void submit_refuse(const struct mind *mind, const struct message *message, const GPtrArray *findings, GPtrArray *plans);

/* Count the plan's answer against the sender: at most `most` of its class a day, so that forged mail floods nobody and no loop lasts. Mail whose origin is proved is
 * counted by itself: forged mail uses up no answer of the person it names. */
void submit_limit(struct plan *plan, const struct mind *mind, const struct message *message, const char *class, guint most);

#define SUBMIT_REFUSALS_MOST 50  /* N0: people correct their forms and try again */
#define SUBMIT_QUESTIONS_MOST 10 /* N9 to one person about one request */
#define SUBMIT_STRANGERS_MOST 1  /* NX of each kind */

#endif
