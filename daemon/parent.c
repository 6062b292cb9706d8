#include "daemon/parent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "daemon/child.h"
#include "daemon/clock.h"
#include "daemon/site.h"

#define STOP_PATIENCE (25 * CLOCK_SECOND)  /* for all together; the unit's TimeoutStopSec is longer */
#define PARSER_PATIENCE CLOCK_SECOND       /* from the end of its socket to its own */
#define RENEW_PATIENCE (30 * CLOCK_SECOND) /* for one child to be ready with a new configuration before the next one's turn */
#define LOCK_PATIENCE (3 * CLOCK_SECOND)   /* for children of a parent that was killed just now */
#define NAP (5 * CLOCK_SECOND)

enum { PARSER, DESK, COURIER, CHILDREN };
static const char *const names[CHILDREN] = {"parser", "desk", "courier"};
/* A hostile message must not slow the service, so the parser is never away for long. */
static const gint64 pause_most[CHILDREN] = {200, 30 * CLOCK_SECOND, 30 * CLOCK_SECOND};

struct parent {
    const char *file;
    struct config *config;
    int configuration; /* sealed memory with the text of config */
    int lock;
    int signals;
    int desk_bell, courier_bell;
    struct child children[CHILDREN];

    int kept;       /* the desk's end of the parser's socket until the desk takes it; -1 */
    guint32 wanted; /* the desk's question for a parser that waits for one; 0 */

    gboolean renew[CHILDREN]; /* to be ended and started with the new configuration */
    struct child *renewing;   /* the one whose turn it is; NULL */
    gint64 renew_end;

    gint64 stop_end; /* 0: not stopping */
    gboolean forced; /* something had to be killed to end */

    gboolean announced; /* READY=1 was said */
    char *said;         /* the last status line */
    gint64 watchdog;    /* milliseconds between WATCHDOG=1; 0: none wanted */
    gint64 watchdog_at;
};

static void close_kept(struct parent *parent)
{
    if (parent->kept >= 0)
        close(parent->kept);
    parent->kept = -1;
}

/* --- What is read and opened once --- */

static int sealed_memory(const char *text, gsize size)
{
    int memory = memfd_create("configuration", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (memory < 0)
        return -1;
    if (write(memory, text, size) != (gssize)size) {
        close(memory);
        return -1;
    }
    fcntl(memory, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
    return memory;
}

static gboolean read_configuration(struct parent *parent, GError **error)
{
    g_autofree char *text = NULL;
    gsize size = 0;
    if (!g_file_get_contents(parent->file, &text, &size, error))
        return FALSE;
    struct config *config = config_read_text(parent->file, text, size, error);
    if (!config)
        return FALSE;
    if (parent->config && !g_str_equal(parent->config->state_directory, config->state_directory)) {
        g_set_error(error, CONFIG_ERROR, CONFIG_WRONG, "%s: [countersign] state-directory: changes only at a restart",
                    parent->file);
        config_free(config);
        return FALSE;
    }
    if (!site_check(config, error)) {
        g_prefix_error(error, "%s: ", parent->file);
        config_free(config);
        return FALSE;
    }
    int memory = sealed_memory(text, size);
    if (memory < 0) {
        g_set_error(error, CONFIG_ERROR, CONFIG_UNREADABLE, "no memory for the configuration: %s", g_strerror(errno));
        config_free(config);
        return FALSE;
    }
    if (parent->configuration >= 0)
        close(parent->configuration);
    config_free(parent->config);
    parent->configuration = memory;
    parent->config = config;
    log_open("parent", config->log_level);
    return TRUE;
}

static void complain(const GError *error)
{
    g_auto(GStrv) lines = g_strsplit(error->message, "\n", -1);
    for (char **line = lines; *line; line++)
        log_line(LOG_LEVEL_ERROR, "%s", *line);
}

static gboolean lock_state(struct parent *parent)
{
    const char *directory = parent->config->state_directory;
    g_autofree char *name = g_build_filename(directory, "lock", NULL);
    if (g_mkdir_with_parents(directory, 0700) < 0 || (parent->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) < 0) {
        log_line(LOG_LEVEL_ERROR, "%s: %s", name, g_strerror(errno));
        return FALSE;
    }
    gint64 end = clock_steady() + LOCK_PATIENCE;
    while (flock(parent->lock, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK || clock_steady() >= end) {
            log_line(LOG_LEVEL_ERROR, "%s: is locked: another countersignd works on this directory", name);
            return FALSE;
        }
        g_usleep(20 * 1000);
    }
    return TRUE;
}

static gboolean open_descriptors(struct parent *parent)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null >= 0)
        dup2(null, STDIN_FILENO);
    if (null > STDERR_FILENO)
        close(null);
    parent->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    parent->desk_bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    parent->courier_bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (parent->signals >= 0 && parent->desk_bell >= 0 && parent->courier_bell >= 0)
        return TRUE;
    log_line(LOG_LEVEL_ERROR, "no descriptors: %s", g_strerror(errno));
    return FALSE;
}

