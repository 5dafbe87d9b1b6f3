/* SPDX-License-Identifier: GPL-2.0-only */
/* Active blocks, as shown by list and explain. */
#ifndef LIST_H
#define LIST_H

#include "cli/cli.h"
#include "config/rule_ports.h"
#include "kernel/blocks_list.h"

struct list_blocks {
	struct blocks_list_entry *entries;
	size_t count;
};

/* 0 or -ENOMEM. The caller frees `entries`. */
int list_add(struct list_blocks *blocks, const struct blocks_list_entry *entry);

/* Sorts by address, a network before the hosts and networks in it. */
void list_sort(struct list_blocks *blocks);

/* Marks all blocks as dry run, if no attached filter drops packets. */
void list_is_dry_run(struct list_blocks *blocks);

json_t *list_json(const struct blocks_list_entry *entry);
json_t *list_json_all(const struct list_blocks *blocks);

/*
 * The ports that a block closes: "25, 465" or "none"; `text` is a buffer for it. A block of all
 * protected ports closes those in `all`, from home_ports().
 */
const char *list_ports(const struct blocks_list_entry *entry, const uint16_t all[SOBIG_PORTS_MAX],
		       char text[RULE_PORTS_TEXT_SIZE]);

#endif
