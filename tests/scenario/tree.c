#include "tests/scenario/tree.h"

#include <string.h>

#include "daemon/directory.h"
#include "ldap-schema/names.h"
#include "tests/scenario/tree_inside.h"

struct tree *tree_new(const char *suffix)
{
    struct tree *tree = g_new0(struct tree, 1);

    tree->suffix = g_strdup(suffix);
    tree->entries = entry_list();
    tree->ascii = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    tree->alone = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_add(tree->ascii, g_strdup("mail"));
    g_hash_table_add(tree->alone, g_strdup("preferredlanguage"));
    return tree;
}

void tree_free(struct tree *tree)
{
    g_free(tree->suffix);
    g_ptr_array_unref(tree->entries);
    g_hash_table_unref(tree->ascii);
    g_hash_table_unref(tree->alone);
    g_free(tree);
}

void tree_away(struct tree *tree, gboolean away)
{
    tree->away = away;
}

gboolean tree_names(GHashTable *names, const char *attribute)
{
    g_autofree char *lower = g_ascii_strdown(attribute, -1);

    return g_hash_table_contains(names, lower);
}

/* RFC 4518: compatibility forms, case and insignificant space do not tell values apart. */
static char *fold(const char *value)
{
    g_autofree char *plain = g_utf8_normalize(value, -1, G_NORMALIZE_ALL);
    g_autofree char *lower = g_utf8_casefold(plain ? plain : value, -1);
    GString *folded = g_string_new(NULL);

    for (const char *c = g_strstrip(lower); *c; c++)
        if (*c != ' ' || c[-1] != ' ')
            g_string_append_c(folded, *c);
    return g_string_free(folded, FALSE);
}

static gboolean same_value(const struct tree *tree, const char *attribute, const char *a, const char *b)
{
    if (tree_names(tree->ascii, attribute) && (!g_str_is_ascii(a) || !g_str_is_ascii(b)))
        return FALSE;
    g_autofree char *one = fold(a);
    g_autofree char *other = fold(b);
    return strcmp(one, other) == 0;
}

gboolean tree_has(const struct tree *tree, const struct entry *entry, const char *attribute, const char *value, guint *at)
{
    const GPtrArray *values = entry_values(entry, attribute);

    for (guint i = 0; values && i < values->len; i++)
        if (same_value(tree, attribute, g_ptr_array_index(values, i), value)) {
            if (at)
                *at = i;
            return TRUE;
        }
    return FALSE;
}

static void copy_values(gpointer name, gpointer values, gpointer copy)
{
    for (guint i = 0; i < ((GPtrArray *)values)->len; i++)
        entry_put(copy, name, g_ptr_array_index((GPtrArray *)values, i));
}

struct entry *tree_copy(const struct entry *entry)
{
    struct entry *copy = entry_make(entry->dn, entry->uuid);

    g_hash_table_foreach(entry->attributes, copy_values, copy);
    return copy;
}

gboolean tree_is_below(const char *dn, const char *parent)
{
    gsize length = strlen(dn), tail = strlen(parent);

    return length > tail && dn[length - tail - 1] == ',' && g_ascii_strcasecmp(dn + length - tail, parent) == 0;
}

struct entry *tree_entry(const struct tree *tree, const char *dn)
{
    for (guint i = 0; i < tree->entries->len; i++) {
        struct entry *entry = g_ptr_array_index(tree->entries, i);
        if (same_value(tree, "dn", entry->dn, dn))
            return entry;
    }
    return NULL;
}

struct entry *tree_find(const struct tree *tree, const char *attribute, const char *value)
{
    for (guint i = 0; i < tree->entries->len; i++) {
        struct entry *entry = g_ptr_array_index(tree->entries, i);
        if (tree_has(tree, entry, attribute, value, NULL))
            return entry;
    }
    return NULL;
}

