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

/* Applies them to the first default rule. 0; -EINVAL (logged): that rule is disabled. */
int overrides_apply(const struct overrides *overrides, struct rules *rules);

#endif
