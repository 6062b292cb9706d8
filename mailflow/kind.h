/* What kind of message this is, before anything it says is believed (RFC 3834, 3464, 3798, 5965, mail.md 8-10). */
#ifndef MAILFLOW_KIND_H
#define MAILFLOW_KIND_H

#include "mailflow/evidence.h"

enum kind {
    KIND_FORM,      /* carries XML forms: one, or several with the finding E-ATTACH */
    KIND_REPLY,     /* a person answers a mail of ours */
    KIND_QUESTION,  /* a person writes without a form and without answering */
    KIND_BOUNCE,    /* a delivery report of a mail of ours */
    KIND_AUTOMATIC, /* out of office, receipt, robot: never a decision, never answered */
    KIND_LIST,      /* mailing list traffic */
    KIND_UNKNOWN,   /* cannot be read */
};

/* "form", "reply", "question", "bounce", "automatic", "list", "unknown". */
const char *kind_name(enum kind kind);

/* Settle the kind of a message that can be read; `*why` is one English line (static). In this order: bounce, automatic, list,
 * form, reply, question. */
enum kind kind_settle(const struct evidence *evidence, const char **why);

#endif
