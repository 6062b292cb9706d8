/* A directory in memory: read from LDIF, asked by the schema's matching rules, changed as slapd with our overlays would change it. */
#ifndef TESTS_SCENARIO_TREE_H
#define TESTS_SCENARIO_TREE_H

#include "mailflow/facts.h"

struct tree;

struct tree *tree_new(const char *suffix);
void tree_free(struct tree *tree);

/* Learn from an LDIF of attribute types (olcAttributeTypes) which are ASCII only and which have one value. Aborts when it cannot be read. */
void tree_learn(struct tree *tree, const char *path);
/* Load entries, and modifications that add values, from LDIF. Aborts when it cannot be read. */
void tree_load(struct tree *tree, const char *path);

/* The directory cannot be asked or changed while it is away. */
void tree_away(struct tree *tree, gboolean away);

void tree_facts(struct tree *tree, struct facts *facts);

enum tree_outcome {
    TREE_APPLIED,  /* the tree is as wanted, perhaps was so before */
    TREE_CONFLICT, /* it is not what was reviewed, or a value is taken; nothing has changed */
    TREE_AWAY,
};
/* Make one change of change_write(). `*reason` says why not; caller frees. */
enum tree_outcome tree_apply(struct tree *tree, const char *ldif, char **reason);

/* As an administrator with LDAP tools. The entry is owned by the tree; NULL when there is none. */
struct entry *tree_entry(const struct tree *tree, const char *dn);
/* The first entry with that value, archived ones too; NULL. */
struct entry *tree_find(const struct tree *tree, const char *attribute, const char *value);
/* Set the one value of an attribute (NULL: none is left). */
void tree_set(struct tree *tree, const char *dn, const char *attribute, const char *value);
/* Take one value away. */
void tree_drop(struct tree *tree, const char *dn, const char *attribute, const char *value);
/* Add an entry: name, value pairs end with NULL. */
void tree_add(struct tree *tree, const char *dn, ...) G_GNUC_NULL_TERMINATED;
/* Delete an entry with all that stands below it. */
void tree_delete(struct tree *tree, const char *dn);
/* How many entries of that class there are. */
guint tree_count(const struct tree *tree, const char *object_class);

#endif
