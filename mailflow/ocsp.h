/* One certificate's status as a responder of its issuer tells it (OCSP: RFC 6960, 5019). Bytes in, answers out; whoever has the network carries them. */
#ifndef MAILFLOW_OCSP_H
#define MAILFLOW_OCSP_H

#include <gio/gio.h>
#include <openssl/x509.h>

#define OCSP_NONCE_BYTES 16

struct ocsp_question {
    char *key;       /* the certificate by issuer and serial number, hex: the same whenever it is asked */
    char *line;      /* for people: "serial 1003 of CN=…" */
    char *url;       /* where it is to be asked: http or https */
    GBytes *request; /* DER, with the nonce in it */
    X509 *issuer;
};

enum ocsp_status { OCSP_STATUS_GOOD, OCSP_STATUS_REVOKED, OCSP_STATUS_UNKNOWN };
struct ocsp_answer {
    enum ocsp_status status;
    gint64 until; /* seconds since 1970: to be asked again after that */
};

/* What is to be asked about `certificate`, at `url`. */
struct ocsp_question *ocsp_ask(X509 *certificate, X509 *issuer, const char *url, const guint8 nonce[OCSP_NONCE_BYTES]);
void ocsp_question_free(struct ocsp_question *question);
/* ocsp_question.key alone. Caller frees. */
char *ocsp_key(X509 *certificate, X509 *issuer);

/* The first http or https address in the certificate where it says that its responder is (RFC 5280, 4.2.2.1); NULL. Caller frees. */
char *ocsp_named_url(X509 *certificate);

/* The answer to a question: by the issuer itself or whom the issuer has made its responder, by sane algorithms, about that certificate, and of the present: `when` is
 * not before its thisUpdate and not after its nextUpdate, but for OCSP_SLACK that clocks differ. An answer without nextUpdate is of the present for OCSP_SLACK. The
 * nonce must be ours where there is one: responders that prepare their answers leave it out. FALSE with `error` (G_IO_ERROR) when it is not to be believed. */
#define OCSP_SLACK 300
gboolean ocsp_read(const struct ocsp_question *question, const guint8 *bytes, gsize size, gint64 when, struct ocsp_answer *answer,
                   GError **error);

#endif
