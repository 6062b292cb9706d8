/* A roll that an administrator loads (名册): certificates, trainees or reviewers, each row judged against the rules of identifiers and against the directory before
 * anything is written. What comes out are the entries to be added, or every problem at once. */
#ifndef MAILFLOW_ROLL_H
#define MAILFLOW_ROLL_H

#include "mailflow/mind.h"
#include "mailflow/table.h"

enum roll_kind { ROLL_CERTIFICATES, ROLL_TRAINEES, ROLL_REVIEWERS, ROLL_KINDS };
/* "certificates", "trainees", "reviewers". */
const char *roll_kind_name(enum roll_kind kind);

struct roll_row {
    int line;
    char *dn;           /* of the entry; NULL when wrong */
    char *change;       /* change_write(): the addition; NULL when wrong, or when the directory has it already */
    gboolean wrong;     /* has at least one problem */
    GHashTable *values; /* attribute -> value as it will stand, NULL where it was refused; borrowed names, owned values */
    GHashTable *cells;  /* attribute -> const struct table_cell * it came from */
};

struct roll {
    enum roll_kind kind;
    gboolean unusable;   /* its header has problems: nothing of it may be written */
    GPtrArray *rows;     /* struct roll_row */
    GPtrArray *problems; /* struct finding: `field` is the column's name as given, `label_zh`, `label_en` its meaning */
};

/* Judge every row. NULL and `error` when the directory could not be asked. */
struct roll *roll_judge(const struct mind *mind, enum roll_kind kind, const struct table *table, GError **error);
void roll_free(struct roll *roll);

/* Reviewers: the changes that make those of right rows members of their authorities, one per authority (char *, change_write()); empty for other kinds and where all
 * are members already. To be made after the additions. NULL and `error` when the directory could not be asked. */
GPtrArray *roll_memberships(const struct mind *mind, const struct roll *roll, GError **error);

#endif
