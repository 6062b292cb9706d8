#include "daemon/changes.h"

#include "daemon/log.h"

/* A row and what becomes of it. */
struct trial {
    const struct outbox_row *row; /* borrowed */
    struct directory_job *job;    /* borrowed */
};

struct changes {
    GPtrArray *rows; /* of struct outbox_row */
    struct trial *trials;
    struct directory_job *jobs; /* those that go to the directory stand first */
    struct directory_batch *batch;
};

/* Before the first of a request's several changes is made, all of them are held against the directory. */
static enum directory_outcome look_first(struct store *store, struct directory *directory, const struct outbox_row *row,
                                         char **reason)
{
    g_autoptr(GPtrArray) all = store_outbox_unbegun(store, row->request);
    enum directory_outcome outcome = DIRECTORY_APPLIED;

    for (guint i = 0; all->len > 1 && i < all->len && outcome == DIRECTORY_APPLIED; i++)
        outcome = directory_look(directory, ((struct outbox_row *)g_ptr_array_index(all, i))->payload, reason);
    return outcome;
}

struct changes *changes_begin(struct store *store, struct directory *directory, gint64 now, guint most)
{
    g_autoptr(GPtrArray) rows = store_outbox_due(store, "change", now, most);
    guint first = 0, last = rows->len;

    if (!rows->len)
        return NULL;
    struct changes *changes = g_new0(struct changes, 1);
    changes->trials = g_new0(struct trial, rows->len);
    changes->jobs = g_new0(struct directory_job, rows->len);
    for (guint i = 0; i < rows->len; i++) {
        const struct outbox_row *row = g_ptr_array_index(rows, i);
        char *reason = NULL;
        enum directory_outcome outcome = look_first(store, directory, row, &reason);
        struct directory_job *job = &changes->jobs[outcome == DIRECTORY_APPLIED ? first++ : --last];
        *job = (struct directory_job){.change = row->payload, .outcome = outcome, .reason = reason};
        changes->trials[i] = (struct trial){.row = row, .job = job};
    }
    changes->rows = g_steal_pointer(&rows);
    changes->batch = directory_begin(directory, changes->jobs, first);
    return changes;
}

guint changes_count(const struct changes *changes)
{
    return changes->rows->len;
}

gboolean changes_answered(struct changes *changes)
{
    return directory_answered(changes->batch);
}

gboolean changes_finish(struct changes *changes)
{
    directory_finish(g_steal_pointer(&changes->batch));
    for (guint i = 0; i < changes->rows->len; i++)
        if (changes->jobs[i].outcome != DIRECTORY_LATER)
            return TRUE;
    return FALSE;
}

const char *changes_reason(const struct changes *changes)
{
    return changes->trials[0].job->reason;
}

static void settle(struct store *store, const struct trial *trial, gint64 now)
{
    const struct outbox_row *row = trial->row;
    const struct directory_job *job = trial->job;

    switch (job->outcome) {
    case DIRECTORY_APPLIED:
        store_outbox_settle(store, row->id, "applied", job->already ? "already so" : NULL, now);
        break;
    case DIRECTORY_CONFLICT:
        store_outbox_settle(store, row->id, "conflict", job->reason, now);
        log_line(LOG_LEVEL_WARNING, "%s: the directory disagrees: %s", row->effect, job->reason);
        break;
    case DIRECTORY_LATER:
        store_outbox_later(store, row->id, job->reason, outbox_later(row, now));
        break;
    case DIRECTORY_NEVER:
        store_outbox_later(store, row->id, job->reason, outbox_later(row, now));
        log_line(LOG_LEVEL_ERROR, "%s: the directory refuses: %s", row->effect, job->reason);
        break;
    }
}

void changes_settle(const struct changes *changes, struct store *store, gint64 now)
{
    for (guint i = 0; i < changes->rows->len; i++)
        settle(store, &changes->trials[i], now);
}

void changes_free(struct changes *changes)
{
    if (!changes)
        return;
    for (guint i = 0; i < changes->rows->len; i++)
        directory_job_clear(&changes->jobs[i]);
    g_ptr_array_unref(changes->rows);
    g_free(changes->trials);
    g_free(changes->jobs);
    g_free(changes);
}
