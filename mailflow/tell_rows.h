/* A form's fields as a notice shows them: what changes beside what it was before. */
#ifndef MAILFLOW_TELL_ROWS_H
#define MAILFLOW_TELL_ROWS_H

#include "mailflow/form.h"
#include "mailflow/notice.h"
#include "mailflow/request.h"

/* Add a row for each field that is filled in. */
void tell_rows(struct notice *notice, const struct request *request, const struct form *form);

/* Add a row with the name of the holder the form is about and one with the identity number, masked; none where it is about nobody. */
void tell_holder(struct notice *notice, const struct form *form);

/* The value the directory held at `path` when the request was submitted; NULL when none was noted. Caller frees. */
char *tell_recorded(const struct request *request, const char *path);

#endif
