// SPDX-License-Identifier: GPL-2.0-only
/* The filter: drops TCP SYNs to the protected ports from blocked sources, passes all else. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <xdp/xdp_helpers.h>

#include "packet.h"
#include "config.h"
#include "maps.h"
#include "verdict.h"
#include "syn_rate.h"

/* The verdict on a SYN from this source to the port with this bit. */
static __always_inline enum sobig_count filter_source(const struct packet *packet, __u8 bit)
{
	return packet->is_ipv6 ? verdict_judge6(packet->source6, bit)
			       : verdict_judge4(packet->source4, bit);
}

static __always_inline enum sobig_count filter_judge(struct packet_cursor *cursor)
{
	struct packet packet;
	enum packet_sight sight = packet_read(cursor, &packet);
	enum sobig_count verdict;
	bool syn = false;
	__u8 bit = 0; /* of a hidden port: a host that any block closes it to is dropped */

	if (sight == PACKET_MALFORMED)
		return SOBIG_PASSED_MALFORMED;
	if (sight == PACKET_OTHER || (sight != PACKET_HIDDEN && !config_protect(packet.dest, &bit)))
		return SOBIG_PASSED_OTHER;
	if (sight == PACKET_TCP) {
		syn = (packet.flags & (PACKET_TCP_SYN | PACKET_TCP_ACK)) == PACKET_TCP_SYN;
		if (!syn && !scope_port)
			return SOBIG_PASSED_OTHER;
	}
	verdict = filter_source(&packet, bit);
	if (syn)
		return verdict == SOBIG_PASSED_SYN && syn_rate_exceed(&packet) ? SOBIG_DROPPED_RATE
									       : verdict;
	if (sight == PACKET_TCP)
		return verdict >= SOBIG_DROPS ? SOBIG_DROPPED_LIVE : SOBIG_PASSED_OTHER;
	/* It may be a SYN; no legitimate sender hides the flags. */
	return verdict >= SOBIG_DROPS ? SOBIG_DROPPED_HIDDEN : SOBIG_PASSED_MALFORMED;
}

SEC("xdp.frags") int sobig_xdp(struct xdp_md *ctx)
{
	struct packet_cursor cursor = {
		.ctx = ctx,
		.pos = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
	};
	__u32 verdict = filter_judge(&cursor);
	__u64 *count;

	if (dry_run && verdict >= SOBIG_DROPS)
		verdict = SOBIG_PASSED_DRY_RUN;
	count = bpf_map_lookup_elem(&counters, &verdict);
	if (count)
		*count += 1;
	return verdict >= SOBIG_DROPS ? XDP_DROP : XDP_PASS;
}

/* Runs early among the programs of an interface, so that the others do not see dropped packets. */
struct {
	__uint(priority, 10);
	__uint(XDP_PASS, 1);
} XDP_RUN_CONFIG(sobig_xdp);

char LICENSE[] SEC("license") = "GPL";
