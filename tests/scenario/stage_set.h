/* Stories on a real slapd with the whole schema, all overlays and access rules, and the people of the fixtures in it. For one test program each. */
#ifndef TESTS_SCENARIO_STAGE_SET_H
#define TESTS_SCENARIO_STAGE_SET_H

#include "tests/unit/slapd.h"

/* Both have these: here they are those of the fixtures. */
#undef E1
#undef E2

#include "tests/scenario/story.h"

struct stage_set { /* one slapd, one scene on it */
    struct world *world;
    struct directory *root; /* may do anything */
    struct scene *scene;
};

static int raise_curtain(void **state)
{
    struct stage_set *set = g_new0(struct stage_set, 1);
    void *world = NULL;

    if (setup(&world) != 0)
        return -1;
    set->world = world;
    g_autofree char *load =
        g_strdup_printf("ldapmodify -a -Q -Y EXTERNAL -H '%s' -f tests/world/fixtures.ldif >/dev/null", set->world->url);
    shell(set->world, load, NULL);
    set->root = door(set->world, NULL, NULL);
    set->scene = scene_new();
    scene_connect(set->scene, set->root, set->world->courier);
    *state = set;
    return 0;
}

static int drop_curtain(void **state)
{
    struct stage_set *set = *state;
    void *world = set->world;

    scene_free(set->scene);
    directory_close(set->root);
    g_free(set);
    return teardown(&world);
}

#endif
