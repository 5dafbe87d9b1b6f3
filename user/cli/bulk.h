/* SPDX-License-Identifier: GPL-2.0-only */
/* Blocks added and lifted in bulk, and what became of them; for block, unblock and import. */
#ifndef BULK_H
#define BULK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/cli.h"
#include "cli/targets.h"
#include "kernel/blocks.h"

/* How many are blocked in one go; the kernel's tables are then made large enough at once. */
#define BULK_MAX 1048576

struct bulk {
	struct cli_common *common;
	struct blocks *blocks;
	struct targets *targets;
	const char *config;
	bool lift; /* unblock */
	bool force;
	bool split;	   /* of a network, block what may be blocked */
	const char *ports; /* all of which must be guarded; NULL: whichever are */
	bool each;	   /* tell of each in a line of its own */
	struct blocks_order order;

	/* What waits to be done with others. */
	struct addr_prefix *target;
	uint32_t *left;
	size_t count, room;

	json_t *done; /* what was done, for JSON */
	uint64_t blocked, lifted, absent, refused;
	int err; /* the last that was not about one of them only */
};

/* Options of whoever blocks. True, or false with the status to exit with. */
bool bulk_options(struct bulk *bulk, struct cli_common *common, int argc, char **argv, int *status);

/* Opens what is needed. CLI_DONE, or the status to exit with (told). `bulk` is zero but for orders.
 */
int bulk_open(struct bulk *bulk, struct cli_common *common);

/* Adds one, by its text; what is wrong with it is told and counted. */
void bulk_add(struct bulk *bulk, const char *text);

/* Adds lines of a stream as they come: what stands before '#' or ';'. */
void bulk_read(struct bulk *bulk, int fd);

/* Says what was done, and frees all. The status to exit with. */
int bulk_close(struct bulk *bulk);

#endif
