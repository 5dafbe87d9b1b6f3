/* SPDX-License-Identifier: GPL-2.0-only */
/* How often a source may knock that is not blocked: a bucket of tokens for each of late. */
#ifndef SYN_RATE_H
#define SYN_RATE_H

#include "packet.h"
#include "config.h"
#include "maps.h"

#define SYN_RATE_WAYS 8

/*
 * A bucket is the time at which it is full again (the "theoretical arrival time" of ITU-T I.371,
 * Annex A): each SYN puts it off by a step, and one that would put it off too far is too many.
 */
static __always_inline bool syn_rate_take(volatile __u64 *bucket, __u32 source, __u32 now)
{
	__u32 wait = (__u32)*bucket - now;

	/* Full long ago; or, after a silence of hours, by a clock that has gone round. */
	if (wait > rate_burst + rate_step)
		wait = 0;
	if (wait > rate_burst)
		return false;
	*bucket = (__u64)source << 32 | (__u32)(now + wait + rate_step);
	return true;
}

/* The bucket of `source` in its line, or that of the source that was heard of the longest ago. */
static __always_inline volatile __u64 *syn_rate_bucket(struct sobig_syn_rates *line, __u32 source,
						       __u32 now)
{
	__u32 least = ~0u, wait;
	int idlest = 0;

#pragma unroll
	for (int i = 0; i < SYN_RATE_WAYS; i++) {
		if (line->sources[i] >> 32 == source)
			return &line->sources[i];
		/* So that nobody comes before what is past, and that before what is to come. */
		wait = line->sources[i] ? (__u32)line->sources[i] - now + 0x80000000u : 0;
		if (wait < least) {
			least = wait;
			idlest = i;
		}
	}
	line->sources[idlest & (SYN_RATE_WAYS - 1)] = now;
	return &line->sources[idlest & (SYN_RATE_WAYS - 1)];
}

/* True of a SYN that is more than its source's share. */
static __always_inline bool syn_rate_exceed(const struct packet *packet)
{
	__u32 source = packet->source4, index, now;
	struct sobig_syn_rates *line;
	__u64 network;

	if (!rate_step)
		return false;
	if (packet->is_ipv6) {
		network = packet->source6[0];
		source = ((__u32)network * rate_salts[0] + (network >> 32) * rate_salts[1]) >> 32;
	}
	index = (source * rate_salts[0] >> 40) & (SOBIG_SYN_RATE_LINES - 1);
	line = bpf_map_lookup_elem(&syn_rates, &index);
	if (!line)
		return false;
	now = config_clock() >> (32 - SOBIG_SYN_RATE_UNIT_BITS);
	return !syn_rate_take(syn_rate_bucket(line, source, now), source, now);
}

#endif
