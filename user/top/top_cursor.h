/* SPDX-License-Identifier: GPL-2.0-only */
/* The cursor in top's list of hosts, and the part of the list on the screen. */
#ifndef TOP_CURSOR_H
#define TOP_CURSOR_H

#include "top/top_types.h"

/* Sorts the hosts and updates the cursor. */
void top_cursor_arrange(struct top *top);

/* Moves the cursor by so many hosts: down, or up if negative. */
void top_cursor_move(struct top *top, long by);

#endif
