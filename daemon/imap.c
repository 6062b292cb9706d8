#include "daemon/imap.h"

#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "daemon/imapsession.h"
#include "daemon/log.h"
#include "mailflow/limits.h"

enum {
    POLL_SECONDS = 5,    /* between NOOPs where there is no IDLE */
    WATCH_SECONDS = 240, /* shorter than RFC 2177 asks: routers forget quiet connections after five minutes */
    SCAN_MOST = 500,     /* messages of one FETCH of sizes */
    BODY_SET = 50,       /* messages of one FETCH of bodies */
    MOVE_SET = 200,      /* messages of one MOVE: the command stays under 8,000 octets (RFC 7162, 4) */
};

struct candidate {
    guint32 uid;
    gboolean header_only;
    gboolean postponed; /* its body did not fit into memory's bound: it is among the next */
    gsize size;
    GBytes *bytes;
};

struct imap {
    struct imapsession *session;
    GHashTable *withheld; /* UIDs of messages that are passed over: the server did not give their body, or did not move them */
    GHashTable *left;     /* UIDs of those that are passed over for now */
    GArray *unmoved[2];   /* by folder: UIDs that it did not move, to be tried again */
    GArray *candidates;   /* of a fetch, ascending by UID */
    gsize room;           /* octets that further bodies may take */
};

static void candidate_clear(struct candidate *candidate)
{
    g_clear_pointer(&candidate->bytes, g_bytes_unref);
}

static void imap_close(void *self)
{
    struct imap *imap = self;
    imapsession_close(imap->session);
    g_hash_table_unref(imap->withheld);
    g_hash_table_unref(imap->left);
    for (gsize i = 0; i < G_N_ELEMENTS(imap->unmoved); i++)
        g_array_unref(imap->unmoved[i]);
    g_array_unref(imap->candidates);
    g_free(imap);
}

static void *imap_open(const struct mailbox_options *options, GError **error)
{
    struct imapsession *session = imapsession_open(options, error);
    if (session == NULL)
        return NULL;
    struct imap *imap = g_new0(struct imap, 1);
    imap->session = session;
    imap->withheld = g_hash_table_new(NULL, NULL);
    imap->left = g_hash_table_new(NULL, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(imap->unmoved); i++)
        imap->unmoved[i] = g_array_new(FALSE, FALSE, sizeof(guint32));
    imap->candidates = g_array_new(FALSE, TRUE, sizeof(struct candidate));
    g_array_set_clear_func(imap->candidates, (GDestroyNotify)candidate_clear);
    return imap;
}

static gboolean set_timer(struct imap *imap, time_t seconds, gboolean at_once)
{
    struct itimerspec spec = {
        .it_interval = {.tv_sec = seconds},
        .it_value = {.tv_sec = at_once ? 0 : seconds, .tv_nsec = at_once},
    };
    return timerfd_settime(imap->session->timer, 0, &spec, NULL) == 0;
}

static gboolean end_watch(struct imap *imap, GError **error)
{
    set_timer(imap, 0, FALSE);
    return imapwire_finish(imap->session->wire, "DONE", error) != IMAPWIRE_FAULT;
}

/* Run a FETCH whose messages are told to `told`. */
static enum imapwire_answer ask(struct imap *imap, void (*told)(void *context, struct imaptext_fetch *fetch), const char *command,
                                GError **error)
{
    struct imapsession *session = imap->session;
    session->told = told;
    session->context = imap;
    enum imapwire_answer answer = imapwire_run(session->wire, command, error);
    session->told = NULL;
    return answer;
}

static void note_candidate(void *context, struct imaptext_fetch *fetch)
{
    struct imap *imap = context;
    gconstpointer uid = GUINT_TO_POINTER(fetch->uid);
    if (fetch->deleted || imap->candidates->len >= SCAN_MOST || g_hash_table_contains(imap->withheld, uid) ||
        g_hash_table_contains(imap->left, uid))
        return;
    struct candidate candidate = {.uid = fetch->uid, .size = fetch->size, .header_only = fetch->size > LIMIT_MESSAGE_BYTES};
    g_array_append_val(imap->candidates, candidate);
}

