#include "mailflow/trust.h"

#include <string.h>
#include <gio/gio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include "mailflow/certificate.h"

#define LONGEST_CHAIN 8   /* certificates between signer and anchor */
#define ANSWERS_MOST 5000 /* kept; more are asked anew */

struct trust {
    X509_STORE *store;
    enum trust_revocation revocation;
    char *responder;     /* asked about all; NULL: whoever the certificate names */
    GHashTable *answers; /* ocsp_key() -> struct ocsp_answer */
};

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
    {X509_V_ERR_OCSP_VERIFY_NEEDED, TRUST_BLIND, "证书状态查询服务（OCSP）尚无可信的答复",
     "no responder (OCSP) has given an answer that can be relied on"},
    {X509_V_ERR_OCSP_CERT_UNKNOWN, TRUST_BLIND, "证书状态查询服务（OCSP）不认识该证书",
     "the responder (OCSP) does not know the certificate"},
    {X509_V_ERR_OCSP_VERIFY_FAILED, TRUST_BLIND, "证书未注明状态查询服务（OCSP），也没有涵盖它的吊销列表",
     "the certificate names no responder (OCSP), and no revocation list is about it"},
};

static gboolean is_blind(int code)
{
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++)
        if (answers[i].code == code)
            return answers[i].answer == TRUST_BLIND;
    return FALSE;
}

/* Who issued an anchor is nobody's business here: an anchor is withdrawn by taking it out of the file. Below it, where responders are asked, it is only noted about
 * whom the lists say nothing. */
static int forgive(int good, X509_STORE_CTX *context)
{
    guint *unlisted = X509_STORE_CTX_get_app_data(context);
    int error = X509_STORE_CTX_get_error(context), depth = X509_STORE_CTX_get_error_depth(context);
    gboolean anchor = depth == sk_X509_num(X509_STORE_CTX_get0_chain(context)) - 1;

    if (good ||
        !(anchor ? error == X509_V_ERR_UNABLE_TO_GET_CRL || error == X509_V_ERR_CRL_HAS_EXPIRED : unlisted && is_blind(error)))
        return good;
    if (!anchor)
        *unlisted |= 1u << depth;
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
}

struct trust *trust_new(enum trust_revocation revocation)
{
    struct trust *trust = g_new0(struct trust, 1);
    gboolean checked = revocation != TRUST_UNASKED;
    unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN | (checked ? X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL : 0);

    trust->revocation = revocation;
    trust->answers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    trust->store = X509_STORE_new();
    X509_STORE_set_flags(trust->store, flags);
    X509_STORE_set_verify_cb(trust->store, forgive);
    return trust;
}

void trust_ask_at(struct trust *trust, const char *url)
{
    g_free(trust->responder);
    trust->responder = g_strdup(url);
}

