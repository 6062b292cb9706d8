#include "daemon/imapwire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>

enum { BUFFER_BYTES = 16 * 1024, SAID_BYTES = 300 };

struct imapwire {
    struct imapwire_options options;
    char tag[20]; /* of the command that runs; "" when none does */
    char *said;
    enum imapwire_answer answer; /* of the last command; IMAPWIRE_FAULT until it is there */
    gboolean invited;            /* "+" came */

    char buffer[BUFFER_BYTES];
    gsize start, end; /* what was read and not yet looked at */

    struct imaptext *text; /* the response that is being read */
    gboolean in_literal;
    guint64 left; /* octets of the literal still to come */
};

struct imapwire *imapwire_open(const struct imapwire_options *options)
{
    struct imapwire *wire = g_new0(struct imapwire, 1);
    wire->options = *options;
    wire->said = g_strdup("");
    wire->text = imaptext_make();
    return wire;
}

void imapwire_close(struct imapwire *wire)
{
    imaptext_free(wire->text);
    g_free(wire->said);
    g_free(wire);
}

const char *imapwire_said(const struct imapwire *wire)
{
    return wire->said;
}

gboolean imapwire_busy(const struct imapwire *wire)
{
    return wire->tag[0] != '\0';
}

static gboolean away(GError **error, const char *what)
{
    g_set_error_literal(error, MAILBOX_ERROR, MAILBOX_AWAY, what);
    return FALSE;
}

static gboolean wait_for(struct imapwire *wire, short events, GError **error)
{
    struct pollfd waiting = {.fd = wire->options.stream.fd, .events = events};
    int ready;
    do
        ready = poll(&waiting, 1, (int)wire->options.patience);
    while (ready < 0 && errno == EINTR);
    if (ready > 0)
        return TRUE;
    return away(error, ready == 0 ? "the mail server does not answer" : g_strerror(errno));
}

static gboolean put(struct imapwire *wire, const char *bytes, GError **error)
{
    const struct imapwire_stream *stream = &wire->options.stream;
    for (gsize left = strlen(bytes); left > 0;) {
        gssize sent = stream->write(stream->context, bytes, left);
        if (sent > 0) {
            bytes += sent;
            left -= (gsize)sent;
        } else if (sent < 0 && errno == EAGAIN) {
            if (!wait_for(wire, POLLOUT, error))
                return FALSE;
        } else {
            return away(error, sent == 0 ? "the mail server hung up" : g_strerror(errno));
        }
    }
    return TRUE;
}

/* Status texts are free text: one that ends in "{5}" announces nothing. */
static gboolean is_status(struct imaptext *text)
{
    static const char *const words[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (imaptext_word(text, words[i])) {
            text->at = 0;
            return TRUE;
        }
    return FALSE;
}

/* Whether the line so far ends in "{n}"; takes that off it. */
static gboolean announces(GString *line, guint64 *size)
{
    if (line->len < 3 || line->str[line->len - 1] != '}')
        return FALSE;
    gsize at = line->len - 1;
    if (line->str[at - 1] == '+')
        at--;
    gsize end = at;
    while (at > 0 && g_ascii_isdigit(line->str[at - 1]))
        at--;
    if (at == end || end - at > 10 || at == 0 || line->str[at - 1] != '{')
        return FALSE;
    *size = g_ascii_strtoull(line->str + at, NULL, 10);
    g_string_truncate(line, at - 1);
    return TRUE;
}

static gboolean begin_literal(struct imapwire *wire, guint64 size, GError **error)
{
    struct imaptext *text = wire->text;
    if (text->literals->len >= IMAPWIRE_LITERALS)
        return away(error, "the mail server's answer has too many literals");
    struct imaptext_literal *literal = g_new0(struct imaptext_literal, 1);
    literal->size = size;
    literal->bytes = g_malloc(MIN(size, wire->options.keep) + 1);
    g_ptr_array_add(text->literals, literal);
    g_string_append_c(text->line, '\0');
    wire->left = size;
    wire->in_literal = size > 0;
    return TRUE;
}

static void keep_said(struct imapwire *wire, const struct imaptext *text)
{
    g_free(wire->said);
    g_autofree char *start = g_strndup(text->line->str + text->at, MIN(text->line->len - text->at, SAID_BYTES));
    wire->said = g_utf8_make_valid(start, -1);
}

static gboolean take_tagged(struct imapwire *wire, struct imaptext *text, GError **error)
{
    static const struct {
        const char *word;
        enum imapwire_answer answer;
    } answers[] = {{"OK", IMAPWIRE_OK}, {"NO", IMAPWIRE_NO}, {"BAD", IMAPWIRE_BAD}};
    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++)
        if (imaptext_word(text, answers[i].word)) {
            wire->answer = answers[i].answer;
            keep_said(wire, text);
            wire->tag[0] = '\0';
            return TRUE;
        }
    return away(error, "the mail server's answer is neither OK nor NO nor BAD");
}

