/* Who is speaking: what each stage demands, against what a mail has. A registration waits in Jinan; the city's reviewer answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "mailflow/proof.h"
#include "mailflow/trust.h"
#include "tests/scenario/desk.h"
#include "tests/scenario/pki.h"

#define DAY 86400
#define BEGINS 1777000000 /* some days before the scene begins */
#define ENDS (BEGINS + 3650LL * DAY)
#define MAILS "emailProtection"

/* Everybody's certificates. */
static struct {
    struct holder *root, *office, *reviewer, *colleague, *expired, *revoked, *stranger, *elsewhere, *server, *nameless, *anything;
    struct holder *wild_root;
    char *lists; /* of both authorities */
} pki;

static struct holder *issue(const char *name, const char *mail, gint64 until, const char *usage, const struct holder *issuer)
{
    const struct wish wish = {.name = name, .mail = mail, .from = BEGINS, .until = until, .usage = usage, .issuer = issuer};

    return holder_new(&wish);
}

static int make_pki(void **state)
{
    (void)state;
    pki.root = holder_new(&(struct wish){.name = "测试根", .from = BEGINS, .until = ENDS, .authority = TRUE});
    pki.office =
        holder_new(&(struct wish){.name = "测试中级", .from = BEGINS, .until = ENDS, .authority = TRUE, .issuer = pki.root});
    pki.wild_root = holder_new(&(struct wish){.name = "无关根", .from = BEGINS, .until = ENDS, .authority = TRUE});
    pki.reviewer = issue("济南审核甲", JINAN_1, ENDS, MAILS, pki.office);
    pki.colleague = issue("济南审核乙", JINAN_2, ENDS, MAILS, pki.office);
    pki.expired = issue("济南审核甲", JINAN_1, BEGINS + DAY, MAILS, pki.office);
    pki.revoked = issue("济南审核甲", JINAN_1, ENDS, MAILS, pki.office);
    pki.stranger = issue("济南审核甲", JINAN_1, ENDS, MAILS, pki.wild_root);
    pki.elsewhere = issue("济南审核甲", "old-address@example.com", ENDS, MAILS, pki.office);
    pki.server = issue("济南审核甲", JINAN_1, ENDS, "serverAuth", pki.office);
    pki.nameless = issue("济南审核甲", NULL, ENDS, NULL, pki.office);
    pki.anything = issue("济南审核甲", JINAN_1, ENDS, "anyExtendedKeyUsage", pki.office);
    g_autofree char *of_root = revocation_list(pki.root, NULL, BEGINS, ENDS);
    g_autofree char *of_office = revocation_list(pki.office, pki.revoked, BEGINS, ENDS);
    pki.lists = g_strconcat(of_root, of_office, NULL);
    return 0;
}

static int drop_pki(void **state)
{
    struct holder **all[] = {&pki.reviewer, &pki.colleague, &pki.expired,  &pki.revoked,   &pki.stranger, &pki.elsewhere,
                             &pki.server,   &pki.nameless,  &pki.anything, &pki.wild_root, &pki.office,   &pki.root};

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(all); i++)
        holder_free(*all[i]);
    g_free(pki.lists);
    return 0;
}

static struct trust *trust_made(const char *lists)
{
    struct trust *trust = trust_new(TRUST_LISTS);
    g_autofree char *anchor = holder_pem(pki.root);

    assert_true(trust_add_anchors(trust, anchor, strlen(anchor), NULL));
    if (lists)
        assert_true(trust_add_lists(trust, lists, strlen(lists), NULL));
    return trust;
}

/* How a mail is signed. */
struct pen {
    struct holder **holder; /* NULL: not at all */
    char *(*sign)(const struct holder *holder, const char *entity, gint64 when);
    gint64 shift; /* seconds that the signer's clock is off */
    gboolean timeless, tampered;
    const char *before, *after; /* what others put around it */
    guint signed_mails;
    char *again; /* the first signed entity, for whoever copies it */
};

static void tamper(char *entity)
{
    char *text = strstr(entity, "5ZCM5oSP"); /* 同意 */

    memcpy(text ? text : entity, "5LiN5ZCM", 8);
}

