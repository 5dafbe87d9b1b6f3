/* SPDX-License-Identifier: GPL-2.0-only */
/* Parses, formats and compares addresses and networks, IPv4 and IPv6 in one format. */
#ifndef ADDR_H
#define ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Network byte order. IPv4 is stored as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2), so a mapped address
 * equals the plain one.
 */
struct addr {
	uint8_t bytes[16];
};

/* An address and the number of its significant bits: 0..32 for IPv4, 0..128 for IPv6. */
struct addr_prefix {
	struct addr addr;
	uint8_t length;
};

/* "2001:db8:…/128", and "…/nn" for IPv4. */
#define ADDR_TEXT_SIZE 52

/*
 * Parses the `length` bytes at `text` as one address in the format of inet_pton(3). 0 or -EINVAL.
 */
int addr_parse(const char *text, size_t length, struct addr *out);

/*
 * Parses ADDR or ADDR/LEN. 0 or -EINVAL. Without a length, all bits are significant. -EDOM: bits
 * after the prefix are set, so another network may have been meant.
 */
int addr_parse_prefix(const char *text, struct addr_prefix *out);

/* Converts a socket address. 0; -EINVAL: it is NULL or of another family. */
struct sockaddr;
int addr_from_socket(const struct sockaddr *socket, struct addr *out);

static inline bool addr_is_ipv4(const struct addr *addr)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(addr->bytes, mapped, sizeof(mapped));
}

/* True for addresses that are not blocked: loopback, unspecified, link-local, multicast, broadcast.
 */
bool addr_is_special(const struct addr *addr);

bool addr_prefix_covers(const struct addr_prefix *prefix, const struct addr *addr);

/* True if one network contains the other; otherwise they have no address in common. */
bool addr_prefix_meets(const struct addr_prefix *a, const struct addr_prefix *b);

/* Clears all bits of `addr` after the first `prefix`, counted as in struct addr_prefix. */
void addr_mask(struct addr *addr, unsigned int prefix);

/*
 * True if an IPv6 address has a host's IPv4 address in it, which is *out then: 64:ff9b::/96 of
 * NAT64 (RFC 6052), and 2001::/32 of Teredo (RFC 4380). Such hosts share their /64 with others.
 */
bool addr_embeds_ipv4(const struct addr *addr, struct addr *out);

/*
 * The address that identifies a host: the IPv4 address itself, also an embedded one, or the /64 of
 * an IPv6 address.
 */
struct addr addr_host(const struct addr *addr);

/* What is blocked for a host: an IPv4 /32, an IPv6 /64, or the /128 that embeds an IPv4 address. */
struct addr_prefix addr_target(const struct addr *addr);

/* An IPv4 /32, or an IPv6 /64. */
struct addr_prefix addr_prefix_host(const struct addr *addr);
bool addr_prefix_is_host(const struct addr_prefix *prefix);

/* <0, 0, >0: IPv4 before IPv6, then by value. */
int addr_compare(const struct addr *a, const struct addr *b);

/* Both return `text`, which the caller owns. addr_format_host adds /64 to an IPv6 address. */
char *addr_format(const struct addr *addr, char text[ADDR_TEXT_SIZE]);
char *addr_format_host(const struct addr *addr, char text[ADDR_TEXT_SIZE]);

/* Formats as "ADDR/LEN", or as "ADDR" for an IPv4 host. Returns `text`. */
char *addr_prefix_format(const struct addr_prefix *prefix, char text[ADDR_TEXT_SIZE]);

#endif
