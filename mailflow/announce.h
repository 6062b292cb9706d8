/* Who hears what: the audiences of a transition's notices (domain.md 6.5). */
#ifndef MAILFLOW_ANNOUNCE_H
#define MAILFLOW_ANNOUNCE_H

#include "mailflow/tell.h"

/* Add the notice `rule` to the plan for everyone it is for. FALSE with `error` when the directory could not be asked. */
gboolean announce(const struct affair *affair, struct plan *plan, const struct notice_rule *rule, const struct occasion *occasion,
                  GError **error);

/* Whether `reviewer`, one of the deciding authority's `reviewers`, would be asked to decide the open stage now: nobody is while a decision waits to take effect. FALSE with `error` when the directory could not be asked. */
gboolean announce_asks(const struct affair *affair, const GPtrArray *reviewers, const struct entry *reviewer, gboolean *asks,
                       GError **error);

/* Add warnings for names that have changed since the form was filed (7.5). FALSE with `error` likewise. */
gboolean announce_new_names(const struct affair *affair, GPtrArray *findings, GError **error);

#endif
