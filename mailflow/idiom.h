/* What mail systems and answering machines write, in the languages they write it in (mail.md 8). Texts are compared in lower case. */
#ifndef MAILFLOW_IDIOM_H
#define MAILFLOW_IDIOM_H

#include <glib.h>

enum idiom {
    IDIOM_SYSTEM,          /* within a sender's name or address: a mail system */
    IDIOM_FAILURE_SUBJECT, /* within a subject: a failed or delayed delivery */
    IDIOM_FAILURE,         /* within a mail system's text: why */
    IDIOM_REPORT, /* within the first words of a mail system that does not say it is one; people tell of bounces in other words */
    IDIOM_DELAY,  /* within subject or text: it is still being tried */
    IDIOM_AUTOMATIC_SUBJECT, /* how the subject of an automatic answer or a receipt begins */
    IDIOM_ABSENCE_SUBJECT,   /* how the subject of a note of absence begins; people write so, too */
    IDIOM_AUTOMATIC_WORD,    /* an automatic answer's subject where other words come first */
    IDIOM_MACHINE,           /* within a text: what only a machine says of itself */
};

/* Whether one of the idioms stands somewhere in the text. `text` in lower case (g_utf8_strdown()). */
gboolean idiom_within(enum idiom idiom, const char *text);
/* What follows the idiom at the beginning of the text; NULL when none stands there. */
const char *idiom_begins(enum idiom idiom, const char *text);

#endif
