#include "daemon/query.h"

#include <gio/gio.h>
#include <stdarg.h>

#include "mailflow/plan.h"

#define REQUEST_COLUMNS                                                                                                            \
    "id, type, state, division, applicant, mail, name, language, subject, form, digest, client_ref, previous, receiver, before, "  \
    "thread, "                                                                                                                     \
    "proof, successor, created, submitted, changed"
#define OUTBOX_COLUMNS                                                                                                             \
    "id, request, effect, kind, code, payload, uuid, recipient, message_id, secret_for, secret_until, state, made, due, settled, " \
    "attempts, said"
#define HELD_COLUMNS "request, step, verdict, reviewer, name, mail, language, reason, archive, message, origin, at, due"
#define TICKET_COLUMNS "hash, request, step, role, person, mail, name, language, digest, message_id, fate, made"

#define MADE "made.kind = 'change' AND made.state IN ('applied', 'done')" /* with `outbox AS made` */

#define USABLE "(fate IS NULL OR fate = 'undeliverable')" /* ticket_usable() */

static const char *const sql[QUERY_COUNT] = {
    [QUERY_BEGIN] = "BEGIN IMMEDIATE",
    [QUERY_COMMIT] = "COMMIT",
    [QUERY_ROLLBACK] = "ROLLBACK",
    [QUERY_SAVEPOINT] = "SAVEPOINT one",
    [QUERY_RELEASE] = "RELEASE one",
    [QUERY_BACK] = "ROLLBACK TO one",

    [QUERY_MESSAGE_KNOWN] = "SELECT 1 FROM message WHERE digest = ? AND outcome <> '" PLAN_UNANSWERED "'",
    [QUERY_MESSAGE_PUT] =
        "INSERT INTO message (digest, message_id, sender, kind, outcome, request, received) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (digest) DO UPDATE SET outcome = excluded.outcome, request = excluded.request, received = excluded.received"
        " WHERE outcome = '" PLAN_UNANSWERED "'",
    [QUERY_EVIDENCE] = "SELECT bytes FROM attachment WHERE digest = ?",
    [QUERY_EVIDENCE_PUT] = "INSERT OR IGNORE INTO attachment (digest, bytes) VALUES (?, ?)",

    [QUERY_REQUEST] = "SELECT " REQUEST_COLUMNS " FROM request WHERE id = ?",
    [QUERY_REQUEST_PUT] =
        "INSERT INTO request (" REQUEST_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [QUERY_REQUEST_MOVE] = "UPDATE request SET state = ?, division = ?, changed = ? WHERE id = ? AND state = ?",
    [QUERY_REQUEST_SUCCEED] = "UPDATE request SET successor = ? WHERE id = ?",
    [QUERY_REQUEST_SUBMIT] = "UPDATE request SET submitted = ? WHERE id = ?",
    [QUERY_REQUEST_PROVE] = "UPDATE request SET proof = ? WHERE id = ?",
    [QUERY_REQUEST_COMPLETE] = "UPDATE request SET form = ?, digest = ? WHERE id = ?",
    [QUERY_REQUESTS_OPEN] =
        "SELECT " REQUEST_COLUMNS
        " FROM request WHERE (applicant = ?1 OR receiver = ?2) AND id IN (SELECT request FROM step WHERE closed = 0)"
        " ORDER BY created",
    [QUERY_REQUESTS_WAITING] =
        "SELECT " REQUEST_COLUMNS " FROM request WHERE division = ? AND id IN (SELECT request FROM step WHERE closed = 0)"
        " ORDER BY submitted, id LIMIT ?",
    [QUERY_REQUESTS_OF_MAIL] =
        "SELECT " REQUEST_COLUMNS " FROM request WHERE mail = ? AND applicant IS NULL ORDER BY created DESC, id DESC LIMIT ?",
    [QUERY_REQUESTS_OF_DN] =
        "SELECT " REQUEST_COLUMNS
        " FROM request WHERE applicant = ?1 OR (mail = ?2 AND applicant IS NULL) ORDER BY created DESC, id DESC LIMIT ?3",
    [QUERY_REQUEST_SAME_FORM] = "SELECT " REQUEST_COLUMNS " FROM request WHERE mail = ? AND digest = ? AND (client_ref IS NOT NULL "
                                "OR state = 'draft') ORDER BY created DESC, id DESC LIMIT 1",
    [QUERY_REQUESTS] =
        "SELECT " REQUEST_COLUMNS
        " FROM request WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR type = ?2) ORDER BY created DESC, id DESC LIMIT ?3",

    [QUERY_REQUEST_TYPES] = "SELECT DISTINCT type FROM request ORDER BY type",

    [QUERY_STEPS] = "SELECT request, number, state, division, opened, closed, verdict, reviewer, reviewer_name, reason, archive, "
                    "message FROM step"
                    " WHERE request = ? ORDER BY number",
    [QUERY_STEP_OPEN] = "INSERT INTO step (request, number, state, division, opened, closed)"
                        " SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, 0 FROM step WHERE request = ?1",
    [QUERY_STEP_CLOSE] = "UPDATE step SET closed = ?, verdict = ?, reviewer = ?, reviewer_name = ?, reason = ?, archive = ?, "
                         "message = ? WHERE request = ? AND closed = 0",

    [QUERY_TICKET] = "SELECT " TICKET_COLUMNS " FROM token WHERE hash = ?",
    [QUERY_TICKETS] = "SELECT " TICKET_COLUMNS " FROM token WHERE request = ? AND fate IS NULL ORDER BY rowid",
    [QUERY_TICKET_PUT] = "INSERT INTO token (" TICKET_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [QUERY_TICKETS_RETURNED] = "SELECT " TICKET_COLUMNS " FROM token WHERE request = ? AND fate = 'undeliverable' ORDER BY rowid",
    [QUERY_TICKET_USE] = "UPDATE token SET fate = 'used' WHERE hash = ? AND " USABLE,
    [QUERY_TICKET_RETURN] = "UPDATE token SET fate = 'undeliverable' WHERE hash = ? AND fate IS NULL",
    [QUERY_TICKETS_END] = "UPDATE token SET fate = 'closed' WHERE request = ? AND " USABLE,
    [QUERY_TICKETS_END_OF] = "UPDATE token SET fate = 'superseded' WHERE request = ? AND person = ? AND " USABLE,
    [QUERY_TICKETS_USE_AT] = "UPDATE token SET fate = 'used' WHERE request = ? AND mail = ? AND " USABLE,

    [QUERY_TICKETS_HAND_ON] = "UPDATE token SET fate = 'delegated' WHERE request = ? AND step = ? AND person = ? AND " USABLE,

    [QUERY_HELD] = "SELECT " HELD_COLUMNS " FROM held WHERE request = ?",
    [QUERY_HELD_PUT] = "INSERT INTO held (" HELD_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [QUERY_HELD_DROP] = "DELETE FROM held WHERE request = ?",
    [QUERY_LATECOMERS] = "SELECT person FROM latecomer WHERE request = ? ORDER BY person",
    [QUERY_LATECOMER_PUT] = "INSERT OR IGNORE INTO latecomer (request, person) SELECT request, ? FROM held WHERE request = ?",

    [QUERY_DELEGATIONS] = "SELECT request, step, person, delegate, name, at FROM delegation WHERE request = ? ORDER BY at",
    [QUERY_DELEGATION_PUT] =
        "INSERT OR REPLACE INTO delegation (request, step, person, delegate, name, at) VALUES (?, ?, ?, ?, ?, ?)",
    [QUERY_DELEGATION_DROP] = "DELETE FROM delegation WHERE request = ? AND step = ? AND person = ?",

    [QUERY_DOCKET] = "SELECT hash, day, person, mail, name, language, message_id, fate, made FROM docket WHERE hash = ?",
    [QUERY_DOCKET_ITEMS] = "SELECT request, step, digest FROM docket_item WHERE docket = ? ORDER BY number",
    [QUERY_DOCKET_PUT] =
        "INSERT INTO docket (hash, day, person, mail, name, language, message_id, made) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    [QUERY_DOCKET_ITEM_PUT] = "INSERT INTO docket_item (docket, number, request, step, digest) VALUES (?, ?, ?, ?, ?)",
    [QUERY_DOCKETS_END] = "UPDATE docket SET fate = 'superseded' WHERE person = ? AND fate IS NULL",
    [QUERY_LISTED] = "SELECT 1 FROM meta WHERE name = 'listed' AND value = ?",
    [QUERY_LISTED_PUT] =
        "INSERT INTO meta (name, value) VALUES ('listed', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",

    [QUERY_LOCK_PUT] = "INSERT INTO lock (kind, key, request) VALUES (?, ?, ?)",
    [QUERY_LOCKS_FREE] = "DELETE FROM lock WHERE request = ?",

    [QUERY_LOCK_HOLDER] = "SELECT request FROM lock WHERE kind = ? AND key = ?",

    [QUERY_OUTBOX_PUT] = "INSERT INTO outbox (request, effect, kind, code, payload, uuid, recipient, message_id, secret_for, "
                         "secret_until, state, made, due, settled,"
                         " attempts, told) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?, 0, 0, 0)",
    [QUERY_OUTBOX_DUE] =
        "SELECT " OUTBOX_COLUMNS " FROM outbox AS row WHERE state = 'waiting' AND kind = ?1 AND (due <= ?2 OR due > ?2 + 3600000) "
        "AND (?1 = 'mail' OR NOT EXISTS"
        " (SELECT 1 FROM outbox AS earlier WHERE earlier.request = row.request AND earlier.kind = 'change' AND "
        "earlier.state = 'waiting'"
        " AND earlier.id < row.id) OR EXISTS (SELECT 1 FROM outbox AS made WHERE made.request = row.request AND " MADE
        ")) ORDER BY id LIMIT ?3",
    [QUERY_OUTBOX_UNBEGUN] =
        "SELECT " OUTBOX_COLUMNS
        " FROM outbox WHERE request = ?1 AND kind = 'change' AND state = 'waiting' AND NOT EXISTS (SELECT 1 FROM "
        "outbox AS made WHERE made.request = ?1 AND " MADE ") ORDER BY id",
    [QUERY_OUTBOX_NEXT] = "SELECT min(due) FROM outbox WHERE state = 'waiting' AND kind = ?",
    [QUERY_OUTBOX_SETTLE] = "UPDATE outbox SET state = ?1, said = ?2, settled = ?3, attempts = attempts + 1, payload = CASE WHEN "
                            "?1 = 'sent' THEN NULL ELSE payload END, secret = NULL"
                            " WHERE id = ?4 AND state = 'waiting'",
    [QUERY_OUTBOX_DROP] =
        "UPDATE outbox SET state = 'dropped', settled = ?1 WHERE kind = 'change' AND state = 'waiting' AND request ="
        " (SELECT request FROM outbox WHERE id = ?2) AND NOT EXISTS (SELECT 1 FROM outbox AS made WHERE made.request = "
        "outbox.request"
        " AND " MADE ")",
    [QUERY_OUTBOX_SECRET] = "SELECT secret FROM outbox WHERE id = ?",
    [QUERY_OUTBOX_KEEP] = "UPDATE outbox SET secret = ? WHERE id = ?",
    [QUERY_OUTBOX_LATER] = "UPDATE outbox SET said = ?, due = ?, attempts = attempts + 1 WHERE id = ? AND state = 'waiting'",
    [QUERY_OUTBOX] = "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE (?1 IS NULL OR state = ?1 OR (?1 = 'open' AND state IN "
                     "('waiting', 'failed'))) AND (?2 IS NULL OR request = ?2) ORDER BY id DESC LIMIT ?3",
    [QUERY_OUTBOX_RETRY] =
        "UPDATE outbox SET state = 'waiting', due = ?1, told = 0 WHERE id = ?2 AND state IN ('waiting', 'failed')",
    [QUERY_OUTBOX_RETRY_ALL] = "UPDATE outbox SET due = ?1 WHERE state = 'waiting'",

    [QUERY_OUTCOMES] =
        "SELECT request, max(state = 'applied'), max(state = 'conflict'), group_concat(said, '; ') FROM outbox WHERE state IN "
        "('applied', 'conflict') AND "
        "request NOT IN"
        " (SELECT request FROM outbox WHERE state = 'waiting' AND kind = 'change') GROUP BY request HAVING max(due) <= ?"
        " ORDER BY min(id) LIMIT 200",
    [QUERY_OUTCOME_LATER] = "UPDATE outbox SET due = ? WHERE request = ? AND state IN ('applied', 'conflict')",
    [QUERY_OUTCOME_HEARD] = "UPDATE outbox SET state = 'done' WHERE request = ? AND state IN ('applied', 'conflict')",
    [QUERY_MAILED] = "SELECT request, recipient FROM outbox WHERE message_id = ?",
    [QUERY_TROUBLES] = "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE told = 0 AND coalesce(code, '') <> 'N11' AND (state = 'failed' "
                       "OR (state = 'waiting' AND attempts >= 5)) ORDER BY id LIMIT 20",
    [QUERY_TROUBLE_TOLD] = "UPDATE outbox SET told = 1 WHERE id = ?",

    [QUERY_TIMER_PUT] = "INSERT OR REPLACE INTO timer (request, kind, due) VALUES (?, ?, ?)",
    [QUERY_TIMERS_END] = "DELETE FROM timer WHERE request = ?",
    [QUERY_TIMERS_DUE] = "SELECT request, kind, due FROM timer WHERE due <= ? ORDER BY due LIMIT ?",
    [QUERY_TIMERS_NEXT] = "SELECT min(due) FROM timer",
    [QUERY_TIMER_DROP] = "DELETE FROM timer WHERE request = ? AND kind = ?",

    [QUERY_ANSWER_COUNT] =
        "INSERT INTO answer (key, at, times) VALUES (?1, ?2, 1) ON CONFLICT (key) DO UPDATE SET times = times + 1 "
        "WHERE times < ?3",
    [QUERY_ANSWERS_COUNTED] = "SELECT times FROM answer WHERE key = ?",
    [QUERY_ANSWERS_FORGET] = "DELETE FROM answer WHERE at < ?",
    [QUERY_SIGNATURE_PUT] = "INSERT INTO signature (digest, request, used) VALUES (?, ?, ?)",
    [QUERY_SIGNATURE_USED] = "SELECT 1 FROM signature WHERE digest = ?",
    [QUERY_COUNTER_NEXT] = "SELECT coalesce(max(value), 0) + 1 FROM counter WHERE name = ?",
    [QUERY_COUNTER_RAISE] = "INSERT INTO counter (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = "
                            "excluded.value WHERE value < excluded.value",
    [QUERY_EVENT_PUT] = "INSERT INTO event (id, at, request, actor, event, from_state, to_state, detail, message, previous, hash)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [QUERY_EVENT_HEAD] = "SELECT id, hash FROM event ORDER BY id DESC LIMIT 1",
    [QUERY_EVENTS] = "SELECT id, at, request, actor, event, from_state, to_state, detail, message, previous, hash FROM event WHERE "
                     "request = ? ORDER BY id LIMIT ?",
    [QUERY_EVENTS_ALL] = "SELECT id, at, request, actor, event, from_state, to_state, detail, message, previous, hash FROM event "
                         "ORDER BY id LIMIT ?",
};

