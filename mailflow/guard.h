/* The guards of a decision, G1-G7 (domain.md 6.3): asked in the order procedures.xml gives; the first that says no ends it and nothing changes. */
#ifndef MAILFLOW_GUARD_H
#define MAILFLOW_GUARD_H

#include "mailflow/affair.h"

/* A decision somebody wants to make. All borrowed. */
struct attempt {
    const struct affair *affair;
    const struct ticket *ticket;   /* NULL on paper */
    const struct message *message; /* on paper only its verdict is filled */
    enum event event;              /* EVENT_APPROVE, EVENT_REJECT, EVENT_DELEGATE, EVENT_UNDO */
    const struct entry *reviewer;  /* whose ticket it is, as the directory has them now; NULL when gone */
    const struct stage *stage;
    const struct held *held; /* the decision it was before its time to be taken back had passed; NULL */
    const char *vouched;     /* who vouches for a decision on paper, "unix:anna"; NULL for one that came by mail with its ticket */
};

enum guard_answer {
    GUARD_YES,
    GUARD_NO,       /* told to the reviewer, with the sentence */
    GUARD_STRANGER, /* logged, answered with one neutral line */
    GUARD_WAIT,     /* the facts do not allow it now: the request stays, reviewer and applicant are told */
    GUARD_VOID,     /* the facts have gone: the request ends */
    GUARD_FAULT,    /* the world could not be asked: `error` is set, try later */
};

struct guard_result {
    enum guard_answer answer;
    const char *guard; /* its name: "member" */
    char *zh, *en;     /* the sentence; NULL with YES */
    gboolean trouble;  /* it is for the operator to mend */
    gboolean late;     /* a colleague's decision waits, and the person was told so */
};

/* The guards that ask about facts, not who speaks (token and sender): of a decision on paper, and of one whose time to be taken back has passed. Caller frees the array
 * only. */
char **guards_of_facts(const struct transition *transition);

/* What is said to `person` (DN) while a decision waits: that it is there, and when it takes effect. */
void guard_say_held(const struct held *held, const char *person, struct guard_result *result);

/* Ask all guards of the transition. */
void guards_ask(const struct attempt *attempt, const struct transition *transition, struct guard_result *result, GError **error);
void guard_result_clear(struct guard_result *result);

/* Whether a guard of that name exists. */
gboolean guard_exists(const char *name);

#endif