/* --- Starting children --- */

static void only_configuration(const struct parent *parent, int *descriptors)
{
    for (int i = 0; i < ROLE_DESCRIPTORS; i++)
        descriptors[i] = -1;
    descriptors[ROLE_CONFIGURATION] = parent->configuration;
}

static void start(struct parent *parent, struct child *child, const int *descriptors, gint64 now)
{
    g_autoptr(GError) error = NULL;
    if (!child_start(child, descriptors, child != &parent->children[PARSER], parent->file, now, &error))
        log_line(LOG_LEVEL_ERROR, "%s", error->message);
}

static void start_parser(struct parent *parent, gint64 now)
{
    struct child *parser = &parent->children[PARSER];
    struct child *desk = &parent->children[DESK];
    int pair[2];
    close_kept(parent);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        log_line(LOG_LEVEL_ERROR, "no socket for the parser: %s", g_strerror(errno));
        parser->start_at = now + parser->pause_most;
        return;
    }
    int descriptors[ROLE_DESCRIPTORS];
    only_configuration(parent, descriptors);
    descriptors[ROLE_PARSER] = pair[0];
    start(parent, parser, descriptors, now);
    close(pair[0]);
    parent->kept = pair[1];
    if (!parent->wanted || !parser->pid)
        return;
    child_pass(desk, parent->wanted, parent->kept);
    parent->wanted = 0;
    close_kept(parent);
}

static void start_worker(struct parent *parent, int which, gint64 now)
{
    struct child *child = &parent->children[which];
    int descriptors[ROLE_DESCRIPTORS];
    only_configuration(parent, descriptors);
    descriptors[ROLE_DESK_BELL] = parent->desk_bell;
    descriptors[ROLE_COURIER_BELL] = parent->courier_bell;
    descriptors[ROLE_LOCK] = parent->lock;
    descriptors[ROLE_PARSER] = which == DESK ? parent->kept : -1;
    start(parent, child, descriptors, now);
    if (which == DESK && child->pid)
        close_kept(parent);
}

/* The desk starts with a parser behind its socket, so it waits for one. */
static gboolean startable(const struct parent *parent, int which)
{
    return !parent->stop_end && !parent->children[which].pid && (which != DESK || parent->kept >= 0);
}

static void start_due(struct parent *parent, gint64 now)
{
    for (int which = 0; which < CHILDREN; which++) {
        if (!startable(parent, which) || now < parent->children[which].start_at)
            continue;
        if (which == PARSER)
            start_parser(parent, now);
        else
            start_worker(parent, which, now);
    }
}

/* --- What children do --- */

/* The parser ends by itself when its socket does, unless it is stuck in a message. */
static void end_parser(struct parent *parent, gint64 now)
{
    struct child *parser = &parent->children[PARSER];
    parser->expected = TRUE;
    if (parser->pid)
        parser->kill_at = MIN(parser->kill_at, now + PARSER_PATIENCE);
}

static void reap(struct parent *parent, gint64 now)
{
    int status = 0;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (int which = 0; which < CHILDREN; which++) {
            if (parent->children[which].pid != pid)
                continue;
            child_ended(&parent->children[which], status, now);
            if (which == DESK)
                parent->wanted = 0;
            if (which == DESK && parent->kept < 0)
                end_parser(parent, now);
            if (which == PARSER)
                close_kept(parent);
        }
    }
}

