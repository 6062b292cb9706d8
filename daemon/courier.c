#include "daemon/courier.h"

#include <string.h>
#include <sys/random.h>

#include "daemon/changes.h"
#include "daemon/clock.h"
#include "daemon/outage.h"
#include "daemon/sandbox.h"
#include "daemon/site.h"
#include "mailflow/compose.h"

#define CHANGES_MOST 200
#define MAILS_MOST 100
#define RELEASE_EVERY (60 * CLOCK_SECOND)
#define GLANCE_EVERY (2 * CLOCK_SECOND) /* at the outbox: the administrator's tool rings no bell */
#define SECRET_CHARACTERS 26

struct courier {
    struct role *role;
    struct store *store;
    struct directory *directory;
    struct stylesheets *stylesheets;
    struct smtp *smtp;
    struct outage no_directory, no_submission, no_state;
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

/* Changes first. */

/* TRUE when something was carried out. */
static gboolean carry_changes(struct courier *courier, gint64 now)
{
    if (outage_pauses(&courier->no_directory, now))
        return FALSE;
    g_autoptr(GPtrArray) tries = changes_try(courier->store, courier->directory, now, CHANGES_MOST);
    if (!tries->len)
        return FALSE;
    if (changes_unanswered(tries) && !directory_check(courier->directory, NULL)) {
        const struct change_try *first = g_ptr_array_index(tries, 0);
        outage_note(&courier->no_directory, g_error_new_literal(DIRECTORY_ERROR, DIRECTORY_AWAY, first->job.reason), now);
        return FALSE;
    }
    outage_over(&courier->no_directory);
    store_begin(courier->store);
    changes_settle(courier->store, tries, now);
    if (commit(courier))
        role_ring(courier->role->desk_bell);
    return TRUE;
}

/* Then the mails. */

struct errand {             /* a mail on its way */
    struct outbox_row *row; /* borrowed */
    char *secret;
    gboolean fresh;   /* no earlier copy can have brought this secret */
    gboolean unknown; /* this copy may have been taken */
    struct letter *letter;
    const char *state; /* the row's next: "waiting", "sent", "failed"; NULL while it can still leave */
    char *said;
};

static void errand_clear(struct errand *errand)
{
    if (errand->secret)
        explicit_bzero(errand->secret, strlen(errand->secret));
    g_free(errand->secret);
    g_free(errand->said);
    letter_free(errand->letter);
}

static void end_errand(struct errand *errand, const char *state, const char *said)
{
    errand->state = state;
    g_free(errand->said);
    errand->said = g_strdup(said);
}

/* 26 letters and digits of 32 that cannot be mistaken for each other: 130 bits, in groups as people copy them. */
static char *make_secret(void)
{
    static const char alphabet[] = "abcdefghjkmnpqrstuvwxyz23456789A";
    guint8 random[SECRET_CHARACTERS];
    GString *secret = g_string_new(NULL);

    if (getrandom(random, sizeof random, 0) != sizeof random)
        g_error("the system has no random bytes");
    for (guint i = 0; i < SECRET_CHARACTERS; i++) {
        if (i && i % 5 == 0)
            g_string_append_c(secret, '-');
        g_string_append_c(secret, alphabet[random[i] % 32]);
    }
    return g_string_free(secret, FALSE);
}

/* Each account's secret: the one that may be under way already, or a new one, durable before it leaves. */
static gboolean keep_secrets(struct courier *courier, struct errand *errands, guint count)
{
    guint fresh = 0;

    for (guint i = 0; i < count; i++) {
        struct errand *errand = &errands[i];
        if (!errand->row->secret_for || (errand->secret = store_outbox_secret(courier->store, errand->row->id)))
            continue;
        errand->secret = make_secret();
        errand->fresh = TRUE;
        fresh++;
    }
    if (!fresh)
        return TRUE;
    store_begin(courier->store);
    for (guint i = 0; i < count; i++)
        if (errands[i].fresh)
            store_outbox_keep(courier->store, errands[i].row->id, errands[i].secret);
    return commit(courier);
}

/* The one-time secrets of this batch, all at once; an account that has a password of its own already keeps it. */
static void set_secrets(struct courier *courier, struct errand *errands, guint count)
{
    g_autofree struct directory_job *jobs = g_new0(struct directory_job, count);
    g_autofree guint *whose = g_new0(guint, count);
    guint wanted = 0;

    for (guint i = 0; i < count; i++) {
        if (!errands[i].row->secret_for)
            continue;
        jobs[wanted] = (struct directory_job){
            .dn = errands[i].row->secret_for, .secret = errands[i].secret, .until = errands[i].row->secret_until / 1000};
        whose[wanted++] = i;
    }
    if (!wanted)
        return;
    directory_apply(courier->directory, jobs, wanted);
    for (guint i = 0; i < wanted; i++) {
        struct errand *errand = &errands[whose[i]];
        if (jobs[i].outcome == DIRECTORY_APPLIED && !jobs[i].already)
            continue;
        g_clear_pointer(&errand->secret, g_free);
        if (jobs[i].outcome != DIRECTORY_APPLIED) {
            end_errand(errand, "waiting", jobs[i].reason);
            log_line(LOG_LEVEL_WARNING, "%s: no one-time secret: %s", errand->row->effect, jobs[i].reason);
        }
        directory_job_clear(&jobs[i]);
    }
}

static void compose(struct courier *courier, struct errand *errand)
{
    g_autoptr(GError) error = NULL;

    errand->letter = letter_make(courier->stylesheets, errand->row->payload, errand->secret, &error);
    if (errand->letter)
        return;
    end_errand(errand, "failed", error->message);
    log_line(LOG_LEVEL_ERROR, "%s cannot be composed: %s", errand->row->effect, error->message);
}

static void hear_answer(struct errand *errand, const struct smtp_job *job)
{
    switch (job->outcome) {
    case SMTP_ACCEPTED:
        end_errand(errand, "sent", job->said);
        break;
    case SMTP_UNKNOWN:
        errand->unknown = TRUE;
        end_errand(errand, "waiting", job->said);
        break;
    case SMTP_LATER:
        end_errand(errand, "waiting", job->said);
        break;
    case SMTP_NEVER:
        end_errand(errand, "failed", job->said);
        log_line(LOG_LEVEL_WARNING, "%s to %s was refused: %s", errand->row->effect, errand->row->recipient, job->said);
        break;
    }
}

/* FALSE when the submission server is away: nothing is held against the mails that it has not settled. */
static gboolean send(struct courier *courier, struct errand *errands, guint count, gint64 now)
{
    g_autofree struct smtp_job *jobs = g_new0(struct smtp_job, count);
    g_autofree guint *whose = g_new0(guint, count);
    guint ready = 0;
    GError *error = NULL;

    for (guint i = 0; i < count; i++) {
        if (errands[i].state)
            continue;
        jobs[ready] = (struct smtp_job){
            .sender = errands[i].letter->sender, .recipient = errands[i].letter->recipient, .bytes = errands[i].letter->bytes};
        whose[ready++] = i;
    }
    gboolean reached = !ready || smtp_send(courier->smtp, jobs, ready, &error);
    for (guint i = 0; i < ready; i++)
        if (reached || jobs[i].outcome != SMTP_LATER)
            hear_answer(&errands[whose[i]], &jobs[i]);
    if (reached)
        outage_over(&courier->no_submission);
    else
        outage_note(&courier->no_submission, g_steal_pointer(&error), now);
    g_clear_error(&error);
    for (guint i = 0; i < ready; i++)
        smtp_job_clear(&jobs[i]);
    return reached;
}

/* What the world answered, in one transaction; no lock is held while it is asked. */
static gboolean write_down(struct courier *courier, const struct errand *errands, guint count, gint64 now)
{
    store_begin(courier->store);
    for (guint i = 0; i < count; i++) {
        const struct errand *errand = &errands[i];
        if (errand->fresh && !errand->unknown)
            store_outbox_keep(courier->store, errand->row->id, NULL);
        if (errand->state && g_str_equal(errand->state, "waiting"))
            store_outbox_later(courier->store, errand->row->id, errand->said, outbox_later(errand->row, now));
        else if (errand->state)
            store_outbox_settle(courier->store, errand->row->id, errand->state, errand->said, now);
    }
    return commit(courier);
}

/* What was sent could not be written down (the disk is full) and would leave again and again: first the mails are put off, which shows that writing works. */
static gboolean put_off(struct courier *courier, const GPtrArray *rows, gint64 now)
{
    store_begin(courier->store);
    for (guint i = 0; i < rows->len; i++) {
        const struct outbox_row *row = g_ptr_array_index(rows, i);
        store_outbox_later(courier->store, row->id, row->said, outbox_later(row, now));
    }
    return commit(courier);
}

static gboolean carry_errands(struct courier *courier, struct errand *errands, guint count, gint64 now)
{
    set_secrets(courier, errands, count);
    for (guint i = 0; i < count; i++)
        if (!errands[i].state)
            compose(courier, &errands[i]);
    gboolean sent = send(courier, errands, count, now);
    gboolean kept = write_down(courier, errands, count, clock_now());
    return sent && kept;
}

static gboolean carry_mails(struct courier *courier, gint64 now)
{
    if (outage_pauses(&courier->no_submission, now))
        return FALSE;
    g_autoptr(GPtrArray) rows = store_outbox_due(courier->store, "mail", now, MAILS_MOST);
    if (!rows->len)
        return FALSE;
    if (courier->no_state.away)
        return put_off(courier, rows, now);
    g_autofree struct errand *errands = g_new0(struct errand, rows->len);
    for (guint i = 0; i < rows->len; i++)
        errands[i].row = g_ptr_array_index(rows, i);
    gboolean durable = keep_secrets(courier, errands, rows->len);
    gboolean done = durable && carry_errands(courier, errands, rows->len, now);
    for (guint i = 0; i < rows->len; i++)
        errand_clear(&errands[i]);
    return done;
}

/* Accounts whose owners have set a password of their own lose the end of the one-time secret. */
static void release_accounts(struct courier *courier, gint64 now)
{
    GError *error = NULL;

    if ((now < courier->release_at && courier->release_at - now <= RELEASE_EVERY) || outage_pauses(&courier->no_directory, now))
        return;
    courier->release_at = now + RELEASE_EVERY;
    if (directory_release(courier->directory, &error) < 0)
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
           (courier->stylesheets = render_open(notices, error)) && (courier->smtp = smtp_open(&config->submission, error)) &&
           sandbox_enter_worker(error);
}

static void close_all(struct courier *courier)
{
    smtp_close(courier->smtp);
    render_close(courier->stylesheets);
    directory_close(courier->directory);
    store_close(courier->store);
}

static void live(void *role)
{
    role_alive(role);
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
    smtp_meanwhile(courier.smtp, live, role);
    role_ready(role);
    while (!role_stopping(role)) {
        gint64 now = clock_now();
        gboolean changed = carry_changes(&courier, now);
        gboolean mailed = carry_mails(&courier, now);
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
