#include "daemon/store.h"

#include <string.h>
#include <sys/stat.h>

#include "daemon/query.h"

#define BUSY_MS 30000 /* a round of the desk asks the directory while it writes */

/* What a round writes stays in memory until its commit: with SQLite's own 2 MB a batch was written, read again and written anew. */
#define CACHE "PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;"

/* The file's versions: each entry leads from one to the next. Append only: files of every age are out there. */
static const char *const migrations[] = {
    "CREATE TABLE message (id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, message_id TEXT, sender TEXT, kind TEXT NOT NULL, "
    "outcome TEXT NOT NULL,"
    " request TEXT, received INTEGER NOT NULL) STRICT;"
    "CREATE TABLE attachment (digest TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
    "CREATE TABLE request (id TEXT PRIMARY KEY, type TEXT NOT NULL, state TEXT NOT NULL, division TEXT, applicant TEXT, mail TEXT "
    "NOT NULL, name TEXT NOT NULL,"
    " language TEXT NOT NULL, subject TEXT NOT NULL, form TEXT NOT NULL, digest TEXT NOT NULL, client_ref TEXT, previous TEXT, "
    "receiver TEXT, before TEXT, thread TEXT,"
    " proof TEXT NOT NULL, created INTEGER NOT NULL, submitted INTEGER NOT NULL, changed INTEGER NOT NULL) STRICT;"
    "CREATE INDEX request_mail ON request (mail, created);"
    "CREATE INDEX request_applicant ON request (applicant, created) WHERE applicant IS NOT NULL;"
    "CREATE INDEX request_receiver ON request (receiver) WHERE receiver IS NOT NULL;"
    "CREATE INDEX request_state ON request (state, created);"
    "CREATE TABLE step (request TEXT NOT NULL REFERENCES request, number INTEGER NOT NULL, state TEXT NOT NULL, division TEXT NOT "
    "NULL, opened INTEGER NOT NULL,"
    " closed INTEGER NOT NULL, verdict TEXT, reviewer TEXT, reviewer_name TEXT, reason TEXT, archive TEXT, message TEXT, PRIMARY "
    "KEY (request, number)) STRICT;"
    "CREATE UNIQUE INDEX step_open ON step (request) WHERE closed = 0;"
    "CREATE TABLE token (hash TEXT PRIMARY KEY, request TEXT NOT NULL REFERENCES request, step INTEGER NOT NULL, role TEXT NOT "
    "NULL, person TEXT, mail TEXT NOT NULL,"
    " name TEXT, language TEXT, digest TEXT NOT NULL, message_id TEXT, fate TEXT, made INTEGER NOT NULL) STRICT;"
    "CREATE INDEX token_alive ON token (request) WHERE fate IS NULL;"
    "CREATE TABLE lock (kind TEXT NOT NULL, key TEXT NOT NULL, request TEXT NOT NULL REFERENCES request, PRIMARY KEY (kind, key)) "
    "STRICT, WITHOUT ROWID;"
    "CREATE INDEX lock_request ON lock (request);"
    "CREATE TABLE outbox (id INTEGER PRIMARY KEY, request TEXT, effect TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, code TEXT, "
    "payload TEXT, uuid TEXT, recipient TEXT,"
    " message_id TEXT, secret_for TEXT, secret_until INTEGER NOT NULL, state TEXT NOT NULL, made INTEGER NOT NULL, due INTEGER NOT "
    "NULL, settled INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL, said TEXT, told INTEGER NOT NULL) STRICT;"
    "CREATE INDEX outbox_waiting ON outbox (kind, due) WHERE state = 'waiting';"
    "CREATE INDEX outbox_answered ON outbox (request) WHERE state IN ('applied', 'conflict');"
    "CREATE INDEX outbox_failed ON outbox (id) WHERE state = 'failed';"
    "CREATE INDEX outbox_request ON outbox (request, kind, state);"
    "CREATE INDEX outbox_message ON outbox (message_id);"
    "CREATE TABLE timer (request TEXT NOT NULL REFERENCES request, kind TEXT NOT NULL, due INTEGER NOT NULL, PRIMARY KEY (request, "
    "kind)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX timer_due ON timer (due);"
    "CREATE TABLE answer (key TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE event (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, request TEXT, actor TEXT NOT NULL, event TEXT NOT NULL, "
    "from_state TEXT, to_state TEXT,"
    " detail TEXT, message TEXT, previous TEXT NOT NULL, hash TEXT NOT NULL) STRICT;"
    "CREATE INDEX event_request ON event (request);"
    "CREATE TRIGGER event_keeps BEFORE UPDATE ON event BEGIN SELECT raise(ABORT, 'the audit chain is append-only'); END;"
    "CREATE TRIGGER event_stays BEFORE DELETE ON event BEGIN SELECT raise(ABORT, 'the audit chain is append-only'); END;"
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;",
    "ALTER TABLE answer ADD COLUMN times INTEGER NOT NULL DEFAULT 1; CREATE INDEX answer_at ON answer (at);",
    "CREATE INDEX token_request ON token (request);",
    /* In the words of QUERY_TROUBLES: every round asks it, and the outbox only grows. */
    "CREATE INDEX outbox_troubled ON outbox (id) WHERE told = 0 AND coalesce(code, '') <> 'N11' AND (state = 'failed' OR (state = "
    "'waiting' AND attempts >= 5)); DROP INDEX outbox_failed;",
    "CREATE TABLE delegation (request TEXT NOT NULL REFERENCES request, step INTEGER NOT NULL, person TEXT NOT NULL, delegate TEXT "
    "NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (request, step, person)) STRICT, WITHOUT ROWID;",
    "ALTER TABLE outbox ADD COLUMN secret TEXT;",
    "CREATE TABLE held (request TEXT PRIMARY KEY REFERENCES request, step INTEGER NOT NULL, verdict TEXT NOT NULL, reviewer TEXT "
    "NOT NULL, name TEXT, mail TEXT NOT NULL, language TEXT, reason TEXT, archive TEXT, message TEXT NOT NULL, origin TEXT, at "
    "INTEGER NOT "
    "NULL, due INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
    "DELETE FROM lock WHERE request IN (SELECT id FROM request WHERE state = 'draft');",
    "CREATE TABLE signature (digest TEXT PRIMARY KEY, request TEXT, used INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
    "CREATE TABLE docket (hash TEXT PRIMARY KEY, day TEXT NOT NULL, person TEXT NOT NULL, mail TEXT NOT NULL, name TEXT, language "
    "TEXT, "
    "message_id TEXT, fate TEXT, made INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX docket_day ON docket (person, day);"
    "CREATE UNIQUE INDEX docket_newest ON docket (person) WHERE fate IS NULL;"
    "CREATE TABLE docket_item (docket TEXT NOT NULL REFERENCES docket, number INTEGER NOT NULL, request TEXT NOT NULL REFERENCES "
    "request, step INTEGER NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (docket, number)) STRICT, WITHOUT ROWID;"
    "CREATE UNIQUE INDEX docket_item_request ON docket_item (docket, request);"
    "CREATE INDEX request_division ON request (division, submitted) WHERE division IS NOT NULL;",
    "ALTER TABLE request ADD COLUMN successor TEXT;",
    "CREATE TABLE latecomer (request TEXT NOT NULL REFERENCES held ON DELETE CASCADE, person TEXT NOT NULL, PRIMARY KEY (request, "
    "person)) STRICT, WITHOUT ROWID;",
};