static gboolean take_response(struct imapwire *wire, struct imaptext *text, GError **error)
{
    switch (text->kind) {
    case IMAPTEXT_TAGGED:
        return take_tagged(wire, text, error);
    case IMAPTEXT_CONTINUE:
        wire->invited = TRUE;
        return TRUE;
    case IMAPTEXT_UNTAGGED:
        break;
    }
    if (imaptext_word(text, "BYE")) {
        keep_said(wire, text);
        g_set_error(error, MAILBOX_ERROR, MAILBOX_AWAY, "the mail server said goodbye: %s", wire->said);
        return FALSE;
    }
    wire->options.reader(wire->options.context, text);
    return TRUE;
}

/* What kind of response the line begins; takes its prefix off. */
static gboolean read_kind(struct imapwire *wire, struct imaptext *text)
{
    gsize tag = strlen(wire->tag);
    if (g_str_has_prefix(text->line->str, "* ")) {
        text->kind = IMAPTEXT_UNTAGGED;
        g_string_erase(text->line, 0, 2);
    } else if (text->line->str[0] == '+') {
        text->kind = IMAPTEXT_CONTINUE;
        g_string_erase(text->line, 0, 1);
    } else if (tag > 0 && g_str_has_prefix(text->line->str, wire->tag) && text->line->str[tag] == ' ') {
        text->kind = IMAPTEXT_TAGGED;
        g_string_erase(text->line, 0, (gssize)tag + 1);
    } else {
        return FALSE;
    }
    return TRUE;
}

static gboolean end_line(struct imapwire *wire, GError **error)
{
    struct imaptext *text = wire->text;
    gboolean first = text->literals->len == 0;
    if (text->line->len > 0 && text->line->str[text->line->len - 1] == '\r')
        g_string_truncate(text->line, text->line->len - 1);
    if (first && !read_kind(wire, text))
        return away(error, "the mail server does not speak IMAP");
    guint64 size;
    if (text->kind == IMAPTEXT_UNTAGGED && !(first && is_status(text)) && announces(text->line, &size))
        return begin_literal(wire, size, error);
    wire->text = imaptext_make();
    gboolean fine = take_response(wire, text, error);
    imaptext_free(text);
    return fine;
}

static gboolean take_line_part(struct imapwire *wire, GError **error)
{
    const char *bytes = wire->buffer + wire->start;
    gsize size = wire->end - wire->start;
    const char *newline = memchr(bytes, '\n', size);
    if (newline != NULL)
        size = (gsize)(newline - bytes);
    if (memchr(bytes, '\0', size) != NULL)
        return away(error, "the mail server's answer has a NUL in it");
    if (size > IMAPWIRE_LINE_BYTES - MIN(wire->text->line->len, IMAPWIRE_LINE_BYTES))
        return away(error, "the mail server's answer is too long");
    g_string_append_len(wire->text->line, bytes, (gssize)size);
    wire->start += size + (newline != NULL);
    return newline == NULL || end_line(wire, error);
}

static void advance_literal(struct imapwire *wire, gsize size, gsize kept)
{
    struct imaptext_literal *literal = wire->text->literals->pdata[wire->text->literals->len - 1];
    literal->kept += kept;
    wire->left -= size;
    wire->in_literal = wire->left > 0;
}

static void take_literal_part(struct imapwire *wire)
{
    struct imaptext_literal *literal = wire->text->literals->pdata[wire->text->literals->len - 1];
    gsize size = (gsize)MIN(wire->left, wire->end - wire->start);
    gsize kept = MIN(size, wire->options.keep - literal->kept);
    memcpy(literal->bytes + literal->kept, wire->buffer + wire->start, kept);
    wire->start += size;
    advance_literal(wire, size, kept);
}

