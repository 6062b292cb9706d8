/* What of a message an S/MIME signature covers (RFC 8551): the innermost signed entity, with an opaque one opened.
 *
 * Gateways and lists put things around what a person signed; what somebody else wrote around it is not the person's word. */
#ifndef MAILFLOW_COVER_H
#define MAILFLOW_COVER_H

#include <glib.h>

#include "mailflow/part.h"
#include "mailflow/signature.h"

struct cover {
    struct signature *signature; /* NULL: the message has none, nor is it encrypted */
    int root;                    /* the part that is signed with all below it; -1 without one */
    GPtrArray *opened;           /* GByteArray *: what opaque messages held; parts point into them */
};

/* Look for signatures among the parts and check them, LIMIT_SIGNATURES at most; what an opaque message holds is added to `parts`, which may
 * not outlive the cover. */
void cover_find(GArray *parts, struct cover *cover);
void cover_clear(struct cover *cover);

/* Whether the part at `index` is among what was signed. */
gboolean cover_holds(const struct cover *cover, const GArray *parts, int index);
/* Some of what is read stands outside of the signature. */
void cover_is_partial(struct cover *cover, const char *why);

#endif
