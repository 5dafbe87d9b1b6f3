/* SPDX-License-Identifier: GPL-2.0-only */
/* The blocked hosts as top shows them: how fast each is dropped, filtered, and in order. */
#ifndef TOP_HOSTS_H
#define TOP_HOSTS_H

#include <stdatomic.h>

#include "status/overview.h"

struct top_host {
	struct blocks_list_entry entry;
	int rule;   /* of the overview's */
	float rate; /* drops per second since the previous reading */
};

/*
 * One reading of all hosts. The members above `chosen` are constant and may be shared by threads.
 */
struct top_hosts {
	atomic_int holders;
	struct top_host *all;
	size_t count;
	uint32_t *buckets; /* the same by address: index + 1, or 0 */
	size_t buckets_mask;
	double time;			 /* of CLOCK_MONOTONIC */
	struct overview *overview;	 /* with the blocks by rule and family */
	float rates[OVERVIEW_RULES_MAX]; /* of the overview's rules */
	float busiest;			 /* the highest rate of a host */

	/* Chosen by top_order(); indices of `all`. */
	uint32_t *chosen;
	size_t chosen_count;
	size_t sorted; /* the first so many are sorted */
};

/*
 * Reads all hosts; rates are relative to `before` (NULL: no rates). 0; -ENOENT: nothing is
 * attached; -ENOMEM; another -errno. The caller frees *out.
 */
int top_hosts_read(const char *pins, const struct top_hosts *before, struct top_hosts **out);

/* Adds a reference; each needs a call of top_hosts_free(). */
void top_hosts_hold(struct top_hosts *hosts);

/* Accepts NULL. */
void top_hosts_free(struct top_hosts *hosts);

#endif
