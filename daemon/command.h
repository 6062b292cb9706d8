/* The administrator's commands. Each returns an exit code of enum command_exit. */
#ifndef DAEMON_COMMAND_H
#define DAEMON_COMMAND_H

#include "daemon/config.h"

enum command_exit {
    COMMAND_FINE = 0,
    COMMAND_FOUND = 1, /* it worked and found something wrong: a broken chain, a failing check, no such request */
    COMMAND_USAGE = 2,
    COMMAND_FAULT = 3, /* it could not do its work: configuration, state file, directory */
};

struct command_call {
    const struct config *config; /* NULL for commands that need none */
    gboolean json;
    int argc; /* after the command's name */
    char **argv;
};

enum command_exit command_list(const struct command_call *call);   /* [--state STATE] [--type TYPE] [--most N] */
enum command_exit command_show(const struct command_call *call);   /* ID */
enum command_exit command_outbox(const struct command_call *call); /* [--state STATE] [--most N] */
enum command_exit command_retry(const struct command_call *call);  /* [ID] */
enum command_exit command_audit(const struct command_call *call);  /* verify */
enum command_exit command_check(const struct command_call *call);
enum command_exit command_explain(const struct command_call *call); /* FILE... */

#endif
