#include "mailflow/ocsp.h"

#include <string.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "mailflow/certificate.h"
#include "mailflow/limits.h"

#define ANSWER_SECONDS (60 * 60) /* that an answer is used, however long it says that it may be */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(OCSP_REQUEST, OCSP_REQUEST_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OCSP_RESPONSE, OCSP_RESPONSE_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OCSP_BASICRESP, OCSP_BASICRESP_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OCSP_CERTID, OCSP_CERTID_free)

/* By SHA-1, the one digest that every responder knows (RFC 5019, 2.1.1): it only names the certificate. */
static OCSP_CERTID *name_of(X509 *certificate, X509 *issuer)
{
    return OCSP_cert_to_id(EVP_sha1(), certificate, issuer);
}

char *ocsp_key(X509 *certificate, X509 *issuer)
{
    g_autoptr(OCSP_CERTID) name = name_of(certificate, issuer);
    guchar *der = NULL;
    int size = name ? i2d_OCSP_CERTID(name, &der) : 0;
    char *key = g_compute_checksum_for_data(G_CHECKSUM_SHA256, der, (gsize)MAX(size, 0));

    OPENSSL_free(der);
    return key;
}

static gboolean is_graphic(const char *text)
{
    while (g_ascii_isgraph(*text))
        text++;
    return *text == '\0';
}

char *ocsp_named_url(X509 *certificate)
{
    STACK_OF(OPENSSL_STRING) *named = X509_get1_ocsp(certificate);
    char *url = NULL;

    for (int i = 0; i < sk_OPENSSL_STRING_num(named) && !url; i++) {
        const char *one = sk_OPENSSL_STRING_value(named, i);
        gboolean web = g_ascii_strncasecmp(one, "http://", 7) == 0 || g_ascii_strncasecmp(one, "https://", 8) == 0;
        if (web && strlen(one) <= LIMIT_RESPONDER_URL && is_graphic(one))
            url = g_strdup(one);
    }
    X509_email_free(named);
    return url;
}

static GBytes *write_request(X509 *certificate, X509 *issuer, const guint8 *nonce)
{
    g_autoptr(OCSP_REQUEST) request = OCSP_REQUEST_new();
    guint8 own[OCSP_NONCE_BYTES], *der = NULL;

    memcpy(own, nonce, sizeof own);
    OCSP_request_add0_id(request, name_of(certificate, issuer));
    OCSP_request_add1_nonce(request, own, sizeof own);
    int size = i2d_OCSP_REQUEST(request, &der);
    GBytes *bytes = g_bytes_new(der, (gsize)MAX(size, 0));
    OPENSSL_free(der);
    return bytes;
}

struct ocsp_question *ocsp_ask(X509 *certificate, X509 *issuer, const char *url, const guint8 nonce[OCSP_NONCE_BYTES])
{
    struct ocsp_question *question = g_new0(struct ocsp_question, 1);

    question->key = ocsp_key(certificate, issuer);
    question->line = certificate_serial_line(certificate);
    question->url = g_strdup(url);
    question->request = write_request(certificate, issuer, nonce);
    question->issuer = issuer;
    X509_up_ref(issuer);
    return question;
}

void ocsp_question_free(struct ocsp_question *question)
{
    if (!question)
        return;
    g_free(question->key);
    g_free(question->line);
    g_free(question->url);
    g_bytes_unref(question->request);
    X509_free(question->issuer);
    g_free(question);
}

static gboolean refuse(GError **error, const char *why)
{
    ERR_clear_error();
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, why);
    return FALSE;
}

static gboolean is_signed_sanely(const OCSP_BASICRESP *basic)
{
    const ASN1_OBJECT *object = NULL;
    int digest = NID_undef;

    X509_ALGOR_get0(&object, NULL, NULL, OCSP_resp_get0_tbs_sigalg(basic));
    return OBJ_find_sigid_algs(OBJ_obj2nid(object), &digest, NULL) && certificate_digest_is_sane(digest);
}

