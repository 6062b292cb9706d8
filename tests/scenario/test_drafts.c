/* Drafts: anybody can send a form in anybody's name, so what is not confirmed holds up nobody (domain.md 0, 7.27, R-49). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "mailflow/reissue.h"
#include "tests/scenario/story.h"

#define OWNER "new@example.com"
#define OTHER "other@example.net"
#define E1_MAIL "e1@example.com"

/* The same code and login name, from another address. */
static char *file_as_other(struct scene *scene)
{
    struct paper *paper = paper_new("T5");
    guint before = scene_requests(scene);

    paper_put(paper, "contactMail", OTHER);
    scene_file_from(scene, OTHER, paper);
    paper_free(paper);
    scene_deliver(scene);
    return scene_requests(scene) > before ? scene_newest(scene) : NULL;
}

static void test_a_registration_nobody_confirmed_holds_up_nobody(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    scene->stamped = FALSE;
    g_autofree char *forged = file_as_other(scene);
    g_autofree char *id = scene_form(scene, "T5", NULL);

    assert_non_null(id);
    assert_int_equal(scene_mails(scene, "N0", OWNER), 0);
    scene_reply(scene, OWNER, "N1D", "确认");
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_reply(scene, OTHER, "N1D", "确认");
    assert_string_equal(scene_state(scene, forged), "draft");
    assert_true(scene_told(scene, "N9", OTHER, "E-DUP-REG"));
    scene_forward(scene, 8);
    assert_string_equal(scene_state(scene, forged), "expired");
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_free(scene);
}

static void test_the_first_confirmed_wins(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    scene->stamped = FALSE;
    g_autofree char *late = scene_form(scene, "T5", NULL);
    g_autofree char *first = file_as_other(scene);

    scene_reply(scene, OTHER, "N1D", "确认");
    scene_reply(scene, OWNER, "N1D", "确认");
    assert_string_equal(scene_state(scene, first), "cityReview");
    assert_string_equal(scene_state(scene, late), "draft");
    assert_null(scene_mail(scene, "N0", OWNER)); /* not to send the form again: it is here */
    assert_true(scene_told(scene, "N9", OWNER, "请再次回复“确认”"));
    assert_true(scene_told(scene, "N9", OWNER, "2026-05-13")); /* a week from now */
    scene_forward(scene, 6);
    scene_reply(scene, OWNER, "N9", "确认");
    scene_forward(scene, 6); /* it was kept for another week */
    assert_string_equal(scene_state(scene, late), "draft");
    story_decide(scene, first, STORY_REJECT); /* 7.28 */
    scene_reply(scene, OWNER, "N9", "确认");
    assert_string_equal(scene_state(scene, late), "cityReview");
    scene_free(scene);
}

static void test_two_confirm_in_one_batch(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    scene->stamped = FALSE;
    g_autofree char *first = scene_form(scene, "T5", NULL);
    g_autofree char *second = file_as_other(scene);

    scene->batch = TRUE;
    store_begin(scene->site.store);
    scene_answer(scene, scene_mail(scene, "N1D", OWNER), OWNER, "确认");
    scene_answer(scene, scene_mail(scene, "N1D", OTHER), OTHER, "确认");
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, first), "cityReview");
    assert_string_equal(scene_state(scene, second), "draft");
    assert_true(scene_told(scene, "N9", OTHER, "E-DUP-REG"));
    scene_free(scene);
}

static void test_what_is_submitted_is_told_at_once(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "T5", NULL);

    scene->stamped = FALSE;
    g_autofree char *second = file_as_other(scene);
    assert_null(second);
    assert_true(scene_told(scene, "N0", OTHER, "E-DUP-REG"));
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_free(scene);
}

/* What is refused for a lock, which is found only as it is recorded, uses no number up. */
static void test_a_refused_form_has_no_number(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *first = scene_form(scene, "T5", NULL);
    g_autofree char *refused = file_as_other(scene);

    assert_null(refused);
    assert_true(scene_told(scene, "N0", OTHER, "E-DUP-REG"));
    story_decide(scene, first, STORY_REJECT);
    g_autofree char *second = scene_form(scene, "T5", NULL);
    assert_string_equal(first, "T5-2026-000001");
    assert_string_equal(second, "T5-2026-000002");
    scene_free(scene);
}

