/* SPDX-License-Identifier: GPL-2.0-only */
/* The sources of who is never blocked, each looked at in its own time; for watcher.c. */
#ifndef SOURCES_H
#define SOURCES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/addr.h"
#include "common/prefix_set.h"

/* All of it is copied. */
struct sources_options {
	const struct addr_prefix *addresses;
	size_t addresses_count;
	char *const *hosts; /* names */
	size_t hosts_count;
	char *const *files; /* lists, see list_file.h */
	size_t files_count;
	const char *providers; /* the same, of big providers' networks; NULL: none */
	const char *own;       /* the operator's own list, which need not be there */
};

/* What is to be looked at. */
enum {
	SOURCES_NETWORK = 1, /* own addresses, gateways, resolvers */
	SOURCES_LOGINS = 2,
	SOURCES_FILES = 4,   /* those that have changed */
	SOURCES_LOOK_UP = 8, /* names: begin to */
	SOURCES_NAMES = 16,  /* names: what was found out */
	SOURCES_ASK = 32,    /* exim's relays */
	SOURCES_ALL = 63,
};

struct sources;

/* 0 or -ENOMEM. The caller closes *out. */
int sources_open(const struct sources_options *options, struct sources **out);

/* Looks, and waits up to `milliseconds` for names. True: something has changed. */
bool sources_renew(struct sources *sources, unsigned int due, unsigned int milliseconds);

/* All of them in one set, sealed and the caller's. 0 or -ENOMEM. */
int sources_join(const struct sources *sources, struct prefix_set **out);

/* Accepts NULL. */
void sources_close(struct sources *sources);

#endif
