/* A notice's document rendered for people: XSLT to text and HTML. libxslt's door. */
#ifndef MAILFLOW_RENDER_H
#define MAILFLOW_RENDER_H

#include <glib.h>

struct stylesheets;

/* Load the stylesheets of notices below `directory` (templates/notices), compiled once. No file or network is touched afterwards. */
struct stylesheets *render_open(const char *directory, GError **error);
void render_close(struct stylesheets *stylesheets);

struct rendering {
    char *subject; /* one line, with [cs:TOKEN] at its end when the notice has one */
    char *text;    /* UTF-8, \n */
    char *html;    /* UTF-8, inline styles, readable at phone width */
};
/* Render a document of notice_write(). `secret` is the one-time secret where the notice asks for one, else NULL. */
gboolean render_notice(const struct stylesheets *stylesheets, const char *document, const char *secret, struct rendering *rendering, GError **error);
void rendering_clear(struct rendering *rendering);

#endif
