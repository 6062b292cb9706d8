/* A new form that takes the place of an earlier request of its sender's: of an unconfirmed draft for the same matter, or of one that was returned for correction. */
#ifndef MAILFLOW_SUCCESSOR_H
#define MAILFLOW_SUCCESSOR_H

#include "mailflow/workflow.h"

/* The earlier requests (struct request) that `incoming` takes the place of: quoted, or of the same subject and about the same holder or enterprise; the caller unrefs. A
 * returned one has been reviewed, so nobody ends it by a mail that might be forged. The reviewers see what the newest returned one was returned for: it becomes the
 * previous one where none is quoted. Where the mail bears the token of what was returned, it is proved by that, as words of confirmation are. */
GPtrArray *successor_find(const struct mind *mind, const struct message *message, struct affair *incoming);

/* What is replaced ends and knows its successor: who answers its mail is told which one to answer instead. While that is a draft (`waits`) what was returned waits with
 * it: a draft may lapse, or be dropped. Appends plans; FALSE with `error` when the world could not be asked. */
gboolean successor_end(const struct mind *mind, const GPtrArray *replaced, const struct request *successor, gboolean waits,
                       GPtrArray *plans, GError **error);

/* Whether something among `replaced` waits for its successor to be confirmed. */
gboolean successor_waited_for(const GPtrArray *replaced);

/* A draft, or what was returned, is confirmed as it is: what else was returned and it corrects, quoted or not, ends now if it still waits for its applicant. */
gboolean successor_confirm(const struct affair *confirmed, GPtrArray *plans, GError **error);

#endif
