/* SPDX-License-Identifier: GPL-2.0-only */
/* The state on disk as commands use it: what they enter into it, and how they show it. */
#ifndef HISTORY_H
#define HISTORY_H

#include <stdio.h>

#include "cli/cli.h"
#include "config/config_state.h"
#include "kernel/blocks.h"
#include "state/db.h"

/* The folder of the state: the command line's, the configuration's, or the usual one. */
const char *history_folder(const struct cli_common *common, const struct config_state *config);

/*
 * Opens the state by the configuration `file` (NULL: the usual one), to be written or only to be
 * read. 0; -ENOENT: there is none yet (not told); or -errno, which was told. The caller closes
 * *out.
 */
int history_open(const struct cli_common *common, const char *file, bool write, struct db **out);

/*
 * Enters blocks that were made by hand, so that a reboot does not undo them; and blocks that were
 * lifted, so that it does not bring them back. What goes wrong is told.
 */
void history_enter(const struct cli_common *common, const char *file,
		   const struct addr_prefix *target, size_t count,
		   const struct blocks_order *order);
void history_lift(const struct cli_common *common, const char *file,
		  const struct addr_prefix *target, size_t count);

/* All of them; *lifted is how many. 0 or -errno (told). */
int history_lift_all(const struct cli_common *common, const char *file, uint64_t *lifted);

/* Warns of rows that were skipped as they are not valid, if there were any. */
void history_tell_bad(const struct db *db);

/* As JSON, its lines with bytes beyond printable ASCII as \xNN. */
json_t *history_json(const struct db_block *block);

/* A line of a log as a terminal may have it: the same escapes. */
void history_print_line(FILE *to, const char *line, size_t length);

/* sobig-xdp list --history: the blocks of what is in the networks (none: all), the latest first. */
int history_list(const struct cli_common *common, const char *file,
		 const struct addr_prefix *networks, int count);

#endif
