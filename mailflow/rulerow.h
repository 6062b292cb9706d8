/* The rows of procedures.xml that have no rows below them, read into the values of procedure.h. The schema has settled what may be missing. */
#ifndef MAILFLOW_RULEROW_H
#define MAILFLOW_RULEROW_H

#include <libxml/tree.h>

#include "mailflow/procedure.h"

/* An attribute's value, its words (NULL-terminated), whether it is true, its number (0: absent). The caller frees the first two. */
char *rulerow_attribute(xmlNode *node, const char *name);
char **rulerow_words(xmlNode *node, const char *name);
gboolean rulerow_flag(xmlNode *node, const char *name);
guint rulerow_number(xmlNode *node, const char *name);
/* Whether it is an element of that name. */
gboolean rulerow_is(const xmlNode *node, const char *name);
/* "OPTION=VALUE" of that attribute; "false" is off, "true" and no attribute are not. */
void rulerow_behind(xmlNode *node, const char *name, struct behind *behind);
void rulerow_behind_clear(struct behind *behind);
/* "R-08 此时企业…"; the caller frees. */
char *rulerow_guide(xmlNode *node);

/* What a child element of that name becomes, and how it is freed. */
struct rulerow_kind {
    const char *element;
    gpointer (*read)(xmlNode *node);
    GDestroyNotify free;
};
extern const struct rulerow_kind rulerow_option, rulerow_state, rulerow_material, rulerow_transition, rulerow_refusal, rulerow_lock,
    rulerow_rule, rulerow_effect, rulerow_consequence, rulerow_notice;

/* All children of `parent` (NULL: none) of that kind, in order; the array frees them. */
GPtrArray *rulerow_all(xmlNode *parent, const struct rulerow_kind *kind);

#endif
