#include "daemon/mailbox_kind.h"

#include <string.h>

G_DEFINE_QUARK(mailbox - error, mailbox_error)

void mailbox_item_free(struct mailbox_item *item)
{
    if (item == NULL)
        return;
    g_free(item->id);
    g_clear_pointer(&item->bytes, g_bytes_unref);
    g_free(item);
}

GPtrArray *mailbox_item_list(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_item_free);
}

gsize mailbox_header_size(const char *bytes, gsize size)
{
    size = MIN(size, MAILBOX_HEADER_BYTES);
    for (const char *at = bytes; (at = memchr(at, '\n', bytes + size - at)) != NULL; at++) {
        gsize next = (gsize)(at - bytes) + 1;
        if (next < size && bytes[next] == '\n')
            return next + 1;
        if (next + 1 < size && bytes[next] == '\r' && bytes[next + 1] == '\n')
            return next + 2;
    }
    return size;
}

char *mailbox_folder_name(const char *name, GError **error)
{
    g_autofree char *encoded = NULL;
    gboolean plain = name != NULL && *name != '\0';
    for (const char *at = name; plain && *at != '\0'; at++)
        plain = !g_ascii_iscntrl(*at);
    if (plain)
        encoded = g_convert(name, -1, "UTF-7-IMAP", "UTF-8", NULL, NULL, NULL);
    if (encoded == NULL)
        g_set_error(error, MAILBOX_ERROR, MAILBOX_REFUSED, "\"%s\" cannot name a folder", name == NULL ? "" : name);
    return g_steal_pointer(&encoded);
}
