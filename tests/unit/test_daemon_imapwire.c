/* IMAP read from servers that are strange, hostile or gone, in pieces of every size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/imapwire.h"

enum { KEEP = 1000, PATIENCE = 30 };

/* A server that answers each line with the next of its answers, in which "TAG" stands for the line's tag. */
struct server {
    const char *const *answers;
    GString *pending;
    gsize piece;      /* octets given at once */
    gboolean hiccups; /* every second read has nothing yet */
    gboolean hiccup;
    gboolean hangs_up; /* once all is said; otherwise it stays silent */
    int fd;            /* readable all the time, or never when it goes silent */
    GString *heard;
    GString *seen; /* what the reader was given */
    GBytes *body;
    guint64 body_size;
};

static void replace(GString *text, const char *word, const char *with)
{
    for (char *at; (at = memmem(text->str, text->len, word, strlen(word))) != NULL;) {
        gssize where = at - text->str;
        g_string_erase(text, where, (gssize)strlen(word));
        g_string_insert(text, where, with);
    }
}

static gssize server_write(void *context, const void *bytes, gsize size)
{
    struct server *server = context;
    gsize part = MIN(size, 7);
    if (server->hiccup) {
        server->hiccup = FALSE;
        errno = EAGAIN;
        return -1;
    }
    server->hiccup = server->hiccups;
    g_string_append_len(server->heard, bytes, (gssize)part);
    if (server->heard->str[server->heard->len - 1] == '\n' && *server->answers != NULL) {
        const char *line = server->heard->str + server->heard->len - 1;
        while (line > server->heard->str && line[-1] != '\n')
            line--;
        g_autofree char *tag = g_strndup(line, strcspn(line, " \r"));
        g_autoptr(GString) answer = g_string_new(*server->answers++);
        replace(answer, "TAG", tag);
        replace(answer, "NUL", "\1");
        for (gsize i = 0; i < answer->len; i++)
            g_string_append_c(server->pending, answer->str[i] == '\1' ? '\0' : answer->str[i]);
    }
    return (gssize)part;
}

static gssize server_read(void *context, void *buffer, gsize size)
{
    struct server *server = context;
    gsize part = MIN(MIN(size, server->piece), server->pending->len);
    if (part == 0 && server->hangs_up)
        return 0;
    if (part == 0 || server->hiccup) {
        server->hiccup = FALSE;
        uint64_t count;
        if (part == 0)
            (void)!read(server->fd, &count, sizeof count);
        errno = EAGAIN;
        return -1;
    }
    server->hiccup = server->hiccups;
    memcpy(buffer, server->pending->str, part);
    g_string_erase(server->pending, 0, (gssize)part);
    return (gssize)part;
}

static void server_say(struct server *server, const char *text)
{
    uint64_t once = 1;
    g_string_append(server->pending, text);
    assert_int_equal(write(server->fd, &once, sizeof once), sizeof once);
}

static void reader(void *context, struct imaptext *text)
{
    struct server *server = context;
    g_string_append_printf(server->seen, "[%s]", text->line->str);
    guint64 number;
    struct imaptext_fetch fetch;
    if (imaptext_number(text, &number) && imaptext_word(text, "FETCH") && imaptext_fetch(text, &fetch)) {
        g_clear_pointer(&server->body, g_bytes_unref);
        server->body = g_steal_pointer(&fetch.body);
        server->body_size = fetch.body_size;
    }
}

static struct imapwire *wire_to(struct server *server, const char *const *answers, gsize piece, gboolean hangs_up)
{
    *server = (struct server){
        .answers = answers,
        .piece = piece,
        .hangs_up = hangs_up,
        .hiccups = piece != G_MAXSIZE,
        .fd = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC),
        .pending = g_string_new(NULL),
        .heard = g_string_new(NULL),
        .seen = g_string_new(NULL),
    };
    struct imapwire_options options = {
        .stream = {.context = server, .fd = server->fd, .read = server_read, .write = server_write},
        .keep = KEEP,
        .patience = PATIENCE,
        .reader = reader,
        .context = server,
    };
    return imapwire_open(&options);
}

