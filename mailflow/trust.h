/* What a site trusts to say whose a certificate is: its anchors, and the lists of what was revoked (RFC 5280). Bytes in, answers out; whoever has the files reads them. */
#ifndef MAILFLOW_TRUST_H
#define MAILFLOW_TRUST_H

#include <glib.h>

struct trust;

enum trust_answer {
    TRUST_YES,
    TRUST_NO,    /* not this certificate */
    TRUST_BLIND, /* a list of what was revoked is missing or too old: the operator's to mend */
};

/* `revocation`: every certificate below an anchor must stand under a list that says it is not revoked. */
struct trust *trust_new(gboolean revocation);
void trust_free(struct trust *trust);

/* Certificates in PEM, each of them an anchor. FALSE when there is none or one cannot be read. */
gboolean trust_add_anchors(struct trust *trust, const char *bytes, gsize size, GError **error);
/* One list in DER, or any number in PEM. FALSE when there is none or one cannot be read. */
gboolean trust_add_lists(struct trust *trust, const char *bytes, gsize size, GError **error);

/* Whether the certificate (DER in base64) may sign mail and leads to an anchor over those of `chain` (char *, likewise), all of them valid at `when` (seconds since 1970), signed by
 * sane algorithms and not revoked. Unless YES, `*zh` and `*en` say why not; caller frees. */
enum trust_answer trust_ask(const struct trust *trust, const char *certificate, const GPtrArray *chain, gint64 when, char **zh,
                            char **en);

#endif
