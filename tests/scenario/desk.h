/* A registration on the desk of its city: where the tests of decisions begin. */
#ifndef TESTS_SCENARIO_DESK_H
#define TESTS_SCENARIO_DESK_H

#include "tests/scenario/scene.h"

#define NEW "new@example.com"
#define JINAN_1 "city-jinan-1@example.com"
#define JINAN_2 "city-jinan-2@example.com"
#define QINGDAO_1 "city-qingdao-1@example.com"
#define BOTH "city-and-province@example.com"
#define COLLEAGUE "city-jinan-3@example.com" /* whom add_colleague() adds */
#define JINAN_1_DN REVIEWER("city-jinan-1", "370100")
#define JINAN_2_DN REVIEWER("city-jinan-2", "370100")
#define BOTH_DN REVIEWER("city-and-province", "370100")
#define COLLEAGUE_DN REVIEWER("city-jinan-3", "370100")
#define APPROVE "同意\n留档编号：济建留档〔2026〕0123号"
#define REJECT "不同意\n原因：资料不全"

/* An enterprise's registration that waits for Jinan; its id in `id`, which leave() frees with the scene. */
struct scene *waiting(char **id);
void leave(struct scene *scene, char *id);

/* The mail `of` got is answered by `from`. */
void answer_of(struct scene *scene, const char *of, const char *from, const char *text);

/* Somebody new in Jinan, whom nothing was sent to yet. */
void add_colleague(struct scene *scene);
/* How many tokens of the request live. */
guint living(struct scene *scene, const char *id);

/* Nothing has been decided. */
void assert_waits(struct scene *scene, const char *id);

#define MINUTE (60 * 1000LL)
#define WINDOW 10 /* minutes */

/* From now on a decision can be taken back for WINDOW minutes. */
void open_window(struct scene *scene);
/* waiting(), with that. */
struct scene *waiting_with_window(char **id);
void pass_minutes(struct scene *scene, guint minutes);
/* Whether a decision on the request waits to take effect. */
gboolean is_held(struct scene *scene, const char *id);

#endif
