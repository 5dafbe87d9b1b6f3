// SPDX-License-Identifier: GPL-2.0-only
/* The bits that stand for ports in the maps (struct sobig_port_bits). */
#include "kernel/port_bits.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "kernel/pins.h"

int port_bits_open(const char *pins, int *out)
{
	char path[PATH_MAX];
	int err = pins_path(pins, "port_bits", path), fd;

	if (err)
		return err;
	fd = bpf_obj_get(path);
	if (fd < 0)
		return -errno;
	*out = fd;
	return 0;
}

int port_bits_read(int map, struct sobig_port_bits *out)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(map, &zero, out) ? -errno : 0;
}

int port_bits_write(int map, const struct sobig_port_bits *bits)
{
	__u32 zero = 0;

	return bpf_map_update_elem(map, &zero, bits, BPF_ANY) ? -errno : 0;
}

uint8_t port_bits_of(const struct sobig_port_bits *bits, uint16_t port)
{
	for (int i = 0; i < SOBIG_PORTS_MAX; i++)
		if (bits->ports[i] == port)
			return 1u << i;
	return 0;
}

static bool port_bits_lists(const uint16_t ports[SOBIG_PORTS_MAX], uint16_t port)
{
	for (int i = 0; i < SOBIG_PORTS_MAX && ports[i]; i++)
		if (ports[i] == port)
			return true;
	return false;
}

int port_bits_give(struct sobig_port_bits *known, const uint16_t ports[SOBIG_PORTS_MAX],
		   const struct sobig_port_bits *others, uint8_t bits[SOBIG_PORTS_MAX],
		   uint8_t *lost)
{
	struct sobig_port_bits next = *known;
	uint8_t taken = 0, given[SOBIG_PORTS_MAX] = { 0 };

	for (int i = 0; i < SOBIG_PORTS_MAX && ports[i]; i++) {
		uint16_t port = ports[i];
		int at = 0;

		if (port_bits_of(&next, port))
			continue;
		while (at < SOBIG_PORTS_MAX && next.ports[at])
			at++;
		for (int j = 0; j < SOBIG_PORTS_MAX && at == SOBIG_PORTS_MAX; j++)
			if (!port_bits_lists(ports, next.ports[j]) &&
			    !port_bits_lists(others->ports, next.ports[j]))
				at = j;
		if (at == SOBIG_PORTS_MAX)
			return -ENOSPC;
		if (next.ports[at])
			taken |= 1u << at;
		next.ports[at] = port;
	}
	for (int i = 0; i < SOBIG_PORTS_MAX && ports[i]; i++)
		given[i] = port_bits_of(&next, ports[i]);
	*known = next;
	*lost = taken;
	memcpy(bits, given, sizeof(given));
	return 0;
}

uint8_t port_bits_open_of(const struct sobig_port_bits *bits, const uint16_t ports[SOBIG_PORTS_MAX])
{
	uint8_t closed = 0;

	if (!ports[0])
		return 0;
	for (int i = 0; i < SOBIG_PORTS_MAX && ports[i]; i++)
		closed |= port_bits_of(bits, ports[i]);
	return ~closed;
}

bool port_bits_closed(const struct sobig_port_bits *bits, uint8_t open,
		      uint16_t out[SOBIG_PORTS_MAX])
{
	uint16_t closed[SOBIG_PORTS_MAX] = { 0 };
	int count = 0;

	for (int i = 0; i < SOBIG_PORTS_MAX && open; i++)
		if (bits->ports[i] && !(open & 1u << i))
			closed[count++] = bits->ports[i];
	memcpy(out, closed, sizeof(closed));
	return !open || count;
}
