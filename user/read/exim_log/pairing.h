/* SPDX-License-Identifier: GPL-2.0-only */
/* Recognizes the second of two lines that report the same event. */
#ifndef PAIRING_H
#define PAIRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The number of pairs open at a time; a new one replaces an older one. */
#define PAIRING_SLOTS 512

struct pairing {
	struct {
		uint64_t key;  /* 0: none */
		int64_t until; /* milliseconds since 1970 */
	} slots[PAIRING_SLOTS];
};

void pairing_init(struct pairing *pairing);

/* Records a first line: a second one with the same key within `span` ms of `time` belongs to it. */
void pairing_open(struct pairing *pairing, uint64_t key, int64_t time, int64_t span);

/* True if a first line was recorded; it is removed. */
bool pairing_close(struct pairing *pairing, uint64_t key, int64_t time);

/* A key for these bytes, never 0; `salt` distinguishes kinds of pairs. */
uint64_t pairing_key(const void *bytes, size_t size, uint64_t salt);

#endif
