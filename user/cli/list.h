/* SPDX-License-Identifier: GPL-2.0-only */
/* Blocks in force, as list and explain show them. */
#ifndef LIST_H
#define LIST_H

#include "cli/cli.h"
#include "kernel/blocks_list.h"

struct list_blocks {
	struct blocks_list_entry *entries;
	size_t count;
	size_t room;
};

/* 0 or -ENOMEM. The caller frees `entries` in the end. */
int list_add(struct list_blocks *blocks, const struct blocks_list_entry *entry);

/* By address, a network before what is in it. */
void list_sort(struct list_blocks *blocks);

/* Nothing that is attached drops a packet, so each of them is for show. */
void list_is_dry_run(struct list_blocks *blocks);

json_t *list_json(const struct blocks_list_entry *entry);
json_t *list_json_all(const struct list_blocks *blocks);

#endif