static void server_clear(struct server *server)
{
    close(server->fd);
    g_string_free(server->pending, TRUE);
    g_string_free(server->heard, TRUE);
    g_string_free(server->seen, TRUE);
    g_clear_pointer(&server->body, g_bytes_unref);
}

static const gsize pieces[] = {1, 2, 3, 5, 17, G_MAXSIZE};

/* One command and its answer, in pieces of every size. */
static void check_answer(const char *answer, enum imapwire_answer want, const char *seen, const char *body)
{
    const char *const answers[] = {answer, NULL};
    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        struct server server;
        g_autoptr(GError) error = NULL;
        struct imapwire *wire = wire_to(&server, answers, pieces[i], FALSE);
        assert_int_equal(imapwire_run(wire, "X", &error), want);
        assert_null(error);
        assert_false(imapwire_busy(wire));
        if (seen != NULL)
            assert_string_equal(server.seen->str, seen);
        if (body != NULL) {
            assert_non_null(server.body);
            assert_int_equal(g_bytes_get_size(server.body), strlen(body));
            assert_memory_equal(g_bytes_get_data(server.body, NULL), body, strlen(body));
        }
        imapwire_close(wire);
        server_clear(&server);
    }
}

static void check_fault(const char *answer, gboolean hangs_up, const char *message)
{
    const char *const answers[] = {answer, NULL};
    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        struct server server;
        g_autoptr(GError) error = NULL;
        struct imapwire *wire = wire_to(&server, answers, pieces[i], hangs_up);
        assert_int_equal(imapwire_run(wire, "X", &error), IMAPWIRE_FAULT);
        assert_true(g_error_matches(error, MAILBOX_ERROR, MAILBOX_AWAY));
        assert_non_null(strstr(error->message, message));
        imapwire_close(wire);
        server_clear(&server);
    }
}

static void test_answers(void **state)
{
    (void)state;
    check_answer("* 3 EXISTS\r\n* OK [UIDVALIDITY 7] fine\r\nTAG OK done\r\n", IMAPWIRE_OK, "[3 EXISTS][OK [UIDVALIDITY 7] fine]",
                 NULL);
    check_answer("TAG no such thing\r\n", IMAPWIRE_NO, "", NULL);
    check_answer("TAG BAD\r\n", IMAPWIRE_BAD, "", NULL);
    check_answer("* 1 EXISTS\nTAG OK\n", IMAPWIRE_OK, "[1 EXISTS]", NULL);
    check_answer("* \r\nTAG OK\r\n", IMAPWIRE_OK, "[]", NULL);
}

static void test_body_with_answers_in_it(void **state)
{
    (void)state;
    check_answer(
        "* 1 FETCH (UID 9 BODY[] {57}\r\nA005 OK done\r\n* BYE\r\nTAG OK FETCH\r\n)\r\n{3}\r\n FLAGS (\\Seen))\r\nTAG OK done\r\n",
        IMAPWIRE_OK, NULL, NULL);
    const char *body = "A005 OK done\r\n* BYE bye\r\n+ go\r\n)\r\n* 1 FETCH (UID 1 BODY[] {9}\r\n.\r\n";
    g_autofree char *answer =
        g_strdup_printf("* 1 FETCH (UID 9 BODY[] {%zu}\r\n%s FLAGS (\\Seen))\r\nTAG OK done\r\n", strlen(body), body);
    check_answer(answer, IMAPWIRE_OK, "[1 FETCH (UID 9 BODY[] ]", body);
}

/* The tag of 17 octets stands for "TAG": a body that guessed it right ends nothing either. */
static void test_body_that_guessed_the_tag(void **state)
{
    (void)state;
    const char *const answers[] = {"* 1 FETCH (UID 9 BODY[] {37}\r\nTAG OK [READ-ONLY]\r\n)\r\n)\r\nTAG OK done\r\n", NULL};
    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        struct server server;
        struct imapwire *wire = wire_to(&server, answers, pieces[i], FALSE);
        assert_int_equal(imapwire_run(wire, "X", NULL), IMAPWIRE_OK);
        assert_string_equal(imapwire_said(wire), "done");
        assert_int_equal(g_bytes_get_size(server.body), 37);
        imapwire_close(wire);
        server_clear(&server);
    }
}

