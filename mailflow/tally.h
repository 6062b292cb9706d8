/* The tally: an answer to the daily list is carried out (docket.h, ballot.h).
 *
 *   1. the sender must be the list's person as the directory has them now; the list must be their newest
 *   2. all lines must be understood, or nothing is done and the receipt (NR) says of each line what was read and what is wrong
 *   3. every request named is decided by itself, on the way of a single reply: same guards, same evidence; what holds one of them up does not hinder the others
 *   4. one receipt tells what became of each
 *
 * All plans of the answer are committed together. Requests not named stay open, and the list can be answered again. */
#ifndef MAILFLOW_TALLY_H
#define MAILFLOW_TALLY_H

#include "mailflow/message.h"
#include "mailflow/mind.h"

/* Appends plans, the receipt's last. FALSE with `error` when the world could not be asked. */
gboolean tally(const struct mind *mind, const struct docket *docket, const struct message *message, GPtrArray *plans,
               GError **error);

#endif
