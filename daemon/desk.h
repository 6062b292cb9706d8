/* The desk: one message's way is read here end to end.
 *
 *   fetch     the oldest messages of the mailbox, as they are                                       mailbox_fetch()
 *   read      by the parser, another process without rights; what kills it twice is quarantined     parser_client_read()
 *   inquire   of responders about signers' certificates; what they still owe an answer for stays    responders_ask()
 *   think     who speaks, what they want, what follows: plans                                       intake()
 *   commit    message, request, step, audit and outbox of the whole round in one transaction        store_take(), store_commit()
 *   file      only now the mailbox is told: processed or quarantined                                mailbox_file()
 *   ring      the courier carries out the outbox and rings back                                     role_ring()
 *
 * In the same round, in the same way: what the courier has to tell (settle) and timers that are due (workflow_timer).
 * A crash anywhere before the filing brings the messages again, and their rows drop them. When the directory cannot be asked, the messages stay where they are. */
#ifndef DAEMON_DESK_H
#define DAEMON_DESK_H

#include "daemon/role.h"

/* Run until the parent says stop. The exit status of the process. */
int desk_run(struct role *role);

#endif
