/* SPDX-License-Identifier: GPL-2.0-only */
/* Parses and formats lengths of time: 90s, 15m, 2h, 7d. */
#ifndef DURATION_H
#define DURATION_H

#include <stdint.h>

#define DURATION_TEXT_SIZE   32
#define DURATION_MAX_SECONDS (366u * 24 * 3600)

/* Parses "90s", "15m", "2h", "7d" or "1h30m", from 1 s to 366 d. 0, -EINVAL or -ERANGE. */
int duration_parse(const char *text, uint32_t *seconds);

/* Formats exactly, in the shortest form that duration_parse() accepts: "1h30m". Returns `text`. */
char *duration_format(uint32_t seconds, char text[DURATION_TEXT_SIZE]);

#endif
