/* SPDX-License-Identifier: GPL-2.0-only */
/* One host name's addresses, asked for without waiting: of the resolver, or of who may ask it. */
#ifndef RESOLVE_H
#define RESOLVE_H

#include "common/addr.h"

#define RESOLVE_ADDRESSES_MAX 64

/*
 * Where it is set, the socket of a service that does the asking (sobig-xdp lookup): a name goes
 * in, addresses come out, one a line, or "! CODE TEXT".
 */
#define RESOLVE_SERVICE "SOBIG_XDP_LOOKUP"

struct resolve;

struct resolve_answer {
	struct addr addrs[RESOLVE_ADDRESSES_MAX];
	unsigned int count;
	char error[128]; /* what went wrong, in words */
};

/* -ENOMEM. The caller drops *out. */
int resolve_begin(const char *name, struct resolve **out);

/* 0: *out is the answer; -EAGAIN: not yet; -ENOENT: there is none, and out->error says why. */
int resolve_poll(struct resolve *resolve, struct resolve_answer *out);

/* Never waits. Accepts NULL. */
void resolve_drop(struct resolve *resolve);

#endif
