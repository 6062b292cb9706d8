/* Full identity numbers are for the deciding authority and for whom they belong to: every mail of every way a request can go is looked through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "mailflow/text.h"
#include "tests/scenario/story.h"

static const char *const numbers[] = {"370199199001010019", "370299198812310024", "370699200002290035", "371399197506159989",
                                      "37019919900101006X", "370599199309160090", "371299198507030115"};

static gboolean names_a_person(const char *text)
{
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        if (strstr(text, numbers[i]))
            return TRUE;
    return FALSE;
}

/* Whether that address may read numbers of this request: its applicant, its holder, or a reviewer who is or was to decide. */
static gboolean may_read(struct scene *scene, const struct mail *mail)
{
    struct request *request = mail->request ? scene_request(scene, mail->request) : NULL;
    const struct entry *entry = tree_find(scene->tree, ATTRIBUTE_MAIL, mail->to);
    gboolean own = !request || g_str_equal(request->mail, mail->to);

    request_free(request);
    return own || (entry && (entry_is(entry, CLASS_TRAINEE) || entry_is(entry, CLASS_REVIEWER)));
}

static void look_through(struct scene *scene)
{
    for (guint i = 0; i < scene->mails->len; i++) {
        const struct mail *mail = g_ptr_array_index(scene->mails, i);
        if (!may_read(scene, mail) && (names_a_person(mail->text) || names_a_person(mail->html) || names_a_person(mail->document) ||
                                       names_a_person(mail->subject)))
            fail_msg("%s to %s names somebody's full number:\n%s", mail->code, mail->to, mail->text);
        if (names_a_person(mail->subject))
            fail_msg("the subject of %s to %s names somebody's full number", mail->code, mail->to);
    }
    for (guint i = 0; i < scene->lines->len; i++) {
        g_autofree char *line = text_mask_all(g_ptr_array_index(scene->lines, i)); /* as the log writes them */
        if (names_a_person(line))
            fail_msg("the log says %s", line);
    }
}

static const char *const types[] = {"T1", "T2E", "T2P", "T2S", "T3N", "T3C", "T4", "T5", "P1", "P2", "P3", "P4"};

static void test_approved(void **state)
{
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        struct scene *scene = scene_new();
        g_autofree char *id = story_bring(scene, types[i], g_str_equal(types[i], "P4") ? "done" : "applying");
        scene_deliver(scene);
        assert_string_equal(scene_state(scene, id), "done");
        look_through(scene);
        scene_free(scene);
    }
}

static void test_rejected_withdrawn_reminded_and_in_conflict(void **state)
{
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        if (g_str_equal(types[i], "P2"))
            continue;
        struct scene *scene = scene_new();
        const char *first = g_str_equal(types[i], "T3C") ? "outCityReview" : "cityReview";
        g_autofree char *rejected = story_bring(scene, types[i], first);
        scene_forward(scene, 30);
        story_decide(scene, rejected, STORY_UNCLEAR);
        story_decide(scene, rejected, STORY_REJECT);
        g_autofree char *withdrawn = story_bring(scene, types[i], first);
        story_withdraw(scene, types[i], withdrawn);
        assert_string_equal(scene_state(scene, withdrawn), "withdrawn");
        look_through(scene);
        scene_free(scene);
    }
}

static void test_troubles(void **state)
{
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        struct scene *scene = scene_new();
        struct paper *paper = paper_new(types[i]);
        scene->refused = paper_sender(paper);
        scene_file(scene, paper);
        scene_file(scene, paper);
        scene_deliver(scene);
        look_through(scene);
        paper_free(paper);
        scene_free(scene);
    }
}

static void test_the_subject_of_a_request_is_no_number(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *id = scene_form(scene, "P2", NULL);
    struct request *request = scene_request(scene, id);

    assert_false(names_a_person(request->subject));
    request_free(request);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_approved),
        cmocka_unit_test(test_rejected_withdrawn_reminded_and_in_conflict),
        cmocka_unit_test(test_troubles),
        cmocka_unit_test(test_the_subject_of_a_request_is_no_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
