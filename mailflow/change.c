#include "mailflow/change.h"

#include <string.h>

#include "ldap-schema/names.h"

#define LINE_UUID "# entryUUID"
#define LINE_ASSERTION "# only if"

G_DEFINE_QUARK(change - error, change_error)

static void part_free(gpointer data)
{
    struct change_part *part = data;
    g_free(part->attribute);
    g_ptr_array_unref(part->old);
    g_ptr_array_unref(part->new);
    g_free(part);
}

static struct change *change_make(enum change_kind kind, const char *dn, const char *uuid)
{
    struct change *change = g_new0(struct change, 1);
    change->kind = kind;
    change->dn = g_strdup(dn);
    change->uuid = g_strdup(uuid);
    change->parts = g_ptr_array_new_with_free_func(part_free);
    return change;
}

struct change *change_add(const char *dn)
{
    return change_make(CHANGE_ADD, dn, NULL);
}

struct change *change_modify(const char *dn, const char *uuid)
{
    return change_make(CHANGE_MODIFY, dn, uuid);
}

struct change *change_move(const char *dn, const char *uuid, const char *parent)
{
    struct change *change = change_make(CHANGE_MOVE, dn, uuid);
    change->parent = g_strdup(parent);
    return change;
}

void change_free(struct change *change)
{
    if (!change)
        return;
    g_free(change->dn);
    g_free(change->uuid);
    g_ptr_array_unref(change->parts);
    g_free(change->parent);
    g_free(change->assertion);
    g_free(change);
}

static struct change_part *change_part(struct change *change, const char *attribute)
{
    for (guint i = 0; i < change->parts->len; i++) {
        struct change_part *part = g_ptr_array_index(change->parts, i);
        if (g_ascii_strcasecmp(part->attribute, attribute) == 0)
            return part;
    }
    struct change_part *part = g_new0(struct change_part, 1);
    part->attribute = g_strdup(attribute);
    part->old = g_ptr_array_new_with_free_func(g_free);
    part->new = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(change->parts, part);
    return part;
}

void change_put(struct change *change, const char *attribute, const char *old, const char *new)
{
    g_assert(change->kind == CHANGE_MODIFY || (change->kind == CHANGE_ADD && !old && new));
    g_assert(!entry_binary(attribute) || (!old && new));
    if (g_strcmp0(old, new) == 0)
        return;
    struct change_part *part = change_part(change, attribute);
    if (old)
        g_ptr_array_add(part->old, g_strdup(old));
    if (new)
        g_ptr_array_add(part->new, g_strdup(new));
}

void change_assert(struct change *change, const char *filter)
{
    g_assert(change->kind != CHANGE_ADD && !change->assertion);
    change->assertion = g_strdup(filter);
}

/* The comma that ends the first name of a DN (RFC 4514: a backslash takes the next character with it), or the end. */
static const char *rdn_end(const char *dn)
{
    while (*dn && *dn != ',')
        dn += dn[0] == '\\' && dn[1] ? 2 : 1;
    return dn;
}

char *change_dn_after(const struct change *change)
{
    if (change->kind != CHANGE_MOVE)
        return g_strdup(change->dn);
    return g_strdup_printf("%.*s,%s", (int)(rdn_end(change->dn) - change->dn), change->dn, change->parent);
}

