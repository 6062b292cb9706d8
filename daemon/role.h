/* A child process as its own code sees it: what the parent gave it, how it says that it lives, and how it hears that it shall end.
 *
 * Desk and courier work in rounds: role_stopping() between rounds, role_alive() within long ones (the parent kills a child that was silent for
 * ROLE_SILENCE_SECONDS), role_wait() when there is nothing to do. They return 0 from their run function when role_stopping() says so. */
#ifndef DAEMON_ROLE_H
#define DAEMON_ROLE_H

#include <poll.h>

#include "daemon/config.h"

#define ROLE_SILENCE_SECONDS 120

struct role {
    const char *name; /* "desk", "courier", "parser" */
    const struct config *config;
    int control;   /* to the parent; nobody but role.c uses it */
    int parser;    /* desk: socket to the parser; parser: socket to the desk; courier: -1 */
    int desk_bell; /* eventfds that wake the desk and the courier; they outlive restarts of both */
    int courier_bell;
    int bell;        /* the own one of these two; -1 for the parser */
    int signals;     /* signalfd of SIGTERM and SIGHUP, nonblocking; for poll: readable means role_stopping() */
    gint64 alive_at; /* clock_steady() of the last heartbeat */
    guint asked;     /* number of the last question for a parser */
    gboolean stopping;
};

/* Tell the parent that the work has begun. */
void role_ready(struct role *role);
/* Tell the parent that this process is not stuck. Cheap: sends at most once in five seconds. */
void role_alive(struct role *role);
/* Whether the process shall end after this round (SIGTERM or SIGHUP came, or the parent is gone). Never blocks. */
gboolean role_stopping(struct role *role);

/* The desk's: have the parent start a new parser and pass its socket, which replaces role->parser (the old one is closed here; a parser still
 * behind it is killed). Waits at most 30 s. -1 when none came or the desk shall end: end the round then. */
int role_new_parser(struct role *role);

/* Ring a bell: its owner's role_wait() returns, now or when it is next called. Never blocks. */
void role_ring(int bell);
/* Silence a bell. TRUE when it had rung. role_wait() silences the own one itself. */
gboolean role_heard(int bell);

enum role_wake {
    ROLE_WAKE_TIME = 1 << 0, /* `until` has come */
    ROLE_WAKE_STOP = 1 << 1, /* role_stopping() */
    ROLE_WAKE_BELL = 1 << 2, /* the own bell has rung */
    ROLE_WAKE_MORE = 1 << 3, /* one of `more` has revents */
};
/* Wait until clock_now() reaches `until` (G_MAXINT64: no end), the process shall end, the own bell rings, or one of the `count` (up to 14) descriptors `more`
 * (may be NULL) is ready; heartbeats are sent meanwhile. Returns the reasons, at least one, as bits of enum role_wake. */
guint role_wait(struct role *role, struct pollfd *more, guint count, gint64 until);

/* Between the parent and role.c. */

struct role_kind {
    const char *name;
    int (*run)(struct role *role); /* the process's exit status */
};

/* What a child finds open, by number, besides standard input, output and error. The parser has the last two of these only. */
enum role_descriptor {
    ROLE_CONTROL = 3,
    ROLE_DESK_BELL,
    ROLE_COURIER_BELL,
    ROLE_LOCK, /* only held: the state directory stays locked while anybody works on it */
    ROLE_PARSER,
    ROLE_CONFIGURATION, /* the text that the parent has checked, which need no longer be the file's */
    ROLE_DESCRIPTORS,   /* their end */
};

/* One datagram on the control socket. The parent answers ROLE_WANTS_PARSER by the same datagram with the socket (SCM_RIGHTS). */
enum role_word { ROLE_IS_READY, ROLE_IS_ALIVE, ROLE_WANTS_PARSER };
struct role_message {
    guint32 word;
    guint32 number; /* of the question for a parser: an answer that comes too late is told from the one waited for */
};

/* The hidden option of the program, after which come a kind's name and the configuration's. */
#define ROLE_OPTION "--role"
/* Be the child that argv asks for, one of `kinds` (ended by an empty one). Returns the exit status. */
int role_run(const struct role_kind *kinds, int argc, char **argv);

#endif
