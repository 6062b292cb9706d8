/* The state file when it cannot be written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/query.h"
#include "daemon/store.h"

#define NOW 1778032800000LL

/* No page can be added any more, as on a full disk. */
static void fill(struct store *store)
{
    assert_int_equal(sqlite3_exec(store->queries.database, "PRAGMA max_page_count = 1", NULL, NULL, NULL), SQLITE_OK);
}

static struct plan *plan_of(const char *id)
{
    struct plan *plan = plan_new("test", id);
    g_autofree char *long_text = g_strnfill(100000, 'x');

    plan_event(plan, "system", "test", NULL, NULL, long_text);
    return plan;
}

static void test_a_full_disk_ends_no_process_and_loses_nothing(void **state)
{
    g_autoptr(GError) error = NULL;
    struct store *store = store_open(":memory:", &error);
    struct records records;
    g_autoptr(GPtrArray) plans = plan_list();
    gint64 broken;
    (void)state;

    assert_non_null(store);
    store_records(store, &records);
    g_ptr_array_add(plans, plan_of(NULL));
    fill(store);
    store_begin(store);
    assert_true(store_sound(store));
    store_carry(store, plans, NOW);
    assert_false(store_sound(store));
    g_autofree char *id = records.next_id(records.context, "T5", 2026); /* good for nothing, but an answer */
    assert_non_null(id);
    assert_false(store_commit(store, &error));
    assert_true(g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE));
    assert_int_equal(store_audit_verify(store, &broken), 0);
    store_close(store);
}

static void begin_request(struct store *store, const char *id, const char *type)
{
    g_autoptr(GPtrArray) plans = plan_list();
    struct plan *plan = plan_new("test", id);
    struct request request = {.type = (char *)type,
                              .state = (char *)"done",
                              .mail = (char *)"new@example.com",
                              .name = (char *)"-",
                              .language = (char *)"zh",
                              .subject = (char *)"-",
                              .form = (char *)"-",
                              .digest = (char *)"-",
                              .proof = (char *)"-"};

    plan->create = &request;
    g_ptr_array_add(plans, plan);
    assert_int_equal(store_carry(store, plans, NOW), STORE_TAKEN);
    plan->create = NULL;
}

static void test_a_number_that_cannot_be_written_is_a_fault_of_the_commit(void **state)
{
    g_autoptr(GError) error = NULL;
    struct store *store = store_open(":memory:", &error);
    struct records records;
    (void)state;

    store_records(store, &records);
    assert_int_equal(sqlite3_exec(store->queries.database, "PRAGMA query_only = ON", NULL, NULL, NULL), SQLITE_OK);
    store_begin(store);
    g_autofree char *id = records.next_id(records.context, "T5", 2026);
    begin_request(store, id, "T5");
    assert_false(store_commit(store, &error));
    assert_non_null(error);
    store_close(store);
}

/* Never the same one twice, and none for what is not recorded. */
static void test_numbers_are_spent_by_what_is_recorded(void **state)
{
    g_autoptr(GError) error = NULL;
    struct store *store = store_open(":memory:", &error);
    struct records records;
    (void)state;

    store_records(store, &records);
    store_begin(store);
    g_autofree char *first = records.next_id(records.context, "T5", 2026);
    g_autofree char *again = records.next_id(records.context, "T5", 2026);
    assert_string_equal(first, "T5-2026-000001");
    assert_string_equal(again, first);
    begin_request(store, first, "T5");
    g_autofree char *second = records.next_id(records.context, "T5", 2026);
    assert_string_equal(second, "T5-2026-000002");
    g_autofree char *other = records.next_id(records.context, "T5", 2027);
    assert_string_equal(other, "T5-2027-000001");
    assert_true(store_commit(store, &error));
    store_close(store);
}

/* The decision may have gone by an earlier plan of the same mail: then there is nothing to come too late for, and the rest of the mail is taken. */
static void test_nobody_comes_too_late_for_nothing(void **state)
{
    g_autoptr(GError) error = NULL;
    struct store *store = store_open(":memory:", &error);
    struct records records;
    g_autoptr(GPtrArray) plans = plan_list();
    struct plan *plan = plan_new("test", "T5-2026-000001");
    (void)state;

    store_records(store, &records);
    plan->latecomer = g_strdup("uid=somebody");
    g_ptr_array_add(plans, plan);
    store_begin(store);
    begin_request(store, plan->request, "T5");
    assert_int_equal(store_carry(store, plans, NOW), STORE_TAKEN);
    assert_true(store_commit(store, &error));
    g_autoptr(GPtrArray) latecomers = records.latecomers(records.context, plan->request);
    assert_int_equal(latecomers->len, 0);
    store_close(store);
}

