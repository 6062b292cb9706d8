/* A question that the directory will not answer, on a real slapd with a limit: what asked it steps aside, everything else goes on (7.34). */
#include "tests/scenario/stage_set.h"

#define E1_MAIL "e1@example.com"
#define NEW "new@example.com"
#define JINAN_1 "city-jinan-1@example.com"
#define QINGDAO_1 REVIEWER("city-qingdao-1", "370200")

/* The desk asks as one whom limits bind. */
static int raise_curtain_bound(void **state)
{
    if (raise_curtain(state) != 0)
        return -1;
    const struct stage_set *set = *state;
    scene_connect(set->scene, set->world->courier, set->world->courier);
    set->scene->site.directory = set->world->courier;
    return 0;
}

/* The administrator allows this many entries in one answer. */
static void limit(const struct stage_set *set, const char *size)
{
    g_autofree char *script =
        g_strdup_printf("ldapmodify -Q -Y EXTERNAL -H '%s' >/dev/null <<END\ndn: olcDatabase={1}mdb,cn=config\nreplace: olcLimits\n"
                        "olcLimits: dn.exact=\"" COURIER "\" size.soft=%s size.hard=%s\nEND\n",
                        set->world->url, size, size);

    shell(set->world, script, NULL);
}

/* Lists the applicant's certificates, of which there are two. */
static void ask_for_certificates(struct scene *scene)
{
    struct paper *paper = paper_new("T1");

    static const char *const fields[] = {"certNo", "holderName", "holderIdNumber", "postCode", "lostDate"};

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_autofree char *path = g_strdup_printf("certificates/certificate[1]/%s", fields[i]);
        paper_put(paper, path, "");
    }
    scene_file(scene, paper);
    paper_free(paper);
}

static void test_a_question_without_an_answer_holds_up_nobody_else(void **state)
{
    struct stage_set *set = *state;
    struct scene *scene = set->scene;
    struct paper *registration = paper_new("T5");

    limit(set, "1");
    scene->batch = TRUE;
    store_begin(scene->site.store);
    ask_for_certificates(scene);
    assert_int_equal(scene->fate, ROUND_QUARANTINED);
    scene_file(scene, registration);
    assert_int_equal(scene->fate, ROUND_PROCESSED);
    scene_deliver(scene);
    assert_true(scene_told(scene, "N11", SCENE_OPERATOR, "Size limit exceeded"));
    assert_true(scene_told(scene, "NX", E1_MAIL, "管理员"));
    assert_non_null(scene_mail(scene, "N1", NEW));
    paper_free(registration);
}

/* Put back into the inbox when the administrator has mended it. */
static void test_the_message_can_be_put_back(void **state)
{
    struct stage_set *set = *state;
    struct scene *scene = set->scene;

    limit(set, "1");
    ask_for_certificates(scene);
    assert_int_equal(scene->fate, ROUND_QUARANTINED);
    scene_deliver(scene);
    limit(set, "unlimited");
    scene->sent--; /* the same Message-ID */
    scene->now -= 1000;
    ask_for_certificates(scene);
    assert_int_equal(scene->fate, ROUND_PROCESSED);
    scene_deliver(scene);
    assert_true(scene_told(scene, "N1D", E1_MAIL, "SD-011-2019-000001"));
}

/* What was approved is in effect; its news is also for a reviewer, a member of the authority still, whose entry is a pointer to another server by now. Others go on, and so does this one when the
 * entry is back. */
