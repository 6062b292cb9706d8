/* The desk's side against real parsers in processes of their own, some of which die; and what a parser cannot do. */
#include "daemon/parser.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/sandbox.h"
#include "mailflow/packet.h"

/* What a parser does instead of answering when the subject holds this word; the stillborn one does not even come up. */
enum habit { HABIT_REAL, HABIT_DIES, HABIT_BABBLES, HABIT_LIES, HABIT_LEAVES, HABIT_STILLBORN };

static void take(int socket, void *bytes, gsize size)
{
    for (gsize at = 0; at < size;) {
        ssize_t got = read(socket, (char *)bytes + at, size - at);
        if (got <= 0)
            _exit(0);
        at += (gsize)got;
    }
}

static void give(int socket, const void *bytes, gsize size)
{
    for (gsize at = 0; at < size;) {
        ssize_t put = write(socket, (const char *)bytes + at, size - at);
        if (put <= 0)
            _exit(0);
        at += (gsize)put;
    }
}

static void misbehave(int socket, enum habit habit)
{
    static const guint8 huge[] = {0xff, 0xff, 0xff, 0xff}, wrong[] = {3, 0, 0, 0, 'a', 'b', 'c'};

    switch (habit) {
    case HABIT_DIES:
        raise(SIGKILL);
        break;
    case HABIT_BABBLES:
        give(socket, huge, sizeof huge);
        break;
    case HABIT_LIES:
        give(socket, wrong, sizeof wrong);
        break;
    case HABIT_LEAVES:
    case HABIT_REAL:
    case HABIT_STILLBORN:
        _exit(0);
    }
}

/* The parser's protocol as daemon/parser.h says it, with a bad habit at every message that holds "poison". */
static void stand_in(int socket, enum habit habit)
{
    struct message_reader reader = {0};
    guint8 greeting[4];

    if (habit == HABIT_STILLBORN)
        _exit(1);
    for (guint i = 0; i < sizeof greeting; i++)
        greeting[i] = (guint8)(PARSER_GREETING >> (8 * i));
    give(socket, greeting, sizeof greeting);
    for (;;) {
        guint8 head[20], length[4];
        take(socket, head, sizeof head);
        gsize octets = head[4] | (gsize)head[5] << 8 | (gsize)head[6] << 16;
        char *bytes = g_malloc(octets);
        take(socket, bytes, octets);
        if (memmem(bytes, octets, "poison", 6))
            misbehave(socket, habit);
        struct message *message = message_read(&reader, bytes, octets);
        GBytes *packet = packet_write(message);
        gsize size = g_bytes_get_size(packet);
        for (guint i = 0; i < 4; i++)
            length[i] = (guint8)(size >> (8 * i));
        give(socket, length, sizeof length);
        give(socket, g_bytes_get_data(packet, NULL), size);
    }
}

struct nursery {
    enum habit first, later;
    guint born, most;
    int socket;
    pid_t pid;
};

static void bury(struct nursery *nursery)
{
    if (nursery->born == 0)
        return;
    close(nursery->socket);
    kill(nursery->pid, SIGKILL);
    waitpid(nursery->pid, NULL, 0);
}

static int renew(void *context)
{
    struct nursery *nursery = context;
    int pair[2];

    bury(nursery);
    nursery->socket = -1;
    if (nursery->born == nursery->most) {
        nursery->born = 0;
        return -1;
    }
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    enum habit habit = nursery->born++ == 0 ? nursery->first : nursery->later;
    nursery->pid = fork();
    if (nursery->pid == 0) {
        const struct parser_options options = {.templates = "templates"};
        close(pair[0]);
        if (habit == HABIT_REAL)
            _exit(parser_run(pair[1], &options));
        stand_in(pair[1], habit);
    }
    close(pair[1]);
    nursery->socket = pair[0];
    return pair[0];
}