/* A form sent by two clicks, or again by somebody who saw no answer: one draft, and either receipt confirms it. */
static void test_the_same_form_twice_is_one_draft(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    scene->stamped = FALSE;
    g_autofree char *id = scene_form(scene, "T5", NULL);
    const struct mail first = *scene_mail(scene, "N1D", OWNER);

    scene_forward(scene, 5);
    g_autofree char *second = scene_form(scene, "T5", NULL);
    assert_null(second);
    assert_int_equal(scene_mails(scene, "N1D", OWNER), 2);
    assert_string_equal(scene_mail(scene, "N1D", OWNER)->request, id);
    assert_int_equal(scene_mails(scene, "N7", OWNER), 0);
    assert_true(scene_told(scene, "N1D", OWNER, "2026-05-18")); /* a week from now, as that mail says */
    scene_forward(scene, 6);
    assert_string_equal(scene_state(scene, id), "draft");
    scene_answer(scene, &first, OWNER, "确认");
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, id), "cityReview");
    assert_int_equal(scene_mails(scene, "N2", "city-jinan-1@example.com"), 1);
    scene_reply(scene, OWNER, "N1D", "确认");
    assert_true(scene_told(scene, "N9", OWNER, "无需再次确认"));
    scene_free(scene);
}

/* The administrator has the receipt sent again: the term it names is the one that holds. */
static void test_a_receipt_sent_again_begins_the_term_anew(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    scene->stamped = FALSE;
    g_autofree char *id = scene_form(scene, "T5", NULL);
    g_autoptr(GPtrArray) plans = plan_list();
    const char *zh = NULL, *en = NULL;

    scene_forward(scene, 5);
    site_begin(&scene->site, scene->now);
    struct affair *affair = affair_open(&scene->site.mind, id);
    assert_true(reissue(affair, NULL, "unix:anna", plans, &zh, &en, NULL));
    store_begin(scene->site.store);
    store_carry(scene->site.store, plans, scene->now);
    assert_true(store_commit(scene->site.store, NULL));
    affair_free(affair);
    scene_deliver(scene);
    assert_true(scene_told(scene, "N1D", OWNER, "2026-05-18"));
    scene_forward(scene, 6);
    scene_reply(scene, OWNER, "N1D", "确认");
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_free(scene);
}

static void test_the_answer_to_a_replaced_draft_names_its_successor(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    scene->stamped = FALSE;
    g_autofree char *first = scene_form(scene, "T5", NULL);
    const struct mail receipt = *scene_mail(scene, "N1D", OWNER);
    g_autofree char *second = scene_form(scene, "T5", "address", "济南市历下区测试路2号", NULL);
    g_autofree char *third = scene_form(scene, "T5", "address", "济南市历下区测试路3号", NULL);

    assert_string_equal(scene_state(scene, first), "withdrawn");
    assert_true(scene_told(scene, "N7", OWNER, third));
    scene_answer(scene, &receipt, OWNER, "确认");
    scene_deliver(scene);
    assert_true(scene_told(scene, "N9", OWNER, third));
    assert_true(scene_told(scene, "N9", OWNER, "请回复申请"));
    assert_null(strstr(scene_mail(scene, "N9", OWNER)->text, second));
    scene_reply(scene, OWNER, "N1D", "确认");
    assert_string_equal(scene_state(scene, third), "cityReview");
    scene_answer(scene, &receipt, OWNER, "确认");
    scene_deliver(scene);
    assert_true(scene_told(scene, "N9", OWNER, "待市初审"));
    scene_free(scene);
}

/* Two holders bear the same name: what is asked for one is not what is asked for the other. */
static void test_a_draft_about_a_namesake_stays(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    scene->stamped = FALSE;
    tree_set(scene->tree, H2, ATTRIBUTE_CN, "测试甲");
    g_autofree char *first = scene_form(scene, "T4", NULL);
    const struct mail receipt = *scene_mail(scene, "N1D", E1_MAIL);
    g_autofree char *second = scene_form(scene, "T4", "idNumber", "370299198812310024", NULL);
    g_autofree char *same = scene_form(scene, "T4", "idNumber", "370299198812310024", "head/remark", "另附证件", NULL);

    assert_string_equal(scene_state(scene, second), "withdrawn"); /* one about the same holder takes its place */
    assert_string_equal(scene_state(scene, first), "draft");
    assert_string_equal(scene_state(scene, same), "draft");
    scene_answer(scene, &receipt, E1_MAIL, "确认");
    scene_deliver(scene);
    scene_reply(scene, E1_MAIL, "N1D", "确认");
    assert_string_equal(scene_state(scene, first), "cityReview");
    assert_string_equal(scene_state(scene, same), "cityReview");
    scene_free(scene);
}

