/* The parent with small stand-ins for desk, courier and parser, killed at random. The stand-ins say what they do in the log, which this test reads. */
#include "daemon/parent.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/clock.h"

#define PATIENCE (20 * CLOCK_SECOND)

/* --- The stand-ins --- */

/* Answers each byte by its process number; 'h' hangs it. */
static int parser_stand_in(struct role *role)
{
    char byte;
    while (read(role->parser, &byte, 1) == 1) {
        pid_t self = getpid();
        if (byte == 'h')
            pause();
        if (write(role->parser, &self, sizeof self) != sizeof self)
            return 1;
    }
    return 0;
}

static gboolean ask(struct role *role, char byte, pid_t *answer)
{
    struct pollfd wait = {role->parser, POLLIN, 0};
    return send(role->parser, &byte, 1, MSG_NOSIGNAL) == 1 && poll(&wait, 1, byte == 'h' ? 100 : 5000) == 1 &&
           read(role->parser, answer, sizeof *answer) == sizeof *answer;
}

/* A round: the parser is asked, the courier is told. A file "hang" makes it ask the deadly question first. */
static int desk_stand_in(struct role *role)
{
    g_autofree char *hang = g_build_filename(role->config->state_directory, "hang", NULL);
    role_ready(role);
    while (!role_stopping(role)) {
        pid_t parser = 0;
        char byte = g_unlink(hang) == 0 ? 'h' : 'a';
        if (!ask(role, byte, &parser)) {
            role_new_parser(role);
            continue;
        }
        log_line(LOG_LEVEL_INFO, "round %d %d %d", (int)getpid(), (int)parser, (int)role->config->draft_days);
        role_ring(role->courier_bell);
        struct pollfd end = {role->parser, POLLIN, 0};
        role_wait(role, &end, 1, clock_now() + 20);
    }
    log_line(LOG_LEVEL_INFO, "leaving");
    return 0;
}

static int courier_stand_in(struct role *role)
{
    role_ready(role);
    while (!(role_wait(role, NULL, 0, G_MAXINT64) & ROLE_WAKE_STOP))
        log_line(LOG_LEVEL_INFO, "round %d", (int)getpid());
    log_line(LOG_LEVEL_INFO, "leaving");
    return 0;
}

static const struct role_kind kinds[] = {
    {"parser", parser_stand_in}, {"desk", desk_stand_in}, {"courier", courier_stand_in}, {NULL, NULL}};

/* --- The world of a test --- */

enum { PARSER, DESK, COURIER };

struct world {
    char *directory;
    char *file;
    pid_t parent;
    int log; /* all lines of parent and children; ends when the last of them does */
    GString *unread;
    int notices; /* datagrams for systemd, and what they said */
    GString *noticed;
    pid_t pids[3]; /* as last heard */
    int draft_days;
};

static void put_configuration(const struct world *world, const char *draft_days)
{
    g_autofree char *text =
        g_strdup_printf("[countersign]\nstate-directory=%s/state\noperator=operator@example.com\ndraft-days=%s\n"
                        "[mailbox]\nurl=maildir:///nowhere\n[submission]\nurl=smtp://127.0.0.1:25\n"
                        "[directory]\nsuffix=dc=example\n",
                        world->directory, draft_days);
    assert_true(g_file_set_contents(world->file, text, -1, NULL));
}

static void start_parent(struct world *world)
{
    int pipes[2];
    assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
    world->parent = fork();
    assert_true(world->parent >= 0);
    if (world->parent == 0) {
        g_autofree char *notify = g_build_filename(world->directory, "notify", NULL);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(pipes[1], STDERR_FILENO);
        g_setenv("NOTIFY_SOCKET", notify, TRUE);
        g_setenv("WATCHDOG_USEC", "200000", TRUE);
        execl("/proc/self/exe", "test", "--parent", world->file, NULL);
        _exit(127);
    }
    close(pipes[1]);
    world->log = pipes[0];
    g_string_truncate(world->unread, 0);
    memset(world->pids, 0, sizeof world->pids);
}

/* Wait for more of the log, and take what is told to systemd meanwhile. FALSE at the end of all processes. */
static gboolean read_more(struct world *world)
{
    char bytes[4096] = "";
    struct pollfd wait[] = {{world->log, POLLIN, 0}, {world->notices, POLLIN, 0}};
    assert_true(poll(wait, G_N_ELEMENTS(wait), (int)PATIENCE) > 0);
    if (wait[1].revents && recv(world->notices, bytes, sizeof bytes - 1, 0) > 0)
        g_string_append_printf(world->noticed, "%s\n", bytes);
    if (!wait[0].revents)
        return TRUE;
    gssize got = read(world->log, bytes, sizeof bytes);
    if (got > 0)
        g_string_append_len(world->unread, bytes, got);
    return got > 0;
}

