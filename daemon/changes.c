#include "daemon/changes.h"

#include "daemon/log.h"

static void try_free(gpointer data)
{
    struct change_try *try = data;

    outbox_row_free(try->row);
    directory_job_clear(&try->job);
    g_free(try);
}

/* Before the first of a request's several changes is made, all of them are held against the directory. */
static void look_first(struct store *store, struct directory *directory, struct change_try *try)
{
    g_autoptr(GPtrArray) all = store_outbox_unbegun(store, try->row->request);

    try->job.outcome = DIRECTORY_APPLIED;
    for (guint i = 0; all->len > 1 && i < all->len && try->job.outcome == DIRECTORY_APPLIED; i++)
        try->job.outcome = directory_look(directory, ((struct outbox_row *)g_ptr_array_index(all, i))->payload, &try->job.reason);
}

GPtrArray *changes_try(struct store *store, struct directory *directory, gint64 now, guint most)
{
    g_autoptr(GPtrArray) rows = store_outbox_due(store, "change", now, most);
    GPtrArray *tries = g_ptr_array_new_with_free_func(try_free);
    g_autofree struct directory_job *jobs = g_new0(struct directory_job, rows->len);
    guint ready = 0;

    g_ptr_array_set_free_func(rows, NULL); /* the tries own them */
    for (guint i = 0; i < rows->len; i++) {
        struct change_try *try = g_new0(struct change_try, 1);
        try->row = g_ptr_array_index(rows, i);
        look_first(store, directory, try);
        g_ptr_array_add(tries, try);
        if (try->job.outcome == DIRECTORY_APPLIED)
            jobs[ready++].change = try->row->payload;
    }
    directory_apply(directory, jobs, ready);
    for (guint i = tries->len; i > 0; i--) {
        struct change_try *try = g_ptr_array_index(tries, i - 1);
        if (try->job.outcome == DIRECTORY_APPLIED)
            try->job = jobs[--ready];
    }
    return tries;
}

gboolean changes_unanswered(const GPtrArray *tries)
{
    for (guint i = 0; i < tries->len; i++)
        if (((struct change_try *)g_ptr_array_index(tries, i))->job.outcome != DIRECTORY_LATER)
            return FALSE;
    return tries->len > 0;
}

static void settle(struct store *store, const struct change_try *try, gint64 now)
{
    const struct outbox_row *row = try->row;
    const struct directory_job *job = &try->job;

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

void changes_settle(struct store *store, const GPtrArray *tries, gint64 now)
{
    for (guint i = 0; i < tries->len; i++)
        settle(store, g_ptr_array_index(tries, i), now);
}
