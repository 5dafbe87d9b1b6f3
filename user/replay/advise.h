/* SPDX-License-Identifier: GPL-2.0-only */
/* Chooses the best of many settings on one half of the days, and tests it on the other half. */
#ifndef ADVISE_H
#define ADVISE_H

#include <stddef.h>
#include <stdint.h>

/* What a setting did on a day, or on several. */
struct advise_day {
	uint64_t offences;
	uint64_t avoided;  /* those of them that a block would have prevented */
	uint64_t arrivals; /* messages accepted */
	uint64_t price;	   /* those of them that a block would have delayed */
	uint64_t lost;	   /* those of them that it would have delayed for too long */
};

struct advise_candidate {
	const struct advise_day *days; /* in the order of time, for each candidate the same days */
	uint64_t distance;	       /* from the default settings, by any measure */
};

/* Why, or why not, a setting is advised. The order is that in which they are found. */
enum advise_outcome {
	ADVISE_NO_SETTINGS,    /* nothing but the configured one */
	ADVISE_TOO_FEW_DAYS,   /* fewer than 2 */
	ADVISE_NO_OFFENCES,    /* in one half of the days: nothing can be avoided there */
	ADVISE_TOO_FEW_MAILS,  /* in one half: a single message would be more than the price */
	ADVISE_TOO_EXPENSIVE,  /* no setting is below the price; `best` has the lowest */
	ADVISE_NOTHING_BETTER, /* than the configured setting, which is `best` */
	ADVISE_NOT_CONFIRMED,  /* `best` was better on the first half, and not on the second */
	ADVISE_CONFIRMED,      /* `best` is better on both */
	ADVISE_OUTCOMES,
};

/* A share of the accepted messages in millionths. */
#define ADVISE_PRICE_WHOLE 1000000u

/*
 * Settings that avoid this share of the offences less than the best one are as good, in
 * thousandths: the difference says more about these days than about the settings.
 */
#define ADVISE_TIE 1

struct advise_choice {
	enum advise_outcome outcome;
	size_t split; /* days before this one chose, the others tested */
	size_t best;  /* a candidate; valid from ADVISE_TOO_EXPENSIVE on */
	struct advise_day configured[2], advised[2]; /* sums over the days that chose and tested */
	size_t days_as_good; /* testing days on which `best` avoided no less than the configured */
};

/*
 * Finds, on the first half of `days`, the candidate that avoids the most at a price of at most
 * `price` millionths of the messages; of those as good as it (ADVISE_TIE) the one with the least
 * distance, then with the lowest price, then with the most avoided, then the first. Candidate 0 is
 * what is configured; it stays if it is as good. *out tells whether the second half confirms it:
 * the price must hold there, too, and the candidate must avoid more than what is configured, or
 * cost less if that was above the price.
 */
void advise_choose(const struct advise_candidate *candidates, size_t count, size_t days,
		   uint32_t price, struct advise_choice *out);

/* The sums over the first half of the days, which choose, and over the second, which test. */
void advise_halves(const struct advise_candidate *candidate, size_t days, struct advise_day out[2]);

#endif
