/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's notice that something about an interface has changed. */
#ifndef LINKS_H
#define LINKS_H

#include <net/if.h>
#include <stdbool.h>

/* A descriptor that is readable after any interface came, went or changed; -errno. */
int links_open(void);

bool links_is_up(unsigned int ifindex);

/* True if its frames begin as the filter expects it: with an Ethernet header. */
bool links_is_ethernet(unsigned int ifindex);

/* The index of an interface by name, or 0, which was said. */
unsigned int links_index(const char *name);

/* The interface's present name, "#INDEX" if it is gone. Returns `name`. */
const char *links_name(unsigned int ifindex, char name[IF_NAMESIZE]);

#endif
