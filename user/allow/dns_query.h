/* SPDX-License-Identifier: GPL-2.0-only */
/* Looks up the addresses of one host name without blocking, by the C library or by a service. */
#ifndef DNS_QUERY_H
#define DNS_QUERY_H

#include "common/addr.h"

#define DNS_QUERY_ADDRESSES_MAX 64

/*
 * The environment variable with the socket of a service that looks names up (sobig-xdp lookup). It
 * reads a name and writes addresses, one on each line, or "! CODE TEXT". Unset: the C library is
 * used.
 */
#define DNS_QUERY_SERVICE "SOBIG_XDP_LOOKUP"

struct dns_query;

struct dns_query_answer {
	struct addr addrs[DNS_QUERY_ADDRESSES_MAX];
	unsigned int count;
	char error[128]; /* the text of the error */
};

/* Starts a look-up. 0 or -ENOMEM. The caller calls dns_query_drop() with *out. */
int dns_query_begin(const char *name, struct dns_query **out);

/* 0: *out is the answer; -EAGAIN: not yet; -ENOENT: the look-up failed, see out->error. */
int dns_query_poll(struct dns_query *resolve, struct dns_query_answer *out);

/* Ends a look-up without waiting. Accepts NULL. */
void dns_query_drop(struct dns_query *resolve);

#endif
