/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets described by their peculiarities: without any, a plain SYN to port 25. */
#ifndef PACKETS_H
#define PACKETS_H

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "sobig.h"

#define PACKETS_FRAME 4096

enum {
	FIN = 0x01,
	SYN = 0x02,
	RST = 0x04,
	PSH = 0x08,
	ACK = 0x10,
	URG = 0x20,
	ECE = 0x40,
	CWR = 0x80
};

enum packet_fragment {
	WHOLE,
	ATOMIC, /* IPv6: a fragment header, but a complete packet */
	FIRST,
	LATER
};

struct packet {
	const char *name;
	const char *from;
	uint8_t flags;
	uint16_t port;
	uint8_t protocol;
	uint16_t ethertype;
	unsigned int vlans;
	unsigned int ip_options; /* IPv4: bytes, a multiple of 4 */
	unsigned int extensions; /* IPv6: headers of 8 bytes */
	uint8_t extension; /* their kind; 0: hop-by-hop, destination and routing in rotation */
	unsigned int extension_len; /* of the first one: bytes, a multiple of 8 */
	enum packet_fragment fragment;
	bool fragment_first; /* IPv6: before the extensions */
	unsigned int tcp_options;
	unsigned int data;
	unsigned int tcp_bytes; /* bytes of TCP that belong to the packet; 0: all */
	uint8_t padding;	/* TCP flags in the padding of the frame */
	unsigned int ihl;	/* a wrong header length */
	unsigned int doff;
	unsigned int version;
	int ip_length;	     /* a wrong length; -1 stands for 0 */
	unsigned int length; /* cuts the frame */
	enum sobig_count count;
};

static uint8_t *packets_put16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value;
	return at + 2;
}

static unsigned int packets_tcp_length(const struct packet *packet)
{
	return packet->tcp_bytes ? packet->tcp_bytes : 20 + packet->tcp_options + packet->data;
}

/* The length in the IP header. */
static unsigned int packets_lie(const struct packet *packet, unsigned int length)
{
	if (!packet->ip_length)
		return length;
	return packet->ip_length < 0 ? 0 : packet->ip_length;
}

static uint8_t *packets_tcp(uint8_t *at, const struct packet *packet)
{
	unsigned int words = packet->doff ? packet->doff : 5 + packet->tcp_options / 4;

	packets_put16(at, 40000);
	packets_put16(at + 2, packet->port ? packet->port : 25);
	at[12] = (words == 16 ? 0 : words) << 4;
	at[13] = packet->flags;
	if (packet->tcp_bytes && packet->padding) {
		at[12] = 5 << 4;
		at[13] = packet->padding;
		return at + 20;
	}
	return at + packets_tcp_length(packet);
}

static uint8_t *packets_ipv4(uint8_t *at, const struct packet *packet)
{
	unsigned int words = packet->ihl ? packet->ihl : 5 + packet->ip_options / 4;
	unsigned int length = 20 + packet->ip_options + packets_tcp_length(packet);

	at[0] = (packet->version ? packet->version : 4) << 4 | (words == 16 ? 0 : words);
	packets_put16(at + 2, packets_lie(packet, length));
	packets_put16(at + 6, packet->fragment == FIRST	  ? 0x2000
			      : packet->fragment == LATER ? 0x0005
							  : 0x4000);
	at[8] = 64;
	at[9] = packet->protocol ? packet->protocol : IPPROTO_TCP;
	inet_pton(AF_INET, packet->from, at + 12);
	inet_pton(AF_INET, "192.0.2.1", at + 16);
	memset(at + 20, 1, packet->ip_options); /* no-operation */
	return at + 20 + packet->ip_options;
}

static uint8_t *packets_fragment(uint8_t *at, const struct packet *packet, uint8_t **next)
{
	**next = IPPROTO_FRAGMENT;
	*next = at;
	packets_put16(at + 2, packet->fragment == FIRST	  ? 0x0001
			      : packet->fragment == LATER ? 0x0028
							  : 0);
	return at + 8;
}

static uint8_t *packets_ipv6(uint8_t *at, const struct packet *packet)
{
	static const uint8_t kinds[] = { IPPROTO_HOPOPTS, IPPROTO_DSTOPTS, IPPROTO_ROUTING };
	uint8_t *start = at, *next = at + 6;
	unsigned int length;

	at[0] = (packet->version ? packet->version : 6) << 4;
	at[7] = 64;
	inet_pton(AF_INET6, packet->from, at + 8);
	inet_pton(AF_INET6, "2001:db8::1", at + 24);
	at += 40;
	if (packet->fragment != WHOLE && packet->fragment_first)
		at = packets_fragment(at, packet, &next);
	for (unsigned int i = 0; i < packet->extensions; i++) {
		*next = packet->extension ? packet->extension - 1 : kinds[i % 3];
		next = at;
		at[1] = i || !packet->extension_len ? 0 : packet->extension_len / 8 - 1;
		at += 8 + 8 * at[1];
	}
	if (packet->fragment != WHOLE && !packet->fragment_first)
		at = packets_fragment(at, packet, &next);
	*next = packet->protocol ? packet->protocol : IPPROTO_TCP;
	length = at - start - 40 + packets_tcp_length(packet);
	packets_put16(start + 4, packets_lie(packet, length));
	return at;
}

/* Returns its length. */
static unsigned int packets_build(const struct packet *packet, uint8_t frame[PACKETS_FRAME])
{
	bool ipv6 = strchr(packet->from, ':');
	uint16_t type = packet->ethertype ? packet->ethertype : ipv6 ? ETH_P_IPV6 : ETH_P_IP;
	uint8_t *at = frame + 12;

	memset(frame, 0, PACKETS_FRAME);
	for (unsigned int i = 0; i < packet->vlans; i++) {
		at = packets_put16(at, i + 1 < packet->vlans ? ETH_P_8021AD : ETH_P_8021Q);
		at = packets_put16(at, 100 + i);
	}
	at = packets_put16(at, type);
	at = ipv6 ? packets_ipv6(at, packet) : packets_ipv4(at, packet);
	at = packets_tcp(at, packet);
	return packet->length ? packet->length : (unsigned int)(at - frame);
}

#endif
