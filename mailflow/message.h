/* A message as the rest of the product sees it: hostile bytes read once, in the parser, into plain values. GMime's door for what arrives.
 *
 * All text is valid UTF-8, bounded (limits.h), without NUL. Nothing here is believed yet: who speaks is the desk's to settle. */
#ifndef MAILFLOW_MESSAGE_H
#define MAILFLOW_MESSAGE_H

#include <glib.h>

#include "mailflow/bounce.h"
#include "mailflow/confirmation.h"
#include "mailflow/finding.h"
#include "mailflow/form.h"
#include "mailflow/instruction.h"
#include "mailflow/kind.h"
#include "mailflow/origin.h"
#include "mailflow/signature.h"
#include "mailflow/token.h"
#include "mailflow/verdict.h"

struct message {
    char *message_id;      /* RFC 5322 msg-id without <>; NULL when missing or malformed */
    char *digest;          /* SHA-256 (hex) over what a second delivery keeps: From, Date, Message-ID, Subject, body without CR */
    char *from;            /* addr-spec of the one From address, lower case; NULL when none or several */
    char *envelope_sender; /* Return-Path: "" for the null sender; NULL when not stamped */
    char *subject;         /* decoded, one line; NULL when none */
    gint64 date;           /* seconds since 1970 from Date; 0 when none */
    GPtrArray *recipients; /* char *: addr-specs of To, Cc, Delivered-To, X-Original-To, lower case */
    GPtrArray *answers;    /* char *: msg-ids of In-Reply-To, then of References from the newest, without <>, no repeats */
    struct origin origin;
    struct signature *signature; /* S/MIME: when intact, over the words and the form that are read here; NULL: none */

    enum kind kind;
    char *why;             /* one English line: what settled the kind */
    GArray *sightings;     /* struct token_sighting */
    struct bounce *bounce; /* with KIND_BOUNCE; NULL otherwise */

    char *own;              /* the person's own words; "" when none */
    char *own_why;          /* one English line: how they were found (own.h); NULL when nothing was looked for */
    struct verdict verdict; /* read from own, as a reviewer's answer; none unless a person writes (KIND_REPLY, KIND_QUESTION) */
    struct instruction instruction;   /* likewise: to hand the task on, or to take a decision back */
    struct confirmation confirmation; /* read from own, as an applicant's answer to a receipt; likewise */

    char *form_name;     /* the attachment's file name, one line; NULL, also when the form was pasted as the body */
    struct form *form;   /* with KIND_FORM, when there is one that can be read; NULL otherwise */
    GBytes *picture;     /* the one that the form names (picture.h); NULL when it names none, or with a finding */
    GPtrArray *findings; /* struct finding: E-SIZE, E-ATTACH (several forms, or files instead of one), and the form's */
};

struct message_reader {
    const struct form_catalog *catalog;
    const char *authserv_id; /* NULL: no Authentication-Results header is trusted */
    GDate today;             /* civil date in Asia/Shanghai */
};

/* Read one RFC 5322 message. Never NULL: what cannot be read is KIND_UNKNOWN with `why`. Bounded in time and memory on any input.
 * Call message_start() once per process before. */
struct message *message_read(const struct message_reader *reader, const char *bytes, gsize size);
/* Read a message of which only the header is here, as it is larger (`size`) than we take: kind, sender, tokens, and a finding E-SIZE. */
struct message *message_read_header(const struct message_reader *reader, const char *bytes, gsize header_size, gsize size);
void message_free(struct message *message);

/* Initialise GMime and preload the character sets that mail uses, so that nothing is opened later. */
void message_start(void);

#endif
