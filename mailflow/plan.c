#include "mailflow/plan.h"

static void lock_free(gpointer data)
{
    struct plan_lock *lock = data;
    g_free(lock->kind);
    g_free(lock->key);
    g_free(lock->refusal);
    g_free(lock->field);
    g_free(lock);
}

static void change_free(gpointer data)
{
    struct plan_change *change = data;
    g_free(change->effect);
    g_free(change->uuid);
    g_free(change->ldif);
    g_free(change);
}

static void mail_free(gpointer data)
{
    struct plan_mail *mail = data;
    g_free(mail->effect);
    g_free(mail->document);
    g_free(mail->recipient);
    g_free(mail->message_id);
    g_free(mail->code);
    g_free(mail->secret_for);
    g_free(mail);
}

static void timer_free(gpointer data)
{
    struct plan_timer *timer = data;
    g_free(timer->kind);
    g_free(timer);
}

static void limit_free(gpointer data)
{
    struct plan_limit *limit = data;
    g_free(limit->key);
    g_free(limit);
}

static void event_free(gpointer data)
{
    struct plan_event *event = data;
    g_free(event->actor);
    g_free(event->event);
    g_free(event->from);
    g_free(event->to);
    g_free(event->detail);
    g_free(event);
}

struct plan *plan_new(const char *outcome, const char *request)
{
    struct plan *plan = g_new0(struct plan, 1);

    plan->outcome = g_strdup(outcome);
    plan->request = g_strdup(request);
    plan->locks = g_ptr_array_new_with_free_func(lock_free);
    plan->tickets = ticket_list();
    plan->changes = g_ptr_array_new_with_free_func(change_free);
    plan->mails = g_ptr_array_new_with_free_func(mail_free);
    plan->timers = g_ptr_array_new_with_free_func(timer_free);
    plan->limits = g_ptr_array_new_with_free_func(limit_free);
    plan->events = g_ptr_array_new_with_free_func(event_free);
    return plan;
}

void plan_free(struct plan *plan)
{
    if (!plan)
        return;
    g_free(plan->outcome);
    g_free(plan->line);
    g_free(plan->request);
    g_free(plan->successor);
    g_free(plan->proof);
    g_free(plan->signature);
    g_free(plan->use);
    g_free(plan->undeliverable);
    g_free(plan->end_person);
    delegation_free(plan->delegation);
    held_free(plan->hold);
    g_free(plan->latecomer);
    g_free(plan->end_mail);
    g_free(plan->form);
    g_free(plan->digest);
    request_free(plan->create);
    g_bytes_unref(plan->picture);
    if (plan->move) {
        g_free(plan->move->from);
        g_free(plan->move->to);
        g_free(plan->move->division);
        g_free(plan->move);
    }
    if (plan->verdict) {
        g_free(plan->verdict->verdict);
        g_free(plan->verdict->reviewer);
        g_free(plan->verdict->reviewer_name);
        g_free(plan->verdict->reason);
        g_free(plan->verdict->archive);
        g_free(plan->verdict->message);
        g_free(plan->verdict);
    }
    docket_free(plan->docket);
    g_ptr_array_unref(plan->locks);
    g_ptr_array_unref(plan->tickets);
    g_ptr_array_unref(plan->changes);
    g_ptr_array_unref(plan->mails);
    g_ptr_array_unref(plan->timers);
    g_ptr_array_unref(plan->events);
    g_ptr_array_unref(plan->limits);
    g_free(plan);
}

GPtrArray *plan_list(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)plan_free);
}

void plan_log(struct plan *plan, const char *format, ...)
{
    va_list arguments;

    g_free(plan->line);
    va_start(arguments, format);
    plan->line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
}

void plan_move(struct plan *plan, const char *from, const char *to, const char *division)
{
    g_assert(!plan->move);
    plan->move = g_new0(struct plan_move, 1);
    plan->move->from = g_strdup(from);
    plan->move->to = g_strdup(to);
    plan->move->division = g_strdup(division);
}

void plan_lock(struct plan *plan, const char *kind, const char *key, const char *refusal, const char *field)
{
    struct plan_lock *lock = g_new0(struct plan_lock, 1);

    lock->kind = g_strdup(kind);
    lock->key = g_strdup(key);
    lock->refusal = g_strdup(refusal);
    lock->field = g_strdup(field);
    g_ptr_array_add(plan->locks, lock);
}

void plan_event(struct plan *plan, const char *actor, const char *event, const char *from, const char *to, const char *detail)
{
    struct plan_event *row = g_new0(struct plan_event, 1);

    row->actor = g_strdup(actor);
    row->event = g_strdup(event);
    row->from = g_strdup(from);
    row->to = g_strdup(to);
    row->detail = g_strdup(detail);
    g_ptr_array_add(plan->events, row);
}

void plan_timer(struct plan *plan, const char *kind, gint64 due)
{
    struct plan_timer *timer = g_new0(struct plan_timer, 1);

    timer->kind = g_strdup(kind);
    timer->due = due;
    g_ptr_array_add(plan->timers, timer);
}

void plan_limit(struct plan *plan, guint most, gint64 until, const char *format, ...)
{
    struct plan_limit *limit = g_new0(struct plan_limit, 1);
    va_list arguments;

    va_start(arguments, format);
    limit->key = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    limit->most = most;
    limit->until = until;
    g_ptr_array_add(plan->limits, limit);
}

void plan_change(struct plan *plan, const char *effect, const char *uuid, char *ldif)
{
    struct plan_change *change = g_new0(struct plan_change, 1);

    change->effect = g_strdup_printf("%s/%s", plan->request, effect);
    change->uuid = g_strdup(uuid);
    change->ldif = ldif;
    g_ptr_array_add(plan->changes, change);
}
