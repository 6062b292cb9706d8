/* read_message FILE: read one message with nothing around it, and print CPU milliseconds and peak resident kilobytes. What read.py measures, and valgrind counts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mailflow/message.h"

static double cpu_milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Of this program alone; getrusage() begins with the peak of whoever started it. */
static long peak_kilobytes(void)
{
    g_autofree char *status = NULL;

    g_file_get_contents("/proc/self/status", &status, NULL, NULL);
    const char *line = status ? strstr(status, "VmHWM:") : NULL;
    return line ? strtol(line + strlen("VmHWM:"), NULL, 10) : 0;
}

int main(int argc, char **argv)
{
    struct message_reader reader = {.authserv_id = "mx.example.com"};
    g_autofree char *bytes = NULL;
    gsize size;

    message_start();
    struct form_catalog *catalog = form_catalog_open("templates/forms", NULL);
    if (argc != 2 || !catalog || !g_file_get_contents(argv[1], &bytes, &size, NULL))
        return EXIT_FAILURE;
    reader.catalog = catalog;
    g_date_set_dmy(&reader.today, 6, G_DATE_MAY, 2026);
    double before = cpu_milliseconds();
    struct message *message = message_read(&reader, bytes, size);
    double took = cpu_milliseconds() - before;
    printf("%.2f %ld %s\n", took, peak_kilobytes(), kind_name(message->kind));
    message_free(message);
    form_catalog_free(catalog);
    return EXIT_SUCCESS;
}
