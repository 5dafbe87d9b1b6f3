/* SPDX-License-Identifier: GPL-2.0-only */
/* What each host is known for: how much of its mail was accepted, and on how many days. */
#ifndef STANDING_H
#define STANDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"
#include "common/standing_row.h"

/*
 * A host or network has a standing once mail was accepted from it. Sums are decayed: each day
 * takes a seventh of them, rounded up. Days are those of UTC. A day is good, once it is over, if
 * mail was accepted and at most 90 % of what the host did was an offence; the last 30 days are
 * remembered.
 * Not thread-safe. Times are milliseconds since 1970.
 */
struct standing;

/* Bytes of memory for one host, at most. */
#define STANDING_HOST_BYTES 48

/* The days after which a standing that is not renewed is forgotten. */
#define STANDING_DAYS 30

struct standing_options {
	uint32_t most; /* hosts and networks at a time, at least 64 */
	uint64_t seed; /* a secret, so that an attacker cannot choose addresses that collide */
};

/* What is known of a host at a time. */
struct standing_view {
	uint32_t accepted; /* messages, decayed, with those of today */
	uint32_t bad;	   /* offences, likewise; 0 if nothing was ever accepted */
	uint32_t days;	   /* good days of the last 30 */
	uint32_t accepted_today;
	bool known;	 /* a known sender */
	bool by_network; /* known only for the network that it is in */
	bool clean;	 /* it has a standing, and no offence today and yesterday */
};

/* 0 or -ENOMEM. The caller closes *out. */
int standing_open(const struct standing_options *options, struct standing **out);

/* Has the memory of a host and its network fetched: they will be asked for soon. */
void standing_prefetch(const struct standing *standing, const struct addr *host);

/* Counts an accepted message of the host `host`, an address of addr_host(). */
void standing_accept(struct standing *standing, const struct addr *host, int64_t time);

/* Counts an offence, if the host or its network has a standing. */
void standing_offend(struct standing *standing, const struct addr *host, int64_t time);

/*
 * *out is what is known of the host at `time`.
 *
 * A known sender is a host with a good day, and three messages accepted since; or with 10 messages
 * accepted today; or in a network of which 50 messages were accepted with at most 30 % offences.
 */
void standing_get(struct standing *standing, const struct addr *host, int64_t time,
		  struct standing_view *out);

/* The same of the network that the host is in. `known` is not set. */
void standing_get_network(struct standing *standing, const struct addr *host, int64_t time,
			  struct standing_view *out);

/* The share of offences in all that was done, in percent. 100 if nothing was accepted. */
unsigned int standing_share(const struct standing_view *view);

/* The messages accepted from all hosts, decayed, with those of today. */
uint64_t standing_accepted(const struct standing *standing);

/* Days between the first event that was counted and the last one, both included; 0: none. */
unsigned int standing_span(const struct standing *standing);

void standing_clock(const struct standing *standing, struct standing_clock *out);
void standing_set_clock(struct standing *standing, const struct standing_clock *clock);

/* Sets what is known of a host, as it was saved. Rows with values out of range are refused:
 * -EINVAL. -ENOMEM. */
int standing_set(struct standing *standing, const struct standing_row *row);

/* Calls `each` for the rows that changed since the last call, and for no other. */
void standing_changed(struct standing *standing,
		      void (*each)(void *context, const struct standing_row *row), void *context);

/* Calls `each` for all rows, in no order. */
void standing_each(const struct standing *standing,
		   void (*each)(void *context, const struct standing_row *row), void *context);

/*
 * Adds what another table learned from earlier lines, of which this one has counted none. If this
 * one has only counted on one day, the result is that of a table that counted all lines in order,
 * except for offences of hosts from which this one accepted nothing before. 0 or -ENOMEM.
 */
int standing_merge(struct standing *standing, const struct standing *earlier);

/* Calls `each` for the hosts in `network` that are known senders at `time`, in no order. */
void standing_known_in(struct standing *standing, const struct addr_prefix *network, int64_t time,
		       void (*each)(void *context, const struct addr *host), void *context);

/* Forgets everything. */
void standing_forget_all(struct standing *standing);

struct standing_state {
	uint32_t hosts;
	uint32_t networks;
	uint64_t forgotten; /* because the table was full, the least recently seen first */
};

struct standing_state standing_state(const struct standing *standing);

/* Accepts NULL. */
void standing_close(struct standing *standing);

#endif
