/* SPDX-License-Identifier: GPL-2.0-only */
/* Options with which the filter is attached, and its state. */
#ifndef FILTER_TYPES_H
#define FILTER_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include "sobig.h"

enum filter_mode {
	FILTER_AUTO, /* native, or generic if the driver refuses */
	FILTER_NATIVE,
	FILTER_GENERIC,
};

struct filter_options {
	const char *pins;		 /* folder in which the maps are pinned */
	uint16_t ports[SOBIG_PORTS_MAX]; /* host byte order; 0: end of the list */
	uint8_t bits[SOBIG_PORTS_MAX];	 /* of each port, by blocks_give_bits() */
	bool dry_run;
	bool scope_port;     /* drop all packets of a blocked host to these ports, not only SYNs */
	uint32_t rate_step;  /* of one SYN, in units of struct sobig_syn_rates; 0: no limit */
	uint32_t rate_burst; /* SYNs in a burst */
	uint32_t blocks;     /* capacity in IPv4 addresses; 0: the default, or as pinned */
	enum filter_mode mode;
};

/* Our program on an interface, as reported by the kernel. */
struct filter_info {
	uint32_t id;
	enum filter_mode mode; /* never FILTER_AUTO */
	uint64_t loaded;       /* nanoseconds of CLOCK_BOOTTIME */
};

#endif