static void hear(struct parent *parent, int which, gint64 now)
{
    struct child *child = &parent->children[which];
    struct role_message message;
    while (child_hear(child, &message, now)) {
        if (message.word != ROLE_WANTS_PARSER || which != DESK)
            continue;
        if (parent->kept >= 0) {
            child_pass(child, message.number, parent->kept);
            close_kept(parent);
        } else {
            /* It has given up on the parser that it had: dead, or stuck in a message. */
            parent->wanted = message.number;
            child_kill(&parent->children[PARSER]);
        }
    }
}

/* --- Ending and renewing --- */

static void begin_stop(struct parent *parent, gint64 now)
{
    if (parent->stop_end) {
        log_line(LOG_LEVEL_WARNING, "told to end once more: what still runs is killed");
        parent->stop_end = now;
        return;
    }
    log_line(LOG_LEVEL_INFO, "ending: the desk's round, then the courier's");
    sd_notify(0, "STOPPING=1");
    parent->stop_end = now + STOP_PATIENCE;
    child_stop(&parent->children[DESK], STOP_PATIENCE, now);
}

/* One step towards the end. TRUE when all have ended. */
static gboolean stopped(struct parent *parent, gint64 now)
{
    struct child *parser = &parent->children[PARSER];
    struct child *desk = &parent->children[DESK];
    struct child *courier = &parent->children[COURIER];
    if (now >= parent->stop_end) {
        for (int which = 0; which < CHILDREN; which++) {
            parent->forced |= parent->children[which].pid != 0;
            parent->children[which].expected = TRUE;
            child_kill(&parent->children[which]);
        }
    }
    if (desk->pid)
        return FALSE;
    close_kept(parent);
    if (courier->pid && !courier->expected)
        child_stop(courier, parent->stop_end - now, now);
    if (courier->pid)
        return FALSE;
    if (parser->pid)
        end_parser(parent, now);
    return !parser->pid;
}

static void begin_renewal(struct parent *parent)
{
    g_autoptr(GError) error = NULL;
    if (!read_configuration(parent, &error)) {
        complain(error);
        log_line(LOG_LEVEL_ERROR, "the configuration is not right and stays as it was");
        return;
    }
    log_line(LOG_LEVEL_INFO, "%s was read again", parent->file);
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time());
    parent->announced = FALSE;
    parent->renew[DESK] = parent->renew[COURIER] = TRUE;
}

/* Desk and courier in turn; the parser follows the desk. */
static void renew(struct parent *parent, gint64 now)
{
    if (parent->renewing && now < parent->renew_end && !parent->renewing->ready)
        return;
    parent->renewing = NULL;
    for (int which = 0; which < CHILDREN && !parent->renewing; which++) {
        struct child *child = &parent->children[which];
        if (!parent->renew[which])
            continue;
        parent->renew[which] = FALSE;
        parent->renewing = child;
        parent->renew_end = now + RENEW_PATIENCE;
        child_stop(child, STOP_PATIENCE, now);
        child->ready = FALSE;
        if (!child->pid) { /* perhaps the old configuration was what it fell over */
            child->start_at = now;
            child->pause = 0;
        }
    }
}

static void read_signals(struct parent *parent, gint64 now)
{
    struct signalfd_siginfo signal;
    while (read(parent->signals, &signal, sizeof signal) == sizeof signal) {
        if (signal.ssi_signo == SIGHUP && !parent->stop_end)
            begin_renewal(parent);
        else if (signal.ssi_signo == SIGTERM || signal.ssi_signo == SIGINT)
            begin_stop(parent, now);
    }
}

/* --- systemd --- */

static const char *state_word(const struct child *child)
{
    if (!child->pid)
        return "restarting";
    return child->ready || child->control < 0 ? "at work" : "starting";
}