static gint compare_candidates(gconstpointer left, gconstpointer right)
{
    guint32 first = ((const struct candidate *)left)->uid, second = ((const struct candidate *)right)->uid;
    return (first > second) - (first < second);
}

static gsize candidate_octets(const struct candidate *candidate)
{
    return candidate->header_only ? MAILBOX_HEADER_BYTES : candidate->size;
}

/* Cut what was found to what was asked for, but never to nothing. */
static void cut_candidates(struct imap *imap, guint most, gsize octets)
{
    GArray *candidates = imap->candidates;
    g_array_sort(candidates, compare_candidates);
    guint count = 0;
    gsize sum = 0;
    while (count < MIN(candidates->len, MAX(most, 1))) {
        gsize size = candidate_octets(&g_array_index(candidates, struct candidate, count));
        if (count > 0 && (sum > octets || size > octets - sum))
            break;
        sum += size;
        count++;
    }
    g_array_set_size(candidates, count);
}

/* Find the oldest messages. Numbers ascend with UIDs, so the first windows of numbers hold them, however many wait behind. */
static gboolean scan(struct imap *imap, guint most, gsize octets, GError **error)
{
    struct imapsession *session = imap->session;
    guint window = CLAMP(most, 20, SCAN_MOST);
    session->news = FALSE;
    g_array_set_size(imap->candidates, 0);
    for (guint64 from = 1; from <= session->exists && imap->candidates->len < most; from += window) {
        g_autofree char *command = g_strdup_printf("FETCH %" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT " (UID RFC822.SIZE FLAGS)",
                                                   from, MIN(from + window - 1, session->exists));
        enum imapwire_answer answer = ask(imap, note_candidate, command, error);
        if (answer == IMAPWIRE_FAULT)
            return FALSE;
        if (answer != IMAPWIRE_OK && imap->candidates->len == 0) {
            g_set_error(error, MAILBOX_ERROR, MAILBOX_AWAY, "%s: the mail server said: %s", command, imapwire_said(session->wire));
            return FALSE;
        }
    }
    cut_candidates(imap, most, octets);
    return TRUE;
}

/* The server's size was a promise; the body decides. */
static void keep_body(void *context, struct imaptext_fetch *fetch)
{
    struct imap *imap = context;
    guint at;
    struct candidate key = {.uid = fetch->uid};
    if (fetch->body == NULL || !g_array_binary_search(imap->candidates, &key, compare_candidates, &at))
        return;
    struct candidate *candidate = &g_array_index(imap->candidates, struct candidate, at);
    if (!candidate->header_only) {
        candidate->size = fetch->body_size;
        candidate->header_only = fetch->body_size > LIMIT_MESSAGE_BYTES;
    }
    gsize kept;
    const char *bytes = g_bytes_get_data(fetch->body, &kept);
    if (candidate->header_only)
        kept = mailbox_header_size(bytes, kept);
    candidate->postponed = kept > imap->room && at > 0;
    candidate_clear(candidate);
    if (candidate->postponed)
        return;
    imap->room -= MIN(kept, imap->room);
    candidate->bytes = candidate->header_only ? g_bytes_new(bytes, kept) : g_steal_pointer(&fetch->body);
}

static gboolean is_missing(const struct candidate *candidate)
{
    return candidate->bytes == NULL && !candidate->postponed;
}

static enum imapwire_answer ask_bodies(struct imap *imap, const GArray *uids, guint from, guint count, gboolean header_only,
                                       GError **error)
{
    g_autofree char *set = imaptext_set(uids, from, count);
    g_autofree char *header = g_strdup_printf("[HEADER]<0.%d>", MAILBOX_HEADER_BYTES);
    g_autofree char *command = g_strdup_printf("UID FETCH %s (UID BODY.PEEK%s)", set, header_only ? header : "[]");
    return ask(imap, keep_body, command, error);
}

