#include "daemon/courier.h"

#include "daemon/changes.h"
#include "daemon/clock.h"
#include "daemon/errands.h"
#include "daemon/outage.h"
#include "daemon/sandbox.h"
#include "daemon/site.h"

#define CHANGES_MOST 200
#define MAILS_MOST 100
#define RELEASE_EVERY (60 * CLOCK_SECOND)
#define GLANCE_EVERY (2 * CLOCK_SECOND) /* at the outbox: the administrator's tool rings no bell */
#define GLANCE_MEANWHILE 20             /* while mails are on their way; milliseconds */

struct courier {
    struct role *role;
    struct store *store;
    struct directory *directory; /* for the changes */
    struct directory *accounts;  /* for the one-time secrets */
    struct stylesheets *stylesheets;
    struct smtp *smtp;
    struct outage no_directory, no_submission, no_state;
    struct changes *changes; /* under way, or NULL */
    gint64 glance_at;        /* at the outbox for more of them; clock_steady() */
    gint64 release_at;
};

/* Whatever was learnt is written down; when that fails the rows are carried out again, with the same effect. */
static gboolean commit(struct courier *courier)
{
    GError *error = NULL;

    if (store_commit(courier->store, &error)) {
        outage_over(&courier->no_state);
        return TRUE;
    }
    outage_note(&courier->no_state, error, clock_now());
    return FALSE;
}

/* Changes and mails go on side by side: a slow mail server keeps no change waiting, and the directory writes while mails leave. */

static void begin_changes(struct courier *courier, gint64 now)
{
    if (!courier->changes && !outage_pauses(&courier->no_directory, now))
        courier->changes = changes_begin(courier->store, courier->directory, now, CHANGES_MOST);
    courier->glance_at = clock_steady() + GLANCE_MEANWHILE;
}

/* Wait for the answers and write them down. TRUE when something was carried out. */
static gboolean end_changes(struct courier *courier, gint64 now)
{
    gboolean done = FALSE;

    if (!courier->changes)
        return FALSE;
    if (!changes_finish(courier->changes) && !directory_check(courier->directory, NULL)) {
        const char *reason = changes_reason(courier->changes);
        outage_note(&courier->no_directory, g_error_new_literal(DIRECTORY_ERROR, DIRECTORY_AWAY, reason), now);
    } else {
        outage_over(&courier->no_directory);
        store_begin(courier->store);
        changes_settle(courier->changes, courier->store, now);
        if (commit(courier))
            role_ring(courier->role->desk_bell);
        done = TRUE;
    }
    g_clear_pointer(&courier->changes, changes_free);
    return done;
}

/* While mails are on their way. */
static void meanwhile(void *context)
{
    struct courier *courier = context;
    gint64 now = clock_now();

    role_alive(courier->role);
    if (courier->changes && changes_answered(courier->changes) && end_changes(courier, now))
        courier->glance_at = 0;
    if (!courier->changes && clock_steady() >= courier->glance_at && !outage_pauses(&courier->no_state, now))
        begin_changes(courier, now);
}

/* Each account's secret is durable before it leaves. */
static gboolean keep_secrets(struct courier *courier, struct errands *errands)
{
    if (!errands_find_secrets(errands, courier->store))
        return TRUE;
    store_begin(courier->store);
    errands_keep_secrets(errands, courier->store);
    return commit(courier);
}

/* What was sent could not be written down (the disk is full) and would leave again and again: first the mails are put off, which shows that writing works. */
static gboolean put_off(struct courier *courier, const struct errands *errands, gint64 now)
{
    store_begin(courier->store);
    errands_put_off(errands, courier->store, now);
    return commit(courier);
}

static GBytes *find_file(void *context, const char *digest)
{
    return store_picture(context, digest);
}

/* No lock is held while the world is asked; what it answered is written down in one transaction. */
static gboolean carry(struct courier *courier, struct errands *errands, gint64 now)
{
    const struct errands_means means = {courier->stylesheets, {courier->store, find_file}, courier->smtp, courier->accounts};
    GError *error = NULL;

    if (!keep_secrets(courier, errands))
        return FALSE;
    gboolean reached = errands_carry(errands, &means, &error);
    if (reached)
        outage_over(&courier->no_submission);
    else
        outage_note(&courier->no_submission, error, now);
    store_begin(courier->store);
    errands_settle(errands, courier->store, clock_now());
    return commit(courier) && reached;
}

static gboolean carry_mails(struct courier *courier, gint64 now)
{
    if (outage_pauses(&courier->no_submission, now))
        return FALSE;
    struct errands *errands = errands_take(courier->store, now, MAILS_MOST);
    if (!errands)
        return FALSE;
    gboolean done = courier->no_state.away ? put_off(courier, errands, now) : carry(courier, errands, now);
    errands_free(errands);
    return done;
}

/* Accounts whose owners have set a password of their own lose the end of the one-time secret. */
static void release_accounts(struct courier *courier, gint64 now)
{
    GError *error = NULL;

    if ((now < courier->release_at && courier->release_at - now <= RELEASE_EVERY) || outage_pauses(&courier->no_directory, now))
        return;
    courier->release_at = now + RELEASE_EVERY;
    if (directory_release(courier->accounts, &error) < 0)
        outage_note(&courier->no_directory, error, now);
    else
        outage_over(&courier->no_directory);
}

static gint64 wake_at(struct courier *courier, gint64 now)
{
    gint64 change = MAX(store_outbox_next(courier->store, "change"), courier->no_directory.until);
    gint64 mail = MAX(store_outbox_next(courier->store, "mail"), courier->no_submission.until);

    return MIN(MIN(MIN(change, mail), now + GLANCE_EVERY), MAX(courier->release_at, courier->no_directory.until));
}

static gboolean open_all(struct courier *courier, GError **error)
{
    const struct config *config = courier->role->config;
    g_autofree char *path = site_state_path(config);
    g_autofree char *notices = g_build_filename(config->templates, "notices", NULL);
    struct directory_options options;

    site_directory(config, CONFIG_COURIER, &options);
    return (courier->store = store_open(path, error)) && (courier->directory = directory_open(&options, error)) &&
           (courier->accounts = directory_open(&options, error)) && (courier->stylesheets = render_open(notices, error)) &&
           (courier->smtp = smtp_open(&config->submission, error)) && sandbox_enter_worker(error);
}

static void close_all(struct courier *courier)
{
    smtp_close(courier->smtp);
    render_close(courier->stylesheets);
    directory_close(courier->accounts);
    directory_close(courier->directory);
    store_close(courier->store);
}

int courier_run(struct role *role)
{
    struct courier courier = {.role = role,
                              .no_directory = {.name = "directory"},
                              .no_submission = {.name = "submission server"},
                              .no_state = {.name = "state file"}};
    g_autoptr(GError) error = NULL;

    if (!open_all(&courier, &error)) {
        log_line(LOG_LEVEL_ERROR, "%s", error->message);
        close_all(&courier);
        return 1;
    }
    smtp_meanwhile(courier.smtp, meanwhile, &courier);
    role_ready(role);
    while (!role_stopping(role)) {
        gint64 now = clock_now();
        begin_changes(&courier, now);
        gboolean mailed = carry_mails(&courier, now);
        gboolean changed = end_changes(&courier, clock_now());
        release_accounts(&courier, now);
        role_alive(role);
        if (outage_pauses(&courier.no_state, now))
            role_wait(role, NULL, 0, courier.no_state.until);
        else if (!changed && !mailed)
            role_wait(role, NULL, 0, wake_at(&courier, now));
    }
    close_all(&courier);
    return 0;
}
