#include "daemon/errands.h"

#include <string.h>
#include <sys/random.h>

#include "daemon/log.h"

#define SECRET_CHARACTERS 26

/* One mail. */
struct errand {
    const struct outbox_row *row; /* borrowed */
    char *secret;                 /* of the account it is about; NULL: it brings none */
    gboolean fresh;               /* no earlier copy can have brought this secret */
    gboolean unknown;             /* this copy may have been taken */
    struct letter *letter;
    const char *state; /* the row's next: "waiting", "sent", "failed"; NULL while it can still leave */
    char *said;
};

struct errands {
    GPtrArray *rows; /* of struct outbox_row */
    struct errand *each;
    guint count;
};

static void end_errand(struct errand *errand, const char *state, const char *said)
{
    errand->state = state;
    g_free(errand->said);
    errand->said = g_strdup(said);
}

static void forget_secret(struct errand *errand)
{
    if (errand->secret)
        explicit_bzero(errand->secret, strlen(errand->secret));
    g_clear_pointer(&errand->secret, g_free);
}

struct errands *errands_take(struct store *store, gint64 now, guint most)
{
    g_autoptr(GPtrArray) rows = store_outbox_due(store, "mail", now, most);

    if (!rows->len)
        return NULL;
    struct errands *errands = g_new0(struct errands, 1);
    errands->count = rows->len;
    errands->each = g_new0(struct errand, rows->len);
    for (guint i = 0; i < rows->len; i++)
        errands->each[i].row = g_ptr_array_index(rows, i);
    errands->rows = g_steal_pointer(&rows);
    return errands;
}

void errands_free(struct errands *errands)
{
    if (!errands)
        return;
    for (guint i = 0; i < errands->count; i++) {
        forget_secret(&errands->each[i]);
        g_free(errands->each[i].said);
        letter_free(errands->each[i].letter);
    }
    g_free(errands->each);
    g_ptr_array_unref(errands->rows);
    g_free(errands);
}

/* Secrets. */

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

guint errands_find_secrets(struct errands *errands, struct store *store)
{
    guint fresh = 0;

    for (guint i = 0; i < errands->count; i++) {
        struct errand *errand = &errands->each[i];
        if (!errand->row->secret_for || (errand->secret = store_outbox_secret(store, errand->row->id)))
            continue;
        errand->secret = make_secret();
        errand->fresh = TRUE;
        fresh++;
    }
    return fresh;
}

void errands_keep_secrets(const struct errands *errands, struct store *store)
{
    for (guint i = 0; i < errands->count; i++)
        if (errands->each[i].fresh)
            store_outbox_keep(store, errands->each[i].row->id, errands->each[i].secret);
}

/* Carrying them out: the mails without a secret leave while the directory sets the others'. */
struct tour {
    const struct errands_means *means;
    struct errand **errands; /* in the order in which they leave: those with a secret last */
    struct smtp_job *mails;  /* one each */
    guint count, plain;      /* `plain` of them bring no secret */
    struct directory_job *secrets;
    struct directory_batch *setting; /* NULL once all are set */
};

static void plan(struct tour *tour, struct errands *errands)
{
    tour->errands = g_new(struct errand *, errands->count);
    tour->count = errands->count;
    for (guint with = 0; with < 2; with++)
        for (guint i = 0, n = with ? tour->plain : 0; i < errands->count; i++)
            if ((errands->each[i].secret != NULL) == with) {
                tour->errands[n++] = &errands->each[i];
                tour->plain += !with;
            }
    tour->mails = g_new0(struct smtp_job, tour->count);
    for (guint i = 0; i < tour->count; i++)
        tour->mails[i].recipient = tour->errands[i]->row->recipient;
}

static void begin_secrets(struct tour *tour)
{
    guint wanted = tour->count - tour->plain;

    tour->secrets = g_new0(struct directory_job, wanted);
    for (guint i = 0; i < wanted; i++) {
        const struct errand *errand = tour->errands[tour->plain + i];
        tour->secrets[i] = (struct directory_job){
            .dn = errand->row->secret_for, .secret = errand->secret, .until = errand->row->secret_until / 1000};
    }
    if (wanted)
        tour->setting = directory_begin(tour->means->directory, tour->secrets, wanted);
}

