/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom exim relays for: the named list relay_from_hosts of its configuration. */
#ifndef RELAYS_H
#define RELAYS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/prefix_set.h"

#define RELAYS_LIST "relay_from_hosts"

/* Wider than this, a network is no list of relays: it would be everybody. */
#define RELAYS_WIDEST4 8
#define RELAYS_WIDEST6 19

struct relays {
	/* The caller's: where addresses and networks go, and names (0 or -errno; NULL: nowhere). */
	struct prefix_set *addresses;
	int (*name)(void *context, const char *name);
	void *context;

	unsigned int taken;
	unsigned int skipped; /* items that only exim can make sense of: look-ups, patterns */
	char wide[64];	      /* the first item that was too wide to be taken, "": none */
};

/*
 * Asks exim. 0; -ENOENT: there is no exim, or it has no such list; -ETIMEDOUT, -ENAMETOOLONG,
 * -ENOMEM, or what name() returned.
 */
int relays_ask(struct relays *relays);

/*
 * The same with the list's text given (exim's specification, "Domain, host, address, and local
 * part lists"); lists that it names are asked for by `list`, as ask_hostlist() does. Items that
 * begin with "!" are left out, but not taken out of networks that hold them.
 */
int relays_parse(struct relays *relays, const char *text,
		 int (*list)(const char *name, char *value, size_t size));

#endif
