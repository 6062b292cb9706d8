#include "daemon/desk.h"

#include "daemon/clock.h"
#include "daemon/outage.h"
#include "daemon/parser.h"
#include "daemon/round.h"
#include "daemon/sandbox.h"

#define OCTETS_MOST (32u << 20)
#define LINGER 1500 /* milliseconds */
#define LINGER_STEP 20
#define THINK_MOST (5 * CLOCK_SECOND)
#define LOOK_EVERY (30 * CLOCK_SECOND)  /* however quiet the mailbox says it is */
#define GLANCE_EVERY (2 * CLOCK_SECOND) /* at the state file: the administrator's tool rings no bell */

struct desk {
    struct role *role;
    struct site *site;
    struct mailbox *mailbox;
    struct parser_client *parser;
    struct outage no_mailbox, no_directory, no_state;
    gint64 linger_until; /* ask for new mail often until then */
    gboolean stirred;    /* something may wait in the mailbox */
    gboolean owed;       /* messages wait there for what responders say of their signers */
    gint64 look_at;
};

static int new_parser(void *context)
{
    struct desk *desk = context;

    return role_new_parser(desk->role);
}

static void lose_mailbox(struct desk *desk, GError *error, gint64 now)
{
    g_clear_pointer(&desk->mailbox, mailbox_close);
    outage_note(&desk->no_mailbox, error, now);
    desk->stirred = TRUE;
}

static void free_messages(GPtrArray *messages)
{
    for (guint i = 0; i < messages->len; i++)
        if (g_ptr_array_index(messages, i))
            message_free(g_ptr_array_index(messages, i));
    g_ptr_array_unref(messages);
}

static GPtrArray *fetch(struct desk *desk, gint64 now)
{
    GError *error = NULL;
    GPtrArray *items = NULL;

    if (outage_pauses(&desk->no_mailbox, now) || outage_pauses(&desk->no_directory, now) || !desk->stirred)
        return NULL;
    if (!desk->mailbox)
        desk->mailbox = mailbox_open(&desk->role->config->mailbox, &error);
    if (desk->mailbox)
        items = mailbox_fetch(desk->mailbox, desk->role->config->mailbox_batch, OCTETS_MOST, &error);
    if (!items) {
        lose_mailbox(desk, error, now);
        return NULL;
    }
    outage_over(&desk->no_mailbox);
    desk->stirred = items->len > 0;
    desk->look_at = now + LOOK_EVERY;
    if (items->len)
        desk->linger_until = now + LINGER;
    return items;
}

/* Think about the batch inside the open transaction, which nobody else can write beside: not for long. Items that have to stay are taken out of `items`. */
static void think(struct desk *desk, GPtrArray *items, GPtrArray *messages, GPtrArray *lines)
{
    gint64 end = clock_steady() + THINK_MOST;
    gboolean away = FALSE;
    guint done = 0;

    while (done < messages->len && store_sound(desk->site->store) && clock_steady() < end) {
        struct mailbox_item *item = g_ptr_array_index(items, done);
        GError *error = NULL;
        enum round_fate fate = round_message(desk->site, g_ptr_array_index(messages, done), item->bytes, lines, &error);
        role_alive(desk->role);
        away = fate == ROUND_LEFT;
        if (away) {
            outage_note(&desk->no_directory, error, clock_now());
            break;
        }
        item->folder = fate == ROUND_QUARANTINED ? MAILBOX_QUARANTINE : MAILBOX_PROCESSED;
        done++;
    }
    g_ptr_array_set_size(items, (int)done);
    if (!away && done)
        outage_over(&desk->no_directory);
}

/* TRUE when the round is durable. */
static gboolean commit(struct desk *desk)
{
    GError *error = NULL;

    if (store_commit(desk->site->store, &error)) {
        outage_over(&desk->no_state);
        return TRUE;
    }
    outage_note(&desk->no_state, error, clock_now());
    return FALSE;
}

/* What the courier and the clock have to say. */
static int think_further(struct desk *desk, GPtrArray *lines)
{
    GError *error = NULL;
    if (!store_sound(desk->site->store))
        return 0;
    int outcomes = round_outcomes(desk->site, lines, &error);
    int timers = outcomes < 0 ? -1 : round_timers(desk->site, lines, &error);

    if (error)
        outage_note(&desk->no_directory, error, clock_now());
    return MAX(outcomes, 0) + MAX(timers, 0);
}

/* The batch as the parser understands it; NULL when no parser is to be had. A message it gave up is NULL in the array. */
static GPtrArray *read_items(struct desk *desk, const GPtrArray *items)
{
    g_autofree struct parser_item *batch = g_new0(struct parser_item, items->len);
    GPtrArray *messages = g_ptr_array_new();
    GDate today;

    clock_today(&today);
    for (guint i = 0; i < items->len; i++) {
        const struct mailbox_item *item = g_ptr_array_index(items, i);
        batch[i] = (struct parser_item){.bytes = item->bytes, .header_only = item->header_only, .size = item->size};
    }
    gboolean whole = parser_read_many(desk->parser, batch, items->len, &today);
    for (guint i = 0; i < items->len; i++)
        g_ptr_array_add(messages, batch[i].message);
    if (!whole)
        g_clear_pointer(&messages, free_messages);
    return messages;
}

