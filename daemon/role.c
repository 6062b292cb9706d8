#include "daemon/role.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/clock.h"

#define HEARTBEAT (5 * CLOCK_SECOND)
#define PARSER_PATIENCE (30 * CLOCK_SECOND)

static void tell(struct role *role, enum role_word word, guint32 number)
{
    struct role_message message = {word, number};
    /* A full socket means that the parent has not looked for a long time: one heartbeat less does no harm. */
    if (send(role->control, &message, sizeof message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno != EAGAIN)
        role->stopping = TRUE;
    role->alive_at = clock_steady();
}

void role_ready(struct role *role)
{
    tell(role, ROLE_IS_READY, 0);
}

void role_alive(struct role *role)
{
    if (clock_steady() - role->alive_at >= HEARTBEAT)
        tell(role, ROLE_IS_ALIVE, 0);
}

gboolean role_stopping(struct role *role)
{
    struct signalfd_siginfo signal;
    while (read(role->signals, &signal, sizeof signal) == sizeof signal)
        role->stopping = TRUE;
    return role->stopping;
}

/* One answer of the parent: its socket, or -1 when there was none or it answers an earlier question. */
static int take_parser(struct role *role)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct role_message message = {0, 0};
    struct iovec data = {&message, sizeof message};
    struct msghdr packet = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    gssize got = recvmsg(role->control, &packet, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got == 0)
        role->stopping = TRUE;
    struct cmsghdr *header = got == sizeof message ? CMSG_FIRSTHDR(&packet) : NULL;
    if (!header || header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(sizeof(int)))
        return -1;
    int socket = -1;
    memcpy(&socket, CMSG_DATA(header), sizeof socket);
    if (message.number == role->asked)
        return socket;
    close(socket);
    return -1;
}

int role_new_parser(struct role *role)
{
    if (role->parser >= 0)
        close(role->parser);
    role->parser = -1;
    tell(role, ROLE_WANTS_PARSER, ++role->asked);

    gint64 end = clock_steady() + PARSER_PATIENCE;
    gint64 left = PARSER_PATIENCE;
    while (role->parser < 0 && left > 0 && !role_stopping(role)) {
        struct pollfd wait[] = {{role->control, POLLIN, 0}, {role->signals, POLLIN, 0}};
        if (poll(wait, G_N_ELEMENTS(wait), (int)MIN(left, HEARTBEAT)) > 0 && wait[0].revents)
            role->parser = take_parser(role);
        role_alive(role);
        left = end - clock_steady();
    }
    return role->parser;
}

void role_ring(int bell)
{
    guint64 one = 1;
    /* Fails only when the bell has rung 2^64 - 2 times unheard. */
    gssize written = write(bell, &one, sizeof one);
    (void)written;
}

gboolean role_heard(int bell)
{
    guint64 times = 0;
    return read(bell, &times, sizeof times) == sizeof times;
}

enum { WAIT_SIGNALS, WAIT_BELL, WAIT_MORE, WAIT_MOST = 16 };

/* Poll once, no longer than until the next heartbeat is due. */
static guint wait_once(struct role *role, struct pollfd *all, guint count, gint64 end)
{
    gint64 left = end - clock_steady();
    int ready = poll(all, count, (int)CLAMP(left, 0, HEARTBEAT));
    guint wake = clock_steady() >= end ? ROLE_WAKE_TIME : 0;
    if (ready > 0) {
        for (guint i = WAIT_MORE; i < count; i++)
            wake |= all[i].revents ? ROLE_WAKE_MORE : 0;
        if (all[WAIT_BELL].revents && role_heard(role->bell))
            wake |= ROLE_WAKE_BELL;
    }
    return wake | (role_stopping(role) ? ROLE_WAKE_STOP : 0);
}

