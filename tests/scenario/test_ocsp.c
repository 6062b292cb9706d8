/* Whether a certificate is revoked, as responders and lists tell it: which are believed, and what becomes of a signed answer without one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/ocsp.h>

#include "mailflow/trust.h"
#include "tests/scenario/pki.h"

#define DAY 86400
#define BEGINS 1777000000
#define ENDS (BEGINS + 3650LL * DAY)
#define NOW (BEGINS + 10 * DAY)
#define CONFIGURED "http://ocsp.example.com/all"
#define NAMED "OCSP;URI:http://ocsp.example.com/office"

static const guint8 nonce[OCSP_NONCE_BYTES] = "0123456789abcde";

static struct {
    struct holder *root, *office, *signer, *plain, *delegate, *stranger, *wild, *wild_delegate, *old_delegate;
} pki;

static struct holder *issue(const char *name, const struct holder *issuer, const char *usage, const char *access, gint64 until)
{
    return holder_new(
        &(struct wish){.name = name, .from = BEGINS, .until = until, .usage = usage, .access = access, .issuer = issuer});
}

static int make_pki(void **state)
{
    (void)state;
    pki.root = holder_new(&(struct wish){.name = "测试根", .from = BEGINS, .until = ENDS, .authority = TRUE});
    pki.office =
        holder_new(&(struct wish){.name = "测试中级", .from = BEGINS, .until = ENDS, .authority = TRUE, .issuer = pki.root});
    pki.wild = holder_new(&(struct wish){.name = "无关根", .from = BEGINS, .until = ENDS, .authority = TRUE});
    pki.signer = issue("济南审核甲", pki.office, "emailProtection", NAMED, ENDS);
    pki.plain = issue("济南审核乙", pki.office, "emailProtection", NULL, ENDS);
    pki.stranger = issue("济南审核甲", pki.wild, "emailProtection", NAMED, ENDS);
    pki.delegate = issue("状态查询", pki.office, "OCSPSigning", NULL, ENDS);
    pki.old_delegate = issue("状态查询", pki.office, "OCSPSigning", NULL, BEGINS + DAY);
    pki.wild_delegate = issue("状态查询", pki.wild, "OCSPSigning", NULL, ENDS);
    return 0;
}

static int drop_pki(void **state)
{
    struct holder *all[] = {pki.signer,        pki.plain,  pki.stranger, pki.delegate, pki.old_delegate,
                            pki.wild_delegate, pki.office, pki.wild,     pki.root};

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(all); i++)
        holder_free(all[i]);
    return 0;
}

static struct trust *trust_made(const char *lists, const char *responder)
{
    struct trust *trust = trust_new(TRUST_RESPONDERS);
    g_autofree char *anchor = holder_pem(pki.office);

    assert_true(trust_add_anchors(trust, anchor, strlen(anchor), NULL));
    if (lists)
        assert_true(trust_add_lists(trust, lists, strlen(lists), NULL));
    trust_ask_at(trust, responder);
    return trust;
}

static GPtrArray *questions(const struct trust *trust, const struct holder *holder, gint64 when)
{
    g_autoptr(GPtrArray) chain = g_ptr_array_new();
    g_autofree char *certificate = holder_base64(holder);

    return trust_questions(trust, certificate, chain, when, nonce);
}

static enum trust_answer ask(const struct trust *trust, const struct holder *holder, gint64 when, char **en)
{
    g_autoptr(GPtrArray) chain = g_ptr_array_new();
    g_autofree char *certificate = holder_base64(holder);
    g_autofree char *zh = NULL;

    return trust_ask(trust, certificate, chain, when, &zh, en);
}

/* What a responder says: about whom, how, by whom, when, and until when. */
struct word {
    const char *what;
    struct holder **by;
    struct holder **about;   /* NULL: whom it was asked about */
    int status, shift, days; /* days 0: no nextUpdate */
    enum { NONCE_OURS, NONCE_NONE, NONCE_OTHER } nonce;
    gboolean weak;
    enum trust_answer answer;
    const char *why; /* in the sentence of an answer, or why it is not believed */
    gboolean refused;
};

