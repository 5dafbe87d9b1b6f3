/* SPDX-License-Identifier: GPL-2.0-only */
/* The state of a running daemon, shared by its parts. */
#ifndef DAEMON_H
#define DAEMON_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>
#include <net/if.h>
#include "common/recent.h"
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

/*
 * Threads. The loop's thread (loop_run()) owns all of struct daemon: it reads the logs, judges,
 * blocks, reconciles, checks the interfaces and writes the statistics. No lock protects the struct,
 * and no other thread reads or writes it. Four threads work for the loop:
 *
 * - The watcher (user/allow/watcher.c) collects the allow list. It asks exim and DNS, reads list
 * files and ssh sessions, and may block for seconds. An eventfd wakes the loop when the list
 * changed.
 * - The learner (user/daemon/learn.c) reads the old logs at the first start, and ends.
 * - The writer (user/state/writer.c) writes the state. It may block as long as the disk does.
 * - The closer (user/daemon/closer.c) ends the open connections of blocked hosts. It may block
 * while the kernel lists its sockets.
 *
 * All block all signals; the loop reads its signals from a signalfd. Each has one mutex, which
 * protects only what it exchanges with the loop (the new list; the posted records and struct
 * writer_state; the blocked hosts and the results) and is not held during I/O. So watcher_take(),
 * writer_block(), writer_unblock(), writer_post(), writer_state(), closer_add() and closer_check()
 * do not wait for exim, DNS, the disk or the sockets.
 *
 * The loop may block: a few seconds for the lock of the pins (pins_lock(), lock_take()), which all
 * sobig-xdp processes share; while it attaches or detaches a filter; while it reads a log or, on
 * SIGHUP, the configuration; when it prints and the reader of its output does not read. Before the
 * loop starts, restore_open() reads the state, and starting_wait() waits for exim's log (asked in a
 * thread of its own, user/exim/asking.c) and for the first allow list.
 *
 * Locks between processes, both flock(2): `claim` is on an interface's pin folder and is held while
 * the daemon filters the interface. The lock on the pin folder of the installation protects the
 * block maps and what is attached and pinned; it is held for one change at a time.
 */

struct closer;
struct exempt;
struct learn;
struct restore;

/* A filtered interface; `claim` is a descriptor, -1 after release. */
struct daemon_interface {
	unsigned int index;
	uint32_t program;	/* kernel id of our program; 0: not attached yet */
	bool inherited;		/* our program was attached before this daemon started */
	int unseen;		/* errno of the last check of the program; 0: success */
	char name[IF_NAMESIZE]; /* the name when attached */
	int claim;
	struct stats *stats;
};

struct daemon_log {
	struct daemon *daemon;
	struct source *source;
	int error;     /* errno logged last; 0: none */
	bool seen;     /* the file existed before */
	bool behind;   /* lines from before the start are not all read yet */
	bool more;     /* more can be read without waiting */
	uint32_t gone; /* monotonic second since which the file is missing (rotation); 0: it exists
			*/
	/*
	 * ms by which the log's clock is ahead: assumed, and seen in its lines since `skew_since`
	 */
	int64_t skew, skew_seen;
	uint32_t skew_since;
};

/* Command-line options that override the configuration. 0, NULL: not given. */
struct daemon_overrides {
	const char *config;
	uint16_t ports[SOBIG_PORTS_MAX];
	uint32_t blocks;
	struct overrides rule;
};

/* The caller of loop_run() fills it and frees what it holds. Used by the loop's thread only. */
struct daemon {
	const char *state; /* state folder; NULL: as configured */
	bool json;	   /* print events as NDJSON */
	struct daemon_overrides overrides;
	struct policy policy;
	struct filter_options filter;
	bool persist;
	struct daemon_interface interfaces[PINS_INTERFACES_MAX];
	int interfaces_count;
	struct daemon_log logs[DAEMON_LOGS_MAX];
	int logs_count;
	uint64_t seed; /* of all hash tables of hosts */
	struct judge *judge;
	/* Offences by ports that a rule's blocks leave open, and the last such port. */
	struct daemon_left_open {
		uint64_t offences;
		uint16_t port;
	} left_open[SOBIG_RULES_MAX];
	struct evidence *evidence;
	struct restore *restore;
	struct exempt *exempt; /* the allow list */
	struct learn *learn;   /* reads the old logs; NULL: they have been read */
	struct closer *closer; /* ends open connections */
	struct blocks *blocks;
	struct sobig_stats stats;
	struct recent lines, skips[SKIP_KINDS]; /* sums over all logs */
	uint64_t full;		 /* verdicts not applied because the table was full */
	uint64_t events_dropped; /* since standard output was last read */
	bool ending;		 /* the loop is over */
	bool changed;		 /* since the statistics were last written */
};

/*
 * Prints an event with its time as a line of NDJSON if --json was given; where nobody reads
 * standard output, the event is dropped and counted. Takes the reference to `json`.
 */
void daemon_event(struct daemon *daemon, const char *what, json_t *json);

#endif
