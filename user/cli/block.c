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

static int block_run(struct bulk *bulk, struct cli_common *common, int argc, char **argv)
{
	int status;

	/* Addresses from the command line get a line each; a list gets a summary. */
	bulk->each = true;
	for (int i = optind; i < argc; i++)
		bulk->each &= strcmp(argv[i], "-") != 0;
	status = bulk_open(bulk, common);
	if (status)
		return status;
	for (; optind < argc; optind++) {
		if (!strcmp(argv[optind], "-"))
			bulk_read(bulk, STDIN_FILENO);
		else
			bulk_add(bulk, argv[optind]);
	}
	return bulk_close(bulk);
}

int cmd_block(int argc, char **argv)
{
	struct bulk bulk = { .request = { .seconds = BLOCK_DEFAULT_SECONDS, .reason = "manual" } };
	struct cli_common common;
	int status;

	cli_start(&common, argv);
	if (!bulk_options(&bulk, &common, argc, argv, &status))
		return status;
	if (optind == argc)
		return cli_usage(
			&common,
			"no address given: expected addresses, networks, or - for standard input");
	return block_run(&bulk, &common, argc, argv);
}

static int block_remove_all(struct cli_common *common)
{
	struct blocks *blocks;
	json_t *document;
	const char *config = NULL;
	uint64_t unblocked;
	int status, removed;

	status = cli_need_privilege();
	if (status)
		return status;
	removed = blocks_open(common->pins, &blocks);
	if (removed)
		return cli_cannot_open(common, removed);
	home_take(common, &config);
	removed = blocks_remove_all(blocks);
	blocks_close(blocks);
	if (removed < 0) {
		log_error("cannot unblock everything: %s", strerror(-removed));
		return cli_status(removed);
	}
	history_unblock_all(common, config, &unblocked);
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

int cmd_unblock(int argc, char **argv)
{
	static const struct option options[] = { { "all", no_argument, NULL, CLI_OPTION_OWN },
						 CLI_COMMON_OPTIONS };
	struct bulk bulk = { .unblock = true };
	struct cli_common common;
	bool all = false;
	int option, status;

	cli_start(&common, argv);
	while ((option = getopt_long(argc, argv, CLI_COMMON_LETTERS, options, NULL)) != -1) {
		if (option == CLI_OPTION_OWN)
			all = true;
		else if (cli_common_option(&common, option, &status))
			return status;
	}
	if (all == (optind < argc))
		return cli_usage(
			&common,
			"expected either addresses, networks or - for standard input, or --all");
	return all ? block_remove_all(&common) : block_run(&bulk, &common, argc, argv);
}
