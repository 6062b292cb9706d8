/* One view of the directory for all that a round decides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/recall.h"

struct counted { /* a directory of one reviewer that counts its questions */
    int asked;
    gboolean away;
    const char *mail;
};

static gboolean ask(struct counted *counted, GError **error)
{
    counted->asked++;
    if (counted->away)
        g_set_error_literal(error, g_quark_from_static_string("test"), 1, "away");
    return !counted->away;
}

static struct entry *one(const struct counted *counted)
{
    struct entry *entry = entry_make("uid=a,ou=370100,ou=authorities,dc=example", NULL);

    entry_put(entry, "mail", counted->mail);
    return entry;
}

static GPtrArray *find(void *context, const char *attribute, const char *value, GError **error)
{
    struct counted *counted = context;

    if (!ask(counted, error))
        return NULL;
    GPtrArray *entries = entry_list();
    if (g_str_equal(attribute, "mail") && g_str_equal(value, counted->mail))
        g_ptr_array_add(entries, one(counted));
    return entries;
}

static GPtrArray *reviewers(void *context, const char *division, GError **error)
{
    return find(context, "mail", g_str_equal(division, "370100") ? ((struct counted *)context)->mail : "", error);
}

static struct entry *read_one(void *context, const char *dn, GError **error)
{
    struct counted *counted = context;

    return ask(counted, error) && g_str_has_prefix(dn, "uid=a,") ? one(counted) : NULL;
}

static struct recall *recall_of(struct counted *counted, struct facts *facts)
{
    const struct facts asked = {.context = counted, .find = find, .reviewers = reviewers, .read = read_one};
    struct recall *recall = recall_open(&asked);

    recall_facts(recall, facts);
    return recall;
}

static guint found(const struct facts *facts, const char *mail)
{
    g_autoptr(GPtrArray) entries = facts->find(facts->context, "mail", mail, NULL);

    return entries->len;
}

static void test_a_question_is_asked_once_a_round(void **state)
{
    struct counted counted = {.mail = "a@example.com"};
    struct facts facts;
    struct recall *recall = recall_of(&counted, &facts);
    (void)state;

    assert_int_equal(found(&facts, "a@example.com"), 1);
    assert_int_equal(found(&facts, "b@example.com"), 0); /* that there is none is an answer, too */
    assert_int_equal(found(&facts, "a@example.com"), 1);
    assert_int_equal(found(&facts, "b@example.com"), 0);
    assert_int_equal(counted.asked, 2);
    recall_forget(recall);
    counted.mail = "b@example.com";
    assert_int_equal(found(&facts, "b@example.com"), 1);
    assert_int_equal(counted.asked, 3);
    recall_close(recall);
}

static void test_reviewers_and_entries_are_the_callers_own(void **state)
{
    struct counted counted = {.mail = "a@example.com"};
    struct facts facts;
    struct recall *recall = recall_of(&counted, &facts);
    (void)state;

    g_autoptr(GPtrArray) first = facts.reviewers(facts.context, "370100", NULL);
    g_autoptr(GPtrArray) again = facts.reviewers(facts.context, "370100", NULL);
    g_autoptr(GPtrArray) others = facts.reviewers(facts.context, "370200", NULL);
    struct entry *entry = facts.read(facts.context, "uid=a,ou=370100,ou=authorities,dc=example", NULL);
    struct entry *same = facts.read(facts.context, "uid=a,ou=370100,ou=authorities,dc=example", NULL);
    assert_null(facts.read(facts.context, "uid=b,ou=370100,ou=authorities,dc=example", NULL));
    assert_null(facts.read(facts.context, "uid=b,ou=370100,ou=authorities,dc=example", NULL));
    assert_int_equal(counted.asked, 4);
    assert_int_equal(others->len, 0);
    recall_forget(recall); /* what was given stays */
    recall_close(recall);
    assert_int_equal(first->len, 1);
    assert_string_equal(entry_value(g_ptr_array_index(again, 0), "mail"), "a@example.com");
    entry_free(entry);
    assert_string_equal(entry_value(same, "mail"), "a@example.com");
    entry_free(same);
}

static void test_a_directory_that_was_away_is_asked_again(void **state)
{
    struct counted counted = {.mail = "a@example.com", .away = TRUE};
    g_autoptr(GError) error = NULL;
    struct facts facts;
    struct recall *recall = recall_of(&counted, &facts);
    (void)state;

    assert_null(facts.find(facts.context, "mail", "a@example.com", &error));
    assert_non_null(error);
    g_clear_error(&error);
    assert_null(facts.read(facts.context, "uid=a,dc=example", &error));
    assert_non_null(error);
    counted.away = FALSE;
    assert_int_equal(found(&facts, "a@example.com"), 1);
    struct entry *entry = facts.read(facts.context, "uid=a,dc=example", NULL);
    assert_non_null(entry);
    entry_free(entry);
    recall_close(recall);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_question_is_asked_once_a_round),
        cmocka_unit_test(test_reviewers_and_entries_are_the_callers_own),
        cmocka_unit_test(test_a_directory_that_was_away_is_asked_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
