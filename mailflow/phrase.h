/* A person's words cut into known phrases: whole words, longest first, full-width forms as ASCII, traditional characters as simplified ones, whatever the case. */
#ifndef MAILFLOW_PHRASE_H
#define MAILFLOW_PHRASE_H

#include <glib.h>

/* Classes below PHRASE_FIRST are found in every text; those of a vocabulary begin there. */
enum phrase_class {
    PHRASE_OTHER, /* words that the vocabulary does not know */
    PHRASE_BREAK, /* a comma, a colon, a bracket, a space beside an ideograph: a clause ends */
    PHRASE_STOP,  /* a full stop, an exclamation mark, a semicolon: a sentence ends */
    PHRASE_LINE,  /* a line ends */
    PHRASE_ASK,   /* a question mark */
    PHRASE_FIRST,
};

/* Phrases of one class, parted by `|`: lower case, simplified characters, single spaces. */
struct phrase_group {
    guint class;
    const char *phrases;
};

struct phrase_table;

/* A vocabulary made searchable when it is first asked for, and never freed; `place` keeps it, NULL until then. Of two classes for the same words the later wins. */
const struct phrase_table *phrase_table_find(const struct phrase_table **place, const struct phrase_group *groups, gsize count);

struct phrase_token {
    guint class;
    gsize start, end; /* bytes of the text */
};

/* The text (UTF-8) as struct phrase_token, in order, without the spaces between words. Linear in the text. Caller unrefs. */
GArray *phrase_read(const struct phrase_table *table, const char *text);

/* Whether the token of `text` is one of `phrases`, written as a vocabulary's are, but without spaces; NULL ends them. */
gboolean phrase_is(const char *text, const struct phrase_token *token, const char *const *phrases);

/* The form in which phrases are compared: one character for one, half width, lower case, simplified. */
gunichar phrase_fold(gunichar character);

#endif