static gboolean take_buffer(struct imapwire *wire, GError **error)
{
    gboolean fine = TRUE;
    while (fine && wire->start < wire->end) {
        if (wire->in_literal)
            take_literal_part(wire);
        else
            fine = take_line_part(wire, error);
    }
    return fine;
}

/* Read once and look at all of it: 1, or 0 when there is nothing now, or -1 and a fault. The rest of a literal is read to where it will stay. */
static int take_some(struct imapwire *wire, GError **error)
{
    const struct imapwire_stream *stream = &wire->options.stream;
    char *where = wire->buffer;
    gsize room = BUFFER_BYTES;
    struct imaptext_literal *literal = NULL;
    if (wire->in_literal) {
        literal = wire->text->literals->pdata[wire->text->literals->len - 1];
        gsize wanted = (gsize)MIN(wire->left, wire->options.keep - literal->kept);
        if (wanted > BUFFER_BYTES) {
            where = literal->bytes + literal->kept;
            room = wanted;
        }
    }
    gssize got = stream->read(stream->context, where, room);
    if (got <= 0) {
        if (got < 0 && errno == EAGAIN)
            return 0;
        away(error, got == 0 ? "the mail server hung up" : g_strerror(errno));
        return -1;
    }
    if (where != wire->buffer) {
        advance_literal(wire, (gsize)got, (gsize)got);
        return 1;
    }
    wire->start = 0;
    wire->end = (gsize)got;
    return take_buffer(wire, error) ? 1 : -1;
}

/* Read until the command is answered, or, with `invited`, until the server says "+". Waits only after the stream had nothing: TLS keeps octets that poll does not see. */
static gboolean take_until(struct imapwire *wire, gboolean invited, GError **error)
{
    while (imapwire_busy(wire) && !(invited && wire->invited)) {
        int got = take_some(wire, error);
        if (got < 0 || (got == 0 && !wait_for(wire, POLLIN, error)))
            return FALSE;
    }
    return TRUE;
}

static gboolean put_command(struct imapwire *wire, const char *command, GError **error)
{
    g_assert(strpbrk(command, "\r\n") == NULL);
    if (imapwire_busy(wire))
        return away(error, "the connection to the mail server was given up");
    guint64 number;
    if (getrandom(&number, sizeof number, 0) != sizeof number)
        return away(error, "no random numbers");
    g_snprintf(wire->tag, sizeof wire->tag, "C%016" G_GINT64_MODIFIER "X", number);
    wire->answer = IMAPWIRE_FAULT;
    wire->invited = FALSE;
    g_autofree char *line = g_strconcat(wire->tag, " ", command, "\r\n", NULL);
    return put(wire, line, error);
}

enum imapwire_answer imapwire_run(struct imapwire *wire, const char *command, GError **error)
{
    if (!put_command(wire, command, error) || !take_until(wire, FALSE, error))
        return IMAPWIRE_FAULT;
    return wire->answer;
}

enum imapwire_answer imapwire_begin(struct imapwire *wire, const char *command, GError **error)
{
    if (!put_command(wire, command, error) || !take_until(wire, TRUE, error))
        return IMAPWIRE_FAULT;
    return imapwire_busy(wire) ? IMAPWIRE_OK : wire->answer;
}

gboolean imapwire_drain(struct imapwire *wire, GError **error)
{
    int got;
    do
        got = take_some(wire, error);
    while (got > 0);
    return got == 0;
}

enum imapwire_answer imapwire_finish(struct imapwire *wire, const char *line, GError **error)
{
    if (!imapwire_busy(wire))
        return IMAPWIRE_OK;
    g_autofree char *ended = g_strconcat(line, "\r\n", NULL);
    if (!put(wire, ended, error) || !take_until(wire, FALSE, error))
        return IMAPWIRE_FAULT;
    return wire->answer;
}

void imapwire_leave(struct imapwire *wire)
{
    const struct imapwire_stream *stream = &wire->options.stream;
    const char *line = imapwire_busy(wire) ? "DONE\r\nBYE LOGOUT\r\n" : "BYE LOGOUT\r\n";
    /* Whoever leaves does not mind whether it was heard. */
    gssize ignored = stream->write(stream->context, line, strlen(line));
    (void)ignored;
}
