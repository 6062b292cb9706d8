/* Nobody learns from an answer, nor from the time it takes, whether a number they may not know about is in the directory (7.21, domain.md 8): the same words, and the same
 * questions asked of the directory, which is what an answer takes its time for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "tests/scenario/story.h"

#define E1_MAIL "e1@example.com"
#define PAIRS_MOST 4

/* The directory, with every question written down. */
struct witness {
    struct facts asked;
    GString *questions;
};

static GPtrArray *hear_find(void *context, const char *attribute, const char *value, GError **error)
{
    struct witness *witness = context;

    g_string_append_printf(witness->questions, "find %s\n", attribute);
    return witness->asked.find(witness->asked.context, attribute, value, error);
}

static GPtrArray *hear_below(void *context, const char *dn, const char *object_class, guint most, GError **error)
{
    struct witness *witness = context;

    g_string_append_printf(witness->questions, "below %s\n", object_class);
    return witness->asked.below(witness->asked.context, dn, object_class, most, error);
}

static gint64 hear_count(void *context, const char *dn, const char *object_class, const char *attribute, const char *value,
                         guint most, GError **error)
{
    struct witness *witness = context;

    g_string_append_printf(witness->questions, "count %s\n", object_class);
    return witness->asked.count(witness->asked.context, dn, object_class, attribute, value, most, error);
}

static GPtrArray *hear_reviewers(void *context, const char *division, GError **error)
{
    struct witness *witness = context;

    g_string_append_printf(witness->questions, "reviewers\n");
    return witness->asked.reviewers(witness->asked.context, division, error);
}

static struct entry *hear_read(void *context, const char *dn, GError **error)
{
    struct witness *witness = context;

    g_string_append_printf(witness->questions, "read\n");
    return witness->asked.read(witness->asked.context, dn, error);
}

static struct witness *witness_new(struct scene *scene)
{
    struct witness *witness = g_new0(struct witness, 1);

    witness->asked = scene->site.mind.facts;
    witness->questions = g_string_new(NULL);
    scene->site.mind.facts = (struct facts){witness, hear_find, hear_below, hear_count, hear_reviewers, hear_read};
    return witness;
}

static void witness_free(struct witness *witness)
{
    g_string_free(witness->questions, TRUE);
    g_free(witness);
}

static const struct whose {
    const char *number, *name, *sex, *certificate;
} others[] = {
    {"370399199102030028", "测试辛", "2", "SD-011-2019-999999"}, /* nobody knows them */
    {"37019919900101006X", "测试戊", "2", "SD-040-2020-000005"}, /* another enterprise's */
    {"370699200002290035", "测试丙", "1", "SD-021-2021-000003"}, /* a school's */
    {"371399197506159989", "测试丁", "2", "SD-080-2017-000004"}, /* an individual */
};

/* Forms of E1 that name a person; %s of the values: their number, name, certificate. */
static const struct form_of_e1 {
    const char *type;
    struct {
        const char *path;
        char what; /* n umber, N ame, c ertificate, or the value itself */
        const char *value;
    } pairs[PAIRS_MOST];
} forms[] = {
    {"T2E", {{"idNumber", 'n', NULL}, {"holderName", 'N', NULL}, {"certNo[1]", 'c', NULL}}},
    {"T2E", {{"idNumber", 'n', NULL}, {"holderName", '=', "测试错"}, {"certNo[1]", '=', "SD-030-2018-000002"}}},
    {"T1",
     {{"certificates/certificate[1]/certNo", 'c', NULL},
      {"certificates/certificate[1]/holderName", 'N', NULL},
      {"certificates/certificate[1]/holderIdNumber", 'n', NULL}}},
    {"T4", {{"idNumber", 'n', NULL}, {"holderName", 'N', NULL}}},
    {"T4",
     {{"idNumber", 'n', NULL},
      {"holderName", 'N', NULL},
      {"corrections/correction[1]/@field", '=', "idNumber"},
      {"corrections/correction[1]/newValue", '=', "370299198812310024"}}}, /* H2's */
    {"P2", {{"target", 'n', NULL}}},
    {"P2", {{"target", 'n', NULL}, {"changes/change[1]/@field", '=', "name"}, {"changes/change[1]/newValue", '=', "测试新"}}},
    {"P4", {{"item[1]/certNo", 'c', NULL}, {"item[1]/holderName", 'N', NULL}, {"item[1]/idNumber", 'n', NULL}}},
};

