/* The rules of submission: what the directory and the records must say for a form to be accepted. One table; procedures.xml names them. */
#ifndef MAILFLOW_RULE_H
#define MAILFLOW_RULE_H

#include "mailflow/question.h"

/* The rule of that name, or NULL. */
rule_function *rule_find(const char *name);

/* The procedure's rules in order: all of them (`again` NULL), or those to be asked again before an approval ("void", "wait"). */
gboolean rules_ask(const struct affair *affair, const char *again, GPtrArray *findings, GError **error);

#endif