static GArray *missing_uids(const struct imap *imap, gboolean header_only)
{
    GArray *uids = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (guint i = 0; i < imap->candidates->len; i++) {
        const struct candidate *candidate = &g_array_index(imap->candidates, struct candidate, i);
        if (is_missing(candidate) && candidate->header_only == header_only)
            g_array_append_val(uids, candidate->uid);
    }
    return uids;
}

/* One message that the server cannot read spoils the answer of its whole set: then the others are asked for one by one. */
static gboolean fetch_bodies(struct imap *imap, gboolean header_only, GError **error)
{
    g_autoptr(GArray) uids = missing_uids(imap, header_only);
    gboolean spoiled = FALSE;
    for (guint i = 0; i < uids->len; i += BODY_SET) {
        enum imapwire_answer answer = ask_bodies(imap, uids, i, MIN(BODY_SET, uids->len - i), header_only, error);
        if (answer == IMAPWIRE_FAULT)
            return FALSE;
        spoiled |= answer != IMAPWIRE_OK;
    }
    g_autoptr(GArray) again = missing_uids(imap, header_only);
    for (guint i = 0; spoiled && i < again->len; i++)
        if (ask_bodies(imap, again, i, 1, header_only, error) == IMAPWIRE_FAULT)
            return FALSE;
    return TRUE;
}

static GPtrArray *make_items(struct imap *imap)
{
    GPtrArray *items = mailbox_item_list();
    for (guint i = 0; i < imap->candidates->len; i++) {
        struct candidate *candidate = &g_array_index(imap->candidates, struct candidate, i);
        if (is_missing(candidate)) {
            g_hash_table_add(imap->withheld, GUINT_TO_POINTER(candidate->uid));
            log_line(LOG_LEVEL_WARNING, "mailbox: the server did not give message %u, it is passed over: %s", candidate->uid,
                     imapwire_said(imap->session->wire));
        } else if (!candidate->postponed) {
            struct mailbox_item *item = g_new0(struct mailbox_item, 1);
            item->id = g_strdup_printf("%" G_GUINT64_FORMAT "/%u", imap->session->validity, candidate->uid);
            item->size = candidate->size;
            item->header_only = candidate->header_only;
            item->bytes = g_steal_pointer(&candidate->bytes);
            g_ptr_array_add(items, item);
        }
    }
    return items;
}

static gboolean find_oldest(struct imap *imap, guint most, gsize octets, GError **error)
{
    if (!scan(imap, most, octets, error))
        return FALSE;
    if (imap->candidates->len > 0)
        return TRUE;
    if (!imapsession_run(imap->session, "NOOP", MAILBOX_AWAY, "NOOP", error))
        return FALSE;
    return !imap->session->news || scan(imap, most, octets, error);
}

static GPtrArray *imap_fetch(void *self, guint most, gsize octets, GError **error)
{
    struct imap *imap = self;
    if (!end_watch(imap, error))
        return NULL;
    g_autoptr(GPtrArray) items = NULL;
    do {
        if (!find_oldest(imap, most, octets, error))
            return NULL;
        imap->room = MIN(octets, G_MAXSIZE / 2) + LIMIT_MESSAGE_BYTES;
        if (!fetch_bodies(imap, FALSE, error) || !fetch_bodies(imap, TRUE, error))
            return NULL;
        g_clear_pointer(&items, g_ptr_array_unref);
        items = make_items(imap);
        /* When none of them could be read there may be others behind. */
    } while (items->len == 0 && imap->candidates->len > 0);
    g_array_set_size(imap->candidates, 0);
    return g_steal_pointer(&items);
}

static gint compare_uids(gconstpointer left, gconstpointer right)
{
    guint32 first = *(const guint32 *)left, second = *(const guint32 *)right;
    return (first > second) - (first < second);
}

