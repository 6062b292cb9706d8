/* What the kind of a message is settled from: its header, its parts and its text, as they were read. Everything is borrowed. */
#ifndef MAILFLOW_EVIDENCE_H
#define MAILFLOW_EVIDENCE_H

#include <glib.h>

#include "mailflow/header.h"
#include "mailflow/part.h"

struct evidence {
    const struct header *header;
    const GArray *parts;         /* struct part */
    const char *from;            /* addr-spec, lower case; NULL */
    const char *envelope_sender; /* "" for the null sender; NULL when not stamped */
    const char *subject;         /* decoded; NULL */
    const GPtrArray *recipients; /* char * */
    const GPtrArray *answers;    /* char *: msg-ids it answers */
    const char *text;            /* all that can be read, quotes included; never NULL */
    const char *own;             /* the person's own words; never NULL */
    gboolean token;              /* one of our tokens stands in an address, a msg-id or the subject */
    gboolean form;               /* it carries a form */
    gboolean verdict;            /* its own words are a verdict */
    gboolean word;               /* a word of a verdict stands in its own words, clear or not */
};

#endif
