#include "daemon/parser.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "daemon/sandbox.h"
#include "mailflow/limits.h"
#include "mailflow/packet.h"

#define FRAME_HEADER_ONLY 1u
#define FRAME_BYTES 20
#define ANSWER_BYTES 4

struct frame {
    guint32 flags, octets;
    guint64 size;
    guint32 today;
};

static void put32(guint8 *to, guint32 number)
{
    number = GUINT32_TO_LE(number);
    memcpy(to, &number, sizeof number);
}

static guint32 get32(const guint8 *from)
{
    guint32 number;

    memcpy(&number, from, sizeof number);
    return GUINT32_FROM_LE(number);
}

static void frame_write(const struct frame *frame, guint8 bytes[FRAME_BYTES])
{
    put32(bytes, frame->flags);
    put32(bytes + 4, frame->octets);
    put32(bytes + 8, (guint32)frame->size);
    put32(bytes + 12, (guint32)(frame->size >> 32));
    put32(bytes + 16, frame->today);
}

static struct frame frame_read(const guint8 bytes[FRAME_BYTES])
{
    return (struct frame){
        .flags = get32(bytes),
        .octets = get32(bytes + 4),
        .size = get32(bytes + 8) | (guint64)get32(bytes + 12) << 32,
        .today = get32(bytes + 16),
    };
}

/* --- The parser --- */

/* FALSE at the end of the socket. */
static gboolean take(int socket, void *bytes, gsize size)
{
    for (gsize at = 0; at < size;) {
        ssize_t got = read(socket, (char *)bytes + at, size - at);
        if (got == 0 || (got < 0 && errno != EINTR))
            return FALSE;
        at += got > 0 ? (gsize)got : 0;
    }
    return TRUE;
}

static gboolean give(int socket, const void *bytes, gsize size)
{
    for (gsize at = 0; at < size;) {
        ssize_t put = send(socket, (const char *)bytes + at, size - at, MSG_NOSIGNAL);
        if (put < 0 && errno != EINTR)
            return FALSE;
        at += put > 0 ? (gsize)put : 0;
    }
    return TRUE;
}

/* SIGPROF, for which there is no handler, ends the process. */
static void limit_time(guint seconds)
{
    setitimer(ITIMER_PROF, &(struct itimerval){.it_value = {.tv_sec = seconds}}, NULL);
}

static gboolean answer(int socket, struct message_reader *reader, const struct frame *frame, const char *bytes)
{
    guint8 head[ANSWER_BYTES];

    limit_time(PARSER_CPU_SECONDS);
    g_date_set_julian(&reader->today, frame->today);
    struct message *message = frame->flags & FRAME_HEADER_ONLY ? message_read_header(reader, bytes, frame->octets, frame->size)
                                                               : message_read(reader, bytes, frame->octets);
    g_autoptr(GBytes) packet = packet_write(message);
    message_free(message);
    limit_time(0);
    put32(head, (guint32)g_bytes_get_size(packet));
    return give(socket, head, sizeof head) && give(socket, g_bytes_get_data(packet, NULL), g_bytes_get_size(packet));
}

int parser_run(int socket, const struct parser_options *options)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *forms = g_build_filename(options->templates, "forms", NULL);
    g_autofree char *bytes = g_malloc(LIMIT_MESSAGE_BYTES);
    struct message_reader reader = {.authserv_id = options->authserv_id};
    guint8 head[FRAME_BYTES];

    message_start();
    struct form_catalog *catalog = form_catalog_open(forms, &error);
    reader.catalog = catalog;
    if (!catalog || !sandbox_enter_parser(&error)) {
        fprintf(stderr, "parser: %s\n", error->message);
        return 1;
    }
    put32(head, PARSER_GREETING);
    if (!give(socket, head, ANSWER_BYTES))
        return 1;
    while (take(socket, head, sizeof head)) {
        struct frame frame = frame_read(head);
        g_assert(frame.octets <= LIMIT_MESSAGE_BYTES && g_date_valid_julian(frame.today));
        if (!take(socket, bytes, frame.octets) || !answer(socket, &reader, &frame, bytes))
            break;
    }
    _exit(0); /* what others have registered for the end may want files */
}

/* --- The desk's side --- */

struct parser_client {
    int socket;
    int (*renew)(void *context);
    void *context;
    gboolean greeted;     /* it has come up */
    GByteArray *received; /* the beginning of the next answer */
};

struct parser_client *parser_client_open(int socket, int (*renew)(void *context), void *context)
{
    struct parser_client *client = g_new0(struct parser_client, 1);

    *client = (struct parser_client){.socket = socket, .renew = renew, .context = context, .received = g_byte_array_new()};
    return client;
}

void parser_client_close(struct parser_client *client)
{
    if (!client)
        return;
    g_byte_array_unref(client->received);
    g_free(client);
}

/* Items `answered` up to `sent` are with the parser; of the item `sent` `offset` octets are gone, its frame's head included. */
struct exchange {
    struct parser_item *items;
    guint32 today;
    guint answered, sent, end;
    gsize offset;
    gboolean deaf; /* the parser takes no more, but may have answered before */
};