void trust_free(struct trust *trust)
{
    if (!trust)
        return;
    X509_STORE_free(trust->store);
    g_hash_table_unref(trust->answers);
    g_free(trust->responder);
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

static gboolean is_over(const X509_CRL *list, gint64 when)
{
    const ASN1_TIME *next = X509_CRL_get0_nextUpdate(list);

    return next && certificate_time(next) <= when;
}

static gboolean is_succeeded(const STACK_OF(X509_OBJECT) * all, const X509_CRL *list, gint64 when)
{
    for (int i = 0; i < sk_X509_OBJECT_num(all); i++) {
        const X509_CRL *other = X509_OBJECT_get0_X509_CRL(sk_X509_OBJECT_value(all, i));
        if (other && X509_NAME_cmp(X509_CRL_get_issuer(other), X509_CRL_get_issuer(list)) == 0 && !is_over(other, when))
            return TRUE;
    }
    return FALSE;
}

char *trust_overdue(const struct trust *trust, gint64 when)
{
    const STACK_OF(X509_OBJECT) *all = X509_STORE_get0_objects(trust->store);

    for (int i = 0; i < sk_X509_OBJECT_num(all); i++) {
        const X509_CRL *list = X509_OBJECT_get0_X509_CRL(sk_X509_OBJECT_value(all, i));
        if (!list || !is_over(list, when) || is_succeeded(all, list, when))
            continue;
        g_autofree char *issuer = certificate_name_line(X509_CRL_get_issuer(list));
        g_autoptr(GDateTime) ended = g_date_time_new_from_unix_utc(certificate_time(X509_CRL_get0_nextUpdate(list)));
        g_autofree char *at = g_date_time_format(ended, "%Y-%m-%d %H:%M");
        return g_strdup_printf("the revocation list of %s has ended at %s UTC", issuer, at);
    }
    return NULL;
}

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

/* A certificate on its way to an anchor. */
struct way {
    STACK_OF(X509) * chain; /* the certificate first, the anchor last; NULL: there is none */
    int code;               /* why not: of libcrypto */
    guint unlisted;         /* bits by place: no list is about that one */
};

static STACK_OF(X509) * decode_all(const GPtrArray *chain)
{
    STACK_OF(X509) *others = sk_X509_new_null();

    for (guint i = 0; i < chain->len; i++) {
        X509 *one = certificate_decode(g_ptr_array_index(chain, i));
        if (one)
            sk_X509_push(others, one);
    }
    return others;
}

static void find_way(const struct trust *trust, X509 *signer, const GPtrArray *chain, gint64 when, struct way *way)
{
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    STACK_OF(X509) *others = decode_all(chain);

    *way = (struct way){.chain = NULL};
    X509_STORE_CTX_init(context, trust->store, signer, others);
    X509_STORE_CTX_set_app_data(context, trust->revocation == TRUST_RESPONDERS ? &way->unlisted : NULL);
    X509_VERIFY_PARAM *demands = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_time(demands, when);
    X509_VERIFY_PARAM_set_auth_level(demands, CERTIFICATE_SECURITY_LEVEL);
    X509_VERIFY_PARAM_set_depth(demands, LONGEST_CHAIN);
    if (X509_verify_cert(context) != 1)
        way->code = X509_STORE_CTX_get_error(context);
    else if (!issuers_are_for_mail(X509_STORE_CTX_get0_chain(context)))
        way->code = X509_V_ERR_INVALID_PURPOSE;
    else
        way->chain = X509_STORE_CTX_get1_chain(context);
    X509_STORE_CTX_free(context);
    sk_X509_pop_free(others, X509_free);
    ERR_clear_error();
}

static void way_clear(struct way *way)
{
    sk_X509_pop_free(way->chain, X509_free);
}

/* Who is to be asked about the certificate at that place; NULL. Caller frees. */
static char *responder_of(const struct trust *trust, const struct way *way, int at)
{
    return trust->responder ? g_strdup(trust->responder) : ocsp_named_url(sk_X509_value(way->chain, at));
}

/* What was answered about it and still holds; NULL. */
static const struct ocsp_answer *answer_about(const struct trust *trust, const struct way *way, int at, gint64 when)
{
    g_autofree char *key = ocsp_key(sk_X509_value(way->chain, at), sk_X509_value(way->chain, at + 1));
    const struct ocsp_answer *answer = g_hash_table_lookup(trust->answers, key);

    return answer && answer->until >= when ? answer : NULL;
}

/* What responders say of the certificate at that place, or of nobody to be asked. */
static int ask_responder(const struct trust *trust, const struct way *way, int at, gint64 when)
{
    static const int codes[] = {
        [OCSP_STATUS_GOOD] = X509_V_OK,
        [OCSP_STATUS_REVOKED] = X509_V_ERR_CERT_REVOKED,
        [OCSP_STATUS_UNKNOWN] = X509_V_ERR_OCSP_CERT_UNKNOWN,
    };
    g_autofree char *url = responder_of(trust, way, at);
    const struct ocsp_answer *answer = url ? answer_about(trust, way, at, when) : NULL;

    if (!url)
        return way->unlisted & (1u << at) ? X509_V_ERR_OCSP_VERIFY_FAILED : X509_V_OK;
    return answer ? codes[answer->status] : X509_V_ERR_OCSP_VERIFY_NEEDED;
}

static enum trust_answer verify(const struct trust *trust, X509 *signer, const GPtrArray *chain, gint64 when, char **zh, char **en)
{
    struct way way;

    find_way(trust, signer, chain, when, &way);
    if (trust->revocation == TRUST_RESPONDERS)
        for (int i = 0; way.code == X509_V_OK && i < sk_X509_num(way.chain) - 1; i++)
            way.code = ask_responder(trust, &way, i, when);
    way_clear(&way);
    return way.code == X509_V_OK ? TRUST_YES : explain(way.code, zh, en);
}

static gboolean may_sign(X509 *signer)
{
    return signer && certificate_signs_mail(signer) && certificate_key_is_sane(signer);
}

enum trust_answer trust_ask(const struct trust *trust, const char *certificate, const GPtrArray *chain, gint64 when, char **zh,
                            char **en)
{
    X509 *signer = certificate_decode(certificate);
    enum trust_answer answer = TRUST_NO;

    *zh = *en = NULL;
    if (may_sign(signer)) {
        answer = verify(trust, signer, chain, when, zh, en);
    } else {
        *zh = g_strdup("签名所用的证书不能用于签署邮件");
        *en = g_strdup("the certificate of the signature is not one for signing mail");
    }
    X509_free(signer);
    return answer;
}

GPtrArray *trust_questions(const struct trust *trust, const char *certificate, const GPtrArray *chain, gint64 when,
                           const guint8 nonce[OCSP_NONCE_BYTES])
{
    GPtrArray *questions = g_ptr_array_new_with_free_func((GDestroyNotify)ocsp_question_free);
    X509 *signer = trust->revocation == TRUST_RESPONDERS ? certificate_decode(certificate) : NULL;
    struct way way = {.chain = NULL};

    if (may_sign(signer))
        find_way(trust, signer, chain, when, &way);
    for (int i = 0; i < sk_X509_num(way.chain) - 1; i++) {
        g_autofree char *url = responder_of(trust, &way, i);
        if (url && !answer_about(trust, &way, i, when))
            g_ptr_array_add(questions, ocsp_ask(sk_X509_value(way.chain, i), sk_X509_value(way.chain, i + 1), url, nonce));
    }
    way_clear(&way);
    X509_free(signer);
    return questions;
}

gboolean trust_add_answer(struct trust *trust, const struct ocsp_question *question, const guint8 *bytes, gsize size, gint64 when,
                          GError **error)
{
    struct ocsp_answer answer;

    if (!ocsp_read(question, bytes, size, when, &answer, error))
        return FALSE;
    if (g_hash_table_size(trust->answers) >= ANSWERS_MOST)
        g_hash_table_remove_all(trust->answers);
    g_hash_table_insert(trust->answers, g_strdup(question->key), g_memdup2(&answer, sizeof answer));
    return TRUE;
}
