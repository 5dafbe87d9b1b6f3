/* SPDX-License-Identifier: GPL-2.0-only */
/* Removes active blocks, one or all. */
#ifndef BLOCKS_REMOVE_H
#define BLOCKS_REMOVE_H

#include "kernel/blocks.h"

/* Removes one block. -ENOENT: this target was not blocked. */
int blocks_remove(struct blocks *blocks, const struct addr_prefix *target);

/* Removes all blocks. Returns how many, or -errno. */
int blocks_remove_all(struct blocks *blocks);

#endif
