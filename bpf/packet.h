/* SPDX-License-Identifier: GPL-2.0-only */
/* The bounds-checked header cursor: each step returns a whole header or NULL. */
#ifndef PACKET_H
#define PACKET_H

#include <stdbool.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define PACKET_VLANS_MAX      2	   /* handled on the fast path */
#define PACKET_TAGS_MAX	      2300 /* as many as a frame of 9000 bytes holds */
#define PACKET_EXTENSIONS_MAX 8

/* IEEE 802.3; not the kernel's type, which is packed and would be read byte by byte. */
struct packet_ether {
	__be16 addresses[6];
	__be16 type;
};

/* An IEEE 802.1Q tag, after the Ethernet type that announces it. */
struct packet_vlan {
	__be16 tci;
	__be16 type;
};

/* RFC 8200, section 4: the first fields of all extension headers that can be skipped. */
struct packet_extension {
	__u8 next;
	__u8 length; /* in units of 8 bytes, without the first 8 */
};

/* RFC 8200, section 4.5 */
struct packet_fragment {
	__u8 next;
	__u8 reserved;
	__be16 offset; /* the offset's 13 bits, 2 reserved, "more" */
	__be32 id;
};

/*
 * RFC 9293, section 3.1: the TCP header up to its flags. The rest may be in another
 * fragment, and no verdict depends on it.
 */
struct packet_tcp {
	__be16 source;
	__be16 dest;
	__be32 sequence;
	__be32 acknowledgment;
	__u8 words; /* length of the header in words, in the upper four bits */
	__u8 flags;
};

#define PACKET_TCP_SIZE	 14 /* bytes up to the end of the flags */
#define PACKET_TCP_SYN	 0x02
#define PACKET_TCP_ACK	 0x10
#define PACKET_TCP_WORDS 5 /* minimum length of a header */
#define PACKET_TCP_PORTS 4 /* bytes up to the end of both ports */

/* The visible part of a packet. */
enum packet_sight {
	PACKET_MALFORMED, /* no receiver accepts it as TCP */
	PACKET_OTHER,	  /* not TCP, or a later fragment */
	PACKET_TCP,	  /* TCP, with its flags */
	PACKET_PORTS,  /* TCP without its flags: in a later fragment, or not in the first buffer */
	PACKET_HIDDEN, /* the same without the ports, or too many extension headers */
};

struct packet {
	bool is_ipv6;
	__u32 source4; /* network order, as in the packet; so is the next */
	__u64 source6[2];
	__be16 dest; /* of PACKET_TCP and PACKET_PORTS */
	__u8 flags;  /* of PACKET_TCP */
};

struct packet_cursor {
	struct xdp_md *ctx;
	void *pos;
	void *end;
};

/* Steps over `size` bytes and returns them; NULL if the packet ends before. */
static __always_inline void *packet_take(struct packet_cursor *cursor, __u32 size)
{
	void *header = cursor->pos;

	if (header + size > cursor->end)
		return NULL;
	cursor->pos = header + size;
	return header;
}

static __always_inline bool packet_is_tag(__be16 type)
{
	return type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD);
}

/* The slow path for many tags. */
struct packet_tags {
	struct xdp_md *ctx;
	__u32 offset;
	__be16 type;
};

static long packet_next_tag(__u32 index, void *context)
{
	struct packet_tags *tags = context;
	struct packet_vlan vlan;

	(void)index;
	if (!packet_is_tag(tags->type) ||
	    bpf_xdp_load_bytes(tags->ctx, tags->offset, &vlan, sizeof(vlan)))
		return 1;
	tags->offset += sizeof(vlan);
	tags->type = vlan.type;
	return 0;
}

/*
 * Linux removes any number of tags if they name no VLAN (net/core/dev.c,
 * __netif_receive_skb_core). More than two are not used in practice, so this may be slow.
 */
static __always_inline __be16 packet_more_tags(struct packet_cursor *cursor, __be16 type)
{
	struct packet_tags tags = { .ctx = cursor->ctx, .type = type };
	void *start = (void *)(long)cursor->ctx->data;

	tags.offset = sizeof(struct packet_ether) + PACKET_VLANS_MAX * sizeof(struct packet_vlan);
	bpf_loop(PACKET_TAGS_MAX, packet_next_tag, &tags, 0);
	if (tags.offset > PACKET_TAGS_MAX * sizeof(struct packet_vlan) + 64)
		return 0;
	cursor->pos = start + tags.offset;
	cursor->end = (void *)(long)cursor->ctx->data_end;
	return cursor->pos > cursor->end || packet_is_tag(tags.type) ? 0 : tags.type;
}

/* Steps over Ethernet and tags. Returns the EtherType in network order, 0: cut short. */
static __always_inline __be16 packet_ethernet(struct packet_cursor *cursor)
{
	struct packet_ether *eth = packet_take(cursor, sizeof(*eth));
	struct packet_vlan *vlan;
	__be16 type;

	if (!eth)
		return 0;
	type = eth->type;
#pragma unroll
	for (int i = 0; i < PACKET_VLANS_MAX; i++) {
		if (!packet_is_tag(type))
			return type;
		vlan = packet_take(cursor, sizeof(*vlan));
		if (!vlan)
			return 0;
		type = vlan->type;
	}
	return packet_is_tag(type) ? packet_more_tags(cursor, type) : type;
}

/* True if the packet continues after its first buffer, which is all that the cursor sees. */
static __always_inline bool packet_goes_on(const struct packet_cursor *cursor)
{
	struct xdp_md *ctx = cursor->ctx;

	return bpf_xdp_get_buff_len(ctx) > ctx->data_end - ctx->data;
}

