/* SPDX-License-Identifier: GPL-2.0-only */
/* The bits that stand for ports in the maps (struct sobig_port_bits). */
#ifndef PORT_BITS_H
#define PORT_BITS_H

#include <stdbool.h>
#include <stdint.h>

#include "sobig.h"

/* All lists of ports are in host byte order, and end at a 0 or after SOBIG_PORTS_MAX. */

/*
 * Gives each of `ports` a bit; bits[i] is the bit of ports[i]. A port that has one keeps it. If
 * none is free, ports that are neither in `ports` nor in `others` lose theirs: *lost are these
 * bits, which must be set in the `open` of all blocks that leave a port open. 0; -ENOSPC: `ports`
 * and `others` are more than SOBIG_PORTS_MAX ports. Pure.
 */
int port_bits_give(struct sobig_port_bits *known, const uint16_t ports[SOBIG_PORTS_MAX],
		   const struct sobig_port_bits *others, uint8_t bits[SOBIG_PORTS_MAX],
		   uint8_t *lost);

/* Opens the map for port_bits_read(); -ENOENT: pinned by a version without it. Logs nothing. */
int port_bits_open(const char *pins, int *out);
int port_bits_read(int map, struct sobig_port_bits *out);
int port_bits_write(int map, const struct sobig_port_bits *bits);

/* The ports that are left open by a block that closes `ports`, as bits; none: it closes all. */
uint8_t port_bits_open_of(const struct sobig_port_bits *bits,
			  const uint16_t ports[SOBIG_PORTS_MAX]);

/* The bit of a port; 0: it has none. */
uint8_t port_bits_of(const struct sobig_port_bits *bits, uint16_t port);

/*
 * The ports that a block closes which leaves `open` open: none if it closes all protected ports.
 * False: it closes no port that has a bit.
 */
bool port_bits_closed(const struct sobig_port_bits *bits, uint8_t open,
		      uint16_t out[SOBIG_PORTS_MAX]);

#endif
