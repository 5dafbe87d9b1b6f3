/* SPDX-License-Identifier: GPL-2.0-only */
/* Draws top's screen. */
#ifndef TOP_DRAW_H
#define TOP_DRAW_H

#include "top/top_types.h"

/* Draws the whole screen. */
void top_draw(struct top *top);

#endif
