/* The outbox's changes on their way into the directory. The rule for a request of several changes stands in outbox.c. */
#ifndef DAEMON_CHANGES_H
#define DAEMON_CHANGES_H

#include "daemon/directory.h"
#include "daemon/store.h"

struct change_try {
    struct outbox_row *row;   /* owned */
    struct directory_job job; /* what the directory answered */
};

/* Try the changes that are due, at most `most`, outside of any transaction. Array of struct change_try that frees them; empty when none is due. */
GPtrArray *changes_try(struct store *store, struct directory *directory, gint64 now, guint most);

/* Whether none got any answer: the directory may be away. */
gboolean changes_unanswered(const GPtrArray *tries);

/* Write down what was answered, inside the open transaction. */
void changes_settle(struct store *store, const GPtrArray *tries, gint64 now);

#endif
