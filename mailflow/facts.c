#include "mailflow/facts.h"

#include <string.h>

#include "ldap-schema/names.h"

static guint name_hash(gconstpointer name)
{
    g_autofree char *folded = g_ascii_strdown(name, -1);
    return g_str_hash(folded);
}

static gboolean name_equal(gconstpointer a, gconstpointer b)
{
    return g_ascii_strcasecmp(a, b) == 0;
}

struct entry *entry_make(const char *dn, const char *uuid)
{
    struct entry *entry = g_new0(struct entry, 1);
    entry->holders = 1;
    entry->dn = g_strdup(dn);
    entry->uuid = g_strdup(uuid);
    entry->attributes = g_hash_table_new_full(name_hash, name_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    return entry;
}

struct entry *entry_share(struct entry *entry)
{
    entry->holders++;
    return entry;
}

void entry_free(struct entry *entry)
{
    if (!entry || --entry->holders > 0)
        return;
    g_free(entry->dn);
    g_free(entry->uuid);
    g_hash_table_unref(entry->attributes);
    g_free(entry);
}

GPtrArray *entry_list(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
}

void entry_put(struct entry *entry, const char *attribute, const char *value)
{
    GPtrArray *values = g_hash_table_lookup(entry->attributes, attribute);
    if (!values) {
        values = g_ptr_array_new_with_free_func(g_free);
        g_hash_table_insert(entry->attributes, g_strdup(attribute), values);
    }
    g_ptr_array_add(values, g_strdup(value));
}

const GPtrArray *entry_values(const struct entry *entry, const char *attribute)
{
    return g_hash_table_lookup(entry->attributes, attribute);
}

const char *entry_value(const struct entry *entry, const char *attribute)
{
    const GPtrArray *values = entry_values(entry, attribute);
    return values ? g_ptr_array_index(values, 0) : NULL;
}

gboolean entry_is(const struct entry *entry, const char *object_class)
{
    const GPtrArray *values = entry_values(entry, "objectClass");
    for (guint i = 0; values && i < values->len; i++)
        if (g_ascii_strcasecmp(g_ptr_array_index(values, i), object_class) == 0)
            return TRUE;
    return FALSE;
}

gboolean entry_binary(const char *attribute)
{
    return g_ascii_strcasecmp(attribute, ATTRIBUTE_JPEG_PHOTO) == 0 ||
           g_ascii_strcasecmp(attribute, ATTRIBUTE_USER_CERTIFICATE) == 0;
}

/* The archive is the only ou=archive of the tree, and values of our own RDNs (codes, numbers, names) are never spelt so. */
gboolean entry_archived(const struct entry *entry)
{
    for (const char *rdn = strchr(entry->dn, ','); rdn; rdn = strchr(rdn + 1, ','))
        if (g_ascii_strncasecmp(rdn + 1, "ou=archive,", strlen("ou=archive,")) == 0)
            return TRUE;
    return FALSE;
}
