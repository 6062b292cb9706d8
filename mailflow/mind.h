/* What the mind is given to think with: the rules, the site's policy, facts of the directory, records of the state file, the hour and chance.
 *
 * The daemon fills it from the world, tests from arrays and fixed values; nothing in mailflow reaches past it. */
#ifndef MAILFLOW_MIND_H
#define MAILFLOW_MIND_H

#include <glib.h>

#include "mailflow/facts.h"
#include "mailflow/calendar.h"
#include "mailflow/form.h"
#include "mailflow/procedure.h"
#include "mailflow/request.h"

struct trust;
struct demands;

struct policy {               /* what the site decides (domain.md 10), owned by whoever made the mind */
    const char *address;      /* where forms are sent: "countersign@example.com" */
    const char *display_name; /* 会签 */
    const char *operator_mail;
    const char *suffix;              /* of the directory */
    const char *language;            /* of those who have said nothing: "zh" or "en" */
    char separator;                  /* of the subaddress, '+' */
    gboolean confirm_always;         /* FALSE: an aligned DMARC pass stamped by our server submits at once */
    const struct demands *proofs;    /* what a reviewer's mail must prove, by stage (proof.h); NULL: the address */
    const struct trust *trust;       /* who says whose a certificate is; NULL: nobody, S/MIME proves nothing */
    const char *const *closed_posts; /* posts nobody can enrol for; NULL: none */
    const char *const *open_periods; /* training periods that are open; NULL or empty: any */
    guint draft_days, secret_days;
    guint correction_days;           /* for the applicant to put a returned request right */
    guint remind_days;               /* working days between reminders */
    guint remind_limit;              /* reminders after which province and operator are told too; 0: never */
    guint undo_minutes;              /* in which a reviewer may take a decision back, before it takes effect; 0: it does at once */
    guint expire_days;               /* days after which an undecided stage expires; 0: never (domain.md 10, 11) */
    gboolean list_daily;             /* reviewers get a list of what waits for them on working days */
    guint list_hour;                 /* from which hour on, in Asia/Shanghai */
    const struct calendar *calendar; /* working days; NULL: Monday to Friday */
};

/* What the state file knows. Each returns NULL for "there is none"; what it returns is the caller's. */
struct records {
    void *context;
    struct ticket *(*ticket)(void *context, const char *hash);
    struct docket *(*docket)(void *context, const char *hash);
    struct request *(*request)(void *context, const char *id);
    GPtrArray *(*steps)(void *context, const char *request);       /* struct step, by number */
    GPtrArray *(*tickets)(void *context, const char *request);     /* struct ticket alive */
    GPtrArray *(*returned)(void *context, const char *request);    /* struct ticket whose mail came back */
    struct held *(*held)(void *context, const char *request);      /* the decision that waits; NULL */
    GPtrArray *(*latecomers)(void *context, const char *request);  /* char *: DNs of those who were told of it when they answered */
    GPtrArray *(*delegations)(void *context, const char *request); /* struct delegation, of all steps */
    void (*mailed)(void *context, const char *message_id, char **request,
                   char **recipient); /* about which request, NULL for none, and to whom that mail of ours went */
    GPtrArray *(*requests_of)(void *context, const char *mail, const char *applicant,
                              guint most); /* newest first: of that DN, or of newcomers with that mail */
    struct request *(*same_form)(void *context, const char *mail,
                                 const char *digest); /* an earlier, identical one: still a draft, or of the same self-number */
    struct request *(*lock_holder)(void *context, const char *kind, const char *key); /* whose lock that is */
    GPtrArray *(*open_requests)(void *context, const char *applicant,
                                const char *receiver);     /* open ones of that DN, or with that receiving enterprise's code */
    GBytes *(*picture)(void *context, const char *digest); /* that came with a request's form, by its SHA-256 */
    gboolean (*signature_used)(void *context,
                               const char *digest);   /* whether a signature of that digest has settled something already */
    guint (*counted)(void *context, const char *key); /* how often plan_limit() has counted under the key */
    GPtrArray *(*waiting)(void *context, const char *division,
                          guint most); /* struct request a stage of which is open there, oldest first */
    char *(*next_id)(void *context, const char *type,
                     int year);         /* "T5-2026-000001": the number of the next request recorded; no two have the same */
    char *(*audit_head)(void *context); /* hash of the chain's last row */
};

struct mind {
    const struct procedures *procedures;
    const struct form_catalog *catalog;
    const struct policy *policy;
    struct facts facts;
    struct records records;
    gint64 now; /* milliseconds since 1970, UTC */
    void *chance_context;
    void (*chance)(void *context, guint8 *bytes, gsize size); /* good random bytes */
};

/* The civil day in Asia/Shanghai (UTC+8, no daylight saving) of a time in milliseconds. */
void mind_day(gint64 when, GDate *day);
/* "2026-05-06 10:20" in Asia/Shanghai; NULL for 0. Caller frees. */
char *mind_clock(gint64 when);
/* The civil year there. */
int mind_year(gint64 when);

#endif