guint tree_count(const struct tree *tree, const char *object_class)
{
    guint count = 0;

    for (guint i = 0; i < tree->entries->len; i++)
        count += entry_is(g_ptr_array_index(tree->entries, i), object_class);
    return count;
}

/* Loading. */

struct entry *tree_put(struct tree *tree, const char *dn)
{
    g_autofree char *uuid = g_strdup_printf("00000000-0000-4000-8000-%012u", ++tree->made);
    struct entry *entry = entry_make(dn, uuid);

    g_ptr_array_add(tree->entries, entry);
    return entry;
}

/* "name: value" or "name:: base64"; the value is the caller's, the name ends in place. */
static char *take_line(char *line)
{
    char *colon = strchr(line, ':');
    gsize length = 0;

    g_assert(colon);
    *colon = '\0';
    if (colon[1] != ':')
        return g_strdup(g_strstrip(colon + 1));
    g_autofree guchar *bytes = g_base64_decode(g_strstrip(colon + 2), &length);
    return g_strndup((const char *)bytes, length);
}

static void load_record(struct tree *tree, char **lines)
{
    struct entry *entry = NULL;
    gboolean modifies = FALSE;

    for (char **line = lines; *line; line++) {
        if (!**line || **line == '#' || g_str_equal(*line, "-"))
            continue;
        g_autofree char *value = take_line(*line);
        if (!entry) {
            entry = tree_entry(tree, value);
            entry = entry ? entry : tree_put(tree, value);
        } else if (g_str_equal(*line, "changetype")) {
            modifies = TRUE;
        } else if (!modifies || !g_str_equal(*line, "add")) {
            entry_put(entry, *line, value);
        }
    }
}

static char *read_ldif(const char *path)
{
    g_autoptr(GError) error = NULL;
    char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, &error))
        g_error("%s", error->message);
    g_auto(GStrv) folded = g_strsplit(text, "\n ", -1);
    g_free(text);
    return g_strjoinv("", folded);
}

void tree_load(struct tree *tree, const char *path)
{
    g_autofree char *text = read_ldif(path);
    g_auto(GStrv) records = g_strsplit(text, "\n\n", -1);

    for (char **record = records; *record; record++) {
        g_auto(GStrv) lines = g_strsplit(*record, "\n", -1);
        load_record(tree, lines);
    }
}

void tree_learn(struct tree *tree, const char *path)
{
    g_autofree char *text = read_ldif(path);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **line = lines; *line; line++) {
        const char *name = g_str_has_prefix(*line, "olcAttributeTypes:") ? strstr(*line, "NAME '") : NULL;
        if (!name)
            continue;
        name += strlen("NAME '");
        g_autofree char *attribute = g_ascii_strdown(name, strchr(name, '\'') - name);
        if (strstr(*line, "IA5Match"))
            g_hash_table_add(tree->ascii, g_strdup(attribute));
        if (strstr(*line, "SINGLE-VALUE"))
            g_hash_table_add(tree->alone, g_strdup(attribute));
    }
}

/* What an administrator does. */

void tree_set(struct tree *tree, const char *dn, const char *attribute, const char *value)
{
    struct entry *entry = tree_entry(tree, dn);

    g_assert(entry);
    g_hash_table_remove(entry->attributes, attribute);
    if (value)
        entry_put(entry, attribute, value);
}

void tree_take(const struct tree *tree, struct entry *entry, const char *attribute, const char *value)
{
    GPtrArray *values = g_hash_table_lookup(entry->attributes, attribute);
    guint at;

    g_assert(tree_has(tree, entry, attribute, value, &at));
    g_ptr_array_remove_index(values, at);
    if (!values->len)
        g_hash_table_remove(entry->attributes, attribute);
}

void tree_drop(struct tree *tree, const char *dn, const char *attribute, const char *value)
{
    tree_take(tree, tree_entry(tree, dn), attribute, value);
}