static char *write_with(void *context, gint64 now, const char *entity)
{
    struct pen *pen = context;
    g_autofree char *signed_one = NULL;

    if (!pen->holder)
        return NULL;
    signed_one = pen->again ? g_strdup(pen->again) : pen->sign(*pen->holder, entity, pen->timeless ? 0 : now / 1000 + pen->shift);
    if (pen->tampered)
        tamper(signed_one);
    if (!pen->before && !pen->after)
        return g_steal_pointer(&signed_one);
    return g_strdup_printf("Content-Type: multipart/mixed; boundary=\"o\"\r\n\r\n"
                           "--o\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n--o\r\n%s\r\n"
                           "--o\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n--o--\r\n",
                           pen->before ? pen->before : "", signed_one, pen->after ? pen->after : "");
}

/* The table of cells. */

struct cell {
    const char *what;
    gboolean stamped; /* an aligned DMARC pass */
    struct pen pen;
    gboolean by_dmarc, by_smime; /* whether it is enough where that is demanded; the address always is */
    const char *told;            /* in N9 where S/MIME is demanded and not there */
};

#define DETACHED(who)                                                                                                              \
    {                                                                                                                              \
        .holder = &pki.who, .sign = sign_detached                                                                                  \
    }
#define UNSIGNED                                                                                                                   \
    {                                                                                                                              \
        .holder = NULL                                                                                                             \
    }
#define OPAQUE(who)                                                                                                                \
    {                                                                                                                              \
        .holder = &pki.who, .sign = sign_opaque                                                                                    \
    }

static const struct cell cells[] = {
    {"nothing", FALSE, UNSIGNED, FALSE, FALSE, "没有签名"},
    {"DMARC", TRUE, UNSIGNED, TRUE, FALSE, "没有签名"},
    {"the right certificate", FALSE, DETACHED(reviewer), TRUE, TRUE, NULL},
    {"the right certificate, opaque", FALSE, OPAQUE(reviewer), TRUE, TRUE, NULL},
    {"the right certificate and DMARC", TRUE, DETACHED(reviewer), TRUE, TRUE, NULL},
    {"a certificate without an address and purposes", FALSE, DETACHED(nameless), TRUE, TRUE, NULL},
    {"a certificate for any purpose", FALSE, DETACHED(anything), TRUE, TRUE, NULL},
    {"a colleague's certificate", FALSE, DETACHED(colleague), FALSE, FALSE, "不是目录中登记的您的证书"},
    {"an expired certificate", FALSE, DETACHED(expired), FALSE, FALSE, "已过期"},
    {"a revoked certificate", FALSE, OPAQUE(revoked), FALSE, FALSE, "已被吊销"},
    {"an untrusted authority", FALSE, DETACHED(stranger), FALSE, FALSE, "不是本系统认可的机构"},
    {"a certificate for another address", FALSE, DETACHED(elsewhere), FALSE, FALSE, "另一邮箱"},
    {"a certificate for servers", FALSE, DETACHED(server), FALSE, FALSE, "不能用于签署邮件"},
    {"a text that was changed", FALSE, {&pki.reviewer, sign_detached, .tampered = TRUE}, FALSE, FALSE, "签名无效"},
    {"an old signature", FALSE, {&pki.reviewer, sign_detached, .shift = -2 * DAY}, FALSE, FALSE, "签名时间早于"},
    {"a signature of tomorrow", FALSE, {&pki.reviewer, sign_detached, .shift = DAY}, FALSE, FALSE, "签名时间在将来"},
    {"a signature without its time", FALSE, {&pki.reviewer, sign_detached, .timeless = TRUE}, FALSE, FALSE, "没有签名时间"},
    {"a list's footer",
     FALSE,
     {&pki.reviewer, sign_detached, .after = "To unsubscribe write to list@example.com"},
     TRUE,
     TRUE,
     NULL},
    {"words above", FALSE, {&pki.reviewer, sign_detached, .before = "请看同事的意见"}, FALSE, FALSE, "不在签名之内"},
};

/* The certificates that the directory has for the reviewer: all but the colleague's. */
static void load_certificates(struct scene *scene)
{
    const struct holder *own[] = {pki.reviewer,  pki.expired, pki.revoked,  pki.stranger,
                                  pki.elsewhere, pki.server,  pki.nameless, pki.anything};

    for (guint i = 0; i < G_N_ELEMENTS(own); i++) {
        g_autofree char *value = holder_base64(own[i]);
        entry_put(tree_entry(scene->tree, JINAN_1_DN), ATTRIBUTE_USER_CERTIFICATE, value);
    }
}

