/* What a process gives up for good once it has opened what it needs (architecture, "Processes"): by seccomp, resource limits and
 * no_new_privs. */
#ifndef DAEMON_SANDBOX_H
#define DAEMON_SANDBOX_H

#include <gio/gio.h>

#define SANDBOX_MEMORY (512 * 1024 * 1024) /* address space of the parser, bytes; none is set in a sanitiser's build */

/* The parser's: reading and writing what is open, memory, and the CPU timer are left. Opening a file or a socket fails with EACCES;
 * starting a program or a process, or any
 * other system call, kills the process. A sanitiser's build may do what sanitisers do, but opens, connects and starts nothing either. */
gboolean sandbox_enter_parser(GError **error);

/* The desk's and the courier's: no program can be started, no process traced, no kernel setting changed (EPERM). */
gboolean sandbox_enter_worker(GError **error);

#endif
