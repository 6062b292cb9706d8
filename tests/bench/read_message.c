/* read_message FILE: read one message with nothing around it, and print CPU milliseconds and peak resident kilobytes. What read.py measures, and valgrind counts. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "mailflow/message.h"

static double cpu_milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
    struct message_reader reader = {.authserv_id = "mx.example.com"};
    g_autofree char *bytes = NULL;
    struct rusage usage;
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
    getrusage(RUSAGE_SELF, &usage);
    printf("%.2f %ld %s\n", took, usage.ru_maxrss, kind_name(message->kind));
    message_free(message);
    form_catalog_free(catalog);
    return EXIT_SUCCESS;
}
