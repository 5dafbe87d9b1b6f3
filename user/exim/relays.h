/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the hosts that exim relays for: the list relay_from_hosts of its configuration. */
#ifndef RELAYS_H
#define RELAYS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/prefix_set.h"

#define RELAYS_LIST "relay_from_hosts"

/* A shorter prefix than this is too wide to be a list of relays. */
#define RELAYS_WIDEST4 8
#define RELAYS_WIDEST6 19

struct relays {
	/* Set by the caller: receive addresses and networks, and names (0 or -errno; may be NULL).
	 */
	struct prefix_set *addresses;
	int (*name)(void *context, const char *name);
	void *context;
	const char *why; /* the reason of the addresses; NULL: RELAYS_LIST */

	unsigned int taken;
	unsigned int skipped; /* items that only exim can evaluate: look-ups, patterns */
	char wide[64];	      /* the first item that was ignored as too wide, "": none */
};

/*
 * Asks exim. 0; -ENOENT: exim was not found, or does not have the list; -ETIMEDOUT, -ENAMETOOLONG,
 * -ENOMEM, or the value of name().
 */
int relays_ask(struct relays *relays);

/*
 * Parses the text of a list (exim's specification, "Domain, host, address, and local part lists").
 * `list` reads the lists that it names, like ask_hostlist(). Items that begin with "!" are ignored,
 * and are not excluded from networks that contain them.
 */
int relays_parse(struct relays *relays, const char *text,
		 int (*list)(const char *name, char *value, size_t size));

#endif
