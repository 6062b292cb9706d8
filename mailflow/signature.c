#include "mailflow/signature.h"

#include <string.h>
#include <openssl/cms.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "mailflow/certificate.h"
#include "mailflow/limits.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CMS_ContentInfo, CMS_ContentInfo_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_free_all)

#define LOOK_BYTES 32 /* how far into it the type of a content stands */

static const char *const names[] = {
    [SIGNATURE_INTACT] = "intact", [SIGNATURE_PARTIAL] = "partial",  [SIGNATURE_BROKEN] = "broken",
    [SIGNATURE_WEAK] = "weak",     [SIGNATURE_SEALED] = "encrypted",
};

const char *signature_state_name(enum signature_state state)
{
    return names[state];
}

void signature_start(void)
{
    /* no configuration file: what proves something is not the machine's to say */
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_ADD_ALL_DIGESTS, NULL);
}

static struct signature *make(void)
{
    struct signature *signature = g_new0(struct signature, 1);

    signature->chain = g_ptr_array_new_with_free_func(g_free);
    return signature;
}

void signature_free(struct signature *signature)
{
    if (!signature)
        return;
    g_free(signature->why);
    g_free(signature->certificate);
    g_ptr_array_unref(signature->chain);
    g_free(signature->digest);
    g_free(signature);
}

static struct signature *conclude(struct signature *signature, enum signature_state state, const char *why)
{
    signature->state = state;
    g_free(signature->why);
    signature->why = g_strdup(why);
    ERR_clear_error();
    return signature;
}

struct signature *signature_sealed(const char *why)
{
    return conclude(make(), SIGNATURE_SEALED, why);
}

static gboolean digest_is_sane(const X509_ALGOR *algorithm)
{
    const ASN1_OBJECT *object = NULL;

    X509_ALGOR_get0(&object, NULL, NULL, algorithm);
    return certificate_digest_is_sane(OBJ_obj2nid(object));
}

static char *encode(X509 *certificate)
{
    guint8 *der = NULL;
    int size = i2d_X509(certificate, &der);
    char *text = size > 0 && size <= LIMIT_CERTIFICATE_BYTES ? g_base64_encode(der, (gsize)size) : NULL;

    OPENSSL_free(der);
    return text;
}

static void keep_certificates(CMS_ContentInfo *cms, X509 *signer, struct signature *signature)
{
    STACK_OF(X509) *all = CMS_get1_certs(cms);

    signature->certificate = encode(signer);
    for (int i = 0; i < sk_X509_num(all) && signature->chain->len < LIMIT_CERTIFICATES; i++) {
        X509 *one = sk_X509_value(all, i);
        char *text = X509_cmp(one, signer) != 0 ? encode(one) : NULL;
        if (text)
            g_ptr_array_add(signature->chain, text);
    }
    sk_X509_pop_free(all, X509_free);
}

static gint64 read_time(CMS_SignerInfo *signer)
{
    int at = CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1);
    const ASN1_TYPE *value = at < 0 ? NULL : X509_ATTRIBUTE_get0_type(CMS_signed_get_attr(signer, at), 0);

    if (!value || (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME))
        return 0;
    return certificate_time(value->value.asn1_string);
}

/* Not of the signature itself: the same text can be given another valid one without the key. */
static char *digest_of(CMS_SignerInfo *signer, const struct signature *signature)
{
    const ASN1_OCTET_STRING *content =
        CMS_signed_get0_data_by_OBJ(signer, OBJ_nid2obj(NID_pkcs9_messageDigest), -3, V_ASN1_OCTET_STRING);
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree char *time = g_strdup_printf("\n%" G_GINT64_FORMAT "\n", signature->signed_at);

    if (!content || signature->signed_at == 0)
        return NULL;
    g_checksum_update(sum, ASN1_STRING_get0_data(content), ASN1_STRING_length(content));
    g_checksum_update(sum, (const guchar *)time, -1);
    g_checksum_update(sum, (const guchar *)signature->certificate, -1);
    return g_strdup(g_checksum_get_string(sum));
}

/* The one signer with their certificate, before any arithmetic is done for a stranger; NULL with the reason told. */
static CMS_SignerInfo *find_signer(CMS_ContentInfo *cms, struct signature *signature)
{
    STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);
    CMS_SignerInfo *signer = sk_CMS_SignerInfo_num(signers) == 1 ? sk_CMS_SignerInfo_value(signers, 0) : NULL;
    X509 *certificate = NULL;
    X509_ALGOR *digest = NULL;

    if (!signer || CMS_set1_signers_certs(cms, NULL, 0) != 1) {
        conclude(signature, SIGNATURE_BROKEN,
                 signer ? "the signer's certificate has not come along" : "it does not have exactly one signer");
        return NULL;
    }
    CMS_SignerInfo_get0_algs(signer, NULL, &certificate, &digest, NULL);
    keep_certificates(cms, certificate, signature);
    if (!signature->certificate)
        conclude(signature, SIGNATURE_BROKEN, "the signer's certificate is larger than allowed");
    else if (!digest_is_sane(digest))
        conclude(signature, SIGNATURE_WEAK, "the digest is none of SHA-256, SHA-384 and SHA-512");
    else if (!certificate_key_is_sane(certificate))
        conclude(signature, SIGNATURE_WEAK, "the key is none of RSA of 2048 to 8192 bits, P-256, P-384 and P-521");
    else
        return signer;
    return NULL;
}

