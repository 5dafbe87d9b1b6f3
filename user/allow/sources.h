/* SPDX-License-Identifier: GPL-2.0-only */
/* The sources of the allow list, each read at its own interval; for watcher.c. */
#ifndef SOURCES_H
#define SOURCES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/addr.h"
#include "common/prefix_set.h"
#include "exim/proxies.h"
#include "sobig.h"

/* sources_open() copies all of it. */
struct sources_options {
	const struct addr_prefix *addresses;
	size_t addresses_count;
	char *const *hosts; /* names */
	size_t hosts_count;
	char *const *files; /* lists, see list_file.h */
	size_t files_count;
	const char *providers; /* a list of large providers' networks; NULL: none */
	const char *own;       /* the operator's list, which need not exist; NULL: none */
};

/* The sources to be read. */
enum {
	SOURCES_NETWORK = 1, /* own addresses, gateways, resolvers */
	SOURCES_LOGINS = 2,
	SOURCES_FILES = 4,   /* files that have changed */
	SOURCES_LOOK_UP = 8, /* start look-ups of names */
	SOURCES_NAMES = 16,  /* collect the answers of look-ups */
	SOURCES_ASK = 32,    /* exim's relays and proxies */
	SOURCES_ALL = 63,
};

struct sources;

/* 0 or -ENOMEM. The caller closes *out. */
int sources_open(const struct sources_options *options, struct sources **out);

/*
 * Reads the sources in `due` and waits up to `milliseconds` for look-ups of names. Returns true if
 * an entry has changed, or what is missing.
 */
bool sources_renew(struct sources *sources, unsigned int due, unsigned int milliseconds);

/* exim's proxies, as last read; their addresses are on the list. */
const struct proxies *sources_proxies(const struct sources *sources);

/* Entries of the list of which nothing is known: a name, a file, or what is asked of exim. */
struct sources_missing {
	unsigned int count;
	char text[SOBIG_MISSING_SIZE]; /* what failed first, "" if nothing did; no final stop */
};

/* As of the last sources_renew(). A source that has failed only later keeps its entries. */
const struct sources_missing *sources_missing(const struct sources *sources);

/* Joins all sources in one sealed set, which the caller frees. 0 or -ENOMEM. */
int sources_join(const struct sources *sources, struct prefix_set **out);

/* Accepts NULL. */
void sources_close(struct sources *sources);

#endif
