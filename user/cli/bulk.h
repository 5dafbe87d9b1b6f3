/* SPDX-License-Identifier: GPL-2.0-only */
/* Adds or removes many blocks and reports the result, for block, unblock and import. */
#ifndef BULK_H
#define BULK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/cli.h"
#include "cli/targets.h"
#include "common/duration.h"
#include "kernel/blocks.h"

/* Maximum of targets in one call of blocks_add(), so that the block maps are resized once. */
#define BULK_MAX 1048576

struct bulk {
	struct cli_common common;
	struct blocks *blocks;
	struct targets *targets;
	bool unblock; /* instead of blocking */
	bool all;     /* unblock everything */
	bool force;
	bool finish;	   /* open connections of blocked hosts may finish */
	bool split;	   /* block the part of a network that is not allowed */
	const char *ports; /* ports that must be filtered; NULL: not checked */
	bool each;	   /* report each target on a line of its own */
	struct blocks_request request;

	/* Targets that are not processed yet. */
	struct addr_prefix *target;
	uint32_t *left;
	size_t count;

	json_t *done; /* processed targets, for JSON */
	uint64_t blocked, unblocked, absent, refused;
	uint16_t port_numbers[SOBIG_PORTS_MAX]; /* whose open connections end */
	uint64_t ended;				/* open connections */
	int end_err;				/* why they could not be ended (logged) */
	int err; /* the last error that is not about a single target; -errno */
};

/* Rows of the options of commands that block. */
/* clang-format versions disagree here. */
/* clang-format off */
#define BULK_OPTIONS(time, reason_help) \
	{ "for", OPTIONS_TIME, "TIME", offsetof(struct bulk, request.seconds), \
	  "duration of the block (" time ")", .min = 1, .max = DURATION_MAX_SECONDS }, \
	{ "extend", OPTIONS_FLAG, NULL, offsetof(struct bulk, request.extend), \
	  "the block expires TIME after the last SYN" }, \
	{ "reason", OPTIONS_TEXT, "TEXT", offsetof(struct bulk, request.reason), reason_help }, \
	{ "force", OPTIONS_FLAG, NULL, offsetof(struct bulk, force), \
	  "also block very wide networks and allowed hosts" }, \
	{ "ports", OPTIONS_TEXT, "LIST", offsetof(struct bulk, ports), \
	  "block only if all these ports are protected: 25,submission", \
	  .expected = "ports, such as 25,submission" }, \
	{ "finish-connections", OPTIONS_FLAG, NULL, offsetof(struct bulk, finish), \
	  "do not end open connections of the hosts" }, \
	CLI_CONFIG
/* clang-format on */

/* Opens the block maps and the allow list. CLI_DONE, or the exit status (logged). `bulk` is zero
 * except for its options. */
int bulk_open(struct bulk *bulk);

/* Adds the target `text`; an invalid one is logged and counted as refused. */
void bulk_add(struct bulk *bulk, const char *text);

/* Adds the targets of a stream as they arrive, one per line; comments begin with '#' or ';'. */
void bulk_read(struct bulk *bulk, int fd);

/* Prints the result, and frees all. Returns the exit status. */
int bulk_close(struct bulk *bulk);

#endif
