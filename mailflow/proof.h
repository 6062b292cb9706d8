/* Who is speaking, and how sure that must be: the proof that each stage demands of a reviewer's mail, and what a mail has of it.
 *
 *   address   the token, and From as the directory has it; asked always, by the guards
 *   dmarc     and an aligned DMARC pass, stamped by our own server; or what is more:
 *   smime     and a signature over the words that are read, by a certificate that the directory has for this person, which leads to an anchor of the site and is neither expired
 *             nor revoked now; made since the person was asked; and of no mail taken before, so that nobody moves a signed answer to another request, whatever became of it */
#ifndef MAILFLOW_PROOF_H
#define MAILFLOW_PROOF_H

#include "mailflow/demand.h"
#include "mailflow/message.h"
#include "mailflow/mind.h"

struct proof_found {
    gboolean given;   /* what was demanded is there */
    char *zh, *en;    /* what is missing and what is needed, for the sender; NULL when given */
    gboolean trouble; /* and it is not the sender's to mend */
};

/* Whether the mail has the proof that it comes from `person`; NULL: nobody the directory knows. `since` (milliseconds) is when they were asked, 0 when they were not. */
void proof_find(const struct mind *mind, const struct message *message, const struct entry *person, enum proof demanded,
                gint64 since, struct proof_found *found);
void proof_found_clear(struct proof_found *found);

/* The most the mail proves. */
enum proof proof_strongest(const struct mind *mind, const struct message *message, const struct entry *person, gint64 since);
/* What it proves, for the audit, on one line: "smime CN=…, serial … of …". Caller frees. */
char *proof_line(const struct mind *mind, const struct message *message, const struct entry *person, gint64 since);

#endif
