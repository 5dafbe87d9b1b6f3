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

/* The longest block of a known sender, in seconds: mail queues live longer. */
#define RULES_KNOWN_MAX (24 * 3600)

#define RULES_HOSTS_MAX 16

#define RULES_NETWORK4_MIN 16
#define RULES_NETWORK4_MAX 31
#define RULES_NETWORK6_MIN 32

/* The hosts that a rule judges; see judge/standing.h. */
enum rule_for {
	RULE_EVERYONE,
	RULE_STRANGERS,
	RULE_KNOWN, /* known senders */
};

/*
 * More than `limit` points within `window` block a host for `block`. Each time this happens again
 * within `remember` of the end of the last block, the block is twice as long, up to `max`. A known
 * sender is blocked for `block`, but no longer than `known_max`, each time; by a rule that is for
 * known senders, again at the next offence, while the limit is exceeded. Times are in seconds.
 * A host that was blocked within `remember`, and from which no mail was ever accepted, needs only
 * `again` points to be blocked again.
 *
 * A rule with network lengths counts the points of all strangers of a network, and blocks the
 * network, without its known senders, if at least `hosts` of them offended within the window.
 */
struct rule {
	char name[SOBIG_RULE_SIZE];
	uint16_t weights[EVENT_OFFENCES]; /* points of an offence; 0: it does not count */
	uint32_t limit;
	uint32_t window;
	uint32_t block;
	uint32_t max;
	uint32_t remember;
	uint32_t again;	    /* points of a host that was blocked before; 0: as all */
	uint32_t known_max; /* 0: RULES_KNOWN_MAX */
	enum rule_for who;  /* whom it judges */
	uint8_t share;	    /* percent of offences in what the host or network did, at least */
	uint8_t network4;   /* prefix length of the IPv4 networks that it judges; 0: hosts */
	uint8_t network6;   /* the same for IPv6 */
	uint8_t hosts;	    /* offenders in a network, at least; 0 is 1 */
	int mark;	    /* the bit that an event's marks must have, or RULES_NO_MARK */
	bool dry_run;	    /* its verdicts drop nothing */
	/* The ports that its blocks close as configured; see config/rule_ports.h. */
	uint16_t ports[SOBIG_PORTS_MAX]; /* host byte order; 0: end; empty: the default */
	bool all_ports;			 /* all protected ports, not `ports` */
	uint8_t closes; /* bit N: the N-th of the protected ports; or RULES_ALL_PORTS */
};

struct rules {
	struct rule rules[SOBIG_RULES_MAX];
	size_t count;
	uint16_t ports[SOBIG_PORTS_MAX]; /* protected, host byte order; 0: end of the list */
	uint32_t brake; /* more known senders blocked in an hour engage the brake; 0: no brake */
	uint32_t learn; /* days of log that standing needs; until then, rules that use it run dry */
	bool no_standing; /* all hosts are strangers from which nothing was accepted */
};

#define RULES_BRAKE_MAX	    1000
#define RULES_BRAKE_DEFAULT 3
#define RULES_LEARN_MAX	    30
#define RULES_LEARN_DEFAULT 3

/* True if the rule judges networks, not hosts. */
static inline bool rule_is_network(const struct rule *rule)
{
	return rule->network4 || rule->network6;
}

/* Offenders in a network, at least. */
static inline unsigned int rule_hosts(const struct rule *rule)
{
	return rule->hosts ? rule->hosts : 1;
}

/* The longest block of a known sender by the rule, in seconds. */
static inline uint32_t rule_known_max(const struct rule *rule)
{
	return rule->known_max && rule->known_max < RULES_KNOWN_MAX ? rule->known_max
								    : RULES_KNOWN_MAX;
}

/* The word of the configuration for it. */
const char *rule_for_name(enum rule_for who);

/* True if the rule asks for the standing of a host, so that it needs days of log to be fair. */
static inline bool rule_needs_standing(const struct rule *rule)
{
	return rule->who != RULE_EVERYONE || rule->share || rule_is_network(rule);
}

/*
 * The first is from the weblog of 2003-08-24 on mail.python.org: "more than N times in M minutes …
 * 5 and 15 for now". The limits of the others allow for the bad mail that a large provider relays.
 */
extern const struct rules rules_default;

/* True if a default rule had this name in version 0.1, and none has it now. */
bool rules_is_former(const char *name);

/* NULL: no rule has that name. */
const struct rule *rules_find(const struct rules *rules, const char *name);

#endif
