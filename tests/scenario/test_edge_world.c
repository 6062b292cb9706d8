/* The world around: the directory away, mails that are no forms, odd names and character sets, robots (domain.md 7.34, 7.37-7.41, 8). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "tests/scenario/story.h"

#define NEW "new@example.com"
#define JINAN "city-jinan-1@example.com"
#define NEW_DN "csCreditCode=91370102PDY0004660,ou=enterprises," SCENE_SUFFIX

/* 7.34 */
static void test_7_34_the_directory_is_away_when_it_should_change(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = story_bring(scene, "T5", "applying");

    scene_directory_down(scene, TRUE);
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, id), "applying");
    assert_null(scene_mail(scene, "N5", NEW)); /* told only when it is done */
    scene_directory_down(scene, FALSE);
    scene->now += 3600 * 1000;
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, id), "done");
    assert_int_equal(scene_mails(scene, "N5", NEW), 1);
    scene_free(scene);
}

static void test_7_34_the_change_was_made_but_not_noted(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = story_bring(scene, "T2E", "applying");
    g_autoptr(GPtrArray) changes = store_outbox_due(scene->site.store, "change", scene->now, 10);
    g_autofree char *reason = NULL;

    assert_int_equal(changes->len, 1); /* the first of the request; the crash comes after it */
    assert_int_equal(tree_apply(scene->tree, ((struct outbox_row *)g_ptr_array_index(changes, 0))->payload, &reason), TREE_APPLIED);
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, id), "done");
    assert_non_null(tree_entry(scene->tree, "csTraineeNumber=T-000001," E2));
    scene_free(scene);
}

static void test_7_34_no_message_is_lost_while_the_directory_is_away(void **state)
{
    struct scene *scene = scene_new();
    struct paper *paper = paper_new("T2E");
    (void)state;

    scene_directory_down(scene, TRUE);
    scene_file(scene, paper);
    assert_int_equal(scene->fate, ROUND_LEFT); /* it stays in the mailbox */
    assert_int_equal(scene_requests(scene), 0);
    scene_directory_down(scene, FALSE);
    scene_file(scene, paper);
    assert_int_equal(scene->fate, ROUND_PROCESSED);
    assert_int_equal(scene_requests(scene), 1);
    scene_deliver(scene);
    scene_directory_down(scene, TRUE);
    scene_answer(scene, scene_mail(scene, "N2", "city-qingdao-1@example.com"), "city-qingdao-1@example.com", STORY_APPROVE);
    assert_int_equal(scene->fate, ROUND_LEFT);
    g_autofree char *id = scene_newest(scene);
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_directory_down(scene, FALSE);
    paper_free(paper);
    scene_free(scene);
}

static void test_a_mail_that_cannot_be_delivered_is_told_to_the_operator(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    scene->refused = JINAN;
    g_autofree char *id = scene_form(scene, "T1", NULL);
    assert_true(scene_told(scene, "N11", SCENE_OPERATOR, JINAN));
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_free(scene);
}

/* 7.37 */

static void append_part(GString *mail, const char *name, const char *type, const char *bytes)
{
    g_autofree char *encoded = g_base64_encode((const guchar *)bytes, strlen(bytes));

    g_string_append_printf(mail,
                           "--b\r\nContent-Type: %s; name=\"%s\"\r\nContent-Disposition: attachment; filename=\"%s\"\r\n"
                           "Content-Transfer-Encoding: base64\r\n\r\n",
                           type, name, name);
    for (const char *at = encoded; *at; at += strnlen(at, 76))
        g_string_append_printf(mail, "%.76s\r\n", at);
}

static void receive_parts(struct scene *scene, const char *const parts[][3], guint count)
{
    g_autoptr(GString) mail = g_string_new("Authentication-Results: mx.example.com; dmarc=pass header.from=example.com\r\n"
                                           "From: <" NEW ">\r\nTo: <" SCENE_ADDRESS ">\r\nMessage-ID: <parts@example.com>\r\n"
                                           "Date: Wed, 06 May 2026 02:00:00 +0000\r\nSubject: forms\r\nMIME-Version: 1.0\r\n"
                                           "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n");

    for (guint i = 0; i < count; i++)
        append_part(mail, parts[i][0], parts[i][1], parts[i][2]);
    g_string_append(mail, "--b--\r\n");
    scene_receive(scene, mail->str, mail->len);
    scene_deliver(scene);
}

