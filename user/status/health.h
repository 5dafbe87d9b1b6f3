/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the problems of an installation and describes each in one line. */
#ifndef HEALTH_H
#define HEALTH_H

#include "status/overview.h"

/* In order of severity, worst first. */
enum health_kind {
	HEALTH_GONE,	   /* the interface does not exist */
	HEALTH_STARTING,   /* an attach does not judge yet */
	HEALTH_UNFILTERED, /* our program is not attached */
	HEALTH_UNKNOWN,	   /* unknown whether it is attached */
	HEALTH_NO_DAEMON,  /* no daemon runs */
	HEALTH_STUCK,	   /* the daemon sends no heartbeat */
	HEALTH_BRAKE,
	HEALTH_CLASS, /* a class does not count */
	HEALTH_UNREADABLE,
	HEALTH_SILENT,
	HEALTH_PROXIED, /* any client may be behind a proxy: no offence is judged */
	HEALTH_SKIPS,	/* lines of the log are not counted */
	HEALTH_ALLOW,	/* entries of the allow list have no address */
	HEALTH_STATE,
	HEALTH_LOST, /* blocks that a restart would not restore */
	HEALTH_CONFIG,
	HEALTH_FULL,
	HEALTH_DRY_RUN,
	HEALTH_KINDS,
};

#define HEALTH_TEXT_SIZE    512
#define HEALTH_PROBLEMS_MAX (3 * HEALTH_KINDS)

/* Seconds without a log line that are a problem. */
#define HEALTH_SILENCE 3600

/*
 * Skipped lines are a problem if there are more of them in five minutes than a host may have
 * offences by the rule of 2003, and more than one in HEALTH_SKIPS_SHARE lines.
 */
#define HEALTH_SKIPS_MOST  15
#define HEALTH_SKIPS_SHARE 1000

/*
 * Seconds without a heartbeat that are a problem. It is written once a second; a storm may delay
 * it.
 */
#define HEALTH_STUCK_AFTER 30

/* Fill of the table, in percent, from which it is nearly full. */
#define HEALTH_FILL 90

struct health_problem {
	enum health_kind kind;
	uint64_t interfaces; /* bit N: the N-th interface is affected; 0: none in particular */
	char text[HEALTH_TEXT_SIZE]; /* "PROBLEM: what it means; what to do" */
};

/*
 * Finds all problems, worst first, and returns their number; those that do not fit in `out` are
 * omitted.
 */
int health_find(const struct overview *overview, struct health_problem out[HEALTH_PROBLEMS_MAX]);

/* The line for an installation without problems: "OK: ...". Returns `text`. */
char *health_none(const struct overview *overview, char text[HEALTH_TEXT_SIZE]);

/* The identifier in JSON and metrics. */
const char *health_name(enum health_kind kind);

#endif
