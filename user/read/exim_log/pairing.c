// SPDX-License-Identifier: GPL-2.0-only
/* Recognizes the second of two lines that report the same event. */
#include "read/exim_log/pairing.h"

#include <string.h>

#include "common/hash.h"

void pairing_init(struct pairing *pairing)
{
	memset(pairing, 0, sizeof(*pairing));
}

void pairing_open(struct pairing *pairing, uint64_t key, int64_t time, int64_t span)
{
	pairing->slots[key % PAIRING_SLOTS].key = key;
	pairing->slots[key % PAIRING_SLOTS].until = time + span;
}

bool pairing_close(struct pairing *pairing, uint64_t key, int64_t time)
{
	size_t slot = key % PAIRING_SLOTS;

	if (pairing->slots[slot].key != key)
		return false;
	pairing->slots[slot].key = 0;
	return time <= pairing->slots[slot].until;
}

uint64_t pairing_key(const void *bytes, size_t size, uint64_t salt)
{
	uint64_t key = hash_bytes(bytes, size, salt);

	return key ? key : 1;
}
