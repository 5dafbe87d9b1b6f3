/* SPDX-License-Identifier: GPL-2.0-only */
/* The bounds-checked header cursor: each step yields a whole header or says that there is none. */
#ifndef PACKET_H
#define PACKET_H

#include <stdbool.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define PACKET_VLANS_MAX      2
#define PACKET_EXTENSIONS_MAX 6

/* IEEE 802.1Q tag, as it follows an Ethernet type that announces it. */
struct packet_vlan {
	__be16 tci;
	__be16 type;
};

/* RFC 8200, section 4: what all skippable extension headers begin with. */
struct packet_extension {
	__u8 next;
	__u8 length; /* in units of 8 bytes, the first not counted */
};

/* RFC 8200, section 4.5 */
struct packet_fragment {
	__u8 next;
	__u8 reserved;
	__be16 offset; /* the offset's 13 bits, 2 reserved, "more" */
	__be32 id;
};

struct packet_cursor {
	void *pos;
	void *end;
};

/* The next `size` bytes, stepped over, or NULL if the packet ends before them. */
static __always_inline void *packet_take(struct packet_cursor *cursor, __u32 size)
{
	void *header = cursor->pos;

	if (header + size > cursor->end)
		return NULL;
	cursor->pos = header + size;
	return header;
}

/* Steps over Ethernet and up to two tags. Returns the EtherType in network order, 0: cut short. */
static __always_inline __be16 packet_ethernet(struct packet_cursor *cursor)
{
	struct ethhdr *eth = packet_take(cursor, sizeof(*eth));
	struct packet_vlan *vlan;
	__be16 type;

	if (!eth)
		return 0;
	type = eth->h_proto;
#pragma unroll
	for (int i = 0; i < PACKET_VLANS_MAX; i++) {
		if (type != bpf_htons(ETH_P_8021Q) && type != bpf_htons(ETH_P_8021AD))
			break;
		vlan = packet_take(cursor, sizeof(*vlan));
		if (!vlan)
			return 0;
		type = vlan->type;
	}
	return type;
}

/* Steps over the IPv4 header and its options. NULL: malformed. */
static __always_inline struct iphdr *packet_ipv4(struct packet_cursor *cursor)
{
	struct iphdr *ip = packet_take(cursor, sizeof(*ip));

	if (!ip || ip->version != 4 || ip->ihl < 5)
		return NULL;
	if (!packet_take(cursor, ip->ihl * 4 - sizeof(*ip)))
		return NULL;
	return ip;
}

/* True of a fragment that does not hold the start of the transport header. */
static __always_inline bool packet_ipv4_is_later_fragment(const struct iphdr *ip)
{
	return ip->frag_off & bpf_htons(0x1fff);
}

/*
 * Steps over the IPv6 header and up to PACKET_EXTENSIONS_MAX extension headers. *protocol is
 * what follows them; IPPROTO_NONE stands for a later fragment. NULL: malformed, or a longer
 * chain.
 */
static __always_inline struct ipv6hdr *packet_ipv6(struct packet_cursor *cursor, __u8 *protocol)
{
	struct ipv6hdr *ip = packet_take(cursor, sizeof(*ip));
	struct packet_extension *extension;
	struct packet_fragment *fragment;
	__u8 next;

	if (!ip || ip->version != 6)
		return NULL;
	next = ip->nexthdr;
#pragma unroll
	for (int i = 0; i < PACKET_EXTENSIONS_MAX; i++) {
		switch (next) {
		case IPPROTO_HOPOPTS:
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
			extension = packet_take(cursor, sizeof(*extension));
			if (!extension)
				return NULL;
			next = extension->next;
			if (!packet_take(cursor, extension->length * 8 + 6))
				return NULL;
			break;
		case IPPROTO_FRAGMENT:
			fragment = packet_take(cursor, sizeof(*fragment));
			if (!fragment)
				return NULL;
			next = fragment->next;
			if (fragment->offset & bpf_htons(0xfff8))
				next = IPPROTO_NONE;
			break;
		default:
			*protocol = next;
			return ip;
		}
	}
	return NULL;
}

/* Steps over the fixed part of the TCP header. NULL: cut short. */
static __always_inline struct tcphdr *packet_tcp(struct packet_cursor *cursor)
{
	struct tcphdr *tcp = packet_take(cursor, sizeof(*tcp));

	return tcp && tcp->doff >= 5 ? tcp : NULL;
}

#endif
