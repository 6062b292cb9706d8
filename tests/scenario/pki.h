/* Certificates, revocation lists and signatures to try S/MIME with, made as they are wanted; keys of P-256. */
#ifndef TESTS_SCENARIO_PKI_H
#define TESTS_SCENARIO_PKI_H

#include <glib.h>
#include <openssl/x509.h>

struct holder { /* of a key and the certificate for it */
    EVP_PKEY *key;
    X509 *certificate;
    const struct holder *issuer; /* NULL: itself */
};

struct wish {
    const char *name;
    const char *mail;            /* NULL: none in the certificate */
    gint64 from, until;          /* seconds since 1970 */
    const char *usage;           /* extendedKeyUsage; NULL: none is named */
    const char *access;          /* authorityInfoAccess; NULL: none */
    const struct holder *issuer; /* NULL: an authority, by itself */
    gboolean authority;
};

struct holder *holder_new(const struct wish *wish);
void holder_free(struct holder *holder);
/* DER in base64, as the directory gives it; PEM, as files hold it. Caller frees. */
char *holder_base64(const struct holder *holder);
char *holder_pem(const struct holder *holder);

/* The authority's list in PEM, with that certificate on it (NULL: none). Caller frees. */
char *revocation_list(const struct holder *authority, const struct holder *revoked, gint64 from, gint64 until);

/* A MIME entity signed at `when` (0: without saying when): multipart/signed, or opaque. Caller frees. */
char *sign_detached(const struct holder *holder, const char *entity, gint64 when);
char *sign_opaque(const struct holder *holder, const char *entity, gint64 when);

#endif
