#include "tests/scenario/desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ldap-schema/names.h"

struct scene *waiting(char **id)
{
    struct scene *scene = scene_new();

    *id = scene_form(scene, "T5", NULL);
    assert_string_equal(scene_state(scene, *id), "cityReview");
    return scene;
}

void leave(struct scene *scene, char *id)
{
    g_free(id);
    scene_free(scene);
}

void answer_of(struct scene *scene, const char *of, const char *from, const char *text)
{
    scene_answer(scene, scene_mail(scene, "N2", of), from, text);
    scene_deliver(scene);
}

void assert_waits(struct scene *scene, const char *id)
{
    assert_string_equal(scene_state(scene, id), "cityReview");
    assert_int_equal(scene_mails(scene, "N5", NULL) + scene_mails(scene, "N6", NULL), 0);
}

void open_window(struct scene *scene)
{
    scene->site.policy.undo_minutes = WINDOW;
}

struct scene *waiting_with_window(char **id)
{
    struct scene *scene = waiting(id);

    open_window(scene);
    return scene;
}

void pass_minutes(struct scene *scene, guint minutes)
{
    scene->now += minutes * MINUTE;
    scene_deliver(scene);
}

gboolean is_held(struct scene *scene, const char *id)
{
    const struct records *records = &scene->site.mind.records;
    struct held *held = records->held(records->context, id);
    gboolean some = held != NULL;

    held_free(held);
    return some;
}

void add_colleague(struct scene *scene)
{
    tree_add(scene->tree, COLLEAGUE_DN, ATTRIBUTE_OBJECT_CLASS, CLASS_REVIEWER, ATTRIBUTE_UID, "city-jinan-3", ATTRIBUTE_CN,
             "济南审核丙", ATTRIBUTE_MAIL, COLLEAGUE, ATTRIBUTE_ACTIVE, "TRUE", NULL);
    entry_put(tree_entry(scene->tree, REVIEWERS("370100")), ATTRIBUTE_MEMBER, COLLEAGUE_DN);
}

guint living(struct scene *scene, const char *id)
{
    const struct records *records = &scene->site.mind.records;
    g_autoptr(GPtrArray) tickets = records->tickets(records->context, id);

    return tickets->len;
}
