#include "daemon/recall.h"

struct recall {
    struct facts asked;
    GHashTable *known; /* question -> GPtrArray of struct entry */
};

struct recall *recall_open(const struct facts *asked)
{
    struct recall *recall = g_new0(struct recall, 1);

    recall->asked = *asked;
    recall->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    return recall;
}

void recall_close(struct recall *recall)
{
    if (!recall)
        return;
    g_hash_table_unref(recall->known);
    g_free(recall);
}

void recall_forget(struct recall *recall)
{
    g_hash_table_remove_all(recall->known);
}

/* The caller's own array of what is known; NULL when it is not. */
static GPtrArray *known(const struct recall *recall, const char *question)
{
    const GPtrArray *kept = g_hash_table_lookup(recall->known, question);

    if (!kept)
        return NULL;
    GPtrArray *entries = entry_list();
    for (guint i = 0; i < kept->len; i++)
        g_ptr_array_add(entries, entry_share(g_ptr_array_index(kept, i)));
    return entries;
}

/* Keep an answer and pass it on. NULL, which is no answer, is not kept. */
static GPtrArray *keep(struct recall *recall, char *question /* taken */, GPtrArray *answer /* taken */)
{
    if (!answer) {
        g_free(question);
        return NULL;
    }
    g_hash_table_insert(recall->known, question, answer);
    return known(recall, question);
}

static GPtrArray *recall_find(void *context, const char *attribute, const char *value, GError **error)
{
    struct recall *recall = context;
    char *question = g_strdup_printf("find\n%s\n%s", attribute, value);
    GPtrArray *entries = known(recall, question);

    if (!entries)
        return keep(recall, question, recall->asked.find(recall->asked.context, attribute, value, error));
    g_free(question);
    return entries;
}

static GPtrArray *recall_below(void *context, const char *dn, const char *object_class, guint most, GError **error)
{
    struct recall *recall = context;

    return recall->asked.below(recall->asked.context, dn, object_class, most, error);
}

static gint64 recall_count(void *context, const char *dn, const char *object_class, const char *attribute, const char *value,
                           guint most, GError **error)
{
    struct recall *recall = context;

    return recall->asked.count(recall->asked.context, dn, object_class, attribute, value, most, error);
}

static GPtrArray *recall_reviewers(void *context, const char *division, GError **error)
{
    struct recall *recall = context;
    char *question = g_strdup_printf("reviewers\n%s", division);
    GPtrArray *entries = known(recall, question);

    if (!entries)
        return keep(recall, question, recall->asked.reviewers(recall->asked.context, division, error));
    g_free(question);
    return entries;
}

static struct entry *recall_read(void *context, const char *dn, GError **error)
{
    struct recall *recall = context;
    char *question = g_strdup_printf("read\n%s", dn);
    g_autoptr(GPtrArray) entries = known(recall, question);
    GError *problem = NULL;

    if (entries) {
        g_free(question);
        return entries->len ? g_ptr_array_steal_index(entries, 0) : NULL;
    }
    struct entry *entry = recall->asked.read(recall->asked.context, dn, &problem);
    if (problem) {
        g_propagate_error(error, problem);
        g_free(question);
        return NULL;
    }
    GPtrArray *answer = entry_list();
    if (entry)
        g_ptr_array_add(answer, entry_share(entry));
    g_hash_table_insert(recall->known, question, answer);
    return entry;
}

void recall_facts(struct recall *recall, struct facts *facts)
{
    *facts = (struct facts){
        .context = recall,
        .find = recall_find,
        .below = recall_below,
        .count = recall_count,
        .reviewers = recall_reviewers,
        .read = recall_read,
    };
}
