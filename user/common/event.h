/* SPDX-License-Identifier: GPL-2.0-only */
/* The plain values that flow from read to judge to act; they hold no pointer to what made them. */
#ifndef EVENT_H
#define EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/addr.h"
#include "sobig.h"

/* What a host did. A log line has one class. */
enum event_class {
	EVENT_VIRUS,	    /* malware found */
	EVENT_WORM,	    /* refused by a subject, an attachment, a pattern in the content */
	EVENT_SPAM,	    /* judged so by a scanner */
	EVENT_UNKNOWN_USER, /* a recipient that is not there */
	EVENT_RELAY,	    /* a recipient that is not ours to serve */
	EVENT_AUTH,	    /* a login that failed */
	EVENT_DNSBL,	    /* listed by somebody */
	EVENT_HELO,	    /* greeted us with what is no name, or not at all */
	EVENT_RDNS,	    /* its address has no name */
	EVENT_SENDER,	    /* a sender that cannot be, or is not this host's to use */
	EVENT_RATELIMIT,    /* more than its share */
	EVENT_FLOOD,	    /* more connections at a time than one host may have */
	EVENT_PROTOCOL,	    /* does not speak SMTP */
	EVENT_TLS,	    /* a handshake that came to nothing */
	EVENT_BACKSCATTER,  /* a bounce to a recipient that is refused */
	EVENT_POLICY,	    /* any other rejection by an ACL */
	EVENT_DISCONNECT,   /* went away in the middle */
	EVENT_OFFENCES,
	/* Mail that was taken in: no offence, but what a block would have cost. */
	EVENT_ARRIVAL = EVENT_OFFENCES,
	EVENT_CLASSES,
};

struct event {
	int64_t time; /* milliseconds since 1970, UTC */
	enum event_class class;
	struct addr peer; /* the other end of the TCP connection, as exim saw it */
	uint32_t marks;	  /* bit N: the N-th of the rules' "match" patterns fits the ACL's text */
};

/* A host that shall be blocked. */
struct verdict {
	struct addr host;     /* as addr_host() makes it */
	int64_t time;	      /* of the event that led to it, milliseconds since 1970, UTC */
	int64_t until;	      /* the same */
	unsigned int rule;    /* which of the policy's */
	unsigned int repeats; /* how often the host was blocked before, and it is remembered */
	bool dry_run;	      /* for show: the rule's own dry run, or the brake */
	bool braked;	      /* there were too many new ones of late, so this one is for show */
	char reason[SOBIG_REASON_SIZE];
};

/* The word for it in the configuration and in all output. */
const char *event_class_name(enum event_class class);

/* The class of offence that `name` means: 0; -EINVAL: none. */
int event_class_parse(const char *name, enum event_class *out);

#endif
