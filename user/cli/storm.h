/* SPDX-License-Identifier: GPL-2.0-only */
/* What a command line may say of the rule of 2003: --limit, --window, --for. */
#ifndef STORM_H
#define STORM_H

#include "cli/cli.h"
#include "config/rules.h"

/* 0: as it is configured. */
struct storm_orders {
	uint32_t limit;
	uint32_t window; /* seconds, as the next */
	uint32_t block;
};

enum storm_key {
	STORM_LIMIT,
	STORM_WINDOW,
	STORM_FOR
};

/* Takes the value of an option. CLI_DONE or CLI_USAGE (said). */
int storm_take(const struct cli_common *common, enum storm_key key, const char *value,
	       struct storm_orders *orders);

/* The rule follows them. CLI_DONE; CLI_FAILED (told): they speak of it, and it is switched off. */
int storm_apply(const struct storm_orders *orders, struct rules *rules);

#endif
