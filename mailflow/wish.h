/* Wishes: mails of people who neither send a form nor answer one of ours: their own words or the subject name what they want.
 *
 *   状态, STATUS, either with a request's number    how the sender's own requests stand (NS)
 *   表5, FORM 5, or the form's name                 that blank form
 *   帮助, HELP, and whatever else they say          what can be sent, with all blank forms
 *
 * A line says it as a whole or not at all: whatever the case, full-width forms as ASCII, spaces and punctuation aside. */
#ifndef MAILFLOW_WISH_H
#define MAILFLOW_WISH_H

#include "mailflow/workflow.h"

enum wish_word { WISH_HELP, WISH_STATUS, WISH_FORM };

struct wish {
    enum wish_word word;
    char *request;    /* STATUS: the number that stood behind it, upper case, whatever it may be; NULL */
    const char *form; /* FORM: its root, owned by the procedures */
};

/* Read a wish out of the person's words, and where they say none out of the subject (NULL: none), unless it is an answer's. */
void wish_read(const struct mind *mind, const char *own, const char *subject, struct wish *wish);
void wish_clear(struct wish *wish);

/* Do what such a mail wishes. Appends a plan. FALSE with `error` when the world could not be asked. */
gboolean wish_answer(const struct mind *mind, const struct message *message, GPtrArray *plans, GError **error);

/* Answer a form that asks for the state (P6) like the word, where its sender has joined an enterprise: they file no forms any more, but ask after what they filed before. `answered`
 * tells whether it was such a form. */
gboolean wish_answer_query(const struct mind *mind, const struct message *message, gboolean *answered, GPtrArray *plans,
                           GError **error);

#endif