static void test_an_outcome_that_cannot_be_told_holds_up_no_other(void **state)
{
    struct stage_set *set = *state;
    struct scene *scene = set->scene;
    g_autofree char *first = scene_form(scene, "T2E", "reprintRequested", "true", NULL);
    g_autofree char *second = story_bring(scene, "T5", "cityReview");
    g_autofree char *move = g_strdup_printf(
        "ldapdelete -Q -Y EXTERNAL -H '%s' " QINGDAO_1 "\nldapadd -Q -Y EXTERNAL -H '%s' >/dev/null <<END\n"
        "dn: " QINGDAO_1 "\nobjectClass: referral\nobjectClass: extensibleObject\nref: ldap://127.0.0.1:1/\nEND\n"
        "ldapmodify -Q -Y EXTERNAL -H '%s' >/dev/null <<END\ndn: " REVIEWERS("370200") "\nadd: member\nmember: " QINGDAO_1
                                                                                       "\nEND\n",
        set->world->url, set->world->url, set->world->url);

    story_decide(scene, first, STORY_APPROVE);
    story_say(scene, first, STORY_APPROVE);
    shell(set->world, move, NULL);
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, first), "applying");
    assert_true(scene_told(scene, "N11", SCENE_OPERATOR, "Referral"));
    story_approve_all(scene, second);
    assert_string_equal(scene_state(scene, second), "done");
    g_autofree char *back = g_strdup_printf("ldapdelete -M -Q -Y EXTERNAL -H '%s' " QINGDAO_1, set->world->url);
    shell(set->world, back, NULL);
    scene->now += 3600 * 1000;
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, first), "done");
}

/* The reviewer's entry is closed to us by a slip in the access rules, or open again. */
static void allow(const struct stage_set *set, gboolean open)
{
    g_autofree char *script =
        g_strdup_printf("ldapmodify -Q -Y EXTERNAL -H '%s' >/dev/null <<END\ndn: olcDatabase={1}mdb,cn=config\n%s: olcAccess\n"
                        "olcAccess: {0}%s\nEND\n",
                        set->world->url, open ? "delete" : "add",
                        open ? "" : "to dn.base=\"" REVIEWER("city-jinan-1", "370100") "\" by * disclose");

    shell(set->world, script, NULL);
}

/* A decision whose time has come, of a reviewer who cannot be read: the others' are carried out. */
static void test_an_hour_that_fails_every_time_holds_up_no_other(void **state)
{
    struct stage_set *set = *state;
    struct scene *scene = set->scene;
    g_autofree char *first = story_bring(scene, "T5", "cityReview");
    g_autofree char *second = story_bring(scene, "T2E", "cityReview");

    scene->site.policy.undo_minutes = 10;
    scene_reply(scene, JINAN_1, "N2", STORY_APPROVE);
    story_decide(scene, second, STORY_APPROVE);
    allow(set, FALSE);
    scene->now += 11 * 60 * 1000;
    for (guint i = 0; i < 5; i++)
        scene_deliver(scene);
    assert_string_equal(scene_state(scene, first), "cityReview");
    assert_string_equal(scene_state(scene, second), "provinceReview");
    assert_true(scene_told(scene, "N11", SCENE_OPERATOR, "Insufficient access"));
    allow(set, TRUE);
    scene->now += 3600 * 1000;
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, first), "done");
}

/* Their answer waits a little, and then no longer for all others. */
static void test_a_question_that_fails_every_time_is_given_up(void **state)
{
    struct stage_set *set = *state;
    struct scene *scene = set->scene;
    g_autofree char *id = story_bring(scene, "T5", "cityReview");

    allow(set, FALSE);
    for (guint i = 1; i <= 5; i++) {
        scene_answer(scene, scene_mail(scene, "N2", JINAN_1), JINAN_1, STORY_APPROVE);
        assert_int_equal(scene->fate, i < 5 ? ROUND_LEFT : ROUND_QUARANTINED);
        scene->sent--; /* the same message again */
        scene->now -= 1000;
    }
    scene->now += 1000;
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, id), "cityReview");
    assert_true(scene_told(scene, "N11", SCENE_OPERATOR, "Insufficient access"));
    assert_true(scene_told(scene, "NX", JINAN_1, "管理员"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_question_without_an_answer_holds_up_nobody_else, raise_curtain_bound, drop_curtain),
        cmocka_unit_test_setup_teardown(test_the_message_can_be_put_back, raise_curtain_bound, drop_curtain),
        cmocka_unit_test_setup_teardown(test_an_outcome_that_cannot_be_told_holds_up_no_other, raise_curtain_bound, drop_curtain),
        cmocka_unit_test_setup_teardown(test_an_hour_that_fails_every_time_holds_up_no_other, raise_curtain_bound, drop_curtain),
        cmocka_unit_test_setup_teardown(test_a_question_that_fails_every_time_is_given_up, raise_curtain_bound, drop_curtain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
