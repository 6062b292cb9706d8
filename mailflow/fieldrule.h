/* What a form must satisfy beyond its schema, as far as the form alone can tell (domain.md 4, 5): fields that depend on each
 * other, kinds of request, repeats.
 *
 * Inside mailflow only. */
#ifndef MAILFLOW_FIELDRULE_H
#define MAILFLOW_FIELDRULE_H

#include "mailflow/reading.h"

/* Rules whose findings are of class FIELD, and the warnings for reviewers: after reading_judge(). */
void fieldrule_fields(struct reading *reading);

/* Rules of class LOGIC: only when no field is wrong. */
void fieldrule_logic(struct reading *reading);

#endif
