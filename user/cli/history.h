/* SPDX-License-Identifier: GPL-2.0-only */
/* Access of the commands to the state on disk: manual blocks in, history out. */
#ifndef HISTORY_H
#define HISTORY_H

#include <stdio.h>

#include "cli/cli.h"
#include "config/config_state.h"
#include "kernel/blocks.h"
#include "state/db.h"

/* The state directory: from the command line, the configuration, or the default. */
const char *history_folder(const struct cli_common *common, const struct config_state *config);

/*
 * Opens the state that the command line or the configuration names, for writing or only for
 * reading. 0; -ENOENT: no state exists yet (not logged); or -errno (logged). The caller closes
 * *out.
 */
int history_open(const struct cli_common *common, bool write, struct db **out);

/*
 * Save manual blocks, with request->until set, so that a reboot restores them, and removed blocks,
 * so that a reboot does not restore them. Errors are logged.
 */
void history_enter(const struct cli_common *common, const struct addr_prefix *target, size_t count,
		   const struct blocks_request *request);
void history_unblock(const struct cli_common *common, const struct addr_prefix *target,
		     size_t count);

/* Marks all blocks as removed; *unblocked is their number. 0 or -errno (logged). */
int history_unblock_all(const struct cli_common *common, uint64_t *unblocked);

/*
 * The last attach to each interface with the pins of `common`, the latest first; none if the state
 * cannot be read. Logs nothing.
 */
void history_runs(const struct cli_common *common, db_each_run *each, void *context);

/* Saves that sobig-xdp detach has ended the run on an interface, if one is saved. Logs nothing. */
void history_detached(const struct cli_common *common, const char *interface);

/* Logs a warning if invalid rows were skipped. */
void history_warn_bad(const struct db *db);

/* The block as JSON; in its lines, bytes other than printable ASCII are \xNN. */
json_t *history_json(const struct db_block *block);

/* Prints a log line, safe for a terminal: the same escapes. */
void history_print_line(FILE *to, const char *line, size_t length);

/* Prints past blocks in the networks (none: all), newest first. CLI_DONE or CLI_FAILED (logged). */
int history_list(const struct cli_common *common, const struct addr_prefix *networks, int count);

#endif