static void test_literals_of_every_form(void **state)
{
    (void)state;
    check_answer("* 1 FETCH (UID 9 BODY[] {0}\r\n)\r\nTAG OK\r\n", IMAPWIRE_OK, NULL, "");
    check_answer("* 1 FETCH (UID 9 BODY[] {3+}\r\nabc)\r\nTAG OK\r\n", IMAPWIRE_OK, NULL, "abc");
    check_answer("* 1 FETCH (UID 9 BODY[] \"a\\\"b\\\\c\")\r\nTAG OK\r\n", IMAPWIRE_OK, NULL, "a\"b\\c");
    check_answer("* 1 FETCH (X {3}\r\n\"((Y {4}\r\n)\r\n) UID 9 BODY[] {2}\r\nhi)\r\nTAG OK\r\n", IMAPWIRE_OK, NULL, "hi");
    check_answer("* 1 FETCH (UID 9 BODY[] {5}\r\naNULb\r\n)\r\nTAG OK\r\n", IMAPWIRE_OK, NULL, NULL);
}

static void test_status_text_announces_nothing(void **state)
{
    (void)state;
    check_answer("* OK there is no {5}\r\nTAG OK {7}\r\n", IMAPWIRE_OK, "[OK there is no {5}]", NULL);
    check_answer("* NO {1}\r\n* BAD {1}\r\nTAG NO {9}\r\n", IMAPWIRE_NO, "[NO {1}][BAD {1}]", NULL);
    check_answer("* 1 FETCH (UID {}\r\n* 2 FETCH {a}\r\n* 3 {12345678901}\r\nTAG OK\r\n", IMAPWIRE_OK,
                 "[1 FETCH (UID {}][2 FETCH {a}][3 {12345678901}]", NULL);
}

static void test_literal_over_what_is_kept(void **state)
{
    (void)state;
    for (gsize size = KEEP - 1; size <= KEEP + 40000; size += size > KEEP ? 39999 : 1) {
        g_autofree char *body = g_strnfill(size, 'x');
        g_autofree char *answer = g_strdup_printf("* 1 FETCH (UID 9 BODY[] {%zu}\r\n%s)\r\n* 2 EXISTS\r\nTAG OK\r\n", size, body);
        const char *const answers[] = {answer, NULL};
        struct server server;
        struct imapwire *wire = wire_to(&server, answers, 4097, FALSE);
        assert_int_equal(imapwire_run(wire, "X", NULL), IMAPWIRE_OK);
        assert_int_equal(g_bytes_get_size(server.body), MIN(size, KEEP));
        assert_int_equal(server.body_size, size);
        assert_non_null(strstr(server.seen->str, "[2 EXISTS]"));
        imapwire_close(wire);
        server_clear(&server);
    }
}

static void test_faults(void **state)
{
    (void)state;
    check_fault("* BYE too many connections\r\n", FALSE, "goodbye: too many connections");
    check_fault("HTTP/1.1 400 Bad Request\r\n", FALSE, "does not speak IMAP");
    check_fault("A001 OK done\r\n", FALSE, "does not speak IMAP");
    check_fault("TAG MAYBE\r\n", FALSE, "neither");
    check_fault("* 1 FETCH (UIDNUL 9)\r\n", FALSE, "NUL");
    check_fault("", TRUE, "hung up");
    check_fault("* 1 FETCH (UID 9 BODY[] {10}\r\nhalf", TRUE, "hung up");
    check_fault("* 1 FETCH (UID 9 BODY[] {4294967295}\r\nhalf", TRUE, "hung up");
    check_fault("TAG OK", TRUE, "hung up");
    check_fault("* 1 EXISTS\r\n", FALSE, "does not answer");
    check_fault("* 1 FETCH (UID 9 BODY[] {10}\r\nhalf", FALSE, "does not answer");
    check_fault("* "
                "{1}\r\na{1}\r\na{1}\r\na{1}\r\na{1}\r\na{1}\r\na{1}\r\na{1}\r\na{1}\r\na{1}\r\na{1}\r\na{1}\r\na{1}\r\na{1}\r\na{"
                "1}\r\na{1}\r\na"
                "{1}\r\na\r\nTAG OK\r\n",
                FALSE, "too many literals");
}

