/* Mail that comes back, and reviewers who are away: a stage never waits for a dead mailbox, robots hear nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "tests/scenario/away.h"
#include "tests/scenario/desk.h"
#include "tests/scenario/story.h"

static void come_back(struct scene *scene, const char *code, const char *to)
{
    story_bounce(scene, scene_mail(scene, code, to), "failed", "5.1.1");
}

static void test_one_dead_mailbox_of_several(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;
    guint before = living(scene, id), sent = scene->mails->len;

    come_back(scene, "N2", JINAN_1);
    assert_int_equal(living(scene, id), before - 1);
    assert_true(scene_told(scene, "N11", SCENE_OPERATOR, JINAN_1));
    assert_int_equal(scene_audited(scene, id, "bounce", NULL), 1);
    assert_int_equal(scene->mails->len, sent + 1);
    scene_reply(scene, JINAN_2, "N2", STORY_APPROVE);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

static void test_a_delay_is_only_noted(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;
    guint before = living(scene, id);

    story_bounce(scene, scene_mail(scene, "N2", JINAN_1), "delayed", "4.4.1");
    assert_int_equal(living(scene, id), before);
    assert_null(scene_mail(scene, "N11", NULL));
    assert_int_equal(scene_audited(scene, id, "bounce", NULL), 1);
    leave(scene, id);
}

static void test_a_full_mailbox_is_told_and_may_serve_again(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;
    guint before = living(scene, id), sent = scene->mails->len;

    story_bounce(scene, scene_mail(scene, "N2", JINAN_1), "failed", "5.2.2");
    assert_int_equal(living(scene, id), before);
    assert_true(scene_told(scene, "N11", SCENE_OPERATOR, JINAN_1));
    assert_int_equal(scene->mails->len, sent + 1);
    leave(scene, id);
}

static void test_who_was_added_since_is_invited_when_the_last_mailbox_is_dead(void **state)
{
    char *id;
    struct scene *scene = waiting_for_one(&id);
    (void)state;

    hire(scene);
    come_back(scene, "N2", LINYI_1);
    assert_int_equal(scene_mails(scene, "N2", LINYI_1), 1);
    assert_int_equal(scene_mails(scene, "N2", DEPUTY), 1);
    assert_int_equal(scene_audited(scene, id, "passedBy", NULL), 1);
    scene_reply(scene, DEPUTY, "N2", STORY_APPROVE);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

static void test_with_nobody_left_operator_and_province_hear_of_it(void **state)
{
    char *id;
    struct scene *scene = waiting_for_one(&id);
    (void)state;

    come_back(scene, "N2", LINYI_1);
    assert_true(scene_told(scene, "N11", "province-1@example.com", "没有可以审核"));
    assert_true(scene_told(scene, "N11", "province-1@example.com", "临沂市主管部门（371300）"));
    assert_true(scene_told(scene, "N11", SCENE_OPERATOR, "（邮件被退回：" LINYI_1 "）"));
    assert_int_equal(scene_mails(scene, "N11", SCENE_OPERATOR), 2);
    assert_int_equal(living(scene, id), 0);
    assert_string_equal(scene_state(scene, id), "cityReview");
    tree_set(scene->tree, LINYI_1_DN, ATTRIBUTE_MAIL, "linyi-anew@example.com");
    scene_forward(scene, 10); /* the reminder goes where the directory says by now */
    assert_non_null(scene_mail(scene, "N8", "linyi-anew@example.com"));
    leave(scene, id);
}

static void test_the_same_address_is_reported_once_a_day(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;
    g_autofree char *other = scene_form(scene, "T1", NULL);

    for (guint i = 0; i < scene->mails->len; i++) {
        const struct mail *mail = g_ptr_array_index(scene->mails, i);
        if (g_str_equal(mail->code, "N2") && g_str_equal(mail->to, JINAN_1))
            story_bounce(scene, mail, "failed", "5.1.1");
    }
    assert_int_equal(scene_audited(scene, id, "bounce", NULL) + scene_audited(scene, other, "bounce", NULL), 2);
    assert_int_equal(scene_mails(scene, "N11", SCENE_OPERATOR), 1);
    leave(scene, id);
}

static void test_dead_mailboxes_are_not_asked_in_turn_for_ever(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    come_back(scene, "N2", JINAN_1);
    come_back(scene, "N2", JINAN_2);
    come_back(scene, "N2", BOTH);
    assert_int_equal(scene_mails(scene, "N2", NULL), 3);
    assert_non_null(scene_mail(scene, "N11", "province-1@example.com"));
    leave(scene, id);
}

