/* Small borders every text crosses: normalising what people typed, comparing names, masking identity numbers, taming text for
 * logs and headers.
 *
 * All functions run in linear time and return new memory that the caller frees. Unless said otherwise the input is valid UTF-8
 * and not NULL. */
#ifndef MAILFLOW_TEXT_H
#define MAILFLOW_TEXT_H

#include <glib.h>

/* White space at both ends removed (all of Unicode's, U+3000 too), U+FEFF and U+200B dropped everywhere; the rest as given. For
 * names and prose (domain.md 3). */
char *text_trim(const char *text);

/* As text_trim(), and full-width forms U+FF01 ... U+FF5E and U+3000 become ASCII. For codes, numbers and addresses. */
char *text_normalise(const char *text);

/* As text_normalise(), then ASCII letters upper-cased. For codes whose letters are capitals. */
char *text_normalise_upper(const char *text);

/* For comparing names only, never shown: full-width forms and both kinds of brackets alike, no white space, middle dots alike
 * (edge case 7.31). */
char *text_fold_name(const char *text);

/* The middle dots U+2022, U+2027, U+30FB, U+FF65 in a person's name become U+00B7; trimmed (domain.md 3.6 personNameType). */
char *text_person_name(const char *text);

/* nothing, white space, or dashes only (- — —— ― － and their kin). NULL is blank. */
gboolean text_blank(const char *text);

/* an identity number as strangers may see it: 370199********0019; any other number keeps its first two and last two
 * characters when it has more than eight, none else. */
char *text_mask_id(const char *number);

/* Every identity number inside a longer text masked as text_mask_id() does, also in full-width digits and inside longer runs of
 * digits. Any bytes; for logs. */
char *text_mask_all(const char *text);

/* Anything from a message on its way into a log line, a header or a sentence: valid UTF-8, one line, runs of white space and
 * control characters as one space, bidirectional controls and invisible marks removed, at most `max` bytes (cut at a character,
 * ended by U+2026 when cut). Any bytes; NULL gives "". */
char *text_one_line(const char *text, gsize max);

/* A domain as the directory and DNS spell it: lower case, names in other scripts as A-labels (RFC 5890). What is no such name, or would have
 * to become another one for it (full-width letters and dots), stays as it is but for the case of ASCII. Caller frees. */
char *text_domain(const char *domain);

/* A mail address made comparable: normalised and lower-cased, or NULL when it is no mailType (domain.md 3.6: ASCII dot-atom, a
 * domain with a dot, at most 254, local part at most 64). NULL gives NULL. */
char *text_mail(const char *text);

/* The mailbox behind an address, lower-cased, for counting only: without the subaddress (RFC 5233) that begins at one of the
 * characters of `separators` in the local part. What holds none, or begins with one, stays. Any bytes; caller frees. */
char *text_mailbox(const char *mail, const char *separators);

#endif