static void test_7_37_two_forms_in_one_mail(void **state)
{
    struct scene *scene = scene_new();
    struct paper *one = paper_new("T5"), *other = paper_new("P1");
    (void)state;
    g_autofree char *first = paper_write(one);
    g_autofree char *second = paper_write(other);
    const char *const parts[][3] = {{"a.xml", "application/xml", first}, {"b.xml", "application/xml", second}};

    receive_parts(scene, parts, 2);
    assert_int_equal(scene_requests(scene), 0);
    assert_true(scene_told(scene, "N0", NEW, "E-ATTACH"));
    paper_free(one);
    paper_free(other);
    scene_free(scene);
}

static void test_7_37_an_archive_or_a_document_instead_of_a_form(void **state)
{
    static const char *const parts[][3] = {{"form.zip", "application/zip", "PK\003\004 something"},
                                           {"form.docx", "application/vnd.ms-word", "PK\003\004 else"}};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        struct scene *scene = scene_new();
        receive_parts(scene, &parts[i], 1);
        assert_int_equal(scene_requests(scene), 0);
        assert_true(scene_told(scene, "N0", NEW, "E-ATTACH"));
        scene_free(scene);
    }
}

/* 7.38 */
static void test_7_38_hostile_xml_is_refused_before_any_question(void **state)
{
    static const char *const attacks[] = {
        "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"bbbbbbbbbb\"><!ENTITY c \"&b;&b;&b;&b;\">]><enterpriseRegistration "
        "xmlns=\"urn:countersign:form:1\" version=\"1\"><loginName>&c;</loginName></enterpriseRegistration>",
        "<?xml version=\"1.0\"?><!DOCTYPE a SYSTEM \"http://example.com/a.dtd\"><enterpriseRegistration "
        "xmlns=\"urn:countersign:form:1\" version=\"1\"/>",
        "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><enterpriseRegistration "
        "xmlns=\"urn:countersign:form:1\" version=\"1\"><loginName>&b;</loginName></enterpriseRegistration>",
        "<?xml version=\"1.0\"?><enterpriseRegistration xmlns=\"urn:countersign:form:1\" version=\"1\"><loginName>",
    };
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(attacks); i++) {
        struct scene *scene = scene_new();
        scene_directory_down(scene, TRUE); /* whoever asks it now would have to leave the message */
        scene_file_bytes(scene, NEW, attacks[i], strlen(attacks[i]));
        assert_int_equal(scene->fate, ROUND_PROCESSED);
        scene_deliver(scene);
        assert_true(scene_told(scene, "N0", NEW, "E-XML"));
        assert_null(strstr(scene_mail(scene, "N0", NEW)->text, "root:"));
        scene_free(scene);
    }
}

static void test_7_38_a_form_of_two_megabytes(void **state)
{
    struct scene *scene = scene_new();
    struct paper *paper = paper_new("T5");
    (void)state;
    g_autofree char *big = g_strnfill(2 * 1024 * 1024, 'x');

    paper_put(paper, "head/remark", big);
    scene_file(scene, paper);
    scene_deliver(scene);
    assert_int_equal(scene_requests(scene), 0);
    assert_true(scene_mail(scene, "N0", NEW) != NULL);
    paper_free(paper);
    scene_free(scene);
}

/* 7.39 */
static void test_7_39_names_that_mean_something_to_a_directory(void **state)
{
    static const char *const names[] = {"济南*测试)(|uid=*有限公司", "济南\\2a测试,+\"<>;有限公司", "济南测试（集团）有限公司",
                                        "济南 # = 测试有限公司"};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        struct scene *scene = scene_new();
        g_autofree char *id = scene_form(scene, "T5", "enterpriseName", names[i], NULL);
        assert_string_equal(scene_state(scene, id), "cityReview");
        assert_int_equal(scene_mails(scene, "N2", NULL), 3);
        scene_reply(scene, JINAN, "N2", STORY_APPROVE);
        assert_string_equal(scene_value(scene, NEW_DN, ATTRIBUTE_O), names[i]);
        scene_free(scene);
    }
}