/* A type the procedures no longer know is found by the start, however old its requests are. */
static void test_all_types_are_known_not_only_the_newest(void **state)
{
    g_autoptr(GError) error = NULL;
    struct store *store = store_open(":memory:", &error);
    (void)state;

    store_begin(store);
    begin_request(store, "T9-2026-000001", "T9");
    begin_request(store, "T5-2026-000001", "T5");
    begin_request(store, "T5-2026-000002", "T5");
    assert_true(store_commit(store, &error));
    g_autoptr(GPtrArray) types = store_types(store);
    assert_int_equal(types->len, 2);
    assert_string_equal(g_ptr_array_index(types, 1), "T9");
    store_close(store);
}

static void add_mail(struct store *store, gint64 made)
{
    g_autoptr(GPtrArray) plans = plan_list();
    struct plan *plan = plan_new("test", NULL);
    struct plan_mail *mail = g_new0(struct plan_mail, 1);

    mail->effect = g_strdup_printf("test/%" G_GINT64_FORMAT, made);
    mail->document = g_strdup("-");
    mail->recipient = g_strdup("new@example.com");
    mail->message_id = g_strdup(mail->effect);
    mail->code = g_strdup("NX");
    g_ptr_array_add(plan->mails, mail);
    g_ptr_array_add(plans, plan);
    store_begin(store);
    assert_int_equal(store_carry(store, plans, made), STORE_TAKEN);
    assert_true(store_commit(store, NULL));
}

/* A mail made by a clock that was a day ahead does not wait for that day; one that is to be tried again in half an hour does. */
static void test_a_clock_that_is_set_back_holds_up_nothing(void **state)
{
    struct store *store = store_open(":memory:", NULL);
    (void)state;

    add_mail(store, NOW + 86400000);
    add_mail(store, NOW + 1800000);
    g_autoptr(GPtrArray) due = store_outbox_due(store, "mail", NOW, 10);
    assert_int_equal(due->len, 1);
    assert_int_equal(((struct outbox_row *)g_ptr_array_index(due, 0))->made, NOW + 86400000);
    store_close(store);
}

/* Asked by people, or once at the start, or reading no further than its first row. */
static gboolean may_scan(enum query query)
{
    static const enum query seldom[] = {QUERY_REQUESTS, QUERY_REQUEST_TYPES, QUERY_OUTBOX, QUERY_EVENTS_ALL, QUERY_EVENT_HEAD};

    for (gsize i = 0; i < G_N_ELEMENTS(seldom); i++)
        if (seldom[i] == query)
            return TRUE;
    return FALSE;
}

/* After ten years every table is long: what each round asks must go by an index. */
static void test_no_round_reads_a_whole_table(void **state)
{
    g_autoptr(GError) error = NULL;
    struct store *store = store_open(":memory:", &error);
    (void)state;

    assert_non_null(store);
    for (enum query query = 0; query < QUERY_COUNT; query++) {
        const char *text = sqlite3_sql(query_bind(&store->queries, query, ""));
        g_autofree char *question = g_strconcat("EXPLAIN QUERY PLAN ", text, NULL);
        sqlite3_stmt *steps = NULL;
        assert_int_equal(sqlite3_prepare_v2(store->queries.database, question, -1, &steps, NULL), SQLITE_OK);
        while (!may_scan(query) && sqlite3_step(steps) == SQLITE_ROW) {
            const char *step = (const char *)sqlite3_column_text(steps, 3);
            if (g_str_has_prefix(step, "SCAN ") && !strstr(step, " USING ") && !g_str_has_prefix(step, "SCAN CONSTANT"))
                fail_msg("\"%s\" reads all of it: %s", text, step);
        }
        sqlite3_finalize(steps);
    }
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_round_reads_a_whole_table),
        cmocka_unit_test(test_a_full_disk_ends_no_process_and_loses_nothing),
        cmocka_unit_test(test_numbers_are_spent_by_what_is_recorded),
        cmocka_unit_test(test_nobody_comes_too_late_for_nothing),
        cmocka_unit_test(test_all_types_are_known_not_only_the_newest),
        cmocka_unit_test(test_a_clock_that_is_set_back_holds_up_nothing),
        cmocka_unit_test(test_a_number_that_cannot_be_written_is_a_fault_of_the_commit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
