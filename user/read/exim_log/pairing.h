/* SPDX-License-Identifier: GPL-2.0-only */
/* One thing that stands in a log twice is told from two things: the second of a pair is known. */
#ifndef PAIRING_H
#define PAIRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pairs that may be open at a time; an older one gives way. */
#define PAIRING_SLOTS 512

struct pairing {
	struct {
		uint64_t key;  /* 0: none */
		int64_t until; /* milliseconds since 1970 */
	} slots[PAIRING_SLOTS];
};

void pairing_init(struct pairing *pairing);

/* Of a first: from `time` on, for `span` milliseconds, a second of the same key belongs to it. */
void pairing_open(struct pairing *pairing, uint64_t key, int64_t time, int64_t span);

/* Of a second: true if there was a first. It belongs to no other second then. */
bool pairing_close(struct pairing *pairing, uint64_t key, int64_t time);

/* A key for these bytes, never 0; `salt` tells kinds of pairs apart. */
uint64_t pairing_key(const void *bytes, size_t size, uint64_t salt);

#endif
