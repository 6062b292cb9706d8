/* The store's answers to the mind's questions. */
#include "daemon/query.h"
#include "daemon/store.h"

static struct request *read_request(sqlite3_stmt *row)
{
    struct request *request = g_new0(struct request, 1);
    char **const texts[] = {&request->id,     &request->type,       &request->state,    &request->division, &request->applicant,
                            &request->mail,   &request->name,       &request->language, &request->subject,  &request->form,
                            &request->digest, &request->client_ref, &request->previous, &request->receiver, &request->before,
                            &request->thread, &request->proof,      &request->successor};

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        *texts[i] = query_text(row, (int)i);
    request->created = sqlite3_column_int64(row, G_N_ELEMENTS(texts));
    request->submitted = sqlite3_column_int64(row, G_N_ELEMENTS(texts) + 1);
    request->changed = sqlite3_column_int64(row, G_N_ELEMENTS(texts) + 2);
    return request;
}

static GPtrArray *read_requests(struct queries *queries, sqlite3_stmt *statement)
{
    GPtrArray *list = request_list();

    while (query_row(queries, statement))
        g_ptr_array_add(list, read_request(statement));
    return list;
}

static struct request *read_one_request(struct queries *queries, sqlite3_stmt *statement)
{
    struct request *request = query_row(queries, statement) ? read_request(statement) : NULL;

    query_end(statement);
    return request;
}

static struct ticket *read_ticket(sqlite3_stmt *row)
{
    struct ticket *ticket = g_new0(struct ticket, 1);

    ticket->hash = query_text(row, 0);
    ticket->request = query_text(row, 1);
    ticket->step = sqlite3_column_int(row, 2);
    ticket->role = query_text(row, 3);
    ticket->person = query_text(row, 4);
    ticket->mail = query_text(row, 5);
    ticket->name = query_text(row, 6);
    ticket->language = query_text(row, 7);
    ticket->digest = query_text(row, 8);
    ticket->message_id = query_text(row, 9);
    ticket->fate = query_text(row, 10);
    ticket->made = sqlite3_column_int64(row, 11);
    return ticket;
}

static struct ticket *ticket_by_hash(void *context, const char *hash)
{
    struct store *store = context;
    sqlite3_stmt *statement = query_bind(&store->queries, QUERY_TICKET, "t", hash);
    struct ticket *ticket = query_row(&store->queries, statement) ? read_ticket(statement) : NULL;

    query_end(statement);
    return ticket;
}

static struct docket *docket_by_hash(void *context, const char *hash)
{
    struct store *store = context;
    sqlite3_stmt *row = query_bind(&store->queries, QUERY_DOCKET, "t", hash);
    struct docket *docket = query_row(&store->queries, row) ? docket_new() : NULL;

    if (docket) {
        char **const texts[] = {&docket->hash, &docket->day,      &docket->person,     &docket->mail,
                                &docket->name, &docket->language, &docket->message_id, &docket->fate};
        for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
            *texts[i] = query_text(row, (int)i);
        docket->made = sqlite3_column_int64(row, G_N_ELEMENTS(texts));
    }
    query_end(row);
    for (row = query_bind(&store->queries, QUERY_DOCKET_ITEMS, "t", hash); docket && query_row(&store->queries, row);) {
        g_autofree char *request = query_text(row, 0);
        g_autofree char *digest = query_text(row, 2);
        docket_add(docket, request, sqlite3_column_int(row, 1), digest);
    }
    query_end(row);
    return docket;
}

static GPtrArray *read_tickets(struct store *store, enum query query, const char *request)
{
    GPtrArray *list = ticket_list();
    sqlite3_stmt *statement = query_bind(&store->queries, query, "t", request);

    while (query_row(&store->queries, statement))
        g_ptr_array_add(list, read_ticket(statement));
    return list;
}

static GPtrArray *tickets_alive(void *context, const char *request)
{
    return read_tickets(context, QUERY_TICKETS, request);
}

static GPtrArray *tickets_returned(void *context, const char *request)
{
    return read_tickets(context, QUERY_TICKETS_RETURNED, request);
}

static struct held *held_of(void *context, const char *request)
{
    struct store *store = context;
    sqlite3_stmt *row = query_bind(&store->queries, QUERY_HELD, "t", request);
    struct held *held = NULL;

    if (query_row(&store->queries, row)) {
        held = g_new0(struct held, 1);
        char **const texts[] = {&held->verdict, &held->reviewer, &held->name,    &held->mail,  &held->language,
                                &held->reason,  &held->archive,  &held->message, &held->origin};
        held->request = query_text(row, 0);
        held->step = sqlite3_column_int(row, 1);
        for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
            *texts[i] = query_text(row, (int)i + 2);
        held->at = sqlite3_column_int64(row, G_N_ELEMENTS(texts) + 2);
        held->due = sqlite3_column_int64(row, G_N_ELEMENTS(texts) + 3);
    }
    query_end(row);
    return held;
}

