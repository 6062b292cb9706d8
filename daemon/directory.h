/* The directory as seen by the daemon: the four questions of mailflow/facts.h answered by LDAP, and changes made to it. libldap's only door.
 *
 * The connection opens when it is first needed, is kept, and is opened anew once per call when it was lost. The process ignores SIGPIPE. */
#ifndef DAEMON_DIRECTORY_H
#define DAEMON_DIRECTORY_H

#include <glib.h>

#include "mailflow/facts.h"

struct directory_options {
    const char *url;           /* ldapi://, ldaps:// or ldap:// */
    gboolean starttls;         /* with ldap://: TLS before anything else, or nothing; elsewhere without meaning */
    const char *ca_file;       /* who may sign the server's certificate, which is always verified; NULL: the system's */
    const char *dn;            /* log in by name and password; NULL: SASL EXTERNAL, over ldapi:// */
    const char *password_file; /* its first line; read at every login */
    const char *suffix;        /* everything stands below it */
    guint timeout;             /* seconds for a connection, a login or one answer */
};

#define DIRECTORY_ERROR (directory_error_quark())
GQuark directory_error_quark(void);
enum directory_error {
    DIRECTORY_AWAY,    /* cannot be reached, cannot answer now, or its certificate is not trusted: ask again later */
    DIRECTORY_SILENT,  /* answers others, but not this question: more entries or time than it allows us, a referral */
    DIRECTORY_REFUSED, /* will not answer before somebody changes the configuration: login, rights, options */
};

struct directory;

/* Copies the options. Opens no connection; NULL and `error` when the password file cannot be read. */
struct directory *directory_open(const struct directory_options *options, GError **error);
void directory_close(struct directory *directory);

/* Whether it can be reached, lets us in, and holds the tree. */
gboolean directory_check(struct directory *directory, GError **error);

/* Fill `facts` with questions to this directory, which must live as long. Errors are DIRECTORY_ERROR. Values that are bytes (entry_binary()) come in base64. */
void directory_facts(struct directory *directory, struct facts *facts);

/* From now on entries come with these attributes alone (NULL-terminated; their names must live as long): who looks at many has no use for their photos. */
void directory_want(struct directory *directory, const char *const *attributes);

/* `value` as it may stand in a filter (RFC 4515). Caller frees. */
char *directory_escape(const char *value);

enum directory_outcome {
    DIRECTORY_APPLIED,  /* the directory is as wanted */
    DIRECTORY_CONFLICT, /* it is not what was reviewed: people must be told; asking again will not help */
    DIRECTORY_LATER,    /* could not be made, or nobody knows whether it was: ask again, it is made once */
    DIRECTORY_NEVER,    /* the server will not do this for us: an operator must look */
};

/* One thing to do: a change, or a one-time secret. */
struct directory_job {
    const char *change; /* LDIF change record as change_write() gives it; NULL for a secret */
    const char *dn;     /* secret: of the account */
    const char *uuid;   /* secret: its entryUUID, or NULL where only the name is known */
    const char *secret; /* secret: in the clear, random, at least 128 bits; only its hash leaves this process */
    gint64 until;       /* secret: when it ends, seconds since 1970 */

    enum directory_outcome outcome;
    gboolean already; /* with APPLIED: was so before; a secret: was not set, the account has a password of its own */
    const char *zh;   /* with CONFLICT: one sentence for anybody, says nothing about others' data; static */
    const char *en;
    char *reason; /* unless APPLIED: one English line for the operator; directory_job_clear() frees */
};

/* Do all jobs, many outstanding at once on one connection, in no particular order: no job of one call may depend on another. Fills in every outcome. A connection
 * that breaks leaves outcomes unknown: each entry is read back by its entryUUID and compared with what is wanted before anything is sent again. */
void directory_apply(struct directory *directory, struct directory_job *jobs, guint n);

/* The same in two steps, with other work between: what is sent is at work in the server meanwhile. Until directory_finish() the jobs must live and nothing else may be
 * asked over this connection. */
struct directory_batch *directory_begin(struct directory *directory, struct directory_job *jobs, guint n);
/* Take the answers that are there, send what can be sent, never wait. TRUE once there is nothing left to wait for. */
gboolean directory_answered(struct directory_batch *batch);
/* Wait for the answers, fill in every outcome, and free the batch. */
void directory_finish(struct directory_batch *batch);

void directory_job_clear(struct directory_job *job);

/* What would become of a change if it were made now; nothing is made. APPLIED: it could be, or already is so; NEVER: it is no change; else as directory_apply()
 * with `*reason`, which the caller frees. Other hands may act before it is made: its own guard still decides. */
enum directory_outcome directory_look(struct directory *directory, const char *change, char **reason);

/* Take the end away from accounts whose owners have replaced the one-time secret by a password of their own (countersign-directory(5), FIRST PASSWORDS). To be called
 * every minute or so. Gives how many, or -1 and `error`. */
int directory_release(struct directory *directory, GError **error);

#endif
