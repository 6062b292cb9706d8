/* Mail out in the hands of a test: one line of JSON for each line on standard input.
 *
 *   open URL USER PASSWORD-FILE CA-FILE STARTTLS CONNECTIONS    ("-" is NULL)
 *   send SENDER FILE RECIPIENT...    one job per recipient; "-" is the null sender
 *   rate SENDER FILE RECIPIENT COUNT BATCH
 *   close */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "daemon/smtp.h"

static struct smtp *smtp;
static const char *const outcomes[] = {"accepted", "later", "never", "unknown"};

/* For JSON: quotes become apostrophes. */
static const char *quotable(char *text)
{
    for (char *at = text; *at != '\0'; at++)
        if (g_ascii_iscntrl(*at) || *at == '\\' || *at == '"')
            *at = '\'';
    return text;
}

static char *option(const char *word)
{
    return strcmp(word, "-") == 0 ? NULL : (char *)word;
}

static void say_fault(GError *error)
{
    const char *text = error == NULL ? "" : quotable(error->message);
    printf("\"fault\": \"%s\", \"message\": \"%s\"}\n",
           error == NULL                 ? ""
           : error->code == SMTP_REFUSED ? "refused"
                                         : "away",
           text);
    g_clear_error(&error);
}

static void do_open(char **words)
{
    GError *error = NULL;
    struct smtp_options options = {
        .url = words[1],
        .user = option(words[2]),
        .password_file = option(words[3]),
        .ca_file = option(words[4]),
        .starttls = strcmp(words[5], "1") == 0,
        .connections = (guint)atoi(words[6]),
    };
    smtp = smtp_open(&options, &error);
    printf("{\"open\": %s, ", smtp != NULL ? "true" : "false");
    say_fault(error);
}

static GBytes *contents(const char *path)
{
    char *bytes;
    gsize size;
    g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    return g_bytes_new_take(bytes, size);
}

static void do_send(char **words)
{
    GError *error = NULL;
    guint count = g_strv_length(words) - 3;
    g_autoptr(GBytes) bytes = contents(words[2]);
    g_autofree struct smtp_job *jobs = g_new0(struct smtp_job, count);
    for (guint i = 0; i < count; i++)
        jobs[i] = (struct smtp_job){.sender = option(words[1]) == NULL ? "" : words[1], .recipient = words[3 + i], .bytes = bytes};
    smtp_send(smtp, jobs, count, NULL, NULL, &error);
    printf("{\"jobs\": [");
    for (guint i = 0; i < count; i++) {
        printf("%s{\"outcome\": \"%s\", \"code\": %d, \"said\": \"%s\"}", i > 0 ? ", " : "", outcomes[jobs[i].outcome],
               jobs[i].code, quotable(jobs[i].said));
        smtp_job_clear(&jobs[i]);
    }
    printf("], ");
    say_fault(error);
}

static gint64 cpu_time(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static void do_rate(char **words)
{
    GError *error = NULL;
    guint count = (guint)atoi(words[4]), batch = (guint)atoi(words[5]), accepted = 0;
    g_autoptr(GBytes) bytes = contents(words[2]);
    g_autofree struct smtp_job *jobs = g_new0(struct smtp_job, batch);
    gint64 start = g_get_monotonic_time(), cpu = cpu_time();
    for (guint sent = 0; sent < count && error == NULL; sent += batch) {
        for (guint i = 0; i < batch; i++)
            jobs[i] = (struct smtp_job){.sender = words[1], .recipient = words[3], .bytes = bytes};
        smtp_send(smtp, jobs, batch, NULL, NULL, &error);
        for (guint i = 0; i < batch; i++) {
            accepted += jobs[i].outcome == SMTP_ACCEPTED;
            smtp_job_clear(&jobs[i]);
        }
    }
    printf("{\"accepted\": %u, \"us\": %" G_GINT64_FORMAT ", \"cpu_us\": %" G_GINT64_FORMAT ", ", accepted,
           g_get_monotonic_time() - start, cpu_time() - cpu);
    say_fault(error);
}

static void do_close(char **words)
{
    (void)words;
    g_clear_pointer(&smtp, smtp_close);
    printf("{\"closed\": true}\n");
}

static const struct {
    const char *name;
    guint words;
    void (*run)(char **words);
} commands[] = {{"open", 7, do_open}, {"send", 4, do_send}, {"rate", 6, do_rate}, {"close", 1, do_close}};

static void obey(char **words)
{
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        if (g_strv_length(words) >= commands[i].words && strcmp(words[0], commands[i].name) == 0) {
            commands[i].run(words);
            return;
        }
    g_error("no such command");
}

int main(void)
{
    static char line[64 * 1024];
    while (fgets(line, sizeof line, stdin) != NULL) {
        g_auto(GStrv) words = g_strsplit(g_strchomp(line), " ", -1);
        obey(words);
        fflush(stdout);
    }
    smtp_close(smtp);
    return 0;
}
