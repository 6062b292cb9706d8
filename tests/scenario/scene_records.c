/* What a scene's state file and directory have on record. */
#include <string.h>

#include "tests/scenario/scene.h"

struct request *scene_request(struct scene *scene, const char *id)
{
    const struct records *records = &scene->site.mind.records;

    return records->request(records->context, id);
}

const char *scene_state(struct scene *scene, const char *id)
{
    struct request *request = id ? scene_request(scene, id) : NULL;
    const struct state *state = request ? state_find(scene->site.procedures, request->state) : NULL;

    request_free(request);
    return state ? state->name : NULL;
}

char *scene_newest(struct scene *scene)
{
    g_autoptr(GPtrArray) requests = store_requests(scene->site.store, NULL, NULL, 1);

    return requests->len ? g_strdup(((struct request *)g_ptr_array_index(requests, 0))->id) : NULL;
}

guint scene_requests(struct scene *scene)
{
    g_autoptr(GPtrArray) requests = store_requests(scene->site.store, NULL, NULL, 100000);

    return requests->len;
}

guint scene_audited(struct scene *scene, const char *id, const char *event, const char *saying)
{
    g_autoptr(GPtrArray) events = store_events(scene->site.store, id, 1000);
    guint count = 0;

    for (guint i = 0; i < events->len; i++) {
        const struct event_row *row = g_ptr_array_index(events, i);
        count += g_str_equal(row->event, event) && (!saying || (row->detail && strstr(row->detail, saying)));
    }
    return count;
}

const char *scene_value(const struct scene *scene, const char *dn, const char *attribute)
{
    const struct entry *entry = tree_entry(scene->tree, dn);

    return entry ? entry_value(entry, attribute) : NULL;
}
