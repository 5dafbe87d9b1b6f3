/* SPDX-License-Identifier: GPL-2.0-only */
/* What the judge knows of a host, as a plain value that the state saves. */
#ifndef STANDING_ROW_H
#define STANDING_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "common/addr.h"

enum standing_kind {
	STANDING_HOST,	  /* an IPv4 address, or an IPv6 /64 */
	STANDING_NETWORK, /* an IPv4 /24, or an IPv6 /48 */
};

/* One host or network, as it is saved. All fields are counts except `addr` and `kind`. */
struct standing_row {
	struct addr addr; /* the address of the network, if it is one */
	enum standing_kind kind;
	uint16_t day;  /* day of the last event, in days of the table; see struct standing_clock */
	uint32_t days; /* bit N: the day N + 1 days before `day` was good */
	uint16_t accepted, bad;	 /* decayed sums over the days before `day` */
	uint16_t accepted_today; /* on `day` */
	uint16_t bad_today;
	uint8_t proof;	    /* messages accepted since its first good day began, up to 3 */
	bool bad_yesterday; /* an offence on the day before `day` */
};

/*
 * The table counts days itself, so that a clock that is set by weeks does not age a standing: a
 * gap of more than a week counts as one day, and a time up to a week before the last one as that
 * one. What is saved with the rows.
 */
struct standing_clock {
	int64_t day;	   /* UTC day of the last event; 0: none */
	uint16_t inner;	   /* the same day, as the table counts */
	uint16_t first;	   /* day of the first event, as the table counts */
	uint64_t accepted; /* of standing_accepted(), without today */
	uint64_t accepted_today;
	bool learned; /* the old logs were read to their end; only saved and restored */
};

#endif