static void test_endless_line(void **state)
{
    (void)state;
    g_autofree char *line = g_strnfill(IMAPWIRE_LINE_BYTES + 1, 'x');
    g_autofree char *answer = g_strconcat("* ", line, "\r\nTAG OK\r\n", NULL);
    const char *const answers[] = {answer, NULL};
    struct server server;
    g_autoptr(GError) error = NULL;
    struct imapwire *wire = wire_to(&server, answers, G_MAXSIZE, FALSE);
    assert_int_equal(imapwire_run(wire, "X", &error), IMAPWIRE_FAULT);
    assert_non_null(strstr(error->message, "too long"));
    imapwire_close(wire);
    server_clear(&server);
}

static void test_what_was_said_is_bounded_text(void **state)
{
    (void)state;
    g_autofree char *much = g_strnfill(5000, 'y');
    g_autofree char *answer = g_strconcat("TAG NO \xff ", much, "\r\n", NULL);
    const char *const answers[] = {answer, NULL};
    struct server server;
    struct imapwire *wire = wire_to(&server, answers, G_MAXSIZE, FALSE);
    assert_int_equal(imapwire_run(wire, "X", NULL), IMAPWIRE_NO);
    assert_true(g_utf8_validate(imapwire_said(wire), -1, NULL));
    assert_in_range(strlen(imapwire_said(wire)), 100, 400);
    imapwire_close(wire);
    server_clear(&server);
}

static void test_tags_differ(void **state)
{
    (void)state;
    const char *const answers[] = {"TAG OK\r\n", "TAG OK\r\n", NULL};
    struct server server;
    struct imapwire *wire = wire_to(&server, answers, G_MAXSIZE, FALSE);
    assert_int_equal(imapwire_run(wire, "NOOP", NULL), IMAPWIRE_OK);
    assert_int_equal(imapwire_run(wire, "NOOP", NULL), IMAPWIRE_OK);
    g_auto(GStrv) lines = g_strsplit(server.heard->str, "\r\n", -1);
    assert_true(g_str_has_suffix(lines[0], " NOOP") && g_str_has_suffix(lines[1], " NOOP"));
    assert_int_equal(strlen(lines[0]), 17 + 5);
    assert_string_not_equal(lines[0], lines[1]);
    imapwire_close(wire);
    server_clear(&server);
}

static void test_idle(void **state)
{
    (void)state;
    const char *const answers[] = {"* 1 EXISTS\r\n+ idling\r\n* 2 EXISTS\r\n* OK sti", NULL, NULL};
    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        struct server server;
        struct imapwire *wire = wire_to(&server, answers, pieces[i], FALSE);
        assert_int_equal(imapwire_begin(wire, "IDLE", NULL), IMAPWIRE_OK);
        assert_true(imapwire_busy(wire));
        /* The half line stays where it is until the rest comes. */
        for (int round = 0; round < 60; round++)
            assert_true(imapwire_drain(wire, NULL));
        assert_string_equal(server.seen->str, "[1 EXISTS][2 EXISTS]");
        server_say(&server, "ll here\r\n");
        for (int round = 0; round < 60; round++)
            assert_true(imapwire_drain(wire, NULL));
        assert_string_equal(server.seen->str, "[1 EXISTS][2 EXISTS][OK still here]");
        g_autofree char *tag = g_strndup(server.heard->str, 17);
        g_autofree char *answer = g_strconcat(tag, " OK idled\r\n", NULL);
        server_say(&server, answer);
        assert_int_equal(imapwire_finish(wire, "DONE", NULL), IMAPWIRE_OK);
        assert_true(g_str_has_suffix(server.heard->str, "DONE\r\n"));
        assert_int_equal(imapwire_finish(wire, "DONE", NULL), IMAPWIRE_OK);
        imapwire_close(wire);
        server_clear(&server);
    }
}

