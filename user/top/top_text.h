/* SPDX-License-Identifier: GPL-2.0-only */
/* Draws the texts that top shows instead of the list: help, and the output of explain. */
#ifndef TOP_TEXT_H
#define TOP_TEXT_H

#include "top/top_types.h"

/* Draws the text in `height` lines from `y` on, and limits top->text_offset to its length. */
void top_text_draw(struct top *top, int y, int height);

#endif
