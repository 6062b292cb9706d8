/* The columns of rolls: what each is called, what its values must be, and which attribute it becomes. Inside mailflow only: others use roll.h. */
#ifndef MAILFLOW_ROLLCOLUMN_H
#define MAILFLOW_ROLLCOLUMN_H

#include "mailflow/roll.h"

struct roll_column {
    const char *attribute; /* in ldap-schema/names.h; also a name of the column */
    const char *field;     /* the forms' name for it, or one of that kind */
    const char *zh, *en;   /* what it means; the Chinese is a name, too */
    const char *type; /* of templates/forms/types.xsd: normal form, check and list of values; NULL: full-width forms become ASCII */
    const char *pattern;   /* what else the value must match, whole (PCRE); NULL: anything */
    const char *otherwise; /* the value when none is given; NULL: none */
    gboolean must, date;
    gboolean about; /* says where the entry belongs or checks it, is not written into it */
};

/* The columns of that kind, ended by one without an attribute. */
const struct roll_column *roll_columns(enum roll_kind kind);

/* Read a row's values by its columns; problems are added to the roll. */
struct roll_row *roll_row_read(struct roll *roll, const struct mind *mind, const struct table_row *from);

/* A problem of the row, at the column of `attribute` (NULL: of the whole row). The sentences as in finding_add(). */
void roll_wrong(struct roll *roll, struct roll_row *row, const char *attribute, const char *code, const char *zh, const char *en);

/* Names that no column has, or that stand twice, in a CSV's header. */
void roll_check_names(struct roll *roll, const struct table *table);

#endif
