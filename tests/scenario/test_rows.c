/* Every row of tests/data/transitions.tsv played: a request of that type is brought to that state, that event happens, and it must stand where the row says, with
 * the notices the row names sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "mailflow/workflow.h"
#include "tests/scenario/row.h"
#include "tests/scenario/story.h"

/* What a story of that type rests on: deleting it (or, for newcomers, its being there already) leaves nothing to decide about; changing it in the directory between the
 * decision and its effect is a conflict. */
static const struct fate {
    const char *type, *rests_on;          /* DN deleted */
    const char *changed, *attribute, *to; /* DN, attribute, value set */
    const char *decides;                  /* the enterprise whose city decides */
} fates[] = {
    {"T1", H1, "csCertificateNumber=SD-011-2019-000001," H1, ATTRIBUTE_COPY_NUMBER, "7", E1},
    {"T2E", E2, H1, NULL, NULL, E2},
    {"T2P", E2, H4, NULL, NULL, E2},
    {"T2S", E1, H3, NULL, NULL, E1},
    {"T3N", E1, E1, ATTRIBUTE_O, "济南测试建设甲甲有限公司", NULL},
    {"T3C", E2, E2, ATTRIBUTE_DIVISION_CODE, "370300", NULL},
    {"T4", H1, H1, ATTRIBUTE_CN, "测试价", E1},
    {"P2", NULL, H2, ATTRIBUTE_MOBILE, "13800000099", NULL},
    {"P3", NULL, NULL, NULL, NULL, E1},
    {"P4", H1, NULL, NULL, NULL, E1},
};

static const struct fate *fate_of(const char *type)
{
    for (guint i = 0; i < G_N_ELEMENTS(fates); i++)
        if (g_str_equal(fates[i].type, type))
            return &fates[i];
    return NULL;
}

/* What a newcomer asks for comes into the directory by another way. */
static void register_otherwise(struct scene *scene, const char *type)
{
    if (g_str_equal(type, "T5"))
        tree_add(scene->tree, "csCreditCode=91370102PDY0004660,ou=archive," SCENE_SUFFIX, ATTRIBUTE_OBJECT_CLASS, CLASS_ENTERPRISE,
                 ATTRIBUTE_CREDIT_CODE, "91370102PDY0004660", NULL);
    else
        tree_add(scene->tree, "csTraineeNumber=T-000077," E3, ATTRIBUTE_OBJECT_CLASS, CLASS_TRAINEE, ATTRIBUTE_ID_NUMBER,
                 "371299198507030115", NULL);
}

static void happen_withdraw(struct scene *scene, const char *type, const char *id)
{
    story_withdraw(scene, type, id);
}

static void happen_remind(struct scene *scene, const char *type, const char *id)
{
    (void)type, (void)id;
    scene_forward(scene, scene->site.policy.remind_days + 4); /* a weekend may lie between */
}

static void happen_expire(struct scene *scene, const char *type, const char *id)
{
    g_autoptr(GPtrArray) plans = workflow_timer(&scene->site.mind, id, "expire", NULL);
    (void)type;

    store_begin(scene->site.store);
    assert_int_equal(store_carry(scene->site.store, plans, scene->now), STORE_TAKEN);
    assert_true(store_commit(scene->site.store, NULL));
    scene_deliver(scene);
}

static void happen_subject_gone(struct scene *scene, const char *type, const char *id)
{
    if (fate_of(type) && fate_of(type)->rests_on)
        tree_delete(scene->tree, fate_of(type)->rests_on);
    else
        register_otherwise(scene, type);
    story_decide(scene, id, STORY_APPROVE);
}

static void happen_approve(struct scene *scene, const char *type, const char *id)
{
    (void)type;
    story_say(scene, id, STORY_APPROVE);
    if (!g_str_equal(scene_state(scene, id), "applying"))
        scene_deliver(scene);
}