/* The next line, or NULL at the end of all processes. */
static char *next_line(struct world *world)
{
    char *end;
    while (!(end = strchr(world->unread->str, '\n'))) {
        if (!read_more(world))
            return NULL;
    }
    gsize length = (gsize)(end - world->unread->str);
    char *line = g_strndup(world->unread->str, length);
    g_string_erase(world->unread, 0, (gssize)length + 1);
    if (g_getenv("TEST_VERBOSE"))
        fprintf(stderr, "  | %s\n", line);
    return line;
}

static void learn(struct world *world, const char *line)
{
    const char *desk = strstr(line, " desk: round ");
    const char *courier = strstr(line, " courier: round ");
    if (desk)
        assert_int_equal(sscanf(desk, " desk: round %d %d %d", &world->pids[DESK], &world->pids[PARSER], &world->draft_days), 3);
    if (courier)
        assert_int_equal(sscanf(courier, " courier: round %d", &world->pids[COURIER]), 1);
}

/* Read the log until it says `what`. */
static void await_line(struct world *world, const char *what)
{
    gboolean found = FALSE;
    while (!found) {
        g_autofree char *line = next_line(world);
        assert_non_null(line);
        learn(world, line);
        found = strstr(line, what) != NULL;
    }
}

/* Read the log until another process than `old` does that work. */
static void await_other(struct world *world, int which, pid_t old)
{
    while (world->pids[which] == old || !world->pids[which]) {
        g_autofree char *line = next_line(world);
        assert_non_null(line);
        learn(world, line);
    }
}

static void await_all(struct world *world)
{
    for (int which = PARSER; which <= COURIER; which++)
        await_other(world, which, 0);
}

static int await_status(struct world *world)
{
    int status = 0;
    for (;;) {
        g_autofree char *line = next_line(world);
        if (!line)
            break;
    }
    assert_int_equal(waitpid(world->parent, &status, 0), world->parent);
    close(world->log);
    world->parent = 0;
    return status;
}

static guint count_descriptors(pid_t pid)
{
    g_autofree char *name = g_strdup_printf("/proc/%d/fd", (int)pid);
    g_autoptr(GDir) directory = g_dir_open(name, 0, NULL);
    guint count = 0;
    assert_non_null(directory);
    while (g_dir_read_name(directory))
        count++;
    return count;
}

/* Read the log until the process has no more than so many descriptors; those in the making at this moment do not last a round. */
static void await_descriptors(struct world *world, pid_t pid, guint count)
{
    for (int lines = 0; count_descriptors(pid) > count; lines++) {
        g_autofree char *line = next_line(world);
        assert_non_null(line);
        assert_true(lines < 100);
    }
}

static void await_notice(struct world *world, const char *what)
{
    while (!strstr(world->noticed->str, what))
        assert_true(read_more(world));
}

static int set_up(void **state)
{
    struct world *world = g_new0(struct world, 1);
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    world->directory = g_dir_make_tmp("parent-XXXXXX", NULL);
    world->file = g_build_filename(world->directory, "countersign.conf", NULL);
    world->unread = g_string_new(NULL);
    world->noticed = g_string_new(NULL);
    g_snprintf(name.sun_path, sizeof name.sun_path, "%s/notify", world->directory);
    world->notices = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(world->notices, (struct sockaddr *)&name, sizeof name), 0);
    put_configuration(world, "7");
    start_parent(world);
    await_line(world, "ready: desk and courier are at work");
    await_all(world);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    if (world->parent) {
        kill(world->parent, SIGKILL);
        await_status(world);
    }
    const char *left[] = {"state/lock", "state", "countersign.conf", "notify"};
    for (guint i = 0; i < G_N_ELEMENTS(left); i++) {
        g_autofree char *path = g_build_filename(world->directory, left[i], NULL);
        g_remove(path);
    }
    g_rmdir(world->directory);
    close(world->notices);
    g_string_free(world->unread, TRUE);
    g_string_free(world->noticed, TRUE);
    g_free(world->file);
    g_free(world->directory);
    g_free(world);
    return 0;
}

/* --- Tests --- */

static void names_its_processes(void **state)
{
    struct world *world = *state;
    const char *names[] = {"parser", "desk", "courier"};
    for (int which = PARSER; which <= COURIER; which++) {
        g_autofree char *path = g_strdup_printf("/proc/%d/cmdline", (int)world->pids[which]);
        g_autofree char *want = g_strdup_printf("countersignd: %s", names[which]);
        g_autofree char *text = NULL;
        assert_true(g_file_get_contents(path, &text, NULL, NULL));
        assert_string_equal(text, want);
    }
}

