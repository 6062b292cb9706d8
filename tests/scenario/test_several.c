/* Requests of several changes on a real slapd, while other hands change the data: whatever stands in the directory in the end is what the request's state says. */
#include "daemon/changes.h"
#include "tests/scenario/stage_set.h"

#define CERT_1 "csCertificateNumber=SD-011-2019-000001,"
#define CERT_2 "csCertificateNumber=SD-030-2018-000002,"
#define MOVED "csTraineeNumber=T-000001," E2
#define E1_MAIL "e1@example.com"

static char *value(const struct stage_set *set, const char *dn, const char *attribute)
{
    struct facts facts;
    directory_facts(set->root, &facts);
    struct entry *entry = facts.read(facts.context, dn, NULL);
    char *now = g_strdup(entry ? entry_value(entry, attribute) : "gone");

    entry_free(entry);
    return now;
}

static void assert_value(const struct stage_set *set, const char *dn, const char *attribute, const char *wanted)
{
    g_autofree char *now = value(set, dn, attribute);

    assert_string_equal(now, wanted);
}

/* Another hand sets one value. */
static void meddle(const struct stage_set *set, const char *dn, const char *attribute, const char *now)
{
    g_autofree char *old = value(set, dn, attribute);
    struct change *change = change_modify(dn, NULL);

    change_put(change, attribute, old, now);
    assert_outcome(set->root, change, DIRECTORY_APPLIED, FALSE);
}

/* One turn of the courier. */
static void turn(const struct stage_set *set)
{
    struct scene *scene = set->scene;
    struct changes *changes = changes_begin(scene->site.store, scene->courier, scene->now, 100);

    assert_non_null(changes);
    assert_true(changes_finish(changes));
    store_begin(scene->site.store);
    changes_settle(changes, scene->site.store, scene->now);
    assert_true(store_commit(scene->site.store, NULL));
    changes_free(changes);
}

/* Both certificates of one person are lost; approved, nothing written yet. */
static char *bring_two(const struct stage_set *set)
{
    char *id = scene_form(set->scene, "T1", "certificates/certificate[2]/certNo", "SD-030-2018-000002",
                          "certificates/certificate[2]/holderName", "测试甲", "certificates/certificate[2]/holderIdNumber",
                          "370199199001010019", NULL);

    story_decide(set->scene, id, STORY_APPROVE);
    story_say(set->scene, id, STORY_APPROVE);
    assert_string_equal(scene_state(set->scene, id), "applying");
    return id;
}

static void test_a_late_conflict_is_seen_before_anything_is_written(void **state)
{
    struct stage_set *set = *state;
    g_autofree char *id = bring_two(set);

    meddle(set, CERT_2 H1, ATTRIBUTE_COPY_NUMBER, "7");
    scene_deliver(set->scene);
    assert_string_equal(scene_state(set->scene, id), "void");
    assert_value(set, CERT_1 H1, ATTRIBUTE_COPY_NUMBER, "1");
    assert_value(set, CERT_1 H1, ATTRIBUTE_COPY_STATE, "inHand");
    assert_value(set, CERT_2 H1, ATTRIBUTE_COPY_NUMBER, "7");
    assert_true(scene_told(set->scene, "N6v", E1_MAIL, "未生效"));
}

/* Between the first change and the others there is no way back: the request is done, and people hear what is not. */
static void test_a_conflict_after_the_first_change_is_told(void **state)
{
    struct stage_set *set = *state;
    g_autofree char *id = bring_two(set);

    turn(set); /* the first */
    meddle(set, CERT_2 H1, ATTRIBUTE_COPY_NUMBER, "7");
    scene_deliver(set->scene);
    assert_value(set, CERT_1 H1, ATTRIBUTE_COPY_NUMBER, "2");
    assert_value(set, CERT_2 H1, ATTRIBUTE_COPY_NUMBER, "7");
    assert_string_equal(scene_state(set->scene, id), "done");
    assert_true(scene_told(set->scene, "N5", E1_MAIL, "部分内容"));
    assert_true(scene_told(set->scene, "N11", SCENE_OPERATOR, "SD-030-2018-000002"));
    assert_int_equal(scene_mails(set->scene, "N6v", NULL), 0);
}