static const struct word words[] = {
    {"good", &pki.office, NULL, V_OCSP_CERTSTATUS_GOOD, 0, 1, NONCE_OURS, FALSE, TRUST_YES, NULL, FALSE},
    {"good, prepared before", &pki.office, NULL, V_OCSP_CERTSTATUS_GOOD, -DAY / 2, 1, NONCE_NONE, FALSE, TRUST_YES, NULL, FALSE},
    {"good, by a responder of the issuer", &pki.delegate, NULL, V_OCSP_CERTSTATUS_GOOD, 0, 1, NONCE_OURS, FALSE, TRUST_YES, NULL,
     FALSE},
    {"good just now", &pki.office, NULL, V_OCSP_CERTSTATUS_GOOD, 0, 0, NONCE_OURS, FALSE, TRUST_YES, NULL, FALSE},
    {"revoked", &pki.office, NULL, V_OCSP_CERTSTATUS_REVOKED, 0, 1, NONCE_OURS, FALSE, TRUST_NO, "has been revoked", FALSE},
    {"not known", &pki.office, NULL, V_OCSP_CERTSTATUS_UNKNOWN, 0, 1, NONCE_OURS, FALSE, TRUST_BLIND, "does not know", FALSE},
    {"too old", &pki.office, NULL, V_OCSP_CERTSTATUS_GOOD, -2 * DAY, 1, NONCE_NONE, FALSE, TRUST_BLIND, "too old", TRUE},
    {"an hour old, for the moment only", &pki.office, NULL, V_OCSP_CERTSTATUS_GOOD, -3600, 0, NONCE_NONE, FALSE, TRUST_BLIND,
     "too old", TRUE},
    {"of tomorrow", &pki.office, NULL, V_OCSP_CERTSTATUS_GOOD, DAY, 1, NONCE_OURS, FALSE, TRUST_BLIND, "of the future", TRUE},
    {"by a stranger", &pki.wild, NULL, V_OCSP_CERTSTATUS_GOOD, 0, 1, NONCE_OURS, FALSE, TRUST_BLIND, "not signed by", TRUE},
    {"by a responder of a stranger", &pki.wild_delegate, NULL, V_OCSP_CERTSTATUS_GOOD, 0, 1, NONCE_OURS, FALSE, TRUST_BLIND,
     "not signed by", TRUE},
    {"by whom the issuer made no responder", &pki.plain, NULL, V_OCSP_CERTSTATUS_GOOD, 0, 1, NONCE_OURS, FALSE, TRUST_BLIND,
     "not signed by", TRUE},
    {"by the signer about itself", &pki.signer, NULL, V_OCSP_CERTSTATUS_GOOD, 0, 1, NONCE_OURS, FALSE, TRUST_BLIND, "not signed by",
     TRUE},
    {"by a responder whose time is over", &pki.old_delegate, NULL, V_OCSP_CERTSTATUS_GOOD, 0, 1, NONCE_OURS, FALSE, TRUST_BLIND,
     "not signed by", TRUE},
    {"about somebody else", &pki.office, &pki.plain, V_OCSP_CERTSTATUS_GOOD, 0, 1, NONCE_OURS, FALSE, TRUST_BLIND,
     "not about this certificate", TRUE},
    {"to another question", &pki.office, NULL, V_OCSP_CERTSTATUS_GOOD, 0, 1, NONCE_OTHER, FALSE, TRUST_BLIND, "another question",
     TRUE},
    {"by SHA-1", &pki.office, NULL, V_OCSP_CERTSTATUS_GOOD, 0, 1, NONCE_OURS, TRUE, TRUST_BLIND, "proves nothing", TRUE},
};

static GBytes *say(const struct word *word, const struct ocsp_question *question)
{
    guint8 other[] = "something else", *der = NULL;
    const guint8 *at = g_bytes_get_data(question->request, NULL);
    OCSP_REQUEST *request = d2i_OCSP_REQUEST(NULL, &at, (long)g_bytes_get_size(question->request));
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    ASN1_TIME *from = ASN1_TIME_adj(NULL, NOW, 0, word->shift), *until = ASN1_TIME_adj(NULL, NOW, word->days, word->shift);
    OCSP_CERTID *name = word->about ? OCSP_cert_to_id(EVP_sha1(), (*word->about)->certificate, pki.office->certificate)
                                    : OCSP_CERTID_dup(OCSP_onereq_get0_id(OCSP_request_onereq_get0(request, 0)));

    OCSP_basic_add1_status(basic, name, word->status, OCSP_REVOKED_STATUS_NOSTATUS, from, from, word->days ? until : NULL);
    if (word->nonce == NONCE_OURS)
        OCSP_copy_nonce(basic, request);
    else if (word->nonce == NONCE_OTHER)
        OCSP_basic_add1_nonce(basic, other, sizeof other);
    assert_true(
        OCSP_basic_sign(basic, (*word->by)->certificate, (*word->by)->key, word->weak ? EVP_sha1() : EVP_sha256(), NULL, 0));
    OCSP_RESPONSE *response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    int size = i2d_OCSP_RESPONSE(response, &der);
    GBytes *bytes = g_bytes_new(der, (gsize)size);
    OPENSSL_free(der);
    OCSP_RESPONSE_free(response);
    OCSP_CERTID_free(name);
    ASN1_TIME_free(from);
    ASN1_TIME_free(until);
    OCSP_BASICRESP_free(basic);
    OCSP_REQUEST_free(request);
    return bytes;
}

