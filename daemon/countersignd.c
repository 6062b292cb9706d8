/* The daemon's program: countersignd(8). */
#include <stdlib.h>
#include <unistd.h>

#include "daemon/courier.h"
#include "daemon/desk.h"
#include "daemon/parent.h"
#include "daemon/parser.h"
#include "daemon/site.h"
#include "paths.h"

static int parser_role(struct role *role)
{
    const struct parser_options options = {.templates = role->config->templates, .authserv_id = role->config->authserv_id};
    return parser_run(role->parser, &options);
}

static const struct role_kind kinds[] = {{"parser", parser_role}, {"desk", desk_run}, {"courier", courier_run}, {NULL, NULL}};

static int usage(void)
{
    fputs("usage: countersignd [-t] [-c FILE]\n", stderr);
    return EXIT_FAILURE;
}

static int test_configuration(const char *file)
{
    g_autoptr(GError) error = NULL;
    struct config *config = config_read(file, &error);
    if (!config) {
        fprintf(stderr, "%s\n", error->message);
        return EXIT_FAILURE;
    }
    if (!site_check(config, &error)) {
        fprintf(stderr, "%s: %s\n", file, error->message);
        config_free(config);
        return EXIT_FAILURE;
    }
    config_print(config, stdout);
    config_free(config);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc > 1 && g_str_equal(argv[1], ROLE_OPTION))
        return role_run(kinds, argc, argv);

    const char *file = PATHS_CONFIGURATION;
    gboolean test = FALSE;
    int letter;
    while ((letter = getopt(argc, argv, "c:t")) != -1) {
        if (letter == 'c')
            file = optarg;
        else if (letter == 't')
            test = TRUE;
        else
            return usage();
    }
    if (optind != argc)
        return usage();
    return test ? test_configuration(file) : parent_run(file);
}
