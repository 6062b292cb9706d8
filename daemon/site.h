/* A site: what the configuration says, as the mind and the doors want it. Shared by the desk, the courier and the administrator's tool. */
#ifndef DAEMON_SITE_H
#define DAEMON_SITE_H

#include "daemon/config.h"
#include "daemon/directory.h"
#include "daemon/recall.h"
#include "daemon/responder.h"
#include "daemon/store.h"
#include "mailflow/mind.h"

/* The site's policy out of its configuration; what it points to belongs to `config`. */
void site_policy(const struct config *config, struct policy *policy);

/* How this account reaches the directory. */
void site_directory(const struct config *config, enum config_account account, struct directory_options *options);

/* The procedures as the site has them in force. NULL and `error`. */
struct procedures *site_procedures(const struct config *config, GError **error);

/* Path of the state file; caller frees. */
char *site_state_path(const struct config *config);

/* What the configuration says of proofs of origin and of S/MIME, held against the procedures and files that it names. FALSE and `error` when something is wrong; only what is
 * said is looked at, so that a site that says nothing needs nothing. */
gboolean site_check(const struct config *config, GError **error);

/* Whom the site trusts for S/MIME; `*trust` NULL when it trusts nobody. FALSE and `error` when the anchors cannot be read. Lists that cannot be read are left out, which
 * means that what they are about cannot be verified: `*problem`, which the caller frees, says so for the operator. */
gboolean site_trust(const struct config *config, struct trust **trust, char **problem, GError **error);

struct site { /* what thinking needs, opened once per process */
    struct policy policy;
    struct calendar *calendar;
    char **closed_posts, **open_periods;
    struct demands *proofs;
    struct trust *trust;
    struct responders *responders; /* NULL: nobody is asked about certificates */
    struct procedures *procedures;
    struct form_catalog *catalog;
    struct store *store;
    struct directory *directory;
    struct recall *recall;
    struct mind mind;
    char *failing; /* the message or request whose question failed last, and how often while the directory answered others */
    guint failures;
};

/* Open everything for deciding: rules, forms, state file (for looking only when `look`), the directory as the desk. NULL and `error`. */
struct site *site_open(const struct config *config, gboolean look, GError **error);
void site_close(struct site *site);

/* Begin a round: set the mind's hour, and have it look at the directory anew. */
void site_begin(struct site *site, gint64 now);

#endif
