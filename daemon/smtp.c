#include "daemon/smtp.h"

#include <string.h>

#include "daemon/transport.h"
#include "mailflow/limits.h"

enum {
    REPLY_SECONDS = 120,   /* until one reply of the server */
    MESSAGE_SECONDS = 300, /* until a message is through */
    MEANWHILE_MS = 100,    /* between two calls of smtp_meanwhile(), at most */
};

/* One of the connections, with a thread that waits for it: libcurl blocks until the reply to the final dot, so that with its multi interface one slow message would
 * hold up all others. The thread does nothing but curl_easy_perform(); while a job runs the lane is its own, before and after it is the caller's of smtp_send(). */
struct lane {
    GThread *thread;
    GAsyncQueue *begin; /* the lane itself: carry the job; the smtp: end */
    GAsyncQueue *done;  /* the smtp's */
    CURL *curl;         /* keeps the connection for the next message */
    CURLcode result;
    struct transport_said said;
    char detail[CURL_ERROR_SIZE];
    struct curl_slist *recipient;
    struct smtp_job *job; /* NULL: nothing to do */
    GBytes *body;
    gsize at;        /* octets of the body that libcurl has */
    gboolean begun;  /* through with the login: what is said now is about the message */
    gboolean again;  /* on a fresh connection, after an old one had fallen */
    gboolean works;  /* carried a message in this smtp_send() */
    gboolean closed; /* no connection can be made: not used until the next smtp_send() */
};

struct smtp {
    struct lane *lanes;
    GAsyncQueue *done; /* lanes that have carried their job */
    guint connections;
    gboolean proved; /* a connection got through its login lately: open as many as there are */
    /* While sending: */
    GQueue waiting; /* of struct smtp_job */
    smtp_make make;
    void *maker; /* its context */
    guint running;
    gboolean stopped;                 /* by a fault that every connection would meet */
    GError *fault;                    /* the last */
    void (*meanwhile)(void *context); /* NULL: nobody waits */
    void *waiter;
};

G_DEFINE_QUARK(smtp - error, smtp_error)

void smtp_job_clear(struct smtp_job *job)
{
    g_clear_pointer(&job->said, g_free);
}

static size_t give_body(char *buffer, size_t one, size_t size, void *context)
{
    struct lane *lane = context;
    gsize whole;
    const char *bytes = g_bytes_get_data(lane->body, &whole);
    gsize part = MIN(one * size, whole - lane->at);
    memcpy(buffer, bytes + lane->at, part);
    lane->at += part;
    return part;
}

static int note_begin(void *context, char *theirs, char *ours, int their_port, int our_port)
{
    (void)theirs;
    (void)ours;
    (void)their_port;
    (void)our_port;
    ((struct lane *)context)->begun = TRUE;
    return CURL_PREREQFUNC_OK;
}

static gpointer carry(gpointer data)
{
    struct lane *lane = data;
    while (g_async_queue_pop(lane->begin) == lane) {
        lane->result = curl_easy_perform(lane->curl);
        g_async_queue_push(lane->done, lane);
    }
    return NULL;
}

static gboolean open_lane(struct lane *lane, const struct transport_options *transport, GAsyncQueue *done, GError **error)
{
    lane->done = done;
    lane->begin = g_async_queue_new();
    lane->curl = transport_open(transport, error);
    if (lane->curl == NULL)
        return FALSE;
    transport_listen(lane->curl, &lane->said);
    curl_easy_setopt(lane->curl, CURLOPT_ERRORBUFFER, lane->detail);
    curl_easy_setopt(lane->curl, CURLOPT_PREREQFUNCTION, note_begin);
    curl_easy_setopt(lane->curl, CURLOPT_PREREQDATA, lane);
    curl_easy_setopt(lane->curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(lane->curl, CURLOPT_READFUNCTION, give_body);
    curl_easy_setopt(lane->curl, CURLOPT_READDATA, lane);
    curl_easy_setopt(lane->curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)REPLY_SECONDS);
    curl_easy_setopt(lane->curl, CURLOPT_TIMEOUT, (long)MESSAGE_SECONDS);
    return TRUE;
}

struct smtp *smtp_open(const struct smtp_options *options, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autofree char *address = transport_address(options->url, NULL, &cause);
    struct transport_options transport = {
        .url = address,
        .user = options->user,
        .password_file = options->password_file,
        .ca_file = options->ca_file,
        .starttls = options->starttls,
    };
    struct smtp *smtp = g_new0(struct smtp, 1);
    smtp->connections = CLAMP(options->connections, 1, 16);
    smtp->lanes = g_new0(struct lane, smtp->connections);
    smtp->done = g_async_queue_new();
    g_queue_init(&smtp->waiting);
    gboolean fine = address != NULL;
    for (guint i = 0; fine && i < smtp->connections; i++)
        fine = open_lane(&smtp->lanes[i], &transport, smtp->done, &cause);
    if (!fine) {
        g_set_error_literal(error, SMTP_ERROR, SMTP_REFUSED, cause->message);
        smtp_close(smtp);
        return NULL;
    }
    return smtp;
}

