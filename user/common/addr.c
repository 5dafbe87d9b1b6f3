// SPDX-License-Identifier: GPL-2.0-only
/* Addresses of hosts, IPv4 and IPv6 in one shape, from text and back. */
#include "addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sobig.h"

static const uint8_t addr_mapped[12] = { [10] = 0xff, [11] = 0xff };

bool addr_is_ipv4(const struct addr *addr)
{
	return !memcmp(addr->bytes, addr_mapped, sizeof(addr_mapped));
}

int addr_parse(const char *text, size_t length, struct addr *out)
{
	char copy[INET6_ADDRSTRLEN];
	struct addr addr;

	if (length >= sizeof(copy) || memchr(text, '\0', length))
		return -EINVAL;
	memcpy(copy, text, length);
	copy[length] = '\0';

	memcpy(addr.bytes, addr_mapped, sizeof(addr_mapped));
	if (inet_pton(AF_INET, copy, addr.bytes + sizeof(addr_mapped)) != 1 &&
	    inet_pton(AF_INET6, copy, addr.bytes) != 1)
		return -EINVAL;
	*out = addr;
	return 0;
}

int addr_parse_prefix(const char *text, struct addr_prefix *out)
{
	const char *slash = strchrnul(text, '/');
	struct addr_prefix prefix;
	struct addr masked;
	unsigned int most, length = 0;
	int err;

	err = addr_parse(text, slash - text, &prefix.addr);
	if (err)
		return err;
	most = addr_is_ipv4(&prefix.addr) ? 32 : 128;
	if (!*slash) {
		length = most;
	} else {
		const char *digit = slash + 1;

		if (!*digit || strlen(digit) > 3)
			return -EINVAL;
		for (; *digit; digit++) {
			if (*digit < '0' || *digit > '9')
				return -EINVAL;
			length = length * 10 + (*digit - '0');
		}
		if (length > most)
			return -EINVAL;
	}
	prefix.length = length;

	masked = prefix.addr;
	addr_mask(&masked, length);
	if (memcmp(&masked, &prefix.addr, sizeof(masked)))
		return -EDOM;
	*out = prefix;
	return 0;
}

bool addr_is_special(const struct addr *addr)
{
	static const struct addr unspecified, loopback = { .bytes = { [15] = 1 } };
	const uint8_t *b = addr->bytes;

	if (addr_is_ipv4(addr))
		return b[12] == 0 || b[12] == 127 || b[12] >= 224 || (b[12] == 169 && b[13] == 254);
	return !memcmp(addr, &unspecified, sizeof(*addr)) ||
	       !memcmp(addr, &loopback, sizeof(*addr)) || b[0] == 0xff ||
	       (b[0] == 0xfe && (b[1] & 0xc0) == 0x80);
}

void addr_mask(struct addr *addr, unsigned int prefix)
{
	unsigned int i;

	if (addr_is_ipv4(addr))
		prefix += 96;
	for (i = 0; i < sizeof(addr->bytes); i++) {
		unsigned int from = i * 8;

		if (prefix <= from)
			addr->bytes[i] = 0;
		else if (prefix < from + 8)
			addr->bytes[i] &= 0xff00 >> (prefix - from);
	}
}

bool addr_prefix_covers(const struct addr_prefix *prefix, const struct addr *addr)
{
	struct addr masked = *addr;

	if (addr_is_ipv4(addr) != addr_is_ipv4(&prefix->addr))
		return false;
	addr_mask(&masked, prefix->length);
	return !memcmp(&masked, &prefix->addr, sizeof(masked));
}

struct addr addr_host(const struct addr *addr)
{
	struct addr host = *addr;

	if (!addr_is_ipv4(addr))
		addr_mask(&host, SOBIG_IPV6_PREFIX);
	return host;
}

int addr_compare(const struct addr *a, const struct addr *b)
{
	bool a4 = addr_is_ipv4(a), b4 = addr_is_ipv4(b);

	if (a4 != b4)
		return a4 ? -1 : 1;
	return memcmp(a, b, sizeof(*a));
}

char *addr_format(const struct addr *addr, char text[ADDR_TEXT_SIZE])
{
	if (addr_is_ipv4(addr))
		inet_ntop(AF_INET, addr->bytes + sizeof(addr_mapped), text, ADDR_TEXT_SIZE);
	else
		inet_ntop(AF_INET6, addr->bytes, text, ADDR_TEXT_SIZE);
	return text;
}

char *addr_format_host(const struct addr *addr, char text[ADDR_TEXT_SIZE])
{
	size_t used;

	addr_format(addr, text);
	if (!addr_is_ipv4(addr)) {
		used = strlen(text);
		snprintf(text + used, ADDR_TEXT_SIZE - used, "/%d", SOBIG_IPV6_PREFIX);
	}
	return text;
}
