/* What kind of message this is, before anything it says is believed (RFC 3834, 3464, 3798, 5965, mail.md 8-10). */
#ifndef MAILFLOW_KIND_H
#define MAILFLOW_KIND_H

enum kind {
    KIND_FORM,      /* carries one XML form */
    KIND_REPLY,     /* a person answers a mail of ours */
    KIND_QUESTION,  /* a person writes without a form and without answering */
    KIND_BOUNCE,    /* a delivery report of a mail of ours */
    KIND_AUTOMATIC, /* out of office, receipt, robot: never a decision, never answered */
    KIND_LIST,      /* mailing list traffic */
    KIND_UNKNOWN,   /* cannot be read */
};

/* "form", "reply", "question", "bounce", "automatic", "list", "unknown". */
const char *kind_name(enum kind kind);

#endif
