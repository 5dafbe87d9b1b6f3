/* SPDX-License-Identifier: GPL-2.0-only */
/* A fast hash for tables that compare their entries or in which a collision is harmless. */
#ifndef HASH_H
#define HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t hash_bytes(const void *bytes, size_t size, uint64_t salt)
{
	uint64_t hash = salt ^ (size * UINT64_C(0x9e3779b97f4a7c15)), word;
	const unsigned char *at = bytes;

	for (; size >= sizeof(word); size -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
		hash ^= hash >> 32;
	}
	word = 0;
	memcpy(&word, at, size);
	hash = (hash ^ word) * UINT64_C(0xc4ceb9fe1a85ec53);
	return hash ^ hash >> 32;
}

#endif
