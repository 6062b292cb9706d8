/* The mailbox in the hands of a test: commands on standard input, one answer line of JSON each. Without a mailbox every command but open answers {"fault": ...}.
 *
 *   open URL USER PASSWORD-FILE CA-FILE STARTTLS PROCESSED QUARANTINE    ("-" is NULL)
 *   fetch MOST OCTETS [DIRECTORY]    bodies are written to DIRECTORY/0, 1, 2 ...
 *   file processed|quarantine ID...
 *   watch · wait MILLISECONDS · close
 *   empty MOST OCTETS                fetch and file until nothing is left, and tell the rates */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "daemon/mailbox.h"

static struct mailbox *mailbox;
static int watched = -1;

/* For JSON: quotes become apostrophes. */
static const char *quotable(char *text)
{
    for (char *at = text; *at != '\0'; at++)
        if (g_ascii_iscntrl(*at) || *at == '\\' || *at == '"')
            *at = '\'';
    return text;
}

static void say_fault(GError *error)
{
    const char *text = quotable(error->message);
    printf("{\"fault\": \"%s\", \"message\": \"%s\"}\n", error->code == MAILBOX_REFUSED ? "refused" : "away", text);
    g_error_free(error);
}

static char *option(const char *word)
{
    return strcmp(word, "-") == 0 ? NULL : (char *)word;
}

static void do_open(char **words)
{
    GError *error = NULL;
    struct mailbox_options options = {
        .url = words[1],
        .user = option(words[2]),
        .password_file = option(words[3]),
        .ca_file = option(words[4]),
        .starttls = strcmp(words[5], "1") == 0,
        .processed = words[6],
        .quarantine = words[7],
    };
    mailbox = mailbox_open(&options, &error);
    if (mailbox == NULL)
        say_fault(error);
    else
        printf("{\"open\": true, \"watch_seconds\": %u}\n", mailbox_watch_seconds(mailbox));
}

static void do_fetch(char **words)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) items = mailbox_fetch(mailbox, (guint)strtoul(words[1], NULL, 10), strtoul(words[2], NULL, 10), &error);
    if (items == NULL) {
        say_fault(error);
        return;
    }
    printf("{\"items\": [");
    for (guint i = 0; i < items->len; i++) {
        const struct mailbox_item *item = items->pdata[i];
        gsize size;
        const char *bytes = g_bytes_get_data(item->bytes, &size);
        printf("%s{\"id\": \"%s\", \"size\": %zu, \"kept\": %zu, \"header_only\": %s}", i > 0 ? ", " : "", item->id, item->size,
               size, item->header_only ? "true" : "false");
        if (words[3] != NULL) {
            g_autofree char *path = g_strdup_printf("%s/%u", words[3], i);
            g_assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
        }
    }
    printf("]}\n");
}

static void do_file(char **words)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) items = mailbox_item_list();
    for (guint i = 2; words[i] != NULL; i++) {
        struct mailbox_item *item = g_new0(struct mailbox_item, 1);
        item->id = g_strdup(words[i]);
        item->folder = strcmp(words[1], "quarantine") == 0 ? MAILBOX_QUARANTINE : MAILBOX_PROCESSED;
        g_ptr_array_add(items, item);
    }
    if (mailbox_file(mailbox, items, &error))
        printf("{\"filed\": %u}\n", items->len);
    else
        say_fault(error);
}

static void do_watch(char **words)
{
    (void)words;
    GError *error = NULL;
    watched = mailbox_watch(mailbox, &error);
    if (watched < 0)
        say_fault(error);
    else
        printf("{\"watching\": true}\n");
}

static void do_wait(char **words)
{
    GError *error = NULL;
    struct pollfd waiting = {.fd = watched, .events = POLLIN};
    gboolean readable = poll(&waiting, 1, atoi(words[1])) > 0;
    gboolean stirred = readable && mailbox_stirred(mailbox, &error);
    if (error != NULL)
        say_fault(error);
    else
        printf("{\"readable\": %s, \"stirred\": %s}\n", readable ? "true" : "false", stirred ? "true" : "false");
}

static void do_close(char **words)
{
    (void)words;
    g_clear_pointer(&mailbox, mailbox_close);
    printf("{\"closed\": true}\n");
}

static gint64 cpu_time(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static void do_empty(char **words)
{
    GError *error = NULL;
    gint64 fetching = 0, filing = 0, cpu = cpu_time();
    guint count = 0, got;
    do {
        gint64 start = g_get_monotonic_time();
        g_autoptr(GPtrArray) items =
            mailbox_fetch(mailbox, (guint)strtoul(words[1], NULL, 10), strtoul(words[2], NULL, 10), &error);
        fetching += g_get_monotonic_time() - start;
        start = g_get_monotonic_time();
        if (items == NULL || !mailbox_file(mailbox, items, &error)) {
            say_fault(error);
            return;
        }
        filing += g_get_monotonic_time() - start;
        got = items->len;
        count += got;
    } while (got > 0);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"count\": %u, \"fetch_us\": %" G_GINT64_FORMAT ", \"file_us\": %" G_GINT64_FORMAT ", \"cpu_us\": %" G_GINT64_FORMAT
           ", \"peak_kb\": %ld}\n",
           count, fetching, filing, cpu_time() - cpu, usage.ru_maxrss);
}

static const struct {
    const char *name;
    guint words;
    void (*run)(char **words);
} commands[] = {
    {"open", 8, do_open}, {"fetch", 3, do_fetch}, {"file", 2, do_file},   {"watch", 1, do_watch},
    {"wait", 2, do_wait}, {"close", 1, do_close}, {"empty", 3, do_empty},
};

static void obey(char **words)
{
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        if (g_strv_length(words) >= commands[i].words && strcmp(words[0], commands[i].name) == 0) {
            if (mailbox == NULL && commands[i].run != do_open)
                printf("{\"fault\": \"closed\", \"message\": \"\"}\n");
            else
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
    mailbox_close(mailbox);
    return 0;
}