/* 0 for an item of another UIDVALIDITY, which names another message now. */
static guint32 uid_of(const struct imap *imap, const struct mailbox_item *item)
{
    char *rest = NULL;
    guint64 validity = g_ascii_strtoull(item->id, &rest, 10);
    return *rest == '/' && validity == imap->session->validity ? (guint32)g_ascii_strtoull(rest + 1, NULL, 10) : 0;
}

static void imap_leave(void *self, const struct mailbox_item *item)
{
    struct imap *imap = self;
    g_hash_table_add(imap->left, GUINT_TO_POINTER(uid_of(imap, item)));
}

static void imap_look_again(void *self)
{
    g_hash_table_remove_all(((struct imap *)self)->left);
}

/* The UIDs of the items for `folder`. */
static GArray *uids_for(const struct imap *imap, const GPtrArray *items, enum mailbox_folder folder)
{
    GArray *uids = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (guint i = 0; i < items->len; i++) {
        const struct mailbox_item *item = items->pdata[i];
        guint32 uid = uid_of(imap, item);
        if (item->folder == folder && uid > 0)
            g_array_append_val(uids, uid);
    }
    g_array_sort(uids, compare_uids);
    return uids;
}

struct move { /* messages on their way into a folder */
    enum mailbox_folder folder;
    const guint32 *uids;
    guint count;
};

/* A server may say NO to a set whose messages are all gone: then there was nothing to move. Otherwise the folder is full or closed: what has been dealt with stays in
 * the inbox, but not before the mails behind it. */
static gboolean move_refused(struct imap *imap, const struct move *move, const char *set, const char *what, gboolean understood,
                             GError **error)
{
    g_autofree char *said = g_strdup(imapwire_said(imap->session->wire));
    g_autofree char *command = g_strdup_printf("UID SEARCH NOT DELETED UID %s", set);
    imap->session->found = 0;
    if (!imapsession_run(imap->session, command, MAILBOX_AWAY, "UID SEARCH", error))
        return FALSE;
    if (imap->session->found == 0)
        return TRUE;
    if (!understood || strstr(said, "[TRYCREATE]")) /* the next session makes the folder */
        return imapsession_refuse(said, MAILBOX_AWAY, what, error);
    log_line(LOG_LEVEL_WARNING, "mailbox: %u messages that were dealt with stay in the inbox, %s to %s: %s", move->count, what,
             imap->session->folders[move->folder], said);
    g_array_append_vals(imap->unmoved[move->folder], move->uids, move->count);
    for (guint i = 0; i < move->count; i++)
        g_hash_table_add(imap->withheld, GUINT_TO_POINTER(move->uids[i]));
    return TRUE;
}

/* A plain EXPUNGE takes every deleted message, so it waits until there are none but ours. */
static gboolean expunge(struct imap *imap, const char *set, GError **error)
{
    struct imapsession *session = imap->session;
    if (session->uidplus) {
        g_autofree char *command = g_strdup_printf("UID EXPUNGE %s", set);
        return imapsession_run(session, command, MAILBOX_AWAY, "UID EXPUNGE", error);
    }
    g_autofree char *others = g_strdup_printf("UID SEARCH DELETED NOT UID %s", set);
    session->found = 0;
    if (!imapsession_run(session, others, MAILBOX_AWAY, "UID SEARCH", error))
        return FALSE;
    return session->found > 0 || imapsession_run(session, "EXPUNGE", MAILBOX_AWAY, "EXPUNGE", error);
}

