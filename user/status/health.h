/* SPDX-License-Identifier: GPL-2.0-only */
/* What is wrong with an installation, in words for somebody who was woken up by it. */
#ifndef HEALTH_H
#define HEALTH_H

#include "status/overview.h"

/* The worst first. */
enum health_kind {
	HEALTH_GONE,	   /* the interface */
	HEALTH_UNFILTERED, /* our program is not on it */
	HEALTH_UNSEEN,	   /* it is not known whether it is */
	HEALTH_UNGUARDED,  /* nobody reads the log */
	HEALTH_STUCK,	   /* somebody should, and shows no sign of life */
	HEALTH_BRAKE,
	HEALTH_UNREADABLE,
	HEALTH_SILENT,
	HEALTH_SKIPS, /* lines are not counted */
	HEALTH_STATE,
	HEALTH_LOST, /* blocks that a restart would not restore */
	HEALTH_CONFIG,
	HEALTH_FULL,
	HEALTH_DRY_RUN,
	HEALTH_KINDS,
};

#define HEALTH_TEXT_SIZE    512
#define HEALTH_PROBLEMS_MAX (3 * HEALTH_KINDS)

/* A mail server's log is never silent for so long. */
#define HEALTH_SILENCE 3600

/*
 * Lines that are not counted are a trouble when there are more of them in five minutes than a host
 * may have offences by the rule of 2003, and more than one in so many.
 */
#define HEALTH_SKIPS_MOST  15
#define HEALTH_SKIPS_SHARE 1000

/* The daemon's pulse beats once a second; a full disk or a storm may hold it up for a while. */
#define HEALTH_STUCK_AFTER 30

/* Share of the table, in percent, from which on it is nearly full. */
#define HEALTH_FILL 90

struct health_problem {
	enum health_kind kind;
	uint64_t interfaces;	     /* bit N: it is about the N-th; 0: about none of them */
	char text[HEALTH_TEXT_SIZE]; /* "WHAT IS WRONG: what it means; what to do" */
};

/* All that is wrong, the worst first; how many. Those beyond `out` are left out. */
int health_find(const struct overview *overview, struct health_problem out[HEALTH_PROBLEMS_MAX]);

/* "all is well: …", what there is to say if nothing is wrong. Returns `text`. */
char *health_none(const struct overview *overview, char text[HEALTH_TEXT_SIZE]);

/* A word for programs to know it by. */
const char *health_name(enum health_kind kind);

#endif
