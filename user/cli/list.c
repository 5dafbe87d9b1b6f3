// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp list: prints active blocks with reason, times and drop counts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/absence.h"
#include "cli/history.h"
#include "cli/home.h"
#include "cli/list.h"
#include "cli/targets.h"
#include "common/array.h"
#include "common/clock.h"
#include "common/output.h"
#include "kernel/blocks_list.h"

enum list_order {
	LIST_ADDRESS,
	LIST_SINCE,
	LIST_UNTIL,
	LIST_DROPS,
};

struct list {
	struct cli_common common;
	bool history;
	enum list_order order;
	struct addr_prefix *networks; /* show blocks that overlap with one of them; none: all */
	int networks_count;
	struct list_blocks blocks;
};

int list_add(struct list_blocks *blocks, const struct blocks_list_entry *entry)
{
	void *entries = array_grow(blocks->entries, blocks->count, sizeof(*blocks->entries));

	if (!entries)
		return -ENOMEM;
	blocks->entries = entries;
	blocks->entries[blocks->count++] = *entry;
	return 0;
}

static int list_collect(void *context, const struct blocks_list_entry *entry)
{
	struct list *list = context;
	bool wanted = !list->networks_count;

	for (int i = 0; i < list->networks_count && !wanted; i++)
		wanted = addr_prefix_meets(&list->networks[i], &entry->target);
	return wanted ? list_add(&list->blocks, entry) : 0;
}

static int list_by_address(const void *a, const void *b)
{
	const struct blocks_list_entry *x = a, *y = b;

	int order = addr_compare(&x->target.addr, &y->target.addr);

	return order ? order : x->target.length - y->target.length;
}

static int list_by_since(const void *a, const void *b)
{
	const struct blocks_list_entry *x = a, *y = b;

	return x->since != y->since ? (x->since < y->since ? -1 : 1) : list_by_address(a, b);
}

static int list_by_until(const void *a, const void *b)
{
	const struct blocks_list_entry *x = a, *y = b;

	return x->until != y->until ? (x->until < y->until ? -1 : 1) : list_by_address(a, b);
}

/* Most drops first. */
static int list_by_drops(const void *a, const void *b)
{
	const struct blocks_list_entry *x = a, *y = b;

	return x->drops != y->drops ? (x->drops > y->drops ? -1 : 1) : list_by_address(a, b);
}

void list_sort(struct list_blocks *blocks)
{
	if (blocks->count)
		qsort(blocks->entries, blocks->count, sizeof(*blocks->entries), list_by_address);
}

json_t *list_json(const struct blocks_list_entry *entry)
{
	char address[ADDR_TEXT_SIZE], since[CLOCK_TEXT_SIZE], until[CLOCK_TEXT_SIZE];
	char last[CLOCK_TEXT_SIZE];
	json_t *json = json_pack(
		"{s:s, s:o, s:s, s:s, s:I}", "address", addr_prefix_format(&entry->target, address),
		"reason", output_text(entry->reason), "since", clock_rfc3339(entry->since, since),
		"until", clock_rfc3339(entry->until, until), "drops", (json_int_t)entry->drops);

	json_object_set_new(json, "last_drop",
			    entry->last_drop ? json_string(clock_rfc3339(entry->last_drop, last))
					     : json_null());
	json_object_set_new(json, "extend", json_boolean(entry->quiet));
	json_object_set_new(json, "dry_run", json_boolean(entry->dry_run));
	json_object_set_new(json, "ports",
			    entry->all_ports ? json_null() : output_ports(entry->ports));
	json_object_set_new(json, "offended_ports", output_ports(entry->offended));
	return json;
}

void list_is_dry_run(struct list_blocks *blocks)
{
	for (size_t i = 0; i < blocks->count; i++)
		blocks->entries[i].dry_run = true;
}

json_t *list_json_all(const struct list_blocks *blocks)
{
	json_t *array = json_array();

	for (size_t i = 0; i < blocks->count; i++)
		json_array_append_new(array, list_json(&blocks->entries[i]));
	return array;
}

static int list_print_json(const struct list *list)
{
	const struct cli_common *common = &list->common;
	json_t *document;

	if (common->lines) {
		for (size_t i = 0; i < list->blocks.count; i++)
			output_line("list-block", list_json(&list->blocks.entries[i]));
		return cli_end_output();
	}
	document = output_document("list");
	json_object_set_new(document, "blocks", list_json_all(&list->blocks));
	return cli_print_json(common, document);
}

