/* A change held against the directory without making it: the same guards that directory_apply() hands to the server, asked as questions. */
#include <string.h>

#include "daemon/directory_session.h"
#include "ldap-schema/names.h"
#include "mailflow/change.h"

/* What stands once in the whole directory (ldap-schema/50-overlays.ldif), and among which entries. */
static const struct {
    const char *attribute, *among;
} uniques[] = {
    {ATTRIBUTE_UID, NULL},
    {ATTRIBUTE_CREDIT_CODE, NULL},
    {ATTRIBUTE_ID_NUMBER, "(objectClass=" CLASS_TRAINEE ")"},
    {ATTRIBUTE_TRAINEE_NUMBER, NULL},
    {ATTRIBUTE_CERTIFICATE_NUMBER, NULL},
    {ATTRIBUTE_MAIL, "(" ATTRIBUTE_UID "=*)"},
};

struct look { /* one change being looked at */
    struct directory *directory;
    struct change *change;
    struct entry *entry; /* as it stands; NULL when there is none */
    char **reason;
    GError *error;
};

static enum directory_outcome conflict(struct look *look, const char *what)
{
    *look->reason = g_strdup_printf("%s: %s", look->change->dn, what);
    return DIRECTORY_CONFLICT;
}

static GPtrArray *ask(struct look *look, const char *base, int scope, const char *filter)
{
    return directory_session_search(look->directory, base, scope, filter, 0, &look->error);
}

static void append_values(GString *filter, const char *attribute, const GPtrArray *values)
{
    for (guint i = 0; i < values->len; i++) {
        g_autofree char *escaped = directory_escape(g_ptr_array_index(values, i));
        g_string_append_printf(filter, "(%s=%s)", attribute, escaped);
    }
}

/* Whether the entry still is what people saw, by the directory's own matching. FALSE with look->error when it cannot be asked. */
static gboolean as_seen(struct look *look)
{
    g_autoptr(GString) filter = g_string_new("(&(objectClass=*)");

    if (look->change->uuid)
        g_string_append_printf(filter, "(" ATTRIBUTE_ENTRY_UUID "=%s)", look->change->uuid);
    for (guint i = 0; i < look->change->parts->len; i++) {
        const struct change_part *part = g_ptr_array_index(look->change->parts, i);
        append_values(filter, part->attribute, part->old);
    }
    g_string_append_printf(filter, "%s)", look->change->assertion ? look->change->assertion : "");
    g_autoptr(GPtrArray) found = ask(look, look->entry->dn, LDAP_SCOPE_BASE, filter->str);
    return found && found->len;
}

static gboolean is_there(struct look *look, const char *dn)
{
    g_autoptr(GPtrArray) found = ask(look, dn, LDAP_SCOPE_BASE, "(objectClass=*)");

    return found && found->len;
}

/* Whether another entry has a value that is to come and can stand once only. */
static gboolean is_taken(struct look *look, const char *attribute, const char *among, const char *value)
{
    g_autofree char *escaped = directory_escape(value);
    g_autofree char *filter = g_strdup_printf("(&(%s=%s)%s)", attribute, escaped, among ? among : "");
    g_autoptr(GPtrArray) found = ask(look, look->directory->suffix, LDAP_SCOPE_SUBTREE, filter);

    for (guint i = 0; found && i < found->len; i++)
        if (!look->entry || g_strcmp0(((struct entry *)g_ptr_array_index(found, i))->uuid, look->entry->uuid) != 0)
            return TRUE;
    return FALSE;
}

static gboolean has_login(const struct look *look)
{
    for (guint i = 0; i < look->change->parts->len; i++)
        if (g_ascii_strcasecmp(((struct change_part *)g_ptr_array_index(look->change->parts, i))->attribute, ATTRIBUTE_UID) == 0)
            return TRUE;
    return look->entry && entry_value(look->entry, ATTRIBUTE_UID);
}

static gboolean any_taken(struct look *look)
{
    for (guint i = 0; i < look->change->parts->len; i++) {
        const struct change_part *part = g_ptr_array_index(look->change->parts, i);
        for (gsize u = 0; u < G_N_ELEMENTS(uniques); u++)
            for (guint v = 0; g_ascii_strcasecmp(uniques[u].attribute, part->attribute) == 0 && v < part->new->len; v++)
                if ((!g_str_equal(uniques[u].attribute, ATTRIBUTE_MAIL) || has_login(look)) &&
                    is_taken(look, uniques[u].attribute, uniques[u].among, g_ptr_array_index(part->new, v)))
                    return TRUE;
    }
    return FALSE;
}

/* The entry it is about: by its entryUUID wherever it stands, by name where there is none. */
static void find(struct look *look)
{
    g_autofree char *filter = g_strdup_printf("(" ATTRIBUTE_ENTRY_UUID "=%s)", look->change->uuid);
    g_autoptr(GPtrArray) found = look->change->uuid ? ask(look, look->directory->suffix, LDAP_SCOPE_SUBTREE, filter)
                                                    : ask(look, look->change->dn, LDAP_SCOPE_BASE, "(objectClass=*)");

    look->entry = found && found->len ? g_ptr_array_steal_index(found, 0) : NULL;
}

static enum directory_outcome compare(struct look *look)
{
    const struct change *change = look->change;
    gboolean adds = change->kind == CHANGE_ADD;
    const char *parent = adds ? strchr(change->dn, ',') + 1 : change->kind == CHANGE_MOVE ? change->parent : NULL;

    find(look);
    if (look->error || (look->entry && change_done(change, look->entry)))
        return DIRECTORY_APPLIED;
    if (!adds && !look->entry)
        return conflict(look, "the entry is gone");
    if (adds && look->entry)
        return conflict(look, "another entry of that name is there");
    if (!adds && !as_seen(look))
        return conflict(look, "the directory is not what was reviewed");
    if (change->kind == CHANGE_MOVE && g_ascii_strcasecmp(look->entry->dn, change->dn) != 0)
        return conflict(look, "the entry stands elsewhere by now");
    if (parent && !is_there(look, parent))
        return conflict(look, "the entry it shall stand below is gone");
    return any_taken(look) ? conflict(look, "a value is taken") : DIRECTORY_APPLIED;
}

enum directory_outcome directory_look(struct directory *directory, const char *change, char **reason)
{
    struct look look = {.directory = directory, .reason = reason, .change = change_read(change, &look.error)};
    enum directory_outcome outcome = look.change ? compare(&look) : DIRECTORY_NEVER;

    if (look.error) {
        g_free(*reason);
        *reason = g_strdup(look.error->message);
        outcome = look.change ? DIRECTORY_LATER : DIRECTORY_NEVER;
        g_error_free(look.error);
    }
    entry_free(look.entry);
    change_free(look.change);
    return outcome;
}
