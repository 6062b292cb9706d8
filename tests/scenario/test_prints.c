/* New prints and the old certificates that are handed in for them (domain.md 6.6): who is asked for what, and for nothing that is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "tests/scenario/story.h"

#define E1_MAIL "e1@example.com"
#define JINAN "city-jinan-1@example.com"
#define QINGDAO "city-qingdao-1@example.com"
#define CERT_1 "csCertificateNumber=SD-011-2019-000001,"
#define CERT_2 "csCertificateNumber=SD-030-2018-000002,"
#define CERT_4 "csCertificateNumber=SD-080-2017-000004,"

/* No mail of the scene speaks of an old certificate, and nobody is asked to answer one. */
static void assert_nothing_to_hand_in(struct scene *scene)
{
    static const char *const words[] = {"旧证书", "上缴", "M07", "old certificate", "SURRENDERED"};

    for (guint i = 0; i < scene->mails->len; i++) {
        const struct mail *mail = g_ptr_array_index(scene->mails, i);
        for (guint k = 0; k < G_N_ELEMENTS(words); k++)
            if (strstr(mail->text, words[k]))
                fail_msg("%s to %s speaks of \"%s\":\n%s", mail->code, mail->to, words[k], mail->text);
        assert_true(!g_str_equal(mail->code, "N5") || !mail->reply_to);
    }
}

static void test_who_has_no_certificate_hands_none_in(void **state)
{
    static const char *const hands[] = {"archiving-city", "province"};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(hands); i++) {
        struct scene *scene = scene_new();
        scene_choose(scene, "surrender-record", hands[i]);
        tree_delete(scene->tree, CERT_4 H4);
        g_autofree char *employee = scene_form(scene, "T2E", "holderName", "测试乙", "idNumber", "370299198812310024", "sex", "",
                                               "certNo[1]", "", "certNo[2]", "", "reprintRequested", "true", NULL);
        g_autofree char *individual = scene_form(scene, "T2P", "certNo[1]", "", "reprintRequested", "true", NULL);
        scene_forward(scene, 8); /* reminders are review mails, too */
        story_approve_all(scene, employee);
        story_approve_all(scene, individual);
        assert_string_equal(scene_state(scene, employee), "done");
        assert_string_equal(scene_state(scene, individual), "done");
        assert_non_null(scene_mail(scene, "N5", QINGDAO)); /* who reviewed it hears the end all the same */
        assert_nothing_to_hand_in(scene);
        scene_free(scene);
    }
}

static void test_an_enterprise_without_certificates_hands_none_in(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    tree_delete(scene->tree, CERT_1 H1);
    tree_delete(scene->tree, CERT_2 H1);
    g_autofree char *id = scene_form(scene, "T3N", "reprintRequested", "true", NULL);
    story_approve_all(scene, id);
    assert_string_equal(scene_state(scene, id), "done");
    assert_nothing_to_hand_in(scene);
    scene_free(scene);
}

/* The holder is found again under the corrected number: by who records what has come in, and by the news for the holder. */
static void test_a_corrected_number_loses_no_print(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    tree_set(scene->tree, H1, ATTRIBUTE_MAIL, "h1@example.com");
    g_autofree char *id = scene_form(scene, "T4", "corrections/correction[1]/@field", "idNumber",
                                     "corrections/correction[1]/newValue", "370199199001010035", "reprintRequested", "true", NULL);
    story_approve_all(scene, id);
    assert_string_equal(scene_value(scene, H1, ATTRIBUTE_ID_NUMBER), "370199199001010035");
    assert_string_equal(scene_value(scene, CERT_1 H1, ATTRIBUTE_COPY_STATE), "toPrint");
    assert_true(scene_told(scene, "N5", "h1@example.com", "审批通过"));
    assert_true(scene_told(scene, "N5", JINAN, "已上缴"));
    scene_reply(scene, JINAN, "N5", "已上缴 SD-011-2019-000001");
    assert_string_equal(scene_value(scene, CERT_1 H1, ATTRIBUTE_COPY_STATE), "printable");
    assert_true(scene_told(scene, "N5p", E1_MAIL, "可以打印"));
    scene_free(scene);
}

/* The enterprise that acts for the holder now has it printed; both hear whose it is. */
static void test_who_acts_for_the_holder_hears_of_the_print(void **state)
{
    static const char *const hearers[] = {E1_MAIL, "e2@example.com"};
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", "reprintRequested", "true", NULL);

    story_approve_all(scene, id);
    scene_reply(scene, QINGDAO, "N5", "已上缴 SD-011-2019-000001");
    for (guint i = 0; i < G_N_ELEMENTS(hearers); i++) {
        assert_true(scene_told(scene, "N5p", hearers[i], "可以打印"));
        assert_true(scene_told(scene, "N5p", hearers[i], "测试甲"));
        assert_true(scene_told(scene, "N5p", hearers[i], "370199********0019"));
        assert_int_equal(scene_mails(scene, "N5p", hearers[i]), 1);
    }
    scene_reply(scene, QINGDAO, "N5", "已上缴 SD-030-2018-000002");
    assert_int_equal(scene_mails(scene, "N5p", "e2@example.com"), 2);
    scene_free(scene);
}

/* An encrypted mail, in which nothing can be read: ContentInfo of envelopedData. */
static char *encrypt(void *context G_GNUC_UNUSED, gint64 now G_GNUC_UNUSED, const char *entity G_GNUC_UNUSED)
{
    static const guint8 sealed[] = {0x30, 0x0f, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
                                    0x0d, 0x01, 0x07, 0x03, 0xa0, 0x02, 0x30, 0x00};
    g_autofree char *encoded = g_base64_encode(sealed, sizeof sealed);

    return g_strdup_printf("Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=\"smime.p7m\"\r\n"
                           "Content-Transfer-Encoding: base64\r\n\r\n%s\r\n",
                           encoded);
}

static void test_an_encrypted_answer_is_told_what_is_wrong_with_it(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T2E", "reprintRequested", "true", NULL);

    story_approve_all(scene, id);
    scene->wrap = encrypt;
    scene_reply(scene, QINGDAO, "N5", "已上缴 SD-011-2019-000001");
    assert_true(scene_told(scene, "N9", QINGDAO, "邮件已加密"));
    scene->wrap = NULL;
    scene_reply(scene, QINGDAO, "N9", "已上缴 SD-011-2019-000001");
    assert_non_null(scene_mail(scene, "N5p", E1_MAIL));
    scene_free(scene);
}

/* Nobody's answer is lost when the holder is no more there. */
static void test_a_surrender_for_a_holder_who_is_gone_is_asked_back(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T4", "reprintRequested", "true", NULL);

    story_approve_all(scene, id);
    tree_set(scene->tree, H1, ATTRIBUTE_ID_NUMBER, "370199199001010051");
    scene_reply(scene, JINAN, "N5", "已上缴 SD-011-2019-000001");
    assert_string_equal(scene_value(scene, CERT_1 H1, ATTRIBUTE_COPY_STATE), "toPrint");
    assert_true(scene_told(scene, "N9", JINAN, "SD-011-2019-000001"));
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_has_no_certificate_hands_none_in),
        cmocka_unit_test(test_an_enterprise_without_certificates_hands_none_in),
        cmocka_unit_test(test_a_corrected_number_loses_no_print),
        cmocka_unit_test(test_who_acts_for_the_holder_hears_of_the_print),
        cmocka_unit_test(test_an_encrypted_answer_is_told_what_is_wrong_with_it),
        cmocka_unit_test(test_a_surrender_for_a_holder_who_is_gone_is_asked_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
