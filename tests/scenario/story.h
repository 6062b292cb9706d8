/* What happens again and again in stories: a request of any type is brought to a state, its reviewers decide, its applicant takes it back. */
#ifndef TESTS_SCENARIO_STORY_H
#define TESTS_SCENARIO_STORY_H

#include "tests/scenario/scene.h"

#define STORY_APPROVE "同意\n留档编号：建留档〔2026〕0001号"
#define STORY_REJECT "不同意\n原因：材料不全"
#define STORY_UNCLEAR "请问材料在哪里？"

/* The address of the first reviewer with a living token of the request; caller frees; NULL when there is none. */
char *story_reviewer(struct scene *scene, const char *id);
/* Deciding division of the request now; caller frees; NULL when none decides. */
char *story_division(struct scene *scene, const char *id);
/* That reviewer answers the mail they hold; nothing is delivered. */
void story_say(struct scene *scene, const char *id, const char *text);
/* The same, and what follows is carried out. */
void story_decide(struct scene *scene, const char *id, const char *text);
/* File the sample form of the type and bring the request to `state`: a stage, or "applying" with its changes still to be made. Caller frees the id; the test
 * fails when it does not get there. */
char *story_bring(struct scene *scene, const char *type, const char *state);
/* All stages say yes. */
void story_approve_all(struct scene *scene, const char *id);
/* The applicant takes the request back by form P5. */
void story_withdraw(struct scene *scene, const char *type, const char *id);
/* File the sample form of the type, changed in places (path, value pairs end with NULL): it begins no request and its sender hears the finding's code (N0); "NX" stands
 * for one neutral line. */
void story_refuse(struct scene *scene, const char *type, const char *code, ...) G_GNUC_NULL_TERMINATED;
/* The enterprise moves to another city by form T3C, through both cities. */
void story_move(struct scene *scene, const char *dn, const char *city);
/* A mail system says that `mail` did not arrive at its address: "failed" or "delayed", and the status code of RFC 3463. */
void story_bounce(struct scene *scene, const struct mail *mail, const char *action, const char *status);
/* A machine of `from` answers the mail, under that subject and with a header field that shows what it is. */
void story_machine(struct scene *scene, const struct mail *mail, const char *from, const char *subject, const char *mark);

#endif
