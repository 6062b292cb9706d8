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
    IDIOM_FULL,   /* within a mail system's text: the mailbox is full */
    IDIOM_AUTOMATIC_SUBJECT, /* how the subject of an automatic answer or a receipt begins */
    IDIOM_ABSENCE_SUBJECT,   /* how the subject of a note of absence begins; people write so, too */
    IDIOM_AUTOMATIC_WORD,    /* an automatic answer's subject where other words come first */
    IDIOM_SELF,              /* how a clause begins that speaks of the mail it stands in */
    IDIOM_MACHINE,           /* within such a clause: a machine wrote it */
    IDIOM_MACHINE_OPENING,   /* how a clause begins that only a machine says */
    IDIOM_MACHINE_ALONE,     /* a whole clause that only a machine says */
    IDIOM_DENIAL,            /* within a clause: it denies or asks */
    IDIOM_AWAY,              /* how a clause begins that says that its writer is away */
    IDIOM_RECEIVED,          /* within a text: a mail was received */
    IDIOM_PROMISE,           /* within a text: it will be answered */
    IDIOM_COURTESY,          /* words of a text that says these two and nothing else */
    IDIOM_RECALL,            /* within a text: its sender takes a mail back */
    IDIOM_LINK,              /* how words go on after an automatic answer's subject */
};

/* Whether one of the idioms stands somewhere in the text. `text` in lower case (g_utf8_strdown()). */
gboolean idiom_within(enum idiom idiom, const char *text);
/* Whether the text is one of the idioms. */
gboolean idiom_is(enum idiom idiom, const char *text);
/* What follows the idiom at the beginning of the text; NULL when none stands there. */
const char *idiom_begins(enum idiom idiom, const char *text);

#endif
