// SPDX-License-Identifier: GPL-2.0-only
/* The filter: drops a TCP SYN to the protected port from a blocked address, passes all else. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <xdp/xdp_helpers.h>

#include "packet.h"
#include "sobig.h"

/* Set before loading. */
const volatile __be16 port = bpf_htons(SOBIG_DEFAULT_PORT);
const volatile bool dry_run = false;
const volatile __u64 tick_zero = 0;  /* the tick at which CLOCK_MONOTONIC was 0 */
const volatile __u64 tick_scale = 0; /* seconds per tick, times 2^32 */

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct sobig_key4);
	__type(value, struct sobig_block);
	__uint(max_entries, SOBIG_TABLE4_SIZE);
} blocked4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct sobig_key6);
	__type(value, struct sobig_block);
	__uint(max_entries, SOBIG_TABLE6_SIZE);
} blocked6 SEC(".maps");

/* The ledgers and the pulse are user space's own. They stand here to be created, typed and
 * pinned with the rest.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct sobig_key4);
	__type(value, struct sobig_ledger);
	__uint(max_entries, SOBIG_BLOCKS4_MAX);
} ledger4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct sobig_key6);
	__type(value, struct sobig_ledger);
	__uint(max_entries, SOBIG_BLOCKS6_MAX);
} ledger6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, SOBIG_COUNTS);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct sobig_pulse);
	__uint(max_entries, 1);
} pulse SEC(".maps");

/* bpf_jiffies64() is two instructions, where a clock helper would cost as much as the lookup. */
static __always_inline __u32 filter_now(void)
{
	return (bpf_jiffies64() - tick_zero) * tick_scale >> 32;
}

static __always_inline enum sobig_count block_judge(struct sobig_block *block)
{
	__u32 now;

	if (!block)
		return SOBIG_PASSED_SYN;
	now = filter_now();
	if (now >= block->until)
		return SOBIG_PASSED_LAPSED;
	if (dry_run || block->trial)
		return SOBIG_PASSED_DRY_RUN;
	block->last_drop = now;
	__sync_fetch_and_add(&block->drops, 1);
	return SOBIG_DROPPED;
}

static __always_inline enum sobig_count filter_judge(struct packet_cursor *cursor)
{
	struct sobig_key4 key4;
	struct sobig_key6 key6;
	struct ipv6hdr *ip6 = NULL;
	struct iphdr *ip4 = NULL;
	struct tcphdr *tcp;
	__u8 protocol;

	switch (packet_ethernet(cursor)) {
	case bpf_htons(ETH_P_IP):
		ip4 = packet_ipv4(cursor);
		if (!ip4)
			return SOBIG_PASSED_MALFORMED;
		if (ip4->protocol != IPPROTO_TCP || packet_ipv4_is_later_fragment(ip4))
			return SOBIG_PASSED_OTHER;
		break;
	case bpf_htons(ETH_P_IPV6):
		ip6 = packet_ipv6(cursor, &protocol);
		if (!ip6)
			return SOBIG_PASSED_MALFORMED;
		if (protocol != IPPROTO_TCP)
			return SOBIG_PASSED_OTHER;
		break;
	case 0:
		return SOBIG_PASSED_MALFORMED;
	default:
		return SOBIG_PASSED_OTHER;
	}

	tcp = packet_tcp(cursor);
	if (!tcp)
		return SOBIG_PASSED_MALFORMED;
	if (tcp->dest != port || !tcp->syn || tcp->ack)
		return SOBIG_PASSED_OTHER;
	if (ip4) {
		__builtin_memcpy(&key4, &ip4->saddr, sizeof(key4));
		return block_judge(bpf_map_lookup_elem(&blocked4, &key4));
	}
	if (!ip6)
		return SOBIG_PASSED_OTHER;
	__builtin_memcpy(&key6, &ip6->saddr, sizeof(key6));
	return block_judge(bpf_map_lookup_elem(&blocked6, &key6));
}

SEC("xdp") int sobig_xdp(struct xdp_md *ctx)
{
	struct packet_cursor cursor = {
		.pos = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
	};
	__u32 verdict = filter_judge(&cursor);
	__u64 *count = bpf_map_lookup_elem(&counters, &verdict);

	if (count)
		*count += 1;
	return verdict == SOBIG_DROPPED ? XDP_DROP : XDP_PASS;
}

/* Early among the programs of one interface: what is dropped here need not be looked at there. */
struct {
	__uint(priority, 10);
	__uint(XDP_PASS, 1);
} XDP_RUN_CONFIG(sobig_xdp);

char LICENSE[] SEC("license") = "GPL";
