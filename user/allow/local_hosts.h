/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom this machine cannot do without, asked anew each time. */
#ifndef LOCAL_HOSTS_H
#define LOCAL_HOSTS_H

#include "common/prefix_set.h"

enum local_hosts {
	LOCAL_HOSTS_OWN, /* addresses of its own, and the far ends of its point-to-point links */
	LOCAL_HOSTS_GATEWAYS,  /* next hops of its routes */
	LOCAL_HOSTS_RESOLVERS, /* name servers that it asks */
	LOCAL_HOSTS_LOGINS,    /* where those come from who are logged in */
	LOCAL_HOSTS_SOURCES,
};

/*
 * Adds what one source tells, with words as "the gateway of eth0". 0 or -errno; what was found
 * before an error counts all the same.
 */
int local_hosts_read(enum local_hosts source, struct prefix_set *out);

/* What the source tells of, for a sentence: "the gateways". */
const char *local_hosts_name(enum local_hosts source);

#endif
