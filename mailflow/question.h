/* What rules ask: small questions about the form, the account that files it, and who belongs to whom. Inside the rules' files only. */
#ifndef MAILFLOW_QUESTION_H
#define MAILFLOW_QUESTION_H

#include "mailflow/affair.h"

/* A rule appends findings (errors or warnings) about affair->form, asked by affair->request's applicant. FALSE with `error` when the world could not be asked.
 * Rules are asked again at the last moment before an approval (G7). */
typedef gboolean rule_function(const struct affair *affair, GPtrArray *findings, GError **error);

/* A finding about the form's field at `path`; the sentences may be NULL. */
void question_find(const struct affair *affair, GPtrArray *findings, const char *code, const char *path, const char *zh,
                   const char *en);
/* The same as a warning to the reviewers. */
void question_warn(const struct affair *affair, GPtrArray *findings, const char *code, const char *path, const char *zh,
                   const char *en);

/* The entries with attribute == `value` of that class, not archived unless `archived`; empty when `value` is NULL; NULL on a fault. */
GPtrArray *question_entries(const struct affair *affair, const char *attribute, const char *value, const char *class,
                            GError **error);

/* Whether `entry` is the applicant's account or stands below it. */
gboolean question_owned(const struct affair *affair, const struct entry *entry);

/* The trainee whose identity number the form names, under the number it corrects that to where this has taken effect; NULL without `error` when there is none. Caller
 * frees. */
struct entry *question_holder(const struct affair *affair, GError **error);

/* Whether new prints are asked for and a certificate's old copy is still to be handed in for one (domain.md 6.6). FALSE with `error` on a fault. */
gboolean question_awaits_old_copies(const struct affair *affair, GError **error);

/* The parent's DN of an entry; NULL when it has none. Points into `dn`. */
const char *question_parent(const char *dn);

/* Whether two names are the same but for brackets, width and spaces (domain.md 3). NULL is no name. */
gboolean question_same_name(const char *one, const char *other);

/* Whether another open registration or enrolment asks for that identity number. */
gboolean question_waited_for(const struct affair *affair, const char *number);

/* Note where the form asks for new prints and there is no certificate below `dn`, the holder or the enterprise. FALSE with `error` on a fault. */
gboolean question_note_prints(const struct affair *affair, const char *dn, GError **error);
/* Whether what is said or asked only with the form's field `only` applies: it is true, and a print is one of something. NULL: always. */
gboolean question_applies(const struct affair *affair, const char *only);

/* Note what the directory holds now beside the form's field at `path`: reviewers see it as old. */
void question_note(const struct affair *affair, const char *path, const char *value);

/* The same of what an entry has there; of bytes only whether it has any ("yes" or ""). */
void question_note_value(const struct affair *affair, const char *path, const struct entry *entry, const char *attribute);

/* Find it if the form names a picture at `path` and it is not there. */
void question_picture(const struct affair *affair, const char *path, GPtrArray *findings);

#endif
