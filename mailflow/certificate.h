/* An X.509 certificate (RFC 5280) as people are told of it, and whether it may sign mail (RFC 8550). */
#ifndef MAILFLOW_CERTIFICATE_H
#define MAILFLOW_CERTIFICATE_H

#include <glib.h>
#include <openssl/x509.h>

struct certificate {
    char *subject, *issuer; /* one line each, UTF-8, bounded (RFC 2253, readable) */
    char *serial;           /* hex */
    char *fingerprint;      /* SHA-256, hex */
    GPtrArray *mails;       /* char *: rfc822Names and emailAddresses, as written; may be empty */
    gint64 from, until;     /* seconds since 1970; 0 when not readable */
};

/* Read DER in base64; NULL when that is no certificate. */
struct certificate *certificate_read(const char *base64);
void certificate_free(struct certificate *certificate);
/* "CN=…, O=… <mail>, serial …" on one line. Caller frees. */
char *certificate_line(const struct certificate *certificate);

/* The same as libcrypto has it; caller frees with X509_free(). NULL. */
X509 *certificate_decode(const char *base64);
/* "CN=…, O=…" on one line. Caller frees. */
char *certificate_name_line(const X509_NAME *name);
/* "serial 1003 of CN=…" on one line. Caller frees. */
char *certificate_serial_line(X509 *certificate);
/* Seconds since 1970; 0 when it is none. */
gint64 certificate_time(const ASN1_TIME *time);
/* RSA of 2048 to 8192 bits, P-256, P-384 or P-521. */
gboolean certificate_key_is_sane(X509 *certificate);
/* SHA-256, SHA-384 or SHA-512: digests (NID of libcrypto) that nobody finds a second text for. */
gboolean certificate_digest_is_sane(int digest);
/* libcrypto's name for 112 bits, which chains of certificates must have: no SHA-1, no RSA below 2048 bits. */
#define CERTIFICATE_SECURITY_LEVEL 2
/* What it is for allows signing mail: digitalSignature or nonRepudiation, emailProtection or any purpose, or nothing is said. */
gboolean certificate_signs_mail(X509 *certificate);
/* An authority whose purposes do not leave mail out. */
gboolean certificate_may_issue_for_mail(X509 *certificate);

#endif
