/* A plan: everything one message, one outcome or one timer changes. The workflow makes it, the store commits it whole or not at all. */
#ifndef MAILFLOW_PLAN_H
#define MAILFLOW_PLAN_H

#include <glib.h>

#include "mailflow/request.h"

struct plan_lock { /* one open request per key; taken by a unique index */
    char *kind, *key;
    char *refusal; /* the finding when somebody else holds it */
    char *field;   /* the form's field that named it */
};
struct plan_move { /* expected -> next; the store refuses the whole plan when the request stands elsewhere by now */
    char *from, *to;
    char *division; /* of the stage moved to; NULL */
};
struct plan_verdict { /* how the open step ends */
    char *verdict, *reviewer, *reviewer_name, *reason, *archive;
    char *message; /* digest of the mail that decided, where it is not the one that is taken with the plan; NULL */
};
struct plan_change { /* a wanted state of the directory */
    char *effect;    /* unique for life: "T5-2026-000001/enterprise-add" */
    char *uuid;      /* the entry it is about; NULL for an addition */
    char *ldif;      /* change_write() */
};
struct plan_mail {
    char *effect;   /* unique for life: "T5-2026-000001/N2/1/uid=..." */
    char *document; /* notice_write() */
    char *recipient, *message_id, *code;
    char *secret_for; /* DN of the entry that gets a one-time secret as this mail leaves; NULL */
    gint64 secret_until;
};
struct plan_timer {
    char *kind; /* "expire", "remind-1", ... */
    gint64 due;
};
/* The plan's mails are counted under this key; when that has been done `most` times already, they are dropped. */
struct plan_limit {
    char *key;
    guint most;
    gint64 until; /* when the count is forgotten */
};
struct plan_event { /* a row of the audit chain */
    char *actor;    /* who: an address, a DN, "system" */
    char *event, *from, *to;
    char *detail; /* one line, readable */
};

#define PLAN_UNANSWERED "unanswered" /* outcome of a message that may come again: the world did not answer */

struct plan {
    /* One word for the message's row: "draft", "submitted", "approved", "rejected", "withdrawn", "asked", "refused", "ignored", "reported", "bounced", ... */
    char *outcome;
    char *line;          /* one readable line for the log */
    char *request;       /* the request it is about; NULL */
    gboolean quarantine; /* the message goes to the quarantine folder */
    gboolean evidence;   /* keep the raw message */

    struct request *create; /* a new request's row */
    GBytes *picture;        /* that its form names: kept under its SHA-256; NULL */
    struct plan_move *move;
    gint64 submitted;              /* set the request's time of submission; 0: leave */
    char *successor;               /* the later request that takes its place; NULL: leave */
    char *proof;                   /* set the request's proof; NULL: leave */
    char *form, *digest;           /* the request's form completed by its applicant (the chosen certificates); NULL: leave */
    struct plan_verdict *verdict;  /* closes the open step */
    struct held *hold;             /* a decision on the open step that waits; NULL */
    gboolean drop_held;            /* the one that waits goes, and who came too late for it is forgotten */
    char *latecomer;               /* DN of who has been told that the decision waits: noted with it, while it does; NULL */
    gboolean open_step;            /* opens a step in the state moved to */
    char *signature;               /* digest of the message's S/MIME signature: it serves no other mail; NULL */
    char *use;                     /* hash of the ticket this answer uses up */
    char *undeliverable;           /* hash of the ticket whose mail came back */
    gboolean end_tickets;          /* all tickets of the request that are alive end */
    char *end_person;              /* those of this person (DN) end; NULL */
    struct delegation *delegation; /* the task of the open step is handed on: the tickets of who does end; NULL */
    char *end_mail;                /* those that went to this address are used up: it has said yes; NULL */
    gboolean unlock;               /* the request's locks go */
    gboolean ask_only;             /* the locks are not taken: it is enough that nobody holds them now */
    gboolean end_timers;
    struct docket *docket; /* a reviewer's daily list, which ends the one before; NULL */
    GPtrArray *locks, *tickets /* struct ticket */, *changes, *mails, *timers, *events, *limits;
};

struct plan *plan_new(const char *outcome, const char *request);
void plan_free(struct plan *plan);
GPtrArray *plan_list(void);

void plan_log(struct plan *plan, const char *format, ...) G_GNUC_PRINTF(2, 3);
void plan_move(struct plan *plan, const char *from, const char *to, const char *division);
void plan_lock(struct plan *plan, const char *kind, const char *key, const char *refusal, const char *field);
void plan_event(struct plan *plan, const char *actor, const char *event, const char *from, const char *to, const char *detail);
void plan_timer(struct plan *plan, const char *kind, gint64 due);
/* Narrow limits first: none is counted behind one that is full. */
void plan_limit(struct plan *plan, guint most, gint64 until, const char *format, ...) G_GNUC_PRINTF(4, 5);
void plan_change(struct plan *plan, const char *effect, const char *uuid, char *ldif /* taken */);

#endif