static gboolean run(struct store *store, const char *script, GError **error)
{
    char *problem = NULL;

    if (sqlite3_exec(store->queries.database, script, NULL, NULL, &problem) == SQLITE_OK)
        return TRUE;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "the state file: %s", problem);
    sqlite3_free(problem);
    return FALSE;
}

static int version_of(struct store *store)
{
    sqlite3_stmt *statement = NULL;
    int version = -1;

    if (sqlite3_prepare_v2(store->queries.database, "PRAGMA user_version", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        version = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return version;
}

static gboolean migrate(struct store *store, GError **error)
{
    if (!run(store, "BEGIN IMMEDIATE", error))
        return FALSE;
    int version = version_of(store);
    if (version < 0 || version > (int)G_N_ELEMENTS(migrations)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "the state file is of version %d, newer than this program's %d",
                    version, (int)G_N_ELEMENTS(migrations));
        return FALSE;
    }
    for (; version < (int)G_N_ELEMENTS(migrations); version++) {
        g_autofree char *mark = g_strdup_printf("PRAGMA user_version = %d", version + 1);
        if (!run(store, migrations[version], error) || !run(store, mark, error))
            return FALSE;
    }
    return run(store, "COMMIT", error);
}

static struct store *open_file(const char *path, int flags, GError **error)
{
    struct store *store = g_new0(struct store, 1);

    store->event_id = -1;
    if (sqlite3_open_v2(path, &store->queries.database, flags, NULL) != SQLITE_OK) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s cannot be opened: %s", path, sqlite3_errmsg(store->queries.database));
        store_close(store);
        return NULL;
    }
    sqlite3_extended_result_codes(store->queries.database, 1);
    sqlite3_busy_timeout(store->queries.database, BUSY_MS);
    return store;
}

