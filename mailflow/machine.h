/* Whether words are a machine's: what answering machines say of themselves, as far as people do not say it, too (mail.md 8). */
#ifndef MAILFLOW_MACHINE_H
#define MAILFLOW_MACHINE_H

#include <glib.h>

/* Whether a clause of the text says of this mail itself that a machine wrote it: "本邮件由系统自动发出", "This is an automatic reply". People
 * who ask, deny, or speak of another mail say it in the middle of a clause, or in a question. */
gboolean machine_says_so(const char *text);
/* Whether the text holds nothing but what answering machines say: that the mail was received and will be answered, with greetings and a
 * name. People have something to add. */
gboolean machine_is_courteous(const char *text);
/* Whether a clause says that its writer is away. People say it, too: it takes something else to make it a machine's. */
gboolean machine_is_away(const char *text);

#endif