/* An account that has a password of its own already keeps it. */
static void end_secrets(struct tour *tour)
{
    if (!tour->setting)
        return;
    directory_finish(g_steal_pointer(&tour->setting));
    for (guint i = tour->plain; i < tour->count; i++) {
        struct errand *errand = tour->errands[i];
        struct directory_job *job = &tour->secrets[i - tour->plain];
        if (job->outcome == DIRECTORY_APPLIED && !job->already)
            continue;
        forget_secret(errand);
        if (job->outcome != DIRECTORY_APPLIED) {
            end_errand(errand, "waiting", job->reason);
            log_line(LOG_LEVEL_WARNING, "%s: no one-time secret: %s", errand->row->effect, job->reason);
        }
        directory_job_clear(job);
    }
}

static void compose(const struct tour *tour, struct errand *errand)
{
    g_autoptr(GError) error = NULL;

    if (errand->state || errand->letter)
        return;
    errand->letter = letter_make(tour->means->stylesheets, errand->row->payload, errand->secret, &tour->means->files, &error);
    if (errand->letter)
        return;
    end_errand(errand, "failed", error->message);
    log_line(LOG_LEVEL_ERROR, "%s cannot be composed: %s", errand->row->effect, error->message);
}

/* A connection is free for this one. The others are composed with it: one after the other they find the stylesheets in the processor's caches. */
static gboolean make_mail(void *context, struct smtp_job *mail)
{
    struct tour *tour = context;
    guint place = (guint)(mail - tour->mails);
    struct errand *errand = tour->errands[place];

    if (place >= tour->plain)
        end_secrets(tour);
    guint end = errand->letter ? place : tour->setting ? tour->plain : tour->count;
    for (guint i = place; i < end; i++)
        compose(tour, tour->errands[i]);
    if (errand->state)
        return FALSE;
    mail->sender = errand->letter->sender;
    mail->recipient = errand->letter->recipient;
    mail->bytes = errand->letter->bytes;
    return TRUE;
}

static void hear_answer(struct errand *errand, const struct smtp_job *mail)
{
    switch (mail->outcome) {
    case SMTP_ACCEPTED:
        end_errand(errand, "sent", mail->said);
        break;
    case SMTP_UNKNOWN:
        errand->unknown = TRUE;
        end_errand(errand, "waiting", mail->said);
        break;
    case SMTP_LATER:
        end_errand(errand, "waiting", mail->said);
        break;
    case SMTP_NEVER:
        end_errand(errand, "failed", mail->said);
        log_line(LOG_LEVEL_WARNING, "%s to %s was refused: %s", errand->row->effect, errand->row->recipient, mail->said);
        break;
    }
}

gboolean errands_carry(struct errands *errands, const struct errands_means *means, GError **error)
{
    struct tour tour = {.means = means};

    plan(&tour, errands);
    begin_secrets(&tour);
    gboolean reached = smtp_send(means->smtp, tour.mails, tour.count, make_mail, &tour, error);
    end_secrets(&tour);
    for (guint i = 0; i < tour.count; i++) {
        if (!tour.errands[i]->state && (reached || tour.mails[i].outcome != SMTP_LATER))
            hear_answer(tour.errands[i], &tour.mails[i]);
        smtp_job_clear(&tour.mails[i]);
    }
    g_free(tour.errands);
    g_free(tour.mails);
    g_free(tour.secrets);
    return reached;
}

void errands_settle(const struct errands *errands, struct store *store, gint64 now)
{
    for (guint i = 0; i < errands->count; i++) {
        const struct errand *errand = &errands->each[i];
        if (errand->fresh && !errand->unknown)
            store_outbox_keep(store, errand->row->id, NULL);
        if (errand->state && g_str_equal(errand->state, "waiting"))
            store_outbox_later(store, errand->row->id, errand->said, outbox_later(errand->row, now));
        else if (errand->state)
            store_outbox_settle(store, errand->row->id, errand->state, errand->said, now);
    }
}

void errands_put_off(const struct errands *errands, struct store *store, gint64 now)
{
    for (guint i = 0; i < errands->count; i++) {
        const struct outbox_row *row = errands->each[i].row;
        store_outbox_later(store, row->id, row->said, outbox_later(row, now));
    }
}
