#include "tests/scenario/pki.h"

#include <string.h>
#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

static void add_extension(X509 *certificate, int kind, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, kind, value);

    g_assert_nonnull(extension);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

static void set_time(ASN1_TIME *time, gint64 when)
{
    ASN1_TIME_set(time, (time_t)when);
}

struct holder *holder_new(const struct wish *wish)
{
    static long serial = 1000;
    struct holder *holder = g_new0(struct holder, 1);
    X509_NAME *name = X509_NAME_new();

    holder->key = EVP_EC_gen("P-256");
    holder->certificate = X509_new();
    holder->issuer = wish->issuer;
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const guchar *)wish->name, -1, -1, 0);
    X509_set_version(holder->certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(holder->certificate), ++serial);
    set_time(X509_getm_notBefore(holder->certificate), wish->from);
    set_time(X509_getm_notAfter(holder->certificate), wish->until);
    X509_set_subject_name(holder->certificate, name);
    X509_set_issuer_name(holder->certificate, wish->issuer ? X509_get_subject_name(wish->issuer->certificate) : name);
    X509_set_pubkey(holder->certificate, holder->key);
    add_extension(holder->certificate, NID_basic_constraints, wish->authority ? "critical,CA:TRUE" : "CA:FALSE");
    add_extension(holder->certificate, NID_key_usage, wish->authority ? "critical,keyCertSign,cRLSign" : "digitalSignature");
    if (wish->usage)
        add_extension(holder->certificate, NID_ext_key_usage, wish->usage);
    if (wish->access)
        add_extension(holder->certificate, NID_info_access, wish->access);
    if (wish->mail) {
        g_autofree char *value = g_strconcat("email:", wish->mail, NULL);
        add_extension(holder->certificate, NID_subject_alt_name, value);
    }
    g_assert_true(X509_sign(holder->certificate, wish->issuer ? wish->issuer->key : holder->key, EVP_sha256()) > 0);
    X509_NAME_free(name);
    return holder;
}

void holder_free(struct holder *holder)
{
    if (!holder)
        return;
    EVP_PKEY_free(holder->key);
    X509_free(holder->certificate);
    g_free(holder);
}

char *holder_base64(const struct holder *holder)
{
    guchar *der = NULL;
    int size = i2d_X509(holder->certificate, &der);
    char *text = g_base64_encode(der, (gsize)size);

    OPENSSL_free(der);
    return text;
}

static char *text_of(BIO *out)
{
    char *bytes = NULL;
    long size = BIO_get_mem_data(out, &bytes);
    char *text = g_strndup(bytes, (gsize)size);

    BIO_free(out);
    return text;
}

char *holder_pem(const struct holder *holder)
{
    BIO *out = BIO_new(BIO_s_mem());

    PEM_write_bio_X509(out, holder->certificate);
    return text_of(out);
}

char *revocation_list(const struct holder *authority, const struct holder *revoked, gint64 from, gint64 until)
{
    X509_CRL *list = X509_CRL_new();
    BIO *out = BIO_new(BIO_s_mem());
    ASN1_TIME *time = ASN1_TIME_new();

    X509_CRL_set_version(list, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(list, X509_get_subject_name(authority->certificate));
    set_time(time, from);
    X509_CRL_set1_lastUpdate(list, time);
    if (revoked) {
        X509_REVOKED *one = X509_REVOKED_new();
        X509_REVOKED_set_serialNumber(one, X509_get_serialNumber(revoked->certificate));
        X509_REVOKED_set_revocationDate(one, time);
        X509_CRL_add0_revoked(list, one);
    }
    set_time(time, until);
    X509_CRL_set1_nextUpdate(list, time);
    g_assert_true(X509_CRL_sign(list, authority->key, EVP_sha256()) > 0);
    PEM_write_bio_X509_CRL(out, list);
    X509_CRL_free(list);
    ASN1_TIME_free(time);
    return text_of(out);
}

static char *sign(const struct holder *holder, const char *entity, gint64 when, guint flags)
{
    BIO *in = BIO_new_mem_buf(entity, (int)strlen(entity)), *out = BIO_new(BIO_s_mem());
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags | CMS_BINARY | CMS_PARTIAL);
    CMS_SignerInfo *signer = CMS_add1_signer(cms, holder->certificate, holder->key, EVP_sha256(), when ? 0 : CMS_NOATTR);
    guchar *bytes = NULL;

    if (when) {
        ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t)when);
        CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_signingTime, time->type, time, -1);
        ASN1_TIME_free(time);
    }
    for (const struct holder *one = holder->issuer; one; one = one->issuer)
        CMS_add1_cert(cms, one->certificate);
    g_assert_true(CMS_final(cms, in, NULL, flags | CMS_BINARY));
    g_assert_true(i2d_CMS_bio(out, cms));
    long size = BIO_get_mem_data(out, &bytes);
    g_autofree char *encoded = g_base64_encode(bytes, (gsize)size);
    GString *lines = g_string_new(NULL);
    for (const char *at = encoded; *at; at += strnlen(at, 76))
        g_string_append_printf(lines, "%.76s\r\n", at);
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    BIO_free(out);
    return g_string_free(lines, FALSE);
}

char *sign_detached(const struct holder *holder, const char *entity, gint64 when)
{
    g_autofree char *signature = sign(holder, entity, when, CMS_DETACHED);

    return g_strdup_printf(
        "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256; boundary=\"s\"\r\n\r\n"
        "--s\r\n%s\r\n--s\r\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n%s\r\n--s--\r\n",
        entity, signature);
}

char *sign_opaque(const struct holder *holder, const char *entity, gint64 when)
{
    g_autofree char *signature = sign(holder, entity, when, 0);

    return g_strdup_printf("Content-Type: application/pkcs7-mime; smime-type=signed-data; name=\"smime.p7m\"\r\n"
                           "Content-Transfer-Encoding: base64\r\n\r\n%s",
                           signature);
}
