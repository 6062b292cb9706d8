/* Reviewers who are away and whom the directory names to stand in: the deputy is asked, and where that cannot be, the operator hears of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "tests/scenario/away.h"
#include "tests/scenario/desk.h"
#include "tests/scenario/story.h"

static void test_the_only_reviewer_is_away_without_deputy(void **state)
{
    char *id;
    struct scene *scene = waiting_for_one(&id);
    (void)state;

    be_absent(scene, LINYI_1);
    be_absent(scene, LINYI_1);
    assert_int_equal(scene_mails(scene, "N11", SCENE_OPERATOR), 1);
    leave(scene, id);
}

static void test_the_deputy_gets_a_token_of_their_own(void **state)
{
    char *id;
    struct scene *scene = waiting_for_one(&id);
    (void)state;

    hire(scene);
    name_deputy(scene, "city-linyi-2", "2026-05-01", "2026-05-06");
    be_absent(scene, LINYI_1);
    be_absent(scene, LINYI_1);
    assert_int_equal(scene_mails(scene, "N2", DEPUTY), 1);
    assert_null(scene_mail(scene, "N11", NULL));
    assert_int_equal(scene_mails(scene, "N3a", NEW), 1);
    assert_true(scene_told(scene, "N2", DEPUTY, "临沂审核甲暂时不在，由您代理审核"));
    assert_string_not_equal(scene_mail(scene, "N2", DEPUTY)->reply_to, scene_mail(scene, "N2", LINYI_1)->reply_to);
    scene_reply(scene, DEPUTY, "N2", STORY_APPROVE);
    assert_string_equal(scene_state(scene, id), "done");
    leave(scene, id);
}

static void test_a_deputy_is_asked_only_on_the_days_named(void **state)
{
    static const struct {
        const char *from, *until;
        guint invited;
    } days[] = {
        {"2026-05-07", "2026-05-20", 0}, {"2026-05-01", "2026-05-05", 0}, {"2026-05-06", "2026-05-06", 1},
        {NULL, "2026-05-06", 1},         {"2026-05-06", NULL, 1},         {NULL, NULL, 1},
    };
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(days); i++) {
        char *id;
        struct scene *scene = waiting_for_one(&id);
        hire(scene);
        name_deputy(scene, "city-linyi-2", days[i].from, days[i].until);
        be_absent(scene, LINYI_1);
        assert_int_equal(scene_mails(scene, "N2", DEPUTY), days[i].invited);
        leave(scene, id);
    }
}

static void test_a_deputy_who_has_left_decides_nothing(void **state)
{
    char *id;
    struct scene *scene = waiting_for_one(&id);
    (void)state;

    hire(scene);
    be_absent(scene, LINYI_1);
    tree_drop(scene->tree, REVIEWERS("371300"), ATTRIBUTE_MEMBER, DEPUTY_DN);
    scene_reply(scene, DEPUTY, "N2", STORY_APPROVE);
    assert_string_equal(scene_state(scene, id), "cityReview");
    assert_true(scene_told(scene, "N9", DEPUTY, "不是该主管部门"));
    leave(scene, id);
}

/* At the stage's beginning reviewer and deputy both have one, as every active reviewer has. */
static void test_a_deputy_is_invited_along(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    hire(scene);
    g_free(scene_form(scene, "T5", "cityCode", "371300", NULL));
    assert_int_equal(scene_mails(scene, "N2", LINYI_1), 1);
    assert_int_equal(scene_mails(scene, "N2", DEPUTY), 1);
    be_absent(scene, LINYI_1);
    assert_int_equal(scene_mails(scene, "N2", DEPUTY), 1);
    scene_free(scene);
}

static void assert_operator_hears(struct scene *scene, guint times, const char *zh, const char *en)
{
    assert_int_equal(scene_mails(scene, "N11", SCENE_OPERATOR), times);
    assert_true(scene_told(scene, "N11", SCENE_OPERATOR, zh));
    assert_true(scene_told(scene, "N11", SCENE_OPERATOR, en));
}

