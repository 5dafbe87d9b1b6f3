/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a source is blocked: asks the front table, then, if its line is not valid, the LRU maps.
 */
#ifndef VERDICT_H
#define VERDICT_H

#include "config.h"
#include "maps.h"

/* Maximum number of networks tried, from narrow to wide, while their blocks have expired. */
#define VERDICT_WIDER_MAX 4

static __always_inline bool verdict_is_quiet(__u32 quiet, __u32 last_drop, __u32 now)
{
	return !quiet || !last_drop || now - last_drop >= quiet;
}

/* Counts a drop of the host. */
static __always_inline void verdict_count_drop(volatile struct front_record *record, void *blocked,
					       const void *key, __u32 now)
{
	__u8 drops = record->drops + 1;
	struct sobig_block *block;

	record->drops = drops;
	record->last = now;
	if (drops)
		return;
	block = bpf_map_lookup_elem(blocked, key);
	if (block)
		block->drops = (block->drops | FRONT_DROPS_MASK) + 1;
}

/* The second of the last drop; 0: none. */
static __always_inline __u32 verdict_last_drop(const volatile struct front_record *record,
					       __u32 now)
{
	__u16 last = record->last;

	return last || record->drops ? now - ((now - last) & FRONT_LAST_MASK) : 0;
}

/*
 * The verdict of the LRU map on a source, for the port with this bit. `record` is the source's in
 * the front table, which is updated; NULL: it has none. Rarely called, so not inlined.
 */
static __noinline enum sobig_count verdict_ask(void *blocked, const void *key,
					       volatile struct front_record *record, __u32 now,
					       __u8 bit)
{
	struct sobig_block *block = bpf_map_lookup_elem(blocked, key);
	__u32 last;

	if (!block || block->open & bit)
		return SOBIG_PASSED_SYN;
	if (now >= block->until) {
		last = record ? verdict_last_drop(record, now) : block->last_drop;
		if (verdict_is_quiet(block->quiet, last, now))
			return SOBIG_PASSED_EXPIRED;
		block->until = now + block->quiet;
	}
	if (block->dry_run)
		return SOBIG_PASSED_DRY_RUN;
	if (dry_run)
		return SOBIG_DROPPED;
	if (record) {
		verdict_count_drop(record, blocked, key, now);
	} else {
		block->last_drop = now;
		__sync_fetch_and_add(&block->drops, 1);
	}
	return SOBIG_DROPPED;
}

/*
 * The networks that a source is in, the narrowest first. `network` is a key of full length for
 * the trie `networks`.
 */
static __noinline enum sobig_count verdict_judge_network(void *networks, __u32 *length,
							 const void *key, __u8 bit)
{
	enum sobig_count verdict = SOBIG_PASSED_SYN;
	__u32 now = config_now();
	struct sobig_network *network;

#pragma unroll
	for (int i = 0; i < VERDICT_WIDER_MAX; i++) {
		network = bpf_map_lookup_elem(networks, key);
		if (!network)
			return verdict;
		if (!(network->open & bit) &&
		    (now < network->until ||
		     !verdict_is_quiet(network->quiet, network->last_drop, now))) {
			if (network->dry_run)
				return SOBIG_PASSED_DRY_RUN;
			if (dry_run)
				return SOBIG_DROPPED_NETWORK;
			if (now >= network->until)
				network->until = now + network->quiet;
			network->last_drop = now;
			__sync_fetch_and_add(&network->drops, 1);
			return SOBIG_DROPPED_NETWORK;
		}
		if (!(network->open & bit))
			verdict = SOBIG_PASSED_EXPIRED;
		if (!network->length)
			return verdict;
		*length = network->length - 1;
	}
	return verdict;
}

static __always_inline enum sobig_count verdict_judge_network4(__u32 source, __u8 bit)
{
	struct sobig_network4 key = { .length = 32 };

	__builtin_memcpy(key.address, &source, sizeof(key.address));
	return verdict_judge_network(&networks4, &key.length, &key, bit);
}

