/* SPDX-License-Identifier: GPL-2.0-only */
/* The next hops of all routes that this machine has. */
#ifndef GATEWAYS_H
#define GATEWAYS_H

#include "common/netlink.h"
#include "common/prefix_set.h"

/* Adds them. 0 or -errno; those found before an error count all the same. */
int gateways_read(struct prefix_set *out);

/*
 * A descriptor that is readable after an address or a route came or went; -errno. netlink_drain()
 * empties it.
 */
int gateways_watch(void);

#endif
