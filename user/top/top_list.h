/* SPDX-License-Identifier: GPL-2.0-only */
/* Draws top's list of blocked hosts. */
#ifndef TOP_LIST_H
#define TOP_LIST_H

#include "top/top_types.h"

/*
 * Draws the hosts in `height` lines from `y` on; arranges the list again if the height is another
 * than before.
 */
void top_list_draw(struct top *top, int y, int height);

#endif
