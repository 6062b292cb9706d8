/* The daily list comes back, or a machine answers it: for each request that it lists it is as if the request's own review mail had. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "tests/scenario/desk.h"
#include "tests/scenario/story.h"

#define AWAY "Out of Office: x"
#define MACHINE "Auto-Submitted: auto-replied"
#define COUNT 2

/* A loss and a registration wait for Jinan; the next morning there are lists of both. */
struct morning {
    struct scene *scene;
    char *ids[COUNT];
};

static void begin(struct morning *morning)
{
    struct scene *scene = morning->scene = scene_new();

    morning->ids[0] = scene_form(scene, "T1", NULL);
    morning->ids[1] = scene_form(scene, "T5", NULL);
    scene->site.policy.list_daily = TRUE;
    scene->site.policy.list_hour = 8;
    scene_deliver(scene);
    scene_forget(scene);
    scene_forward(scene, 1);
    assert_int_equal(scene_mails(scene, "NL", NULL), 3);
}

static void end(struct morning *morning)
{
    for (guint i = 0; i < COUNT; i++)
        g_free(morning->ids[i]);
    scene_free(morning->scene);
}

static void come_back(struct scene *scene, const char *to, const char *status)
{
    const struct mail list = *scene_mail(scene, "NL", to);

    story_bounce(scene, &list, "failed", status);
}

static void test_a_list_from_a_dead_mailbox(void **state)
{
    struct morning morning;
    (void)state;

    begin(&morning);
    come_back(morning.scene, JINAN_1, "5.1.1");
    come_back(morning.scene, JINAN_1, "5.1.1");
    for (guint i = 0; i < COUNT; i++) {
        assert_int_equal(living(morning.scene, morning.ids[i]), 2);
        assert_int_equal(scene_audited(morning.scene, morning.ids[i], "bounce", NULL), 1);
    }
    assert_int_equal(scene_mails(morning.scene, "N11", SCENE_OPERATOR), 1);
    assert_true(scene_told(morning.scene, "N11", SCENE_OPERATOR, JINAN_1));
    scene_reply(morning.scene, JINAN_2, "NL", "2 同意 留档编号：7");
    assert_string_equal(scene_state(morning.scene, morning.ids[1]), "done");
    end(&morning);
}

static void test_when_all_lists_come_back_others_are_asked(void **state)
{
    struct morning morning;
    (void)state;

    begin(&morning);
    add_colleague(morning.scene);
    come_back(morning.scene, JINAN_1, "5.1.1");
    come_back(morning.scene, JINAN_2, "5.1.1");
    assert_int_equal(scene_mails(morning.scene, "N2", NULL), 0);
    come_back(morning.scene, BOTH, "5.1.1");
    assert_int_equal(scene_mails(morning.scene, "N2", COLLEAGUE), COUNT);
    scene_reply(morning.scene, COLLEAGUE, "N2", STORY_APPROVE);
    end(&morning);
}

static void test_a_full_mailbox_and_a_delay_end_nothing(void **state)
{
    struct morning morning;
    (void)state;

    begin(&morning);
    const struct mail list = *scene_mail(morning.scene, "NL", JINAN_1);
    story_bounce(morning.scene, &list, "delayed", "4.4.1");
    assert_int_equal(scene_mails(morning.scene, "N11", NULL), 0);
    story_bounce(morning.scene, &list, "failed", "5.2.2");
    assert_int_equal(scene_mails(morning.scene, "N11", SCENE_OPERATOR), 1);
    for (guint i = 0; i < COUNT; i++)
        assert_int_equal(living(morning.scene, morning.ids[i]), 3);
    end(&morning);
}

static void test_what_is_decided_by_then_is_left_alone(void **state)
{
    struct morning morning;
    (void)state;

    begin(&morning);
    scene_reply(morning.scene, JINAN_2, "NL", "2 同意 留档编号：7");
    come_back(morning.scene, JINAN_1, "5.1.1");
    assert_int_equal(scene_audited(morning.scene, morning.ids[0], "bounce", NULL), 1);
    assert_int_equal(scene_audited(morning.scene, morning.ids[1], "bounce", NULL), 0);
    assert_string_equal(scene_state(morning.scene, morning.ids[1]), "done");
    end(&morning);
}