static sqlite3_stmt *prepare(struct queries *queries, enum query query)
{
    sqlite3_stmt **statement = &queries->statements[query];

    if (!*statement &&
        sqlite3_prepare_v3(queries->database, sql[query], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) != SQLITE_OK)
        g_error("the state file does not know \"%s\": %s", sql[query], sqlite3_errmsg(queries->database));
    sqlite3_reset(*statement);
    sqlite3_clear_bindings(*statement);
    return *statement;
}

static sqlite3_stmt *bind_all(struct queries *queries, enum query query, const char *letters, va_list arguments)
{
    sqlite3_stmt *statement = prepare(queries, query);
    int place = 1;

    for (const char *letter = letters; *letter; letter++, place++) {
        if (*letter == 't') {
            sqlite3_bind_text(statement, place, va_arg(arguments, const char *), -1, SQLITE_TRANSIENT);
        } else if (*letter == 'i') {
            sqlite3_bind_int64(statement, place, va_arg(arguments, gint64));
        } else {
            gsize size;
            const void *bytes = g_bytes_get_data(va_arg(arguments, GBytes *), &size);
            sqlite3_bind_blob64(statement, place, bytes, size, SQLITE_TRANSIENT);
        }
    }
    return statement;
}

sqlite3_stmt *query_bind(struct queries *queries, enum query query, const char *letters, ...)
{
    va_list arguments;

    va_start(arguments, letters);
    sqlite3_stmt *statement = bind_all(queries, query, letters, arguments);
    va_end(arguments);
    return statement;
}

