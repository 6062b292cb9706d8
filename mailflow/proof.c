#include "mailflow/proof.h"

#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/certificate.h"
#include "mailflow/trust.h"

#define CLOCK_SLACK (60 * 60) /* seconds that a signer's clock may be wrong */

struct lack { /* what is missing, both as beginnings of a sentence; NULL: nothing */
    char *zh, *en;
    gboolean trouble;
};

static void lack(struct lack *lack, const char *zh, const char *en)
{
    lack->zh = g_strdup(zh);
    lack->en = g_strdup(en);
}

static const struct {
    const char *zh, *en;
} states[] = {
    [SIGNATURE_INTACT] = {NULL, NULL},
    [SIGNATURE_PARTIAL] = {"邮件中有内容不在签名之内", "part of your mail stands outside of its signature"},
    [SIGNATURE_BROKEN] = {"邮件的签名无效：内容与签名不符，或签名无法读取",
                          "the signature is not valid: the text is not what was signed, or it cannot be read"},
    [SIGNATURE_WEAK] = {"邮件的签名所用算法或密钥过弱", "the signature's algorithms or key are too weak"},
    [SIGNATURE_SEALED] = {"邮件已加密，无法阅读", "your mail is encrypted and cannot be read"},
};

static gboolean holds(const GPtrArray *values, const char *value)
{
    for (guint i = 0; values && i < values->len; i++)
        if (g_ascii_strcasecmp(g_ptr_array_index(values, i), value) == 0)
            return TRUE;
    return FALSE;
}

/* RFC 8550, 3: where the certificate names addresses, one of them is the person's. Base64 compares by case. */
static void ask_directory(const struct signature *signature, const struct entry *person, struct lack *missing)
{
    const GPtrArray *own = person ? entry_values(person, ATTRIBUTE_USER_CERTIFICATE) : NULL;
    gboolean known = FALSE, addressed;

    for (guint i = 0; own && i < own->len; i++)
        known |= strcmp(g_ptr_array_index(own, i), signature->certificate) == 0;
    if (!known) {
        lack(missing, own ? "签名所用的证书不是目录中登记的您的证书" : "目录中没有登记您的证书，请联系管理员",
             own ? "the signature is not by the certificate that the directory has for you"
                 : "the directory has no certificate for you; please ask its administrator");
        return;
    }
    struct certificate *certificate = certificate_read(signature->certificate);
    addressed = certificate && certificate->mails->len == 0;
    for (guint i = 0; certificate && i < certificate->mails->len; i++)
        addressed |= holds(entry_values(person, ATTRIBUTE_MAIL), g_ptr_array_index(certificate->mails, i));
    certificate_free(certificate);
    if (!addressed)
        lack(missing, "签名所用的证书是为另一邮箱签发的", "the certificate of the signature is for another address");
}

static void ask_time(const struct mind *mind, const struct signature *signature, gint64 since, struct lack *missing)
{
    gint64 at = signature->signed_at, now = mind->now / 1000;

    if (at == 0 || !signature->digest)
        lack(missing, "签名中没有签名时间", "the signature does not say when it was made");
    else if (at > now + CLOCK_SLACK)
        lack(missing, "签名时间在将来，请检查您电脑的时钟",
             "the signature was made in the future; please check your computer's clock");
    else if (since && at < since / 1000 - CLOCK_SLACK)
        lack(missing, "签名时间早于本审核邮件发出的时间，请重新签名，并检查您电脑的时钟",
             "the signature is older than the review mail; please sign anew, and check your computer's clock");
    else if (mind->records.signature_used(mind->records.context, signature->digest))
        lack(missing, "这一签名已用于另一封邮件，请重新签名", "this signature has served another mail; please sign anew");
}

static void ask_trust(const struct mind *mind, const struct signature *signature, struct lack *missing)
{
    const struct trust *trust = mind->policy->trust;
    enum trust_answer answer = TRUST_NO;

    if (trust)
        answer = trust_ask(trust, signature->certificate, signature->chain, mind->now / 1000, &missing->zh, &missing->en);
    else
        lack(missing, "本系统未设置认可的证书签发机构", "no authority for certificates is trusted here");
    missing->trouble = answer == TRUST_BLIND;
}

