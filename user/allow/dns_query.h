/* SPDX-License-Identifier: GPL-2.0-only */
/* One host name's addresses, asked for without waiting: of the resolver, or of who may ask it. */
#ifndef DNS_QUERY_H
#define DNS_QUERY_H

#include "common/addr.h"

#define DNS_QUERY_ADDRESSES_MAX 64

/*
 * Where it is set, the socket of a service that does the asking (sobig-xdp lookup): a name goes
 * in, addresses come out, one a line, or "! CODE TEXT".
 */
#define DNS_QUERY_SERVICE "SOBIG_XDP_LOOKUP"

struct dns_query;

struct dns_query_answer {
	struct addr addrs[DNS_QUERY_ADDRESSES_MAX];
	unsigned int count;
	char error[128]; /* what went wrong, in words */
};

/* -ENOMEM. The caller drops *out. */
int dns_query_begin(const char *name, struct dns_query **out);

/* 0: *out is the answer; -EAGAIN: not yet; -ENOENT: there is none, and out->error says why. */
int dns_query_poll(struct dns_query *resolve, struct dns_query_answer *out);

/* Never waits. Accepts NULL. */
void dns_query_drop(struct dns_query *resolve);

#endif
