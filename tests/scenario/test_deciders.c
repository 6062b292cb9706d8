/* Who decides in every stage of every type: the deciding authority's own reviewers with their own mail, and nobody else (R-21, R-23, R-50, 7.9, 7.10). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "tests/scenario/story.h"

static const struct place {
    const char *type, *state, *division;
} places[] = {
    {"T1", "cityReview", "370100"},      {"T1", "provinceReview", "370000"},  {"T2E", "cityReview", "370200"},
    {"T2E", "provinceReview", "370000"}, {"T2P", "cityReview", "370200"},     {"T2P", "provinceReview", "370000"},
    {"T2S", "cityReview", "370100"},     {"T2S", "provinceReview", "370000"}, {"T3N", "cityReview", "370100"},
    {"T3N", "provinceReview", "370000"}, {"T3C", "outCityReview", "370200"},  {"T3C", "inCityReview", "370600"},
    {"T4", "cityReview", "370100"},      {"T4", "provinceReview", "370000"},  {"T5", "cityReview", "370100"},
    {"P1", "cityReview", "370700"},      {"P3", "cityReview", "370100"},      {"P4", "cityReview", "370100"},
};

static const char *const reviewers[] = {
    "province-1@example.com",
    "province-2@example.com",
    "city-and-province@example.com",
    "city-jinan-1@example.com",
    "city-jinan-2@example.com",
    "city-qingdao-1@example.com",
    "city-qingdao-2@example.com",
    "city-yantai-1@example.com",
    "city-yantai-2@example.com",
    "city-weifang-1@example.com",
    "city-weifang-2@example.com",
    "city-linyi-1@example.com",
    "directory-admin@example.com",
    "e1@example.com",
    "e2@example.com",
    "s1@example.com",
    "h4@example.com",
    "new@example.com",
    "person@example.com",
    "stranger@example.com",
};

/* Everybody answers with the mail somebody else got: approvals and rejections alike do nothing. */
static void play_others(void **state)
{
    const struct place *place = *state;
    struct scene *scene = scene_new();
    g_autofree char *id = story_bring(scene, place->type, place->state);
    g_autofree char *owner = story_reviewer(scene, id);
    g_autofree char *division = story_division(scene, id);
    const struct mail *mail = scene_mail(scene, NULL, owner);

    assert_string_equal(division, place->division);
    for (guint i = 0; i < G_N_ELEMENTS(reviewers); i++) {
        if (g_str_equal(reviewers[i], owner))
            continue;
        scene_answer(scene, mail, reviewers[i], STORY_APPROVE);
        scene_answer(scene, mail, reviewers[i], STORY_REJECT);
    }
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, id), place->state);
    scene_answer(scene, mail, owner, STORY_APPROVE);
    scene_deliver(scene);
    assert_string_not_equal(scene_state(scene, id), place->state);
    scene_free(scene);
}

/* Nobody but members of the deciding authority gets a mail that can be answered with a decision. */
static void play_invited(void **state)
{
    const struct place *place = *state;
    struct scene *scene = scene_new();
    g_autofree char *id = story_bring(scene, place->type, place->state);
    const struct records *records = &scene->site.mind.records;
    g_autoptr(GPtrArray) tickets = records->tickets(records->context, id);
    g_autofree char *group = g_strdup_printf("cn=reviewers,ou=%s,ou=authorities," SCENE_SUFFIX, place->division);
    const GPtrArray *members = entry_values(tree_entry(scene->tree, group), ATTRIBUTE_MEMBER);

    assert_true(tickets->len > 0);
    for (guint i = 0; i < tickets->len; i++) {
        const struct ticket *ticket = g_ptr_array_index(tickets, i);
        gboolean member = FALSE;
        for (guint k = 0; k < members->len; k++)
            member |= g_ascii_strcasecmp(ticket->person, g_ptr_array_index(members, k)) == 0;
        if (!member)
            fail_msg("%s has a token of %s in %s", ticket->mail, id, place->state);
    }
    scene_free(scene);
}

