/* A file that an administrator loads: rows of named values, out of CSV (RFC 4180, a header line first) or LDIF (RFC 2849, content or "changetype: add").
 *
 * UTF-8, with or without a byte order mark, or GB18030 and its subsets, which spreadsheets write. What the names mean and whether the values are right is
 * somebody else's to say. */
#ifndef MAILFLOW_TABLE_H
#define MAILFLOW_TABLE_H

#include <glib.h>

struct table_cell {
    char *name;  /* of the column as the header has it, or of the attribute */
    char *value; /* as given; never "" */
    int line;    /* 1-based, where it stands */
};
struct table_row {
    int line; /* where it begins */
    char *dn; /* LDIF: the entry's; NULL in CSV */
    /* struct table_cell; empty ones are left out. In LDIF the names in the DN come last, from the left, unless given already. */
    GPtrArray *cells;
};
struct table {
    GPtrArray *names; /* char *: the header of a CSV; empty with LDIF */
    GPtrArray *rows;  /* struct table_row */
};

enum table_kind { TABLE_CSV, TABLE_LDIF };

#define TABLE_ERROR (table_error_quark())
GQuark table_error_quark(void);
enum table_error { TABLE_ERROR_MALFORMED };

/* Read a whole file. NULL and `error`, with the line, when it is not one of that kind. */
struct table *table_read(enum table_kind kind, const char *bytes, gsize size, GError **error);
void table_free(struct table *table);

/* The row's first value of that name (ASCII letters in any case), or NULL. */
const struct table_cell *table_cell(const struct table_row *row, const char *name);

#endif
