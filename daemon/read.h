/* `countersign read`: what messages say on their own, without configuration, directory or state. */
#ifndef DAEMON_READ_H
#define DAEMON_READ_H

#include <glib.h>

/* argv holds what follows the command's name: [--templates DIR] FILE... Thousands of files are fine: they are read as the daemon
 * reads them, by a parser in a process of its own. With
 * `json` one object per file, in order, with the members file, kind, why, own, ownWhy, verdict, verdictWhy, reason, archive, delegate, note, undo, form, findings
 * (code, field, line, zh, en), signature (state, why, subject, mail, issuer, serial, fingerprint, signed) and, where there are any, lines (transcript.h); what else is
 * not there is null. A file that cannot be opened, or at which the parser dies, is of kind "unknown". Without DIR:
 * $COUNTERSIGN_TEMPLATES, else the templates beside the
 * program's build directory, else the installed ones. Returns an exit code of enum command_exit: 1 when a file could not be read. */
int read_command(int argc, char **argv, gboolean json);

#endif
