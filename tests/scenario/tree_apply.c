#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/change.h"
#include "tests/scenario/tree.h"
#include "tests/scenario/tree_inside.h"

static gboolean is_alone(const struct tree *tree, const struct entry *entry)
{
    static const char *const counted[] = {ATTRIBUTE_UID, ATTRIBUTE_MAIL, ATTRIBUTE_O}; /* slapo-constraint: count 1 */
    GHashTableIter each;
    gpointer name, values;

    g_hash_table_iter_init(&each, entry->attributes);
    while (g_hash_table_iter_next(&each, &name, &values)) {
        gboolean alone = tree_names(tree->alone, name);
        for (guint i = 0; i < G_N_ELEMENTS(counted); i++)
            alone |= g_ascii_strcasecmp(name, counted[i]) == 0;
        if (alone && ((GPtrArray *)values)->len > 1)
            return FALSE;
    }
    return TRUE;
}

/* slapo-unique as ldap-schema/50-overlays.ldif sets it up. */
static gboolean is_unique(const struct tree *tree, const struct entry *entry)
{
    static const struct {
        const char *attribute, *object_class;
        gboolean accounts;
    } rules[] = {
        {ATTRIBUTE_UID, NULL, FALSE},
        {ATTRIBUTE_CREDIT_CODE, NULL, FALSE},
        {ATTRIBUTE_ID_NUMBER, CLASS_TRAINEE, FALSE},
        {ATTRIBUTE_TRAINEE_NUMBER, NULL, FALSE},
        {ATTRIBUTE_CERTIFICATE_NUMBER, NULL, FALSE},
        {ATTRIBUTE_MAIL, NULL, TRUE},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rules); i++) {
        const char *value = entry_value(entry, rules[i].attribute);
        for (guint k = 0; value && k < tree->entries->len; k++) {
            const struct entry *other = g_ptr_array_index(tree->entries, k);
            if (g_strcmp0(other->uuid, entry->uuid) == 0 || (rules[i].object_class && !entry_is(other, rules[i].object_class)) ||
                (rules[i].accounts && (!entry_value(other, ATTRIBUTE_UID) || !entry_value(entry, ATTRIBUTE_UID))))
                continue;
            if (tree_has(tree, other, rules[i].attribute, value, NULL))
                return FALSE;
        }
    }
    return TRUE;
}

/* One filter of RFC 4515 out of &, |, !, presence and equality; `*at` moves behind it. */
static gboolean matches(const struct tree *tree, const struct entry *entry, const char **at)
{
    g_assert(**at == '(');
    char kind = (*at)[1];
    if (strchr("&|!", kind)) {
        gboolean all = TRUE, one = FALSE;
        for (*at += 2; **at == '(';) {
            gboolean yes = matches(tree, entry, at);
            all &= yes;
            one |= yes;
        }
        ++*at;
        return kind == '&' ? all : kind == '|' ? one : !one;
    }
    const char *equal = strchr(*at, '='), *end = strchr(*at, ')');
    g_autofree char *attribute = g_strndup(*at + 1, (gsize)(equal - *at - 1));
    g_autofree char *value = g_strndup(equal + 1, (gsize)(end - equal - 1));
    *at = end + 1;
    g_autofree char *plain = g_strcompress(value); /* the values of our guards need no escapes */
    return g_str_equal(plain, "*") ? entry_values(entry, attribute) != NULL : tree_has(tree, entry, attribute, plain, NULL);
}

static gboolean modify(const struct tree *tree, const struct change *change, struct entry *entry)
{
    for (guint i = 0; i < change->parts->len; i++) {
        const struct change_part *part = g_ptr_array_index(change->parts, i);
        if (entry_binary(part->attribute)) /* bytes replace */
            g_hash_table_remove(entry->attributes, part->attribute);
        for (guint k = 0; k < part->old->len; k++) {
            if (!tree_has(tree, entry, part->attribute, g_ptr_array_index(part->old, k), NULL))
                return FALSE;
            tree_take(tree, entry, part->attribute, g_ptr_array_index(part->old, k));
        }
        for (guint k = 0; k < part->new->len; k++) {
            if (tree_has(tree, entry, part->attribute, g_ptr_array_index(part->new, k), NULL))
                return FALSE;
            entry_put(entry, part->attribute, g_ptr_array_index(part->new, k));
        }
    }
    return is_alone(tree, entry) && is_unique(tree, entry);
}

