/* Basic data that its owner may change (P2): whose it is, and what each field of the form means in the directory (domain.md 5.7). */
#ifndef MAILFLOW_UPDATE_H
#define MAILFLOW_UPDATE_H

#include "mailflow/affair.h"

struct update_field {
    const char *name; /* changes/change/@field */
    const char *attribute;
    gboolean on_certificate; /* printed on the certificate: only without one */
    gboolean never;          /* by the administrator only */
    gboolean unique;         /* nobody else may have the value */
};

/* The row for a field of `target`, an enterprise or a trainee; NULL when it has no such field. */
const struct update_field *update_field_find(const struct entry *target, const char *name);

/* The entry the form is about: the applicant's own, or a trainee of theirs by identity number. NULL without `error`: none of theirs. Caller frees. */
struct entry *update_target(const struct affair *affair, GError **error);

/* The address a change of mail goes to; it must confirm itself, and without proof of origin the old one, too (domain.md 5.7). NULL when the mail does not change. Owned by the form. */
const char *update_new_mail(const struct form *form);

#endif