const char *list_ports(const struct blocks_list_entry *entry, const uint16_t all[SOBIG_PORTS_MAX],
		       char text[RULE_PORTS_TEXT_SIZE])
{
	const uint16_t *ports = entry->all_ports ? all : entry->ports;

	return ports[0] ? rule_ports_format(ports, text) : "none";
}

static int list_print(const struct list *list)
{
	char address[ADDR_TEXT_SIZE], since[CLOCK_TEXT_SIZE], until[CLOCK_TEXT_SIZE];
	char last[CLOCK_TEXT_SIZE], ports[RULE_PORTS_TEXT_SIZE];
	uint16_t all[SOBIG_PORTS_MAX];
	int width = strlen("ADDRESS");

	home_ports(list->common.pins, true, all);
	for (size_t i = 0; i < list->blocks.count; i++) {
		int length = strlen(addr_prefix_format(&list->blocks.entries[i].target, address));

		width = length > width ? length : width;
	}
	printf("%-*s  %-19s  %-19s  %9s  %-19s  %-12s  %s\n", width, "ADDRESS", "SINCE", "UNTIL",
	       "DROPS", "LAST DROP", "PORTS", "REASON");
	for (size_t i = 0; i < list->blocks.count; i++) {
		const struct blocks_list_entry *entry = &list->blocks.entries[i];

		printf("%-*s  %-19s  %-19s  %9llu  %-19s  %-12s  %s%s\n", width,
		       addr_prefix_format(&entry->target, address),
		       clock_local(entry->since, since), clock_local(entry->until, until),
		       (unsigned long long)entry->drops,
		       entry->last_drop ? clock_local(entry->last_drop, last) : "-",
		       list_ports(entry, all, ports), entry->dry_run ? "(dry run) " : "",
		       entry->reason);
	}
	return cli_end_output();
}

static int list_networks(struct list *list)
{
	const int count = list->common.count;

	list->networks = calloc(count + 1, sizeof(*list->networks));
	if (!list->networks)
		return -ENOMEM;
	for (int i = 0; i < count; i++)
		if (targets_parse(list->common.arguments[i], &list->networks[i]))
			return -EINVAL;
	list->networks_count = count;
	return 0;
}

static int list_active(struct list *list)
{
	static int (*const compare[])(const void *a, const void *b) = {
		[LIST_ADDRESS] = list_by_address,
		[LIST_SINCE] = list_by_since,
		[LIST_UNTIL] = list_by_until,
		[LIST_DROPS] = list_by_drops,
	};
	struct blocks *blocks = NULL;
	int err = blocks_open(list->common.pins, &blocks);

	if (!err)
		err = blocks_list_each(blocks, list_collect, list);
	blocks_close(blocks);
	if (err)
		return absence_report(&list->common, err);
	if (home_is_dry_run(list->common.pins))
		list_is_dry_run(&list->blocks);
	if (list->blocks.count)
		qsort(list->blocks.entries, list->blocks.count, sizeof(*list->blocks.entries),
		      compare[list->order]);
	return list->common.json ? list_print_json(list) : list_print(list);
}

static int list_run(void *values)
{
	struct list *list = values;
	struct cli_common *common = &list->common;
	int status;

	status = list_networks(list) ? CLI_USAGE : cli_need_privilege();
	if (!status) {
		home_take(common);
		status = list->history ? history_list(common, list->networks, list->networks_count)
				       : list_active(list);
	}
	free(list->networks);
	free(list->blocks.entries);
	return status;
}

static const char *const list_orders[] = { "address", "since", "until", "drops", NULL };

const struct cli_command list_command = {
	"list",
	"list active blocks: all, or those that match the addresses",
	.options = {
		{ "sort", OPTIONS_CHOICE, "KEY", offsetof(struct list, order),
		  .words = list_orders },
		{ "history", OPTIONS_FLAG, NULL, offsetof(struct list, history),
		  "include past blocks, newest first" },
		CLI_CONFIG,
		{ NULL, OPTIONS_NETWORK, "[ADDRESS[/LENGTH]...]", .repeats = true },
	},
	.values = &(struct list){},
	.run = list_run,
};
