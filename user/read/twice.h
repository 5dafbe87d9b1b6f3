/* SPDX-License-Identifier: GPL-2.0-only */
/* One thing that stands in a log twice is told from two things: the second of a pair is known. */
#ifndef TWICE_H
#define TWICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pairs that may be open at a time; an older one gives way. */
#define TWICE_SLOTS 512

struct twice {
	struct {
		uint64_t key;  /* 0: none */
		int64_t until; /* milliseconds since 1970 */
	} slots[TWICE_SLOTS];
};

void twice_init(struct twice *twice);

/* Of a first: from `time` on, for `span` milliseconds, a second of the same key belongs to it. */
void twice_open(struct twice *twice, uint64_t key, int64_t time, int64_t span);

/* Of a second: true if there was a first. It belongs to no other second then. */
bool twice_close(struct twice *twice, uint64_t key, int64_t time);

/* A key for these bytes, never 0; `salt` tells kinds of pairs apart. */
uint64_t twice_key(const void *bytes, size_t size, uint64_t salt);

#endif
