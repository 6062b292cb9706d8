/* The state file: what has been decided and what the world is still to be told (SQLite's only door).
 *
 * One transaction per round of the desk or the courier; within it each message has a savepoint of its own. Uniqueness is the file's work: locks, messages, effects and
 * tokens are unique indexes, a move names the state it expects. Writing faults (disk full) are kept until the commit, which then fails: the caller rolls back and tries
 * the round again later. A state file that cannot be read is no state to go on with: the process aborts and is restarted.
 *
 * Times are milliseconds since 1970, UTC. */
#ifndef DAEMON_STORE_H
#define DAEMON_STORE_H

#include <gio/gio.h>

#include "mailflow/message.h"
#include "mailflow/mind.h"
#include "mailflow/plan.h"

struct store;

/* Open, create or migrate the file. `path` may be ":memory:" in tests. Only its owner may read it. */
struct store *store_open(const char *path, GError **error);
/* The same for looking only: the administrator's tool beside a running daemon. */
struct store *store_open_to_read(const char *path, GError **error);
void store_close(struct store *store);

void store_begin(struct store *store);
/* Durable when it returns TRUE. FALSE: nothing of the transaction has happened (it is rolled back). */
gboolean store_commit(struct store *store, GError **error);
void store_rollback(struct store *store);

/* FALSE after a writing fault in this transaction: what is read from then on need not fit together, and the commit will fail. */
gboolean store_sound(const struct store *store);

/* What the mind may ask. */
void store_records(struct store *store, struct records *records);

/* Whether this message has been dealt with before (same Message-ID and content). */
gboolean store_knows(struct store *store, const struct message *message);

enum store_taken {
    STORE_TAKEN,
    STORE_KNOWN, /* dealt with before: nothing changed */
    STORE_HELD,  /* somebody else's request holds a lock: nothing changed; `held` is the lock */
    STORE_STALE, /* a request is not where the plan expects it: nothing changed; think again */
};

/* What was kept under that digest (SHA-256, hex): a picture; NULL when there is none. Caller unrefs. */
GBytes *store_picture(struct store *store, const char *digest);

/* Record a message with everything its plans say. `raw` is kept where a plan calls it evidence. `message` NULL: one the parser died of, known by `digest`. */
enum store_taken store_take(struct store *store, const struct message *message, const char *digest, GBytes *raw,
                            const GPtrArray *plans, gint64 now, const struct plan_lock **held);
/* Record plans that no message caused (outcomes, timers). */
enum store_taken store_carry(struct store *store, const GPtrArray *plans, gint64 now);

/* The outbox. */
struct outbox_row {
    gint64 id;
    char *request, *effect;
    char *kind;    /* "change" or "mail" */
    char *code;    /* of the notice, "N2"; NULL with changes */
    char *payload; /* LDIF, or the notice's document; NULL once sent */
    char *uuid;    /* change: the entry */
    char *recipient, *message_id;
    char *secret_for; /* mail: DN that gets a one-time secret; NULL */
    gint64 secret_until;
    char *state; /* "waiting", "applied", "conflict", "sent", "failed", "done" */
    gint64 made, due, settled;
    int attempts;
    char *said; /* what the world last answered */
};
void outbox_row_free(struct outbox_row *row);

/* Waiting rows whose hour has come, oldest first; one further away than outbox_later() puts any was made before the clock was set back, and has come, too. Array of struct outbox_row. */
GPtrArray *store_outbox_due(struct store *store, const char *kind, gint64 now, guint most);
/* All waiting changes of a request of which none has been made yet, in order; none when one has. */
GPtrArray *store_outbox_unbegun(struct store *store, const char *request);
/* When the next waiting row of `kind` is due; G_MAXINT64 when there is none. */
gint64 store_outbox_next(struct store *store, const char *kind);
/* The one-time secret that a copy of the mail may have brought already, NULL when none has; caller frees. And the one the next copy will bring: durable before it
 * leaves, NULL as soon as it surely has not. */
char *store_outbox_secret(struct store *store, gint64 id);
void store_outbox_keep(struct store *store, gint64 id, const char *secret);
/* The row's outcome; its secret goes, and its payload is erased when it was a mail that has been accepted. */
void store_outbox_settle(struct store *store, gint64 id, const char *state, const char *said, gint64 now);
/* When the row is tried again: twice as long each time, 5 s, 10 s ... an hour. */
gint64 outbox_later(const struct outbox_row *row, gint64 now);
/* Not now: try again at `due`. */
void store_outbox_later(struct store *store, gint64 id, const char *said, gint64 due);

/* Requests whose directory changes have all been answered and that the workflow has not yet heard of. */
struct outcome {
    char *request;
    gboolean applied, conflict; /* something was; both: some of it */
    char *said;
};
void outcome_free(struct outcome *outcome);
GPtrArray *store_outcomes(struct store *store, gint64 now);
/* The workflow could not take it in: not again before `due`. */
void store_outcome_later(struct store *store, const char *request, gint64 due);
void store_outcome_heard(struct store *store, const char *request);

/* Rows that trouble the operator and have not been reported: changes refused or failing again and again, mails refused for good. Array of struct outbox_row. */
GPtrArray *store_troubles(struct store *store);
void store_trouble_told(struct store *store, gint64 id);

/* Timers. */
struct timer_row {
    char *request, *kind;
    gint64 due;
};
void timer_row_free(struct timer_row *timer);
GPtrArray *store_timers_due(struct store *store, gint64 now, guint most);
gint64 store_timers_next(struct store *store);
void store_timer_drop(struct store *store, const char *request, const char *kind);
/* Not now: again at `due`. */
void store_timer_later(struct store *store, const char *request, const char *kind, gint64 due);

/* The day whose lists have been made, "2026-05-06": whether it is that, and that it is now. */
gboolean store_listed(struct store *store, const char *day);
void store_list_day(struct store *store, const char *day);

/* For the administrator's tool. NULL filters match all; newest first. */
GPtrArray *store_requests(struct store *store, const char *state, const char *type, guint most);
/* `state` "open": waiting or failed. */
GPtrArray *store_outbox(struct store *store, const char *state, const char *request, guint most);
/* The types of all requests there are: char *, each once. */
GPtrArray *store_types(struct store *store);
/* Make waiting rows due now (`id` 0: all waiting; a failed one waits again). How many. */
guint store_outbox_retry(struct store *store, gint64 id, gint64 now);

/* The audit chain. Each row's hash is SHA-256 over the hash before it and the row's own fields, each preceded by its length. */
struct event_row {
    gint64 id, at;
    char *request, *actor, *event, *from, *to, *detail, *message, *previous, *hash;
};
void event_row_free(struct event_row *event);
/* The request's rows (NULL: all), oldest first, at most `most`. */
GPtrArray *store_events(struct store *store, const char *request, guint most);
/* Walk the whole chain: the number of rows, and the first row that does not fit (0: all fit). */
gint64 store_audit_verify(struct store *store, gint64 *broken);

#endif
