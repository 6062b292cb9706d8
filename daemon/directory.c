#include "daemon/directory.h"

#include <string.h>

#include "daemon/directory_session.h"
#include "ldap-schema/names.h"

struct directory *directory_open(const struct directory_options *options, GError **error)
{
    g_autofree char *password = options->dn ? directory_password(options->password_file) : NULL;

    if (options->dn && !password) {
        g_set_error(error, DIRECTORY_ERROR, DIRECTORY_REFUSED, "no password for %s can be read from %s", options->dn,
                    options->password_file ? options->password_file : "any file");
        return NULL;
    }
    struct directory *directory = g_new0(struct directory, 1);
    directory->url = g_strdup(options->url);
    directory->starttls = options->starttls && g_str_has_prefix(options->url, "ldap:");
    directory->ca_file = g_strdup(options->ca_file);
    directory->dn = g_strdup(options->dn);
    directory->password_file = g_strdup(options->password_file);
    directory->password = g_steal_pointer(&password);
    directory->suffix = g_strdup(options->suffix);
    directory->timeout.tv_sec = options->timeout;
    return directory;
}

void directory_close(struct directory *directory)
{
    if (!directory)
        return;
    directory_session_drop(directory);
    g_free(directory->url);
    g_free(directory->ca_file);
    g_free(directory->dn);
    if (directory->password)
        explicit_bzero(directory->password, strlen(directory->password));
    g_free(directory->password);
    g_free(directory->password_file);
    g_free(directory->suffix);
    g_free(directory->wanted);
    g_free(directory);
}

void directory_want(struct directory *directory, const char *const *attributes)
{
    g_autoptr(GPtrArray) wanted = g_ptr_array_new();

    for (const char *const *attribute = attributes; *attribute; attribute++)
        g_ptr_array_add(wanted, (char *)*attribute);
    g_ptr_array_add(wanted, (char *)ATTRIBUTE_ENTRY_UUID);
    g_ptr_array_add(wanted, NULL);
    g_free(directory->wanted);
    directory->wanted = (char **)g_ptr_array_steal(wanted, NULL);
}

char *directory_escape(const char *value)
{
    GString *escaped = g_string_new(NULL);
    for (const char *c = value; *c; c++) {
        if (strchr("*()\\", *c))
            g_string_append_printf(escaped, "\\%02x", (guchar)*c);
        else
            g_string_append_c(escaped, *c);
    }
    return g_string_free(escaped, FALSE);
}

static char *filter_equal(const char *attribute, const char *value)
{
    g_autofree char *escaped = directory_escape(value);
    return g_strdup_printf("(%s=%s)", attribute, escaped);
}

static GPtrArray *fact_find(void *context, const char *attribute, const char *value, GError **error)
{
    struct directory *directory = context;
    g_autofree char *filter = filter_equal(attribute, value);
    return directory_session_search(directory, directory->suffix, LDAP_SCOPE_SUBTREE, filter, 0, error);
}

static GPtrArray *fact_below(void *context, const char *dn, const char *object_class, guint most, GError **error)
{
    g_autofree char *filter = filter_equal(ATTRIBUTE_OBJECT_CLASS, object_class);
    return directory_session_search(context, dn, LDAP_SCOPE_SUBORDINATE, filter, most, error);
}

static gint64 fact_count(void *context, const char *dn, const char *object_class, const char *attribute, const char *value,
                         guint most, GError **error)
{
    g_autofree char *of_class = filter_equal(ATTRIBUTE_OBJECT_CLASS, object_class);
    g_autofree char *of_value = attribute ? filter_equal(attribute, value) : g_strdup("");
    g_autofree char *filter = g_strdup_printf("(&%s%s)", of_class, of_value);
    return directory_session_count(context, dn, LDAP_SCOPE_SUBORDINATE, filter, most, error);
}

static struct entry *fact_read(void *context, const char *dn, GError **error)
{
    g_autoptr(GPtrArray) entries = directory_session_search(context, dn, LDAP_SCOPE_BASE, "(objectClass=*)", 0, error);
    return entries && entries->len ? g_ptr_array_steal_index(entries, 0) : NULL;
}

