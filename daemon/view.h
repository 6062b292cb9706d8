/* An entry of the directory laid out for people, as tables or as one JSON object: what stands in it, its certificates, the open requests about it. */
#ifndef DAEMON_VIEW_H
#define DAEMON_VIEW_H

#include "mailflow/facts.h"
#include "mailflow/mind.h"

struct view {
    GArray *pairs;           /* what it is and has, in order */
    GPtrArray *certificates; /* struct entry: its own, or of its trainees, as many as are shown */
    GHashTable *holders;     /* of an enterprise's: DN as the certificate has it -> name */
    GHashTable *requests;    /* id -> struct request: open ones about it */
};

void view_open(struct view *view);
void view_close(struct view *view);

/* `name` lives as long as the view, with '#' before it where the value is a number; NULL: it has none. */
void view_put(struct view *view, const char *name, const char *value);

/* An attribute and what people call it. */
struct shown {
    const char *name, *attribute;
};
void view_put_all(struct view *view, const struct entry *entry, const struct shown *shown, gsize count);

/* Append the names of the attributes that are shown of each certificate. */
void view_wanted(GPtrArray *wanted);

/* On standard output. */
void view_print(const struct view *view, gboolean json);

#endif
