/* The administrator's tool: countersign(8). */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "daemon/command.h"
#include "daemon/read.h"
#include "paths.h"

static const struct {
    const char *name;
    enum command_exit (*run)(const struct command_call *call);
    const char *arguments, *meaning;
} commands[] = {
    {"list", command_list, "[--state STATE] [--type TYPE] [--most N]", "requests, newest first"},
    {"show", command_show, "ID", "one request: form, steps, outbox, audit"},
    {"explain", command_explain, "FILE...", "what would happen to a message, without doing it"},
    {"read", NULL, "FILE...", "what a message says on its own"},
    {"outbox", command_outbox, "[--state STATE] [--most N]", "what the world is still to be told"},
    {"retry", command_retry, "[ID]", "try waiting rows now, or one failed row again"},
    {"audit", command_audit, "verify", "walk the audit chain"},
    {"load", command_load,
     "certificates|trainees|reviewers FILE.csv|FILE.ldif [--dry-run] [--skip-wrong] [--administrator-dn DN --password-file FILE]",
     "add what a list says to the directory"},
    {"entry", command_entry, "KEY [--full] [--most N]", "an enterprise, trainee or certificate as people see it"},
    {"decide", command_decide, "ID approve|reject --on-behalf-of UID [--archive NO] [--reason TEXT]",
     "enter a decision made on paper"},
    {"withdraw", command_withdraw, "ID [--reason TEXT]", "enter an applicant's withdrawal made on paper"},
    {"reissue-token", command_reissue, "ID [UID]", "end tokens and send the mails that carry them again"},
    {"check", command_check, "", "configuration, templates, state, directory, mailbox, submission"},
};

static int usage(void)
{
    fputs("usage: countersign [-c FILE] [--json] COMMAND ...\n\n", stderr);
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        fprintf(stderr, "  %s %s\n      %s\n", commands[i].name, commands[i].arguments, commands[i].meaning);
    return COMMAND_USAGE;
}

/* Take --json out of the arguments wherever it stands. */
static gboolean take_json(int *argc, char **argv)
{
    gboolean json = FALSE;
    int kept = 0;

    for (int i = 0; i < *argc; i++)
        if (g_str_equal(argv[i], "--json"))
            json = TRUE;
        else
            argv[kept++] = argv[i];
    argv[kept] = NULL;
    *argc = kept;
    return json;
}

static enum command_exit run(guint which, const char *file, struct command_call *call)
{
    g_autoptr(GError) error = NULL;

    if (!commands[which].run)
        return (enum command_exit)read_command(call->argc, call->argv, call->json);
    struct config *config = config_read(file, &error);
    if (!config) {
        fprintf(stderr, "%s\n", error->message);
        return COMMAND_FAULT;
    }
    call->config = config;
    log_open("countersign", LOG_LEVEL_WARNING);
    enum command_exit result = commands[which].run(call);
    config_free(config);
    return result == COMMAND_USAGE ? (enum command_exit)usage() : result;
}

int main(int argc, char **argv)
{
    const char *file = PATHS_CONFIGURATION;
    gboolean json = take_json(&argc, argv);
    int at = 1;

    setlocale(LC_CTYPE, "C.UTF-8");
    if (at + 1 < argc && g_str_equal(argv[at], "-c")) {
        file = argv[at + 1];
        at += 2;
    }
    if (at >= argc)
        return usage();
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
        struct command_call call = {.json = json, .argc = argc - at - 1, .argv = argv + at + 1};
        if (g_str_equal(commands[i].name, argv[at]))
            return run(i, file, &call);
    }
    return usage();
}
