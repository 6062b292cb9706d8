/* The administrator's tool: countersign(8). */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "daemon/command.h"
#include "daemon/read.h"
#include "paths.h"

static const struct command {
    const char *name;
    enum command_exit (*run)(const struct command_call *call);
    const char *arguments, *meaning;
    const char *valued[4], *flags[3]; /* its options, with a value and without */
    guint least, most;                /* so many words that are no options */
} commands[] = {
    {"list", command_list, "[--state STATE] [--type TYPE] [--most N]", "requests, newest first",
     .valued = {"--state", "--type", "--most"}},
    {"show", command_show, "ID", "one request: form, steps, outbox, audit", .least = 1, .most = 1},
    {"explain", command_explain, "FILE...", "what would happen to a message, without doing it", .least = 1, .most = G_MAXUINT},
    {"read", NULL, "[--templates DIR] FILE...", "what a message says on its own", .most = G_MAXUINT},
    {"outbox", command_outbox, "[--state STATE] [--most N]", "what the world is still to be told", .valued = {"--state", "--most"}},
    {"retry", command_retry, "[ID]", "try waiting rows now, or one failed row again", .most = 1},
    {"audit", command_audit, "verify", "walk the audit chain", .least = 1, .most = 1},
    {"load", command_load,
     "certificates|trainees|reviewers FILE.csv|FILE.ldif [--dry-run] [--skip-wrong] [--administrator-dn DN --password-file FILE]",
     "add what a list says to the directory", .valued = {"--administrator-dn", "--password-file"},
     .flags = {"--dry-run", "--skip-wrong"}, .least = 2, .most = 2},
    {"entry", command_entry, "KEY [--full] [--most N]", "an enterprise, trainee or certificate as people see it",
     .valued = {"--most"}, .flags = {"--full"}, .least = 1, .most = 1},
    {"decide", command_decide, "ID approve|reject --on-behalf-of UID [--archive NO] [--reason TEXT]",
     "enter a decision made on paper", .valued = {"--on-behalf-of", "--archive", "--reason"}, .least = 2, .most = 2},
    {"withdraw", command_withdraw, "ID [--reason TEXT]", "enter an applicant's withdrawal made on paper", .valued = {"--reason"},
     .least = 1, .most = 1},
    {"reissue-token", command_reissue, "ID [UID]", "end tokens and send the mails that carry them again", .least = 1, .most = 2},
    {"check", command_check, "", "configuration, templates, state, directory, mailbox, submission", .most = 0},
};

static int usage(void)
{
    fputs("usage: countersign [-c FILE] [--json] COMMAND ...\n\n", stderr);
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        fprintf(stderr, "  %s %s\n      %s\n", commands[i].name, commands[i].arguments, commands[i].meaning);
    return COMMAND_USAGE;
}

static int usage_of(const struct command *command)
{
    fprintf(stderr, "usage: countersign [-c FILE] [--json] %s %s\n", command->name, command->arguments);
    return COMMAND_USAGE;
}

/* A word that does nothing is one that was meant to do something: --dryrun must not load. */
static gboolean option_misused(const struct command *command, const struct command_call *call, int at)
{
    const char *word = call->argv[at];
    const char *why = NULL;

    if (!g_strv_contains(command->valued, word) && !g_strv_contains(command->flags, word))
        why = "no such option";
    for (int i = 0; i < at && !why; i++)
        if (g_str_equal(call->argv[i], word))
            why = "given twice";
    if (!why && g_strv_contains(command->valued, word) && (at + 1 >= call->argc || g_str_has_prefix(call->argv[at + 1], "--")))
        why = "needs a value";
    if (why)
        fprintf(stderr, "countersign: %s: %s: %s\n", command->name, word, why);
    return why != NULL;
}

static gboolean misused(const struct command *command, const struct command_call *call)
{
    guint words = 0;

    for (int at = 0; at < call->argc; at++) {
        if (!g_str_has_prefix(call->argv[at], "--")) {
            words++;
            continue;
        }
        if (option_misused(command, call, at))
            return TRUE;
        at += g_strv_contains(command->valued, call->argv[at]);
    }
    if (words < command->least)
        fprintf(stderr, "countersign: %s: something is missing\n", command->name);
    if (words > command->most)
        fprintf(stderr, "countersign: %s: \"%s\" is too much\n", command->name, command_argument(call, command->most));
    return words < command->least || words > command->most;
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

static enum command_exit run(const struct command *command, const char *file, struct command_call *call)
{
    g_autoptr(GError) error = NULL;

    if (!command->run)
        return (enum command_exit)read_command(call->argc, call->argv, call->json);
    if (misused(command, call))
        return (enum command_exit)usage_of(command);
    struct config *config = config_read(file, &error);
    if (!config) {
        fprintf(stderr, "%s\n", error->message);
        return COMMAND_FAULT;
    }
    call->config = config;
    log_open("countersign", LOG_LEVEL_WARNING);
    enum command_exit result = command->run(call);
    config_free(config);
    return result == COMMAND_USAGE ? (enum command_exit)usage_of(command) : result;
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
        struct command_call call = {
            .json = json, .argc = argc - at - 1, .argv = argv + at + 1, .valued = (const char *const *)commands[i].valued};
        if (g_str_equal(commands[i].name, argv[at]))
            return run(&commands[i], file, &call);
    }
    fprintf(stderr, "countersign: there is no command %s\n", argv[at]);
    return usage();
}
