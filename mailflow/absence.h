/* Absence: reviewers whom mail does not reach, or who are away. Bounces and automatic answers decide nothing and are answered by nobody (RFC 3834, 3464), but no stage
 * waits for a dead mailbox, and who is away may have a deputy in the directory. */
#ifndef MAILFLOW_ABSENCE_H
#define MAILFLOW_ABSENCE_H

#include "mailflow/workflow.h"

/* Note what a bounce, an automatic answer or a list's mail means for the request whose mail it is about. Appends plans. FALSE with `error` when the world could not be
 * asked.
 *
 *   a bounce for good        the operator hears of the address, once a day; a reviewer's ticket is marked "undeliverable"; when no other reviewer of the open stage holds
 *                            one that lives, the others of the authority are invited, and when there is none, operator and province hear that it waits
 *   a full mailbox           the operator hears of it, likewise; it may serve again, and the reminder asks once more
 *   a reviewer's own answer  the deputy the directory names for today gets a mail and a token of their own, as a reviewer of the same authority; the applicant hears
 *                            once a stage that it goes on; where the directory names somebody who cannot stand in, the operator hears of it once, or with the request
 *                            when nobody else can decide it
 *
 * About a daily list it is the same for each request of the list that still waits for its reader. */
gboolean absence_note(const struct mind *mind, const struct message *message, GPtrArray *plans, GError **error);

/* A mail of ours was refused for good when it was handed over: the same for its ticket as when it had come back; the operator is told by whoever found out. */
gboolean absence_refused(const struct mind *mind, const char *message_id, GPtrArray *plans, GError **error);

#endif