/* What stands between the mail and a signature that proves its origin. */
static void ask_signature(const struct mind *mind, const struct message *message, const struct entry *person, gint64 since,
                          struct lack *missing)
{
    const struct signature *signature = message->signature;

    if (!signature)
        lack(missing, "邮件没有签名", "your mail is not signed");
    else if (signature->state != SIGNATURE_INTACT)
        lack(missing, states[signature->state].zh, states[signature->state].en);
    else
        ask_directory(signature, person, missing);
    if (!missing->zh)
        ask_trust(mind, signature, missing);
    if (!missing->zh)
        ask_time(mind, signature, since, missing);
}

static void lack_clear(struct lack *missing)
{
    g_free(missing->zh);
    g_free(missing->en);
}

enum proof proof_strongest(const struct mind *mind, const struct message *message, const struct entry *person, gint64 since)
{
    struct lack missing = {NULL, NULL, FALSE};

    ask_signature(mind, message, person, since, &missing);
    enum proof proof = !missing.zh ? PROOF_SMIME : message->origin.dmarc ? PROOF_DMARC : PROOF_ADDRESS;
    lack_clear(&missing);
    return proof;
}

static void say_signature(const struct lack *missing, struct proof_found *found)
{
    if (missing->trouble) {
        found->zh = g_strdup_printf("暂时无法核对签名证书是否被吊销（%s），不能据此作出决定；管理员已获通知，请稍后重新回复。",
                                    missing->zh);
        found->en = g_strdup_printf("It cannot be verified at present whether your certificate has been revoked (%s), so this mail "
                                    "cannot decide. The operator has been told; please answer again later.",
                                    missing->en);
        return;
    }
    found->zh = g_strdup_printf("%s，不能据此作出决定。本环节须用目录中登记的您的证书签名（S/MIME）回复，不要加密。", missing->zh);
    found->en =
        g_strdup_printf("This mail cannot decide: %s. At this stage an answer is signed (S/MIME) by the certificate that the "
                        "directory has for you, and not encrypted.",
                        missing->en);
}

void proof_find(const struct mind *mind, const struct message *message, const struct entry *person, enum proof demanded,
                gint64 since, struct proof_found *found)
{
    struct lack missing = {NULL, NULL, FALSE};

    *found = (struct proof_found){.given = demanded == PROOF_ADDRESS || (demanded == PROOF_DMARC && message->origin.dmarc)};
    if (found->given)
        return;
    ask_signature(mind, message, person, since, &missing);
    found->given = !missing.zh;
    if (!found->given && demanded == PROOF_SMIME) {
        found->trouble = missing.trouble;
        say_signature(&missing, found);
    } else if (!found->given) {
        found->zh = g_strdup("您的邮件未通过发件域验证（DMARC），不能据此作出决定。请用目录中登记的邮箱，经本单位的邮件系统发送。");
        found->en =
            g_strdup("Your mail's origin is not proved (DMARC), so it cannot decide. Please send it from the address in the "
                     "directory, by your organisation's own mail system.");
    }
    lack_clear(&missing);
}

void proof_found_clear(struct proof_found *found)
{
    g_free(found->zh);
    g_free(found->en);
}

char *proof_line(const struct mind *mind, const struct message *message, const struct entry *person, gint64 since)
{
    enum proof proof = proof_strongest(mind, message, person, since);
    const struct signature *signature = message->signature;
    struct certificate *signer = signature && signature->certificate ? certificate_read(signature->certificate) : NULL;
    g_autofree char *whose = signer ? certificate_line(signer) : NULL;
    char *line;

    if (proof == PROOF_SMIME)
        line = g_strdup_printf("%s %s", proof_name(proof), whose);
    else if (signature)
        line = g_strdup_printf("%s; signature not relied on: %s%s%s", proof_name(proof), signature_state_name(signature->state),
                               whose ? " by " : "", whose ? whose : "");
    else
        line = g_strdup(proof_name(proof));
    certificate_free(signer);
    return line;
}
