/* SPDX-License-Identifier: GPL-2.0-only */
/* Handles top's keys and the output of the commands that they run. */
#ifndef TOP_KEYS_H
#define TOP_KEYS_H

#include "top/top_types.h"

/* Handles a key from getch(3). */
void top_keys_press(struct top *top, int key);

/* Reads the child's output so far; when it has ended, shows its result. */
void top_keys_read_child(struct top *top);

#endif
