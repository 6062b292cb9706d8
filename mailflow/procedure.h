/* The rules as data: templates/procedures.xml, read and validated once at start (domain.md 6).
 *
 * Everything here is owned by struct procedures and lives as long as it does. */
#ifndef MAILFLOW_PROCEDURE_H
#define MAILFLOW_PROCEDURE_H

#include <glib.h>

#include "mailflow/form.h"

enum event {
    EVENT_RECEIVE,
    EVENT_SUBMIT,
    EVENT_CONFIRM,
    EVENT_APPROVE,
    EVENT_REJECT,
    EVENT_WITHDRAW,
    EVENT_BAD_REPLY,
    EVENT_DELEGATE,
    EVENT_REMIND,
    EVENT_EXPIRE,
    EVENT_SUBJECT_GONE,
    EVENT_REROUTE,
    EVENT_APPLY_OK,
    EVENT_APPLY_TEMP_FAIL,
    EVENT_APPLY_CONFLICT,
    EVENT_COUNT
};
/* "receive", "submit", ... as procedures.xml spells them. */
const char *event_name(enum event event);

struct state {
    char *name, *zh, *en;
    gboolean open;
};
struct material {
    char *code, *zh, *en;
    char *only; /* the form's field that must be true for it to be wanted; NULL: always */
};
struct
    lock_rule { /* one open request per key: `kind` "uscc", "uid", "mail", "identity", "trainee", "enterprise"; the key is the form's value at `field` */
    char *kind, *field, *refusal;
};
struct stage {
    char *state, *zh, *en;
    char *authority; /* who decides: "form" (the division in `field`), "applicant", "receiver", "province" */
    char *field;
    guint remind_days;    /* working days between reminders; 0: as the site has it */
    guint expire_days;    /* days after which it expires; 0: as the site has it */
    gboolean archive;     /* an approval needs 留档编号 */
    GPtrArray *materials; /* const struct material * */
};
struct notice_rule { /* "N2:reviewers" */
    char *code, *to;
};
struct
    rule_ref { /* a rule of mailflow/rule.c; `again` NULL, or asked again before an approval: "void" when it ends the request, "wait" when it only holds it up (G7) */
    char *name, *again;
};
struct effect_ref { /* an effect of mailflow/effect.c; `on` "applying" or "done" */
    char *name, *on;
};
struct extra_notice { /* told besides the transition's own notices */
    enum event event;
    struct notice_rule rule;
};
struct transition {
    char *from, *to, *actor, *when;
    enum event event;
    char **guards;      /* in the order they are asked; NULL-terminated, may be empty */
    GPtrArray *notices; /* struct notice_rule */
};
struct refusal {
    char *from, *event, *zh, *en;
};
enum applicant { APPLICANT_NEWCOMER = 1, APPLICANT_ENTERPRISE = 2, APPLICANT_SCHOOL = 4, APPLICANT_INDIVIDUAL = 8 };

struct procedure {
    char *type, *form, *variant, *table, *zh, *en;
    char *with;          /* only forms that have this field; NULL */
    char *option;        /* only where the site's policy has switched it on; NULL: always */
    guint applicants;    /* enum applicant, or-ed */
    char *sender;        /* newcomers: the field that must equal the sender's address; NULL */
    char *subject;       /* the field people know the request by */
    gboolean draft;      /* confirmation as the site's policy says; FALSE: never asked */
    gboolean immediate;  /* done at once, nothing in the directory changes */
    gboolean closed;     /* the site takes no new forms of it; requests there are go on */
    gboolean unreviewed; /* the site has new requests decided by nobody; those in a stage go on */
    GPtrArray *locks;    /* struct lock_rule */
    GPtrArray *rules;    /* struct rule_ref */
    GPtrArray *stages;   /* struct stage */
    GPtrArray *effects;  /* struct effect_ref */
    GPtrArray *notices;  /* struct extra_notice */
    GPtrArray *guides;   /* char *: "R-08 此时企业…", of the procedure and its stages, in order */
};

struct procedures {
    GPtrArray *states, *materials, *transitions, *refusals, *procedures; /* of the structs above */
};

/* Read `directory`/procedures.xml and hold it against procedures.xsd beside it. NULL and all problems in `error`. */
struct procedures *procedures_open(const char *directory, GError **error);
void procedures_free(struct procedures *procedures);

/* Take no more forms of the procedures that stand behind `option` (a switch of the site). */
void procedures_leave_out(struct procedures *procedures, const char *option);
/* Have new requests of that type decided by nobody (domain.md 10, 5). */
void procedures_without_review(struct procedures *procedures, const char *type);

/* The procedure a form belongs to: by its root, variant and the fields it has; NULL when there is none. */
const struct procedure *procedure_for_form(const struct procedures *procedures, const struct form *form);
const struct procedure *procedure_for_type(const struct procedures *procedures, const char *type);
const struct state *state_find(const struct procedures *procedures, const char *name);
/* The stage with that state name, and its place; NULL and -1. */
const struct stage *procedure_stage(const struct procedure *procedure, const char *state, int *index);
const struct stage *procedure_stage_at(const struct procedure *procedure, int index);

/* The one row for a request of `procedure` in `state` ("@new" before there is a request) at `event`, or NULL. */
const struct transition *transition_find(const struct procedures *procedures, const struct procedure *procedure, const char *state,
                                         enum event event);
/* The state the row leads to from `state`. */
const char *transition_target(const struct transition *transition, const struct procedure *procedure, const char *state);
/* Why there is no row; never NULL. */
const struct refusal *refusal_find(const struct procedures *procedures, const struct procedure *procedure, const char *state,
                                   enum event event);

#endif