static void close_lane(struct lane *lane, struct smtp *smtp)
{
    if (lane->thread) {
        g_async_queue_push(lane->begin, smtp);
        g_thread_join(lane->thread);
    }
    curl_easy_cleanup(lane->curl);
    g_clear_pointer(&lane->begin, g_async_queue_unref);
}

void smtp_close(struct smtp *smtp)
{
    if (smtp == NULL)
        return;
    for (guint i = 0; i < smtp->connections; i++)
        close_lane(&smtp->lanes[i], smtp);
    g_async_queue_unref(smtp->done);
    g_free(smtp->lanes);
    g_free(smtp);
}

void smtp_meanwhile(struct smtp *smtp, void (*call)(void *context), void *context)
{
    smtp->meanwhile = call;
    smtp->waiter = context;
}

static gboolean has_bare_ends(const char *bytes, gsize size)
{
    for (gsize i = 0; i < size; i++) {
        if (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r'))
            return TRUE;
        if (bytes[i] == '\r' && (i + 1 == size || bytes[i + 1] != '\n'))
            return TRUE;
    }
    return FALSE;
}

/* libcurl finds the lines to stuff only by CRLF: behind a bare LF a lone dot would end the message and what follows would be commands. CURLOPT_CRLF is no help,
 * for it makes CRCRLF of CRLF. */
static GBytes *canonical_body(GBytes *message)
{
    gsize size;
    const char *bytes = g_bytes_get_data(message, &size);
    if (!has_bare_ends(bytes, size))
        return g_bytes_ref(message);
    GString *body = g_string_sized_new(size + size / 16);
    for (gsize i = 0; i < size; i++) {
        if (bytes[i] != '\r' && bytes[i] != '\n') {
            g_string_append_c(body, bytes[i]);
            continue;
        }
        if (bytes[i] == '\r' && i + 1 < size && bytes[i + 1] == '\n')
            i++;
        g_string_append(body, "\r\n");
    }
    return g_string_free_to_bytes(body);
}

/* What the address holds goes into a command line. */
static gboolean is_address(const char *address)
{
    if (strlen(address) > LIMIT_ADDRESS)
        return FALSE;
    for (; *address != '\0'; address++)
        if (g_ascii_iscntrl(*address) || strchr(" <>", *address) != NULL)
            return FALSE;
    return TRUE;
}

static void settle(struct smtp_job *job, enum smtp_outcome outcome, int code, const char *said)
{
    g_free(job->said);
    job->outcome = outcome;
    job->code = code;
    job->said = g_utf8_make_valid(said, -1);
}

static void start(struct smtp *smtp, struct lane *lane, struct smtp_job *job, gboolean again)
{
    lane->job = job;
    lane->again = again;
    lane->begun = FALSE;
    lane->at = 0;
    lane->said.line[0] = lane->detail[0] = '\0';
    lane->body = canonical_body(job->bytes);
    lane->recipient = curl_slist_append(NULL, job->recipient);
    curl_easy_setopt(lane->curl, CURLOPT_MAIL_FROM, job->sender);
    curl_easy_setopt(lane->curl, CURLOPT_MAIL_RCPT, lane->recipient);
    curl_easy_setopt(lane->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)g_bytes_get_size(lane->body));
    curl_easy_setopt(lane->curl, CURLOPT_FRESH_CONNECT, again ? 1L : 0L);
    if (lane->thread == NULL)
        lane->thread = g_thread_new("smtp", carry, lane);
    g_async_queue_push(lane->begin, lane);
    smtp->running++;
}

/* The next job there is a message for. */
static struct smtp_job *next_job(struct smtp *smtp)
{
    struct smtp_job *job;
    while ((job = g_queue_pop_head(&smtp->waiting)) != NULL) {
        if (job->bytes == NULL && !smtp->make(smtp->maker, job))
            settle(job, SMTP_NEVER, 0, "there is no message");
        else if (is_address(job->recipient) && is_address(job->sender) && *job->recipient != '\0')
            return job;
        else
            settle(job, SMTP_NEVER, 0, "the envelope's address is none");
    }
    return NULL;
}

/* One more. Until one connection got through its login only one is tried: sixteen wrong passwords at once would get us locked out. */
static gboolean start_next(struct smtp *smtp)
{
    if (smtp->stopped || (smtp->running > 0 && !smtp->proved))
        return FALSE;
    for (guint i = 0; i < smtp->connections; i++) {
        struct lane *lane = &smtp->lanes[i];
        if (lane->closed || lane->job != NULL)
            continue;
        struct smtp_job *job = next_job(smtp);
        if (job != NULL)
            start(smtp, lane, job, FALSE);
        return job != NULL;
    }
    return FALSE;
}

/* How a transfer ended. */
struct ending {
    CURLcode result;
    int code;        /* of the last reply; 0 when there was none */
    gboolean begun;  /* the login was behind it */
    gboolean handed; /* libcurl had the whole body: the final dot may be with the server */
    gboolean reused; /* an old connection */
};

static gboolean is_class(const struct ending *ending, int class)
{
    return ending->code / 100 == class;
}

