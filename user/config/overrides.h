/* SPDX-License-Identifier: GPL-2.0-only */
/* What a command line may say of the rule of 2003: --limit, --window, --for. */
#ifndef OVERRIDES_H
#define OVERRIDES_H

#include "config/rules.h"

/* 0: as it is configured. */
struct overrides {
	uint32_t limit;
	uint32_t window; /* seconds, as the next */
	uint32_t block;
};

enum overrides_key {
	OVERRIDES_LIMIT,
	OVERRIDES_WINDOW,
	OVERRIDES_FOR
};

/* Takes the value of an option. 0, or -EINVAL (logged). */
int overrides_take(enum overrides_key key, const char *value, struct overrides *overrides);

/* Applies them to the rule of 2003. 0; -EINVAL (logged): that rule is disabled. */
int overrides_apply(const struct overrides *overrides, struct rules *rules);

#endif