/* Only a copy sent on elsewhere came back: the person answers, and that counts. */
static void test_who_answers_has_got_the_mail(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    come_back(scene, "N2", JINAN_1);
    scene_reply(scene, JINAN_1, "N2", STORY_APPROVE);
    assert_string_equal(scene_state(scene, id), "done");
    scene_reply(scene, JINAN_1, "N2", STORY_REJECT);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

static void test_a_bounce_of_a_decided_stage_changes_nothing(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    const struct mail late = *scene_mail(scene, "N2", JINAN_1);

    scene_reply(scene, JINAN_2, "N2", STORY_APPROVE);
    scene_forget(scene);
    story_bounce(scene, &late, "failed", "5.1.1");
    assert_int_equal(scene_mails(scene, NULL, NULL), scene_mails(scene, "N11", SCENE_OPERATOR));
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

static void test_the_applicants_mailbox_is_dead(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    come_back(scene, "N1", NEW); /* carries no token: found by its Message-ID */
    assert_true(scene_told(scene, "N11", SCENE_OPERATOR, NEW));
    assert_int_equal(scene_audited(scene, id, "bounce", NULL), 1);
    assert_string_equal(scene_state(scene, id), "cityReview");
    leave(scene, id);
}

static void test_a_mailbox_that_is_refused_at_once(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    scene->refused = LINYI_1;
    hire(scene);
    g_autofree char *id = scene_form(scene, "T5", "cityCode", "371300", NULL);
    assert_int_equal(living(scene, id), 1);
    assert_true(scene_told(scene, "N11", SCENE_OPERATOR, "发往 " LINYI_1 " 的邮件被拒收："));
    scene_free(scene);

    scene = scene_new();
    scene->refused = LINYI_1;
    g_autofree char *alone = scene_form(scene, "T5", "cityCode", "371300", NULL);
    assert_int_equal(living(scene, alone), 0);
    assert_true(scene_told(scene, "N11", "province-1@example.com", "没有可以审核"));
    scene_free(scene);
}

static void test_a_bounce_waits_for_the_directory(void **state)
{
    char *id;
    struct scene *scene = waiting_for_one(&id);
    const struct mail mail = *scene_mail(scene, "N2", LINYI_1);
    (void)state;

    hire(scene);
    scene_directory_down(scene, TRUE);
    story_bounce(scene, &mail, "failed", "5.1.1");
    assert_int_equal(scene->fate, ROUND_LEFT);
    assert_int_equal(living(scene, id), 1);
    scene_directory_down(scene, FALSE);
    story_bounce(scene, &mail, "failed", "5.1.1");
    assert_non_null(scene_mail(scene, "N2", DEPUTY));
    leave(scene, id);
}

static void test_the_operators_own_mailbox_is_told_nothing_of_itself(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    come_back(scene, "N2", JINAN_1);
    come_back(scene, "N11", SCENE_OPERATOR);
    scene_forward(scene, 1);
    come_back(scene, "N11", SCENE_OPERATOR);
    assert_int_equal(scene_mails(scene, "N11", SCENE_OPERATOR), 1);
    assert_int_equal(scene_audited(scene, id, "bounce", NULL), 3);
    leave(scene, id);
}

static void test_an_absence_is_noted_and_told_once(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;
    guint before = living(scene, id);

    be_absent(scene, JINAN_1);
    be_absent(scene, JINAN_1);
    be_absent(scene, JINAN_2);
    assert_int_equal(scene_audited(scene, id, "absent", NULL), 3);
    assert_int_equal(scene_mails(scene, "N3a", NEW), 1);
    assert_null(scene_mail(scene, "N11", NULL));
    assert_null(scene_mail(scene, "N9", NULL));
    assert_int_equal(living(scene, id), before);
    assert_string_equal(scene_state(scene, id), "cityReview");
    leave(scene, id);
}

/* The stage is decided, only not in effect yet: it waits for nobody, and the mail that came back is remembered for when it does again. */
static void test_what_is_decided_asks_nobody_else(void **state)
{
    char *id;
    struct scene *scene = waiting_for_one(&id);
    (void)state;

    open_window(scene);
    hire(scene);
    scene_reply(scene, LINYI_1, "N2", STORY_APPROVE);
    be_absent(scene, LINYI_1);
    come_back(scene, "N2", LINYI_1);
    assert_null(scene_mail(scene, "N2", DEPUTY));
    assert_null(scene_mail(scene, "N3a", NEW));
    assert_int_equal(living(scene, id), 0);
    pass_minutes(scene, WINDOW);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

static void test_receipts_and_other_peoples_machines_are_no_absence(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;
    const struct mail *mail = scene_mail(scene, "N2", JINAN_1);

    story_machine(scene, mail, "robot@elsewhere.test", AWAY, "Auto-Submitted: auto-replied");
    story_machine(scene, mail, JINAN_1, "已读: 请审核", "Auto-Submitted: auto-replied");
    story_machine(scene, mail, JINAN_1, "Your ticket 17", "Auto-Submitted: auto-replied");
    story_machine(scene, mail, JINAN_1, AWAY,
                  "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; "
                  "report-type=disposition-notification; boundary=b");
    assert_int_equal(scene_audited(scene, id, "absent", NULL), 0);
    assert_int_equal(scene_audited(scene, id, "automatic", NULL), 4);
    assert_null(scene_mail(scene, "N3a", NULL));
    leave(scene, id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_dead_mailbox_of_several),
        cmocka_unit_test(test_a_delay_is_only_noted),
        cmocka_unit_test(test_a_full_mailbox_is_told_and_may_serve_again),
        cmocka_unit_test(test_who_was_added_since_is_invited_when_the_last_mailbox_is_dead),
        cmocka_unit_test(test_with_nobody_left_operator_and_province_hear_of_it),
        cmocka_unit_test(test_the_same_address_is_reported_once_a_day),
        cmocka_unit_test(test_dead_mailboxes_are_not_asked_in_turn_for_ever),
        cmocka_unit_test(test_who_answers_has_got_the_mail),
        cmocka_unit_test(test_a_bounce_of_a_decided_stage_changes_nothing),
        cmocka_unit_test(test_the_applicants_mailbox_is_dead),
        cmocka_unit_test(test_a_mailbox_that_is_refused_at_once),
        cmocka_unit_test(test_a_bounce_waits_for_the_directory),
        cmocka_unit_test(test_the_operators_own_mailbox_is_told_nothing_of_itself),
        cmocka_unit_test(test_an_absence_is_noted_and_told_once),
        cmocka_unit_test(test_what_is_decided_asks_nobody_else),
        cmocka_unit_test(test_receipts_and_other_peoples_machines_are_no_absence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
