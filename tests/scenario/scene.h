/* A scene: the daemon's own rounds on a state file in memory and a directory in memory (tree.h), with the people of tests/world/fixtures.ldif writing mails.
 *
 * Only the world is played: the directory, the mailbox, the submission server, the clock and chance. What is read, decided, written and rendered is the product. */
#ifndef TESTS_SCENARIO_SCENE_H
#define TESTS_SCENARIO_SCENE_H

#include "daemon/round.h"
#include "tests/scenario/paper.h"
#include "tests/scenario/tree.h"

#define SCENE_ADDRESS "countersign@example.com"
#define SCENE_OPERATOR "operator@example.com"
#define SCENE_SUFFIX "dc=example,dc=org"
#define E1 "csCreditCode=91370102PDY00001XB,ou=enterprises," SCENE_SUFFIX
#define E2 "csCreditCode=91370202PDY000423P,ou=enterprises," SCENE_SUFFIX
#define E3 "csCreditCode=91370000PDY01370XD,ou=enterprises," SCENE_SUFFIX
#define S1 "csCreditCode=12370602PDY2024046,ou=enterprises," SCENE_SUFFIX
#define S2 "csCreditCode=52371302PDY999994Y,ou=enterprises," SCENE_SUFFIX
#define H1 "csTraineeNumber=T-000001," E1
#define H2 "csTraineeNumber=T-000002," E1
#define H3 "csTraineeNumber=T-000003," S1
#define H4 "csTraineeNumber=T-000004,ou=individuals," SCENE_SUFFIX
#define H5 "csTraineeNumber=T-000005," E2
#define H6 "csTraineeNumber=T-000006,ou=individuals," SCENE_SUFFIX
#define REVIEWERS(division) "cn=reviewers,ou=" division ",ou=authorities," SCENE_SUFFIX
#define REVIEWER(uid, division) "uid=" uid ",ou=" division ",ou=authorities," SCENE_SUFFIX

struct mail { /* one that has left */
    char *code, *to, *request;
    char *subject, *text, *html;
    char *reply_to, *message_id;
    char *document;
    char *secret; /* the one-time secret it carried; NULL */
};

struct scene {
    struct site site; /* policy is the scene's own: tests set what they want otherwise */
    struct tree *tree;
    struct directory *courier; /* makes the changes in a real directory instead of the tree; NULL */
    GPtrArray *mails;          /* struct mail, in the order they left */
    guint forgotten;           /* how many of them do not count any more */
    GPtrArray *lines;          /* char *: the log */
    gint64 now;                /* milliseconds; every message takes a second */
    gboolean stamped;          /* mails carry our server's stamp of an aligned DMARC pass; TRUE at first */
    gboolean batch;            /* several messages in one transaction, until scene_deliver() */
    enum round_fate fate;
    char *(*wrap)(void *context, gint64 now,
                  const char *entity); /* puts what people write, a MIME entity, into another one: signs it; NULL */
    void *wrap_context;
    char *picture_name;  /* of a file that goes along with every form; NULL: none does */
    GBytes *picture;     /* its content */
    const char *refused; /* an address the submission server refuses for good; NULL */
    guint32 luck;
    guint sent;
};

/* Begins on 2026-05-06 at 10:00 in Shanghai. */
struct scene *scene_new(void);
void scene_free(struct scene *scene);
/* From now on a real directory is asked through `desk` and changed through `courier`; both must outlive the scene. */
void scene_connect(struct scene *scene, struct directory *desk, struct directory *courier);

/* A message as it is arrives and is thought about. Nothing leaves before scene_deliver(). */
enum round_fate scene_receive(struct scene *scene, const char *bytes, gsize size);
/* The same form from its sender, from another address, and as an attachment of any bytes. */
void scene_file(struct scene *scene, const struct paper *paper);
void scene_file_from(struct scene *scene, const char *from, const struct paper *paper);
void scene_file_bytes(struct scene *scene, const char *from, const char *bytes, gsize size);
/* From now on a JPEG file of that name goes along with every form, told from others by `words`; NULL: none. Gives the value by which a form names it; caller frees. */
char *scene_picture(struct scene *scene, const char *name, const char *words);
/* File a procedure's sample form (paper_new()), changed in places: path, value pairs end with NULL; deliver. Gives the id of the request it began, owned by the
 * caller, or NULL when it began none. */
char *scene_form(struct scene *scene, const char *type, ...) G_GNUC_NULL_TERMINATED;

/* `from` answers the last mail of that code to them with `text`, forgotten or not; deliver. Fails the test when there is no such mail. */
void scene_reply(struct scene *scene, const char *from, const char *code, const char *text);
/* Anybody writes a mail of words alone, to no mail in answer; deliver. */
void scene_write(struct scene *scene, const char *from, const char *subject, const char *text);
/* Anybody answers any mail; nothing is delivered. */
void scene_answer(struct scene *scene, const struct mail *mail, const char *from, const char *text);
/* The same with a form attached and no words. */
void scene_answer_form(struct scene *scene, const struct mail *mail, const char *from, const struct paper *paper);

/* Carry out the outbox until it is empty: changes into the directory, outcomes, timers that are due, mails. */
void scene_deliver(struct scene *scene);
/* Let time pass, with whatever falls due in it. */
void scene_forward(struct scene *scene, guint days);

/* The request's state; NULL when there is no such request. Owned by the scene until the next question. */
const char *scene_state(struct scene *scene, const char *id);
/* The request as the state file has it; caller frees. */
struct request *scene_request(struct scene *scene, const char *id);
/* The id of the newest request; caller frees; NULL when there is none. */
char *scene_newest(struct scene *scene);
guint scene_requests(struct scene *scene);

/* The last mail of that code to that address (NULL: of any code, to anybody); NULL when there is none. */
const struct mail *scene_mail(const struct scene *scene, const char *code, const char *to);
guint scene_mails(const struct scene *scene, const char *code, const char *to);
/* Only what leaves from now on counts; what left before can still be answered. */
void scene_forget(struct scene *scene);
/* Whether the last such mail exists and its text says `words`. */
gboolean scene_told(const struct scene *scene, const char *code, const char *to, const char *words);

/* How many rows of that event the audit has about the request, `saying` (NULL: anything) in their detail. */
guint scene_audited(struct scene *scene, const char *id, const char *event, const char *saying);

/* The one value of an entry's attribute; NULL when there is no such entry or value. */
const char *scene_value(const struct scene *scene, const char *dn, const char *attribute);
/* The site chooses that word for an option of the procedures, for this scene only. */
void scene_choose(struct scene *scene, const char *option, const char *value);
void scene_directory_down(struct scene *scene, gboolean down);
/* The audit chain is whole; a request in an end state has no open step and no token that decides. Called by scene_free(). */
void scene_check(struct scene *scene);

#endif
