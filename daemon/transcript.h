/* The numbered lines of an answer to the daily list, as they were read: for `countersign read` and `countersign explain`. */
#ifndef DAEMON_TRANSCRIPT_H
#define DAEMON_TRANSCRIPT_H

#include <json-glib/json-glib.h>

#include "mailflow/message.h"

/* The member "lines": an array of {numbers, all, verdict, reason, archive, problem}. Nothing when no line of the person's own words names numbers and a verdict. */
void transcript_json(JsonBuilder *builder, const struct message *message);
/* The same for people, a line each: "1-4   approve, archive 7". Caller frees; NULL when there is nothing. */
char *transcript_text(const struct message *message);

#endif
