/* The parser process, which reads what strangers sent, and the desk's side of the socket to it.
 *
 * One frame per message, one answer per frame, in order. The numbers are little-endian:
 *
 *   frame   u32 flags (1: header only)   u32 octets that follow   u64 octets of the whole message   u32 today, days since
 * 0001-01-01 (GDate's Julian day)
 *   answer  u32 octets of the packet that follows (packet.h) */
#ifndef DAEMON_PARSER_H
#define DAEMON_PARSER_H

#include "mailflow/message.h"

#define PARSER_CPU_SECONDS 5       /* a message that takes longer ends the parser */
#define PARSER_PATIENCE_SECONDS 30 /* a parser that says nothing for so long while it owes an answer counts as dead */

#define PARSER_TRIES_ALONE 3 /* deaths of a parser at one message alone until it is given up: who kills processes may hit two */

/* A parser's first word, four octets, least first: it has loaded everything and given up its rights. */
#define PARSER_GREETING 0x6c6c6577u

struct parser_options {
    const char *templates;   /* the directory with forms/ */
    const char *authserv_id; /* NULL: no Authentication-Results header is trusted */
};

/* Load everything, give up all rights (sandbox.h), greet and answer frames from `socket` until its end. Returns the process's exit
 * status; a message may end the process. */
int parser_run(int socket, const struct parser_options *options);

/* The desk's side. */

struct parser_item {
    GBytes *bytes;           /* in: the message, or its header; borrowed */
    gboolean header_only;    /* in */
    gsize size;              /* in: octets of the whole message */
    struct message *message; /* out, the caller's: what it says; NULL when not read, or the parser died at it, alone too */
    gboolean read;           /* out: it was answered or given up */
};

struct parser_client;

/* Use the parser behind `socket`. `renew` gives the socket of a new parser when that one has died, and closes the old; -1 when
 * there is none to be had. */
struct parser_client *parser_client_open(int socket, int (*renew)(void *context), void *context);
/* Leaves the socket open: it is the caller's. */
void parser_client_close(struct parser_client *client);

/* Have all items read, in order, many at once under way. An item at which the parser dies is tried alone, PARSER_TRIES_ALONE
 * times at most, and then given up; the others lose nothing.
 * `today` is the civil date in Asia/Shanghai. FALSE when no parser was to be had: items with `read` FALSE were not looked at. */
gboolean parser_read_many(struct parser_client *client, struct parser_item *items, guint count, const GDate *today);

#endif