/* Before the transaction, as others take their time. Messages that have to wait for an answer are taken out and left where they are; no other waits for them. */
static void inquire(struct desk *desk, GPtrArray *items, GPtrArray *messages)
{
    struct responders *responders = desk->site->responders;

    if (!responders)
        return;
    responders_ask(responders, messages, clock_now());
    for (guint i = messages->len; i-- > 0;) {
        struct message *message = g_ptr_array_index(messages, i);
        if (!responders_owe(responders, message, clock_now()))
            continue;
        desk->owed = TRUE;
        mailbox_leave(desk->mailbox, g_ptr_array_index(items, i));
        message_free(message);
        g_ptr_array_remove_index(messages, i);
        g_ptr_array_remove_index(items, i);
    }
}

/* Whether what was left is to be looked at again by now; `until` may come sooner for it. */
static gboolean owed_again(struct desk *desk, gint64 *until)
{
    gint64 now = clock_now(), again = desk->owed ? responders_again(desk->site->responders, now) : G_MAXINT64;

    *until = MIN(*until, again);
    if (again > now)
        return FALSE;
    desk->owed = FALSE;
    if (desk->mailbox)
        mailbox_look_again(desk->mailbox);
    return TRUE;
}

/* One round. TRUE when something was done and more may wait. */
static gboolean work(struct desk *desk)
{
    gint64 now = clock_now();
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) items = fetch(desk, now);
    GPtrArray *messages = items && items->len ? read_items(desk, items) : NULL;

    if (items && items->len && !messages)
        return FALSE; /* the desk is to stop */
    if (messages)
        inquire(desk, items, messages);
    site_begin(desk->site, clock_now());
    store_begin(desk->site->store);
    gboolean some = messages && messages->len;
    if (some)
        think(desk, items, messages, lines);
    g_clear_pointer(&messages, free_messages);
    int further = outage_pauses(&desk->no_directory, now) ? 0 : think_further(desk, lines);
    if (!some && !further && store_sound(desk->site->store)) {
        store_rollback(desk->site->store);
        return FALSE;
    }
    if (!commit(desk))
        return FALSE;
    for (guint i = 0; i < lines->len; i++)
        log_line(LOG_LEVEL_INFO, "%s", (char *)g_ptr_array_index(lines, i));
    role_ring(desk->role->courier_bell);
    GError *error = NULL;
    if (some && items->len && !mailbox_file(desk->mailbox, items, &error))
        lose_mailbox(desk, error, now);
    return TRUE;
}

/* Watch the mailbox when nothing is to be done. */
static void wait(struct desk *desk)
{
    gint64 timers = store_timers_next(desk->site->store);
    gint64 until = MIN(desk->look_at, clock_now() + GLANCE_EVERY);
    GError *error = NULL;
    struct pollfd watched = {.fd = -1, .events = POLLIN};

    until = MIN(until, desk->no_directory.away ? MAX(timers, desk->no_directory.until) : timers);
    if (outage_pauses(&desk->no_state, clock_now()))
        until = MIN(until, desk->no_state.until);
    if (desk->no_mailbox.away)
        until = MIN(until, desk->no_mailbox.until);
    else if (desk->mailbox && (watched.fd = mailbox_watch(desk->mailbox, &error)) < 0)
        lose_mailbox(desk, error, clock_now());
    if (desk->no_directory.away)
        until = MIN(until, desk->no_directory.until);
    if (owed_again(desk, &until))
        desk->stirred = TRUE;
    guint woken = role_wait(desk->role, &watched, watched.fd >= 0 ? 1 : 0, until);
    if ((woken & ROLE_WAKE_MORE) && mailbox_stirred(desk->mailbox, &error))
        desk->stirred = TRUE;
    else if (error)
        lose_mailbox(desk, error, clock_now());
    if (clock_now() >= desk->look_at || desk->look_at - clock_now() > LOOK_EVERY || desk->no_directory.away)
        desk->stirred = TRUE;
}

/* Mail comes in bursts, and a server may tell of the next one half a second late: for a moment after the last, ask rather than wait to be told. */
static gboolean linger(struct desk *desk)
{
    gint64 now = clock_now();

    if (now >= desk->linger_until || desk->linger_until - now > LINGER || desk->no_mailbox.away || desk->no_directory.away ||
        desk->no_state.away)
        return FALSE;
    role_wait(desk->role, NULL, 0, now + LINGER_STEP);
    desk->stirred = TRUE;
    return TRUE;
}

int desk_run(struct role *role)
{
    struct desk desk = {.role = role,
                        .no_mailbox = {.name = "mailbox"},
                        .no_directory = {.name = "directory"},
                        .no_state = {.name = "state file"},
                        .stirred = TRUE};
    g_autoptr(GError) error = NULL;

    desk.site = site_open(role->config, FALSE, &error);
    if (!desk.site || !sandbox_enter_worker(&error)) {
        log_line(LOG_LEVEL_ERROR, "%s", error->message);
        site_close(desk.site);
        return 1;
    }
    desk.parser = parser_client_open(role->parser, new_parser, &desk);
    role_ready(role);
    while (!role_stopping(role)) {
        role_alive(role);
        if (!work(&desk) && !linger(&desk))
            wait(&desk);
    }
    parser_client_close(desk.parser);
    g_clear_pointer(&desk.mailbox, mailbox_close);
    site_close(desk.site);
    return 0;
}
