/* Where a message comes from, as our own mail server stamped it: Authentication-Results (RFC 8601) of the configured
 * authserv-id, topmost, all others ignored. */
#ifndef MAILFLOW_ORIGIN_H
#define MAILFLOW_ORIGIN_H

#include <glib.h>

struct origin {
    gboolean stamped; /* our server's header was there */
    gboolean dmarc;   /* dmarc=pass with header.from equal to the domain of From */
    gboolean dkim;    /* dkim=pass with header.d (or header.i) aligned with From (relaxed: same or parent domain) */
    gboolean spf;     /* spf=pass with smtp.mailfrom aligned likewise */
    char *says;       /* the stamped header on one line, bounded, for the audit; NULL */
};

/* Read the header's values in the order of the message (topmost first). `authserv_id` NULL: nothing is trusted. `from_domain` is
 * the domain of From, lower case. */
void origin_read(const char *const *headers, const char *authserv_id, const char *from_domain, struct origin *origin);
void origin_clear(struct origin *origin);

#endif
