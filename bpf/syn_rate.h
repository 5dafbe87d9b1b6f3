/* SPDX-License-Identifier: GPL-2.0-only */
/* Limits the SYN rate of sources that are not blocked: a token bucket for each recent source. */
#ifndef SYN_RATE_H
#define SYN_RATE_H

#include "packet.h"
#include "config.h"
#include "maps.h"

#define SYN_RATE_WAYS 8

/*
 * A bucket is the time at which it is full again (the "theoretical arrival time" of ITU-T I.371,
 * Annex A): each SYN moves it by a step; a SYN that would move it too far exceeds the rate.
 */
static __always_inline bool syn_rate_take(volatile __u64 *bucket, __u32 source, __u32 now)
{
	__u32 wait = (__u32)*bucket - now;

	/* Already full; or, after hours without a SYN, the clock has wrapped. */
	if (wait > rate_burst + rate_step)
		wait = 0;
	if (wait > rate_burst)
		return false;
	*bucket = (__u64)source << 32 | (__u32)(now + wait + rate_step);
	return true;
}

/* The bucket of `source` in its line, or else that of the source idle for the longest time. */
static __always_inline volatile __u64 *syn_rate_bucket(struct sobig_syn_rates *line, __u32 source,
						       __u32 now)
{
	__u32 least = ~0u, wait;
	int idlest = 0;

#pragma unroll
	for (int i = 0; i < SYN_RATE_WAYS; i++) {
		if (line->sources[i] >> 32 == source)
			return &line->sources[i];
		/* Order: empty slots, then times in the past, then times in the future. */
		wait = line->sources[i] ? (__u32)line->sources[i] - now + 0x80000000u : 0;
		if (wait < least) {
			least = wait;
			idlest = i;
		}
	}
	line->sources[idlest & (SYN_RATE_WAYS - 1)] = now;
	return &line->sources[idlest & (SYN_RATE_WAYS - 1)];
}

/* True if the SYN exceeds the rate of its source. */
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
