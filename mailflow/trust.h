/* What a site trusts to say whose a certificate is: its anchors, and lists of what was revoked (RFC 5280) or responders who tell (OCSP: RFC 6960). Bytes in, answers
 * out; whoever has the files and the network brings them. */
#ifndef MAILFLOW_TRUST_H
#define MAILFLOW_TRUST_H

#include "mailflow/ocsp.h"

struct trust;

enum trust_answer {
    TRUST_YES,
    TRUST_NO,    /* not this certificate */
    TRUST_BLIND, /* nobody says whether it was revoked, a list is missing or too old: the operator's to mend */
};

/* What must say that a certificate below an anchor is not revoked. */
enum trust_revocation {
    TRUST_UNASKED,
    TRUST_LISTS,      /* a list that was added */
    TRUST_RESPONDERS, /* an answer that was added; a list where there is no responder to be asked. What either says to be revoked is. */
};

struct trust *trust_new(enum trust_revocation revocation);
void trust_free(struct trust *trust);

/* Certificates in PEM, each of them an anchor. FALSE when there is none or one cannot be read. */
gboolean trust_add_anchors(struct trust *trust, const char *bytes, gsize size, GError **error);
/* One list in DER, or any number in PEM. FALSE when there is none or one cannot be read. */
gboolean trust_add_lists(struct trust *trust, const char *bytes, gsize size, GError **error);

/* Everything is to be asked there, and not where certificates say. */
void trust_ask_at(struct trust *trust, const char *url);
/* What responders still have to be asked before trust_ask() can say yes: struct ocsp_question, for a new array that frees them. Empty where nothing is, and where the
 * certificate does not lead to an anchor: strangers make nobody ask. */
GPtrArray *trust_questions(const struct trust *trust, const char *certificate, const GPtrArray *chain, gint64 when,
                           const guint8 nonce[OCSP_NONCE_BYTES]);
/* An answer, which is kept for as long as it holds. FALSE with `error` when it is not to be believed (ocsp.h). */
gboolean trust_add_answer(struct trust *trust, const struct ocsp_question *question, const guint8 *bytes, gsize size, gint64 when,
                          GError **error);

/* The list that ended before `when` and has no successor, as one English line for the operator: it says no more that anything below its issuer is not revoked. NULL when
 * all are in force. Caller frees. */
char *trust_overdue(const struct trust *trust, gint64 when);

/* Whether the certificate (DER in base64) may sign mail and leads to an anchor over those of `chain` (char *, likewise), all of them valid at `when` (seconds since 1970), signed by
 * sane algorithms and not revoked. Unless YES, `*zh` and `*en` say why not; caller frees. */
enum trust_answer trust_ask(const struct trust *trust, const char *certificate, const GPtrArray *chain, gint64 when, char **zh,
                            char **en);

#endif
