/* A request's way as a notice shows it: its stages, who decided or decides in each, and how. */
#ifndef MAILFLOW_TELL_WAY_H
#define MAILFLOW_TELL_WAY_H

#include "mailflow/affair.h"
#include "mailflow/notice.h"

/* Add the stages of the present round. The request is in `state` from now on, decided by the division `here` (NULL: none): its step may not be recorded yet; `verdict` is
 * the decision being made on the open step (NULL: none). A stage that the site has left out is shown where the request has been in it. */
void tell_way(struct notice *notice, const struct affair *affair, const char *here, const char *state,
              const struct plan_verdict *verdict);

#endif
