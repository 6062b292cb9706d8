/* A connection to an IMAP server: logged in, the mailbox selected, the folders there, and what the server says unasked kept up to date. */
#ifndef DAEMON_IMAPSESSION_H
#define DAEMON_IMAPSESSION_H

#include "daemon/imapwire.h"
#include "daemon/transport.h"

struct imapsession {
    struct imapwire *wire;
    char *folders[2];                 /* by enum mailbox_folder, as commands write them */
    gboolean idle, move, uidplus, id; /* capabilities after login */
    guint64 validity;                 /* UIDVALIDITY */
    guint64 exists;                   /* messages in the mailbox */
    gboolean news;                    /* messages came; whoever looks for them clears it */
    guint64 found;                    /* numbers that SEARCH gave; whoever searches clears it */
    /* Set while a FETCH runs: is given each message that is told of with its UID. May take its body. */
    void (*told)(void *context, struct imaptext_fetch *fetch);
    void *context;
    int epoll; /* becomes readable with the connection or the timer */
    int timer;

    CURL *curl;
    struct transport_said said;
    gboolean selected; /* SELECT told UIDVALIDITY */
};

/* Connect, log in, say who we are, select the mailbox of the URL and create missing folders. */
struct imapsession *imapsession_open(const struct mailbox_options *options, GError **error);
void imapsession_close(struct imapsession *session);

/* Run a command that should be answered by OK; `what` names it in the fault that another answer is. */
gboolean imapsession_run(struct imapsession *session, const char *command, enum mailbox_fault otherwise, const char *what,
                         GError **error);
/* FALSE and the fault that a NO or BAD means: `otherwise`, unless the server says that it passes by itself or never will (RFC 5530). */
gboolean imapsession_refuse(const char *said, enum mailbox_fault otherwise, const char *what, GError **error);

#endif
