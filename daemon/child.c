#include "daemon/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/clock.h"

#define PAUSE_LEAST G_GINT64_CONSTANT(50)
#define PAUSE_MOST (30 * CLOCK_SECOND) /* for one that says itself, by its status, that it cannot work */
/* A child that lived twenty times its last pause, or ten seconds, is well again: kills far apart cost nothing, a crash at every start soon waits long. */
#define LIFE_PER_PAUSE 20
#define LIFE_ENOUGH (10 * CLOCK_SECOND)

void child_open(struct child *child, const char *name, gint64 pause_most, gint64 now)
{
    *child = (struct child){
        .name = name, .pause_most = pause_most, .control = -1, .heard_at = now, .start_at = now, .kill_at = CHILD_NEVER};
}

static void settle_restart(struct child *child, gint64 pause_most, gint64 now)
{
    gint64 lived = now - child->started_at;
    if (lived >= LIFE_ENOUGH || (child->pause && lived >= child->pause * LIFE_PER_PAUSE))
        child->pause = 0;
    child->start_at = now + child->pause;
    child->pause = CLAMP(child->pause * 2, PAUSE_LEAST, pause_most);
}

/* In the new process: the descriptors at their numbers, all else closed, the parent's death as ours, then the program again. Calls nothing that could lock. */
static void become(const int *descriptors, pid_t parent, char **argv)
{
    int high[ROLE_DESCRIPTORS];
    for (int i = ROLE_CONTROL; i < ROLE_DESCRIPTORS; i++)
        high[i] = descriptors[i] < 0 ? -1 : fcntl(descriptors[i], F_DUPFD_CLOEXEC, ROLE_DESCRIPTORS);
    for (int i = ROLE_CONTROL; i < ROLE_DESCRIPTORS; i++) {
        if (high[i] < 0)
            close(i);
        else if (dup2(high[i], i) < 0)
            _exit(127);
    }
    close_range(ROLE_DESCRIPTORS, ~0U, CLOSE_RANGE_CLOEXEC);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent)
        execv("/proc/self/exe", argv);
    _exit(127);
}

static gboolean refused(struct child *child, gint64 now, const char *what, GError **error)
{
    int reason = errno;
    child->started_at = now;
    settle_restart(child, PAUSE_MOST, now);
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(reason), "%s cannot be started: %s: %s", child->name, what,
                g_strerror(reason));
    return FALSE;
}

gboolean child_start(struct child *child, const int *descriptors, gboolean control, const char *source, gint64 now, GError **error)
{
    int all[ROLE_DESCRIPTORS];
    int pair[2] = {-1, -1};
    memcpy(all, descriptors, sizeof all);
    if (control && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return refused(child, now, "socketpair", error);
    all[ROLE_CONTROL] = pair[1];

    g_autofree char *title = g_strdup_printf("countersignd: %s", child->name);
    char *argv[] = {title, (char *)ROLE_OPTION, (char *)child->name, (char *)source, NULL};
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        become(all, parent, argv);
    if (pair[1] >= 0)
        close(pair[1]);
    if (pid < 0) {
        if (pair[0] >= 0)
            close(pair[0]);
        return refused(child, now, "fork", error);
    }
    child->pid = pid;
    child->control = pair[0];
    child->ready = FALSE;
    child->expected = FALSE;
    child->started_at = now;
    child->heard_at = now;
    child->start_at = CHILD_NEVER;
    child->kill_at = CHILD_NEVER;
    return TRUE;
}

void child_stop(struct child *child, gint64 patience, gint64 now)
{
    child->expected = TRUE;
    if (!child->pid)
        return;
    child->kill_at = MIN(child->kill_at, now + patience);
    kill(child->pid, SIGTERM);
}

void child_kill(struct child *child)
{
    child->kill_at = CHILD_NEVER;
    if (child->pid)
        kill(child->pid, SIGKILL);
}

void child_watch(struct child *child, gint64 now)
{
    if (!child->pid)
        return;
    if (now >= child->kill_at) {
        log_line(LOG_LEVEL_WARNING, "%s (process %d) does not end and is killed", child->name, (int)child->pid);
        child_kill(child);
    } else if (child->control >= 0 && now - child->heard_at >= ROLE_SILENCE_SECONDS * CLOCK_SECOND) {
        log_line(LOG_LEVEL_ERROR, "%s (process %d) was silent for %d s and is killed", child->name, (int)child->pid,
                 ROLE_SILENCE_SECONDS);
        child->heard_at = now;
        child_kill(child);
    }
}

void child_ended(struct child *child, int status, gint64 now)
{
    g_autofree char *how = WIFSIGNALED(status) ? g_strdup_printf("signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)))
                                               : g_strdup_printf("status %d", WEXITSTATUS(status));
    pid_t pid = child->pid;
    gboolean orderly = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    /* The one without a control socket has ended because its other socket did. */
    gboolean wanted = orderly && (child->expected || child->control < 0);
    if (child->control >= 0)
        close(child->control);
    child->control = -1;
    child->pid = 0;
    child->ready = FALSE;
    child->kill_at = CHILD_NEVER;
    if (wanted && child->expected)
        child->start_at = now;
    else
        settle_restart(child, WIFSIGNALED(status) || orderly ? child->pause_most : PAUSE_MOST, now);
    if (wanted) {
        log_line(LOG_LEVEL_DEBUG, "%s (process %d) has ended", child->name, (int)pid);
        return;
    }
    child->restarts++;
    g_autofree char *next = child->expected
                                ? g_strdup("")
                                : g_strdup_printf(", starts again in %.2f s", (double)(child->start_at - now) / CLOCK_SECOND);
    log_line(LOG_LEVEL_WARNING, "%s (process %d) ended by %s after %.1f s%s", child->name, (int)pid, how,
             (double)(now - child->started_at) / CLOCK_SECOND, next);
}

gboolean child_hear(struct child *child, struct role_message *message, gint64 now)
{
    if (child->control < 0 || recv(child->control, message, sizeof *message, MSG_DONTWAIT) != sizeof *message)
        return FALSE;
    child->heard_at = now;
    if (message->word == ROLE_IS_READY)
        child->ready = TRUE;
    return TRUE;
}

void child_pass(const struct child *child, guint32 number, int socket)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {.bytes = {0}};
    struct role_message message = {ROLE_WANTS_PARSER, number};
    struct iovec data = {&message, sizeof message};
    struct msghdr packet = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    struct cmsghdr *header = CMSG_FIRSTHDR(&packet);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof socket);
    memcpy(CMSG_DATA(header), &socket, sizeof socket);
    /* Fails when the child has just died: its successor finds the parser anew. */
    if (sendmsg(child->control, &packet, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        log_line(LOG_LEVEL_DEBUG, "%s did not take the parser: %s", child->name, g_strerror(errno));
}