static GBytes *mail(guint number, gsize padding, const char *word)
{
    GString *text = g_string_new(NULL);

    g_string_printf(text, "From: a@example.com\r\nSubject: number %u %s\r\nMessage-ID: <%u@example.com>\r\n\r\n同意\r\n", number,
                    word, number);
    for (gsize i = 0; i < padding; i += 64)
        g_string_append(text, "> ------------------------------------------------------------\r\n");
    return g_string_free_to_bytes(text);
}

/* Mails number 0 ... count - 1, those whose bit is in `poisons` poisoned. */
static struct parser_item *mails(guint count, gsize padding, guint64 poisons)
{
    struct parser_item *items = g_new0(struct parser_item, count);

    for (guint i = 0; i < count; i++) {
        gboolean poisoned = i < 64 && (poisons >> i & 1);
        items[i].bytes = mail(i, i % 7 == 3 ? padding : 0, poisoned ? "poison" : "");
        items[i].size = g_bytes_get_size(items[i].bytes);
    }
    return items;
}

static void check_and_free(struct parser_item *items, guint count, guint64 lost)
{
    for (guint i = 0; i < count; i++) {
        assert_true(items[i].read);
        if (i < 64 && (lost >> i & 1)) {
            assert_null(items[i].message);
        } else {
            g_autofree char *id = g_strdup_printf("%u@example.com", i);
            assert_non_null(items[i].message);
            assert_string_equal(items[i].message->message_id, id);
        }
        message_free(items[i].message);
        g_bytes_unref(items[i].bytes);
    }
    g_free(items);
}

static GDate today(void)
{
    GDate date;

    g_date_clear(&date, 1);
    g_date_set_dmy(&date, 6, G_DATE_MAY, 2026);
    return date;
}

static void test_many(void **state)
{
    (void)state;
    struct nursery nursery = {.most = 1};
    struct parser_client *client = parser_client_open(-1, renew, &nursery);
    GDate date = today();

    for (guint round = 0; round < 3; round++) {
        struct parser_item *items = mails(60, 600000, 0); /* far more than the socket's buffers hold */
        assert_true(parser_read_many(client, items, 60, &date));
        check_and_free(items, 60, 0);
    }
    assert_true(parser_read_many(client, NULL, 0, &date));
    assert_int_equal(nursery.born, 1);
    parser_client_close(client);
    bury(&nursery);
}

static void test_header_only(void **state)
{
    (void)state;
    struct nursery nursery = {.most = 1};
    struct parser_client *client = parser_client_open(-1, renew, &nursery);
    GDate date = today();
    struct parser_item item = {.bytes = mail(1, 0, ""), .header_only = TRUE, .size = 30000000};

    assert_true(parser_read_many(client, &item, 1, &date));
    assert_non_null(item.message);
    assert_int_equal(finding_errors(item.message->findings), 1);
    const struct finding *finding = item.message->findings->pdata[0];
    assert_string_equal(finding->code, "E-SIZE");
    assert_string_equal(finding->zh, "邮件不能超过8MB：请只附一份XML申请表，不要附书面材料的扫描件");
    assert_string_equal(item.message->from, "a@example.com");
    message_free(item.message);
    g_bytes_unref(item.bytes);
    parser_client_close(client);
    bury(&nursery);
}

