/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts that attach the filter share: how it is to be attached, and how it is. */
#ifndef FILTER_TYPES_H
#define FILTER_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include "sobig.h"

enum filter_mode {
	FILTER_AUTO, /* native, or generic where the driver refuses */
	FILTER_NATIVE,
	FILTER_GENERIC,
};

struct filter_options {
	const char *pins;		 /* where the maps are pinned */
	uint16_t ports[SOBIG_PORTS_MAX]; /* host order; 0: no more */
	bool dry_run;
	bool scope_port;     /* drop all that a blocked host sends to these ports, not only SYNs */
	uint32_t rate_step;  /* of one SYN, in units of struct sobig_syn_rates; 0: no limit */
	uint32_t rate_burst; /* how many SYNs at a time */
	uint32_t blocks;     /* IPv4 addresses that can be blocked; 0: as usual, or as pinned */
	enum filter_mode mode;
};

/* What the kernel says of our program on an interface. */
struct filter_info {
	uint32_t id;
	enum filter_mode mode; /* never FILTER_AUTO */
	uint64_t loaded;       /* nanoseconds of CLOCK_BOOTTIME */
};

#endif
