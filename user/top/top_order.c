// SPDX-License-Identifier: GPL-2.0-only
/* Sorts top's hosts, only as many as the screen shows, because there may be a million. */
#include "top/top_order.h"

#include <stdlib.h>
#include <string.h>

typedef int (*top_order_compare)(const struct top_host *x, const struct top_host *y);

/* All compare the address last, so that equal hosts keep their order. */
static int top_order_address(const struct top_host *x, const struct top_host *y)
{
	int order = addr_compare(&x->entry.target.addr, &y->entry.target.addr);

	return order ? order : x->entry.target.length - y->entry.target.length;
}

static int top_order_total(const struct top_host *x, const struct top_host *y)
{
	if (x->entry.drops != y->entry.drops)
		return x->entry.drops > y->entry.drops ? -1 : 1;
	return top_order_address(x, y);
}

static int top_order_rate(const struct top_host *x, const struct top_host *y)
{
	if (x->rate != y->rate)
		return x->rate > y->rate ? -1 : 1;
	return top_order_total(x, y);
}

/* The newest first. */
static int top_order_since(const struct top_host *x, const struct top_host *y)
{
	if (x->entry.since != y->entry.since)
		return x->entry.since > y->entry.since ? -1 : 1;
	return top_order_address(x, y);
}

/* The next to expire first. */
static int top_order_until(const struct top_host *x, const struct top_host *y)
{
	if (x->entry.until != y->entry.until)
		return x->entry.until < y->entry.until ? -1 : 1;
	return top_order_address(x, y);
}

static const top_order_compare top_orders[] = {
	[TOP_SORT_RATE] = top_order_rate,	[TOP_SORT_TOTAL] = top_order_total,
	[TOP_SORT_SINCE] = top_order_since,	[TOP_SORT_UNTIL] = top_order_until,
	[TOP_SORT_ADDRESS] = top_order_address,
};

struct top_order_by {
	const struct top_host *all;
	top_order_compare compare;
};

static int top_order_indices(const void *a, const void *b, void *context)
{
	const struct top_order_by *order = context;

	return order->compare(&order->all[*(const uint32_t *)a], &order->all[*(const uint32_t *)b]);
}

/*
 * Partitions chosen[low] to chosen[high - 1] (Hoare): all before the returned index sort before all
 * from there on, and neither part is empty.
 */
static size_t top_order_part(const struct top_order_by *order, uint32_t *chosen, size_t low,
			     size_t high)
{
	const struct top_host *pivot = &order->all[chosen[low + (high - low - 1) / 2]];

	for (;; low++) {
		uint32_t swapped;

		while (order->compare(&order->all[chosen[low]], pivot) < 0)
			low++;
		do
			high--;
		while (order->compare(&order->all[chosen[high]], pivot) > 0);
		if (low >= high)
			return high + 1;
		swapped = chosen[low];
		chosen[low] = chosen[high];
		chosen[high] = swapped;
	}
}

/*
 * Moves the first `first` hosts to the front, unsorted: with a million hosts and a screen of fifty,
 * sorting all of them would delay each key.
 */
static void top_order_select(const struct top_order_by *order, uint32_t *chosen, size_t count,
			     size_t first)
{
	size_t low = 0, high = count;

	while (high - low > 1 && first > low && first < high) {
		size_t part = top_order_part(order, chosen, low, high);

		if (first < part)
			high = part;
		else
			low = part;
	}
}

static bool top_order_fits(const struct blocks_list_entry *entry, const char *filter,
			   const struct addr_prefix *network)
{
	char address[ADDR_TEXT_SIZE];

	if (network)
		return addr_prefix_meets(network, &entry->target);
	return strcasestr(entry->reason, filter) ||
	       strcasestr(addr_prefix_format(&entry->target, address), filter);
}

void top_order(struct top_hosts *hosts, enum top_sort sort, const char *filter, size_t first)
{
	struct top_order_by order = { hosts->all, top_orders[sort] };
	struct addr_prefix network;
	bool is_network = *filter && !addr_parse_prefix(filter, &network);

	hosts->chosen_count = 0;
	for (size_t i = 0; i < hosts->count; i++)
		if (!*filter ||
		    top_order_fits(&hosts->all[i].entry, filter, is_network ? &network : NULL))
			hosts->chosen[hosts->chosen_count++] = i;
	if (first > hosts->chosen_count)
		first = hosts->chosen_count;
	top_order_select(&order, hosts->chosen, hosts->chosen_count, first);
	qsort_r(hosts->chosen, first, sizeof(*hosts->chosen), top_order_indices, &order);
	hosts->sorted = first;
}