static void starts_what_is_killed(void **state)
{
    static const int times[] = {[PARSER] = 12, [DESK] = 5, [COURIER] = 5};
    struct world *world = *state;
    guint before = count_descriptors(world->parent);
    int left[G_N_ELEMENTS(times)];
    g_autoptr(GRand) random = g_rand_new_with_seed(20260301);
    memcpy(left, times, sizeof left);
    while (left[PARSER] + left[DESK] + left[COURIER]) {
        int which = g_rand_int_range(random, PARSER, COURIER + 1);
        pid_t old = world->pids[which];
        if (!left[which])
            continue;
        left[which]--;
        assert_int_equal(kill(old, SIGKILL), 0);
        await_other(world, which, old);
        if (which == DESK) /* its parser ended with it */
            await_other(world, PARSER, 0);
    }
    await_descriptors(world, world->parent, before);
    assert_int_equal(waitpid(world->parent, NULL, WNOHANG), 0);
}

static void replaces_a_parser_that_hangs(void **state)
{
    struct world *world = *state;
    g_autofree char *hang = g_build_filename(world->directory, "state", "hang", NULL);
    guint before = count_descriptors(world->pids[DESK]);
    for (int i = 0; i < 5; i++) {
        pid_t old = world->pids[PARSER];
        assert_true(g_file_set_contents(hang, "", 0, NULL));
        await_other(world, PARSER, old);
    }
    await_descriptors(world, world->pids[DESK], before);
}

static void reads_its_configuration_again(void **state)
{
    struct world *world = *state;
    pid_t old[] = {world->pids[PARSER], world->pids[DESK], world->pids[COURIER]};
    put_configuration(world, "many");
    kill(world->parent, SIGHUP);
    await_line(world, "[countersign] draft-days: must be a number");
    await_line(world, "stays as it was");
    await_line(world, "desk: round");
    assert_int_equal(world->pids[DESK], old[DESK]);

    /* What a child gets when it falls now is what was checked, not the wrong file. */
    kill(world->pids[DESK], SIGKILL);
    await_other(world, DESK, old[DESK]);
    assert_int_equal(world->draft_days, 7);
    old[DESK] = world->pids[DESK];

    put_configuration(world, "9");
    kill(world->parent, SIGHUP);
    await_line(world, "desk: leaving");
    await_line(world, "courier: leaving");
    await_line(world, "ready: desk and courier are at work");
    await_other(world, DESK, old[DESK]);
    await_other(world, COURIER, old[COURIER]);
    assert_int_equal(world->draft_days, 9);
}

static void tells_systemd(void **state)
{
    struct world *world = *state;
    await_notice(world, "READY=1");
    await_notice(world, "WATCHDOG=1");
    kill(world->pids[COURIER], SIGKILL);
    await_notice(world, "STATUS=Desk at work, courier at work, parser at work; restarted 0, 1, 0 times.");
    kill(world->parent, SIGTERM);
    await_notice(world, "STOPPING=1");
}

static void ends_in_order(void **state)
{
    struct world *world = *state;
    kill(world->parent, SIGTERM);
    await_line(world, "desk: leaving");
    await_line(world, "courier: leaving");
    await_line(world, "parent: ended");
    assert_int_equal(await_status(world), 0);
}

static void ends_at_a_second_signal(void **state)
{
    struct world *world = *state;
    kill(world->pids[DESK], SIGSTOP);
    kill(world->parent, SIGTERM);
    await_line(world, "ending");
    kill(world->parent, SIGTERM);
    int status = await_status(world);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

static void takes_its_children_along(void **state)
{
    struct world *world = *state;
    kill(world->parent, SIGKILL);
    assert_true(WIFSIGNALED(await_status(world))); /* returns when the last process has closed the log */
    start_parent(world);
    await_all(world);
}

static void does_not_share_its_state(void **state)
{
    struct world *first = *state;
    struct world second = {.directory = first->directory,
                           .file = first->file,
                           .unread = g_string_new(NULL),
                           .notices = first->notices,
                           .noticed = first->noticed};
    start_parent(&second);
    await_line(&second, "is locked: another countersignd works on this directory");
    int status = await_status(&second);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    g_string_free(second.unread, TRUE);
    await_line(first, "desk: round");
}

int main(int argc, char **argv)
{
    if (argc > 1 && g_str_equal(argv[1], ROLE_OPTION))
        return role_run(kinds, argc, argv);
    if (argc == 3 && g_str_equal(argv[1], "--parent"))
        return parent_run(argv[2]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_its_processes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(starts_what_is_killed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(replaces_a_parser_that_hangs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_its_configuration_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_systemd, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ends_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ends_at_a_second_signal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(takes_its_children_along, set_up, tear_down),
        cmocka_unit_test_setup_teardown(does_not_share_its_state, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
