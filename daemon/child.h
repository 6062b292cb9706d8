/* A child process as the parent sees it: started, heard, asked to end, killed, and started again after a pause. */
#ifndef DAEMON_CHILD_H
#define DAEMON_CHILD_H

#include <sys/types.h>

#include "daemon/role.h"

#define CHILD_NEVER G_MAXINT64

/* All times are clock_steady(). */
struct child {
    const char *name;
    gint64 pause_most; /* the longest pause after it was struck down, milliseconds */

    pid_t pid;         /* 0: it does not run */
    int control;       /* our end of its control socket; -1 */
    gboolean ready;    /* it has said so since it was started */
    gboolean expected; /* we asked it to end */
    gint64 started_at;
    gint64 heard_at; /* of its last word, over restarts */
    gint64 start_at; /* when to start it again; CHILD_NEVER while it runs */
    gint64 kill_at;  /* when to lose patience; CHILD_NEVER */
    gint64 pause;    /* before the next start: none at first, then doubling from 50 ms */
    guint restarts;  /* for the status line */
};

void child_open(struct child *child, const char *name, gint64 pause_most, gint64 now);

/* Start the program anew as this child, with `descriptors` (ROLE_DESCRIPTORS of them, -1: not open; the control socket is made here when `control`).
 * FALSE and `error` when the system refuses; then it is tried again after the pause. */
gboolean child_start(struct child *child, const int *descriptors, gboolean control, const char *source, gint64 now, GError **error);

/* Ask it to end (SIGTERM), and kill it after `patience` milliseconds. */
void child_stop(struct child *child, gint64 patience, gint64 now);
void child_kill(struct child *child);
/* Kill it when its patience has run out or it was silent too long (one that has a control socket). */
void child_watch(struct child *child, gint64 now);

/* It has ended with that wait status: log it and settle when it starts again. */
void child_ended(struct child *child, int status, gint64 now);

/* Take the next word from its control socket. FALSE when there is none. Readiness is noted here. */
gboolean child_hear(struct child *child, struct role_message *message, gint64 now);

/* Answer ROLE_WANTS_PARSER. */
void child_pass(const struct child *child, guint32 number, int socket);

#endif
