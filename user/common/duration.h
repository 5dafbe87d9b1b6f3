/* SPDX-License-Identifier: GPL-2.0-only */
/* Lengths of time as people write them: 90s, 15m, 2h, 7d. */
#ifndef DURATION_H
#define DURATION_H

#include <stdint.h>

#define DURATION_TEXT_SIZE   32
#define DURATION_MAX_SECONDS (366u * 24 * 3600)

/* Seconds of "90s", "15m", "2h", "7d" or "1h30m"; 1 s to 366 d. 0, -EINVAL or -ERANGE. */
int duration_parse(const char *text, uint32_t *seconds);

/* Exact and shortest, in the form that duration_parse takes: 5400 is "1h30m". Returns `text`. */
char *duration_format(uint32_t seconds, char text[DURATION_TEXT_SIZE]);

#endif