/* What the sender is told, without what they wrote themselves, and what the directory was asked for it. Caller frees. */
static char *answer(const struct form_of_e1 *form, const struct whose *whose)
{
    struct scene *scene = scene_new();
    struct paper *paper = paper_new(form->type);
    struct witness *witness = witness_new(scene);

    for (guint i = 0; i < PAIRS_MOST && form->pairs[i].path; i++) {
        char what = form->pairs[i].what;
        paper_put(paper, form->pairs[i].path,
                  what == 'n'   ? whose->number
                  : what == 'N' ? whose->name
                  : what == 'c' ? whose->certificate
                                : form->pairs[i].value);
    }
    scene_file(scene, paper);
    scene_deliver(scene);
    assert_int_equal(scene_requests(scene), 0);
    g_autoptr(GString) told = g_string_new(scene_mail(scene, "N0", E1_MAIL)->text);
    g_string_replace(told, whose->certificate, "CERTIFICATE", 0);
    g_string_append_printf(told, "\n%s", witness->questions->str);
    scene->site.mind.facts = witness->asked;
    witness_free(witness);
    paper_free(paper);
    scene_free(scene);
    return g_string_free(g_steal_pointer(&told), FALSE);
}

static void test_7_21_unknown_and_foreign_people_get_one_answer_after_the_same_questions(void **state)
{
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autofree char *unknown = answer(&forms[i], &others[0]);
        for (guint k = 1; k < G_N_ELEMENTS(others); k++) {
            g_autofree char *foreign = answer(&forms[i], &others[k]);
            if (!g_str_equal(foreign, unknown))
                fail_msg("%s tells %s from an unknown person:\n%s\n--- unknown:\n%s", forms[i].type, others[k].number, foreign,
                         unknown);
        }
    }
}

/* A registration with a number that is known, wherever from. */
static char *registration(struct scene *scene, const char *number, const char *sex)
{
    struct paper *paper = paper_new("P1");
    struct witness *witness = witness_new(scene);

    paper_put(paper, "idNumber", number);
    paper_put(paper, "sex", sex);
    paper_put(paper, "mail", "somebody@example.com");
    paper_put(paper, "loginName", "somebody");
    scene_file_from(scene, "somebody@example.com", paper);
    scene_deliver(scene);
    const struct mail *mail = scene_mail(scene, "N0", "somebody@example.com");
    assert_non_null(mail);
    char *told = g_strconcat(mail->text, "\n", witness->questions->str, NULL);
    scene->site.mind.facts = witness->asked;
    witness_free(witness);
    paper_free(paper);
    return told;
}

static void test_7_21_every_known_number_is_refused_after_the_same_questions(void **state)
{
    static const char *const known[][2] = {
        {"370199199001010019", "1"}, /* H1, employee */
        {"370699200002290035", "1"}, /* H3, student */
        {"371399197506159989", "2"}, /* H4, individual */
        {"371299198507030115", "1"}, /* in a registration that waits */
    };
    g_autofree char *first = NULL;
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
        struct scene *scene = scene_new();
        g_autofree char *open = scene_form(scene, "P1", NULL);
        assert_string_equal(scene_state(scene, open), "cityReview");
        g_autofree char *told = registration(scene, known[i][0], known[i][1]);
        if (!first)
            first = g_strdup(told);
        if (!g_str_equal(told, first))
            fail_msg("%s is told apart:\n%s\n--- an employee:\n%s", known[i][0], told, first);
        scene_free(scene);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_7_21_unknown_and_foreign_people_get_one_answer_after_the_same_questions),
        cmocka_unit_test(test_7_21_every_known_number_is_refused_after_the_same_questions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
