/* SPDX-License-Identifier: GPL-2.0-only */
/* Network interfaces: change notifications, names and properties. */
#ifndef LINKS_H
#define LINKS_H

#include <net/if.h>
#include <stdbool.h>

/* A descriptor that is readable after any interface was added, removed or changed; or -errno. */
int links_open(void);

bool links_is_up(unsigned int ifindex);

/* True if its frames begin with an Ethernet header, as the filter expects. */
bool links_is_ethernet(unsigned int ifindex);

/* The index of an interface by name, or 0 (logged). */
unsigned int links_index(const char *name);

/* The interface's current name, or "#INDEX" if it does not exist. Returns `name`. */
const char *links_name(unsigned int ifindex, char name[IF_NAMESIZE]);

#endif
