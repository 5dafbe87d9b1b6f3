// SPDX-License-Identifier: GPL-2.0-only
/* One thing that stands in a log twice is told from two things: the second of a pair is known. */
#include "read/exim_log/pairing.h"

#include <string.h>

#include "common/hash.h"

void pairing_init(struct pairing *twice)
{
	memset(twice, 0, sizeof(*twice));
}

void pairing_open(struct pairing *twice, uint64_t key, int64_t time, int64_t span)
{
	twice->slots[key % PAIRING_SLOTS].key = key;
	twice->slots[key % PAIRING_SLOTS].until = time + span;
}

bool pairing_close(struct pairing *twice, uint64_t key, int64_t time)
{
	size_t slot = key % PAIRING_SLOTS;

	if (twice->slots[slot].key != key)
		return false;
	twice->slots[slot].key = 0;
	return time <= twice->slots[slot].until;
}

uint64_t pairing_key(const void *bytes, size_t size, uint64_t salt)
{
	uint64_t key = hash_bytes(bytes, size, salt);

	return key ? key : 1;
}
