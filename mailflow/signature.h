/* An S/MIME signature as the parser finds it (RFC 8551, CMS: RFC 5652): whether it is intact, over exactly these bytes, and whose it says it is.
 * Whether that certificate is to be believed is the desk's to settle (trust.h, proof.h). The parser's door to libcrypto.
 *
 * Bounded: one signer, LIMIT_SIGNATURE_BYTES of a detached signature, LIMIT_CERTIFICATES of LIMIT_CERTIFICATE_BYTES, keys of sane sizes only. */
#ifndef MAILFLOW_SIGNATURE_H
#define MAILFLOW_SIGNATURE_H

#include <glib.h>

enum signature_state {
    SIGNATURE_INTACT,  /* it covers all that is read: the person's words, or the form */
    SIGNATURE_PARTIAL, /* intact, but words or a form stand outside of it */
    SIGNATURE_BROKEN,  /* the text is not what was signed, or it cannot be read */
    SIGNATURE_WEAK,    /* algorithms or keys that prove nothing any more */
    SIGNATURE_SEALED,  /* no signature: the mail is encrypted, and nobody here can read it */
};
/* "intact", "partial", "broken", "weak", "encrypted". */
const char *signature_state_name(enum signature_state state);

struct signature {
    enum signature_state state;
    char *why;         /* one English line; never NULL */
    char *certificate; /* the signer's, DER in base64; NULL when none came along; there when intact or partial */
    GPtrArray *chain;  /* char *: certificates of authorities that came along, DER in base64; may be empty */
    gint64 signed_at;  /* the time that the signer's clock showed, seconds since 1970; 0: not among what was signed */
    char *digest;      /* SHA-256 (hex) of what was signed, by whom and when; NULL where that was not said */
};

/* Check a detached signature over a MIME entity as it came, header included; its line ends count as CRLF whatever they were on the way. */
struct signature *signature_check(const guint8 *cms, gsize size, const char *entity, gsize entity_size);
/* Check an opaque one, or see that it is encrypted. `*entity` is the MIME entity inside, for the caller to free; NULL when there is none to be read. What is inside is
 * given although the signature is broken: then it is a text like any other, signed by nobody. */
struct signature *signature_open(const guint8 *cms, gsize size, GByteArray **entity);
/* Something encrypted, of which nothing is read. */
struct signature *signature_sealed(const char *why);
void signature_free(struct signature *signature);

/* Have libcrypto load all it needs, so that nothing is opened later. Once per process; later calls do nothing. */
void signature_start(void);

#endif
