/* A registration on the desk of the only reviewer of Linyi, who is away: with a deputy, or without. */
#ifndef TESTS_SCENARIO_AWAY_H
#define TESTS_SCENARIO_AWAY_H

#include "tests/scenario/scene.h"

#define LINYI_1 "city-linyi-1@example.com"
#define DEPUTY "city-linyi-2@example.com"
#define LINYI_1_DN REVIEWER("city-linyi-1", "371300")
#define DEPUTY_DN REVIEWER("city-linyi-2", "371300")
#define AWAY "Out of Office: x"

/* It waits for Linyi, where one decides; its id in `id`, which leave() frees with the scene. */
struct scene *waiting_for_one(char **id);
/* The machine of `who` says of their review mail that they are away. */
void be_absent(struct scene *scene, const char *who);
/* Who stands in for Linyi's reviewer, and on which days (NULL: any). */
void name_deputy(struct scene *scene, const char *uid, const char *from, const char *until);
/* A colleague who stands in, on any day. */
void hire(struct scene *scene);

#endif
