/* What stories write, on a real slapd with the whole schema, all overlays and access rules: every effect of every type is taken, and once more it is found made. */
#include "tests/scenario/stage_set.h"

static void assert_value(const struct stage_set *set, const char *dn, const char *attribute, const char *value)
{
    struct facts facts;
    directory_facts(set->root, &facts);
    struct entry *entry = facts.read(facts.context, dn, NULL);
    const char *now = entry ? entry_value(entry, attribute) : NULL;

    if (g_strcmp0(now, value) != 0)
        fail_msg("%s: %s is %s, not %s", dn, attribute, now ? now : "absent", value ? value : "absent");
    entry_free(entry);
}

/* Every change of that kind of the request once more: nothing more happens, nothing is a conflict. */
static void make_again(const struct stage_set *set, const char *id, const char *kind)
{
    g_autoptr(GPtrArray) rows = store_outbox(set->scene->site.store, NULL, id, 1000);

    for (guint i = 0; i < rows->len; i++) {
        const struct outbox_row *row = g_ptr_array_index(rows, i);
        struct directory_job job = {.change = row->payload};
        if (!g_str_equal(row->kind, "change") || !strstr(row->payload, kind))
            continue;
        directory_apply(set->world->courier, &job, 1);
        assert_int_equal(job.outcome, DIRECTORY_APPLIED);
        assert_true(job.already);
        directory_job_clear(&job);
    }
}

static char *play(const struct stage_set *set, const char *type)
{
    char *id = story_bring(set->scene, type, g_str_equal(type, "P4") ? "done" : "applying");

    scene_deliver(set->scene);
    assert_string_equal(scene_state(set->scene, id), "done");
    make_again(set, id, "changetype: add");
    return id;
}

#define MOVED "csTraineeNumber=T-000001," E2
#define CERT_1 "csCertificateNumber=SD-011-2019-000001,"

static void test_lost_certificate(void **state)
{
    g_autofree char *id = play(*state, "T1");

    assert_value(*state, CERT_1 H1, ATTRIBUTE_COPY_NUMBER, "2");
    assert_value(*state, CERT_1 H1, ATTRIBUTE_COPY_STATE, "printable");
    assert_true(g_str_has_prefix(id, "T1"));
}

static void test_employer_changes(void **state)
{
    g_free(play(*state, "T2E"));
    g_free(play(*state, "T2P"));
    g_free(play(*state, "T2S"));

    assert_value(*state, MOVED, ATTRIBUTE_ID_NUMBER, "370199199001010019");
    assert_value(*state, CERT_1 MOVED, ATTRIBUTE_COPY_STATE, "inHand");
    assert_value(*state, "csTraineeNumber=T-000004," E2, ATTRIBUTE_TRAINEE_KIND, "employee");
    assert_value(*state, "csTraineeNumber=T-000004," E2, ATTRIBUTE_DIVISION_CODE, NULL);
    assert_value(*state, "csTraineeNumber=T-000003," E1, ATTRIBUTE_TRAINEE_KIND, "employee");
    assert_value(*state, "csCertificateNumber=SD-021-2021-000003,csTraineeNumber=T-000003," E1, ATTRIBUTE_HANDWRITTEN_EMPLOYER,
                 "TRUE");
}

static void test_a_new_print_and_its_surrender(void **state)
{
    struct stage_set *set = *state;
    g_autofree char *id = scene_form(set->scene, "T2E", "reprintRequested", "true", NULL);

    story_approve_all(set->scene, id);
    assert_value(set, CERT_1 MOVED, ATTRIBUTE_COPY_STATE, "toPrint");
    scene_reply(set->scene, "city-qingdao-1@example.com", "N5", "已上缴 SD-011-2019-000001");
    assert_value(set, CERT_1 MOVED, ATTRIBUTE_COPY_STATE, "printable");
    assert_value(set, CERT_1 MOVED, ATTRIBUTE_COPY_NUMBER, "2");
}

static void test_enterprise_changes(void **state)
{
    g_free(play(*state, "T3N"));
    g_free(play(*state, "T3C"));

    assert_value(*state, E1, ATTRIBUTE_O, "济南测试建筑甲有限公司");
    assert_value(*state, E1, ATTRIBUTE_FORMER_NAME, "济南测试建设甲有限公司");
    assert_value(*state, E2, ATTRIBUTE_DIVISION_CODE, "370600");
}