/* An old connection had fallen, or the server was tired of it: nothing of the message was said. */
static gboolean is_stale(const struct ending *ending)
{
    return !ending->handed && ending->reused && (ending->code == 0 || ending->code == 421);
}

/* The connection failed before the message began, or the server keeps us waiting, or the reply is about us: the next message would meet the same. */
static gboolean is_unready(const struct ending *ending)
{
    static const int codes[] = {454, 530, 535, 538};
    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
        if (!ending->handed && ending->code == codes[i])
            return TRUE;
    return !ending->begun || ending->result == CURLE_OPERATION_TIMEDOUT;
}

static enum smtp_outcome outcome_of(const struct ending *ending)
{
    if (ending->result == CURLE_OK || (ending->handed && is_class(ending, 2)))
        return SMTP_ACCEPTED;
    if (is_class(ending, 5))
        return SMTP_NEVER;
    return ending->handed && !is_class(ending, 4) ? SMTP_UNKNOWN : SMTP_LATER;
}

static gboolean any_works(const struct smtp *smtp)
{
    for (guint i = 0; i < smtp->connections; i++)
        if (smtp->lanes[i].works)
            return TRUE;
    return FALSE;
}

/* Give up the connection, and all of them when none works or each would be refused. Others may still carry the job, unless it kept this one waiting. */
static void note_fault(struct smtp *smtp, struct lane *lane, struct smtp_job *job, const struct ending *ending)
{
    gboolean lasting = (transport_refused(ending->result) || is_class(ending, 5)) && !is_class(ending, 4);
    const char *detail = *lane->detail != '\0' ? lane->detail : curl_easy_strerror(ending->result);
    g_autofree char *said = g_utf8_make_valid(lane->said.line, -1);
    g_clear_error(&smtp->fault);
    g_set_error(&smtp->fault, SMTP_ERROR, lasting ? SMTP_REFUSED : SMTP_AWAY, "%s; the mail server's last line: \"%s\"", detail,
                said);
    lane->closed = TRUE;
    lane->works = smtp->proved = FALSE;
    smtp->stopped |= lasting || (smtp->running == 0 && !any_works(smtp));
    if (ending->result == CURLE_OPERATION_TIMEDOUT)
        settle(job, outcome_of(ending), ending->code, detail);
    else
        g_queue_push_head(&smtp->waiting, job);
}

static void conclude(struct smtp *smtp, struct lane *lane)
{
    long code = 0, connects = 0;
    curl_easy_getinfo(lane->curl, CURLINFO_RESPONSE_CODE, &code);
    curl_easy_getinfo(lane->curl, CURLINFO_NUM_CONNECTS, &connects);
    struct ending ending = {
        .result = lane->result,
        .code = (int)code,
        .begun = lane->begun,
        .handed = lane->at > 0 && lane->at == g_bytes_get_size(lane->body),
        .reused = connects == 0,
    };
    struct smtp_job *job = g_steal_pointer(&lane->job);
    g_clear_pointer(&lane->body, g_bytes_unref);
    curl_slist_free_all(g_steal_pointer(&lane->recipient));
    smtp->running--;
    if (!lane->again && is_stale(&ending)) {
        start(smtp, lane, job, TRUE);
    } else if (is_unready(&ending)) {
        note_fault(smtp, lane, job, &ending);
    } else {
        enum smtp_outcome outcome = outcome_of(&ending);
        gboolean replied = outcome != SMTP_UNKNOWN && *lane->said.line != '\0';
        settle(job, outcome, ending.code,
               replied                 ? lane->said.line
               : *lane->detail != '\0' ? lane->detail
                                       : curl_easy_strerror(lane->result));
        lane->works = smtp->proved = TRUE;
    }
}

static void run(struct smtp *smtp)
{
    start_next(smtp);
    while (smtp->running > 0) {
        gboolean started = start_next(smtp); /* one at a time: the others go on while it is made */
        struct lane *lane = started ? g_async_queue_try_pop(smtp->done)
                                    : g_async_queue_timeout_pop(smtp->done, MEANWHILE_MS * G_TIME_SPAN_MILLISECOND);
        if (lane != NULL) {
            conclude(smtp, lane);
            start_next(smtp);
        }
        if (smtp->meanwhile)
            smtp->meanwhile(smtp->waiter);
    }
}

gboolean smtp_send(struct smtp *smtp, struct smtp_job *jobs, guint count, smtp_make make, void *context, GError **error)
{
    smtp->stopped = FALSE;
    smtp->make = make;
    smtp->maker = context;
    for (guint i = 0; i < smtp->connections; i++)
        smtp->lanes[i].closed = smtp->lanes[i].works = FALSE;
    for (guint i = 0; i < count; i++)
        g_queue_push_tail(&smtp->waiting, &jobs[i]);
    run(smtp);
    for (struct smtp_job *job; (job = g_queue_pop_head(&smtp->waiting)) != NULL;)
        settle(job, SMTP_LATER, 0, smtp->fault->message);
    if (smtp->stopped)
        g_propagate_error(error, g_steal_pointer(&smtp->fault));
    g_clear_error(&smtp->fault);
    return !smtp->stopped;
}
