/* SPDX-License-Identifier: GPL-2.0-only */
/* The sources of who is never blocked, each looked at in its own time; for gather.c. */
#ifndef PARTS_H
#define PARTS_H

#include <stdbool.h>

#include "act/gather.h"

/* What is to be looked at. */
enum {
	PARTS_NETWORK = 1, /* own addresses, gateways, resolvers */
	PARTS_LOGINS = 2,
	PARTS_FILES = 4,   /* those that have changed */
	PARTS_LOOK_UP = 8, /* names: begin to */
	PARTS_NAMES = 16,  /* names: what was found out */
	PARTS_ASK = 32,	   /* the options' ask() */
	PARTS_ALL = 63,
};

struct parts;

/* 0 or -ENOMEM. The caller closes *out. */
int parts_open(const struct gather_options *options, struct parts **out);

/* Looks, and waits up to `milliseconds` for names. True: something has changed. */
bool parts_renew(struct parts *parts, unsigned int due, unsigned int milliseconds);

/* All of them in one set, sealed and the caller's. 0 or -ENOMEM. */
int parts_join(const struct parts *parts, struct prefix_set **out);

/* Accepts NULL. */
void parts_close(struct parts *parts);

#endif