struct store *store_open(const char *path, GError **error)
{
    mode_t mask = umask(077);
    struct store *store = open_file(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error);

    umask(mask);
    if (!store)
        return NULL;
    if (!run(store,
             CACHE
             "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON; PRAGMA "
             "journal_size_limit = 67108864",
             error) ||
        !migrate(store, error)) {
        store_close(store);
        return NULL;
    }
    return store;
}

struct store *store_open_to_read(const char *path, GError **error)
{
    struct store *store = open_file(path, SQLITE_OPEN_READONLY, error);

    if (store && version_of(store) != (int)G_N_ELEMENTS(migrations)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "%s is of version %d, this program's is %d", path,
                    version_of(store), (int)G_N_ELEMENTS(migrations));
        g_clear_pointer(&store, store_close);
    }
    return store;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    queries_close(&store->queries);
    g_free(store->event_hash);
    g_free(store);
}

void store_begin(struct store *store)
{
    g_clear_error(&store->queries.fault);
    store->event_id = -1;
    query_write(&store->queries, QUERY_BEGIN, "");
}

gboolean store_commit(struct store *store, GError **error)
{
    query_write(&store->queries, QUERY_COMMIT, "");
    if (!store->queries.fault)
        return TRUE;
    if (error)
        *error = g_error_copy(store->queries.fault);
    store_rollback(store);
    return FALSE;
}

void store_rollback(struct store *store)
{
    if (!sqlite3_get_autocommit(store->queries.database))
        query_write(&store->queries, QUERY_ROLLBACK, "");
    g_clear_error(&store->queries.fault);
    store->event_id = -1;
}

gboolean store_sound(const struct store *store)
{
    return store->queries.fault == NULL;
}

gboolean store_knows(struct store *store, const struct message *message)
{
    sqlite3_stmt *statement = query_bind(&store->queries, QUERY_MESSAGE_KNOWN, "t", message->digest);
    gboolean known = query_row(&store->queries, statement);

    query_end(statement);
    return known;
}

/* One plan, in the order in which its parts depend on each other. */

/* A number is spent by what is recorded under it: a form refused for a lock leaves no gap. */
static void spend_number(struct queries *queries, const char *id)
{
    const char *number = strrchr(id, '-');
    g_autofree char *name = g_strndup(id, (gsize)(number - id));

    query_write(queries, QUERY_COUNTER_RAISE, "ti", name, g_ascii_strtoll(number + 1, NULL, 10));
}