/* A signature over `content`, or over what it carries, which is written to `out`. */
static void verify(CMS_ContentInfo *cms, BIO *content, BIO *out, struct signature *signature)
{
    CMS_SignerInfo *signer = find_signer(cms, signature);

    if (!signer)
        return;
    if (CMS_verify(cms, NULL, NULL, content, out, CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) != 1) {
        conclude(signature, SIGNATURE_BROKEN, "the text is not the one that was signed");
        return;
    }
    signature->signed_at = read_time(signer);
    signature->digest = digest_of(signer, signature);
    conclude(signature, SIGNATURE_INTACT, "the text is as it was signed");
}

static CMS_ContentInfo *parse(const guint8 *bytes, gsize size)
{
    g_autoptr(BIO) in = BIO_new_mem_buf(bytes, (int)size);
    CMS_ContentInfo *cms = d2i_CMS_bio(in, NULL);

    if (cms && OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed)
        g_clear_pointer(&cms, CMS_ContentInfo_free);
    return cms;
}

/* RFC 8551, 3.1.1: lines end with CR LF in what is signed; a mailbox may keep them otherwise. */
static GByteArray *canonical(const char *text, gsize size)
{
    GByteArray *bytes = g_byte_array_sized_new((guint)(size + size / 32 + 16));

    for (const char *end = text + size; text < end;) {
        const char *newline = memchr(text, '\n', (gsize)(end - text));
        const char *stop = newline ? newline : end;
        gboolean whole = newline && stop > text && stop[-1] == '\r';
        g_byte_array_append(bytes, (const guint8 *)text, (guint)(stop - text) - (whole ? 1 : 0));
        if (newline)
            g_byte_array_append(bytes, (const guint8 *)"\r\n", 2);
        text = newline ? newline + 1 : end;
    }
    return bytes;
}

struct signature *signature_check(const guint8 *cms, gsize size, const char *entity, gsize entity_size)
{
    struct signature *signature = make();

    if (size > LIMIT_SIGNATURE_BYTES)
        return conclude(signature, SIGNATURE_BROKEN, "the signature is larger than allowed");
    g_autoptr(CMS_ContentInfo) parsed = parse(cms, size);
    if (!parsed)
        return conclude(signature, SIGNATURE_BROKEN, "the signature cannot be read");
    g_autoptr(GByteArray) text = canonical(entity, entity_size);
    /* CMS_verify() copies a text in memory, and forgets the copy when it cannot begin; one behind a filter it reads as it is */
    g_autoptr(BIO) content = BIO_push(BIO_new(BIO_f_null()), BIO_new_mem_buf(text->data, (int)text->len));
    verify(parsed, content, NULL, signature);
    return signature;
}

static gboolean is_sealed(const guint8 *cms, gsize size)
{
    static const char *const types[] = {
        "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03",         /* envelopedData */
        "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17", /* authEnvelopedData */
        "\x06\x0a\x2a\x81\x1c\xcf\x55\x06\x01\x04\x02\x03",     /* GB/T 35275 envelopedData */
    };

    for (guint i = 0; i < G_N_ELEMENTS(types); i++)
        if (memmem(cms, MIN(size, LOOK_BYTES), types[i], strlen(types[i])))
            return TRUE;
    return FALSE;
}

struct signature *signature_open(const guint8 *cms, gsize size, GByteArray **entity)
{
    *entity = NULL;
    if (is_sealed(cms, size))
        return signature_sealed("it is encrypted");
    struct signature *signature = make();
    g_autoptr(CMS_ContentInfo) parsed = parse(cms, size);
    ASN1_OCTET_STRING **inside = parsed ? CMS_get0_content(parsed) : NULL;
    if (!inside || !*inside)
        return conclude(signature, SIGNATURE_BROKEN, "the signed message cannot be read");
    *entity = g_byte_array_append(g_byte_array_new(), ASN1_STRING_get0_data(*inside), (guint)ASN1_STRING_length(*inside));
    g_autoptr(BIO) out = BIO_new(BIO_s_null());
    verify(parsed, NULL, out, signature);
    return signature;
}