static void test_7_39_login_names_that_mean_something_to_a_directory(void **state)
{
    static const char *const names[] = {"a*bcd", "abcd)(uid=*", "ab\\cd", "ab,cd", "ab+cd", "ab\"cd"};
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        struct scene *scene = scene_new();
        story_refuse(scene, "T5", "E-UID", "loginName", names[i], NULL);
        scene_free(scene);
    }
}

static void test_7_39_a_nul_byte(void **state)
{
    struct scene *scene = scene_new();
    struct paper *paper = paper_new("T5");
    (void)state;
    g_autofree char *xml = paper_write(paper);
    gsize size = strlen(xml);

    *strstr(xml, "测试法人丁") = '\0';
    scene_file_bytes(scene, NEW, xml, size);
    scene_deliver(scene);
    assert_int_equal(scene_requests(scene), 0);
    assert_non_null(scene_mail(scene, "N0", NEW));
    paper_free(paper);
    scene_free(scene);
}

/* 7.40 */
static void test_7_40_a_form_in_gbk(void **state)
{
    struct scene *scene = scene_new();
    struct paper *paper = paper_new("T5");
    (void)state;
    g_autofree char *xml = paper_write(paper);
    g_autofree char *rest = g_strdup(strchr(xml, '\n'));
    g_autofree char *labelled = g_strconcat("<?xml version=\"1.0\" encoding=\"GBK\"?>", rest, NULL);
    gsize size;
    g_autofree char *bytes = g_convert(labelled, -1, "GBK", "UTF-8", NULL, &size, NULL);

    scene_file_bytes(scene, NEW, bytes, size);
    scene_deliver(scene);
    g_autofree char *id = scene_newest(scene);
    assert_string_equal(scene_state(scene, id), "cityReview");
    assert_true(scene_told(scene, "N2", JINAN, "济南测试建设丁有限公司"));
    paper_free(paper);
    scene_free(scene);
}

static void test_7_40_file_names_of_every_spelling(void **state)
{
    static const char *const names[] = {
        "filename*=GB2312''%C6%F3%D2%B5%D7%A2%B2%E1.xml",
        "filename=\"=?GB2312?B?xvPStdeisuEueG1s?=\"",
        "filename*0*=utf-8''%E4%BC%81%E4%B8%9A; filename*1*=%E6%B3%A8%E5%86%8C.xml",
    };
    struct paper *paper = paper_new("T5");
    (void)state;
    g_autofree char *xml = paper_write(paper);
    g_autofree char *encoded = g_base64_encode((const guchar *)xml, strlen(xml));

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        struct scene *scene = scene_new();
        g_autoptr(GString) mail = g_string_new("From: <" NEW ">\r\nTo: <" SCENE_ADDRESS ">\r\nMessage-ID: <name@example.com>\r\n"
                                               "Date: Wed, 06 May 2026 02:00:00 +0000\r\nMIME-Version: 1.0\r\n");
        g_string_append_printf(mail,
                               "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; %s\r\n"
                               "Content-Transfer-Encoding: base64\r\n\r\n",
                               names[i]);
        for (const char *at = encoded; *at; at += strnlen(at, 76))
            g_string_append_printf(mail, "%.76s\r\n", at);
        scene_receive(scene, mail->str, mail->len);
        scene_deliver(scene);
        assert_int_equal(scene_requests(scene), 1);
        scene_free(scene);
    }
    paper_free(paper);
}

/* 7.41 */
static void test_7_41_the_same_form_twenty_times(void **state)
{
    struct scene *scene = scene_new();
    struct paper *paper = paper_new("T1");
    (void)state;

    paper_put(paper, "head/clientRef", "2026-0001");
    scene->batch = TRUE;
    store_begin(scene->site.store);
    for (guint i = 0; i < 20; i++)
        scene_file(scene, paper);
    scene_deliver(scene);
    assert_int_equal(scene_requests(scene), 1);
    g_autofree char *id = scene_newest(scene);
    assert_int_equal(scene_mails(scene, "N0", NULL), 0);
    assert_true(scene_mails(scene, "N1", "e1@example.com") >= 2); /* the receipt is repeated */
    assert_int_equal(scene_mails(scene, "N2", JINAN), 1);
    assert_string_equal(scene_state(scene, id), "cityReview");
    paper_put(paper, "statement", "另一次遗失"); /* another content is another form */
    scene_file(scene, paper);
    scene_deliver(scene);
    assert_true(scene_told(scene, "N0", "e1@example.com", "E-BUSY"));
    paper_free(paper);
    scene_free(scene);
}

