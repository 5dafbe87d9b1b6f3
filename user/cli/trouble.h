/* SPDX-License-Identifier: GPL-2.0-only */
/* What is wrong with an installation, in words for somebody who was woken up by it. */
#ifndef TROUBLE_H
#define TROUBLE_H

#include "cli/picture.h"

/* The worst first. */
enum trouble_kind {
	TROUBLE_GONE,	    /* the interface */
	TROUBLE_UNFILTERED, /* our program is not on it */
	TROUBLE_UNSEEN,	    /* it is not known whether it is */
	TROUBLE_UNGUARDED,  /* nobody reads the log */
	TROUBLE_STUCK,	    /* somebody should, and shows no sign of life */
	TROUBLE_BRAKE,
	TROUBLE_UNREADABLE,
	TROUBLE_SILENT,
	TROUBLE_SKIPS, /* lines are not counted */
	TROUBLE_STATE,
	TROUBLE_LOST, /* blocks that a restart would not restore */
	TROUBLE_CONFIG,
	TROUBLE_FULL,
	TROUBLE_DRY_RUN,
	TROUBLE_KINDS,
};

#define TROUBLE_TEXT_SIZE 512
#define TROUBLES_MAX	  (3 * TROUBLE_KINDS)

/* A mail server's log is never silent for so long. */
#define TROUBLE_SILENCE 3600

/*
 * Lines that are not counted are a trouble when there are more of them in five minutes than a host
 * may have offences by the rule of 2003, and more than one in so many.
 */
#define TROUBLE_SKIPS_MOST  15
#define TROUBLE_SKIPS_SHARE 1000

/* The daemon's pulse beats once a second; a full disk or a storm may hold it up for a while. */
#define TROUBLE_STUCK_AFTER 30

/* Share of the table, in percent, from which on it is nearly full. */
#define TROUBLE_FILL 90

struct trouble {
	enum trouble_kind kind;
	uint64_t interfaces;	      /* bit N: it is about the N-th; 0: about none of them */
	char text[TROUBLE_TEXT_SIZE]; /* "WHAT IS WRONG: what it means; what to do" */
};

/* All that is wrong, the worst first; how many. Those beyond `out` are left out. */
int trouble_find(const struct picture *picture, struct trouble out[TROUBLES_MAX]);

/* "all is well: …", what there is to say if nothing is wrong. Returns `text`. */
char *trouble_none(const struct picture *picture, char text[TROUBLE_TEXT_SIZE]);

/* A word for programs to know it by. */
const char *trouble_name(enum trouble_kind kind);

#endif
