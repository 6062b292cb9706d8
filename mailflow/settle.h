/* How a request ends when the directory has answered all its changes (daemon/outbox.c has the rule for several). */
#ifndef MAILFLOW_SETTLE_H
#define MAILFLOW_SETTLE_H

#include "mailflow/workflow.h"

enum settle_outcome {
    SETTLE_APPLIED,
    SETTLE_PARTLY, /* some changes were made, others met data that is no longer what was reviewed: there is no way back, so the request is done, with a note */
    SETTLE_CONFLICT, /* nothing was made: the request is void */
};

/* All changes of `request` have an answer; `detail` is what was said, or NULL: plans for what follows. After the end, changes record surrendered copies (6.6). */
GPtrArray *settle(const struct mind *mind, const char *request, enum settle_outcome outcome, const char *detail, GError **error);

#endif
