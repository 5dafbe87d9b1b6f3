/* SPDX-License-Identifier: GPL-2.0-only */
/* The rules: which offences count, the limit within a window, and the length of a block. */
#ifndef RULES_H
#define RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/event.h"

#define RULES_WEIGHT_MAX 100
#define RULES_LIMIT_MAX	 1000
#define RULES_WINDOW_MAX (7 * 24 * 3600) /* seconds */
#define RULES_MARKS_MAX	 32		 /* the bits of struct event's marks */
#define RULES_NO_MARK	 (-1)
#define RULES_ALL_PORTS	 0xff /* all protected ports, also those that will be */

/*
 * More than `limit` points within `window` block a host for `block`. Each time this happens again
 * within `remember` of the end of the last block, the block is twice as long, up to `max`. Times
 * are in seconds.
 */
struct rule {
	char name[SOBIG_RULE_SIZE];
	uint16_t weights[EVENT_OFFENCES]; /* points of an offence; 0: it does not count */
	uint32_t limit;
	uint32_t window;
	uint32_t block;
	uint32_t max;
	uint32_t remember;
	int mark;     /* the bit that an event's marks must have, or RULES_NO_MARK */
	bool dry_run; /* its verdicts drop nothing */
	/* The ports that its blocks close as configured; see config/rule_ports.h. */
	uint16_t ports[SOBIG_PORTS_MAX]; /* host byte order; 0: end; empty: the default */
	bool all_ports;			 /* all protected ports, not `ports` */
	uint8_t closes; /* bit N: the N-th of the protected ports; or RULES_ALL_PORTS */
};

struct rules {
	struct rule rules[SOBIG_RULES_MAX];
	size_t count;
	uint16_t ports[SOBIG_PORTS_MAX]; /* protected, host byte order; 0: end of the list */
	uint32_t brake; /* more new blocks a minute than this engage the brake; 0: no brake */
};

#define RULES_BRAKE_MAX	    100000
#define RULES_BRAKE_DEFAULT 500

/*
 * The first is from the weblog of 2003-08-24 on mail.python.org: "more than N times in M minutes …
 * 5 and 15 for now". The limits of the others allow for the bad mail that a large provider relays.
 */
extern const struct rules rules_default;

/* NULL: no rule has that name. */
const struct rule *rules_find(const struct rules *rules, const char *name);

#endif
