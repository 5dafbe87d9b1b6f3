/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the hosts that this machine depends on: itself, gateways, resolvers, logged-in users. */
#ifndef LOCAL_HOSTS_H
#define LOCAL_HOSTS_H

#include "common/prefix_set.h"

enum local_hosts {
	LOCAL_HOSTS_OWN,       /* own addresses, and the far ends of point-to-point links */
	LOCAL_HOSTS_GATEWAYS,  /* next hops of routes */
	LOCAL_HOSTS_RESOLVERS, /* name servers in use */
	LOCAL_HOSTS_LOGINS,    /* remote hosts of logged-in users */
	LOCAL_HOSTS_SOURCES,
};

/*
 * Adds the hosts of one source to `out`, with reasons such as "the gateway of eth0". 0 or -errno;
 * `out` keeps those found before an error.
 */
int local_hosts_read(enum local_hosts source, struct prefix_set *out);

/* The name of a source in a message, such as "the gateways". */
const char *local_hosts_name(enum local_hosts source);

#endif
