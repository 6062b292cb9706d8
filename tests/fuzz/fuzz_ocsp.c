/* What should be a responder's answer about a certificate. Nobody has the issuer's key, so nothing is believed. */
#include <openssl/ec.h>

#include "mailflow/ocsp.h"
#include "tests/fuzz/fuzz.h"

#define NOW 1777000000

static struct ocsp_question *question;

static X509 *make_issuer(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *issuer = X509_new();

    X509_set_version(issuer, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(issuer), 1);
    ASN1_TIME_set(X509_getm_notBefore(issuer), NOW - 1000);
    ASN1_TIME_set(X509_getm_notAfter(issuer), NOW + 1000);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(issuer), "CN", MBSTRING_UTF8, (const guchar *)"issuer", -1, -1, 0);
    X509_set_issuer_name(issuer, X509_get_subject_name(issuer));
    X509_set_pubkey(issuer, key);
    X509_sign(issuer, key, EVP_sha256());
    EVP_PKEY_free(key);
    return issuer;
}

int LLVMFuzzerInitialize(int *argc G_GNUC_UNUSED, char ***argv G_GNUC_UNUSED)
{
    static const guint8 nonce[OCSP_NONCE_BYTES] = {1};
    X509 *issuer = make_issuer();

    question = ocsp_ask(issuer, issuer, "http://ocsp.example.com/", nonce);
    X509_free(issuer);
    return 0;
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    struct ocsp_answer answer;
    GError *error = NULL;

    g_assert_false(ocsp_read(question, data, size, NOW, &answer, &error));
    g_assert_nonnull(error);
    g_error_free(error);
    return 0;
}