static void test_corrections(void **state)
{
    struct stage_set *set = *state;
    g_free(play(set, "T4"));
    g_autofree char *number = scene_form(set->scene, "T4", "holderName", "测试贾", "corrections/correction[1]/@field", "idNumber",
                                         "corrections/correction[1]/newValue", "371299198507030115", NULL);

    story_approve_all(set->scene, number);
    assert_value(set, H1, ATTRIBUTE_CN, "测试贾");
    assert_value(set, H1, ATTRIBUTE_ID_NUMBER, "371299198507030115");
}

/* Bytes that no text could hold: the first, and in the place of the first another; with the name in one modification. */
static void test_photos(void **state)
{
    struct stage_set *set = *state;
    static const char *const words[] = {"one", "two"};

    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autofree char *photo = scene_picture(set->scene, "zhao.jpg", words[i]);
        g_autofree char *id = scene_form(
            set->scene, "T4", "holderName", i ? "测试贾" : "测试甲", "corrections/correction[1]/newValue", i ? "测试假" : "测试贾",
            "corrections/correction[2]/@field", "photo", "corrections/correction[2]/newValue", photo, NULL);
        story_approve_all(set->scene, id);
        assert_string_equal(scene_state(set->scene, id), "done");
        g_autofree char *wanted =
            g_base64_encode(g_bytes_get_data(set->scene->picture, NULL), g_bytes_get_size(set->scene->picture));
        assert_value(set, H1, ATTRIBUTE_JPEG_PHOTO, wanted);
        assert_value(set, H1, ATTRIBUTE_CN, i ? "测试假" : "测试贾");
        make_again(set, id, "changetype: modify");
    }
}

static void test_registrations(void **state)
{
    g_free(play(*state, "T5"));
    g_autofree char *person_id = play(*state, "P1");
    g_autofree char *person = g_strdup_printf("csTraineeNumber=%s,ou=individuals," SCENE_SUFFIX, person_id);

    assert_value(*state, "csCreditCode=91370102PDY0004660,ou=enterprises," SCENE_SUFFIX, ATTRIBUTE_UID, "jinan-ding");
    assert_value(*state, person, ATTRIBUTE_UID, "person-geng");
}

static void test_basic_data(void **state)
{
    static const char *const changes[][3] = {
        {"mobile", "13800000052", ATTRIBUTE_MOBILE},
        {"education", "21", ATTRIBUTE_EDUCATION},
        {"major", "土木工程", ATTRIBUTE_MAJOR},
        {"school", "烟台测试职业学校", ATTRIBUTE_SCHOOL},
        {"graduationDate", "2010-06-30", ATTRIBUTE_GRADUATION_DATE},
        {"title", "3", ATTRIBUTE_TITLE},
        {"workYears", "12", ATTRIBUTE_WORK_YEARS},
        {"mobile", "13800000053", ATTRIBUTE_MOBILE},
        {"address", "济南市测试路2号", ATTRIBUTE_POSTAL_ADDRESS},
        {"name", "测试义", ATTRIBUTE_CN},
        {"idNumber", "371299198507030115", ATTRIBUTE_ID_NUMBER},
    };
    struct stage_set *set = *state;

    for (guint i = 0; i < G_N_ELEMENTS(changes); i++) {
        g_autofree char *id = scene_form(set->scene, "P2", "changes/change[1]/@field", changes[i][0], "changes/change[1]/newValue",
                                         changes[i][1], NULL);
        if (g_strcmp0(scene_state(set->scene, id), "done") != 0)
            fail_msg("%s: %s", changes[i][0], id ? scene_state(set->scene, id) : scene_mail(set->scene, NULL, NULL)->text);
        assert_value(set, H2, changes[i][2], changes[i][1]);
    }
}

static void test_enrolments(void **state)
{
    g_free(play(*state, "P3"));
    g_free(play(*state, "P4"));
    struct stage_set *set = *state;

    assert_int_equal(count_of(set->root, ATTRIBUTE_ID_NUMBER, "371299198507030115"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lost_certificate, raise_curtain, drop_curtain),
        cmocka_unit_test_setup_teardown(test_employer_changes, raise_curtain, drop_curtain),
        cmocka_unit_test_setup_teardown(test_a_new_print_and_its_surrender, raise_curtain, drop_curtain),
        cmocka_unit_test_setup_teardown(test_enterprise_changes, raise_curtain, drop_curtain),
        cmocka_unit_test_setup_teardown(test_corrections, raise_curtain, drop_curtain),
        cmocka_unit_test_setup_teardown(test_photos, raise_curtain, drop_curtain),
        cmocka_unit_test_setup_teardown(test_registrations, raise_curtain, drop_curtain),
        cmocka_unit_test_setup_teardown(test_basic_data, raise_curtain, drop_curtain),
        cmocka_unit_test_setup_teardown(test_enrolments, raise_curtain, drop_curtain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
