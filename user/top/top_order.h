/* SPDX-License-Identifier: GPL-2.0-only */
/* Sorts top's hosts, only as many as the screen shows, because there may be a million. */
#ifndef TOP_ORDER_H
#define TOP_ORDER_H

#include "top/top_hosts.h"

enum top_sort {
	TOP_SORT_RATE,	/* the fastest first */
	TOP_SORT_TOTAL, /* the most drops first */
	TOP_SORT_SINCE, /* the newest first */
	TOP_SORT_UNTIL, /* the next to expire first */
	TOP_SORT_ADDRESS,
};

/*
 * Chooses the hosts that match the filter (an address, a network, or a part of what is shown; "":
 * all) and sorts the first `first` of them.
 */
void top_order(struct top_hosts *hosts, enum top_sort sort, const char *filter, size_t first);

#endif
