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
    EVENT_HOLD,
    EVENT_UNDO,
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

/* Where a row stands behind an option of the site: `if="OPTION=VALUE"`. */
struct behind {
    char *option, *value; /* NULL: it does not */
    gboolean off;         /* the site has it otherwise: the row is not in force */
};
/* What the site may want otherwise, with the words of countersign.conf(5). */
struct option {
    char *name, *zh, *en;
    char **values;      /* the first is the one in force unless the site chooses another; NULL-terminated */
    const char *chosen; /* one of them */
};
struct state {
    char *name, *zh, *en;
    gboolean open;
    gboolean awaits_applicant; /* the applicant's answer moves it, a time of its own ends it */
};
struct material {
    char *code, *zh, *en;
    char *only; /* the form's field that must be true for it to be wanted; NULL: always */
};
/* One open request per key: `kind` "uscc", "uid", "mail", "identity", "trainee", "enterprise"; the key is the form's value at `field`. */
struct lock_rule {
    char *kind, *field, *refusal;
};
struct stage {
    char *state, *zh, *en;
    char *authority; /* who decides: "form" (the division in `field`), "applicant", "receiver", "province" */
    char *field;
    guint remind_days;     /* working days between reminders; 0: as the site has it */
    guint expire_days;     /* days after which it expires; 0: as the site has it */
    struct behind archive; /* an approval needs 留档编号, unless off */
    GPtrArray *materials;  /* const struct material * */
    GPtrArray *given;      /* of those, what the applicant gives to the receiving enterprise to hand in; else empty */
    struct behind behind;  /* off: no request comes into it any more; those in it go on */
};
struct notice_rule { /* "N2:reviewers" */
    char *code, *to;
};
/* A rule of mailflow/rule.c; `again` NULL, or asked again before an approval: "void" when it ends the request, "wait" when it only holds it up (G7). */
struct rule_ref {
    char *name, *again;
    struct behind behind;
};
/* An effect of mailflow/effect.c; `on` "applying" or "done". */
struct effect_ref {
    char *name, *on;
    struct behind behind;
};
/* What an approval means for those who hear of it: a sentence of N5; CONSEQUENCE_CERTIFICATES in it is the number of the applicant's certificates. */
#define CONSEQUENCE_CERTIFICATES "{certificates}"
struct consequence {
    char *zh, *en;
    char *only; /* the form's field that must be true for it to be said; NULL: always */
    struct behind behind;
};
/* Told besides the transition's own notices, before them. */
struct extra_notice {
    enum event event;
    struct notice_rule rule;
    struct behind behind;
};
struct transition {
    struct behind behind;
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
    char *with;              /* only forms that have this field; NULL */
    guint applicants;        /* enum applicant, or-ed */
    char *sender;            /* newcomers: the field that must equal the sender's address; NULL */
    char *subject;           /* the field people know the request by */
    gboolean draft;          /* confirmation as the site's policy says; FALSE: never asked */
    gboolean immediate;      /* done at once, nothing in the directory changes */
    struct behind behind;    /* off: the site takes no new forms of it; requests there are go on */
    GPtrArray *locks;        /* struct lock_rule */
    GPtrArray *rules;        /* struct rule_ref */
    GPtrArray *stages;       /* struct stage */
    GPtrArray *effects;      /* struct effect_ref */
    GPtrArray *consequences; /* struct consequence */
    GPtrArray *notices;      /* struct extra_notice */
    GPtrArray *guides;       /* char *: "R-08 此时企业…", of the procedure and its stages, in order */
};

struct procedures {
    GPtrArray *options, *states, *materials, *transitions, *refusals, *procedures; /* of the structs above */
};

/* Read `directory`/procedures.xml and hold it against procedures.xsd beside it. NULL and all problems in `error`. */
struct procedures *procedures_open(const char *directory, GError **error);
void procedures_free(struct procedures *procedures);

/* Put the rows that stand behind `option` in or out of force, as the site has it. FALSE and `error` when there is no such option or value. Requests that are there go
 * on: a stage they stand in is decided as before. */
gboolean procedures_choose(struct procedures *procedures, const char *option, const char *value, GError **error);
/* The option of that name, which has that value; NULL and `error` when there is none. */
const struct option *option_find(const struct procedures *procedures, const char *name, const char *value, GError **error);
/* Call `visit` for everything that stands behind an option. */
typedef void behind_visit(struct behind *behind, gpointer data);
void procedures_visit(struct procedures *procedures, behind_visit *visit, gpointer data);

/* A procedure that takes forms of this root, one in force if any is; NULL when there is none. */
const struct procedure *procedure_for_root(const struct procedures *procedures, const char *root);

/* The procedure in force that a form belongs to: by its root, variant and the fields it has; NULL when there is none. */
const struct procedure *procedure_for_form(const struct procedures *procedures, const struct form *form);
const struct procedure *procedure_for_type(const struct procedures *procedures, const char *type);
const struct state *state_find(const struct procedures *procedures, const char *name);
/* The stage with that state name, and its place; NULL and -1. */
const struct stage *procedure_stage(const struct procedure *procedure, const char *state, int *index);
/* The next stage in force behind that place; -1: the first one. NULL: there is none. */
const struct stage *procedure_stage_after(const struct procedure *procedure, int index);
/* Whether an approval in that stage names the archive number. */
gboolean stage_archives(const struct stage *stage);

/* The one row for a request of `procedure` in `state` ("@new" before there is a request) at `event`, or NULL. */
const struct transition *transition_find(const struct procedures *procedures, const struct procedure *procedure, const char *state,
                                         enum event event);
/* The state the row leads to from `state`. */
const char *transition_target(const struct transition *transition, const struct procedure *procedure, const char *state);
/* Why there is no row; never NULL. */
const struct refusal *refusal_find(const struct procedures *procedures, const struct procedure *procedure, const char *state,
                                   enum event event);

#endif
