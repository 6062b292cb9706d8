/* Dockets: on working days each reviewer gets one mail that lists all that waits for them, numbered, as their review mails show it. One token answers for the whole list
 * (tally.h); what may be answered is bound to the person and, per number, to request, step and form. A person's next list ends the one before. */
#ifndef MAILFLOW_DOCKET_H
#define MAILFLOW_DOCKET_H

#include "mailflow/announce.h"

/* The day whose lists are due at this hour, "2026-05-06"; NULL: none is. Caller frees. */
char *docket_day(const struct mind *mind);

/* Those lists: a plan for each reviewer for whom anything waits. NULL with `error` when the world could not be asked. */
GPtrArray *docket_plans(const struct mind *mind, const char *day, GError **error);

/* Whether the person has handed that step on and not got it back. */
gboolean docket_handed_on(const struct affair *affair, int step, const char *person);

#endif
