/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom this machine cannot do without, asked anew each time. */
#ifndef KIN_H
#define KIN_H

#include "common/prefix_set.h"

enum kin {
	KIN_OWN,       /* addresses of its own, and the far ends of its point-to-point links */
	KIN_GATEWAYS,  /* next hops of its routes */
	KIN_RESOLVERS, /* name servers that it asks */
	KIN_LOGINS,    /* where those come from who are logged in */
	KIN_SOURCES,
};

/*
 * Adds what one source tells, with words as "the gateway of eth0". 0 or -errno; what was found
 * before an error counts all the same.
 */
int kin_read(enum kin source, struct prefix_set *out);

/* What the source tells of, for a sentence: "the gateways". */
const char *kin_name(enum kin source);

#endif
