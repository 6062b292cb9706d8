/* How long a signed mail waits for a responder that is away, and that nobody else waits with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <semaphore.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "daemon/responder.h"
#include "tests/scenario/pki.h"

#define DAY 86400
#define BEGINS 1777000000
#define MORNING ((BEGINS + 10LL * DAY) * 1000)
#define MINUTE 60000LL
#define PATIENCE 30 /* minutes */

static struct {
    struct holder *office, *signer;
    struct trust *trust;
    GPtrArray *messages;
} world;

/* A name server that is silent: names are looked for until the test is over. */
static struct {
    sem_t over;
    gint asked, given_up;
} names;

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    struct timespec end;

    (void)node;
    (void)service;
    (void)hints;
    (void)found;
    g_atomic_int_inc(&names.asked);
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 20;
    while (sem_timedwait(&names.over, &end) != 0)
        if (errno == ETIMEDOUT) {
            g_atomic_int_inc(&names.given_up);
            break;
        }
    return EAI_AGAIN;
}

static void message_made(void)
{
    struct message *message = g_new0(struct message, 1);

    message->signature = g_new0(struct signature, 1);
    message->signature->state = SIGNATURE_INTACT;
    message->signature->certificate = holder_base64(world.signer);
    message->signature->chain = g_ptr_array_new();
    world.messages = g_ptr_array_new();
    g_ptr_array_add(world.messages, message);
}

static int make_world(void **state)
{
    g_autofree char *anchor = NULL;

    (void)state;
    world.office =
        holder_new(&(struct wish){.name = "测试中级", .from = BEGINS, .until = BEGINS + 3650LL * DAY, .authority = TRUE});
    world.signer = holder_new(&(struct wish){
        .name = "济南审核甲", .from = BEGINS, .until = BEGINS + 3650LL * DAY, .usage = "emailProtection", .issuer = world.office});
    anchor = holder_pem(world.office);
    world.trust = trust_new(TRUST_RESPONDERS);
    assert_true(trust_add_anchors(world.trust, anchor, strlen(anchor), NULL));
    message_made();
    return sem_init(&names.over, 0, 0);
}

static int drop_world(void **state)
{
    struct message *message = g_ptr_array_index(world.messages, 0);

    (void)state;
    g_ptr_array_unref(message->signature->chain);
    g_free(message->signature->certificate);
    g_free(message->signature);
    g_free(message);
    g_ptr_array_unref(world.messages);
    trust_free(world.trust);
    holder_free(world.signer);
    holder_free(world.office);
    return 0;
}

static gboolean owes(struct responders *responders, gint64 now)
{
    return responders_owe(responders, g_ptr_array_index(world.messages, 0), now);
}

/* An address where nobody listens, for as long as the socket lives. */
static int deaf_socket(char **url)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int socket_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(socket_fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(socket_fd, (struct sockaddr *)&address, &size), 0);
    *url = g_strdup_printf("http://127.0.0.1:%u/", ntohs(address.sin_port));
    return socket_fd;
}

/* Asked again as the desk does while mail waits. */
static void ask_until(struct responders *responders, gint64 from, gint64 until)
{
    for (gint64 now = from; now < until; now += MINUTE)
        responders_ask(responders, world.messages, now);
}

static void test_a_mail_has_its_own_time_to_wait(void **state)
{
    g_autofree char *url = NULL;
    int deaf = deaf_socket(&url);
    struct responders *responders = responders_open(world.trust, PATIENCE);

    (void)state;
    trust_ask_at(world.trust, url);
    ask_until(responders, MORNING, MORNING + PATIENCE * MINUTE);
    assert_true(owes(responders, MORNING + (PATIENCE - 1) * MINUTE));
    assert_false(owes(responders, MORNING + PATIENCE * MINUTE));

    /* a signed mail of the afternoon meets it away again, which nobody has seen since */
    gint64 afternoon = MORNING + 6 * 60 * MINUTE;
    responders_ask(responders, world.messages, afternoon);
    assert_true(owes(responders, afternoon));
    ask_until(responders, afternoon, afternoon + PATIENCE * MINUTE);
    assert_false(owes(responders, afternoon + PATIENCE * MINUTE));
    responders_close(responders);
    close(deaf);
}

static void test_a_clock_set_back_makes_nobody_wait_longer(void **state)
{
    g_autofree char *url = NULL;
    int deaf = deaf_socket(&url);
    struct responders *responders = responders_open(world.trust, PATIENCE);
    gint64 before = MORNING - 12 * 60 * MINUTE;

    (void)state;
    trust_ask_at(world.trust, url);
    responders_ask(responders, world.messages, MORNING);
    ask_until(responders, before, before + PATIENCE * MINUTE);
    assert_false(owes(responders, before + PATIENCE * MINUTE));
    responders_close(responders);
    close(deaf);
}

static void test_a_silent_name_server_holds_nobody_up(void **state)
{
    struct responders *responders = responders_open(world.trust, PATIENCE);

    (void)state;
    trust_ask_at(world.trust, "http://responder.example.com/");
    responders_ask(responders, world.messages, MORNING);
    assert_int_equal(g_atomic_int_get(&names.asked), 1);
    assert_int_equal(g_atomic_int_get(&names.given_up), 0);
    assert_true(owes(responders, MORNING));
    sem_post(&names.over);
    responders_close(responders);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_mail_has_its_own_time_to_wait),
        cmocka_unit_test(test_a_clock_set_back_makes_nobody_wait_longer),
        cmocka_unit_test(test_a_silent_name_server_holds_nobody_up),
    };

    return cmocka_run_group_tests_name("waiting for responders", tests, make_world, drop_world);
}
