/* SPDX-License-Identifier: GPL-2.0-only */
/* Options that override values of the first default rule: --limit, --window, --for. */
#ifndef OVERRIDES_H
#define OVERRIDES_H

#include "config/rules.h"

/* 0: the configured value applies. */
struct overrides {
	uint32_t limit;
	uint32_t window; /* seconds */
	uint32_t block;	 /* seconds */
};

enum overrides_key {
	OVERRIDES_LIMIT,
	OVERRIDES_WINDOW,
	OVERRIDES_FOR
};

/* Parses the value of an option into *overrides. 0, or -EINVAL (logged). */
int overrides_take(enum overrides_key key, const char *value, struct overrides *overrides);

/* Applies them to the first default rule. 0; -EINVAL (logged): that rule is disabled. */
int overrides_apply(const struct overrides *overrides, struct rules *rules);

#endif