static void happen_reject(struct scene *scene, const char *type, const char *id)
{
    (void)type;
    story_decide(scene, id, STORY_REJECT);
}

static void happen_bad_reply(struct scene *scene, const char *type, const char *id)
{
    (void)type;
    story_decide(scene, id, STORY_UNCLEAR);
}

/* Two changes of one enterprise are never open at once (7.6): a rename is moved by nobody's form, so the event is given to it as it is. */
static void move_rename(struct scene *scene, const char *id)
{
    struct affair *affair = affair_open(&scene->site.mind, id);
    g_autoptr(GPtrArray) plans = plan_list();
    struct plan *plan = plan_new("rerouted", id);
    struct occasion occasion = {0};

    tree_set(scene->tree, E1, ATTRIBUTE_DIVISION_CODE, "370700");
    assert_true(workflow_advance(affair, plan, EVENT_REROUTE, &occasion, "system", NULL, plans, NULL));
    g_ptr_array_add(plans, plan);
    store_begin(scene->site.store);
    assert_int_equal(store_carry(scene->site.store, plans, scene->now), STORE_TAKEN);
    assert_true(store_commit(scene->site.store, NULL));
    affair_free(affair);
    scene_deliver(scene);
}

static void happen_reroute(struct scene *scene, const char *type, const char *id)
{
    if (fate_of(type)->decides)
        story_move(scene, fate_of(type)->decides, "370700");
    else
        move_rename(scene, id);
}

static void happen_apply_ok(struct scene *scene, const char *type, const char *id)
{
    (void)type, (void)id;
    scene_deliver(scene);
}

/* The directory answers that it is busy, again and again. */
static void happen_apply_later(struct scene *scene, const char *type, const char *id)
{
    (void)type, (void)id;
    scene_directory_down(scene, TRUE);
    for (guint i = 0; i < 8; i++) {
        scene->now += 60 * 1000;
        scene_deliver(scene);
    }
}

static void happen_apply_conflict(struct scene *scene, const char *type, const char *id)
{
    const struct fate *fate = fate_of(type);
    (void)id;

    if (!fate || !fate->changed)
        register_otherwise(scene, type);
    else if (fate->attribute)
        tree_set(scene->tree, fate->changed, fate->attribute, fate->to);
    else
        tree_delete(scene->tree, fate->changed);
    scene_deliver(scene);
}

static const struct {
    enum event event;
    void (*happen)(struct scene *scene, const char *type, const char *id);
} happenings[] = {
    {EVENT_WITHDRAW, happen_withdraw},
    {EVENT_REMIND, happen_remind},
    {EVENT_EXPIRE, happen_expire},
    {EVENT_SUBJECT_GONE, happen_subject_gone},
    {EVENT_APPROVE, happen_approve},
    {EVENT_REJECT, happen_reject},
    {EVENT_BAD_REPLY, happen_bad_reply},
    {EVENT_REROUTE, happen_reroute},
    {EVENT_APPLY_OK, happen_apply_ok},
    {EVENT_APPLY_TEMP_FAIL, happen_apply_later},
    {EVENT_APPLY_CONFLICT, happen_apply_conflict},
};

/* What may be told besides, and when. */
static const struct {
    const char *event, *code;
} besides[] = {
    {"submit", "N2b"},       /* to the receiving enterprise */
    {"reroute", "N2"},       /* the new city's reviewers */
    {"subjectGone", "N9"},   /* the reviewer whose answer came too late */
    {"applyConflict", "N3"}, /* of stages before */
};

static gboolean may_tell(const struct row *row, const char *code)
{
    for (guint i = 0; i < G_N_ELEMENTS(besides); i++)
        if (g_str_equal(besides[i].event, row->event) && g_str_equal(besides[i].code, code))
            return TRUE;
    return row_tells(row, code) || (row_tells(row, "reply") && g_str_equal(code, "NS"));
}

