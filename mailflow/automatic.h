/* Mail that no person wrote, or that was written for many (RFC 3834, 8098, 5965, mail.md 8-10). */
#ifndef MAILFLOW_AUTOMATIC_H
#define MAILFLOW_AUTOMATIC_H

#include "mailflow/evidence.h"

/* What shows that a machine wrote this, as one English line (static); NULL when nothing does. Precedence and
 * X-Auto-Response-Suppress show nothing. */
const char *automatic_find(const struct evidence *evidence);
/* Whether that line, or the subject (NULL is none), names a report, a receipt or a calendar's mail: it says nothing of where a person is. */
gboolean automatic_is_receipt(const char *why, const char *subject);
/* Whether the subject (NULL is none) is an answering machine's or a note of absence. */
gboolean automatic_is_absence(const char *subject);
/* What shows that a mailing list sent it; NULL when nothing does. */
const char *automatic_find_list(const struct evidence *evidence);
/* Whether the address (NULL is none) is a machine's by its local part: noreply, syzbot+1; not by a name in it, as people are
 * called Jenkins and Bot. */
gboolean automatic_is_robot(const char *address);
/* The subject without what clients and gateways put before it (Re:, 回复：, [EXTERNAL]); points into it. `*answers` (may be NULL)
 * is set when one of them was an answer's. */
const char *automatic_strip_subject(const char *subject, gboolean *answers);

#endif