static void test_a_list_refused_when_it_was_handed_over(void **state)
{
    struct morning morning;
    (void)state;

    begin(&morning);
    scene_forget(morning.scene);
    morning.scene->refused = JINAN_1;
    scene_forward(morning.scene, 1);
    for (guint i = 0; i < COUNT; i++)
        assert_int_equal(living(morning.scene, morning.ids[i]), 2);
    assert_true(scene_told(morning.scene, "N11", SCENE_OPERATOR, JINAN_1));
    end(&morning);
}

static void test_a_machine_answers_a_list(void **state)
{
    struct morning morning;
    (void)state;

    begin(&morning);
    add_colleague(morning.scene);
    tree_set(morning.scene->tree, JINAN_1_DN, ATTRIBUTE_DEPUTY, "city-jinan-3");
    const struct mail list = *scene_mail(morning.scene, "NL", JINAN_1);
    story_machine(morning.scene, &list, JINAN_1, AWAY, MACHINE);
    story_machine(morning.scene, &list, JINAN_1, AWAY, MACHINE);
    for (guint i = 0; i < COUNT; i++) {
        assert_int_equal(scene_audited(morning.scene, morning.ids[i], "absent", NULL), 2);
        assert_int_equal(living(morning.scene, morning.ids[i]), 4);
        assert_string_equal(scene_state(morning.scene, morning.ids[i]), "cityReview");
    }
    assert_int_equal(scene_mails(morning.scene, "N2", COLLEAGUE), COUNT);
    assert_int_equal(scene_mails(morning.scene, "N3a", NULL), COUNT);
    assert_int_equal(scene_mails(morning.scene, "NR", NULL), 0);
    end(&morning);
}

/* One mistake in the directory, not one of each request that the list has. */
static void test_a_list_tells_of_an_unusable_deputy_once(void **state)
{
    struct morning morning;
    (void)state;

    begin(&morning);
    tree_set(morning.scene->tree, JINAN_1_DN, ATTRIBUTE_DEPUTY, "nobody");
    const struct mail list = *scene_mail(morning.scene, "NL", JINAN_1);
    story_machine(morning.scene, &list, JINAN_1, AWAY, MACHINE);
    story_machine(morning.scene, &list, JINAN_1, AWAY, MACHINE);
    assert_int_equal(scene_mails(morning.scene, "N11", SCENE_OPERATOR), 1);
    assert_true(scene_told(morning.scene, "N11", SCENE_OPERATOR, "nobody 不是该主管部门的在岗审核人员"));
    end(&morning);
}

static void test_anothers_machine_is_no_absence(void **state)
{
    struct morning morning;
    (void)state;

    begin(&morning);
    const struct mail list = *scene_mail(morning.scene, "NL", JINAN_1);
    story_machine(morning.scene, &list, JINAN_2, AWAY, MACHINE);
    story_machine(morning.scene, &list, "robot@example.com", AWAY, MACHINE);
    for (guint i = 0; i < COUNT; i++)
        assert_int_equal(scene_audited(morning.scene, morning.ids[i], "absent", NULL), 0);
    assert_int_equal(scene_mails(morning.scene, "N3a", NULL), 0);
    end(&morning);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_list_from_a_dead_mailbox),
        cmocka_unit_test(test_when_all_lists_come_back_others_are_asked),
        cmocka_unit_test(test_a_full_mailbox_and_a_delay_end_nothing),
        cmocka_unit_test(test_what_is_decided_by_then_is_left_alone),
        cmocka_unit_test(test_a_list_refused_when_it_was_handed_over),
        cmocka_unit_test(test_a_machine_answers_a_list),
        cmocka_unit_test(test_a_list_tells_of_an_unusable_deputy_once),
        cmocka_unit_test(test_anothers_machine_is_no_absence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
