/* The outbox's mails on their way: what must be secret is made, kept and set in the directory while the others leave; they are composed when the first connection is free. */
#ifndef DAEMON_ERRANDS_H
#define DAEMON_ERRANDS_H

#include "daemon/directory.h"
#include "daemon/smtp.h"
#include "daemon/store.h"
#include "mailflow/compose.h"

/* Some rows of the outbox. */
struct errands;

/* The mails that are due, at most `most`; NULL when none is. */
struct errands *errands_take(struct store *store, gint64 now, guint most);
/* NULL is fine. */
void errands_free(struct errands *errands);

/* Find each account's secret: the one that may be under way already, or a new one. How many are new: they must be durable before errands_carry(). */
guint errands_find_secrets(struct errands *errands, struct store *store);
/* Keep the new ones, inside the open transaction. */
void errands_keep_secrets(const struct errands *errands, struct store *store);

/* By what they are carried out; borrowed. */
struct errands_means {
    struct stylesheets *stylesheets;
    struct letter_files files;
    struct smtp *smtp;
    struct directory *directory; /* sets the secrets; nothing else may be asked over it meanwhile */
};
/* Carry them out, outside of any transaction. FALSE and `error` when the submission server is away: nothing is held against the mails that it has not settled. */
gboolean errands_carry(struct errands *errands, const struct errands_means *means, GError **error);

/* Write down what the world answered, inside the open transaction. */
void errands_settle(const struct errands *errands, struct store *store, gint64 now);
/* Put all of them off, inside the open transaction. */
void errands_put_off(const struct errands *errands, struct store *store, gint64 now);

#endif
