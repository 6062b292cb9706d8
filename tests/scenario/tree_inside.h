/* What tree.c and tree_apply.c share. */
#ifndef TESTS_SCENARIO_TREE_INSIDE_H
#define TESTS_SCENARIO_TREE_INSIDE_H

#include "tests/scenario/tree.h"

struct tree {
    char *suffix;
    GPtrArray *entries;        /* struct entry */
    GHashTable *ascii, *alone; /* attribute names in lower case: IA5 syntax, SINGLE-VALUE */
    gboolean away;
    guint made; /* entries so far, for their entryUUIDs */
};

/* Whether the entry has that value, by the attribute's matching rule; `at` (may be NULL) is its place. */
gboolean tree_has(const struct tree *tree, const struct entry *entry, const char *attribute, const char *value, guint *at);
/* Whether `attribute` is among the names. */
gboolean tree_names(GHashTable *names, const char *attribute);
gboolean tree_is_below(const char *dn, const char *parent);
struct entry *tree_copy(const struct entry *entry);
/* A new entry with an entryUUID of its own. */
struct entry *tree_put(struct tree *tree, const char *dn);
/* Take away a value the entry has. */
void tree_take(const struct tree *tree, struct entry *entry, const char *attribute, const char *value);

#endif
