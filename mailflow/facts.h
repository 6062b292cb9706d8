/* What mailflow may ask of the world: a directory entry as a plain value, and five questions. The daemon answers them from LDAP, tests from arrays. */
#ifndef MAILFLOW_FACTS_H
#define MAILFLOW_FACTS_H

#include <glib.h>

struct entry {
    guint holders; /* entry_share(), entry_free() */
    char *dn;
    char *uuid; /* entryUUID: the entry's name for life, whatever its DN becomes; NULL when not asked for */
    /* Attribute name as in ldap-schema/names.h -> GPtrArray of char *, bytes in base64 (entry_binary()); names compare without case (RFC 4512, 2.5). */
    GHashTable *attributes;
};

/* An entry without attributes. `uuid` may be NULL. */
struct entry *entry_make(const char *dn, const char *uuid);
/* The same entry for one more holder, who frees it too; nobody may change it any more. */
struct entry *entry_share(struct entry *entry);
void entry_free(struct entry *entry);

/* Add one value; both strings are copied. Values keep their order. */
void entry_put(struct entry *entry, const char *attribute, const char *value);
/* The first value, or NULL. Owned by the entry. */
const char *entry_value(const struct entry *entry, const char *attribute);
/* All values (GPtrArray of char *, owned by the entry), or NULL when there is none. */
const GPtrArray *entry_values(const struct entry *entry, const char *attribute);
/* Whether `object_class` is among its objectClass values, without regard to case. */
gboolean entry_is(const struct entry *entry, const char *object_class);
/* Whether values of the attribute are bytes, not text: in an entry they stand in base64. */
gboolean entry_binary(const char *attribute);
/* Whether it stands below ou=archive: an ended account, which cannot log in but still counts for uniqueness. */
gboolean entry_archived(const struct entry *entry);

/* A new array that frees its entries. */
GPtrArray *entry_list(void);

/* Each gives a new array of struct entry (may be empty) that frees its entries, or NULL with `error` set: then the world could not be asked. */
struct facts {
    void *context;
    /* All entries in the whole suffix, the archive included, with attribute == value by the attribute's own matching rule. */
    GPtrArray *(*find)(void *context, const char *attribute, const char *value, GError **error);
    /* The descendants of `dn` of that class, `most` at most (0: all); empty when there is no such entry. */
    GPtrArray *(*below)(void *context, const char *dn, const char *object_class, guint most, GError **error);
    /* How many descendants of `dn` of that class have attribute == value (NULL: whatever they have); no more than `most` are counted (0: all). -1 with `error` on a fault. The answer is cheap: no
     * entry travels. */
    gint64 (*count)(void *context, const char *dn, const char *object_class, const char *attribute, const char *value, guint most,
                    GError **error);
    /* The active reviewers that are members of the authority's cn=reviewers at this moment. */
    GPtrArray *(*reviewers)(void *context, const char *division, GError **error);
    /* One entry, or NULL without an error when it is gone. The caller frees. */
    struct entry *(*read)(void *context, const char *dn, GError **error);
};

#endif
