/* A message on its way from the parser to the desk: the flat form of struct message.
 *
 * The reader trusts nothing: the parser may have been taken over by what it read. A GVariant of fixed type, checked whole before use. */
#ifndef MAILFLOW_PACKET_H
#define MAILFLOW_PACKET_H

#include "mailflow/message.h"

/* The message as bytes. Caller unrefs. */
GBytes *packet_write(const struct message *message);
/* The bytes as a message; NULL when they are not one: not of the type, not in normal form, a finding code, token or number we do
 * not know, an address or msg-id that is
 * none, counts and lengths over the limits, a form whose digest is not its text's, a picture that is not the one the form names, or none where it names one. What a form says is what the parser says it says. */
struct message *packet_read(GBytes *bytes);

#endif
