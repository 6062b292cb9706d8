/* The audit chain: every change of state with who caused it, each row bound to the one before by its hash. */
#include <string.h>

#include "daemon/query.h"
#include "daemon/store.h"

#define GENESIS "0000000000000000000000000000000000000000000000000000000000000000"

void event_row_free(struct event_row *event)
{
    g_free(event->request);
    g_free(event->actor);
    g_free(event->event);
    g_free(event->from);
    g_free(event->to);
    g_free(event->detail);
    g_free(event->message);
    g_free(event->previous);
    g_free(event->hash);
    g_free(event);
}

/* SHA-256 over the previous hash and each field as "length:bytes," ("-" for none), so that no two rows can read the same. */
static char *hash_row(const char *previous, gint64 id, gint64 at, const char *request, const char *const fields[6])
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree char *numbers = g_strdup_printf("%s%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",", previous, id, at);

    g_checksum_update(sum, (const guchar *)numbers, -1);
    for (int i = -1; i < 6; i++) {
        const char *field = i < 0 ? request : fields[i];
        g_autofree char *text = field ? g_strdup_printf("%zu:%s,", strlen(field), field) : g_strdup("-,");
        g_checksum_update(sum, (const guchar *)text, -1);
    }
    return g_strdup(g_checksum_get_string(sum));
}

static void find_head(struct store *store)
{
    sqlite3_stmt *row = query_bind(&store->queries, QUERY_EVENT_HEAD, "");
    gboolean some = query_row(&store->queries, row);

    store->event_id = some ? sqlite3_column_int64(row, 0) : 0;
    g_free(store->event_hash);
    store->event_hash = some ? query_text(row, 1) : g_strdup(GENESIS);
    query_end(row);
}

void store_event_put(struct store *store, const char *request, const char *const fields[6], gint64 now)
{
    if (store->event_id < 0)
        find_head(store);
    gint64 id = store->event_id + 1;
    g_autofree char *hash = hash_row(store->event_hash, id, now, request, fields);
    query_write(&store->queries, QUERY_EVENT_PUT, "iittttttttt", id, now, request, fields[0], fields[1], fields[2], fields[3],
                fields[4], fields[5], store->event_hash, hash);
    store->event_id = id;
    g_free(store->event_hash);
    store->event_hash = g_steal_pointer(&hash);
}

static struct event_row *read_event(sqlite3_stmt *row)
{
    struct event_row *event = g_new0(struct event_row, 1);

    event->id = sqlite3_column_int64(row, 0);
    event->at = sqlite3_column_int64(row, 1);
    event->request = query_text(row, 2);
    event->actor = query_text(row, 3);
    event->event = query_text(row, 4);
    event->from = query_text(row, 5);
    event->to = query_text(row, 6);
    event->detail = query_text(row, 7);
    event->message = query_text(row, 8);
    event->previous = query_text(row, 9);
    event->hash = query_text(row, 10);
    return event;
}

GPtrArray *store_events(struct store *store, const char *request, guint most)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)event_row_free);
    sqlite3_stmt *row = request ? query_bind(&store->queries, QUERY_EVENTS, "ti", request, (gint64)most)
                                : query_bind(&store->queries, QUERY_EVENTS_ALL, "i", (gint64)most);

    while (query_row(&store->queries, row))
        g_ptr_array_add(list, read_event(row));
    return list;
}

gint64 store_audit_verify(struct store *store, gint64 *broken)
{
    g_autofree char *previous = g_strdup(GENESIS);
    sqlite3_stmt *row = query_bind(&store->queries, QUERY_EVENTS_ALL, "i", (gint64)-1);
    gint64 rows = 0;

    *broken = 0;
    while (query_row(&store->queries, row)) {
        struct event_row *event = read_event(row);
        const char *const fields[6] = {event->actor, event->event, event->from, event->to, event->detail, event->message};
        g_autofree char *hash = hash_row(previous, event->id, event->at, event->request, fields);
        rows++;
        if (!*broken && (event->id != rows || !g_str_equal(event->previous, previous) || !g_str_equal(event->hash, hash)))
            *broken = event->id;
        g_free(previous);
        previous = g_steal_pointer(&event->hash);
        event_row_free(event);
    }
    return rows;
}
