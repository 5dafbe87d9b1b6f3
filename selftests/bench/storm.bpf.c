// SPDX-License-Identifier: GPL-2.0-only
/* The storm's programs: one gives each frame another source and sends it off, one drops all. */
#include <stdbool.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "storm.h"

/* Set before loading. */
const volatile __u32 hosts = 1;
const volatile __u32 interface = 0;
/* Sums of the 16-bit words of what does not change. */
const volatile __u32 ip_sum = 0;
const volatile __u32 tcp_sum = 0;
/* The time between two batches; 0: none. */
const volatile __u64 batch_ns = 0;

/* Whether another CPU shall receive: the only one in the map. */
const volatile bool handed_over = false;

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__type(key, __u32);
	__type(value, struct bpf_cpumap_val);
	__uint(max_entries, 1); /* set before loading */
} cpus SEC(".maps");

const volatile __u32 receiver = 0;

/* One CPU sends, so that nothing here need be atomic. */
__u64 state = 88172645463325252ull;
__u64 sent = 0;
__u64 due = 0;

struct frame4 {
	struct ethhdr eth;
	struct iphdr ip;
	struct tcphdr tcp;
} __attribute__((packed));

struct frame6 {
	struct ethhdr eth;
	struct ipv6hdr ip;
	struct tcphdr tcp;
} __attribute__((packed));

static __always_inline __u64 storm_random(void)
{
	__u64 x = state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	state = x;
	return x;
}

static long storm_is_due(__u32 turn, void *context)
{
	(void)turn;
	(void)context;
	return bpf_ktime_get_ns() >= due;
}

/* Delays a batch until its time. Time lost between two calls is not made up. */
static __always_inline void storm_pace(void)
{
	__u64 now;

	if (!batch_ns || sent++ % STORM_BATCH)
		return;
	now = bpf_ktime_get_ns();
	if (now > due + batch_ns)
		due = now;
	bpf_loop(1 << 20, storm_is_due, NULL, 0);
	due += batch_ns;
}

static __always_inline __u32 storm_words(__u32 value)
{
	return (value >> 16) + (value & 0xffff);
}

static __always_inline __u16 storm_checksum(__u32 sum)
{
	sum = storm_words(sum);
	return ~storm_words(sum);
}

static __always_inline int storm_away(void)
{
	return handed_over ? bpf_redirect_map(&cpus, receiver, 0) : bpf_redirect(interface, 0);
}

/* Frames are used again and again, as the last user left them: every field that varies is set. */
SEC("xdp") int storm4(struct xdp_md *ctx)
{
	struct frame4 *frame = (void *)(long)ctx->data;
	__u64 chance = storm_random();
	__u32 source;

	if ((void *)(frame + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	storm_pace();
	source = bpf_htonl(storm_host4((chance >> 32) * hosts >> 32));
	frame->ip.saddr = source;
	frame->ip.check = storm_checksum(ip_sum + storm_words(source));
	frame->tcp.source = chance | 0x4;
	frame->tcp.check = storm_checksum(tcp_sum + storm_words(source) + (__u16)frame->tcp.source);
	return storm_away();
}

SEC("xdp") int storm6(struct xdp_md *ctx)
{
	struct frame6 *frame = (void *)(long)ctx->data;
	__u64 chance = storm_random(), network;
	__u32 sum;

	if ((void *)(frame + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	storm_pace();
	network = bpf_cpu_to_be64(storm_host6((chance >> 32) * hosts >> 32));
	frame->ip.saddr.in6_u.u6_addr32[0] = network;
	frame->ip.saddr.in6_u.u6_addr32[1] = network >> 32;
	/* Within its network, a host takes any address. */
	frame->ip.saddr.in6_u.u6_addr32[2] = chance >> 3;
	frame->ip.saddr.in6_u.u6_addr32[3] = chance >> 29;
	frame->tcp.source = chance | 0x4;
	sum = tcp_sum + storm_words(network) + storm_words(network >> 32);
	sum += storm_words(chance >> 3) + storm_words(chance >> 29) + (__u16)frame->tcp.source;
	frame->tcp.check = storm_checksum(sum);
	return storm_away();
}

/* Runs on the CPU that shall receive. */
SEC("xdp/cpumap") int storm_forward(struct xdp_md *ctx)
{
	(void)ctx;
	return bpf_redirect(interface, 0);
}

SEC("xdp") int storm_drop(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_DROP;
}

/* The simplest filter that passes good mail. */
SEC("xdp") int storm_least(struct xdp_md *ctx)
{
	struct frame4 *frame = (void *)(long)ctx->data;

	if ((void *)(frame + 1) > (void *)(long)ctx->data_end ||
	    frame->eth.h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	return bpf_ntohl(frame->ip.saddr) >> STORM_BITS4 == STORM_BASE4 >> STORM_BITS4 ? XDP_DROP
										       : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
