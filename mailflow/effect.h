/* The effects: what an approved request changes, each one wanted state of the directory (domain.md 6.2). One table; procedures.xml names them. */
#ifndef MAILFLOW_EFFECT_H
#define MAILFLOW_EFFECT_H

#include "mailflow/affair.h"

/* What effects leave behind. */
struct effects {
    struct plan *plan;    /* its changes: wanted states of the directory */
    GPtrArray *withdrawn; /* char *: ids of requests to be withdrawn */
    GPtrArray *rerouted;  /* char *: ids of requests whose deciding city may have changed */
    GPtrArray *reports;   /* struct request: what a report tells of */
};

/* Write the effect of affair->request. FALSE with `error` when the world could not be asked. */
typedef gboolean effect_function(const struct affair *affair, struct effects *effects, GError **error);

/* The effect of that name, or NULL. */
effect_function *effect_find(const char *name);

#endif
