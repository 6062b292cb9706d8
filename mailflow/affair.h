/* An affair: one request laid out on the table with everything that is known of it, while the workflow works on it. */
#ifndef MAILFLOW_AFFAIR_H
#define MAILFLOW_AFFAIR_H

#include "mailflow/demand.h"
#include "mailflow/message.h"
#include "mailflow/mind.h"
#include "mailflow/plan.h"

struct affair {
    const struct mind *mind;
    const struct procedure *procedure;
    struct request *request; /* owned */
    struct form *form;       /* owned; the canonical form reopened */
    GPtrArray *steps;        /* struct step, by number; owned */
    GPtrArray *tickets;      /* struct ticket alive; owned */
    GPtrArray *delegations;  /* struct delegation; owned */
    GBytes *picture;         /* that has just come with the form, and is in no record yet; owned; NULL */
    struct held *held;       /* the open step's decision while it can be taken back; owned; NULL */
};

/* The request with that id as the records know it; NULL when there is none. */
struct affair *affair_open(const struct mind *mind, const char *id);
/* A request that is not recorded yet. Takes `request`. */
struct affair *affair_begin(const struct mind *mind, const struct procedure *procedure, struct request *request);
void affair_free(struct affair *affair);

/* The step being worked on; NULL when none is open. */
const struct step *affair_open_step(const struct affair *affair);
/* When its deciders were asked (milliseconds); 0 when none is open. */
gint64 affair_asked(const struct affair *affair);

/* To whom that person (DN) has handed the task of that step on; NULL when they have not. */
const struct delegation *affair_delegation(const struct affair *affair, int step, const char *person);
/* The first step of the present round: a request that was returned to its applicant is reviewed from the first stage again, as if nobody had seen it. The place
 * in `steps`; their number when no step of the round is there yet. */
guint affair_round(const struct affair *affair);
/* The step of the present round's first stage, where the papers are archived; NULL when there is none yet. */
const struct step *affair_first_step(const struct affair *affair);
/* Whether the request waits for its applicant: a draft, or returned for correction. */
gboolean affair_awaits_applicant(const struct affair *affair);

/* The division that decides `stage`. NULL with `error` set when the world could not be asked, NULL without when whom it depends on is gone from the directory.
 * Caller frees. */
char *affair_division(const struct affair *affair, const struct stage *stage, GError **error);

/* How an answer at that stage has to prove where it comes from; NULL: after the end, as the first stage demands it. */
enum proof affair_proof(const struct affair *affair, const struct stage *stage);

/* What the form is about by one of its procedure's lock rules. */
struct affair_key {
    const struct lock_rule *lock;
    char *value;      /* in lower case */
    const char *path; /* of the field it stands in */
};
/* All of them, each once, from all items of a list too. The caller unrefs. */
GPtrArray *affair_keys(const struct affair *affair);

/* A field's path without its indexes: "certificates/certificate/certNo". Caller frees. */
char *affair_plain_path(const char *path);

/* The picture that the form names at `path`; NULL when there is none: the form is older than what keeps them. Caller unrefs. */
GBytes *affair_picture(const struct affair *affair, const char *path);

/* The account that asks, as the directory has it now; NULL for a newcomer, when it is gone, and with `error` when the world could not be asked. Caller frees. */
struct entry *affair_account(const struct affair *affair, GError **error);

/* DN of the account a registration makes: "csCreditCode=...,ou=enterprises,SUFFIX"; NULL when the procedure makes none. Caller frees. */
char *affair_account_dn(const struct affair *affair);

/* Whether the reviewer is the person of the entry `dn` (NULL: nobody): the same entry, or one of the same mail or identity number (G5, 7.11). FALSE with `error` when
 * the world could not be asked. */
gboolean affair_is_person(const struct affair *affair, const struct entry *reviewer, const char *dn, GError **error);
/* Whether that person has decided a step of the present round. */
gboolean affair_has_decided(const struct affair *affair, const struct entry *reviewer, GError **error);

/* Whether the reviewer has a part in the request: as applicant, holder, handler or contact, by DN, uid, identity number, mail or mobile (R-50, G4). */
gboolean affair_involves(const struct affair *affair, const struct entry *reviewer);

#endif