static __always_inline enum sobig_count verdict_judge_network6(const __u64 source[2], __u8 bit)
{
	struct sobig_network6 key = { .length = 128 };

	__builtin_memcpy(key.address, source, sizeof(key.address));
	return verdict_judge_network(&networks6, &key.length, &key, bit);
}

/* The verdict of the network takes precedence, unless the network is not blocked. */
static __always_inline enum sobig_count verdict_worse(enum sobig_count host,
						      enum sobig_count network)
{
	return network == SOBIG_PASSED_SYN ? host : network;
}

/*
 * The slot of `source`, or 0. Branchless: the slot is random, and a mispredicted branch would
 * cost as much as the rest.
 */
static __always_inline __u32 verdict_slot4(const volatile struct front_line4 *line, __u32 source)
{
	__u32 slot = 0;

#pragma unroll
	for (int i = 0; i < FRONT_HOSTS4; i++)
		slot |= (((__u64)(line->hosts[i] ^ source) - 1) >> 32) & (i + 1);
	return slot;
}

static __always_inline __u32 verdict_slot6(const volatile struct front_line6 *line, __u64 source)
{
	__u32 slot = 0;
	__u64 other;

#pragma unroll
	for (int i = 0; i < FRONT_HOSTS6; i++) {
		other = line->hosts[i] ^ source;
		slot |= -(((other - 1) & ~other) >> 63) & (i + 1);
	}
	return slot;
}

static __always_inline enum sobig_count verdict_judge4(__u32 source, __u8 bit)
{
	enum sobig_count verdict = SOBIG_PASSED_SYN;
	const struct front_state *state;
	volatile struct front_record *record;
	volatile struct front_line4 *line;
	__u32 zero = 0, index, valid_until, slot, now;

	state = bpf_map_lookup_elem(&front, &zero);
	if (!state || !source)
		return SOBIG_PASSED_SYN;
	index = front_line_of4(state, source);
	line = bpf_map_lookup_elem(&front4, &index);
	if (!line)
		return SOBIG_PASSED_SYN;
	valid_until = line->valid_until;
	slot = verdict_slot4(line, source);
	now = config_now();
	record = &(&line->unused)[slot & 7];
	if (!slot || now >= valid_until) {
		if (slot || !valid_until)
			verdict = verdict_ask(&blocked4, &source, slot ? record : NULL, now, bit);
	} else if (!(record->open & bit)) {
		if (!dry_run)
			verdict_count_drop(record, &blocked4, &source, now);
		return SOBIG_DROPPED;
	}
	if (verdict >= SOBIG_DROPS || !state->networks4)
		return verdict;
	return verdict_worse(verdict, verdict_judge_network4(source, bit));
}

static __always_inline enum sobig_count verdict_judge6(const __u64 source[2], __u8 bit)
{
	enum sobig_count verdict = SOBIG_PASSED_SYN;
	const struct front_state *state;
	volatile struct front_record *record;
	volatile struct front_line6 *line;
	__u32 zero = 0, index, valid_until, slot, now;
	__u64 network = source[0];

	state = bpf_map_lookup_elem(&front, &zero);
	if (!state || !network)
		return SOBIG_PASSED_SYN;
	index = front_line_of6(state, network);
	line = bpf_map_lookup_elem(&front6, &index);
	if (!line)
		return SOBIG_PASSED_SYN;
	valid_until = line->valid_until;
	slot = verdict_slot6(line, network);
	now = config_now();
	record = (volatile struct front_record *)&line->valid_until + (slot & 7);
	if (!slot || now >= valid_until) {
		if (slot || !valid_until)
			verdict = verdict_ask(&blocked6, &network, slot ? record : NULL, now, bit);
	} else if (!(record->open & bit)) {
		if (!dry_run)
			verdict_count_drop(record, &blocked6, &network, now);
		return SOBIG_DROPPED;
	}
	if (verdict >= SOBIG_DROPS || !state->networks6)
		return verdict;
	return verdict_worse(verdict, verdict_judge_network6(source, bit));
}

#endif
