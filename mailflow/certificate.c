#include "mailflow/certificate.h"

#include <string.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "mailflow/limits.h"

#define NAME_BYTES 400 /* of a subject or issuer that is shown */

X509 *certificate_decode(const char *base64)
{
    gsize size = 0;
    g_autofree guchar *der = g_base64_decode(base64, &size);
    const guchar *at = der;
    X509 *certificate = size > 0 && size <= LIMIT_CERTIFICATE_BYTES ? d2i_X509(NULL, &at, (long)size) : NULL;

    if (certificate && at != der + size)
        g_clear_pointer(&certificate, X509_free);
    return certificate;
}

gboolean certificate_key_is_sane(X509 *certificate)
{
    static const int curves[] = {NID_X9_62_prime256v1, NID_secp384r1, NID_secp521r1};
    const EVP_PKEY *key = X509_get0_pubkey(certificate);
    char group[64] = "";

    if (!key)
        return FALSE;
    if (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS"))
        return EVP_PKEY_get_bits(key) >= 2048 && EVP_PKEY_get_bits(key) <= 8192;
    if (!EVP_PKEY_is_a(key, "EC") || !EVP_PKEY_get_group_name(key, group, sizeof group, NULL))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(curves); i++)
        if (OBJ_txt2nid(group) == curves[i])
            return TRUE;
    return FALSE;
}

gboolean certificate_digest_is_sane(int digest)
{
    static const int sane[] = {NID_sha256, NID_sha384, NID_sha512};

    for (guint i = 0; i < G_N_ELEMENTS(sane); i++)
        if (sane[i] == digest)
            return TRUE;
    return FALSE;
}

gboolean certificate_may_issue_for_mail(X509 *certificate)
{
    return !(X509_get_extension_flags(certificate) & EXFLAG_XKUSAGE) ||
           (X509_get_extended_key_usage(certificate) & (XKU_SMIME | XKU_ANYEKU));
}

gboolean certificate_signs_mail(X509 *certificate)
{
    return (X509_get_key_usage(certificate) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) &&
           certificate_may_issue_for_mail(certificate);
}

static char *line_of(const char *text, gsize size)
{
    char *line = g_utf8_make_valid(text, (gssize)MIN(size, NAME_BYTES));

    for (char *c = line; *c; c++)
        if (g_ascii_iscntrl(*c))
            *c = ' ';
    return line;
}

char *certificate_name_line(const X509_NAME *name)
{
    BIO *out = BIO_new(BIO_s_mem());
    char *text = NULL;

    X509_NAME_print_ex(out, name, 0, (XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB & ~XN_FLAG_SPC_EQ) | ASN1_STRFLGS_UTF8_CONVERT);
    long size = BIO_get_mem_data(out, &text);
    char *line = line_of(text ? text : "", (gsize)MAX(size, 0));
    BIO_free(out);
    return line;
}

static char *serial_of(X509 *certificate)
{
    BIGNUM *serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
    char *hex = serial ? BN_bn2hex(serial) : NULL;
    char *line = line_of(hex ? hex : "-", hex ? strlen(hex) : 1);

    OPENSSL_free(hex);
    BN_free(serial);
    return line;
}

char *certificate_serial_line(X509 *certificate)
{
    g_autofree char *serial = serial_of(certificate);
    g_autofree char *issuer = certificate_name_line(X509_get_issuer_name(certificate));

    return g_strdup_printf("serial %s of %s", serial, issuer);
}

gint64 certificate_time(const ASN1_TIME *time)
{
    struct tm tm;
    GDateTime *date = NULL;

    if (ASN1_TIME_to_tm(time, &tm))
        date = g_date_time_new_utc(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, MIN(tm.tm_sec, 59));
    gint64 seconds = date ? g_date_time_to_unix(date) : 0;
    g_clear_pointer(&date, g_date_time_unref);
    return seconds;
}

static GPtrArray *mails_of(X509 *certificate)
{
    GPtrArray *mails = g_ptr_array_new_with_free_func(g_free);
    STACK_OF(OPENSSL_STRING) *found = X509_get1_email(certificate);

    for (int i = 0; i < sk_OPENSSL_STRING_num(found) && i < LIMIT_CERTIFICATES; i++)
        g_ptr_array_add(mails, line_of(sk_OPENSSL_STRING_value(found, i), strlen(sk_OPENSSL_STRING_value(found, i))));
    X509_email_free(found);
    return mails;
}

struct certificate *certificate_read(const char *base64)
{
    X509 *decoded = certificate_decode(base64);

    if (!decoded)
        return NULL;
    struct certificate *certificate = g_new0(struct certificate, 1);
    gsize size;
    g_autofree guchar *der = g_base64_decode(base64, &size);
    certificate->subject = certificate_name_line(X509_get_subject_name(decoded));
    certificate->issuer = certificate_name_line(X509_get_issuer_name(decoded));
    certificate->serial = serial_of(decoded);
    certificate->fingerprint = g_compute_checksum_for_data(G_CHECKSUM_SHA256, der, size);
    certificate->mails = mails_of(decoded);
    certificate->from = certificate_time(X509_get0_notBefore(decoded));
    certificate->until = certificate_time(X509_get0_notAfter(decoded));
    X509_free(decoded);
    return certificate;
}

void certificate_free(struct certificate *certificate)
{
    if (!certificate)
        return;
    g_free(certificate->subject);
    g_free(certificate->issuer);
    g_free(certificate->serial);
    g_free(certificate->fingerprint);
    g_ptr_array_unref(certificate->mails);
    g_free(certificate);
}

char *certificate_line(const struct certificate *certificate)
{
    const char *mail = certificate->mails->len ? g_ptr_array_index(certificate->mails, 0) : NULL;

    return g_strdup_printf("%s%s%s%s, serial %s of %s, SHA-256 %.16s", certificate->subject, mail ? " <" : "", mail ? mail : "",
                           mail ? ">" : "", certificate->serial, certificate->issuer, certificate->fingerprint);
}
