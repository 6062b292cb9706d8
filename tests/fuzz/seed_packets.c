/* seed_packets FOLDER MAIL...: the packet of each mail into the folder, for the target of packets to begin with. */
#include <stdlib.h>

#include "mailflow/packet.h"

static gboolean write_packet(const struct message_reader *reader, const char *folder, const char *path)
{
    g_autofree char *bytes = NULL, *name = g_path_get_basename(path), *to = g_build_filename(folder, name, NULL);
    gsize size;

    if (!g_file_get_contents(path, &bytes, &size, NULL))
        return FALSE;
    struct message *message = message_read(reader, bytes, size);
    g_autoptr(GBytes) packet = packet_write(message);
    message_free(message);
    return g_file_set_contents(to, g_bytes_get_data(packet, NULL), (gssize)g_bytes_get_size(packet), NULL);
}

int main(int argc, char **argv)
{
    struct message_reader reader = {.authserv_id = "mx.example.com"};
    gboolean good = argc > 2;

    message_start();
    struct form_catalog *catalog = form_catalog_open("templates/forms", NULL);
    reader.catalog = catalog;
    g_date_set_dmy(&reader.today, 6, G_DATE_MAY, 2026);
    for (int i = 2; catalog && i < argc; i++)
        good &= write_packet(&reader, argv[1], argv[i]);
    form_catalog_free(catalog);
    return good && catalog ? EXIT_SUCCESS : EXIT_FAILURE;
}