/* Section 8: senders. */
static void test_strangers_get_one_neutral_line_a_day(void **state)
{
    struct scene *scene = scene_new();
    struct paper *paper = paper_new("T2E");
    (void)state;

    for (guint i = 0; i < 5; i++)
        scene_file_from(scene, "stranger@example.com", paper);
    scene_deliver(scene);
    assert_int_equal(scene_requests(scene), 0);
    assert_int_equal(scene_mails(scene, NULL, "stranger@example.com"), 1);
    assert_null(strstr(scene_mail(scene, "NX", "stranger@example.com")->text, "济南"));
    scene_file_from(scene, JINAN, paper);            /* a reviewer's address files nothing */
    scene_file_from(scene, "e2@example.com", paper); /* another's login name */
    scene_deliver(scene);
    assert_int_equal(scene_requests(scene), 0);
    paper_free(paper);
    scene_free(scene);
}

static void test_robots_decide_nothing_and_get_no_answer(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T1", NULL);
    g_autofree char *reply = g_strdup_printf("From: <" JINAN ">\r\nTo: <%s>\r\nMessage-ID: <auto@example.com>\r\n"
                                             "Date: Wed, 06 May 2026 02:00:00 +0000\r\nAuto-Submitted: auto-replied\r\n"
                                             "Subject: Re\r\n\r\nAPPROVE\r\nARCHIVE: 1\r\n",
                                             scene_mail(scene, "N2", JINAN)->reply_to);

    scene_forget(scene);
    scene_receive(scene, reply, strlen(reply));
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, id), "cityReview");
    assert_int_equal(scene_mails(scene, NULL, NULL), 0);
    scene_free(scene);
}

static void test_a_question_gets_the_blank_forms(void **state)
{
    static const char question[] =
        "From: <somebody@example.com>\r\nTo: <" SCENE_ADDRESS ">\r\nMessage-ID: <question@example.com>\r\n"
        "Date: Wed, 06 May 2026 02:00:00 +0000\r\nSubject: hello\r\n\r\nHow do I register?\r\n";
    struct scene *scene = scene_new();
    (void)state;

    scene_receive(scene, question, strlen(question));
    scene_deliver(scene);
    assert_non_null(scene_mail(scene, "NX", "somebody@example.com"));
    assert_non_null(strstr(scene_mail(scene, "NX", "somebody@example.com")->document, "enterpriseRegistration.xml"));
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_7_34_the_directory_is_away_when_it_should_change),
        cmocka_unit_test(test_7_34_the_change_was_made_but_not_noted),
        cmocka_unit_test(test_7_34_no_message_is_lost_while_the_directory_is_away),
        cmocka_unit_test(test_a_mail_that_cannot_be_delivered_is_told_to_the_operator),
        cmocka_unit_test(test_7_37_two_forms_in_one_mail),
        cmocka_unit_test(test_7_37_an_archive_or_a_document_instead_of_a_form),
        cmocka_unit_test(test_7_38_hostile_xml_is_refused_before_any_question),
        cmocka_unit_test(test_7_38_a_form_of_two_megabytes),
        cmocka_unit_test(test_7_39_names_that_mean_something_to_a_directory),
        cmocka_unit_test(test_7_39_login_names_that_mean_something_to_a_directory),
        cmocka_unit_test(test_7_39_a_nul_byte),
        cmocka_unit_test(test_7_40_a_form_in_gbk),
        cmocka_unit_test(test_7_40_file_names_of_every_spelling),
        cmocka_unit_test(test_7_41_the_same_form_twenty_times),
        cmocka_unit_test(test_strangers_get_one_neutral_line_a_day),
        cmocka_unit_test(test_robots_decide_nothing_and_get_no_answer),
        cmocka_unit_test(test_a_question_gets_the_blank_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