void tree_add(struct tree *tree, const char *dn, ...)
{
    struct entry *entry = tree_put(tree, dn);
    va_list pairs;

    va_start(pairs, dn);
    for (const char *name = va_arg(pairs, const char *); name; name = va_arg(pairs, const char *))
        entry_put(entry, name, va_arg(pairs, const char *));
    va_end(pairs);
}

void tree_delete(struct tree *tree, const char *dn)
{
    for (guint i = tree->entries->len; i > 0; i--) {
        const struct entry *entry = g_ptr_array_index(tree->entries, i - 1);
        if (g_ascii_strcasecmp(entry->dn, dn) == 0 || tree_is_below(entry->dn, dn))
            g_ptr_array_remove_index(tree->entries, i - 1);
    }
}

/* The five questions. */

static gboolean answers(const struct tree *tree, GError **error)
{
    if (tree->away)
        g_set_error(error, DIRECTORY_ERROR, DIRECTORY_AWAY, "the directory cannot be reached");
    return !tree->away;
}

static GPtrArray *ask_find(void *context, const char *attribute, const char *value, GError **error)
{
    const struct tree *tree = context;
    GPtrArray *found = answers(tree, error) ? entry_list() : NULL;

    for (guint i = 0; found && i < tree->entries->len; i++) {
        const struct entry *entry = g_ptr_array_index(tree->entries, i);
        if (tree_has(tree, entry, attribute, value, NULL))
            g_ptr_array_add(found, tree_copy(entry));
    }
    return found;
}

static GPtrArray *ask_below(void *context, const char *dn, const char *object_class, guint most, GError **error)
{
    const struct tree *tree = context;
    GPtrArray *found = answers(tree, error) ? entry_list() : NULL;

    for (guint i = 0; found && i < tree->entries->len; i++) {
        const struct entry *entry = g_ptr_array_index(tree->entries, i);
        if ((!most || found->len < most) && tree_is_below(entry->dn, dn) && entry_is(entry, object_class))
            g_ptr_array_add(found, tree_copy(entry));
    }
    return found;
}

static gint64 ask_count(void *context, const char *dn, const char *object_class, const char *attribute, const char *value,
                        guint most, GError **error)
{
    const struct tree *tree = context;
    g_autoptr(GPtrArray) found = ask_below(context, dn, object_class, 0, error);
    gint64 count = found ? 0 : -1;

    for (guint i = 0; found && i < found->len && (!most || count < most); i++)
        count += !attribute || tree_has(tree, g_ptr_array_index(found, i), attribute, value, NULL);
    return count;
}

static struct entry *ask_read(void *context, const char *dn, GError **error)
{
    const struct tree *tree = context;
    const struct entry *entry = answers(tree, error) ? tree_entry(tree, dn) : NULL;

    return entry ? tree_copy(entry) : NULL;
}

static GPtrArray *ask_reviewers(void *context, const char *division, GError **error)
{
    const struct tree *tree = context;
    g_autofree char *dn = g_strdup_printf("cn=reviewers,ou=%s,ou=authorities,%s", division, tree->suffix);
    GPtrArray *found = answers(tree, error) ? entry_list() : NULL;
    const struct entry *group = found ? tree_entry(tree, dn) : NULL;
    const GPtrArray *members = group ? entry_values(group, ATTRIBUTE_MEMBER) : NULL;

    for (guint i = 0; members && i < members->len; i++) {
        const struct entry *member = tree_entry(tree, g_ptr_array_index(members, i));
        if (member && entry_is(member, CLASS_REVIEWER) && g_strcmp0(entry_value(member, ATTRIBUTE_ACTIVE), "TRUE") == 0 &&
            !entry_archived(member))
            g_ptr_array_add(found, tree_copy(member));
    }
    return found;
}

void tree_facts(struct tree *tree, struct facts *facts)
{
    *facts = (struct facts){tree, ask_find, ask_below, ask_count, ask_reviewers, ask_read};
}
