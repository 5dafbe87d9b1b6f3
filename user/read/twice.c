// SPDX-License-Identifier: GPL-2.0-only
/* One thing that stands in a log twice is told from two things: the second of a pair is known. */
#include "twice.h"

#include <string.h>

void twice_init(struct twice *twice)
{
	memset(twice, 0, sizeof(*twice));
}

void twice_open(struct twice *twice, uint64_t key, int64_t time, int64_t span)
{
	twice->slots[key % TWICE_SLOTS].key = key;
	twice->slots[key % TWICE_SLOTS].until = time + span;
}

bool twice_close(struct twice *twice, uint64_t key, int64_t time)
{
	size_t slot = key % TWICE_SLOTS;

	if (twice->slots[slot].key != key)
		return false;
	twice->slots[slot].key = 0;
	return time <= twice->slots[slot].until;
}

uint64_t twice_key(const void *bytes, size_t size, uint64_t salt)
{
	uint64_t key = salt ^ (size * UINT64_C(0x9e3779b97f4a7c15)), word;
	const unsigned char *at = bytes;

	while (size) {
		size_t part = size < sizeof(word) ? size : sizeof(word);

		word = 0;
		memcpy(&word, at, part);
		key = (key ^ word) * UINT64_C(0xff51afd7ed558ccd);
		key ^= key >> 32;
		at += part;
		size -= part;
	}
	return key ? key : 1;
}