static struct demands *demand(struct scene *scene, const char *text)
{
    g_autoptr(GError) error = NULL;
    struct demands *table = demands_read(text, &error);

    assert_non_null(table);
    assert_true(demands_fit(table, scene->site.procedures, &error));
    scene->site.policy.proofs = table;
    return table;
}

static void try_cell(const struct cell *cell, enum proof demanded, gboolean enough, const struct trust *trust)
{
    char *id;
    struct scene *scene = waiting(&id);
    struct pen pen = cell->pen;
    struct demands *table = demand(scene, proof_name(demanded));
    const char *text = cell->pen.before && !enough ? "同意\n留档编号：1" : APPROVE;

    load_certificates(scene);
    scene->site.policy.trust = trust;
    scene->stamped = cell->stamped;
    scene->wrap = write_with;
    scene->wrap_context = &pen;
    scene_reply(scene, JINAN_1, "N2", text);
    const char *state = scene_state(scene, id);
    if (!g_str_equal(state, enough ? "done" : "cityReview"))
        fail_msg("%s, %s demanded: %s", cell->what, proof_name(demanded), state);
    if (!enough && demanded == PROOF_SMIME && !scene_told(scene, "N9", JINAN_1, cell->told))
        fail_msg("%s: told \"%s\"", cell->what, scene_mail(scene, "N9", JINAN_1)->text);
    if (!enough)
        assert_waits(scene, id);
    leave(scene, id);
    demands_free(table);
}

static void test_a_proof_for_every_cell(void **state)
{
    struct trust *trust = trust_made(pki.lists);

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(cells); i++) {
        /* where the address is enough, a text that is not what it was is still read, and words above a signed mail are the sender's */
        if (!cells[i].pen.tampered && !cells[i].pen.before)
            try_cell(&cells[i], PROOF_ADDRESS, TRUE, trust);
        try_cell(&cells[i], PROOF_DMARC, cells[i].by_dmarc, trust);
        try_cell(&cells[i], PROOF_SMIME, cells[i].by_smime, trust);
    }
    trust_free(trust);
}

/* Whoever is asked hears beforehand how the answer has to come. */
static void test_who_is_asked_is_told_what_to_prove(void **state)
{
    static const struct {
        const char *demands, *told, *else_told;
    } rows[] = {{"cityReview=smime", "S/MIME", "DMARC"},
                {"T2E/cityReview=dmarc", "DMARC", "S/MIME"},
                {"provinceReview=smime", NULL, "S/MIME"}};

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct scene *scene = scene_new();
        g_autofree char *all = g_strconcat("address, ", rows[i].demands, NULL);
        struct demands *table = demand(scene, all);
        g_autofree char *id = scene_form(scene, "T2E", "reprintRequested", "true", NULL);
        assert_string_equal(scene_state(scene, id), "cityReview");
        const char *text = scene_mail(scene, "N2", QINGDAO_1)->text;
        assert_true(!rows[i].told || strstr(text, rows[i].told));
        assert_null(strstr(text, rows[i].else_told));
        scene_free(scene);
        demands_free(table);
    }
}

static void test_what_is_asked_later_says_what_to_prove(void **state)
{
    struct scene *scene = scene_new();
    struct demands *table = demand(scene, "address");

    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", "reprintRequested", "true", NULL);
    scene_reply(scene, QINGDAO_1, "N2", APPROVE);
    demands_free(table);
    table = demand(scene, "smime, provinceReview=address");
    scene_reply(scene, "province-1@example.com", "N4", "同意");
    assert_string_equal(scene_state(scene, id), "done");
    assert_true(scene_told(scene, "N5", QINGDAO_1, "S/MIME")); /* the surrender is recorded with the first stage's proof */
    scene_free(scene);
    demands_free(table);
}

/* A scene whose city demands a signature. */
struct signing {
    struct scene *scene;
    char *id;
    struct demands *table;
    struct trust *trust;
    struct pen pen;
};

static void begin(struct signing *signing, const char *lists)
{
    *signing = (struct signing){.pen = DETACHED(reviewer)};
    signing->scene = waiting(&signing->id);
    signing->table = demand(signing->scene, "address, cityReview=smime");
    signing->trust = trust_made(lists);
    signing->scene->site.policy.trust = signing->trust;
    load_certificates(signing->scene);
    signing->scene->wrap = write_with;
    signing->scene->wrap_context = &signing->pen;
}

