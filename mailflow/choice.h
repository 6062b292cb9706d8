/* Choosing the lost certificates: a table-1 form without any is a draft whose receipt lists the applicant's certificates, numbered; the reply picks them (domain.md 0, R-43, R-44). */
#ifndef MAILFLOW_CHOICE_H
#define MAILFLOW_CHOICE_H

#include "mailflow/affair.h"
#include "mailflow/confirmation.h"

/* Whether the form still needs its certificates. */
gboolean choice_needed(const struct form *form);

/* Note the applicant's certificates that can be reported lost beside the request ("choice[1]=number holder post"), in ascending order. FALSE with `error` when
 * the world could not be asked. */
gboolean choice_offer(const struct affair *affair, GError **error);

/* The offered lines in order, "number holder"; caller frees the array. */
GPtrArray *choice_offered(const struct request *request);

/* The chosen numbers that are not on the list, "9" or "7, 9"; NULL when all are. Caller frees. */
char *choice_strays(const struct affair *affair, const struct confirmation *chosen);

/* The form completed by the chosen certificates, which choice_strays() found none among; NULL without `error` when one has gone from the directory since. Caller frees. */
struct form *choice_complete(const struct affair *affair, const struct confirmation *chosen, GError **error);

#endif
