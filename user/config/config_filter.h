/* SPDX-License-Identifier: GPL-2.0-only */
/* The section [filter] of the configuration: options of the XDP filter. */
#ifndef CONFIG_FILTER_H
#define CONFIG_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sobig.h"

struct config_filter {
	uint16_t ports[SOBIG_PORTS_MAX]; /* host order; 0: no more; none: those that rules close */
	bool scope_port;		 /* drop all packets to these ports, not only SYNs */
	bool extend;			 /* a block lasts until its host was quiet for its length */
	bool finish;			 /* open connections of a blocked host may finish */
	uint32_t rate;			 /* SYNs that one source may send in rate_seconds */
	uint32_t rate_seconds;		 /* 0: no limit */
	uint32_t rate_burst;
	uint32_t blocks; /* IPv4 addresses that can be blocked at a time; 0: the default */
};

#define CONFIG_FILTER_RATE_MAX	 1000
#define CONFIG_FILTER_BURST_MAX	 10000
#define CONFIG_FILTER_BLOCKS_MIN 1024

extern const struct config_filter config_filter_default;

/*
 * Applies "key = value". Returns 0; -EINVAL with the error's text in `why`, a buffer of `size`
 * bytes, and *filter unchanged.
 */
int config_filter_take(struct config_filter *filter, const char *key, const char *value, char *why,
		       size_t size);

/* Parses the value of "ports", such as "25, 465", from any source. 0 or -EINVAL. */
int config_filter_ports(const char *text, uint16_t out[SOBIG_PORTS_MAX]);

#endif
