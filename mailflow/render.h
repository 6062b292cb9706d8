/* A notice's document rendered for people: XSLT to text and HTML. libxslt's door. */
#ifndef MAILFLOW_RENDER_H
#define MAILFLOW_RENDER_H

#include <glib.h>

#include "mailflow/receipt.h"

#define RENDER_ERROR (render_error_quark())
GQuark render_error_quark(void);
enum render_error {
    RENDER_STYLESHEETS, /* they cannot be read or compiled */
    RENDER_FAILED,      /* a document could not be transformed */
};

struct stylesheets;

/* Load the stylesheets of notices below `directory` (templates/notices), compiled once. No file or network is touched afterwards: running them may not. */
struct stylesheets *render_open(const char *directory, GError **error);
void render_close(struct stylesheets *stylesheets);

struct rendering {
    char *subject; /* one line, with [cs:TOKEN] at its end when the notice has one */
    char *text;    /* UTF-8, \n */
    char *html;    /* UTF-8, inline styles, readable at phone width */
};
/* Render a document. `secret` is the one-time secret where the notice asks for one, else NULL: then stars stand in its place. FALSE and `error`:
 * `rendering` is empty. */
gboolean render_receipt(const struct stylesheets *stylesheets, const struct receipt *receipt, const char *secret,
                        struct rendering *rendering, GError **error);
/* The same from the text of notice_write(); RECEIPT_UNREADABLE when it is not one. */
gboolean render_notice(const struct stylesheets *stylesheets, const char *document, const char *secret, struct rendering *rendering,
                       GError **error);
void rendering_clear(struct rendering *rendering);

#endif