/* The group first, its members one by one: a reviewer counts by membership, wherever the entry stands. */
static GPtrArray *fact_reviewers(void *context, const char *division, GError **error)
{
    struct directory *directory = context;
    g_autoptr(GPtrArray) reviewers = entry_list();
    if (!*division || division[strspn(division, "0123456789")])
        return g_steal_pointer(&reviewers);
    g_autofree char *group_dn = g_strdup_printf("cn=reviewers,ou=%s,ou=authorities,%s", division, directory->suffix);
    g_autoptr(GPtrArray) group = directory_session_search(directory, group_dn, LDAP_SCOPE_BASE, "(objectClass=*)", 0, error);
    if (!group)
        return NULL;
    const GPtrArray *members = group->len ? entry_values(g_ptr_array_index(group, 0), ATTRIBUTE_MEMBER) : NULL;
    for (guint i = 0; members && i < members->len; i++) {
        g_autoptr(GPtrArray) found =
            directory_session_search(directory, g_ptr_array_index(members, i), LDAP_SCOPE_BASE,
                                     "(&(objectClass=" CLASS_REVIEWER ")(" ATTRIBUTE_ACTIVE "=TRUE))", 0, error);
        if (!found)
            return NULL;
        if (found->len && !entry_archived(g_ptr_array_index(found, 0)))
            g_ptr_array_add(reviewers, g_ptr_array_steal_index(found, 0));
    }
    return g_steal_pointer(&reviewers);
}

void directory_facts(struct directory *directory, struct facts *facts)
{
    *facts = (struct facts){
        .context = directory,
        .find = fact_find,
        .below = fact_below,
        .count = fact_count,
        .reviewers = fact_reviewers,
        .read = fact_read,
    };
}

gboolean directory_check(struct directory *directory, GError **error)
{
    static const char *const places[] = {"ou=authorities", "ou=enterprises", "ou=individuals"};
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *dn = g_strdup_printf("%s,%s", places[i], directory->suffix);
        g_autoptr(GError) fault = NULL;
        struct entry *place = fact_read(directory, dn, &fault);
        if (fault) {
            g_propagate_error(error, g_steal_pointer(&fault));
            return FALSE;
        }
        if (!place) {
            g_set_error(error, DIRECTORY_ERROR, DIRECTORY_REFUSED, "directory %s has no %s, or we may not see it", directory->url,
                        dn);
            return FALSE;
        }
        entry_free(place);
    }
    return TRUE;
}

/* Take csSecretUntil away, and pwdEndTime where it still is the one we set. The assertion makes a secret set in between safe. */
static int release(struct directory *directory, const struct entry *entry, gboolean with_end)
{
    char *until[] = {(char *)entry_value(entry, ATTRIBUTE_SECRET_UNTIL), NULL};
    LDAPMod mark = {.mod_op = LDAP_MOD_DELETE, .mod_type = (char *)ATTRIBUTE_SECRET_UNTIL, .mod_values = until};
    LDAPMod end = {.mod_op = LDAP_MOD_DELETE, .mod_type = (char *)ATTRIBUTE_PWD_END_TIME, .mod_values = until};
    LDAPMod *mods[] = {&mark, with_end ? &end : NULL, NULL};
    LDAPControl *control = NULL;
    int code = ldap_create_assertion_control(directory->ldap, (char *)"(!(" ATTRIBUTE_PWD_RESET "=TRUE))", 1, &control);
    if (code != LDAP_SUCCESS)
        return code;
    LDAPControl *controls[] = {control, NULL};
    code = ldap_modify_ext_s(directory->ldap, entry->dn, mods, controls, NULL);
    ldap_control_free(control);
    return code;
}

int directory_release(struct directory *directory, GError **error)
{
    g_autoptr(GPtrArray) entries =
        directory_session_search(directory, directory->suffix, LDAP_SCOPE_SUBTREE,
                                 "(&(" ATTRIBUTE_SECRET_UNTIL "=*)(!(" ATTRIBUTE_PWD_RESET "=TRUE)))", 0, error);
    int released = 0;
    for (guint i = 0; entries && i < entries->len; i++) {
        const struct entry *entry = g_ptr_array_index(entries, i);
        int code = release(directory, entry, TRUE);
        if (code == LDAP_NO_SUCH_ATTRIBUTE)
            code = release(directory, entry, FALSE);
        /* Gone, or given a new secret, since we looked: nothing to do. */
        if (code == LDAP_NO_SUCH_OBJECT || code == LDAP_NO_SUCH_ATTRIBUTE || code == LDAP_ASSERTION_FAILED)
            continue;
        if (code != LDAP_SUCCESS) {
            gboolean lost = directory_session_lost(code);
            g_autofree char *text = directory_session_text(code, NULL);
            g_set_error(error, DIRECTORY_ERROR, lost || directory_session_busy(code) ? DIRECTORY_AWAY : DIRECTORY_REFUSED,
                        "directory %s, release of %s: %s", directory->url, entry->dn, text);
            if (lost)
                directory_session_drop(directory);
            return -1;
        }
        released++;
    }
    return entries ? released : -1;
}