static void test_idle_refused_ended_and_lost(void **state)
{
    (void)state;
    const char *const refused[] = {"TAG BAD what?\r\n", NULL};
    struct server server;
    struct imapwire *wire = wire_to(&server, refused, G_MAXSIZE, FALSE);
    assert_int_equal(imapwire_begin(wire, "IDLE", NULL), IMAPWIRE_BAD);
    imapwire_close(wire);
    server_clear(&server);

    const char *const ended[] = {"+ idling\r\nTAG OK enough\r\n", NULL};
    wire = wire_to(&server, ended, G_MAXSIZE, FALSE);
    assert_int_equal(imapwire_begin(wire, "IDLE", NULL), IMAPWIRE_OK);
    assert_true(imapwire_drain(wire, NULL));
    assert_false(imapwire_busy(wire));
    assert_int_equal(imapwire_finish(wire, "DONE", NULL), IMAPWIRE_OK);
    imapwire_close(wire);
    server_clear(&server);

    const char *const lost[] = {"+ idling\r\n* BYE shutting down\r\n", NULL};
    g_autoptr(GError) error = NULL;
    wire = wire_to(&server, lost, 3, FALSE);
    assert_int_equal(imapwire_begin(wire, "IDLE", NULL), IMAPWIRE_OK);
    while (imapwire_drain(wire, &error))
        continue;
    assert_true(g_error_matches(error, MAILBOX_ERROR, MAILBOX_AWAY));
    imapwire_close(wire);
    server_clear(&server);
}

static gssize socket_read(void *context, void *buffer, gsize size)
{
    return recv(*(int *)context, buffer, size, MSG_DONTWAIT);
}

static gssize socket_write(void *context, const void *buffer, gsize size)
{
    return send(*(int *)context, buffer, size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static gpointer slow_server(gpointer data)
{
    int fd = GPOINTER_TO_INT(data);
    char line[100];
    gssize size = recv(fd, line, sizeof line, 0);
    g_autofree char *tag = g_strndup(line, strcspn(line, " "));
    g_autofree char *answer = g_strdup_printf("* 1 FETCH (UID 9 BODY[] {6}\r\nbody\r\n)\r\n%s OK\r\n", size > 0 ? tag : "");
    for (const char *at = answer; *at != '\0'; at++) {
        send(fd, at, 1, MSG_NOSIGNAL);
        g_usleep(500);
    }
    return NULL;
}

static void test_slow_socket(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    struct server server = {.seen = g_string_new(NULL)};
    struct imapwire_options options = {
        .stream = {.context = &ends[0], .fd = ends[0], .read = socket_read, .write = socket_write},
        .keep = KEEP,
        .patience = 5000,
        .reader = reader,
        .context = &server,
    };
    struct imapwire *wire = imapwire_open(&options);
    GThread *thread = g_thread_new("server", slow_server, GINT_TO_POINTER(ends[1]));
    assert_int_equal(imapwire_run(wire, "UID FETCH 9 (BODY.PEEK[])", NULL), IMAPWIRE_OK);
    assert_int_equal(g_bytes_get_size(server.body), 6);
    g_thread_join(thread);
    imapwire_leave(wire);
    char line[40];
    assert_int_equal(recv(ends[1], line, sizeof line, 0), strlen("BYE LOGOUT\r\n"));
    imapwire_close(wire);
    g_string_free(server.seen, TRUE);
    g_bytes_unref(server.body);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_body_with_answers_in_it),
        cmocka_unit_test(test_body_that_guessed_the_tag),
        cmocka_unit_test(test_literals_of_every_form),
        cmocka_unit_test(test_status_text_announces_nothing),
        cmocka_unit_test(test_literal_over_what_is_kept),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_endless_line),
        cmocka_unit_test(test_what_was_said_is_bounded_text),
        cmocka_unit_test(test_tags_differ),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_idle_refused_ended_and_lost),
        cmocka_unit_test(test_slow_socket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
