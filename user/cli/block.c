// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp block and unblock: manual blocks. */
#include <string.h>
#include <unistd.h>

#include "cli/bulk.h"
#include "cli/history.h"
#include "common/log.h"
#include "kernel/blocks_remove.h"

#define BLOCK_DEFAULT_SECONDS 3600

static int block_run(void *values)
{
	struct bulk *bulk = values;
	char **words = bulk->common.arguments;
	const int count = bulk->common.count;
	int status;

	/* Addresses from the command line get a line each; a list gets a summary. */
	bulk->each = true;
	for (int i = 0; i < count; i++)
		bulk->each &= strcmp(words[i], "-") != 0;
	status = bulk_open(bulk);
	if (status)
		return status;
	for (int i = 0; i < count; i++) {
		if (!strcmp(words[i], "-"))
			bulk_read(bulk, STDIN_FILENO);
		else
			bulk_add(bulk, words[i]);
	}
	return bulk_close(bulk);
}

const struct cli_command block_command = {
	"block",
	"block hosts and networks manually; - reads them from standard input",
	.options = {
		BULK_OPTIONS("1h", "reason shown by list"),
		{ NULL, OPTIONS_NETWORK, "ADDRESS[/LENGTH]...|-", .repeats = true, .min = 1,
		  .expected = "addresses, networks, or - for standard input" },
	},
	.values = &(struct bulk){
		.request = { .seconds = BLOCK_DEFAULT_SECONDS, .reason = "manual" }
	},
	.run = block_run,
};

static int block_remove_all(struct bulk *bulk)
{
	int status = bulk_open(bulk), removed;
	uint64_t unblocked;

	if (status)
		return status;
	removed = blocks_remove_all(bulk->blocks);
	if (removed < 0) {
		log_error("cannot unblock everything: %s", strerror(-removed));
		bulk->err = removed;
	} else {
		history_unblock_all(&bulk->common, &unblocked);
		bulk->unblocked = removed;
	}
	return bulk_close(bulk);
}

static int block_unblock(void *values)
{
	struct bulk *bulk = values;

	if (bulk->all == (bulk->common.count > 0))
		return cli_usage(
			&bulk->common,
			"expected either addresses, networks or - for standard input, or --all");
	return bulk->all ? block_remove_all(bulk) : block_run(bulk);
}

const struct cli_command unblock_command = {
	"unblock",
	"unblock hosts and networks",
	.options = {
		{ "all", OPTIONS_FLAG, NULL, offsetof(struct bulk, all), "unblock everything" },
		{ NULL, OPTIONS_NETWORK, "ADDRESS[/LENGTH]...|-|--all", .repeats = true },
	},
	.values = &(struct bulk){ .unblock = true },
	.run = block_unblock,
};
