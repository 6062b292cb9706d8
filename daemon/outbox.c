/* The outbox: what the world is still to be told.
 *
 * A row is written in the transaction that decides it, under an effect name that is unique for life, so that no decision can have the same effect twice. The courier
 * carries rows out and writes down only what the world answered:
 *
 *   change   waiting ──▶ applied (also when the wanted state already stood there) ──▶ done, once the desk has moved the request on
 *                   └──▶ conflict (the data is no longer what was reviewed)       ──▶ done, once the desk has moved the request on
 *   mail     waiting ──▶ sent     (2xx after the final dot: the payload with its token is erased)
 *                   └──▶ failed   (5xx: the desk tells the operator)
 *
 * A request of several changes (a trainee moves and certificates are marked, fifty certificates are reissued) is void only if nothing of it was made:
 *
 *   look    while none has been made, all of them are held against the directory; one that would conflict is the conflict of all, and none is made
 *   begin   the first goes alone, with its own guard; when that conflicts after all, the rest are dropped
 *   go on   once one has been made there is no way back: the others follow together. What another hand makes impossible in that moment stays a conflict of that
 *           change alone; the request is done, and operator and applicant are told that a part of it is not
 *   wait    until each has an answer the request stays "applying"
 *
 * Anything temporary leaves a row waiting with a later hour. A crash between the world's answer and its commit carries the row out once more: the directory
 * finds the wanted state there, the mail leaves with the same Message-ID.
 *
 * A mail that brings a one-time secret brings the same one however often it leaves, or a mail client that folds the copies might show a dead one. So the secret is
 * durable in the row before the first copy leaves, and erased (secure_delete) with the server's answer, yes or no; it stays only while the answer is unknown. */
#include "daemon/clock.h"
#include "daemon/query.h"
#include "daemon/store.h"

#define LATER_FIRST (5 * CLOCK_SECOND)
#define LATER_MOST (60 * 60 * CLOCK_SECOND)

void outbox_row_free(struct outbox_row *row)
{
    g_free(row->request);
    g_free(row->effect);
    g_free(row->kind);
    g_free(row->code);
    g_free(row->payload);
    g_free(row->uuid);
    g_free(row->recipient);
    g_free(row->message_id);
    g_free(row->secret_for);
    g_free(row->state);
    g_free(row->said);
    g_free(row);
}

static GPtrArray *read_rows(struct queries *queries, sqlite3_stmt *statement)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)outbox_row_free);

    while (query_row(queries, statement)) {
        struct outbox_row *row = g_new0(struct outbox_row, 1);
        row->id = sqlite3_column_int64(statement, 0);
        row->request = query_text(statement, 1);
        row->effect = query_text(statement, 2);
        row->kind = query_text(statement, 3);
        row->code = query_text(statement, 4);
        row->payload = query_text(statement, 5);
        row->uuid = query_text(statement, 6);
        row->recipient = query_text(statement, 7);
        row->message_id = query_text(statement, 8);
        row->secret_for = query_text(statement, 9);
        row->secret_until = sqlite3_column_int64(statement, 10);
        row->state = query_text(statement, 11);
        row->made = sqlite3_column_int64(statement, 12);
        row->due = sqlite3_column_int64(statement, 13);
        row->settled = sqlite3_column_int64(statement, 14);
        row->attempts = sqlite3_column_int(statement, 15);
        row->said = query_text(statement, 16);
        g_ptr_array_add(list, row);
    }
    return list;
}

GPtrArray *store_outbox_due(struct store *store, const char *kind, gint64 now, guint most)
{
    return read_rows(&store->queries, query_bind(&store->queries, QUERY_OUTBOX_DUE, "tii", kind, now, (gint64)most));
}

GPtrArray *store_outbox_unbegun(struct store *store, const char *request)
{
    return read_rows(&store->queries, query_bind(&store->queries, QUERY_OUTBOX_UNBEGUN, "t", request));
}

gint64 outbox_later(const struct outbox_row *row, gint64 now)
{
    return now + MIN(LATER_FIRST << MIN(row->attempts, 12), LATER_MOST);
}

char *store_outbox_secret(struct store *store, gint64 id)
{
    sqlite3_stmt *row = query_bind(&store->queries, QUERY_OUTBOX_SECRET, "i", id);
    char *secret = query_row(&store->queries, row) ? query_text(row, 0) : NULL;

    query_end(row);
    return secret;
}

void store_outbox_keep(struct store *store, gint64 id, const char *secret)
{
    query_write(&store->queries, QUERY_OUTBOX_KEEP, "ti", secret, id);
}

void store_outbox_settle(struct store *store, gint64 id, const char *state, const char *said, gint64 now)
{
    query_write(&store->queries, QUERY_OUTBOX_SETTLE, "ttii", state, said, now, id);
    if (g_str_equal(state, "conflict"))
        query_write(&store->queries, QUERY_OUTBOX_DROP, "ii", now, id);
}

void store_outbox_later(struct store *store, gint64 id, const char *said, gint64 due)
{
    query_write(&store->queries, QUERY_OUTBOX_LATER, "tii", said, due, id);
}

GPtrArray *store_outbox(struct store *store, const char *state, const char *request, guint most)
{
    return read_rows(&store->queries, query_bind(&store->queries, QUERY_OUTBOX, "tti", state, request, (gint64)most));
}

guint store_outbox_retry(struct store *store, gint64 id, gint64 now)
{
    int changed = id ? query_write(&store->queries, QUERY_OUTBOX_RETRY, "ii", now, id)
                     : query_write(&store->queries, QUERY_OUTBOX_RETRY_ALL, "i", now);

    return changed > 0 ? (guint)changed : 0;
}

void outcome_free(struct outcome *outcome)
{
    g_free(outcome->request);
    g_free(outcome->said);
    g_free(outcome);
}

GPtrArray *store_outcomes(struct store *store, gint64 now)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)outcome_free);
    sqlite3_stmt *row = query_bind(&store->queries, QUERY_OUTCOMES, "i", now);

    while (query_row(&store->queries, row)) {
        struct outcome *outcome = g_new0(struct outcome, 1);
        outcome->request = query_text(row, 0);
        outcome->applied = sqlite3_column_int(row, 1) != 0;
        outcome->conflict = sqlite3_column_int(row, 2) != 0;
        outcome->said = query_text(row, 3);
        g_ptr_array_add(list, outcome);
    }
    return list;
}

void store_outcome_later(struct store *store, const char *request, gint64 due)
{
    query_write(&store->queries, QUERY_OUTCOME_LATER, "it", due, request);
}

void store_outcome_heard(struct store *store, const char *request)
{
    query_write(&store->queries, QUERY_OUTCOME_HEARD, "t", request);
}

GPtrArray *store_troubles(struct store *store)
{
    return read_rows(&store->queries, query_bind(&store->queries, QUERY_TROUBLES, ""));
}

void store_trouble_told(struct store *store, gint64 id)
{
    query_write(&store->queries, QUERY_TROUBLE_TOLD, "i", id);
}
