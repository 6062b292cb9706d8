/* What the directory has answered in this round: a question asked again gets the same answer without being asked, so that all a round decides rests on one view.
 * What stands below an entry may be much and is never kept. */
#ifndef DAEMON_RECALL_H
#define DAEMON_RECALL_H

#include "mailflow/facts.h"

struct recall;

/* `asked` is where answers come from; copied, its context must live as long. */
struct recall *recall_open(const struct facts *asked);
void recall_close(struct recall *recall);

/* Fill `facts` with questions that are answered out of what is known, which must live as long. */
void recall_facts(struct recall *recall, struct facts *facts);
/* A new round begins. */
void recall_forget(struct recall *recall);

#endif