static void note_fault(struct queries *queries)
{
    int code = sqlite3_errcode(queries->database);

    if (!queries->fault)
        g_set_error(&queries->fault, G_IO_ERROR, code == SQLITE_FULL ? G_IO_ERROR_NO_SPACE : G_IO_ERROR_FAILED,
                    "the state file cannot be written: %s", sqlite3_errmsg(queries->database));
}

int query_write(struct queries *queries, enum query query, const char *letters, ...)
{
    va_list arguments;

    if (queries->fault && query != QUERY_ROLLBACK)
        return 0;
    va_start(arguments, letters);
    sqlite3_stmt *statement = bind_all(queries, query, letters, arguments);
    va_end(arguments);
    int code = sqlite3_step(statement);
    int changed = sqlite3_changes(queries->database);
    if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY) /* the connection gives extended codes */
        changed = -1;
    else if (code != SQLITE_DONE && code != SQLITE_ROW)
        note_fault(queries), changed = 0;
    sqlite3_reset(statement);
    return changed;
}

gint64 query_number(struct queries *queries, enum query query, const char *letters, ...)
{
    va_list arguments;

    if (queries->fault)
        return 0;
    va_start(arguments, letters);
    sqlite3_stmt *statement = bind_all(queries, query, letters, arguments);
    va_end(arguments);
    gint64 number = 0;
    if (sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    else
        note_fault(queries);
    sqlite3_reset(statement);
    return number;
}

gboolean query_row(struct queries *queries, sqlite3_stmt *statement)
{
    int code = sqlite3_step(statement);

    if (code == SQLITE_ROW)
        return TRUE;
    if (code != SQLITE_DONE)
        g_error("the state file cannot be read: %s", sqlite3_errmsg(queries->database));
    sqlite3_reset(statement);
    return FALSE;
}

void query_end(sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
}

char *query_text(sqlite3_stmt *statement, int column)
{
    return g_strdup((const char *)sqlite3_column_text(statement, column));
}

GBytes *query_bytes(sqlite3_stmt *statement, int column)
{
    const void *bytes = sqlite3_column_blob(statement, column);

    return bytes ? g_bytes_new(bytes, (gsize)sqlite3_column_bytes(statement, column)) : NULL;
}

void queries_close(struct queries *queries)
{
    for (int i = 0; i < QUERY_COUNT; i++)
        sqlite3_finalize(queries->statements[i]);
    sqlite3_close(queries->database);
    g_clear_error(&queries->fault);
}
