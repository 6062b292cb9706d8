/* The outbox's changes on their way into the directory. The rule for a request of several changes stands in outbox.c. */
#ifndef DAEMON_CHANGES_H
#define DAEMON_CHANGES_H

#include "daemon/directory.h"
#include "daemon/store.h"

/* Some rows of the outbox, under way. */
struct changes;

/* Send the changes that are due, at most `most`, outside of any transaction. NULL when none is due. Until they are freed nothing else may be asked over the connection. */
struct changes *changes_begin(struct store *store, struct directory *directory, gint64 now, guint most);

/* How many they are, at least one. */
guint changes_count(const struct changes *changes);

/* Whether all answers are there; never waits. */
gboolean changes_answered(struct changes *changes);

/* Wait for the answers. FALSE when none came: the directory may be away, and changes_reason() says what was met. */
gboolean changes_finish(struct changes *changes);
const char *changes_reason(const struct changes *changes);

/* Write down what was answered, inside the open transaction. */
void changes_settle(const struct changes *changes, struct store *store, gint64 now);

/* NULL is fine. After changes_finish() only. */
void changes_free(struct changes *changes);

#endif
