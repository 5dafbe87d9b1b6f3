/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses of hosts, IPv4 and IPv6 in one shape, from text and back. */
#ifndef ADDR_H
#define ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Network order. IPv4 stands as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2), so a mapped address equals
 * the plain one.
 */
struct addr {
	uint8_t bytes[16];
};

/* An address and how many of its leading bits count: 0..32 for IPv4, 0..128 for IPv6. */
struct addr_prefix {
	struct addr addr;
	uint8_t length;
};

/* "2001:db8:…/128", and "…/nn" for IPv4. */
#define ADDR_TEXT_SIZE 52

/*
 * The `length` bytes at `text` are one address as inet_pton(3) takes it, nothing else: 0,
 * -EINVAL.
 */
int addr_parse(const char *text, size_t length, struct addr *out);

/*
 * ADDR or ADDR/LEN: 0, or -EINVAL. Without a length, all bits count. Bits behind the prefix
 * must be zero (-EDOM), since whoever wrote them may have meant another network.
 */
int addr_parse_prefix(const char *text, struct addr_prefix *out);

/* The address that a socket has, or is to have: 0; -EINVAL: it is of another family. */
struct sockaddr;
int addr_from_socket(const struct sockaddr *socket, struct addr *out);

bool addr_is_ipv4(const struct addr *addr);

/* No firewall has business with: loopback, unspecified, link-local, multicast, broadcast. */
bool addr_is_special(const struct addr *addr);

bool addr_prefix_covers(const struct addr_prefix *prefix, const struct addr *addr);

/* True if all of the one is in the other: networks have that or nothing in common. */
bool addr_prefix_meets(const struct addr_prefix *a, const struct addr_prefix *b);

/* Clears all bits of `addr` behind `prefix` ones, counted as in struct addr_prefix. */
void addr_mask(struct addr *addr, unsigned int prefix);

/* What stands for one host: an IPv4 address itself, an IPv6 address's /64. */
struct addr addr_host(const struct addr *addr);

/* The same as a network: of all bits, or of an IPv6 address's first 64. */
struct addr_prefix addr_prefix_host(const struct addr *addr);
bool addr_prefix_is_host(const struct addr_prefix *prefix);

/* <0, 0, >0: IPv4 before IPv6, then by value. */
int addr_compare(const struct addr *a, const struct addr *b);

/* Both return `text`, which the caller owns. addr_format_host adds /64 to an IPv6 address. */
char *addr_format(const struct addr *addr, char text[ADDR_TEXT_SIZE]);
char *addr_format_host(const struct addr *addr, char text[ADDR_TEXT_SIZE]);

/* "ADDR/LEN", or "ADDR" of an IPv4 host. Returns `text`. */
char *addr_prefix_format(const struct addr_prefix *prefix, char text[ADDR_TEXT_SIZE]);

#endif
