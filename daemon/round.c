#include "daemon/round.h"

#include "mailflow/absence.h"
#include "mailflow/intake.h"

#define TIMERS_MOST 50

static void note_lines(const GPtrArray *plans, GPtrArray *lines)
{
    for (guint i = 0; i < plans->len; i++) {
        const struct plan *plan = g_ptr_array_index(plans, i);
        if (plan->line)
            g_ptr_array_add(lines, g_strdup(plan->line));
    }
}

/* The digest of a message nobody could read: of its bytes. */
static char *digest_of(GBytes *raw)
{
    return g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, raw);
}

static enum round_fate fate_of(const GPtrArray *plans)
{
    const struct plan *own = g_ptr_array_index(plans, plans->len - 1);

    return own->quarantine ? ROUND_QUARANTINED : ROUND_PROCESSED;
}

/* A fault that is not the world's being away concerns this message alone: it goes to the quarantine rather than hold up all others. */
static GPtrArray *think(struct site *site, const struct message *message, const char *digest, GError **error)
{
    GError *problem = NULL;
    GPtrArray *plans = message ? intake(&site->mind, message, &problem)
                               : intake_unreadable(&site->mind, digest, "reading it ended the parser again and again");

    if (plans)
        return plans;
    if (problem->domain == DIRECTORY_ERROR) {
        g_propagate_error(error, problem);
        return NULL;
    }
    plans = intake_unreadable(&site->mind, digest, problem->message);
    g_error_free(problem);
    return plans;
}

enum round_fate round_message(struct site *site, const struct message *message, GBytes *raw, GPtrArray *lines, GError **error)
{
    g_autofree char *digest = message ? g_strdup(message->digest) : digest_of(raw);
    const struct plan_lock *held = NULL;

    if (message && store_knows(site->store, message))
        return ROUND_PROCESSED;
    g_autoptr(GPtrArray) plans = think(site, message, digest, error);
    if (!plans)
        return ROUND_LEFT;
    enum store_taken taken = store_take(site->store, message, digest, raw, plans, site->mind.now, &held);
    if (taken == STORE_HELD) {
        g_autoptr(GPtrArray) refused = intake_locked(&site->mind, message, held);
        taken = store_take(site->store, message, digest, raw, refused, site->mind.now, &held);
        note_lines(refused, lines);
        return fate_of(refused);
    }
    /* Nobody else moves requests while this transaction is open: a plan that does not fit what it was made from is a bug. */
    g_assert(taken == STORE_TAKEN || taken == STORE_KNOWN);
    if (taken == STORE_TAKEN)
        note_lines(plans, lines);
    return fate_of(plans);
}

static gboolean carry(struct site *site, GPtrArray *plans, GPtrArray *lines)
{
    gboolean taken = store_carry(site->store, plans, site->mind.now) == STORE_TAKEN;

    if (taken)
        note_lines(plans, lines);
    return taken;
}

/* A row that keeps failing: the operator hears of it once; a stage does not wait for an address that takes no mail. */
static int report_troubles(struct site *site, GPtrArray *lines, GError **error)
{
    g_autoptr(GPtrArray) rows = store_troubles(site->store);

    for (guint i = 0; i < rows->len; i++) {
        const struct outbox_row *row = g_ptr_array_index(rows, i);
        g_autoptr(GPtrArray) plans = workflow_trouble(&site->mind, row->request, row->effect, row->recipient, row->said);
        if (row->message_id && g_str_equal(row->state, "failed") && !absence_refused(&site->mind, row->message_id, plans, error))
            return -1;
        carry(site, plans, lines);
        store_trouble_told(site->store, row->id);
    }
    return (int)rows->len;
}

int round_outcomes(struct site *site, GPtrArray *lines, GError **error)
{
    g_autoptr(GPtrArray) outcomes = store_outcomes(site->store);

    for (guint i = 0; i < outcomes->len; i++) {
        const struct outcome *outcome = g_ptr_array_index(outcomes, i);
        g_autoptr(GPtrArray) plans = workflow_settle(
            &site->mind, outcome->request, outcome->conflict ? WORKFLOW_CONFLICT : WORKFLOW_APPLIED, outcome->said, error);
        if (!plans)
            return -1;
        if (carry(site, plans, lines))
            store_outcome_heard(site->store, outcome->request);
    }
    int troubles = report_troubles(site, lines, error);
    return troubles < 0 ? -1 : (int)outcomes->len + troubles;
}

int round_timers(struct site *site, GPtrArray *lines, GError **error)
{
    g_autoptr(GPtrArray) timers = store_timers_due(site->store, site->mind.now, TIMERS_MOST);

    for (guint i = 0; i < timers->len; i++) {
        const struct timer_row *timer = g_ptr_array_index(timers, i);
        g_autoptr(GPtrArray) plans = workflow_timer(&site->mind, timer->request, timer->kind, error);
        if (!plans)
            return -1;
        store_timer_drop(site->store, timer->request, timer->kind);
        carry(site, plans, lines);
    }
    return (int)timers->len;
}
