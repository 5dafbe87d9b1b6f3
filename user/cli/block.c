// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp block and unblock: manual blocks. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/bulk.h"
#include "cli/history.h"
#include "cli/home.h"
#include "common/log.h"
#include "common/output.h"

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

static int block_remove_all(struct cli_common *common)
{
	struct blocks *blocks;
	json_t *document;
	uint64_t unblocked;
	int status, removed;

	status = cli_need_privilege();
	if (status)
		return status;
	removed = blocks_open(common->pins, &blocks);
	if (removed)
		return cli_cannot_open(common, removed);
	home_take(common);
	removed = blocks_remove_all(blocks);
	blocks_close(blocks);
	if (removed < 0) {
		log_error("cannot unblock everything: %s", strerror(-removed));
		return cli_status(removed);
	}
	history_unblock_all(common, &unblocked);
	if (common->json) {
		document = output_document(common->command->name);
		json_object_set_new(document, "addresses", json_null());
		json_object_set_new(document, "unblocked", json_integer(removed));
		json_object_set_new(document, "absent", json_integer(0));
		json_object_set_new(document, "refused", json_integer(0));
		return cli_print_json(common, document);
	}
	printf("%d unblocked\n", removed);
	return CLI_DONE;
}

static int block_unblock(void *values)
{
	struct bulk *bulk = values;
	struct cli_common *common = &bulk->common;

	if (bulk->all == (common->count > 0))
		return cli_usage(
			common,
			"expected either addresses, networks or - for standard input, or --all");
	return bulk->all ? block_remove_all(common) : block_run(bulk);
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
