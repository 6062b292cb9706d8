/* The parent: starts desk, courier and parser, starts them again when they fall, and brings signals and systemd's wishes to them. It works on nothing itself.
 *
 *   parent ──control──▶ desk ──socket──▶ parser        the parser has nothing but that socket
 *      └────control──▶ courier                          two bells (eventfd) between desk and courier
 *
 * A parser's death costs the desk its socket: it asks for another (role_new_parser()). A desk's death ends the parser by end of file, and both start anew.
 * SIGTERM, SIGINT: the desk ends its round, then the courier, then the parser; a second one, or 25 s, kills what is left. SIGHUP: the configuration is
 * read and checked; when it is right, desk and courier end their round and start with it, one after the other. When the parent is killed the kernel kills the
 * children, and the state's lock ends with the last of them. */
#ifndef DAEMON_PARENT_H
#define DAEMON_PARENT_H

#include "daemon/role.h"

/* Run with the configuration `file` until told to end. The children are this program again, which must answer ROLE_OPTION with role_run() for the kinds
 * "parser", "desk" and "courier". Returns the exit status: 0 after an orderly end. */
int parent_run(const char *file);

#endif
