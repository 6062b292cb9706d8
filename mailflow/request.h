/* A request and what belongs to it, as the state file keeps them: plain values. Times are milliseconds since 1970, UTC. */
#ifndef MAILFLOW_REQUEST_H
#define MAILFLOW_REQUEST_H

#include <glib.h>

struct request {
    char *id;         /* "T5-2026-000001" (requestIdType) */
    char *type;       /* procedure type, "T5" */
    char *state;      /* domain.md 6.1 */
    char *division;   /* the authority of the open stage; NULL when no stage is open */
    char *applicant;  /* DN of the account that asks; NULL for a newcomer */
    char *mail;       /* where the applicant is told */
    char *name;       /* the applicant, as people call them */
    char *language;   /* "zh" or "en" */
    char *subject;    /* what it is about, as people call it */
    char *form;       /* canonical form, XML */
    char *digest;     /* of the canonical form */
    char *client_ref; /* 自编号; NULL */
    char *previous;   /* 前次申请编号; NULL */
    char *receiver;   /* credit code of the receiving enterprise; NULL */
    char *before;     /* what the directory held when it was submitted, "path=value" lines: what the reviewers see as old; NULL */
    char *thread;     /* Message-ID of the mail that brought it */
    char *successor;  /* the later request of its applicant's that has taken its place; NULL */
    char *proof;      /* how its origin was proved: "address", "dmarc", "smime" (proof.h), "confirmed" */
    gint64 created, submitted /* 0 while a draft */, changed;
};

struct step { /* one stage of one request being worked on, and how it ended */
    char *request;
    int number;  /* 1 for the request's first step; a re-routed stage is a new step */
    char *state; /* the stage */
    char *division;
    gint64 opened, closed; /* closed 0: open */
    char *verdict;         /* "approve", "reject", "withdrawn", "expired", "void", "rerouted"; NULL while open */
    char *reviewer;        /* DN of who decided */
    char *reviewer_name, *reason, *archive;
    char *message; /* digest of the mail that decided */
};

struct ticket { /* a token's row: whom it lets answer what; only the token's hash is known */
    char *hash; /* token_hash() */
    char *request;
    int step;     /* step number; 0: the draft */
    char *role;   /* "applicant", "reviewer" */
    char *person; /* reviewer's DN; NULL for a newcomer */
    char *mail, *name, *language;
    char *digest;     /* of the form it was shown: what you saw is what you sign */
    char *message_id; /* of the notice that carried it */
    char *fate;       /* NULL: alive; "undeliverable", "used", "superseded", "delegated", "closed" */
    gint64 made;
};

struct delegation { /* a reviewer has handed the task of a step on to a colleague */
    char *request;
    int step;
    char *person;   /* DN of who did */
    char *delegate; /* DN of the colleague */
    char *name;     /* and how people call them */
    gint64 at;
};

struct held { /* a decision that takes effect only when its time to be taken back has passed */
    char *request;
    int step;
    char *verdict;         /* "approve" or "reject" */
    char *reviewer, *name; /* DN of who decided, and as people call them */
    char *mail, *language; /* where they wrote from, and how they are told; language NULL */
    char *reason, *archive;
    char *message; /* digest of the mail that decided */
    char *origin;  /* how its origin was proved; NULL */
    gint64 at, due;
};

/* The daily list of one reviewer ("digest" in settings and to people; that word is a checksum's here): one token for all that is listed. Numbers count from 1. */
struct docket_item {
    char *request;
    int step;
    char *digest; /* of the form as it was listed */
};
struct docket {
    char *hash; /* token_hash() */
    char *day;  /* "2026-05-06": one a day */
    char *person, *mail, *name, *language;
    char *message_id;
    char *fate;       /* NULL: the person's newest; "superseded" */
    GPtrArray *items; /* struct docket_item */
    gint64 made;
};

void request_free(struct request *request);
void step_free(struct step *step);
void ticket_free(struct ticket *ticket);
void held_free(struct held *held);
void docket_free(struct docket *docket);
void delegation_free(struct delegation *delegation);

/* Empty. */
struct docket *docket_new(void);
void docket_add(struct docket *docket, const char *request, int step, const char *digest);

/* Whether an answer may use it: alive, or its mail came back - perhaps only from where the person has it sent on to: whoever answers has got it. */
gboolean ticket_usable(const struct ticket *ticket);

/* Arrays that free what they hold. */
GPtrArray *request_list(void);
GPtrArray *step_list(void);
GPtrArray *ticket_list(void);
GPtrArray *delegation_list(void);

#endif
