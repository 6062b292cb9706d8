#include "daemon/imapsession.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "mailflow/limits.h"

enum { SILENCE_MS = 60 * 1000, LOGIN_MS = 60 * 1000 };

static void read_exists(struct imapsession *session, guint64 number, struct imaptext *text)
{
    (void)text;
    if (number > session->exists)
        session->news = TRUE;
    session->exists = number;
}

static void read_expunge(struct imapsession *session, guint64 number, struct imaptext *text)
{
    (void)number;
    (void)text;
    if (session->exists > 0)
        session->exists--;
}

static void read_fetch(struct imapsession *session, guint64 number, struct imaptext *text)
{
    (void)number;
    struct imaptext_fetch fetch;
    if (session->told == NULL || !imaptext_fetch(text, &fetch))
        return;
    if (fetch.uid != 0)
        session->told(session->context, &fetch);
    imaptext_fetch_clear(&fetch);
}

static void read_capability(struct imapsession *session, struct imaptext *text)
{
    char *word;
    session->idle = session->move = session->uidplus = session->id = FALSE;
    for (; imaptext_atom(text, &word); g_free(word)) {
        session->idle |= g_ascii_strcasecmp(word, "IDLE") == 0;
        session->move |= g_ascii_strcasecmp(word, "MOVE") == 0;
        session->uidplus |= g_ascii_strcasecmp(word, "UIDPLUS") == 0;
        session->id |= g_ascii_strcasecmp(word, "ID") == 0;
    }
}

static void read_ok(struct imapsession *session, struct imaptext *text)
{
    if (imaptext_mark(text, '[') && imaptext_word(text, "UIDVALIDITY"))
        session->selected = imaptext_number(text, &session->validity);
}

static void read_search(struct imapsession *session, struct imaptext *text)
{
    for (guint64 number; imaptext_number(text, &number);)
        session->found++;
}

static const struct {
    const char *word;
    void (*read)(struct imapsession *session, guint64 number, struct imaptext *text);
} numbered[] = {{"EXISTS", read_exists}, {"EXPUNGE", read_expunge}, {"FETCH", read_fetch}};

static const struct {
    const char *word;
    void (*read)(struct imapsession *session, struct imaptext *text);
} plain[] = {{"CAPABILITY", read_capability}, {"OK", read_ok}, {"SEARCH", read_search}};

static void read_untagged(void *context, struct imaptext *text)
{
    struct imapsession *session = context;
    guint64 number;
    if (imaptext_number(text, &number)) {
        for (gsize i = 0; i < G_N_ELEMENTS(numbered); i++)
            if (imaptext_word(text, numbered[i].word)) {
                numbered[i].read(session, number, text);
                return;
            }
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(plain); i++)
        if (imaptext_word(text, plain[i].word)) {
            plain[i].read(session, text);
            return;
        }
}

static gssize stream_read(void *context, void *buffer, gsize size)
{
    size_t got = 0;
    CURLcode code = curl_easy_recv(context, buffer, size, &got);
    if (code == CURLE_OK)
        return (gssize)got;
    errno = code == CURLE_AGAIN ? EAGAIN : ECONNRESET;
    return -1;
}

static gssize stream_write(void *context, const void *buffer, gsize size)
{
    size_t sent = 0;
    CURLcode code = curl_easy_send(context, buffer, size, &sent);
    if (code == CURLE_OK)
        return (gssize)sent;
    errno = code == CURLE_AGAIN ? EAGAIN : ECONNRESET;
    return -1;
}

