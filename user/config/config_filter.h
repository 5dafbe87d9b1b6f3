/* SPDX-License-Identifier: GPL-2.0-only */
/* "[filter]" of the configuration: what the filter on the network interface shall do. */
#ifndef CONFIG_FILTER_H
#define CONFIG_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sobig.h"

struct config_filter {
	uint16_t ports[SOBIG_PORTS_MAX]; /* host order; 0: no more */
	bool scope_port;		 /* everything to these ports, not only SYNs */
	bool extend;			 /* a block lasts until its host was quiet for its length */
	uint32_t rate;			 /* SYNs that one source may send ... */
	uint32_t rate_seconds;		 /* ... in so many seconds; 0: as many as it likes */
	uint32_t rate_burst;
	uint32_t blocks; /* IPv4 addresses that can be blocked at a time; 0: as usual */
};

#define CONFIG_FILTER_RATE_MAX	 1000
#define CONFIG_FILTER_BURST_MAX	 10000
#define CONFIG_FILTER_BLOCKS_MIN 1024

extern const struct config_filter config_filter_default;

/*
 * Takes "key = value". 0; -EINVAL: `why`, of `size` bytes, says what is wrong and what would be
 * right, and *filter is as before.
 */
int config_filter_take(struct config_filter *filter, const char *key, const char *value, char *why,
		       size_t size);

/* "25, 465": as above, for whoever has it from elsewhere. 0 or -EINVAL. */
int config_filter_ports(const char *text, uint16_t out[SOBIG_PORTS_MAX]);

/* The number of blocks: 0 or -EINVAL. */
int config_filter_blocks(const char *text, uint32_t *out);

#endif
