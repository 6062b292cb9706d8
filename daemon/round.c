#include "daemon/round.h"

#include "mailflow/absence.h"
#include "mailflow/docket.h"
#include "mailflow/intake.h"
#include "mailflow/settle.h"
#include "mailflow/undo.h"

#define TIMERS_MOST 50
#define FAILURES_MOST 5
#define SILENT_LATER (3600 * 1000LL) /* until the directory is asked again what it did not answer */

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

static gboolean is_silent(const GError *problem)
{
    return g_error_matches(problem, DIRECTORY_ERROR, DIRECTORY_SILENT);
}

/* Whether it is this matter that the directory fails at, again and again, while it answers others: a question that takes too long, that it dies of, or that it refuses. */
static gboolean keeps_failing(struct site *site, const char *matter)
{
    if (!site->directory || !directory_check(site->directory, NULL))
        return FALSE;
    if (g_strcmp0(site->failing, matter) != 0) {
        g_free(site->failing);
        site->failing = g_strdup(matter);
        site->failures = 0;
    }
    return ++site->failures >= FAILURES_MOST;
}

/* A fault that is not the world's being away concerns this message alone: it goes to the quarantine rather than hold up all others. */
static GPtrArray *think(struct site *site, const struct message *message, const char *digest, GError **error)
{
    GError *problem = NULL;
    GPtrArray *plans = message ? intake(&site->mind, message, &problem)
                               : intake_unreadable(&site->mind, digest, "reading it ended the parser again and again");

    if (plans)
        return plans;
    if (message && (is_silent(problem) || (problem->domain == DIRECTORY_ERROR && keeps_failing(site, digest)))) {
        plans = intake_unanswered(&site->mind, message, problem->message);
    } else if (problem->domain == DIRECTORY_ERROR) {
        g_propagate_error(error, problem);
        return NULL;
    } else {
        plans = intake_unreadable(&site->mind, digest, problem->message);
    }
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

/* What the directory did not answer about one request holds up no other: the operator hears of it, and it is asked again later. Anything else is for the caller.
 * TRUE when it was that. */
static gboolean set_aside(struct site *site, const char *request, const char *what, GPtrArray *lines, GError **problem,
                          GError **error)
{
    g_autofree char *matter = g_strdup_printf("%s/%s", request ? request : "", what);

    if (!is_silent(*problem) && (*problem)->domain == DIRECTORY_ERROR && !keeps_failing(site, matter)) {
        g_propagate_error(error, g_steal_pointer(problem));
        return FALSE;
    }
    g_autoptr(GPtrArray) plans = workflow_trouble(&site->mind, request, what, NULL, (*problem)->message);
    carry(site, plans, lines);
    g_clear_error(problem);
    return TRUE;
}

/* A row that keeps failing: the operator hears of it once; a stage does not wait for an address that takes no mail. */
static int report_troubles(struct site *site, GPtrArray *lines, GError **error)
{
    g_autoptr(GPtrArray) rows = store_troubles(site->store);

    for (guint i = 0; i < rows->len; i++) {
        const struct outbox_row *row = g_ptr_array_index(rows, i);
        g_autoptr(GPtrArray) plans = workflow_trouble(&site->mind, row->request, row->effect, row->recipient, row->said);
        GError *problem = NULL;
        if (row->message_id && g_str_equal(row->state, "failed") &&
            !absence_refused(&site->mind, row->message_id, plans, &problem) &&
            !set_aside(site, row->request, row->effect, lines, &problem, error))
            return -1;
        carry(site, plans, lines);
        store_trouble_told(site->store, row->id);
    }
    return (int)rows->len;
}

int round_outcomes(struct site *site, GPtrArray *lines, GError **error)
{
    g_autoptr(GPtrArray) outcomes = store_outcomes(site->store, site->mind.now);

    for (guint i = 0; i < outcomes->len; i++) {
        const struct outcome *outcome = g_ptr_array_index(outcomes, i);
        GError *problem = NULL;
        g_autoptr(GPtrArray) plans = settle(&site->mind, outcome->request,
                                            !outcome->conflict ? SETTLE_APPLIED
                                            : outcome->applied ? SETTLE_PARTLY
                                                               : SETTLE_CONFLICT,
                                            outcome->said, &problem);
        if (!plans && !set_aside(site, outcome->request, "outcome", lines, &problem, error))
            return -1;
        if (!plans)
            store_outcome_later(site->store, outcome->request, site->mind.now + SILENT_LATER);
        else if (carry(site, plans, lines))
            store_outcome_heard(site->store, outcome->request);
    }
    int troubles = report_troubles(site, lines, error);
    return troubles < 0 ? -1 : (int)outcomes->len + troubles;
}

/* Each for itself: after the clock was set back some have theirs of that day already, and keep it. */
static void carry_lists(struct site *site, const GPtrArray *plans, GPtrArray *lines)
{
    for (guint i = 0; i < plans->len; i++) {
        g_autoptr(GPtrArray) one = g_ptr_array_new();
        g_ptr_array_add(one, g_ptr_array_index(plans, i));
        carry(site, one, lines);
    }
}

/* The day's lists, once a day: the mark and the lists are committed together. A list is a convenience: on a day when the directory leaves a question open there is none. */
static int list_day(struct site *site, GPtrArray *lines, GError **error)
{
    g_autofree char *day = docket_day(&site->mind);
    GError *problem = NULL;

    if (!day || store_listed(site->store, day))
        return 0;
    g_autoptr(GPtrArray) plans = docket_plans(&site->mind, day, &problem);
    if (plans)
        carry_lists(site, plans, lines);
    else if (!set_aside(site, NULL, day, lines, &problem, error))
        return -1;
    store_list_day(site->store, day);
    return 1;
}

static GPtrArray *ring(struct site *site, const struct timer_row *timer, GError **error)
{
    if (g_str_equal(timer->kind, UNDO_TIMER))
        return undo_elapsed(&site->mind, timer->request, error);
    return workflow_timer(&site->mind, timer->request, timer->kind, error);
}

int round_timers(struct site *site, GPtrArray *lines, GError **error)
{
    int rung = 0;

    /* One at a time: what one brings about may end another that is due as well. */
    for (; rung < TIMERS_MOST; rung++) {
        g_autoptr(GPtrArray) timers = store_timers_due(site->store, site->mind.now, 1);
        const struct timer_row *timer = timers->len ? g_ptr_array_index(timers, 0) : NULL;
        GError *problem = NULL;
        if (!timer)
            break;
        g_autoptr(GPtrArray) plans = ring(site, timer, &problem);
        if (!plans && !set_aside(site, timer->request, timer->kind, lines, &problem, error))
            return -1;
        if (!plans) {
            store_timer_later(site->store, timer->request, timer->kind, site->mind.now + SILENT_LATER);
            continue;
        }
        store_timer_drop(site->store, timer->request, timer->kind);
        carry(site, plans, lines);
    }
    int listed = list_day(site, lines, error);
    return listed < 0 ? -1 : rung + listed;
}