static gboolean values_have(const GPtrArray *values, const char *value, gboolean fold)
{
    for (guint i = 0; values && i < values->len; i++) {
        const char *present = g_ptr_array_index(values, i);
        if (fold ? g_ascii_strcasecmp(present, value) == 0 : strcmp(present, value) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean part_done(const struct change_part *part, const struct entry *entry)
{
    const GPtrArray *present = entry_values(entry, part->attribute);
    gboolean fold = g_ascii_strcasecmp(part->attribute, ATTRIBUTE_OBJECT_CLASS) == 0;
    if (entry_binary(part->attribute) && present && present->len != part->new->len)
        return FALSE;
    for (guint i = 0; i < part->new->len; i++)
        if (!values_have(present, g_ptr_array_index(part->new, i), fold))
            return FALSE;
    for (guint i = 0; i < part->old->len; i++)
        if (values_have(present, g_ptr_array_index(part->old, i), fold))
            return FALSE;
    return TRUE;
}

gboolean change_done(const struct change *change, const struct entry *entry)
{
    if (change->uuid && g_strcmp0(change->uuid, entry->uuid) != 0)
        return FALSE;
    g_autofree char *after = change_dn_after(change);
    g_autofree char *wanted = g_utf8_casefold(after, -1);
    g_autofree char *present = g_utf8_casefold(entry->dn, -1);
    if (strcmp(wanted, present) != 0)
        return FALSE;
    for (guint i = 0; i < change->parts->len; i++)
        if (!part_done(g_ptr_array_index(change->parts, i), entry))
            return FALSE;
    return TRUE;
}

/* RFC 2849, SAFE-STRING, and no space at the end, which editors eat. */
static gboolean value_safe(const char *value)
{
    if (strchr(" :<", value[0]) && value[0])
        return FALSE;
    for (const char *c = value; *c; c++)
        if (*c == '\n' || *c == '\r' || (guchar)*c > 126)
            return FALSE;
    return !g_str_has_suffix(value, " ");
}

static void line_write(GString *ldif, const char *name, const char *value)
{
    if (entry_binary(name)) {
        g_string_append_printf(ldif, "%s:: %s\n", name, value);
        return;
    }
    if (value_safe(value)) {
        g_string_append_printf(ldif, "%s: %s\n", name, value);
        return;
    }
    g_autofree char *encoded = g_base64_encode((const guchar *)value, strlen(value));
    g_string_append_printf(ldif, "%s:: %s\n", name, encoded);
}

static void values_write(GString *ldif, const char *operation, const char *attribute, const GPtrArray *values)
{
    if (operation && values->len)
        line_write(ldif, operation, attribute);
    for (guint i = 0; i < values->len; i++)
        line_write(ldif, attribute, g_ptr_array_index(values, i));
    if (operation && values->len)
        g_string_append(ldif, "-\n");
}

char *change_write(const struct change *change)
{
    static const char *const types[] = {[CHANGE_ADD] = "add", [CHANGE_MODIFY] = "modify", [CHANGE_MOVE] = "modrdn"};
    GString *ldif = g_string_new(NULL);
    if (change->uuid)
        line_write(ldif, LINE_UUID, change->uuid);
    if (change->assertion)
        line_write(ldif, LINE_ASSERTION, change->assertion);
    line_write(ldif, "dn", change->dn);
    line_write(ldif, "changetype", types[change->kind]);
    for (guint i = 0; i < change->parts->len; i++) {
        const struct change_part *part = g_ptr_array_index(change->parts, i);
        const char *comes = entry_binary(part->attribute) ? "replace" : "add";
        values_write(ldif, "delete", part->attribute, part->old);
        values_write(ldif, change->kind == CHANGE_ADD ? NULL : comes, part->attribute, part->new);
    }
    if (change->kind == CHANGE_MOVE) {
        g_autofree char *rdn = g_strndup(change->dn, rdn_end(change->dn) - change->dn);
        line_write(ldif, "newrdn", rdn);
        line_write(ldif, "deleteoldrdn", "0");
        line_write(ldif, "newsuperior", change->parent);
    }
    return g_string_free(ldif, FALSE);
}

/* The record being read: the lines not yet used. */
struct reader {
    char **next;
    char *name; /* of the line taken last */
    char *value;
};

/* The value that stands in base64 there: of an attribute of bytes as it is, else the text; NULL when it is neither. Caller frees. */
static char *encoded_value(const char *name, const char *encoded)
{
    gsize length;
    g_autofree guchar *value = g_base64_decode(encoded, &length);

    if (!entry_binary(name))
        return g_utf8_validate((const char *)value, length, NULL) ? g_strndup((const char *)value, length) : NULL;
    g_autofree char *again = g_base64_encode(value, length);
    return strcmp(again, encoded) == 0 ? g_steal_pointer(&again) : NULL;
}

/* Take the next line apart. FALSE at the end and at a line that is not "name: value" of text or "name:: base64". */
static gboolean reader_take(struct reader *reader)
{
    g_clear_pointer(&reader->name, g_free);
    g_clear_pointer(&reader->value, g_free);
    const char *line = *reader->next;
    const char *colon = line ? strchr(line, ':') : NULL;
    if (!colon || colon == line || !g_utf8_validate(line, -1, NULL))
        return FALSE;
    reader->name = g_strndup(line, colon - line);
    if (g_str_has_prefix(colon, ":: "))
        reader->value = encoded_value(reader->name, colon + 3);
    else if (g_str_has_prefix(colon, ": ") && !entry_binary(reader->name))
        reader->value = g_strdup(colon + 2);
    if (!reader->value)
        return FALSE;
    reader->next++;
    return TRUE;
}

/* Take the next line if it is called `name`, and give its value; else take nothing. */
static char *reader_take_named(struct reader *reader, const char *name)
{
    gsize length = strlen(name);
    if (!*reader->next || strncmp(*reader->next, name, length) != 0 || (*reader->next)[length] != ':' || !reader_take(reader))
        return NULL;
    return g_steal_pointer(&reader->value);
}

static gboolean add_read(struct reader *reader, struct change *change)
{
    while (*reader->next) {
        if (!reader_take(reader))
            return FALSE;
        change_put(change, reader->name, NULL, reader->value);
    }
    return change->parts->len > 0;
}

/* One "delete: a", "a: value" ..., "-" or the same with "add", of bytes with "replace". */
static gboolean modification_read(struct reader *reader, struct change *change)
{
    if (!reader_take(reader))
        return FALSE;
    gboolean bytes = entry_binary(reader->value);
    gboolean comes = strcmp(reader->name, bytes ? "replace" : "add") == 0;
    if (!comes && (bytes || strcmp(reader->name, "delete") != 0))
        return FALSE;
    struct change_part *part = change_part(change, reader->value);
    GPtrArray *values = comes ? part->new : part->old;
    if (values->len)
        return FALSE;
    while (*reader->next && strcmp(*reader->next, "-") != 0) {
        if (!reader_take(reader) || strcmp(reader->name, part->attribute) != 0)
            return FALSE;
        g_ptr_array_add(values, g_steal_pointer(&reader->value));
    }
    if (!*reader->next)
        return FALSE;
    reader->next++;
    return values->len > 0;
}

static gboolean modify_read(struct reader *reader, struct change *change)
{
    while (*reader->next)
        if (!modification_read(reader, change))
            return FALSE;
    return change->parts->len > 0;
}

static gboolean move_read(struct reader *reader, struct change *change)
{
    g_autofree char *rdn = reader_take_named(reader, "newrdn");
    g_autofree char *keep = reader_take_named(reader, "deleteoldrdn");
    change->parent = reader_take_named(reader, "newsuperior");
    g_autofree char *own = g_strndup(change->dn, rdn_end(change->dn) - change->dn);
    return g_strcmp0(rdn, own) == 0 && g_strcmp0(keep, "0") == 0 && change->parent && !*reader->next;
}

static const struct {
    const char *type;
    enum change_kind kind;
    gboolean (*read)(struct reader *, struct change *);
} KINDS[] = {{"add", CHANGE_ADD, add_read}, {"modify", CHANGE_MODIFY, modify_read}, {"modrdn", CHANGE_MOVE, move_read}};

static struct change *record_read(struct reader *reader)
{
    g_autofree char *uuid = reader_take_named(reader, LINE_UUID);
    g_autofree char *assertion = reader_take_named(reader, LINE_ASSERTION);
    g_autofree char *dn = reader_take_named(reader, "dn");
    g_autofree char *type = reader_take_named(reader, "changetype");
    for (gsize i = 0; dn && type && i < G_N_ELEMENTS(KINDS); i++) {
        if (strcmp(KINDS[i].type, type) != 0)
            continue;
        struct change *change = change_make(KINDS[i].kind, dn, uuid);
        change->assertion = g_steal_pointer(&assertion);
        if (KINDS[i].read(reader, change))
            return change;
        change_free(change);
        return NULL;
    }
    return NULL;
}

struct change *change_read(const char *ldif, GError **error)
{
    g_auto(GStrv) lines = g_strsplit(ldif, "\n", -1);
    guint count = g_strv_length(lines);
    if (count && !*lines[count - 1])
        g_clear_pointer(&lines[count - 1], g_free);
    struct reader reader = {.next = lines};
    struct change *change = record_read(&reader);
    if (!change)
        g_set_error(error, CHANGE_ERROR, CHANGE_ERROR_MALFORMED, "not a change record: line %u, \"%.40s\"",
                    (guint)(reader.next - lines) + 1, *reader.next ? *reader.next : "");
    g_free(reader.name);
    g_free(reader.value);
    return change;
}