/* A reviewer whom the request concerns is not asked, in any stage. */
static void play_involved(void **state)
{
    const struct place *place = *state;
    struct scene *scene = scene_new();
    struct paper *paper = paper_new(place->type);
    const char *mobile = paper_value(paper, "head/handlerMobile");
    g_autofree char *owner = NULL;

    mobile = mobile && *mobile ? mobile : paper_value(paper, "mobile");
    if (mobile && *mobile) {
        g_autofree char *usual = story_bring(scene, place->type, place->state);
        owner = story_reviewer(scene, usual);
        scene_free(scene);
        scene = scene_new();
        tree_set(scene->tree, tree_find(scene->tree, ATTRIBUTE_MAIL, owner)->dn, ATTRIBUTE_MOBILE, mobile);
        g_autofree char *id = story_bring(scene, place->type, place->state);
        const struct records *records = &scene->site.mind.records;
        g_autoptr(GPtrArray) tickets = records->tickets(records->context, id);
        for (guint i = 0; i < tickets->len; i++)
            assert_string_not_equal(((struct ticket *)g_ptr_array_index(tickets, i))->mail, owner);
    }
    paper_free(paper);
    scene_free(scene);
}

static void test_7_09_the_holder_is_a_reviewer(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    tree_set(scene->tree, REVIEWER("city-qingdao-1", "370200"), ATTRIBUTE_ID_NUMBER, "370199199001010019"); /* is H1 */
    g_autofree char *id = scene_form(scene, "T2E", NULL);

    assert_null(scene_mail(scene, "N2", "city-qingdao-1@example.com"));
    scene_answer(scene, scene_mail(scene, "N2", "city-qingdao-2@example.com"), "city-qingdao-1@example.com", STORY_APPROVE);
    scene_deliver(scene);
    assert_string_equal(scene_state(scene, id), "cityReview");
    scene_reply(scene, "city-qingdao-2@example.com", "N2", STORY_APPROVE);
    assert_string_equal(scene_state(scene, id), "provinceReview");
    scene_free(scene);
}

static void test_7_09_the_only_reviewer_is_involved(void **state)
{
    struct scene *scene = scene_new();
    struct paper *paper = paper_new("T2S");
    (void)state;

    tree_drop(scene->tree, REVIEWERS("370200"), ATTRIBUTE_MEMBER, REVIEWER("city-qingdao-2", "370200"));
    tree_set(scene->tree, REVIEWER("city-qingdao-1", "370200"), ATTRIBUTE_MOBILE, "13800000092"); /* the teacher's */
    paper_put(paper, "toUscc", "91370202PDY000423P");
    paper_put(paper, "toEnterpriseName", "青岛测试建设乙有限公司");
    scene_file(scene, paper);
    scene_deliver(scene);
    paper_free(paper);
    g_autofree char *id = scene_newest(scene);
    assert_int_equal(scene_mails(scene, "N2", NULL), 0);
    assert_non_null(scene_mail(scene, "N11", SCENE_OPERATOR));
    scene_forward(scene, 60);
    assert_string_equal(scene_state(scene, id), "cityReview"); /* never falls through */
    scene_free(scene);
}

int main(void)
{
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test(test_7_09_the_holder_is_a_reviewer),
        cmocka_unit_test(test_7_09_the_only_reviewer_is_involved),
    };
    static const struct {
        const char *name;
        CMUnitTestFunction play;
    } plays[] = {{"others", play_others}, {"invited", play_invited}, {"involved", play_involved}};
    enum { COUNT = G_N_ELEMENTS(fixed) + G_N_ELEMENTS(plays) * G_N_ELEMENTS(places) };
    struct CMUnitTest tests[COUNT];
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    guint count = 0;

    for (guint i = 0; i < G_N_ELEMENTS(fixed); i++)
        tests[count++] = fixed[i];
    for (guint i = 0; i < G_N_ELEMENTS(places); i++)
        for (guint k = 0; k < G_N_ELEMENTS(plays); k++) {
            char *name = g_strdup_printf("test_%s_%s_%s", places[i].type, places[i].state, plays[k].name);
            g_ptr_array_add(names, name);
            tests[count++] =
                (struct CMUnitTest){.name = name, .test_func = plays[k].play, .initial_state = (void *)(uintptr_t)&places[i]};
        }
    return _cmocka_run_group_tests("deciders", tests, count, NULL, NULL);
}