static GPtrArray *latecomers_of(void *context, const char *request)
{
    struct store *store = context;
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    sqlite3_stmt *row = query_bind(&store->queries, QUERY_LATECOMERS, "t", request);

    while (query_row(&store->queries, row))
        g_ptr_array_add(list, query_text(row, 0));
    return list;
}

static GPtrArray *delegations_of(void *context, const char *request)
{
    struct store *store = context;
    GPtrArray *list = delegation_list();
    sqlite3_stmt *row = query_bind(&store->queries, QUERY_DELEGATIONS, "t", request);

    while (query_row(&store->queries, row)) {
        struct delegation *delegation = g_new0(struct delegation, 1);
        delegation->request = query_text(row, 0);
        delegation->step = sqlite3_column_int(row, 1);
        delegation->person = query_text(row, 2);
        delegation->delegate = query_text(row, 3);
        delegation->name = query_text(row, 4);
        delegation->at = sqlite3_column_int64(row, 5);
        g_ptr_array_add(list, delegation);
    }
    return list;
}

static void mailed(void *context, const char *message_id, char **request, char **recipient)
{
    struct store *store = context;
    sqlite3_stmt *statement = query_bind(&store->queries, QUERY_MAILED, "t", message_id);

    if (query_row(&store->queries, statement)) {
        *request = query_text(statement, 0);
        *recipient = query_text(statement, 1);
    }
    query_end(statement);
}

static struct request *request_by_id(void *context, const char *id)
{
    struct store *store = context;

    return read_one_request(&store->queries, query_bind(&store->queries, QUERY_REQUEST, "t", id));
}

static GPtrArray *steps_of(void *context, const char *request)
{
    struct store *store = context;
    GPtrArray *list = step_list();
    sqlite3_stmt *row = query_bind(&store->queries, QUERY_STEPS, "t", request);

    while (query_row(&store->queries, row)) {
        struct step *step = g_new0(struct step, 1);
        step->request = query_text(row, 0);
        step->number = sqlite3_column_int(row, 1);
        step->state = query_text(row, 2);
        step->division = query_text(row, 3);
        step->opened = sqlite3_column_int64(row, 4);
        step->closed = sqlite3_column_int64(row, 5);
        step->verdict = query_text(row, 6);
        step->reviewer = query_text(row, 7);
        step->reviewer_name = query_text(row, 8);
        step->reason = query_text(row, 9);
        step->archive = query_text(row, 10);
        step->message = query_text(row, 11);
        g_ptr_array_add(list, step);
    }
    return list;
}

static GPtrArray *requests_of(void *context, const char *mail, const char *applicant, guint most)
{
    struct store *store = context;

    if (applicant)
        return read_requests(&store->queries,
                             query_bind(&store->queries, QUERY_REQUESTS_OF_DN, "tti", applicant, mail, (gint64)most));
    return read_requests(&store->queries, query_bind(&store->queries, QUERY_REQUESTS_OF_MAIL, "ti", mail, (gint64)most));
}

static struct request *same_form(void *context, const char *mail, const char *digest)
{
    struct store *store = context;

    return read_one_request(&store->queries, query_bind(&store->queries, QUERY_REQUEST_SAME_FORM, "tt", mail, digest));
}

static struct request *lock_holder(void *context, const char *kind, const char *key)
{
    struct store *store = context;
    sqlite3_stmt *statement = query_bind(&store->queries, QUERY_LOCK_HOLDER, "tt", kind, key);
    g_autofree char *id = query_row(&store->queries, statement) ? query_text(statement, 0) : NULL;

    query_end(statement);
    return id ? request_by_id(context, id) : NULL;
}

static GPtrArray *open_requests(void *context, const char *applicant, const char *receiver)
{
    struct store *store = context;

    return read_requests(&store->queries, query_bind(&store->queries, QUERY_REQUESTS_OPEN, "tt", applicant, receiver));
}

static gboolean signature_used(void *context, const char *digest)
{
    struct store *store = context;
    sqlite3_stmt *statement = query_bind(&store->queries, QUERY_SIGNATURE_USED, "t", digest);
    gboolean used = query_row(&store->queries, statement);

    query_end(statement);
    return used;
}

static guint counted(void *context, const char *key)
{
    struct store *store = context;
    sqlite3_stmt *statement = query_bind(&store->queries, QUERY_ANSWERS_COUNTED, "t", key);
    guint times = query_row(&store->queries, statement) ? (guint)sqlite3_column_int64(statement, 0) : 0;

    query_end(statement);
    return times;
}