static void test_bad_habits(void **state)
{
    (void)state;
    static const struct {
        enum habit first, later;
        guint count;
        guint64 poisons, lost;
        guint born;
    } table[] = {
        {HABIT_DIES, HABIT_DIES, 10, 1 << 4, 1 << 4, 5},
        {HABIT_DIES, HABIT_REAL, 10, 1 << 4, 0, 2}, /* once only: tried again alone, it is read */
        {HABIT_DIES, HABIT_DIES, 10, 1, 1, 5},
        {HABIT_DIES, HABIT_DIES, 10, 1 << 9, 1 << 9, 5},
        {HABIT_DIES, HABIT_DIES, 10, 1 << 4 | 1 << 5 | 1 << 9, 1 << 4 | 1 << 5 | 1 << 9, 13},
        {HABIT_DIES, HABIT_DIES, 1, 1, 1, 5},
        {HABIT_LEAVES, HABIT_LEAVES, 10, 1 << 4, 1 << 4, 5},
        {HABIT_BABBLES, HABIT_BABBLES, 10, 1 << 4, 1 << 4, 5},
        {HABIT_LIES, HABIT_LIES, 10, 1 << 4, 1 << 4, 5},
        {HABIT_STILLBORN, HABIT_REAL, 10, 0, 0, 2}, /* it never came up: nobody's fault */
    };
    GDate date = today();

    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        struct nursery nursery = {.first = table[i].first, .later = table[i].later, .most = 100};
        struct parser_client *client = parser_client_open(-1, renew, &nursery);
        struct parser_item *items = mails(table[i].count, 300000, table[i].poisons);
        assert_true(parser_read_many(client, items, table[i].count, &date));
        check_and_free(items, table[i].count, table[i].lost);
        assert_int_equal(nursery.born, table[i].born);
        parser_client_close(client);
        bury(&nursery);
    }
}

static void test_no_parser(void **state)
{
    (void)state;
    struct nursery nursery = {.first = HABIT_DIES, .later = HABIT_DIES, .most = 1};
    struct parser_client *client = parser_client_open(-1, renew, &nursery);
    struct parser_item *items = mails(5, 0, 1 << 2);
    GDate date = today();

    assert_false(parser_read_many(client, items, 5, &date));
    for (guint i = 0; i < 5; i++) {
        assert_int_equal(items[i].read, i < 2);
        assert_int_equal(items[i].message != NULL, i < 2);
        message_free(items[i].message);
        g_bytes_unref(items[i].bytes);
    }
    g_free(items);
    parser_client_close(client);
}

/* Each tries one thing in a parser's sandbox; the process's exit status is the errno, or it dies. */
static int try_open(void)
{
    return open("/etc/passwd", O_RDONLY) < 0 ? errno : 0;
}

static int try_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int try_connect(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int try_fork(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    return pid < 0 ? errno : 0;
}

static int try_program(void)
{
    execl("/bin/true", "true", NULL);
    return errno;
}

static int try_memory(void)
{
    void *volatile memory = malloc(16 << 20);
    free(memory);
    return 0;
}

static int status_of(gboolean (*enter)(GError **error), int (*attempt)(void))
{
    int status;
    pid_t pid = fork();

    if (pid == 0)
        _exit(enter(NULL) ? attempt() : 99);
    waitpid(pid, &status, 0);
    return status;
}

static void test_sandbox(void **state)
{
    (void)state;
    static const struct {
        int (*attempt)(void);
        gboolean dies;
        int code;
    } table[] = {
        {try_open, FALSE, EACCES}, {try_socket, FALSE, EACCES}, {try_connect, FALSE, EACCES},
        {try_program, TRUE, 0},    {try_memory, FALSE, 0},
#ifndef __SANITIZE_ADDRESS__
        {try_fork, TRUE, 0},
#endif
    };

    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        int status = status_of(sandbox_enter_parser, table[i].attempt);
        assert_int_equal(WIFSIGNALED(status), table[i].dies);
        if (!table[i].dies)
            assert_int_equal(WEXITSTATUS(status), table[i].code);
    }
}

static void test_worker(void **state)
{
    (void)state;
    assert_int_equal(WEXITSTATUS(status_of(sandbox_enter_worker, try_open)), 0);
    assert_int_equal(WEXITSTATUS(status_of(sandbox_enter_worker, try_socket)), 0);
    assert_int_equal(WEXITSTATUS(status_of(sandbox_enter_worker, try_fork)), 0);
    assert_int_equal(WEXITSTATUS(status_of(sandbox_enter_worker, try_program)), EPERM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many),      cmocka_unit_test(test_header_only), cmocka_unit_test(test_bad_habits),
        cmocka_unit_test(test_no_parser), cmocka_unit_test(test_sandbox),     cmocka_unit_test(test_worker),
    };
    message_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
