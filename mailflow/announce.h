/* Who hears what: the audiences of a transition's notices (domain.md 6.5). */
#ifndef MAILFLOW_ANNOUNCE_H
#define MAILFLOW_ANNOUNCE_H

#include "mailflow/tell.h"

/* Add the notice `rule` to the plan for everyone it is for. FALSE with `error` when the directory could not be asked. */
gboolean announce(const struct affair *affair, struct plan *plan, const struct notice_rule *rule, const struct occasion *occasion,
                  GError **error);

#endif
