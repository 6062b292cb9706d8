/* The proof of origin that each stage demands of a reviewer's mail, as the site has it: a table.
 *
 * As people write it, what holds everywhere first: "address, provinceReview=dmarc, T3C/inCityReview=smime". What is narrower wins. proof.h has what the words mean. */
#ifndef MAILFLOW_DEMAND_H
#define MAILFLOW_DEMAND_H

#include <glib.h>

struct procedures;

enum proof { PROOF_ADDRESS, PROOF_DMARC, PROOF_SMIME };
/* "address", "dmarc", "smime". */
const char *proof_name(enum proof proof);

/* NULL and `error` when it cannot be read. */
struct demands *demands_read(const char *text, GError **error);
void demands_free(struct demands *table);
/* Whether the types and states that it names are of these rules and stages of theirs; `error` names all that are not. */
gboolean demands_fit(const struct demands *table, const struct procedures *procedures, GError **error);
/* Whether it names any type or state. */
gboolean demands_name_stages(const struct demands *table);
/* Whether that proof is demanded anywhere. */
gboolean demands_have(const struct demands *table, enum proof proof);
/* What is demanded at that stage; `table` NULL: the address. */
enum proof demand_at(const struct demands *table, const char *type, const char *state);

#endif
