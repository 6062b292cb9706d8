/* IMAP on the wire: commands out under tags of our own, responses in with their literals counted (RFC 3501, 2.2).
 *
 * A message may contain lines that look like the server's answers. They are inside literals, whose octets are counted and never looked at, and the tags are random,
 * so no message can end a command. Lines, literals and waiting are bounded; what passes the bounds is a fault (MAILBOX_AWAY), after which the connection is of no use. */
#ifndef DAEMON_IMAPWIRE_H
#define DAEMON_IMAPWIRE_H

#include "daemon/imaptext.h"
#include "daemon/mailbox_kind.h"

#define IMAPWIRE_LINE_BYTES (256 * 1024) /* of one response without its literals */
#define IMAPWIRE_LITERALS 16             /* of one response */

struct imapwire_stream {
    void *context;
    int fd; /* to wait on */
    /* Octets moved at once without waiting; 0 at the end of the stream; -1 with errno, EAGAIN when there is nothing or no room now. */
    gssize (*read)(void *context, void *buffer, gsize size);
    gssize (*write)(void *context, const void *buffer, gsize size);
};

struct imapwire_options {
    struct imapwire_stream stream;
    gsize keep;     /* octets of a literal that are kept; the rest is read and dropped */
    guint patience; /* milliseconds of silence until it is a fault */
    /* Given every untagged response but BYE, which is a fault. The text may be read but not kept. */
    void (*reader)(void *context, struct imaptext *text);
    void *context;
};

struct imapwire;

struct imapwire *imapwire_open(const struct imapwire_options *options);
void imapwire_close(struct imapwire *wire);

enum imapwire_answer { IMAPWIRE_FAULT, IMAPWIRE_OK, IMAPWIRE_NO, IMAPWIRE_BAD };

/* Send a command (without tag and line end; no CR, LF or NUL in it) and read to its answer. IMAPWIRE_FAULT sets `error`. */
enum imapwire_answer imapwire_run(struct imapwire *wire, const char *command, GError **error);
/* What the server said behind OK, NO or BAD of the last answer, at most a few hundred octets; owned by the wire. */
const char *imapwire_said(const struct imapwire *wire);

/* Send a command that goes on until we end it: IMAPWIRE_OK once the server says "+". */
enum imapwire_answer imapwire_begin(struct imapwire *wire, const char *command, GError **error);
/* Give the reader what is there now, without waiting, until the stream has no more. */
gboolean imapwire_drain(struct imapwire *wire, GError **error);
/* Whether what was begun still goes on: the server may end it too. */
gboolean imapwire_busy(const struct imapwire *wire);
/* Send `line` ("DONE") and read to the answer; IMAPWIRE_OK at once when the server has ended it already. */
enum imapwire_answer imapwire_finish(struct imapwire *wire, const char *line, GError **error);

/* Say LOGOUT and wait for nothing. */
void imapwire_leave(struct imapwire *wire);

#endif
