/* SPDX-License-Identifier: GPL-2.0-only */
/* The terminal interface of `sobig-xdp top`. */
#ifndef TOP_H
#define TOP_H

#include <stdbool.h>

/*
 * Shows the installation whose maps are pinned in `pins` until the user or a signal ends it; a
 * reading every `interval` seconds. 0; -EIO (logged); or an error of overview_read() (not logged).
 */
int top_show(const char *pins, double interval, bool ascii);

#endif
