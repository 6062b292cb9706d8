/* A form's fields as a notice shows them: what changes beside what it was before. */
#ifndef MAILFLOW_TELL_ROWS_H
#define MAILFLOW_TELL_ROWS_H

#include "mailflow/affair.h"
#include "mailflow/notice.h"

/* Add a row for each field that is filled in. */
void tell_rows(struct notice *notice, const struct affair *affair);

/* Add a row for each value that has changed, and for whom and what the request was about: what its end says. Identity numbers are masked but for who asked. */
void tell_outcome(struct notice *notice, const struct affair *affair);

/* Attach the picture that the form names: to the mails that ask for a decision, and when it is in effect to who asked. */
void tell_picture(struct notice *notice, const struct affair *affair, const char *role);

/* Add a row with the name of the holder the form is about and one with the identity number, masked; none where it is about nobody. */
void tell_holder(struct notice *notice, const struct form *form);

/* The value the directory held at `path` when the request was submitted; NULL when none was noted. Caller frees. */
char *tell_recorded(const struct request *request, const char *path);

#endif
