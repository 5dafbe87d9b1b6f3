/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom a command may block: hosts and networks as they are written, and what nobody means. */
#ifndef TARGETS_H
#define TARGETS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/addr.h"

/* Wider than this, a network is more than anybody means. */
#define TARGETS_WIDEST4 8
#define TARGETS_WIDEST6 19

/* ADDR or ADDR/LEN; an IPv6 address alone stands for its /64. Says what is wrong: 0 or -EINVAL. */
int targets_parse(const char *text, struct addr_prefix *out);

/* Addresses of our own, as they are now. */
struct targets;

/* 0 or -errno, not told. The caller closes *out. */
int targets_open(struct targets **out);

/*
 * Why `whom` is not to be blocked, in `why`: true. What `force` says is meant is refused only where
 * it makes no sense at all.
 */
bool targets_refuse(const struct targets *targets, const struct addr_prefix *whom, bool force,
		    char *why, size_t size);

/* Accepts NULL. */
void targets_close(struct targets *targets);

#endif