static void send_some(struct parser_client *client, struct exchange *exchange)
{
    while (exchange->sent < exchange->end) {
        struct parser_item *item = &exchange->items[exchange->sent];
        gsize octets;
        const char *bytes = g_bytes_get_data(item->bytes, &octets);
        struct frame frame = {.flags = item->header_only ? FRAME_HEADER_ONLY : 0,
                              .octets = (guint32)octets,
                              .size = item->size,
                              .today = exchange->today};
        guint8 head[FRAME_BYTES];
        frame_write(&frame, head);
        gsize done = MIN(exchange->offset, FRAME_BYTES), body = exchange->offset - done;
        struct iovec pieces[] = {{head + done, FRAME_BYTES - done}, {(char *)bytes + body, octets - body}};
        struct msghdr letter = {.msg_iov = pieces, .msg_iovlen = G_N_ELEMENTS(pieces)};
        ssize_t put = sendmsg(client->socket, &letter, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (put < 0) {
            exchange->deaf = errno != EAGAIN && errno != EINTR;
            return;
        }
        exchange->offset += (gsize)put;
        if (exchange->offset == FRAME_BYTES + octets) {
            exchange->sent++;
            exchange->offset = 0;
        }
    }
}

/* Take the answers that have come whole. FALSE when one is none: the parser is not itself any more. */
static gboolean take_answers(struct parser_client *client, struct exchange *exchange)
{
    gsize at = 0;

    if (!client->greeted && client->received->len >= ANSWER_BYTES) {
        if (get32(client->received->data) != PARSER_GREETING)
            return FALSE;
        client->greeted = TRUE;
        at = ANSWER_BYTES;
    }
    while (client->received->len - at >= ANSWER_BYTES) {
        gsize octets = get32(client->received->data + at);
        if (octets > LIMIT_PACKET_BYTES || exchange->answered == exchange->sent)
            return FALSE;
        if (client->received->len - at - ANSWER_BYTES < octets)
            break;
        g_autoptr(GBytes) packet = g_bytes_new(client->received->data + at + ANSWER_BYTES, octets);
        struct parser_item *item = &exchange->items[exchange->answered];
        item->message = packet_read(packet);
        if (!item->message)
            return FALSE;
        item->read = TRUE;
        exchange->answered++;
        at += ANSWER_BYTES + octets;
    }
    g_byte_array_remove_range(client->received, 0, (guint)at);
    return TRUE;
}

/* FALSE at the end of the socket, or when what came is no answer. */
static gboolean receive_some(struct parser_client *client, struct exchange *exchange)
{
    guint8 bytes[65536];
    ssize_t got = recv(client->socket, bytes, sizeof bytes, MSG_DONTWAIT);

    if (got < 0)
        return errno == EAGAIN || errno == EINTR;
    if (got == 0)
        return FALSE;
    g_byte_array_append(client->received, bytes, (guint)got);
    return take_answers(client, exchange);
}

/* Have the items from `from` up to `end` read. Returns the first that was not answered, or `end`. */
static guint exchange_items(struct parser_client *client, struct exchange *exchange, guint from, guint end)
{
    exchange->answered = exchange->sent = from;
    exchange->end = end;
    exchange->offset = 0;
    exchange->deaf = FALSE;
    g_byte_array_set_size(client->received, 0);
    while (exchange->answered < end) {
        gboolean sending = exchange->sent < end && !exchange->deaf;
        struct pollfd poller = {.fd = client->socket, .events = (short)(POLLIN | (sending ? POLLOUT : 0))};
        int ready = poll(&poller, 1, PARSER_PATIENCE_SECONDS * 1000);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            break;
        if ((poller.revents & (POLLIN | POLLHUP | POLLERR)) && !receive_some(client, exchange))
            break;
        if (poller.revents & POLLOUT)
            send_some(client, exchange);
    }
    return exchange->answered;
}

static gboolean renew(struct parser_client *client)
{
    client->greeted = FALSE;
    client->socket = client->renew(client->context);
    return client->socket >= 0;
}

/* TRUE when the parser has ended while there was nothing to do. */
static gboolean gone(const struct parser_client *client)
{
    guint8 byte;
    ssize_t got = recv(client->socket, &byte, 1, MSG_DONTWAIT | MSG_PEEK);

    return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

/* Try the item at which a parser died by itself, with a new parser each time; a death before the greeting does not count. */
static gboolean try_alone(struct parser_client *client, struct exchange *exchange, guint which)
{
    for (guint deaths = 0; deaths < PARSER_TRIES_ALONE;) {
        if (exchange_items(client, exchange, which, which + 1) > which)
            return TRUE;
        deaths += client->greeted ? 1 : 0;
        if (!renew(client))
            return FALSE;
    }
    exchange->items[which].read = TRUE;
    return TRUE;
}

gboolean parser_read_many(struct parser_client *client, struct parser_item *items, guint count, const GDate *today)
{
    struct exchange exchange = {.items = items, .today = g_date_get_julian(today)};

    for (guint i = 0; i < count; i++) {
        items[i].message = NULL;
        items[i].read = FALSE;
    }
    if ((client->socket < 0 || gone(client)) && !renew(client))
        return FALSE;
    for (guint next = 0; next < count;) {
        next = exchange_items(client, &exchange, next, count);
        if (next == count)
            break;
        /* it answers in order, so it died at the first that it owes, unless it never came up: that is no message's fault */
        gboolean suspect = client->greeted;
        if (!renew(client))
            return FALSE;
        if (!suspect)
            continue;
        if (!try_alone(client, &exchange, next))
            return FALSE;
        next++;
    }
    return TRUE;
}
