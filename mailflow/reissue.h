/* Tokens made anew by the administrator's hand: what was mailed is lost or has come into wrong hands. The old ones die as the new ones are mailed. */
#ifndef MAILFLOW_REISSUE_H
#define MAILFLOW_REISSUE_H

#include "mailflow/workflow.h"

/* Invite the reviewers of the open stage again, or only `reviewer` (a DN), or the applicant of a draft to confirm; `actor` is who wants it, for the audit.
 * Appends one plan, or none with a sentence (static) in `*zh` and `*en` when there is nobody to be invited, or a decision waits to take effect. FALSE with `error` when the world could not be asked. */
gboolean reissue(const struct affair *affair, const char *reviewer, const char *actor, GPtrArray *plans, const char **zh,
                 const char **en, GError **error);

/* The mail with which the request's open stage, or its draft, began. */
struct notice_rule reissue_invitation(const struct affair *affair);

#endif
