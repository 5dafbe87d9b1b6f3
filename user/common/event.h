/* SPDX-License-Identifier: GPL-2.0-only */
/* Events and verdicts: plain values without pointers that the parts of the program exchange. */
#ifndef EVENT_H
#define EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/addr.h"
#include "sobig.h"

/* What a host did. A log line has exactly one class. */
enum event_class {
	EVENT_VIRUS,	    /* malware found */
	EVENT_WORM,	    /* refused by a subject, an attachment, a pattern in the content */
	EVENT_SPAM,	    /* spam by the verdict of a scanner */
	EVENT_UNKNOWN_USER, /* a recipient that does not exist */
	EVENT_RELAY,	    /* a recipient in a domain that exim does not relay to */
	EVENT_AUTH,	    /* a failed login */
	EVENT_DNSBL,	    /* the host is on a DNS block list */
	EVENT_HELO,	    /* a HELO that is missing or not a valid name */
	EVENT_RDNS,	    /* the address has no name in the DNS */
	EVENT_SENDER,	    /* a sender that is invalid or not permitted for the host */
	EVENT_RATELIMIT,    /* over the rate limit */
	EVENT_FLOOD,	    /* too many concurrent connections of one host */
	EVENT_PROTOCOL,	    /* a violation of SMTP */
	EVENT_TLS,	    /* a failed handshake */
	EVENT_BACKSCATTER,  /* a bounce to a recipient that is refused */
	EVENT_POLICY,	    /* any other rejection by an ACL */
	EVENT_DISCONNECT,   /* disconnected within a session */
	EVENT_OFFENCES,
	/* Accepted mail: not an offence; it shows what a block would have cost. */
	EVENT_ARRIVAL = EVENT_OFFENCES,
	EVENT_CLASSES,
};

struct event {
	int64_t time; /* milliseconds since 1970, UTC */
	enum event_class class;
	struct addr peer; /* the remote end of the TCP connection, as logged by exim */
	uint16_t port;	  /* the local port, host byte order; 0: exim did not log it */
	uint32_t marks; /* bit N: the N-th of the rules' "match" patterns matches the ACL's text */
};

/* The decision to block a host or a network. */
struct verdict {
	struct addr host;	   /* that caused it, a value of addr_host() */
	struct addr_prefix target; /* what is to be blocked: the host, or a network around it */
	int64_t time;		   /* of the event that caused it, milliseconds since 1970, UTC */
	int64_t until;		   /* end of the block, milliseconds since 1970, UTC */
	unsigned int rule;	   /* index of the rule */
	unsigned int repeats;	   /* how often the host was blocked before, if remembered */
	uint8_t closes;		   /* the ports that the block closes, as in struct rule */
	bool dry_run;		   /* nothing is dropped, because of the rule or of the brake */
	bool braked;		   /* a dry run because the brake is engaged */
	bool learning;		   /* a dry run because standing has too few days of log */
	bool known;		   /* the host is a known sender */
	char reason[SOBIG_REASON_SIZE];
};

/* The name of a class in the configuration and in all output. */
const char *event_class_name(enum event_class class);

/* Finds the class of offence with that name. 0; -EINVAL: none. */
int event_class_parse(const char *name, enum event_class *out);

#endif