static gboolean carry_request(struct queries *queries, const struct plan *plan, gint64 now)
{
    const struct request *begun = plan->create;

    if (begun && query_write(queries, QUERY_REQUEST_PUT, "ttttttttttttttttttiii", plan->request, begun->type, begun->state,
                             begun->division, begun->applicant, begun->mail, begun->name, begun->language, begun->subject,
                             begun->form, begun->digest, begun->client_ref, begun->previous, begun->receiver, begun->before,
                             begun->thread, begun->proof, begun->successor, begun->created, plan->submitted, now) < 0)
        return FALSE;
    if (begun)
        spend_number(queries, plan->request);
    if (plan->move && query_write(queries, QUERY_REQUEST_MOVE, "ttitt", plan->move->to, plan->move->division, now, plan->request,
                                  plan->move->from) != 1)
        return FALSE;
    if (plan->successor)
        query_write(queries, QUERY_REQUEST_SUCCEED, "tt", plan->successor, plan->request);
    if (plan->submitted && !begun)
        query_write(queries, QUERY_REQUEST_SUBMIT, "it", plan->submitted, plan->request);
    if (plan->form)
        query_write(queries, QUERY_REQUEST_COMPLETE, "ttt", plan->form, plan->digest, plan->request);
    if (plan->proof)
        query_write(queries, QUERY_REQUEST_PROVE, "tt", plan->proof, plan->request);
    return TRUE;
}

/* Who gets the task holds it, even when it was handed on by them before. */
static gboolean carry_delegation(struct queries *queries, const struct delegation *delegation)
{
    const gint64 step = delegation->step;

    if (query_write(queries, QUERY_TICKETS_HAND_ON, "tit", delegation->request, step, delegation->person) < 1)
        return FALSE;
    query_write(queries, QUERY_DELEGATION_DROP, "tit", delegation->request, step, delegation->delegate);
    query_write(queries, QUERY_DELEGATION_PUT, "tittti", delegation->request, step, delegation->person, delegation->delegate,
                delegation->name, delegation->at);
    return TRUE;
}

/* One decision waits at a time: a second one finds the place taken. */
static gboolean carry_hold(struct queries *queries, const struct held *held)
{
    return query_write(queries, QUERY_HELD_PUT, "titttttttttii", held->request, (gint64)held->step, held->verdict, held->reviewer,
                       held->name, held->mail, held->language, held->reason, held->archive, held->message, held->origin, held->at,
                       held->due) == 1;
}

static gboolean carry_step(struct queries *queries, const struct plan *plan, const char *digest, gint64 now)
{
    const struct plan_verdict *verdict = plan->verdict;

    if (plan->use && query_write(queries, QUERY_TICKET_USE, "t", plan->use) != 1)
        return FALSE;
    if (verdict &&
        query_write(queries, QUERY_STEP_CLOSE, "ittttttt", now, verdict->verdict, verdict->reviewer, verdict->reviewer_name,
                    verdict->reason, verdict->archive, verdict->message ? verdict->message : digest, plan->request) != 1)
        return FALSE;
    if (plan->drop_held && query_write(queries, QUERY_HELD_DROP, "t", plan->request) != 1)
        return FALSE;
    if (plan->hold && !carry_hold(queries, plan->hold))
        return FALSE;
    if (plan->latecomer)
        query_write(queries, QUERY_LATECOMER_PUT, "tt", plan->latecomer, plan->request);
    if (plan->undeliverable)
        query_write(queries, QUERY_TICKET_RETURN, "t", plan->undeliverable);
    if (plan->end_tickets)
        query_write(queries, QUERY_TICKETS_END, "t", plan->request);
    if (plan->end_person)
        query_write(queries, QUERY_TICKETS_END_OF, "tt", plan->request, plan->end_person);
    if (plan->end_mail)
        query_write(queries, QUERY_TICKETS_USE_AT, "tt", plan->request, plan->end_mail);
    if (plan->delegation && !carry_delegation(queries, plan->delegation))
        return FALSE;
    if (plan->open_step) {
        const char *state = plan->move ? plan->move->to : plan->create->state;
        const char *division = plan->move ? plan->move->division : plan->create->division;
        query_write(queries, QUERY_STEP_OPEN, "ttti", plan->request, state, division, now);
    }
    for (guint i = 0; i < plan->tickets->len; i++) {
        const struct ticket *ticket = g_ptr_array_index(plan->tickets, i);
        query_write(queries, QUERY_TICKET_PUT, "ttitttttttti", ticket->hash, ticket->request, (gint64)ticket->step, ticket->role,
                    ticket->person, ticket->mail, ticket->name, ticket->language, ticket->digest, ticket->message_id, NULL,
                    ticket->made);
    }
    return TRUE;
}

