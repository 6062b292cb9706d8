/* Delivery reports: RFC 3464 and what mail systems write instead of it (mail.md 8). */
#ifndef MAILFLOW_BOUNCE_H
#define MAILFLOW_BOUNCE_H

#include <glib.h>

#include "mailflow/evidence.h"

struct bounce {
    char *recipient;    /* final or original recipient, addr-spec; NULL */
    char *status;       /* RFC 3463 "5.1.1"; NULL */
    char *message_id;   /* of the mail of ours that came back, without <>; NULL */
    gboolean permanent; /* a failure for good ("failed" or words to that effect): no delay, success or full mailbox */
    gboolean full;      /* given up because the mailbox is full: this mail is lost, a later one may arrive */
};

/* What makes this message a delivery report, as one English line (static); NULL when it is none. */
const char *bounce_find(const struct evidence *evidence);
/* What the report says. Never NULL; its members may be. */
struct bounce *bounce_read(const struct evidence *evidence);
void bounce_free(struct bounce *bounce);

#endif
