/* The rows of tests/data/transitions.tsv: what every request type does in every state at every event. */
#ifndef TESTS_SCENARIO_ROW_H
#define TESTS_SCENARIO_ROW_H

#include "mailflow/procedure.h"

struct row {
    char *type, *state, *event, *actor, *guard, *next, *notify; /* "-": no request, no state, no notice */
    char **codes;                                               /* of `notify`: "N1", "N2" */
};

/* All rows, in order: GPtrArray of struct row. Aborts when the file cannot be read. */
GPtrArray *rows_read(const char *path);
/* The event of that name; EVENT_COUNT when the product has none. */
enum event row_event(const struct row *row);
/* Whether the row is about a form that is refused. */
gboolean row_refuses(const struct row *row);
gboolean row_tells(const struct row *row, const char *code);

#endif
