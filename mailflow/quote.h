/* Where the mail that is answered begins among the lines of a reply, and which lines are its quotation (mail.md 1-4, 7). */
#ifndef MAILFLOW_QUOTE_H
#define MAILFLOW_QUOTE_H

#include <glib.h>

/* One line of a body; the text is the caller's, without its line end and the white space around it. */
struct quote_line {
    char *text;
    gboolean quoted;  /* behind a quote mark or in a container of quoted mail */
    gboolean signed_; /* in a signature container */
    gboolean flows;   /* format=flowed: goes on in the next line */
};

/* What was found at a line. */
struct quote_opening {
    gsize lines;    /* how many lines the opening itself takes, 0 when there is none */
    gsize keep;     /* bytes at the start of the first line that are the person's own: clients glue the opening to the last word */
    const char *by; /* English: what opens it; NULL when nothing does */
};

/* Whether a plain line stands behind a quote mark: `> text`, `>text`, `＞`, `AB> text`. */
gboolean quote_is_marked(const char *line);

/* Whether the mail that is answered opens at line `at`: a separator of a client, a line or several that say who wrote when, a block of headers. Bounded work per line. */
struct quote_opening quote_opens(const GArray *lines, gsize at);

/* Whether the line is a rule drawn with dashes, underscores or the like (at least five). */
gboolean quote_is_rule(const char *line);

#endif
