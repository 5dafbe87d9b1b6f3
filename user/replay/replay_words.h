/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers and times of a replay as people read them. */
#ifndef REPLAY_WORDS_H
#define REPLAY_WORDS_H

#include <stdbool.h>
#include <stdint.h>

/* What these return is good until they have been called a few dozen times more. */

/* "1,234,567", or without the commas. */
const char *replay_words_number(uint64_t number, bool grouped);

/* "93.1", never rounded to "100.0" or "0.0" where it is not that. */
const char *replay_words_percent(uint64_t part, uint64_t whole);

/* Milliseconds since 1970 as local time, "2003-08-24 11:22:33". */
const char *replay_words_time(int64_t time);

/* "5m" */
const char *replay_words_duration(uint32_t seconds);

#endif
