/* Drafts, and requests returned to their applicant: what the applicant answers to the mail about them (domain.md 0). */
#ifndef MAILFLOW_DRAFT_H
#define MAILFLOW_DRAFT_H

#include "mailflow/workflow.h"

/* The mail of `ticket`, an applicant's, is answered. The affair's form is completed by the certificates that are chosen. Appends plans. FALSE with `error` when the world
 * could not be asked. */
gboolean draft_answer(struct affair *affair, const struct ticket *ticket, const struct message *message, GPtrArray *plans,
                      GError **error);

/* What the answer asks for has to wait for another request, by `finding`: nothing is submitted, the draft has a new term, and its applicant hears what to do when the
 * other has ended. Appends plans. FALSE likewise. */
gboolean draft_keep(const struct affair *affair, const struct ticket *ticket, const struct message *message,
                    const struct finding *finding, GPtrArray *plans, GError **error);

#endif