/* The kind of a packet that ends where a header should be; `cut` as in packet_tcp(). */
static __always_inline enum packet_sight packet_ends(const struct packet_cursor *cursor, bool cut)
{
	return cut || packet_goes_on(cursor) ? PACKET_HIDDEN : PACKET_MALFORMED;
}

/*
 * Reads the TCP header. `left`: bytes that belong to the packet; the padding of a frame does not.
 * `cut`: this is a first fragment, and others follow.
 */
static __always_inline enum packet_sight packet_tcp(struct packet_cursor *cursor, __u32 left,
						    bool cut, struct packet *out)
{
	struct packet_tcp *tcp = cursor->pos;

	if (left >= PACKET_TCP_SIZE && (void *)tcp + PACKET_TCP_SIZE <= cursor->end) {
		out->dest = tcp->dest;
		out->flags = tcp->flags;
		return tcp->words >> 4 >= PACKET_TCP_WORDS ? PACKET_TCP : PACKET_MALFORMED;
	}
	if (!cut && !(left >= PACKET_TCP_SIZE && packet_goes_on(cursor)))
		return PACKET_MALFORMED;
	if (left < PACKET_TCP_PORTS || (void *)tcp + PACKET_TCP_PORTS > cursor->end)
		return PACKET_HIDDEN;
	out->dest = tcp->dest;
	return PACKET_PORTS;
}

static __always_inline enum packet_sight packet_ipv4(struct packet_cursor *cursor,
						     struct packet *out)
{
	struct iphdr *ip = packet_take(cursor, sizeof(*ip));
	__u32 header, total;

	if (!ip || ip->version != 4 || ip->ihl < 5)
		return PACKET_MALFORMED;
	header = ip->ihl * 4;
	total = bpf_ntohs(ip->tot_len);
	/* Any packet within one host can have length 0: Linux then uses the frame's length. */
	if (!total)
		total = 0xffff;
	if (total < header)
		return PACKET_MALFORMED;
	if (ip->protocol != IPPROTO_TCP || ip->frag_off & bpf_htons(0x1fff))
		return PACKET_OTHER;
	out->is_ipv6 = false;
	out->source4 = ip->saddr;
	if (header > sizeof(*ip) && !packet_take(cursor, header - sizeof(*ip)))
		return packet_ends(cursor, false);
	return packet_tcp(cursor, total - header, ip->frag_off & bpf_htons(0x2000), out);
}

/* Subtracts `size` from *left. False: fewer bytes belong to the packet. */
static __always_inline bool packet_spend(__u32 *left, __u32 size)
{
	if (*left < size)
		return false;
	*left -= size;
	return true;
}

/*
 * Steps over up to PACKET_EXTENSIONS_MAX extension headers. Linux accepts longer chains, too;
 * what follows them is treated as hidden.
 */
static __always_inline enum packet_sight packet_ipv6(struct packet_cursor *cursor,
						     struct packet *out)
{
	struct ipv6hdr *ip = packet_take(cursor, sizeof(*ip));
	struct packet_extension *extension;
	struct packet_fragment *fragment;
	bool cut = false;
	__u32 left, size;
	__u8 next;

	if (!ip || ip->version != 6)
		return PACKET_MALFORMED;
	out->is_ipv6 = true;
	out->source4 = 0;
	out->source6[0] = (__u64)ip->saddr.s6_addr32[1] << 32 | ip->saddr.s6_addr32[0];
	out->source6[1] = (__u64)ip->saddr.s6_addr32[3] << 32 | ip->saddr.s6_addr32[2];
	next = ip->nexthdr;
	left = bpf_ntohs(ip->payload_len);
	/* RFC 2675, or as in packet_ipv4(). Linux uses the frame's length (net/ipv6/ip6_input.c,
	 * ip6_rcv_core). */
	if (!left)
		left = 0xffffffff;
#pragma unroll
	for (int i = 0; i < PACKET_EXTENSIONS_MAX; i++) {
		switch (next) {
		case IPPROTO_TCP:
			return packet_tcp(cursor, left, cut, out);
		case IPPROTO_HOPOPTS:
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
			extension = packet_take(cursor, sizeof(*extension));
			if (!extension)
				return packet_ends(cursor, cut);
			next = extension->next;
			size = extension->length * 8 + 6;
			if (!packet_spend(&left, size + sizeof(*extension)) ||
			    !packet_take(cursor, size))
				return packet_ends(cursor, cut);
			break;
		case IPPROTO_FRAGMENT:
			fragment = packet_take(cursor, sizeof(*fragment));
			if (!fragment || !packet_spend(&left, sizeof(*fragment)))
				return packet_ends(cursor, cut);
			next = fragment->next;
			if (fragment->offset & bpf_htons(0xfff8))
				return PACKET_OTHER;
			cut = cut || fragment->offset & bpf_htons(0x0001);
			break;
		default:
			return PACKET_OTHER;
		}
	}
	switch (next) {
	case IPPROTO_TCP:
		return packet_tcp(cursor, left, cut, out);
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_FRAGMENT:
		return PACKET_HIDDEN;
	default:
		return PACKET_OTHER;
	}
}

/* Parses the packet up to TCP's flags. */
static __always_inline enum packet_sight packet_read(struct packet_cursor *cursor,
						     struct packet *out)
{
	switch (packet_ethernet(cursor)) {
	case bpf_htons(ETH_P_IP):
		return packet_ipv4(cursor, out);
	case bpf_htons(ETH_P_IPV6):
		return packet_ipv6(cursor, out);
	case 0:
		return PACKET_MALFORMED;
	default:
		return PACKET_OTHER;
	}
}

#endif
