// SPDX-License-Identifier: GPL-2.0-only
/* One thing that stands in a log twice is told from two things: the second of a pair is known. */
#include "read/twice.h"

#include <string.h>

#include "common/hash.h"

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
	uint64_t key = hash_bytes(bytes, size, salt);

	return key ? key : 1;
}