/* By the issuer, or by a certificate for this purpose that the issuer itself has signed (RFC 6960, 4.2.2.2). Nobody else is trusted with it. */
static gboolean is_by_issuer(OCSP_BASICRESP *basic, X509 *issuer, gint64 when)
{
    X509_STORE *store = X509_STORE_new();
    STACK_OF(X509) *others = sk_X509_new_null();
    X509_VERIFY_PARAM *demands = X509_STORE_get0_param(store);

    sk_X509_push(others, issuer);
    X509_STORE_add_cert(store, issuer);
    X509_VERIFY_PARAM_set_flags(demands, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_time(demands, (time_t)when);
    X509_VERIFY_PARAM_set_auth_level(demands, CERTIFICATE_SECURITY_LEVEL);
    gboolean good = OCSP_basic_verify(basic, others, store, OCSP_NOEXPLICIT) == 1;
    sk_X509_free(others);
    X509_STORE_free(store);
    return good;
}

static const enum ocsp_status statuses[] = {
    [V_OCSP_CERTSTATUS_GOOD] = OCSP_STATUS_GOOD,
    [V_OCSP_CERTSTATUS_REVOKED] = OCSP_STATUS_REVOKED,
    [V_OCSP_CERTSTATUS_UNKNOWN] = OCSP_STATUS_UNKNOWN,
};

/* What it says of the one certificate that was asked about, and whether that is of the present. */
static gboolean read_status(OCSP_BASICRESP *basic, OCSP_REQUEST *request, gint64 when, struct ocsp_answer *answer, GError **error)
{
    OCSP_CERTID *name = OCSP_onereq_get0_id(OCSP_request_onereq_get0(request, 0));
    ASN1_GENERALIZEDTIME *this_update = NULL, *next_update = NULL;
    int status = -1, reason;

    if (!OCSP_resp_find_status(basic, name, &status, &reason, NULL, &this_update, &next_update) || status < 0 ||
        status >= (int)G_N_ELEMENTS(statuses))
        return refuse(error, "it is not about this certificate");
    gint64 from = certificate_time(this_update), until = next_update ? certificate_time(next_update) : from;
    if (!from || from > when + OCSP_SLACK)
        return refuse(error, "it is of the future");
    if (until < when - OCSP_SLACK)
        return refuse(error, "it is too old");
    answer->status = statuses[status];
    answer->until = MIN(until + OCSP_SLACK, when + ANSWER_SECONDS);
    return TRUE;
}

gboolean ocsp_read(const struct ocsp_question *question, const guint8 *bytes, gsize size, gint64 when, struct ocsp_answer *answer,
                   GError **error)
{
    const guint8 *at = bytes, *asked = g_bytes_get_data(question->request, NULL);
    g_autoptr(OCSP_REQUEST) request = d2i_OCSP_REQUEST(NULL, &asked, (long)g_bytes_get_size(question->request));
    g_autoptr(OCSP_RESPONSE) response = size <= LIMIT_OCSP_BYTES ? d2i_OCSP_RESPONSE(NULL, &at, (long)size) : NULL;
    g_autoptr(OCSP_BASICRESP) basic = NULL;

    ERR_clear_error();
    if (!response || at != bytes + size)
        return refuse(error, "it is no answer of OCSP");
    int status = OCSP_response_status(response);
    if (status != OCSP_RESPONSE_STATUS_SUCCESSFUL)
        return refuse(error, OCSP_response_status_str(status));
    basic = OCSP_response_get1_basic(response);
    if (!basic)
        return refuse(error, "it is of no kind that is known");
    if (OCSP_check_nonce(request, basic) == 0)
        return refuse(error, "it answers another question (nonce)");
    if (!is_signed_sanely(basic))
        return refuse(error, "it is signed by an algorithm that proves nothing any more");
    if (!is_by_issuer(basic, question->issuer, when))
        return refuse(error, "it is not signed by the certificate's issuer, or a responder of it");
    ERR_clear_error();
    return read_status(basic, request, when, answer, error);
}
