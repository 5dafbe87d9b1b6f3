/* SPDX-License-Identifier: GPL-2.0-only */
/* The daemon's loop: lines read, hosts judged, blocks made true, for as long as it is let. */
#ifndef DAEMON_H
#define DAEMON_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>
#include <net/if.h>
#include "common/lately.h"
#include "config/overrides.h"
#include "judge/judge.h"
#include "kernel/blocks.h"
#include "kernel/filter.h"
#include "kernel/pins.h"
#include "kernel/stats.h"
#include "read/policy.h"
#include "read/source.h"
#include "state/evidence.h"

#define DAEMON_LOGS_MAX 16

struct exempt;
struct restore;

/* One interface under guard; `claim` is -1 once it is given up. */
struct daemon_interface {
	unsigned int index;
	uint32_t program;	/* the kernel's id of ours, 0: not attached yet */
	bool inherited;		/* a program of ours stood there before */
	int unseen;		/* errno: why it cannot be seen whether it is there; 0: it can */
	char name[IF_NAMESIZE]; /* as it was when attached */
	int claim;
	struct stats *stats;
};

struct daemon_log {
	struct daemon *daemon;
	struct source *source;
	int error;     /* that was last told */
	bool seen;     /* it was there before */
	bool behind;   /* what was written before we came is not read yet */
	bool more;     /* there is more to read at once */
	uint32_t gone; /* since when it has had no file, as after a rotation; 0: it has one */
	/* ms by which its clock is off ours, as it is believed, and as lines have it since a second
	 */
	int64_t skew, skew_seen;
	uint32_t skew_since;
};

/* What the command line says, whatever the configuration does. 0, NULL: nothing. */
struct daemon_overrides {
	const char *config;
	uint16_t ports[SOBIG_PORTS_MAX];
	uint32_t blocks;
	struct overrides rule;
};

/* All that an attach holds. The caller of loop_run() fills it and frees what it holds. */
struct daemon {
	const char *state; /* the folder of the state; NULL: as configured */
	bool json;	   /* print events as NDJSON */
	struct daemon_overrides overrides;
	struct policy policy;
	struct filter_options filter;
	bool persist;
	struct daemon_interface interfaces[PINS_INTERFACES_MAX];
	int interfaces_count;
	struct daemon_log logs[DAEMON_LOGS_MAX];
	int logs_count;
	uint64_t seed; /* of all tables of hosts */
	struct judge *judge;
	struct evidence *evidence;
	struct restore *restore;
	struct exempt *exempt; /* who is never blocked */
	struct blocks *blocks;
	struct sobig_stats stats;
	struct lately lines, skips[SKIP_KINDS]; /* of all logs */
	uint64_t full;				/* verdicts that found the table full */
	uint64_t events_dropped;		/* since standard output was last read */
	bool changed;				/* since the pulse was last written */
};

/* Prints one line of NDJSON with a time, if JSON was asked for; releases `json`. */
void daemon_event(struct daemon *daemon, const char *what, json_t *json);

#endif
