/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the state and configuration of a daemon, which publishes them in its statistics. */
#ifndef HOME_H
#define HOME_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"
#include "sobig.h"

/*
 * Stores the state directory and the configuration `file` (NULL: the default file) in *stats as
 * absolute paths. 0; -ENAMETOOLONG or another -errno (logged).
 */
int home_publish(const char *folder, const char *file, struct sobig_stats *stats);

/*
 * If the command line names no state (common->state is NULL) or no configuration (common->config is
 * NULL), sets it to that of the daemon of common->pins, running or not. A running daemon is
 * preferred; different states of running daemons are logged. The strings are static. Without a
 * daemon, changes nothing and logs nothing.
 */
void home_take(struct cli_common *common);

/* The same; `warn`: logs different states. */
void home_find(struct cli_common *common, bool warn);

/*
 * The ports that are protected on the interfaces attached below `pins`, those in a dry run only if
 * `dry_runs` is set: host byte order; 0: no more.
 */
void home_ports(const char *pins, bool dry_runs, uint16_t out[SOBIG_PORTS_MAX]);

/* True if an interface is attached below `pins`, and each one is in a dry run. */
bool home_is_dry_run(const char *pins);

#endif