static void assert_told(const struct scene *scene, const struct row *row, const char *id)
{
    for (char **code = row->codes; *code; code++)
        if (!scene_mail(scene, g_str_equal(*code, "reply") ? "NS" : *code, NULL))
            fail_msg("%s %s %s: no %s", row->type, row->state, row->event, *code);
    for (guint i = scene->forgotten; i < scene->mails->len; i++) {
        const struct mail *mail = g_ptr_array_index(scene->mails, i);
        if (g_strcmp0(mail->request, id) == 0 && !may_tell(row, mail->code))
            fail_msg("%s %s %s: also %s to %s", row->type, row->state, row->event, mail->code, mail->to);
    }
}

/* A form is filed. */
static void play_form(struct scene *scene, const struct row *row)
{
    struct paper *paper = paper_new(row->type);
    g_autofree char *target = NULL;

    if (g_str_equal(row->type, "P5") || g_str_equal(row->type, "P6")) {
        target = story_bring(scene, g_str_equal(row->actor, "any") ? "T5" : "T1", "cityReview");
        paper_put(paper, "requestId", target);
        scene_forget(scene);
    } else if (row_refuses(row)) {
        paper_put(paper, "head/formDate", "2027-01-01");
    }
    guint before = scene_requests(scene);
    scene_file(scene, paper);
    g_autofree char *id = scene_newest(scene);
    if (row_refuses(row))
        assert_int_equal(scene_requests(scene), before);
    else
        assert_string_equal(scene_state(scene, id), row->next);
    if (!g_str_equal(row->next, "applying"))
        scene_deliver(scene);
    assert_told(scene, row, row_refuses(row) ? NULL : id);
    paper_free(paper);
}

/* What changes nothing in the directory does not wait for it: P4 goes through "applying" in the moment of its approval. */
static gboolean passes_through(const struct row *row)
{
    return g_str_equal(row->type, "P4") && (g_str_equal(row->state, "applying") || g_str_equal(row->next, "applying"));
}

static void play_row(void **state)
{
    const struct row *row = *state;
    struct scene *scene = scene_new();

    if (g_str_equal(row->state, "-")) {
        play_form(scene, row);
    } else if (passes_through(row)) {
        g_autofree char *id = story_bring(scene, row->type, "cityReview");
        story_decide(scene, id, STORY_APPROVE);
        assert_string_equal(scene_state(scene, id), "done");
        assert_non_null(scene_mail(scene, "N5", NULL));
    } else {
        g_autofree char *id = story_bring(scene, row->type, row->state);
        scene_forget(scene);
        if (g_str_equal(row->state, "cityReview") || g_str_equal(row->state, "provinceReview"))
            scene_deliver(scene);
        for (guint i = 0; i < G_N_ELEMENTS(happenings); i++)
            if (happenings[i].event == row_event(row))
                happenings[i].happen(scene, row->type, id);
        assert_string_equal(scene_state(scene, id), row->next);
        assert_told(scene, row, id);
    }
    scene_free(scene);
}

int main(void)
{
    g_autoptr(GPtrArray) rows = rows_read("tests/data/transitions.tsv");
    struct procedures *procedures = procedures_open("templates", NULL);
    g_autofree struct CMUnitTest *tests = g_new0(struct CMUnitTest, rows->len);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    guint count = 0;

    g_assert(procedures);
    for (guint i = 0; i < rows->len; i++) {
        struct row *row = g_ptr_array_index(rows, i);
        if (!procedure_for_type(procedures, row->type))
            continue;
        char *name = g_strdup_printf("test_row_%s_%s_%s%s", row->type, g_str_equal(row->state, "-") ? "new" : row->state,
                                     row->event, row_refuses(row) ? "_refused" : "");
        g_ptr_array_add(names, name);
        tests[count++] = (struct CMUnitTest){.name = name, .test_func = play_row, .initial_state = row};
    }
    procedures_free(procedures);
    return _cmocka_run_group_tests("rows", tests, count, NULL, NULL);
}