static void move(struct tree *tree, const struct change *change, struct entry *top)
{
    g_autofree char *after = change_dn_after(change);
    g_autofree char *before = g_strdup(top->dn);

    for (guint i = 0; i < tree->entries->len; i++) {
        struct entry *entry = g_ptr_array_index(tree->entries, i);
        gboolean below = tree_is_below(entry->dn, before);
        if (entry != top && !below)
            continue;
        char *dn = g_strdup_printf("%.*s%s", (int)(strlen(entry->dn) - strlen(before)), entry->dn, after);
        g_free(entry->dn);
        entry->dn = dn;
    }
}

static void swap_attributes(struct entry *one, struct entry *other)
{
    GHashTable *attributes = one->attributes;

    one->attributes = other->attributes;
    other->attributes = attributes;
}

static gboolean add(struct tree *tree, const struct change *change)
{
    const char *comma = strchr(change->dn, ',');
    struct entry *entry = entry_make(change->dn, NULL);

    for (guint i = 0; i < change->parts->len; i++) {
        const struct change_part *part = g_ptr_array_index(change->parts, i);
        for (guint k = 0; k < part->new->len; k++)
            entry_put(entry, part->attribute, g_ptr_array_index(part->new, k));
    }
    gboolean fine = !tree_entry(tree, change->dn) && tree_entry(tree, comma + 1) && is_alone(tree, entry) && is_unique(tree, entry);
    if (fine)
        swap_attributes(entry, tree_put(tree, change->dn));
    entry_free(entry);
    return fine;
}

/* Carry the change out on the entry of that name. FALSE when the server would refuse; nothing has changed then. */
static gboolean carry(struct tree *tree, const struct change *change)
{
    struct entry *entry = tree_entry(tree, change->dn);
    const char *assertion = change->assertion;

    if (change->kind == CHANGE_ADD)
        return add(tree, change);
    if (!entry || (change->uuid && g_strcmp0(change->uuid, entry->uuid) != 0) || (assertion && !matches(tree, entry, &assertion)))
        return FALSE;
    if (change->kind == CHANGE_MOVE) {
        g_autofree char *after = change_dn_after(change);
        gboolean fine = tree_entry(tree, change->parent) && !tree_entry(tree, after);
        if (fine)
            move(tree, change, entry);
        return fine;
    }
    struct entry *copy = tree_copy(entry);
    gboolean fine = modify(tree, change, copy);
    if (fine)
        swap_attributes(entry, copy);
    entry_free(copy);
    return fine;
}

static const struct entry *read_back(const struct tree *tree, const struct change *change)
{
    for (guint i = 0; change->uuid && i < tree->entries->len; i++) {
        const struct entry *entry = g_ptr_array_index(tree->entries, i);
        if (g_str_equal(entry->uuid, change->uuid))
            return entry;
    }
    return change->uuid ? NULL : tree_entry(tree, change->dn);
}

enum tree_outcome tree_apply(struct tree *tree, const char *ldif, char **reason)
{
    g_autoptr(GError) error = NULL;
    struct change *change = change_read(ldif, &error);
    enum tree_outcome outcome = TREE_APPLIED;

    if (!change)
        g_error("%s in\n%s", error->message, ldif);
    if (tree->away) {
        outcome = TREE_AWAY;
    } else if (!carry(tree, change)) {
        const struct entry *entry = read_back(tree, change);
        outcome = entry && change_done(change, entry) ? TREE_APPLIED : TREE_CONFLICT;
    }
    *reason = outcome == TREE_APPLIED ? NULL : g_strdup_printf("%s: the directory is not what was reviewed", change->dn);
    change_free(change);
    return outcome;
}
