/* SPDX-License-Identifier: GPL-2.0-only */
/* Which state and which configuration the daemon of some pins uses; it tells so in its pulse. */
#ifndef HOME_H
#define HOME_H

#include <stdbool.h>

#include "cli/cli.h"
#include "sobig.h"

/*
 * Enters the folder of the state and the configuration `file` (NULL: the usual one) as absolute
 * paths. 0; -ENAMETOOLONG or another -errno (told).
 */
int home_tell(const char *folder, const char *file, struct sobig_stats *stats);

/*
 * For a command on common->pins: where the command line names no state (common->state is NULL) or
 * no configuration (*file is NULL; `file` may be NULL), those of the daemon of these pins are
 * taken, of a daemon that is gone as well. Of several daemons, one that lives; if these have
 * different states, that is told. What was taken stays for good. Says nothing where there is none.
 */
void home_take(struct cli_common *common, const char **file);

/* True if something is attached by these pins, and all of it is a dry run. */
bool home_is_dry_run(const char *pins);

#endif