guint role_wait(struct role *role, struct pollfd *more, guint count, gint64 until)
{
    struct pollfd all[WAIT_MOST] = {[WAIT_SIGNALS] = {role->signals, POLLIN, 0}, [WAIT_BELL] = {role->bell, POLLIN, 0}};
    g_assert(count <= WAIT_MOST - WAIT_MORE);
    for (guint i = 0; i < count; i++)
        all[WAIT_MORE + i] = more[i];
    gint64 end = clock_steady() + (until - clock_now()); /* whatever becomes of the clock meanwhile */
    guint wake = 0;
    do {
        role_alive(role);
        wake = wait_once(role, all, WAIT_MORE + count, end);
    } while (!wake);
    for (guint i = 0; i < count; i++)
        more[i].revents = wake & ROLE_WAKE_MORE ? all[WAIT_MORE + i].revents : 0;
    return wake;
}

static const struct role_kind *find_kind(const struct role_kind *kinds, const char *name)
{
    for (; kinds->name; kinds++) {
        if (g_str_equal(kinds->name, name))
            return kinds;
    }
    return NULL;
}

/* The process's name in ps and top, and nothing that a child could gain or leave behind. */
static void settle(const char *name, int argc, char **argv)
{
    g_autofree char *short_name = g_strdup_printf("cs-%s", name); /* the kernel keeps 15 characters */
    prctl(PR_SET_NAME, short_name);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    umask(077);
    for (int i = 1; i < argc; i++) /* leave "countersignd: desk" alone on the command line */
        memset(argv[i], 0, strlen(argv[i]));
    /* What systemd told the parent is not meant for its children. */
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    signal(SIGINT, SIG_IGN); /* a terminal sends it to all; the parent tells us when to end */
    signal(SIGPIPE, SIG_IGN);
}

static struct config *inherited_configuration(const char *source, GError **error)
{
    struct stat status;
    if (fstat(ROLE_CONFIGURATION, &status) < 0) {
        g_set_error(error, CONFIG_ERROR, CONFIG_UNREADABLE, "no configuration from the parent: %s", g_strerror(errno));
        return NULL;
    }
    gsize size = (gsize)status.st_size;
    g_autofree char *text = g_malloc0(size + 1);
    gssize got = pread(ROLE_CONFIGURATION, text, size, 0);
    close(ROLE_CONFIGURATION);
    return config_read_text(source, text, got < 0 ? 0 : (gsize)got, error);
}

static gboolean is_open(int descriptor)
{
    return fcntl(descriptor, F_GETFD) >= 0;
}

/* Take the descriptors over; from now on none of them leaves this process. */
static void take_descriptors(struct role *role)
{
    for (int i = ROLE_CONTROL; i < ROLE_DESCRIPTORS; i++)
        fcntl(i, F_SETFD, FD_CLOEXEC);
    role->control = is_open(ROLE_CONTROL) ? ROLE_CONTROL : -1;
    role->parser = is_open(ROLE_PARSER) ? ROLE_PARSER : -1;
    role->desk_bell = is_open(ROLE_DESK_BELL) ? ROLE_DESK_BELL : -1;
    role->courier_bell = is_open(ROLE_COURIER_BELL) ? ROLE_COURIER_BELL : -1;
    role->signals = -1;

    sigset_t signals;
    sigemptyset(&signals);
    if (role->control >= 0) { /* the parser, without one, ends when its socket does */
        sigaddset(&signals, SIGTERM);
        sigaddset(&signals, SIGHUP);
        role->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    }
    sigprocmask(SIG_SETMASK, &signals, NULL);
}

int role_run(const struct role_kind *kinds, int argc, char **argv)
{
    const struct role_kind *kind = argc == 4 ? find_kind(kinds, argv[2]) : NULL;
    if (!kind) {
        log_line(LOG_LEVEL_ERROR, "%s is for the parent's use", ROLE_OPTION);
        return EXIT_FAILURE;
    }
    g_autofree char *source = g_strdup(argv[3]);
    settle(kind->name, argc, argv);
    g_autoptr(GError) error = NULL;
    struct config *config = inherited_configuration(source, &error);
    if (!config) {
        log_line(LOG_LEVEL_ERROR, "%s: %s", kind->name, error->message);
        return EXIT_FAILURE;
    }
    log_open(kind->name, config->log_level);
    struct role role = {.name = kind->name, .config = config};
    take_descriptors(&role);
    role.bell = g_str_equal(kind->name, "desk") ? role.desk_bell : role.courier_bell;
    int status = kind->run(&role);
    config_free(config);
    return status;
}