static void end(struct signing *signing)
{
    leave(signing->scene, signing->id);
    demands_free(signing->table);
    trust_free(signing->trust);
    g_free(signing->pen.again);
}

/* A list that is missing or too old: nothing is decided, and the operator hears of it once a day. */
static void test_without_a_list_nobody_is_believed(void **state)
{
    g_autofree char *old = revocation_list(pki.office, NULL, BEGINS, BEGINS + DAY);
    g_autofree char *of_root = revocation_list(pki.root, NULL, BEGINS, ENDS);
    g_autofree char *too_old = g_strconcat(of_root, old, NULL);
    const char *const lists[] = {NULL, of_root, too_old};

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
        struct signing signing;
        begin(&signing, lists[i]);
        scene_reply(signing.scene, JINAN_1, "N2", APPROVE);
        assert_waits(signing.scene, signing.id);
        assert_true(scene_told(signing.scene, "N9", JINAN_1, "请稍后重新回复"));
        assert_true(scene_told(signing.scene, "N11", SCENE_OPERATOR, "吊销列表"));
        scene_reply(signing.scene, JINAN_1, "N2", APPROVE);
        assert_int_equal(scene_mails(signing.scene, "N11", SCENE_OPERATOR), 1);
        end(&signing);
    }
}

/* Everything JINAN_1 writes from now on is a copy of this one signed mail. */
static void copy_signed(struct signing *signing, const char *words)
{
    g_autofree char *text = g_base64_encode((const guchar *)words, strlen(words));
    g_autofree char *entity =
        g_strdup_printf("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n", text);

    g_free(signing->pen.again);
    signing->pen.again = sign_detached(pki.reviewer, entity, signing->scene->now / 1000);
}

static const struct mail *review_mail(struct scene *scene, const char *id)
{
    for (guint i = scene->mails->len; i > 0; i--) {
        const struct mail *mail = g_ptr_array_index(scene->mails, i - 1);
        if (g_str_equal(mail->code, "N2") && g_str_equal(mail->to, JINAN_1) && g_str_equal(mail->request, id))
            return mail;
    }
    fail_msg("%s was asked about %s by no mail", JINAN_1, id);
    return NULL;
}

/* Whoever can read the mailbox has signed answers and tokens, but no key: whatever became of the first answer, its signature serves no other. */
static void test_a_signature_serves_one_request(void **state)
{
    static const struct {
        const char *words, *first; /* what is said, and what becomes of the request it was said of */
    } rows[] = {
        {APPROVE, "done"},
        {"同意", "cityReview"}, /* the archive number is missing here, and not wanted there */
        {"转办：" JINAN_2, "cityReview"},
    };

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct signing signing;
        begin(&signing, pki.lists);
        char *other = scene_form(signing.scene, "P1", "cityCode", "370100", NULL);
        assert_non_null(other);
        copy_signed(&signing, rows[i].words);
        scene_answer(signing.scene, review_mail(signing.scene, signing.id), JINAN_1, "-");
        scene_deliver(signing.scene);
        assert_string_equal(scene_state(signing.scene, signing.id), rows[i].first);
        guint asked = scene_mails(signing.scene, "N2", JINAN_2);
        scene_answer(signing.scene, review_mail(signing.scene, other), JINAN_1, "-");
        scene_deliver(signing.scene);
        assert_string_equal(scene_state(signing.scene, other), "cityReview");
        assert_int_equal(scene_mails(signing.scene, "N2", JINAN_2), asked);
        assert_true(scene_told(signing.scene, "N9", JINAN_1, "已用于另一封邮件"));
        g_free(other);
        end(&signing);
    }
}

/* A copy of what took one decision back does not take back the next. */
static void test_a_decision_is_taken_back_by_a_signature_of_its_own(void **state)
{
    struct signing signing;

    (void)state;
    begin(&signing, pki.lists);
    open_window(signing.scene);
    scene_reply(signing.scene, JINAN_1, "N2", APPROVE);
    assert_true(scene_told(signing.scene, "NH", JINAN_1, "S/MIME"));
    copy_signed(&signing, "撤回");
    scene_reply(signing.scene, JINAN_1, "N2", "-");
    assert_false(is_held(signing.scene, signing.id));
    g_autofree char *copy = g_steal_pointer(&signing.pen.again);
    scene_reply(signing.scene, JINAN_1, "N2", APPROVE);
    assert_true(is_held(signing.scene, signing.id));
    signing.pen.again = g_steal_pointer(&copy);
    scene_reply(signing.scene, JINAN_1, "N2", "-");
    assert_true(is_held(signing.scene, signing.id));
    pass_minutes(signing.scene, WINDOW);
    assert_string_equal(scene_state(signing.scene, signing.id), "done");
    end(&signing);
}

