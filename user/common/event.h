/* SPDX-License-Identifier: GPL-2.0-only */
/* The plain values that flow from read to judge to act; they hold no pointer to what made them. */
#ifndef EVENT_H
#define EVENT_H

#include <stdint.h>

#include "addr.h"
#include "sobig.h"

/* What a host did. A log line has one class. */
enum event_class {
	EVENT_VIRUS,
	EVENT_WORM,
	EVENT_SPAM,
	EVENT_UNKNOWN_USER,
	EVENT_RELAY,
	EVENT_DNSBL,
	EVENT_SENDER,
	EVENT_RATELIMIT,
	EVENT_BACKSCATTER,
	EVENT_POLICY, /* any other rejection by an ACL */
	EVENT_CLASSES,
};

struct event {
	int64_t time; /* milliseconds since 1970, UTC */
	enum event_class class;
	struct addr peer; /* the other end of the TCP connection, as exim saw it */
};

/* A host that shall be blocked. */
struct verdict {
	struct addr host; /* as addr_host() makes it */
	int64_t time;	  /* of the event that led to it, milliseconds since 1970, UTC */
	int64_t until;	  /* the same */
	char reason[SOBIG_REASON_SIZE];
};

/* The word for it in the configuration and in all output. */
const char *event_class_name(enum event_class class);

#endif
