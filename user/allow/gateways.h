/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the next hops of all routes of this machine. */
#ifndef GATEWAYS_H
#define GATEWAYS_H

#include "common/netlink.h"
#include "common/prefix_set.h"

/* Adds them to `out`. 0 or -errno; `out` keeps those found before an error. */
int gateways_read(struct prefix_set *out);

/*
 * Returns a descriptor that is readable after an address or a route was added or removed, or
 * -errno. netlink_drain() empties it; the caller closes it.
 */
int gateways_watch(void);

#endif