static gboolean is_held(struct queries *queries, const struct plan_lock *lock)
{
    sqlite3_stmt *statement = query_bind(queries, QUERY_LOCK_HOLDER, "tt", lock->kind, lock->key);
    gboolean held = query_row(queries, statement);

    query_end(statement);
    return held;
}

static gboolean carry_docket(struct queries *queries, const struct docket *docket)
{
    query_write(queries, QUERY_DOCKETS_END, "t", docket->person);
    if (query_write(queries, QUERY_DOCKET_PUT, "ttttttti", docket->hash, docket->day, docket->person, docket->mail, docket->name,
                    docket->language, docket->message_id, docket->made) < 0)
        return FALSE;
    for (guint i = 0; i < docket->items->len; i++) {
        const struct docket_item *item = g_ptr_array_index(docket->items, i);
        query_write(queries, QUERY_DOCKET_ITEM_PUT, "titit", docket->hash, (gint64)i + 1, item->request, (gint64)item->step,
                    item->digest);
    }
    return TRUE;
}

static gboolean carry_locks(struct queries *queries, const struct plan *plan, const struct plan_lock **held)
{
    if (plan->unlock)
        query_write(queries, QUERY_LOCKS_FREE, "t", plan->request);
    for (guint i = 0; i < plan->locks->len; i++) {
        const struct plan_lock *lock = g_ptr_array_index(plan->locks, i);
        if (plan->ask_only ? !is_held(queries, lock)
                           : query_write(queries, QUERY_LOCK_PUT, "ttt", lock->kind, lock->key, plan->request) >= 0)
            continue;
        *held = lock;
        return FALSE;
    }
    return TRUE;
}

static void carry_timers(struct queries *queries, const struct plan *plan)
{
    if (plan->end_timers)
        query_write(queries, QUERY_TIMERS_END, "t", plan->request);
    for (guint i = 0; i < plan->timers->len; i++) {
        const struct plan_timer *timer = g_ptr_array_index(plan->timers, i);
        query_write(queries, QUERY_TIMER_PUT, "tti", plan->request, timer->kind, timer->due);
    }
}

/* Whether there have been as many answers of this kind as there are. What was counted long ago is forgotten. */
static gboolean count_answer(struct queries *queries, const struct plan *plan, gint64 now)
{
    gboolean full = FALSE;

    if (plan->limits->len)
        query_write(queries, QUERY_ANSWERS_FORGET, "i", now);
    for (guint i = 0; i < plan->limits->len && !full; i++) {
        const struct plan_limit *limit = g_ptr_array_index(plan->limits, i);
        full = query_write(queries, QUERY_ANSWER_COUNT, "tii", limit->key, limit->until, (gint64)limit->most) == 0;
    }
    return full;
}

/* Effects are unique for life: one that stands already is left as it is. */
static void carry_outbox(struct queries *queries, const struct plan *plan, gint64 now)
{
    gboolean answered = count_answer(queries, plan, now);

    for (guint i = 0; i < plan->changes->len; i++) {
        const struct plan_change *change = g_ptr_array_index(plan->changes, i);
        query_write(queries, QUERY_OUTBOX_PUT, "tttttttttiii", plan->request, change->effect, "change", NULL, change->ldif,
                    change->uuid, NULL, NULL, NULL, (gint64)0, now, now);
    }
    for (guint i = 0; i < plan->mails->len && !answered; i++) {
        const struct plan_mail *mail = g_ptr_array_index(plan->mails, i);
        query_write(queries, QUERY_OUTBOX_PUT, "tttttttttiii", plan->request, mail->effect, "mail", mail->code, mail->document,
                    NULL, mail->recipient, mail->message_id, mail->secret_for, mail->secret_until, now, now);
    }
}

