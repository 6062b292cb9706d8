/* Forms that arrive: who sends them, whether they may, whether the directory agrees; then a draft or a submission (domain.md 0, 4, 8). */
#ifndef MAILFLOW_SUBMIT_H
#define MAILFLOW_SUBMIT_H

#include "mailflow/workflow.h"

/* Handle a message that carries a form (KIND_FORM). Appends plans. FALSE with `error` when the world could not be asked. */
gboolean submit(const struct mind *mind, const struct message *message, GPtrArray *plans, GError **error);

/* Refuse the form with all its findings (N0), its own corrected form attached. */
void submit_refuse(const struct mind *mind, const struct message *message, const GPtrArray *findings, GPtrArray *plans);

/* Count the plan's answer, an error's, against the sender: at most `most` of its class a day, some times as many to their mailbox by all its subaddresses, and so many an
 * hour to one domain, so that forged mail floods nobody and no loop lasts. Mail whose origin is proved is counted by itself, and each address of it: forged mail uses up
 * no answer of the person it names. */
void submit_limit(struct plan *plan, const struct mind *mind, const struct message *message, const char *class, guint most);
/* Say the same at most twice in one thread: who does not understand it then is a robot, or needs a person. `thread` NULL: the one `message` stands in; call it before
 * submit_limit(). */
void submit_limit_thread(struct plan *plan, const struct mind *mind, const struct message *message, const char *thread,
                         const char *said);

#define SUBMIT_REFUSALS_MOST 50    /* N0: people correct their forms and try again */
#define SUBMIT_QUESTIONS_MOST 10   /* N9 to one person about one request */
#define SUBMIT_DRAFTS_MOST 100     /* N1D to one address: twice what a clerk gets done who files one by one */
#define SUBMIT_DRAFTS_MAILBOX 2000 /* and to one mailbox by all its subaddresses: a large school registers a year's people so */
#define SUBMIT_MAILBOX_TIMES 3     /* as many errors as one address hears of go to its mailbox by all its subaddresses */
#define SUBMIT_STRANGERS_MOST 1    /* NX of each kind */
#define SUBMIT_DOMAIN_MOST 100     /* N0, N9 and NX to one domain in an hour */
#define SUBMIT_THREAD_MOST 2       /* the same in one thread */

#endif