static void notify(struct parent *parent, gint64 now)
{
    const struct child *children = parent->children;
    g_autofree char *status = g_strdup_printf(
        "Desk %s, courier %s, parser %s; restarted %u, %u, %u times.", state_word(&children[DESK]), state_word(&children[COURIER]),
        state_word(&children[PARSER]), children[DESK].restarts, children[COURIER].restarts, children[PARSER].restarts);
    if (g_strcmp0(status, parent->said)) {
        sd_notifyf(0, "STATUS=%s", status);
        g_free(parent->said);
        parent->said = g_steal_pointer(&status);
    }
    if (!parent->announced && !parent->stop_end && !parent->renewing && children[DESK].ready && children[COURIER].ready) {
        parent->announced = TRUE;
        sd_notify(0, "READY=1");
        log_line(LOG_LEVEL_INFO, "ready: desk and courier are at work");
    }
    gint64 silence = ROLE_SILENCE_SECONDS * CLOCK_SECOND;
    gboolean alive = now - children[DESK].heard_at < silence && now - children[COURIER].heard_at < silence;
    if (parent->watchdog && alive && now >= parent->watchdog_at) {
        sd_notify(0, "WATCHDOG=1");
        parent->watchdog_at = now + parent->watchdog;
    }
}

/* --- The loop --- */

static int next_nap(const struct parent *parent, gint64 now)
{
    gint64 next = now + NAP;
    for (int which = 0; which < CHILDREN; which++) {
        const struct child *child = &parent->children[which];
        if (startable(parent, which))
            next = MIN(next, child->start_at);
        next = MIN(next, child->kill_at);
    }
    if (parent->watchdog && parent->watchdog_at > now)
        next = MIN(next, parent->watchdog_at);
    if (parent->stop_end > now)
        next = MIN(next, parent->stop_end);
    return (int)MAX(next - now, 0);
}

static void watch(struct parent *parent)
{
    gboolean done = FALSE;
    while (!done) {
        gint64 now = clock_steady();
        start_due(parent, now);
        struct pollfd wait[] = {{parent->signals, POLLIN, 0},
                                {parent->children[DESK].control, POLLIN, 0},
                                {parent->children[COURIER].control, POLLIN, 0}};
        poll(wait, G_N_ELEMENTS(wait), next_nap(parent, now));
        now = clock_steady();
        read_signals(parent, now);
        reap(parent, now);
        hear(parent, DESK, now);
        hear(parent, COURIER, now);
        if (parent->stop_end)
            done = stopped(parent, now);
        else
            renew(parent, now);
        for (int which = 0; which < CHILDREN; which++)
            child_watch(&parent->children[which], now);
        notify(parent, now);
    }
}

static void release(struct parent *parent)
{
    int descriptors[] = {parent->configuration, parent->lock,         parent->signals,
                         parent->desk_bell,     parent->courier_bell, parent->kept};
    for (guint i = 0; i < G_N_ELEMENTS(descriptors); i++) {
        if (descriptors[i] >= 0)
            close(descriptors[i]);
    }
    config_free(parent->config);
    g_free(parent->said);
}

int parent_run(const char *file)
{
    struct parent parent = {
        .file = file, .configuration = -1, .lock = -1, .signals = -1, .desk_bell = -1, .courier_bell = -1, .kept = -1};
    g_autoptr(GError) error = NULL;
    guint64 microseconds = 0;
    int status = EXIT_FAILURE;
    gint64 now = clock_steady();
    log_open("parent", LOG_LEVEL_INFO);
    umask(077);
    for (int which = 0; which < CHILDREN; which++)
        child_open(&parent.children[which], names[which], pause_most[which], now);
    if (sd_watchdog_enabled(0, &microseconds) > 0)
        parent.watchdog = (gint64)(microseconds / 1000 / 2);

    if (!read_configuration(&parent, &error)) {
        complain(error);
    } else if (lock_state(&parent) && open_descriptors(&parent)) {
        log_line(LOG_LEVEL_INFO, "starting with %s, state in %s", file, parent.config->state_directory);
        watch(&parent);
        log_line(LOG_LEVEL_INFO, "ended");
        status = parent.forced ? EXIT_FAILURE : EXIT_SUCCESS;
    }
    release(&parent);
    return status;
}