static void test_one_lost_mark_does_not_keep_the_others(void **state)
{
    struct stage_set *set = *state;
    g_autofree char *id = scene_form(set->scene, "T2E", "reprintRequested", "true", NULL);

    story_decide(set->scene, id, STORY_APPROVE);
    story_say(set->scene, id, STORY_APPROVE);
    turn(set); /* the move */
    meddle(set, CERT_1 MOVED, ATTRIBUTE_COPY_STATE, "lost");
    scene_deliver(set->scene);
    assert_string_equal(scene_state(set->scene, id), "done");
    assert_value(set, CERT_1 MOVED, ATTRIBUTE_COPY_STATE, "lost");
    assert_value(set, CERT_2 MOVED, ATTRIBUTE_COPY_STATE, "toPrint");
    assert_true(scene_told(set->scene, "N11", SCENE_OPERATOR, "SD-011-2019-000001"));
}

static void test_a_move_that_cannot_be_made_marks_nothing(void **state)
{
    struct stage_set *set = *state;
    g_autofree char *id = scene_form(set->scene, "T2E", "reprintRequested", "true", NULL);
    g_autofree char *close = g_strdup_printf("ldapdelete -Q -Y EXTERNAL -r -H '%s' " E2, set->world->url);

    story_decide(set->scene, id, STORY_APPROVE);
    story_say(set->scene, id, STORY_APPROVE);
    shell(set->world, close, NULL);
    scene_deliver(set->scene);
    assert_string_equal(scene_state(set->scene, id), "void");
    assert_value(set, CERT_1 H1, ATTRIBUTE_COPY_STATE, "inHand");
}

/* P3: one of the new trainees has been entered by other hands meanwhile. */
static void test_an_enrolment_is_made_whole_or_not_at_all(void **state)
{
    struct stage_set *set = *state;
    struct scene *scene = set->scene;
    g_autofree char *id =
        scene_form(scene, "P3", "trainee[2]/idNumber", "810000199205100032", "trainee[2]/name", "测试辛", "trainee[2]/sex", "1",
                   "trainee[2]/education", "21", "trainee[2]/mobile", "13800000071", "trainee[2]/postCode[1]", "011", NULL);

    story_say(scene, id, STORY_APPROVE);
    assert_string_equal(scene_state(scene, id), "applying");
    guint before = count_of(set->root, ATTRIBUTE_OBJECT_CLASS, CLASS_TRAINEE);
    struct change *other = trainee("csTraineeNumber=T-009999," E2, "T-009999", "810000199205100032", "employee");
    assert_outcome(set->root, other, DIRECTORY_APPLIED, FALSE);
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, id), "void");
    assert_int_equal(count_of(set->root, ATTRIBUTE_OBJECT_CLASS, CLASS_TRAINEE), before + 1);
}

/* The courier dies after the directory took the first change and before that is written down: all are made, once. */
static void test_killed_after_the_first_change(void **state)
{
    struct stage_set *set = *state;
    g_autofree char *id = bring_two(set);
    struct changes *changes = changes_begin(set->scene->site.store, set->scene->courier, set->scene->now, 100);

    assert_int_equal(changes_count(changes), 1);
    assert_true(changes_finish(changes));
    changes_free(changes); /* and nothing of it is written down */
    scene_deliver(set->scene);
    assert_string_equal(scene_state(set->scene, id), "done");
    assert_value(set, CERT_1 H1, ATTRIBUTE_COPY_NUMBER, "2");
    assert_value(set, CERT_2 H1, ATTRIBUTE_COPY_NUMBER, "2");
    assert_int_equal(scene_mails(set->scene, "N11", NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_late_conflict_is_seen_before_anything_is_written, raise_curtain, drop_curtain),
        cmocka_unit_test_setup_teardown(test_a_conflict_after_the_first_change_is_told, raise_curtain, drop_curtain),
        cmocka_unit_test_setup_teardown(test_one_lost_mark_does_not_keep_the_others, raise_curtain, drop_curtain),
        cmocka_unit_test_setup_teardown(test_a_move_that_cannot_be_made_marks_nothing, raise_curtain, drop_curtain),
        cmocka_unit_test_setup_teardown(test_an_enrolment_is_made_whole_or_not_at_all, raise_curtain, drop_curtain),
        cmocka_unit_test_setup_teardown(test_killed_after_the_first_change, raise_curtain, drop_curtain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
