/* The statements of the state file: one table of SQL, each prepared once; binding and reading by short letters. Only the store's own files include this. */
#ifndef DAEMON_QUERY_H
#define DAEMON_QUERY_H

#include <glib.h>
#include <sqlite3.h>

enum query {
    QUERY_BEGIN,
    QUERY_COMMIT,
    QUERY_ROLLBACK,
    QUERY_SAVEPOINT,
    QUERY_RELEASE,
    QUERY_BACK,
    QUERY_MESSAGE_KNOWN,
    QUERY_MESSAGE_PUT,
    QUERY_EVIDENCE_PUT,
    QUERY_EVIDENCE,
    QUERY_REQUEST,
    QUERY_REQUEST_PUT,
    QUERY_REQUEST_MOVE,
    QUERY_REQUEST_SUCCEED,
    QUERY_REQUEST_SUBMIT,
    QUERY_REQUEST_PROVE,
    QUERY_REQUEST_COMPLETE,
    QUERY_REQUESTS_OPEN,
    QUERY_REQUESTS_WAITING,
    QUERY_REQUESTS_OF_MAIL,
    QUERY_REQUESTS_OF_DN,
    QUERY_REQUEST_SAME_FORM,
    QUERY_REQUESTS,
    QUERY_REQUEST_TYPES,
    QUERY_STEPS,
    QUERY_STEP_OPEN,
    QUERY_STEP_CLOSE,
    QUERY_TICKET,
    QUERY_TICKETS,
    QUERY_TICKET_PUT,
    QUERY_TICKETS_RETURNED,
    QUERY_TICKET_USE,
    QUERY_TICKET_RETURN,
    QUERY_TICKETS_END,
    QUERY_TICKETS_END_OF,
    QUERY_TICKETS_HAND_ON,
    QUERY_HELD,
    QUERY_HELD_PUT,
    QUERY_HELD_DROP,
    QUERY_LATECOMERS,
    QUERY_LATECOMER_PUT,
    QUERY_DELEGATIONS,
    QUERY_DELEGATION_PUT,
    QUERY_DELEGATION_DROP,
    QUERY_TICKETS_USE_AT,
    QUERY_DOCKET,
    QUERY_DOCKET_ITEMS,
    QUERY_DOCKET_PUT,
    QUERY_DOCKET_ITEM_PUT,
    QUERY_DOCKETS_END,
    QUERY_LISTED,
    QUERY_LISTED_PUT,
    QUERY_LOCK_PUT,
    QUERY_LOCKS_FREE,
    QUERY_LOCK_HOLDER,
    QUERY_OUTBOX_PUT,
    QUERY_OUTBOX_DUE,
    QUERY_OUTBOX_UNBEGUN,
    QUERY_OUTBOX_NEXT,
    QUERY_OUTBOX_SETTLE,
    QUERY_OUTBOX_DROP,
    QUERY_OUTBOX_LATER,
    QUERY_OUTBOX_SECRET,
    QUERY_OUTBOX_KEEP,
    QUERY_OUTBOX,
    QUERY_OUTBOX_RETRY,
    QUERY_OUTBOX_RETRY_ALL,
    QUERY_OUTCOMES,
    QUERY_OUTCOME_LATER,
    QUERY_OUTCOME_HEARD,
    QUERY_MAILED,
    QUERY_TROUBLES,
    QUERY_TROUBLE_TOLD,
    QUERY_TIMER_PUT,
    QUERY_TIMERS_END,
    QUERY_TIMERS_DUE,
    QUERY_TIMERS_NEXT,
    QUERY_TIMER_DROP,
    QUERY_ANSWER_COUNT,
    QUERY_ANSWERS_COUNTED,
    QUERY_ANSWERS_FORGET,
    QUERY_COUNTER_NEXT,
    QUERY_COUNTER_RAISE,
    QUERY_SIGNATURE_PUT,
    QUERY_SIGNATURE_USED,
    QUERY_EVENT_PUT,
    QUERY_EVENT_HEAD,
    QUERY_EVENTS,
    QUERY_EVENTS_ALL,
    QUERY_COUNT
};

struct queries {
    sqlite3 *database;
    sqlite3_stmt *statements[QUERY_COUNT];
    GError *fault; /* the first writing fault since the transaction began */
};

struct store { /* what store.h keeps to itself */
    struct queries queries;
    gint64 event_id; /* the audit chain's head within a transaction; -1: not looked at yet */
    char *event_hash;
};

/* The chain's next row (audit.c). */
void store_event_put(struct store *store, const char *request, const char *const fields[6], gint64 now);

/* Prepare lazily, reset and bind: per letter of `letters` one argument: t const char * (NULL is null), i gint64, b GBytes *. */
sqlite3_stmt *query_bind(struct queries *queries, enum query query, const char *letters, ...);
/* Bind and run a statement that writes. The number of rows changed; -1 when a unique index said no; 0 with queries->fault set on any other fault. */
int query_write(struct queries *queries, enum query query, const char *letters, ...);
/* The same for a statement that writes and gives one number; 0 with queries->fault set when it cannot. */
gint64 query_number(struct queries *queries, enum query query, const char *letters, ...);
/* The next row: TRUE when there is one. Aborts when the file cannot be read. */
gboolean query_row(struct queries *queries, sqlite3_stmt *statement);
/* Have done with a statement before its last row. */
void query_end(sqlite3_stmt *statement);
/* A copy of a column's text; NULL for null. */
char *query_text(sqlite3_stmt *statement, int column);

/* A copy of a column's bytes; NULL for null. */
GBytes *query_bytes(sqlite3_stmt *statement, int column);

void queries_close(struct queries *queries);

#endif
