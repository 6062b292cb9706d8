#include "mailflow/trust.h"

#include <string.h>
#include <gio/gio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include "mailflow/certificate.h"

#define LONGEST_CHAIN 8  /* certificates between signer and anchor */
#define SECURITY_LEVEL 2 /* 112 bits: no SHA-1, no RSA below 2048 bits */

struct trust {
    X509_STORE *store;
};

/* Who issued an anchor is nobody's business here: an anchor is withdrawn by taking it out of the file. */
static int forgive_anchor(int good, X509_STORE_CTX *context)
{
    STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);
    int error = X509_STORE_CTX_get_error(context);
    gboolean anchor = X509_STORE_CTX_get_error_depth(context) == sk_X509_num(chain) - 1;

    if (good || !anchor || (error != X509_V_ERR_UNABLE_TO_GET_CRL && error != X509_V_ERR_CRL_HAS_EXPIRED))
        return good;
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
}

struct trust *trust_new(gboolean revocation)
{
    struct trust *trust = g_new0(struct trust, 1);
    unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN | (revocation ? X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL : 0);

    trust->store = X509_STORE_new();
    X509_STORE_set_flags(trust->store, flags);
    X509_STORE_set_verify_cb(trust->store, forgive_anchor);
    return trust;
}

void trust_free(struct trust *trust)
{
    if (!trust)
        return;
    X509_STORE_free(trust->store);
    g_free(trust);
}

/* FALSE when there is none, or something in it was begun and cannot be read. */
static gboolean all_read(guint count, const char *what, GError **error)
{
    unsigned long last = ERR_peek_last_error();
    gboolean ended = last == 0 || (ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE);

    ERR_clear_error();
    if (count > 0 && ended)
        return TRUE;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s %s", count > 0 ? "not every one is a" : "there is no", what);
    return FALSE;
}

gboolean trust_add_anchors(struct trust *trust, const char *bytes, gsize size, GError **error)
{
    BIO *in = BIO_new_mem_buf(bytes, (int)size);
    guint count = 0;

    ERR_clear_error();
    for (X509 *one = PEM_read_bio_X509(in, NULL, NULL, NULL); one; one = PEM_read_bio_X509(in, NULL, NULL, NULL)) {
        X509_STORE_add_cert(trust->store, one);
        X509_free(one);
        count++;
    }
    BIO_free(in);
    return all_read(count, "certificate in PEM", error);
}

gboolean trust_add_lists(struct trust *trust, const char *bytes, gsize size, GError **error)
{
    BIO *in = BIO_new_mem_buf(bytes, (int)size);
    gboolean pem = memmem(bytes, size, "-----BEGIN", 10) != NULL;
    guint count = 0;

    ERR_clear_error();
    for (;;) {
        X509_CRL *one = pem ? PEM_read_bio_X509_CRL(in, NULL, NULL, NULL) : d2i_X509_CRL_bio(in, NULL);
        if (!one)
            break;
        X509_STORE_add_crl(trust->store, one);
        X509_CRL_free(one);
        count++;
        if (!pem)
            break;
    }
    BIO_free(in);
    return all_read(count, "revocation list in PEM or DER", error);
}

static const struct {
    int code;
    enum trust_answer answer;
    const char *zh, *en;
} answers[] = {
    {X509_V_ERR_CERT_HAS_EXPIRED, TRUST_NO, "签名所用的证书或其签发机构的证书已过期",
     "the certificate of the signature, or its issuer's, has expired"},
    {X509_V_ERR_CERT_NOT_YET_VALID, TRUST_NO, "签名所用的证书或其签发机构的证书尚未生效",
     "the certificate of the signature, or its issuer's, is not valid yet"},
    {X509_V_ERR_CERT_REVOKED, TRUST_NO, "签名所用的证书或其签发机构的证书已被吊销",
     "the certificate of the signature, or its issuer's, has been revoked"},
    {X509_V_ERR_UNABLE_TO_GET_CRL, TRUST_BLIND, "证书吊销列表缺失", "a revocation list is missing"},
    {X509_V_ERR_CRL_HAS_EXPIRED, TRUST_BLIND, "证书吊销列表已过期", "a revocation list is too old"},
    {X509_V_ERR_CRL_NOT_YET_VALID, TRUST_BLIND, "证书吊销列表尚未生效", "a revocation list is not valid yet"},
    {X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER, TRUST_BLIND, "证书吊销列表的签发者未知", "the issuer of a revocation list is unknown"},
    {X509_V_ERR_CRL_SIGNATURE_FAILURE, TRUST_BLIND, "证书吊销列表的签名无效", "the signature of a revocation list is wrong"},
    {X509_V_ERR_DIFFERENT_CRL_SCOPE, TRUST_BLIND, "证书吊销列表不涵盖该证书", "no revocation list is about this certificate"},
};

static enum trust_answer explain(int code, char **zh, char **en)
{
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++)
        if (answers[i].code == code) {
            *zh = g_strdup(answers[i].zh);
            *en = g_strdup(answers[i].en);
            return answers[i].answer;
        }
    *zh = g_strdup("签名所用的证书不是本系统认可的机构签发的");
    *en = g_strdup_printf("the certificate of the signature does not lead to an authority trusted here (%s)",
                          X509_verify_cert_error_string(code));
    return TRUST_NO;
}

/* Every authority on the way to the anchor must be one for mail. libcrypto's own check of purposes does not know "any purpose". */
static gboolean issuers_are_for_mail(STACK_OF(X509) * chain)
{
    for (int i = 1; i < sk_X509_num(chain); i++)
        if (!certificate_may_issue_for_mail(sk_X509_value(chain, i)))
            return FALSE;
    return TRUE;
}

static enum trust_answer verify(const struct trust *trust, X509 *signer, STACK_OF(X509) * others, gint64 when, char **zh, char **en)
{
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    enum trust_answer answer = TRUST_YES;

    X509_STORE_CTX_init(context, trust->store, signer, others);
    X509_VERIFY_PARAM *demands = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_time(demands, (time_t)when);
    X509_VERIFY_PARAM_set_auth_level(demands, SECURITY_LEVEL);
    X509_VERIFY_PARAM_set_depth(demands, LONGEST_CHAIN);
    if (X509_verify_cert(context) != 1)
        answer = explain(X509_STORE_CTX_get_error(context), zh, en);
    else if (!issuers_are_for_mail(X509_STORE_CTX_get0_chain(context)))
        answer = explain(X509_V_ERR_INVALID_PURPOSE, zh, en);
    X509_STORE_CTX_free(context);
    ERR_clear_error();
    return answer;
}

enum trust_answer trust_ask(const struct trust *trust, const char *certificate, const GPtrArray *chain, gint64 when, char **zh,
                            char **en)
{
    X509 *signer = certificate_decode(certificate);
    STACK_OF(X509) *others = sk_X509_new_null();
    enum trust_answer answer = TRUST_NO;

    *zh = *en = NULL;
    for (guint i = 0; i < chain->len; i++) {
        X509 *one = certificate_decode(g_ptr_array_index(chain, i));
        if (one)
            sk_X509_push(others, one);
    }
    if (!signer || !certificate_signs_mail(signer) || !certificate_key_is_sane(signer)) {
        *zh = g_strdup("签名所用的证书不能用于签署邮件");
        *en = g_strdup("the certificate of the signature is not one for signing mail");
    } else {
        answer = verify(trust, signer, others, when, zh, en);
    }
    sk_X509_pop_free(others, X509_free);
    X509_free(signer);
    return answer;
}