/* A certificate that is taken out of the directory proves nothing any more, though it still leads to the anchor. */
static void test_the_directory_has_the_last_word(void **state)
{
    struct signing signing;

    (void)state;
    begin(&signing, pki.lists);
    tree_set(signing.scene->tree, JINAN_1_DN, ATTRIBUTE_USER_CERTIFICATE, NULL);
    scene_reply(signing.scene, JINAN_1, "N2", APPROVE);
    assert_waits(signing.scene, signing.id);
    assert_true(scene_told(signing.scene, "N9", JINAN_1, "目录中没有登记您的证书"));
    end(&signing);
}

static void test_the_audit_says_what_was_proved(void **state)
{
    struct signing signing;
    gboolean said = FALSE;

    (void)state;
    begin(&signing, pki.lists);
    scene_reply(signing.scene, JINAN_1, "N2", APPROVE);
    g_autoptr(GPtrArray) rows = store_events(signing.scene->site.store, signing.id, 100);
    for (guint i = 0; i < rows->len; i++) {
        const struct event_row *row = g_ptr_array_index(rows, i);
        said |= row->detail && strstr(row->detail, "; proof smime CN=济南审核甲 <" JINAN_1 ">, serial ");
    }
    assert_true(said);
    end(&signing);
}

/* An account's own certificate proves where its form comes from, as DMARC does. */
static void test_a_signed_form_is_submitted_at_once(void **state)
{
    static const struct {
        gboolean signed_form;
        const char *state;
    } rows[] = {{TRUE, "cityReview"}, {FALSE, "draft"}};
    struct holder *enterprise = issue("济南测试建设甲有限公司", NULL, ENDS, MAILS, pki.office);
    g_autofree char *value = holder_base64(enterprise);
    struct trust *trust = trust_made(pki.lists);

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct scene *scene = scene_new();
        struct pen pen = {.holder = rows[i].signed_form ? &enterprise : NULL, .sign = sign_detached};
        entry_put(tree_entry(scene->tree, E1), ATTRIBUTE_USER_CERTIFICATE, value);
        scene->site.policy.trust = trust;
        scene->stamped = FALSE;
        scene->wrap = write_with;
        scene->wrap_context = &pen;
        char *id = scene_form(scene, "T3N", NULL);
        assert_string_equal(scene_state(scene, id), rows[i].state);
        leave(scene, id);
    }
    holder_free(enterprise);
    trust_free(trust);
}

static void test_files_that_hold_no_anchors(void **state)
{
    static const char *const wrong[] = {"", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"};
    g_autofree char *fine = holder_pem(pki.root);
    g_autofree char *half = g_strconcat(fine, wrong[2], NULL);
    struct trust *trust = trust_new(TRUE);

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        assert_false(trust_add_anchors(trust, wrong[i], strlen(wrong[i]), NULL));
        assert_false(trust_add_lists(trust, wrong[i], strlen(wrong[i]), NULL));
    }
    assert_false(trust_add_anchors(trust, half, strlen(half), NULL));
    assert_true(trust_add_anchors(trust, fine, strlen(fine), NULL));
    trust_free(trust);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_proof_for_every_cell),
        cmocka_unit_test(test_who_is_asked_is_told_what_to_prove),
        cmocka_unit_test(test_what_is_asked_later_says_what_to_prove),
        cmocka_unit_test(test_without_a_list_nobody_is_believed),
        cmocka_unit_test(test_a_signature_serves_one_request),
        cmocka_unit_test(test_a_decision_is_taken_back_by_a_signature_of_its_own),
        cmocka_unit_test(test_the_directory_has_the_last_word),
        cmocka_unit_test(test_the_audit_says_what_was_proved),
        cmocka_unit_test(test_a_signed_form_is_submitted_at_once),
        cmocka_unit_test(test_files_that_hold_no_anchors),
    };
    return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
