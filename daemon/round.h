/* A round's thinking and writing, without mailbox and parser: messages, outcomes, timers and troubles into the store. The desk and the scenario tests use it alike. */
#ifndef DAEMON_ROUND_H
#define DAEMON_ROUND_H

#include "daemon/site.h"
#include "mailflow/message.h"

/* What became of a message. */
enum round_fate {
    ROUND_PROCESSED,
    ROUND_QUARANTINED,
    ROUND_LEFT, /* the world could not be asked: read it again later; `error` says why */
};

/* Think about one message and write down what follows, inside the open transaction. `message` NULL: the parser died of it twice. `raw` is the mail. The log lines
 * of what happened are appended to `lines` (char *), to be written after the commit. */
enum round_fate round_message(struct site *site, const struct message *message, GBytes *raw, GPtrArray *lines, GError **error);

/* What the courier has to tell, and timers that are due, the day's lists among them. How many things were done; -1 with `error` when the world could not be asked. */
int round_outcomes(struct site *site, GPtrArray *lines, GError **error);
int round_timers(struct site *site, GPtrArray *lines, GError **error);

#endif