static void carry_events(struct store *store, const struct plan *plan, const char *digest, gint64 now)
{
    for (guint i = 0; i < plan->events->len; i++) {
        const struct plan_event *event = g_ptr_array_index(plan->events, i);
        const char *const fields[6] = {event->actor, event->event, event->from, event->to, event->detail, digest};
        store_event_put(store, plan->request, fields, now);
    }
}

/* The same picture may come again, with another form. */
static void carry_picture(struct queries *queries, const struct plan *plan)
{
    if (!plan->picture)
        return;
    g_autofree char *digest = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, plan->picture);
    query_write(queries, QUERY_EVIDENCE_PUT, "tb", digest, plan->picture);
}

static enum store_taken carry_one(struct store *store, const struct plan *plan, const char *digest, gint64 now,
                                  const struct plan_lock **held)
{
    struct queries *queries = &store->queries;

    if (!carry_request(queries, plan, now) || !carry_step(queries, plan, digest, now) ||
        (plan->docket && !carry_docket(queries, plan->docket)))
        return STORE_STALE;
    if (!carry_locks(queries, plan, held))
        return STORE_HELD;
    carry_picture(queries, plan);
    if (plan->signature)
        query_write(queries, QUERY_SIGNATURE_PUT, "tti", plan->signature, plan->request, now);
    carry_timers(queries, plan);
    carry_outbox(queries, plan, now);
    carry_events(store, plan, digest, now);
    return STORE_TAKEN;
}

static enum store_taken carry_all(struct store *store, const GPtrArray *plans, const char *digest, gint64 now,
                                  const struct plan_lock **held)
{
    enum store_taken taken = STORE_TAKEN;

    for (guint i = 0; i < plans->len && taken == STORE_TAKEN; i++)
        taken = carry_one(store, g_ptr_array_index(plans, i), digest, now, held);
    return store->queries.fault ? STORE_TAKEN : taken; /* the commit will tell */
}

static enum store_taken end_savepoint(struct store *store, enum store_taken taken)
{
    if (taken != STORE_TAKEN) {
        query_write(&store->queries, QUERY_BACK, "");
        store->event_id = -1;
    }
    query_write(&store->queries, QUERY_RELEASE, "");
    return taken;
}

enum store_taken store_take(struct store *store, const struct message *message, const char *digest, GBytes *raw,
                            const GPtrArray *plans, gint64 now, const struct plan_lock **held)
{
    struct queries *queries = &store->queries;
    const struct plan *own = g_ptr_array_index(plans, plans->len - 1);
    enum store_taken taken;

    query_write(queries, QUERY_SAVEPOINT, "");
    if (query_write(queries, QUERY_MESSAGE_PUT, "tttttti", digest, message ? message->message_id : NULL,
                    message ? message->from : NULL, message ? kind_name(message->kind) : "unknown", own->outcome, own->request,
                    now) != 1)
        return end_savepoint(store, STORE_KNOWN);
    taken = carry_all(store, plans, digest, now, held);
    if (taken == STORE_TAKEN && own->evidence && raw)
        query_write(queries, QUERY_EVIDENCE_PUT, "tb", digest, raw);
    return end_savepoint(store, taken);
}

enum store_taken store_carry(struct store *store, const GPtrArray *plans, gint64 now)
{
    const struct plan_lock *held = NULL;

    query_write(&store->queries, QUERY_SAVEPOINT, "");
    return end_savepoint(store, carry_all(store, plans, NULL, now, &held));
}