static gboolean answer(struct trust *trust, const struct word *word, const struct ocsp_question *question, GError **error)
{
    g_autoptr(GBytes) bytes = say(word, question);

    return trust_add_answer(trust, question, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), NOW, error);
}

static void assert_holds(const char *what, const char *text, const char *piece)
{
    if (!text || !strstr(text, piece))
        fail_msg("%s: \"%s\" does not say \"%s\"", what, text ? text : "", piece);
}

static void test_every_answer_is_weighed(void **state)
{
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        const struct word *word = &words[i];
        struct trust *trust = trust_made(NULL, NULL);
        g_autoptr(GPtrArray) asked = questions(trust, pki.signer, NOW);
        g_autoptr(GError) error = NULL;
        g_autofree char *en = NULL;
        assert_int_equal(asked->len, 1);
        if (answer(trust, word, g_ptr_array_index(asked, 0), &error) == word->refused)
            fail_msg("%s: %s", word->what, error ? error->message : "believed");
        enum trust_answer said = ask(trust, pki.signer, NOW, &en);
        if (said != word->answer)
            fail_msg("%s: %s", word->what, en ? en : "trusted");
        if (word->why)
            assert_holds(word->what, word->refused ? error->message : en, word->why);
        g_autoptr(GPtrArray) again = questions(trust, pki.signer, NOW);
        assert_int_equal(again->len, word->refused ? 1 : 0);
        trust_free(trust);
    }
}

static void test_an_answer_holds_for_its_time_and_an_hour_at_most(void **state)
{
    struct trust *trust = trust_made(NULL, NULL);
    g_autoptr(GPtrArray) asked = questions(trust, pki.signer, NOW);
    g_autofree char *before = NULL, *after = NULL;

    (void)state;
    assert_true(answer(trust, &words[0], g_ptr_array_index(asked, 0), NULL));
    assert_int_equal(ask(trust, pki.signer, NOW + 3000, &before), TRUST_YES);
    assert_int_equal(ask(trust, pki.signer, NOW + 4000, &after), TRUST_BLIND);
    g_autoptr(GPtrArray) again = questions(trust, pki.signer, NOW + 4000);
    assert_int_equal(again->len, 1);
    trust_free(trust);
}

/* Of a no nobody makes a yes. */
static void test_what_was_changed_on_its_way_frees_nobody(void **state)
{
    static const struct word revoked = {"revoked", &pki.office, NULL, V_OCSP_CERTSTATUS_REVOKED, 0, 1, NONCE_OURS, FALSE,
                                        TRUST_NO,  NULL,        FALSE};
    struct trust *trust = trust_made(NULL, NULL);
    g_autoptr(GPtrArray) asked = questions(trust, pki.signer, NOW);
    g_autoptr(GBytes) bytes = say(&revoked, g_ptr_array_index(asked, 0));
    gsize size;
    const guint8 *whole = g_bytes_get_data(bytes, &size);

    (void)state;
    for (gsize cut = 0; cut < size; cut++)
        assert_false(trust_add_answer(trust, g_ptr_array_index(asked, 0), whole, cut, NOW, NULL));
    for (gsize bit = 0; bit < size * 8; bit++) {
        g_autofree guint8 *changed = g_memdup2(whole, size);
        g_autofree char *en = NULL;
        changed[bit / 8] ^= (guint8)(1 << bit % 8);
        trust_add_answer(trust, g_ptr_array_index(asked, 0), changed, size, NOW, NULL);
        if (ask(trust, pki.signer, NOW, &en) == TRUST_YES)
            fail_msg("bit %zu is changed, and the certificate is good", bit);
    }
    trust_free(trust);
}

