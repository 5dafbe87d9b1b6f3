// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp block, unblock: the operator's own hand on the tables. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/blocks.h"
#include "cli/cli.h"
#include "common/duration.h"
#include "common/log.h"

#define BLOCK_DEFAULT_SECONDS 3600

struct block_work {
	struct cli_common common;
	struct blocks *blocks;
	uint32_t seconds; /* 0: unblock */
	const char *reason;
	json_t *hosts; /* what was done, for JSON */
	int refused;
	int err; /* the last that was not about one address only */
};

/* What was done to one host, in words or for the document. */
static void block_report(struct block_work *work, const struct addr *host, bool was_blocked,
			 uint32_t left)
{
	char address[ADDR_TEXT_SIZE], duration[DURATION_TEXT_SIZE];

	addr_format_host(host, address);
	if (work->common.json)
		json_array_append_new(work->hosts, json_string(address));
	else if (work->seconds)
		/* The kernel's second begins somewhere within ours: one more is the same. */
		printf(left > work->seconds + 1 ? "%s: blocked for longer already: %s\n"
						: "%s: blocked for %s\n",
		       address,
		       duration_format(left > work->seconds + 1 ? left : work->seconds, duration));
	else
		printf("%s: %s\n", address, was_blocked ? "unblocked" : "was not blocked");
}

static void block_one(struct block_work *work, const char *text)
{
	uint32_t left = 0;
	struct addr host;
	int err;

	if (cli_host(text, &host)) {
		work->refused++;
		return;
	}
	if (work->seconds && addr_is_special(&host)) {
		log_error("\"%s\" is loopback, link-local, multicast or unspecified: not blocked",
			  text);
		work->refused++;
		return;
	}
	err = work->seconds
		      ? blocks_add(work->blocks, &host, work->seconds, work->reason, false, &left)
		      : blocks_remove(work->blocks, &host);
	if (!err || err == -ENOENT) {
		block_report(work, &host, !err, left);
		return;
	}
	if (err == -E2BIG)
		log_error("\"%s\" was not blocked: the table is full", text);
	else
		log_error("\"%s\": %s", text, strerror(-err));
	work->err = err;
}

/* One address a line; what follows '#' or ';' is a remark. */
static void block_input(struct block_work *work)
{
	char *line = NULL, *end;
	size_t room = 0;

	while (getline(&line, &room, stdin) > 0 && work->err != -E2BIG) {
		char *word = line + strspn(line, " \t");

		word[strcspn(word, "#;\r\n")] = '\0';
		for (end = word + strlen(word); end > word && strchr(" \t", end[-1]); end--)
			end[-1] = '\0';
		if (*word)
			block_one(work, word);
	}
	if (ferror(stdin)) {
		log_error("cannot read standard input: %s", strerror(errno));
		work->err = -EIO;
	}
	free(line);
}

static void block_all(struct block_work *work)
{
	int removed = blocks_remove_all(work->blocks);

	if (removed < 0) {
		log_error("cannot lift all blocks: %s", strerror(-removed));
		work->err = removed;
	} else if (work->common.json) {
		json_array_append_new(work->hosts, json_integer(removed));
	} else {
		printf("%d unblocked\n", removed);
	}
}

static int block_run(struct block_work *work, int argc, char **argv, bool all)
{
	json_t *document;
	int status;

	status = cli_need_privilege();
	if (status)
		return status;
	status = blocks_open(work->common.pins, &work->blocks);
	if (status)
		return cli_cannot_open(&work->common, status);
	work->hosts = json_array();
	if (all)
		block_all(work);
	for (; !all && optind < argc; optind++) {
		if (!strcmp(argv[optind], "-"))
			block_input(work);
		else
			block_one(work, argv[optind]);
	}
	status = work->refused ? CLI_FAILED : cli_status(work->err);
	if (work->common.json) {
		document = cli_document(work->common.command->name);
		if (all)
			json_object_set(document, "count", json_array_get(work->hosts, 0));
		else
			json_object_set(document, "addresses", work->hosts);
		json_object_set_new(document, "refused", json_integer(work->refused));
		if (cli_print_json(&work->common, document))
			status = CLI_FAILED;
	}
	json_decref(work->hosts);
	blocks_close(work->blocks);
	return status;
}

int cmd_block(int argc, char **argv)
{
	enum {
		BLOCK_FOR = CLI_OPTION_OWN,
		BLOCK_REASON
	};
	static const struct option options[] = { { "for", required_argument, NULL, BLOCK_FOR },
						 { "reason", required_argument, NULL,
						   BLOCK_REASON },
						 CLI_COMMON_OPTIONS };
	struct block_work work = { .seconds = BLOCK_DEFAULT_SECONDS, .reason = "by hand" };
	int option, status;

	cli_start(&work.common, argv);
	while ((option = getopt_long(argc, argv, CLI_COMMON_LETTERS, options, NULL)) != -1) {
		switch (option) {
		case BLOCK_FOR:
			if (duration_parse(optarg, &work.seconds))
				return cli_usage(&work.common,
						 "--for takes 1s to 366d, as 90s or 1h30m, "
						 "not \"%s\"",
						 optarg);
			break;
		case BLOCK_REASON:
			work.reason = optarg;
			break;
		default:
			if (cli_common_option(&work.common, option, &status))
				return status;
		}
	}
	if (optind == argc)
		return cli_usage(&work.common, "name addresses, or say - to read them");
	return block_run(&work, argc, argv, false);
}

int cmd_unblock(int argc, char **argv)
{
	static const struct option options[] = { { "all", no_argument, NULL, CLI_OPTION_OWN },
						 CLI_COMMON_OPTIONS };
	struct block_work work = { .seconds = 0 };
	bool all = false;
	int option, status;

	cli_start(&work.common, argv);
	while ((option = getopt_long(argc, argv, CLI_COMMON_LETTERS, options, NULL)) != -1) {
		if (option == CLI_OPTION_OWN)
			all = true;
		else if (cli_common_option(&work.common, option, &status))
			return status;
	}
	if (all == (optind < argc))
		return cli_usage(&work.common, "name addresses, say - to read them, or --all");
	return block_run(&work, argc, argv, all);
}
