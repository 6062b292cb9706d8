/* The courier: carries out the outbox. It decides nothing; it writes down what the world answered. */
#ifndef DAEMON_COURIER_H
#define DAEMON_COURIER_H

#include "daemon/role.h"

/* Run until the parent says stop. The exit status of the process. */
int courier_run(struct role *role);

#endif
