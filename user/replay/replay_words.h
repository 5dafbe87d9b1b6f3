/* SPDX-License-Identifier: GPL-2.0-only */
/* Formats the numbers and times of a replay. */
#ifndef REPLAY_WORDS_H
#define REPLAY_WORDS_H

#include <stdbool.h>
#include <stdint.h>

/* Each result is a static string that stays valid for the next 31 calls. Not thread-safe. */

/* "1,234,567", or without the commas. */
const char *replay_words_number(uint64_t number, bool grouped);

/* "93.1"; "100.0" and "0.0" only if that is exact. */
const char *replay_words_percent(uint64_t part, uint64_t whole);

/* Milliseconds since 1970 as local time, "2003-08-24 11:22:33". */
const char *replay_words_time(int64_t time);

/* "5m" */
const char *replay_words_duration(uint32_t seconds);

#endif
