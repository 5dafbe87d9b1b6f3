// SPDX-License-Identifier: GPL-2.0-only
/* A set of addresses and networks, each with the reason for its presence. */
#include "common/prefix_set.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"

#define PREFIX_SET_NONE UINT32_MAX

struct prefix_set_entry {
	struct addr_prefix target;
	const char *why;
	uint32_t order;	 /* position in the order of additions */
	uint32_t parent; /* the narrowest entry that covers it, or PREFIX_SET_NONE */
};

/* A reason, shared by consecutive entries. */
struct prefix_set_words {
	struct prefix_set_words *next;
	char why[PREFIX_SET_WHY_SIZE];
};

struct prefix_set {
	struct prefix_set_entry *entries;
	uint32_t count;
	bool sealed;
	struct prefix_set_words *words; /* the latest first */
};

int prefix_set_new(struct prefix_set **out)
{
	struct prefix_set *prefixes = calloc(1, sizeof(*prefixes));

	if (!prefixes)
		return -ENOMEM;
	*out = prefixes;
	return 0;
}

/* NULL: no memory. */
static const char *prefix_set_keep_words(struct prefix_set *prefixes, const char *why)
{
	struct prefix_set_words *words = prefixes->words;

	if (words && !strncmp(words->why, why, PREFIX_SET_WHY_SIZE - 1))
		return words->why;
	words = malloc(sizeof(*words));
	if (!words)
		return NULL;
	snprintf(words->why, sizeof(words->why), "%s", why);
	words->next = prefixes->words;
	prefixes->words = words;
	return words->why;
}

int prefix_set_add(struct prefix_set *prefixes, const struct addr_prefix *target, const char *why)
{
	struct prefix_set_entry entry = { .target = *target, .order = prefixes->count };
	void *entries = array_grow(prefixes->entries, prefixes->count, sizeof(entry));

	if (!entries)
		return -ENOMEM;
	prefixes->entries = entries;
	addr_mask(&entry.target.addr, entry.target.length);
	entry.why = prefix_set_keep_words(prefixes, why);
	if (!entry.why)
		return -ENOMEM;
	prefixes->entries[prefixes->count++] = entry;
	return 0;
}

/* Orders a network before the entries that it contains. */
static int prefix_set_compare(const struct addr_prefix *a, const struct addr_prefix *b)
{
	int order = addr_compare(&a->addr, &b->addr);

	return order ? order : a->length - b->length;
}

static int prefix_set_sort(const void *a, const void *b)
{
	const struct prefix_set_entry *x = a, *y = b;
	int order = prefix_set_compare(&x->target, &y->target);

	return order ? order : (x->order < y->order ? -1 : 1);
}

static bool prefix_set_holds(const struct addr_prefix *wide, const struct addr_prefix *narrow)
{
	return wide->length <= narrow->length && addr_prefix_covers(wide, &narrow->addr);
}

/* Two networks are either nested or disjoint, so the entries form a tree. */
void prefix_set_seal(struct prefix_set *prefixes)
{
	struct prefix_set_entry *entries = prefixes->entries;
	uint32_t kept = 0;

	if (prefixes->count)
		qsort(entries, prefixes->count, sizeof(*entries), prefix_set_sort);
	for (uint32_t i = 0; i < prefixes->count; i++) {
		uint32_t parent = kept ? kept - 1 : PREFIX_SET_NONE;

		if (kept && !prefix_set_compare(&entries[kept - 1].target, &entries[i].target))
			continue;
		while (parent != PREFIX_SET_NONE &&
		       !prefix_set_holds(&entries[parent].target, &entries[i].target))
			parent = entries[parent].parent;
		entries[kept] = entries[i];
		entries[kept++].parent = parent;
	}
	prefixes->count = kept;
	prefixes->sealed = true;
}

/* The number of entries that are not greater than `target`. */
static uint32_t prefix_set_rank(const struct prefix_set *prefixes, const struct addr_prefix *target)
{
	uint32_t from = 0, to = prefixes->count;

	while (from < to) {
		uint32_t middle = from + (to - from) / 2;

		if (prefix_set_compare(&prefixes->entries[middle].target, target) <= 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

const char *prefix_set_find(const struct prefix_set *prefixes, const struct addr_prefix *target,
			    struct addr_prefix *entry)
{
	const struct prefix_set_entry *entries = prefixes->entries;
	uint32_t rank, at;

	if (!prefixes->sealed || !prefixes->count)
		return NULL;
	/* An entry that covers `target` also covers the last entry that is not greater. */
	rank = prefix_set_rank(prefixes, target);
	at = rank ? rank - 1 : PREFIX_SET_NONE;
	while (at != PREFIX_SET_NONE && !prefix_set_holds(&entries[at].target, target))
		at = entries[at].parent;
	/* If `target` contains an entry, it contains the first that is greater. */
	if (at == PREFIX_SET_NONE && rank < prefixes->count &&
	    prefix_set_holds(target, &entries[rank].target))
		at = rank;
	if (at == PREFIX_SET_NONE)
		return NULL;
	if (entry)
		*entry = entries[at].target;
	return entries[at].why;
}

size_t prefix_set_count(const struct prefix_set *prefixes)
{
	return prefixes->count;
}

const struct addr_prefix *prefix_set_at(const struct prefix_set *prefixes, size_t index,
					const char **why)
{
	if (why)
		*why = prefixes->entries[index].why;
	return &prefixes->entries[index].target;
}

void prefix_set_free(struct prefix_set *prefixes)
{
	struct prefix_set_words *words, *next;

	if (!prefixes)
		return;
	for (words = prefixes->words; words; words = next) {
		next = words->next;
		free(words);
	}
	free(prefixes->entries);
	free(prefixes);
}