/* Somebody may have forged the draft: what is proved now is submitted, as it would be without it. */
static void test_a_proved_form_does_not_wait_for_its_unproved_twin(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    scene->stamped = FALSE;
    g_autofree char *forged = scene_form(scene, "T5", NULL);
    scene->stamped = TRUE;
    g_autofree char *id = scene_form(scene, "T5", NULL);

    assert_string_equal(scene_state(scene, forged), "withdrawn");
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_free(scene);
}

/* About another loss each time: as a clerk files one by one, and as a forger would. */
static void file_numbered(struct scene *scene, guint number)
{
    struct paper *paper = paper_new("T1");
    g_autofree char *statement = g_strdup_printf("第%u次遗失", number);

    paper_put(paper, "statement", statement);
    scene_file(scene, paper);
    paper_free(paper);
}

/* Whoever knows an address can make us write to it: not without end. */
static void test_forged_forms_flood_nobody(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    scene->stamped = FALSE;
    for (guint i = 1; i <= 103; i++)
        file_numbered(scene, i);
    scene_deliver(scene);
    assert_int_equal(scene_mails(scene, "N1D", E1_MAIL), 100);
    assert_int_equal(scene_requests(scene), 100);
    assert_int_equal(scene_mails(scene, "NX", E1_MAIL), 1);
    assert_true(scene_told(scene, "NX", E1_MAIL, "请明天重新发送"));
    g_autofree char *elsewhere = scene_form(scene, "T5", NULL); /* others are not concerned */
    assert_string_equal(scene_state(scene, elsewhere), "draft");
    scene_forward(scene, 1);
    file_numbered(scene, 104);
    assert_int_equal(scene_requests(scene), 102);
    scene_reply(scene, E1_MAIL, "N1D", "确认"); /* what is there can be confirmed */
    assert_int_equal(scene_mails(scene, "N1", E1_MAIL), 1);
    scene_free(scene);
}

/* The owner's own mail is not held up by what others forged. */
static void test_a_proved_draft_is_not_counted(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    scene->stamped = FALSE;
    for (guint i = 1; i <= 101; i++)
        file_numbered(scene, i);
    scene->stamped = TRUE;
    scene->site.policy.confirm_always = TRUE;
    file_numbered(scene, 102);
    scene_deliver(scene);
    assert_int_equal(scene_mails(scene, "N1D", E1_MAIL), 101);
    scene_free(scene);
}

/* The same form again and again is one draft, but not one receipt. */
static void test_repeated_receipts_count_too(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    scene->stamped = FALSE;
    for (guint i = 1; i <= 103; i++)
        file_numbered(scene, 1);
    scene_deliver(scene);
    assert_int_equal(scene_requests(scene), 1);
    assert_int_equal(scene_mails(scene, "N1D", E1_MAIL), 100);
    scene_free(scene);
}

/* Two addresses get the receipt of a change of address: each is counted, whoever is written to by it. */
static void test_the_new_address_is_counted_as_well(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    scene->stamped = FALSE;
    for (guint i = 1; i <= 101; i++) {
        struct paper *paper = paper_new("P2");
        g_autofree char *remark = g_strdup_printf("第%u次", i);
        const gboolean by_e1 = i % 2;
        paper_put(paper, "head/applicantUid", by_e1 ? "e1-jinan" : "e3-weifang");
        paper_put(paper, "head/remark", remark);
        paper_put(paper, "target", "self");
        paper_put(paper, "changes/change[1]/@field", "contactMail");
        paper_put(paper, "changes/change[1]/newValue", "victim@example.net");
        scene_file_from(scene, by_e1 ? E1_MAIL : "e3@example.com", paper);
        paper_free(paper);
    }
    scene_deliver(scene);
    assert_int_equal(scene_mails(scene, "N1D", "victim@example.net"), 100);
    assert_true(scene_told(scene, "NX", E1_MAIL, "今天寄往 victim@example.net")); /* not the sender's own, which is not full */
    assert_true(scene_told(scene, "NX", E1_MAIL, "are sent to victim@example.net"));
    scene_free(scene);
}

/* A registration that names the subaddress `tag` of one mailbox. */
static void register_by(struct scene *scene, const char *format, guint tag)
{
    struct paper *paper = paper_new("T5");
    g_autoptr(GString) mail = g_string_new(format);
    g_autofree char *number = g_strdup_printf("%u", tag);

    g_string_replace(mail, "N", number, 0);
    paper_put(paper, "contactMail", mail->str);
    scene_file_from(scene, mail->str, paper);
    paper_free(paper);
}

