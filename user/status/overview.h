/* SPDX-License-Identifier: GPL-2.0-only */
/* A snapshot of an installation: interfaces, daemons, blocks, rules. */
#ifndef OVERVIEW_H
#define OVERVIEW_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/blocks_list.h"
#include "kernel/filter.h"
#include "kernel/pins.h"
#include "sobig.h"
#include "state/db.h"

struct overview_interface {
	unsigned int index;
	bool present;		   /* in this network namespace */
	char name[IF_NAMESIZE];	   /* "#INDEX" if not present */
	struct filter_info filter; /* id 0: not attached, or unknown */
	int unseen;		   /* errno: why it is unknown; 0: it is known */
	uint32_t loaded;	   /* second of CLOCK_MONOTONIC */
	bool daemon_running;	   /* a process has its claim and has started, or that is unknown */
	struct sobig_start start;  /* what a starting attach waits for; since 0: none starts */
	int daemon;		   /* index of overview.daemons; -1: there was none */
	struct sobig_stats stats;
	uint64_t counters[SOBIG_COUNTS];
};

/* A process that filters or filtered interfaces; they all have the same statistics. */
struct overview_daemon {
	const struct sobig_stats *stats; /* points into the overview */
	uint64_t interfaces;		 /* bit N: the N-th */
	bool alive;
};

/* Results of one rule, summed over all daemons. */
struct overview_rule {
	char name[SOBIG_RULE_SIZE]; /* or OVERVIEW_MANUAL, OVERVIEW_IMPORT */
	bool policy;		    /* false: one of those two */
	uint64_t counted;	    /* offences since the daemons started; likewise the next two */
	uint64_t blocks;
	uint64_t dry_runs;
	uint64_t left_open;	  /* of `counted`: by a port that its blocks leave open */
	uint16_t open_port;	  /* one such port; 0: none */
	uint64_t active;	  /* active blocks */
	uint64_t active_dry_runs; /* active blocks that are a dry run */
	uint64_t drops;		  /* of the active blocks */
};

#define OVERVIEW_MANUAL "(manual)" /* a rule cannot have these names */
#define OVERVIEW_IMPORT "(import)"

/* Rules beyond this number are summed in the last one. */
#define OVERVIEW_RULES_MAX (2 * SOBIG_RULES_MAX + 2)

/* Interfaces whose attach has ended, and to which nothing is attached now. */
#define OVERVIEW_ENDED_MAX 16

struct overview {
	const char *pins; /* owned by the caller */
	uint32_t now;
	struct overview_interface interfaces[PINS_INTERFACES_MAX];
	int interfaces_count;
	struct overview_daemon daemons[PINS_INTERFACES_MAX];
	int daemons_count;
	bool dry_run; /* of all daemons: nothing is dropped, whatever is in the tables */
	struct overview_rule rules[OVERVIEW_RULES_MAX]; /* manual and import are the last two */
	int rules_count;
	uint64_t ipv4, ipv6, networks; /* active, including dry run */
	uint64_t networks4;	       /* IPv4 networks among `networks` */
	uint64_t dry_runs;	       /* hosts listed as dry run */
	uint64_t offending;	       /* blocked hosts that still offend, by a port left open */
	uint16_t offending_ports[SOBIG_PORTS_MAX];   /* these ports; 0: end of the list */
	uint64_t offending_by_port[SOBIG_PORTS_MAX]; /* hosts, by the same index */
	uint64_t room4, room6;			     /* capacity, in hosts */
	struct db_run ended[OVERVIEW_ENDED_MAX];     /* the latest first */
	int ended_count;
};

/*
 * Reads interfaces, daemons and the results of rules; takes milliseconds. `pins` must outlive *out.
 * -ENOENT: nothing is attached (*out shows that); -EPERM. An interface that cannot be checked is
 * not an error, but part of the overview; so is one whose attach is starting. Logs nothing.
 */
int overview_read(const char *pins, struct overview *out);

/*
 * For db_runs(), with the overview as context: adds those that have ended and are not attached now.
 */
void overview_add_run(void *overview, const struct db_run *run);

/*
 * The same from the state of the first daemon, for commands that do not know the configuration.
 * What cannot be read is left out. Logs nothing.
 */
void overview_read_ended(struct overview *overview);

/*
 * Adds the active blocks to the result of overview_read(), and passes each to `each` (may be NULL)
 * with the index of its rule; stops if that does not return 0, and returns its value. Takes about a
 * second for a million blocks. The same errors; 0 if there are only attaches that start. Logs
 * nothing.
 */
int overview_read_blocks(struct overview *overview,
			 int (*each)(void *context, const struct blocks_list_entry *entry,
				     int rule),
			 void *context);

/* Sum of all dropped packets, or of all SYNs that passed. */
uint64_t overview_dropped(const struct overview_interface *interface);
uint64_t overview_passed(const struct overview_interface *interface);

/* The name of a counter in machine-readable output. */
const char *overview_counter_name(enum sobig_count count);

/*
 * The names of the interfaces in `mask` (bit N: the N-th), separated by `between`. Returns `text`.
 */
#define OVERVIEW_NAMES_SIZE 128
char *overview_names(const struct overview *overview, uint64_t mask, const char *between,
		     char text[OVERVIEW_NAMES_SIZE]);

#endif