/* Nobody else can decide meanwhile: whoever the directory names, and why they are not asked. */
static void test_the_operator_hears_why_the_deputy_of_the_only_reviewer_is_not_asked(void **state)
{
    static const struct {
        const char *uid, *attribute, *value; /* of the colleague's entry */
        const char *zh, *en;
    } rows[] = {
        {"nobody", NULL, NULL, "nobody 不是该主管部门的在岗审核人员", "nobody, is no active reviewer of that authority"},
        {"city-jinan-1", NULL, NULL, "city-jinan-1 不是该主管部门的在岗审核人员", "city-jinan-1, is no active reviewer"},
        {"e1", NULL, NULL, "e1 不是该主管部门的在岗审核人员", "e1, is no active reviewer"},
        {"e1-jinan", NULL, NULL, "e1-jinan 不是该主管部门的在岗审核人员", "e1-jinan, is no active reviewer"},
        {"City-Linyi-1", NULL, NULL, "City-Linyi-1 就是其本人", "City-Linyi-1, is the absent reviewer"},
        {"city-linyi-2", ATTRIBUTE_ACTIVE, "FALSE", "city-linyi-2 不是该主管部门的在岗审核人员", "is no active reviewer"},
        {"city-linyi-2", ATTRIBUTE_MAIL, NULL, "city-linyi-2 没有邮箱", "city-linyi-2, has no mail address"},
        {"city-linyi-2", ATTRIBUTE_MOBILE, "13800000044", "city-linyi-2 不得审核此申请", "may not decide this request"},
    };
    char *id;
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct scene *scene = waiting_for_one(&id);
        hire(scene);
        name_deputy(scene, rows[i].uid, NULL, NULL);
        if (rows[i].attribute)
            tree_set(scene->tree, DEPUTY_DN, rows[i].attribute, rows[i].value);
        else
            tree_drop(scene->tree, REVIEWERS("371300"), ATTRIBUTE_MEMBER, DEPUTY_DN);
        be_absent(scene, LINYI_1);
        be_absent(scene, LINYI_1);
        assert_int_equal(scene_mails(scene, "N2", NULL), 1);
        assert_operator_hears(scene, 1, rows[i].zh, rows[i].en);
        assert_false(scene_told(scene, "N11", SCENE_OPERATOR, "没有今日的代理人"));
        assert_null(scene_mail(scene, "N11", "province-1@example.com"));
        assert_int_equal(scene_mails(scene, "N3a", NEW), 1);
        scene_forward(scene, 7); /* it is not lost meanwhile: who comes back finds it, and decides */
        scene_reply(scene, LINYI_1, "N8", STORY_APPROVE);
        assert_string_equal(scene_state(scene, id), "done");
        leave(scene, id);
    }
}

static void test_a_deputy_whose_mailbox_is_dead_is_no_help(void **state)
{
    char *id;
    struct scene *scene = waiting_for_one(&id);
    (void)state;

    hire(scene);
    be_absent(scene, LINYI_1);
    story_bounce(scene, scene_mail(scene, "N2", DEPUTY), "failed", "5.1.1");
    be_absent(scene, LINYI_1);
    assert_operator_hears(scene, 2, "city-linyi-2 的邮箱无法送达", "cannot be reached by mail");
    leave(scene, id);
}

/* Colleagues decide: still somebody has to mend the directory, and hears of it once, however many requests wait for who is away. */
static void test_the_operator_hears_of_an_unusable_deputy_once(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;
    guint before = living(scene, id);

    tree_set(scene->tree, JINAN_1_DN, ATTRIBUTE_DEPUTY, "nobody");
    be_absent(scene, JINAN_1);
    assert_operator_hears(scene, 1, "nobody 不是该主管部门的在岗审核人员", "nobody, is no active reviewer");
    assert_false(scene_told(scene, "N11", SCENE_OPERATOR, "也没有其他审核人员"));
    be_absent(scene, JINAN_1);
    g_free(scene_form(scene, "T1", NULL));
    be_absent(scene, JINAN_1);
    scene_forward(scene, 2);
    be_absent(scene, JINAN_1);
    assert_int_equal(scene_mails(scene, "N11", SCENE_OPERATOR), 1);
    tree_set(scene->tree, JINAN_1_DN, ATTRIBUTE_DEPUTY, "city-qingdao-1"); /* another mistake */
    be_absent(scene, JINAN_1);
    be_absent(scene, JINAN_1);
    assert_operator_hears(scene, 2, "city-qingdao-1 不是", "city-qingdao-1, is no active reviewer");
    assert_int_equal(living(scene, id), before);
    scene_reply(scene, JINAN_2, "N2", STORY_APPROVE);
    leave(scene, id);
}

/* Who is asked already, or may not decide this one request, is no mistake of the directory's. */
static void test_the_operator_hears_nothing_of_a_deputy_who_can_be_used(void **state)
{
    char *id;
    struct scene *scene = waiting(&id);
    (void)state;

    tree_set(scene->tree, JINAN_1_DN, ATTRIBUTE_DEPUTY, "city-jinan-2");
    be_absent(scene, JINAN_1);
    assert_null(scene_mail(scene, "N11", NULL));
    leave(scene, id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_only_reviewer_is_away_without_deputy),
        cmocka_unit_test(test_the_deputy_gets_a_token_of_their_own),
        cmocka_unit_test(test_a_deputy_is_asked_only_on_the_days_named),
        cmocka_unit_test(test_a_deputy_who_has_left_decides_nothing),
        cmocka_unit_test(test_a_deputy_is_invited_along),
        cmocka_unit_test(test_the_operator_hears_why_the_deputy_of_the_only_reviewer_is_not_asked),
        cmocka_unit_test(test_a_deputy_whose_mailbox_is_dead_is_no_help),
        cmocka_unit_test(test_the_operator_hears_of_an_unusable_deputy_once),
        cmocka_unit_test(test_the_operator_hears_nothing_of_a_deputy_who_can_be_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
