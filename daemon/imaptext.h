/* The text of one IMAP response (RFC 3501, 7 and 9), and a reading position in it. Nothing here touches the network. */
#ifndef DAEMON_IMAPTEXT_H
#define DAEMON_IMAPTEXT_H

#include <glib.h>

enum imaptext_kind { IMAPTEXT_UNTAGGED, IMAPTEXT_CONTINUE, IMAPTEXT_TAGGED };

struct imaptext_literal {
    guint64 size; /* as announced */
    gsize kept;   /* octets in bytes: all, or as many as the reader keeps */
    char *bytes;
};

struct imaptext {
    enum imaptext_kind kind;
    GString *line; /* what follows "* ", "+ " or the tag; each literal stands in it as one NUL, which no server can send itself */
    GPtrArray *literals; /* of struct imaptext_literal, in their order */
    gsize at;            /* where reading goes on */
    guint literal;       /* the next one */
};

struct imaptext *imaptext_make(void);
void imaptext_free(struct imaptext *text);

/* Each takes what it names, with one space after it, and gives TRUE; or takes nothing and gives FALSE. Words compare without case. */
gboolean imaptext_word(struct imaptext *text, const char *word);
gboolean imaptext_mark(struct imaptext *text, char mark);
gboolean imaptext_number(struct imaptext *text, guint64 *number);
/* An atom with all of its [brackets], as in BODY[HEADER.FIELDS (SUBJECT)]<0>; caller frees. */
gboolean imaptext_atom(struct imaptext *text, char **atom);
/* A quoted string, a literal or NIL (bytes NULL). `bytes` may be shorter than `size` (see imaptext_literal) and moves out of the text; caller unrefs. */
gboolean imaptext_string(struct imaptext *text, GBytes **bytes, guint64 *size);
/* Any value: atom, string or list with all that is in it. */
gboolean imaptext_skip(struct imaptext *text);

/* What is told about a message. */
struct imaptext_fetch {
    guint32 uid;      /* 0: not told */
    guint64 size;     /* RFC822.SIZE */
    gboolean deleted; /* \Deleted is among its FLAGS */
    GBytes *body;     /* BODY[...]; NULL when not told or NIL */
    guint64 body_size;
};
/* Read the list behind "n FETCH ". What nobody asked for is skipped. FALSE when it is not one. Caller clears. */
gboolean imaptext_fetch(struct imaptext *text, struct imaptext_fetch *fetch);
void imaptext_fetch_clear(struct imaptext_fetch *fetch);

/* For commands: a string in quotes (no control characters may be in it), and a set "1:3,7" of ascending guint32. Caller frees. */
char *imaptext_quote(const char *string);
char *imaptext_set(const GArray *numbers, guint from, guint count);

#endif