/* Response codes of a NO that passes by itself (RFC 5530). */
static gboolean is_passing(const char *said)
{
    static const char *const codes[] = {"[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "[OVERQUOTA]", "[TRYCREATE]"};
    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
        if (strstr(said, codes[i]) != NULL)
            return TRUE;
    return FALSE;
}

gboolean imapsession_refuse(const char *said, enum mailbox_fault otherwise, const char *what, GError **error)
{
    enum mailbox_fault fault = is_passing(said) ? MAILBOX_AWAY : strstr(said, "[NOPERM]") != NULL ? MAILBOX_REFUSED : otherwise;
    g_set_error(error, MAILBOX_ERROR, (int)fault, "%s: the mail server said: %s", what, said);
    return FALSE;
}

gboolean imapsession_run(struct imapsession *session, const char *command, enum mailbox_fault otherwise, const char *what,
                         GError **error)
{
    enum imapwire_answer answer = imapwire_run(session->wire, command, error);
    if (answer == IMAPWIRE_OK || answer == IMAPWIRE_FAULT)
        return answer == IMAPWIRE_OK;
    return imapsession_refuse(imapwire_said(session->wire), otherwise, what, error);
}

static gboolean log_in(struct imapsession *session, const struct mailbox_options *options, const char *address, GError **error)
{
    g_autoptr(GError) cause = NULL;
    struct transport_options transport = {
        .url = address,
        .user = options->user,
        .password_file = options->password_file,
        .ca_file = options->ca_file,
        .starttls = options->starttls,
    };
    session->curl = transport_open(&transport, &cause);
    if (session->curl == NULL) {
        g_set_error_literal(error, MAILBOX_ERROR, MAILBOX_REFUSED, cause->message);
        return FALSE;
    }
    char detail[CURL_ERROR_SIZE] = "";
    transport_listen(session->curl, &session->said);
    curl_easy_setopt(session->curl, CURLOPT_ERRORBUFFER, detail);
    curl_easy_setopt(session->curl, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(session->curl, CURLOPT_TIMEOUT_MS, (long)LOGIN_MS);
    CURLcode code = curl_easy_perform(session->curl);
    curl_easy_setopt(session->curl, CURLOPT_ERRORBUFFER, NULL);
    if (code == CURLE_OK)
        return TRUE;
    g_autofree char *said = g_utf8_make_valid(session->said.line, -1);
    gboolean refused = transport_refused(code) && !is_passing(said);
    g_set_error(error, MAILBOX_ERROR, refused ? MAILBOX_REFUSED : MAILBOX_AWAY, "%s; the mail server's last line: \"%s\"",
                *detail != '\0' ? detail : curl_easy_strerror(code), said);
    return FALSE;
}

static gboolean open_wire(struct imapsession *session, GError **error)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    curl_easy_getinfo(session->curl, CURLINFO_ACTIVESOCKET, &fd);
    struct imapwire_options options = {
        .stream = {.context = session->curl, .fd = fd, .read = stream_read, .write = stream_write},
        .keep = LIMIT_MESSAGE_BYTES,
        .patience = SILENCE_MS,
        .reader = read_untagged,
        .context = session,
    };
    session->wire = imapwire_open(&options);
    session->epoll = epoll_create1(EPOLL_CLOEXEC);
    session->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct epoll_event readable = {.events = EPOLLIN};
    if (session->epoll < 0 || session->timer < 0 || epoll_ctl(session->epoll, EPOLL_CTL_ADD, fd, &readable) != 0 ||
        epoll_ctl(session->epoll, EPOLL_CTL_ADD, session->timer, &readable) != 0) {
        g_set_error(error, MAILBOX_ERROR, MAILBOX_AWAY, "cannot watch the connection: %s", g_strerror(errno));
        return FALSE;
    }
    return TRUE;
}

static gboolean select_folder(struct imapsession *session, const char *path, GError **error)
{
    g_autofree char *name = mailbox_folder_name(*path == '\0' ? "INBOX" : path, error);
    if (name == NULL)
        return FALSE;
    g_autofree char *quoted = imaptext_quote(name);
    g_autofree char *command = g_strconcat("SELECT ", quoted, NULL);
    if (!imapsession_run(session, command, MAILBOX_REFUSED, command, error))
        return FALSE;
    gboolean writable = !g_str_has_prefix(imapwire_said(session->wire), "[READ-ONLY]");
    if (!writable || !session->selected)
        g_set_error(error, MAILBOX_ERROR, MAILBOX_REFUSED, "%s: %s", command,
                    writable ? "the mail server gives no UIDVALIDITY" : "we may not move its messages");
    return writable && session->selected;
}

static gboolean make_folder(struct imapsession *session, enum mailbox_folder folder, const char *name, GError **error)
{
    g_autofree char *encoded = mailbox_folder_name(name, error);
    if (encoded == NULL)
        return FALSE;
    char *quoted = session->folders[folder] = imaptext_quote(encoded);
    g_autofree char *status = g_strconcat("STATUS ", quoted, " (UIDNEXT)", NULL);
    enum imapwire_answer answer = imapwire_run(session->wire, status, error);
    if (answer == IMAPWIRE_FAULT || answer == IMAPWIRE_OK)
        return answer == IMAPWIRE_OK;
    g_autofree char *create = g_strconcat("CREATE ", quoted, NULL);
    if (!imapsession_run(session, create, MAILBOX_REFUSED, create, error))
        return FALSE;
    /* So that mail programs show it; a server without subscriptions may say NO. */
    g_autofree char *subscribe = g_strconcat("SUBSCRIBE ", quoted, NULL);
    return imapwire_run(session->wire, subscribe, error) != IMAPWIRE_FAULT;
}

static gboolean begin(struct imapsession *session, const struct mailbox_options *options, GError **error)
{
    g_autofree char *path = NULL;
    g_autoptr(GError) cause = NULL;
    g_autofree char *address = transport_address(options->url, &path, &cause);
    if (address == NULL) {
        g_set_error_literal(error, MAILBOX_ERROR, MAILBOX_REFUSED, cause->message);
        return FALSE;
    }
    if (!log_in(session, options, address, error) || !open_wire(session, error) ||
        !imapsession_run(session, "CAPABILITY", MAILBOX_AWAY, "CAPABILITY", error))
        return FALSE;
    /* NetEase refuses SELECT to programs that did not say who they are; a NO does not matter. */
    if (session->id && imapwire_run(session->wire, "ID (\"name\" \"countersign\" \"version\" \"1\")", error) == IMAPWIRE_FAULT)
        return FALSE;
    return select_folder(session, path, error) && make_folder(session, MAILBOX_PROCESSED, options->processed, error) &&
           make_folder(session, MAILBOX_QUARANTINE, options->quarantine, error);
}

struct imapsession *imapsession_open(const struct mailbox_options *options, GError **error)
{
    struct imapsession *session = g_new0(struct imapsession, 1);
    session->epoll = session->timer = -1;
    if (begin(session, options, error))
        return session;
    imapsession_close(session);
    return NULL;
}

void imapsession_close(struct imapsession *session)
{
    if (session->wire != NULL) {
        imapwire_leave(session->wire);
        imapwire_close(session->wire);
    }
    if (session->epoll >= 0)
        close(session->epoll);
    if (session->timer >= 0)
        close(session->timer);
    if (session->curl != NULL)
        curl_easy_cleanup(session->curl);
    g_free(session->folders[MAILBOX_PROCESSED]);
    g_free(session->folders[MAILBOX_QUARANTINE]);
    g_free(session);
}
