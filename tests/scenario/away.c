#include "tests/scenario/away.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "tests/scenario/story.h"

void be_absent(struct scene *scene, const char *who)
{
    story_machine(scene, scene_mail(scene, "N2", who), who, AWAY, "Auto-Submitted: auto-replied");
}

struct scene *waiting_for_one(char **id)
{
    struct scene *scene = scene_new();

    *id = scene_form(scene, "T5", "cityCode", "371300", NULL);
    assert_string_equal(scene_state(scene, *id), "cityReview");
    assert_int_equal(scene_mails(scene, "N2", NULL), 1);
    return scene;
}

void name_deputy(struct scene *scene, const char *uid, const char *from, const char *until)
{
    tree_set(scene->tree, LINYI_1_DN, ATTRIBUTE_DEPUTY, uid);
    tree_set(scene->tree, LINYI_1_DN, ATTRIBUTE_DEPUTY_FROM, from);
    tree_set(scene->tree, LINYI_1_DN, ATTRIBUTE_DEPUTY_UNTIL, until);
}

void hire(struct scene *scene)
{
    tree_add(scene->tree, DEPUTY_DN, ATTRIBUTE_OBJECT_CLASS, CLASS_REVIEWER, ATTRIBUTE_UID, "city-linyi-2", ATTRIBUTE_CN,
             "临沂审核乙", ATTRIBUTE_MAIL, DEPUTY, ATTRIBUTE_ACTIVE, "TRUE", NULL);
    entry_put(tree_entry(scene->tree, REVIEWERS("371300")), ATTRIBUTE_MEMBER, DEPUTY_DN);
    name_deputy(scene, "city-linyi-2", NULL, NULL);
}
