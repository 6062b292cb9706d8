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
    int argc; /* after the command's name: as many words, and such options, as the command takes */
    char **argv;
    const char *const *valued; /* NULL-terminated: the options that the next word belongs to */
};

/* The value after `--name`; NULL when it is not given. */
const char *command_option(const struct command_call *call, const char *name);
/* The argument at `place` among those that are neither options nor their values; NULL when there are not so many. */
const char *command_argument(const struct command_call *call, guint place);
/* The number after --most, or what it is unless told otherwise; 0 when it is none, which command_most_known() says. */
guint command_most(const struct command_call *call);
gboolean command_most_known(const struct command_call *call);
/* Whether `--name` stands anywhere. */
gboolean command_flag(const struct command_call *call, const char *name);
/* Say what the world did; takes `error`. */
enum command_exit command_fault(GError *error);

enum command_exit command_list(const struct command_call *call);   /* [--state STATE] [--type TYPE] [--most N] */
enum command_exit command_show(const struct command_call *call);   /* ID */
enum command_exit command_outbox(const struct command_call *call); /* [--state STATE] [--most N] */
enum command_exit command_retry(const struct command_call *call);  /* [ID] */
enum command_exit command_audit(const struct command_call *call);  /* verify */
enum command_exit command_check(const struct command_call *call);
enum command_exit command_explain(const struct command_call *call); /* FILE... */
enum command_exit
command_decide(const struct command_call *call); /* ID approve|reject [--archive NO] [--reason TEXT] --on-behalf-of UID */
enum command_exit command_withdraw(const struct command_call *call); /* ID [--reason TEXT] */
enum command_exit command_reissue(const struct command_call *call);  /* ID [UID] */
enum command_exit command_entry(const struct command_call *call);    /* KEY [--full] [--most N] */
enum command_exit command_load(
    const struct command_call *call); /* WHAT FILE [--dry-run] [--skip-wrong] [--administrator-dn DN --password-file FILE] */

#endif