static void test_a_refusal_to_answer_is_none(void **state)
{
    static const guint8 later[] = {0x30, 0x03, 0x0a, 0x01, 0x03}; /* tryLater */
    struct trust *trust = trust_made(NULL, NULL);
    g_autoptr(GPtrArray) asked = questions(trust, pki.signer, NOW);
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_false(trust_add_answer(trust, g_ptr_array_index(asked, 0), later, sizeof later, NOW, &error));
    assert_string_equal(error->message, "trylater");
    trust_free(trust);
}

static void test_who_is_asked(void **state)
{
    struct trust *named = trust_made(NULL, NULL), *configured = trust_made(NULL, CONFIGURED);
    g_autoptr(GPtrArray) of_signer = questions(named, pki.signer, NOW);
    g_autoptr(GPtrArray) at_site = questions(configured, pki.signer, NOW);
    g_autoptr(GPtrArray) of_plain = questions(named, pki.plain, NOW);
    g_autoptr(GPtrArray) of_stranger = questions(configured, pki.stranger, NOW);

    (void)state;
    assert_string_equal(((struct ocsp_question *)g_ptr_array_index(of_signer, 0))->url, "http://ocsp.example.com/office");
    assert_string_equal(((struct ocsp_question *)g_ptr_array_index(at_site, 0))->url, CONFIGURED);
    assert_int_equal(of_plain->len, 0);
    assert_int_equal(of_stranger->len, 0);
    trust_free(named);
    trust_free(configured);
}

/* Who names no responder stands under a list, and whom a list names is revoked whatever a responder says. */
static void test_lists_beside_responders(void **state)
{
    g_autofree char *empty = revocation_list(pki.office, NULL, BEGINS, ENDS);
    g_autofree char *full = revocation_list(pki.office, pki.signer, BEGINS, ENDS);
    g_autofree char *old = revocation_list(pki.office, NULL, BEGINS, BEGINS + DAY);
    struct trust *without = trust_made(NULL, NULL), *with = trust_made(empty, NULL), *against = trust_made(full, NULL),
                 *late = trust_made(old, NULL);
    g_autofree char *en = NULL;

    (void)state;
    assert_int_equal(ask(without, pki.plain, NOW, &en), TRUST_BLIND);
    assert_holds("without a list", en, "names no responder");
    g_autofree char *none = NULL, *unheard = NULL, *revoked = NULL, *outdated = NULL;
    assert_int_equal(ask(with, pki.plain, NOW, &none), TRUST_YES);
    assert_int_equal(ask(with, pki.signer, NOW, &unheard), TRUST_BLIND);
    assert_int_equal(ask(against, pki.signer, NOW, &revoked), TRUST_NO);
    assert_int_equal(ask(late, pki.plain, NOW, &outdated), TRUST_BLIND);
    trust_free(without);
    trust_free(with);
    trust_free(against);
    trust_free(late);
}

static void test_a_list_that_has_ended_is_named(void **state)
{
    g_autofree char *old = revocation_list(pki.office, NULL, BEGINS, BEGINS + DAY);
    g_autofree char *current = revocation_list(pki.office, NULL, BEGINS, ENDS);
    struct trust *trust = trust_made(current, NULL);

    (void)state;
    assert_null(trust_overdue(trust, BEGINS + DAY));
    assert_true(trust_add_lists(trust, old, strlen(old), NULL));
    assert_null(trust_overdue(trust, BEGINS + 2 * DAY)); /* its successor is there */
    trust_free(trust);
    trust = trust_made(old, NULL);
    assert_null(trust_overdue(trust, BEGINS));
    g_autofree char *overdue = trust_overdue(trust, BEGINS + 2 * DAY);
    assert_string_equal(overdue, "the revocation list of CN=测试中级 has ended at 2026-04-25 03:06 UTC");
    trust_free(trust);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_answer_is_weighed),
        cmocka_unit_test(test_an_answer_holds_for_its_time_and_an_hour_at_most),
        cmocka_unit_test(test_what_was_changed_on_its_way_frees_nobody),
        cmocka_unit_test(test_a_refusal_to_answer_is_none),
        cmocka_unit_test(test_who_is_asked),
        cmocka_unit_test(test_lists_beside_responders),
        cmocka_unit_test(test_a_list_that_has_ended_is_named),
    };

    return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
