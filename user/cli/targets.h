/* SPDX-License-Identifier: GPL-2.0-only */
/* Targets of block commands: parses them, and refuses those that are allowed or too wide. */
#ifndef TARGETS_H
#define TARGETS_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/cli.h"
#include "common/addr.h"
#include "kernel/blocks_exempt.h"

/* ADDR or ADDR/LEN; an IPv6 address alone means its /64. 0 or -EINVAL (logged). */
int targets_parse(const char *text, struct addr_prefix *out);

/* The current allow list. */
struct targets;

/*
 * Reads the allow list, or no list if `force` is set. 0 or -errno (logged). The caller closes *out.
 */
int targets_open(const struct cli_common *common, bool force, struct targets **out);

/*
 * True if `target` must not be blocked, with the reason in `why`. With `force`, only addresses that
 * no peer can have are refused.
 */
bool targets_refuse(const struct targets *targets, const struct addr_prefix *target, char *why,
		    size_t size);

/*
 * Splits a network that contains allowed hosts: describes the first of them in `why`, and stores
 * the rest of the network in *rest. 0; -ENOENT: it contains none, or it is a host; -ENOMEM, -E2BIG:
 * see blocks_exempt_rest().
 */
int targets_split(const struct targets *targets, const struct addr_prefix *target,
		  struct blocks_exempt_pieces *rest, char *why, size_t size);

/* Accepts NULL. */
void targets_close(struct targets *targets);

#endif