/* The mails of that code to addresses of which `part` is one. */
static guint mails_to(const struct scene *scene, const char *code, const char *part)
{
    guint count = 0;

    for (guint i = 0; i < scene->mails->len; i++) {
        const struct mail *mail = g_ptr_array_index(scene->mails, i);
        count += g_str_equal(mail->code, code) && strstr(mail->to, part);
    }
    return count;
}

/* A thousand people who share a mailbox get their receipts; whoever makes up subaddresses does not flood it for ever. */
static void test_subaddresses_are_one_mailbox(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    scene->stamped = FALSE;
    for (guint i = 1; i <= 1000; i++)
        register_by(scene, "victim+N@example.net", i);
    scene_deliver(scene);
    assert_int_equal(mails_to(scene, "N1D", "victim"), 1000);
    for (guint i = 1001; i <= 2006; i++)
        register_by(scene, i % 2 ? "Victim+N@Example.net" : "victim+N@example.net", i);
    scene_deliver(scene);
    assert_int_equal(mails_to(scene, "N1D", "ictim"), 2000);
    assert_int_equal(mails_to(scene, "NX", "ictim"), 3);
    assert_true(scene_told(scene, "NX", NULL, "are sent to victim+"));
    register_by(scene, "victim@example.net", 0); /* the mailbox itself is no way around it */
    register_by(scene, "victims@example.net", 0);
    scene_deliver(scene);
    assert_null(scene_mail(scene, "N1D", "victim@example.net"));
    assert_non_null(scene_mail(scene, "N1D", "victims@example.net"));
    scene_forward(scene, 1);
    register_by(scene, "victim+N@example.net", 2007);
    scene_deliver(scene);
    assert_non_null(scene_mail(scene, "N1D", "victim+2007@example.net"));
    scene_free(scene);
}

/* A dash parts addresses of our own domain where the site has it so; elsewhere it is a part of names. */
static void test_a_separator_is_known_at_home_only(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    scene->stamped = FALSE;
    scene->site.policy.separator = '-';
    for (guint i = 1; i <= 2003; i++) {
        register_by(scene, "clerk-N@example.com", i);
        register_by(scene, "clerk-N@example.net", i);
    }
    scene_deliver(scene);
    assert_int_equal(mails_to(scene, "N1D", "@example.com"), 2000);
    assert_int_equal(mails_to(scene, "N1D", "@example.net"), 2003);
    scene_free(scene);
}

/* A form in an account's name that its owner never sent. */
static void test_a_forged_change_of_employer_blocks_no_person(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    scene->stamped = FALSE;
    g_autofree char *forged = scene_form(scene, "T2E", NULL);
    scene->stamped = TRUE;
    g_autofree char *id = scene_form(scene, "T1", NULL);

    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_reply(scene, E1_MAIL, "N1D", "确认");
    assert_string_equal(scene_state(scene, forged), "draft");
    assert_true(scene_told(scene, "N9", E1_MAIL, "E-BUSY"));
    assert_true(scene_told(scene, "N9", E1_MAIL, id)); /* their own: which one it is */
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_registration_nobody_confirmed_holds_up_nobody),
        cmocka_unit_test(test_the_first_confirmed_wins),
        cmocka_unit_test(test_two_confirm_in_one_batch),
        cmocka_unit_test(test_what_is_submitted_is_told_at_once),
        cmocka_unit_test(test_the_same_form_twice_is_one_draft),
        cmocka_unit_test(test_a_receipt_sent_again_begins_the_term_anew),
        cmocka_unit_test(test_the_answer_to_a_replaced_draft_names_its_successor),
        cmocka_unit_test(test_a_draft_about_a_namesake_stays),
        cmocka_unit_test(test_a_proved_form_does_not_wait_for_its_unproved_twin),
        cmocka_unit_test(test_forged_forms_flood_nobody),
        cmocka_unit_test(test_a_proved_draft_is_not_counted),
        cmocka_unit_test(test_repeated_receipts_count_too),
        cmocka_unit_test(test_the_new_address_is_counted_as_well),
        cmocka_unit_test(test_subaddresses_are_one_mailbox),
        cmocka_unit_test(test_a_separator_is_known_at_home_only),
        cmocka_unit_test(test_a_refused_form_has_no_number),
        cmocka_unit_test(test_a_forged_change_of_employer_blocks_no_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
