/* Those who tell whether certificates are revoked (OCSP over HTTP: RFC 6960, A.1), asked before anybody decides: what they have answered, the trust keeps. One that is
 * away is left alone for growing pauses, and said to be away once. libcurl's door for HTTP. */
#ifndef DAEMON_RESPONDER_H
#define DAEMON_RESPONDER_H

#include "mailflow/message.h"
#include "mailflow/trust.h"

struct responders;

/* `trust` gets the answers and must live as long. A mail waits until a responder that is asked again and again has given none for `minutes`; 0: none waits. */
struct responders *responders_open(struct trust *trust, guint minutes);
void responders_close(struct responders *responders);

/* Ask what is still to be asked about the signers of these messages (struct message, or NULL for one that could not be read). `now` in milliseconds since 1970. Returns
 * within seconds, whatever they do; strangers' signatures make nobody ask. */
void responders_ask(struct responders *responders, const GPtrArray *messages, gint64 now);

/* Whether an answer about this message's signer is still to be waited for. */
gboolean responders_owe(struct responders *responders, const struct message *message, gint64 now);
/* When it makes sense to ask again, while somebody owes an answer. */
gint64 responders_again(const struct responders *responders, gint64 now);

#endif
