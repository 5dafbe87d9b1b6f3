/* SPDX-License-Identifier: GPL-2.0-only */
/* All there is to see of an installation in one reading: interfaces, daemons, blocks, rules. */
#ifndef OVERVIEW_H
#define OVERVIEW_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/blocks_list.h"
#include "kernel/filter.h"
#include "kernel/pins.h"
#include "sobig.h"

struct overview_interface {
	unsigned int index;
	bool present;		   /* in this network namespace */
	char name[IF_NAMESIZE];	   /* "#INDEX" if it is not */
	struct filter_info filter; /* id 0: our program is not there, or that is not known */
	int unseen;		   /* errno: why it is not known; 0: it is */
	uint32_t loaded;	   /* when, as the maps count */
	bool guarded;		   /* a process holds its claim, or that is not known */
	int daemon;		   /* index of picture.daemons; -1: none was ever there */
	struct sobig_stats stats;
	uint64_t counters[SOBIG_COUNTS];
};

/* A process that guards interfaces, or did; all of them have the same pulse. */
struct overview_daemon {
	const struct sobig_stats *stats; /* within the picture */
	uint64_t interfaces;		 /* bit N: the N-th */
	bool alive;
};

/* What one rule came to; with several daemons, in all of them. */
struct overview_rule {
	char name[SOBIG_RULE_SIZE]; /* or OVERVIEW_BY_HAND, OVERVIEW_IMPORT */
	bool policy;		    /* false: one of those two */
	uint64_t counted;	    /* offences, since the daemons started; so the next two */
	uint64_t blocks;
	uint64_t dry_runs;
	uint64_t in_force; /* blocks, now */
	uint64_t shown;	   /* the same of verdicts for show */
	uint64_t drops;	   /* for the blocks in force */
};

#define OVERVIEW_BY_HAND "(manual)" /* a rule cannot have these names */
#define OVERVIEW_IMPORT	 "(import)"

/* Of each daemon's rules, those beyond are taken together in the last. */
#define OVERVIEW_RULES_MAX (2 * SOBIG_RULES_MAX + 2)

struct overview {
	const char *pins; /* the caller's */
	uint32_t now;
	struct overview_interface interfaces[PINS_INTERFACES_MAX];
	int interfaces_count;
	struct overview_daemon daemons[PINS_INTERFACES_MAX];
	int daemons_count;
	bool dry_run; /* all of them: whatever is in the tables, nothing is dropped */
	struct overview_rule rules[OVERVIEW_RULES_MAX]; /* by hand and import are the last two */
	int rules_count;
	uint64_t ipv4, ipv6, networks; /* in force, those for show among them */
	uint64_t networks4;	       /* of the networks, those of IPv4 */
	uint64_t dry_runs;	       /* hosts for show only */
	uint64_t room4, room6;	       /* of hosts */
};

/*
 * Interfaces, daemons and what the rules came to; takes a moment. `pins` must outlive *out.
 * -ENOENT: nothing is attached (*out is a picture of that); -EPERM. What could not be seen of one
 * interface is no error, but part of the picture. Says nothing.
 */
int overview_read(const char *pins, struct overview *out);

/*
 * Adds the blocks in force to what overview_read() found, and gives each to `each` (may be NULL),
 * with the index of its rule; stops where that does not return 0, and returns that. Takes about a
 * second for a million. The same errors; says nothing.
 */
int overview_read_blocks(struct overview *overview,
			 int (*each)(void *context, const struct blocks_list_entry *entry,
				     int rule),
			 void *context);

/* All counters of SYNs and other packets that were dropped, or of SYNs that passed. */
uint64_t overview_dropped(const struct overview_interface *interface);
uint64_t overview_passed(const struct overview_interface *interface);

/* The name of a counter in all machine-readable output. */
const char *overview_counter_name(enum sobig_count count);

/* The N-th interfaces' names of `mask`, with `between` between them. Returns `text`. */
#define OVERVIEW_NAMES_SIZE 128
char *overview_names(const struct overview *overview, uint64_t mask, const char *between,
		     char text[OVERVIEW_NAMES_SIZE]);

#endif