static GPtrArray *waiting(void *context, const char *division, guint most)
{
    struct store *store = context;

    return read_requests(&store->queries, query_bind(&store->queries, QUERY_REQUESTS_WAITING, "ti", division, (gint64)most));
}

/* One counter per type and year; the number is spent when the request is recorded (store.c). */
static char *next_id(void *context, const char *type, int year)
{
    struct store *store = context;
    g_autofree char *name = g_strdup_printf("%.2s-%d", type, year);

    return g_strdup_printf("%s-%06" G_GINT64_FORMAT, name, query_number(&store->queries, QUERY_COUNTER_NEXT, "t", name));
}

static char *audit_head(void *context)
{
    struct store *store = context;
    sqlite3_stmt *statement = query_bind(&store->queries, QUERY_EVENT_HEAD, "");
    char *hash = query_row(&store->queries, statement) ? query_text(statement, 1) : NULL;

    query_end(statement);
    return hash;
}

GBytes *store_picture(struct store *store, const char *digest)
{
    sqlite3_stmt *row = query_bind(&store->queries, QUERY_EVIDENCE, "t", digest);
    GBytes *bytes = query_row(&store->queries, row) ? query_bytes(row, 0) : NULL;

    query_end(row);
    return bytes;
}

static GBytes *picture(void *context, const char *digest)
{
    return store_picture(context, digest);
}

void store_records(struct store *store, struct records *records)
{
    *records = (struct records){
        .context = store,
        .ticket = ticket_by_hash,
        .docket = docket_by_hash,
        .request = request_by_id,
        .steps = steps_of,
        .tickets = tickets_alive,
        .returned = tickets_returned,
        .held = held_of,
        .latecomers = latecomers_of,
        .delegations = delegations_of,
        .mailed = mailed,
        .requests_of = requests_of,
        .same_form = same_form,
        .lock_holder = lock_holder,
        .open_requests = open_requests,
        .picture = picture,
        .signature_used = signature_used,
        .counted = counted,
        .waiting = waiting,
        .next_id = next_id,
        .audit_head = audit_head,
    };
}

gboolean store_listed(struct store *store, const char *day)
{
    sqlite3_stmt *row = query_bind(&store->queries, QUERY_LISTED, "t", day);
    gboolean listed = query_row(&store->queries, row);

    query_end(row);
    return listed;
}

void store_list_day(struct store *store, const char *day)
{
    query_write(&store->queries, QUERY_LISTED_PUT, "t", day);
}

GPtrArray *store_requests(struct store *store, const char *state, const char *type, guint most)
{
    return read_requests(&store->queries, query_bind(&store->queries, QUERY_REQUESTS, "tti", state, type, (gint64)most));
}

GPtrArray *store_types(struct store *store)
{
    GPtrArray *types = g_ptr_array_new_with_free_func(g_free);
    sqlite3_stmt *row = query_bind(&store->queries, QUERY_REQUEST_TYPES, "");

    while (query_row(&store->queries, row))
        g_ptr_array_add(types, query_text(row, 0));
    return types;
}

void timer_row_free(struct timer_row *timer)
{
    g_free(timer->request);
    g_free(timer->kind);
    g_free(timer);
}

GPtrArray *store_timers_due(struct store *store, gint64 now, guint most)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)timer_row_free);
    sqlite3_stmt *row = query_bind(&store->queries, QUERY_TIMERS_DUE, "ii", now, (gint64)most);

    while (query_row(&store->queries, row)) {
        struct timer_row *timer = g_new0(struct timer_row, 1);
        timer->request = query_text(row, 0);
        timer->kind = query_text(row, 1);
        timer->due = sqlite3_column_int64(row, 2);
        g_ptr_array_add(list, timer);
    }
    return list;
}

static gint64 earliest(struct store *store, sqlite3_stmt *statement)
{
    gboolean some = query_row(&store->queries, statement) && sqlite3_column_type(statement, 0) != SQLITE_NULL;
    gint64 due = some ? sqlite3_column_int64(statement, 0) : G_MAXINT64;

    query_end(statement);
    return due;
}

gint64 store_timers_next(struct store *store)
{
    return earliest(store, query_bind(&store->queries, QUERY_TIMERS_NEXT, ""));
}

gint64 store_outbox_next(struct store *store, const char *kind)
{
    return earliest(store, query_bind(&store->queries, QUERY_OUTBOX_NEXT, "t", kind));
}

void store_timer_later(struct store *store, const char *request, const char *kind, gint64 due)
{
    query_write(&store->queries, QUERY_TIMER_PUT, "tti", request, kind, due);
}

void store_timer_drop(struct store *store, const char *request, const char *kind)
{
    query_write(&store->queries, QUERY_TIMER_DROP, "tt", request, kind);
}
