/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom a command may block: hosts and networks as they are written, and what nobody means. */
#ifndef TARGETS_H
#define TARGETS_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/cli.h"
#include "common/addr.h"
#include "kernel/blocks_exempt.h"

/* ADDR or ADDR/LEN; an IPv6 address alone stands for its /64. Says what is wrong: 0 or -EINVAL. */
int targets_parse(const char *text, struct addr_prefix *out);

/* Who is never blocked, as it is now. */
struct targets;

/*
 * By the configuration `file` (NULL: the usual one); if all is forced, nobody is asked. 0 or -errno
 * (told). The caller closes *out.
 */
int targets_open(const struct cli_common *common, const char *file, bool force,
		 struct targets **out);

/*
 * Why `whom` is not to be blocked, in `why`: true. What is forced is refused only where it makes no
 * sense at all.
 */
bool targets_refuse(const struct targets *targets, const struct addr_prefix *target, char *why,
		    size_t size);

/*
 * Of a network that holds somebody who is never blocked: the first of them, in words, and the rest
 * of the network. 0; -ENOENT: it holds nobody, or it is a host; -ENOMEM, -E2BIG as
 * blocks_exempt_rest().
 */
int targets_split(const struct targets *targets, const struct addr_prefix *target,
		  struct blocks_exempt_pieces *rest, char *why, size_t size);

/* Accepts NULL. */
void targets_close(struct targets *targets);

#endif
