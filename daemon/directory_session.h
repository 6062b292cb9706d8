/* The connection behind directory.h: opened and logged in when needed, and the one way to search. For directory*.c only. */
#ifndef DAEMON_DIRECTORY_SESSION_H
#define DAEMON_DIRECTORY_SESSION_H

#include <ldap.h>

#include "daemon/directory.h"

struct directory {
    char *url;
    gboolean starttls;
    char *ca_file;
    char *dn;
    char *password_file;
    char *password; /* as it was read last */
    char *suffix;
    struct timeval timeout;
    char **wanted; /* attributes, the last is NULL; NULL: all */
    LDAP *ldap;    /* NULL while there is no connection */
};

/* The first line of the file; NULL when there is none or it is empty: that would be an anonymous login (RFC 4513, 5.1.2), which succeeds and sees nothing. */
char *directory_password(const char *file);

/* Make sure there is a connection, logged in. It may still turn out to be dead. */
gboolean directory_session_need(struct directory *directory, GError **error);
/* Forget the connection. */
void directory_session_drop(struct directory *directory);

/* Whether an LDAP result code means that the connection is gone and with it the answer. */
gboolean directory_session_lost(int code);
/* Whether it says "not now" rather than "no". */
gboolean directory_session_busy(int code);
/* Whether it says that this question has no answer here. */
gboolean directory_session_silent(int code);

/* What `filter` finds, `most` at most (0: all), as struct entry with all attributes, or those that are wanted, and the entryUUID; empty when `base` does not exist.
 * Reconnects once. */
GPtrArray *directory_session_search(struct directory *directory, const char *base, int scope, const char *filter, guint most,
                                    GError **error);

/* How many entries `filter` finds, `most` at most (0: all); 0 when `base` does not exist, -1 with `error` on a fault. They are counted as they come, without attributes, and
 * kept nowhere. Where the server ends the search by a limit of its own, what it gave is counted. Reconnects once. */
gint64 directory_session_count(struct directory *directory, const char *base, int scope, const char *filter, guint most,
                               GError **error);

/* Of each message, what the server said beside the code: "Constraint violation (19): some attributes not unique". Caller frees. */
char *directory_session_text(int code, const char *said);

#endif