static gboolean move_set(struct imap *imap, const struct move *messages, const char *set, GError **error)
{
    struct imapsession *session = imap->session;
    const char *verb = session->move ? "UID MOVE" : "UID COPY";
    g_autofree char *move = g_strdup_printf("%s %s %s", verb, set, session->folders[messages->folder]);
    enum imapwire_answer answer = imapwire_run(session->wire, move, error);
    if (answer == IMAPWIRE_FAULT)
        return FALSE;
    if (answer != IMAPWIRE_OK)
        return move_refused(imap, messages, set, verb, answer == IMAPWIRE_NO, error);
    if (session->move)
        return TRUE;
    g_autofree char *mark = g_strdup_printf("UID STORE %s +FLAGS.SILENT (\\Deleted)", set);
    return imapsession_run(session, mark, MAILBOX_AWAY, "UID STORE", error) && expunge(imap, set, error);
}

static gboolean move_all(struct imap *imap, enum mailbox_folder folder, const GArray *uids, GError **error)
{
    for (guint at = 0; at < uids->len; at += MOVE_SET) {
        struct move move = {folder, &g_array_index(uids, guint32, at), MIN(MOVE_SET, uids->len - at)};
        g_autofree char *set = imaptext_set(uids, at, move.count);
        if (!move_set(imap, &move, set, error))
            return FALSE;
    }
    return TRUE;
}

/* What was refused before, when the folder takes messages again. */
static gboolean move_rest(struct imap *imap, enum mailbox_folder folder, GError **error)
{
    g_autoptr(GArray) rest = g_steal_pointer(&imap->unmoved[folder]);

    imap->unmoved[folder] = g_array_new(FALSE, FALSE, sizeof(guint32));
    g_array_sort(rest, compare_uids);
    return move_all(imap, folder, rest, error);
}

static gboolean imap_file(void *self, const GPtrArray *items, GError **error)
{
    struct imap *imap = self;
    if (!end_watch(imap, error))
        return FALSE;
    static const enum mailbox_folder folders[] = {MAILBOX_PROCESSED, MAILBOX_QUARANTINE};
    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autoptr(GArray) uids = uids_for(imap, items, folders[i]);
        guint refused = imap->unmoved[i]->len;
        if (!move_all(imap, folders[i], uids, error))
            return FALSE;
        if (uids->len && refused && refused == imap->unmoved[i]->len && !move_rest(imap, folders[i], error))
            return FALSE;
    }
    return TRUE;
}

static int imap_watch(void *self, GError **error)
{
    struct imap *imap = self;
    struct imapsession *session = imap->session;
    if (!end_watch(imap, error))
        return -1;
    if (session->idle) {
        enum imapwire_answer answer = imapwire_begin(session->wire, "IDLE", error);
        if (answer == IMAPWIRE_FAULT)
            return -1;
    }
    /* What libcurl or TLS holds already would not make the descriptor readable. */
    if (!imapwire_drain(session->wire, error))
        return -1;
    session->idle = imapwire_busy(session->wire);
    set_timer(imap, session->idle ? 0 : POLL_SECONDS, session->news);
    return session->epoll;
}

static gboolean imap_stirred(void *self, GError **error)
{
    struct imap *imap = self;
    struct imapsession *session = imap->session;
    guint64 ticks;
    gboolean ticked = read(session->timer, &ticks, sizeof ticks) == sizeof ticks;
    if (!imapwire_drain(session->wire, error))
        return FALSE;
    if (ticked && !session->idle && !imapsession_run(session, "NOOP", MAILBOX_AWAY, "NOOP", error))
        return FALSE;
    if (imapwire_busy(session->wire) || !session->idle)
        return session->news;
    /* A server that ends IDLE by itself is asked every few seconds from now on: it might end the next one as soon. */
    session->idle = FALSE;
    return TRUE;
}

const struct mailbox_kind imap_kind = {
    .schemes = {"imap://", "imaps://"},
    .open = imap_open,
    .close = imap_close,
    .fetch = imap_fetch,
    .file = imap_file,
    .leave = imap_leave,
    .look_again = imap_look_again,
    .watch = imap_watch,
    .stirred = imap_stirred,
    .watch_seconds = WATCH_SECONDS,
};
