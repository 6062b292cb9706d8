/* What a notice says: from an affair and the occasion to one mail in the plan, for one person. */
#ifndef MAILFLOW_TELL_H
#define MAILFLOW_TELL_H

#include "mailflow/affair.h"
#include "mailflow/notice.h"

/* What the notices of one event have to say besides the request itself. All borrowed, each may be NULL. */
struct occasion {
    const struct message *message;       /* the mail this answers */
    const struct plan_verdict *verdict;  /* the decision it tells of */
    const char *decided_in;              /* division of that decision */
    const char *problem_zh, *problem_en; /* the sentence that explains */
    const GPtrArray *findings;           /* errors or warnings */
    GPtrArray *reports;                  /* struct request: a status report's lines */
    const char *to;                      /* `sender` and `decider` notices: the address */
    const char *language;                /* and its language */
    const char *state;                   /* the state the request is in after this event */
    int step;                            /* number of the step opened or open; 0 for a draft */
    gboolean names_holder;               /* who moves is named, the number masked */
    gint64 certificates;                 /* N5: how many the applicant has */
    gboolean blanks;                     /* the blank forms travel along */
    const char *blank;                   /* or only the one of this root */
    const char *only;         /* the reviewer (DN) whom alone an invitation is for, or whose decision NH is about; NULL: all */
    const GPtrArray *without; /* nor for these addresses (char *); NULL */
    const char *serial;       /* tells repeated notices apart: a mail's digest, a reminder's number; NULL */
};

/* A person who is to hear something. */
struct hearer {
    const char *mail, *name, *language;
    const char *person; /* DN; NULL for a newcomer */
    const char *role;   /* "reviewer" or "applicant" when the mail carries a token to answer with, else NULL */
};

/* One notice about the affair for one person: a mail in the plan, and a ticket when it carries a token. */
void tell(const struct affair *affair, struct plan *plan, const char *code, const struct hearer *hearer,
          const struct occasion *occasion);

/* An answer outside of any request: N0, NS or NX to the sender of occasion->message. Nothing is added for senders that are never answered. */
void tell_answer(const struct mind *mind, struct plan *plan, const char *code, const struct form *form,
                 const struct occasion *occasion);

/* What the operator is to know and no request is about (N11); `serial` tells one such thing from another. Nothing where the site has no operator's address. */
void tell_operator(const struct mind *mind, struct plan *plan, const char *zh, const char *en, const char *serial);

/* What the review mail of the open stage says of the request, as one item of a list; notice_free() it. */
struct notice *tell_review(const struct affair *affair, const GPtrArray *findings);

/* For notices about no one request: whom it is for; and as a mail in the plan, with the token (NULL: none) to answer with. */
void tell_mail(struct notice *notice, const struct mind *mind, const struct hearer *hearer);
void tell_post(const struct mind *mind, struct plan *plan, struct notice *notice, const char *effect, const char *token);

/* Whether a message may be answered at all: not robots, null senders, nor ourselves (RFC 3834). */
gboolean tell_answerable(const struct mind *mind, const struct message *message);

#endif
