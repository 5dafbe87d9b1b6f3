// SPDX-License-Identifier: GPL-2.0-only
/* Keeps the latest log lines of offences as evidence for blocks. */
#include "state/evidence.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"

#define EVIDENCE_BUCKETS 16384 /* more hosts than that share buckets */

/* Entries of a bucket that are searched, so that a host with many lines does not slow it down. */
#define EVIDENCE_STEPS 4096

/* For a line that is too long. */
#define EVIDENCE_GAP  " ... "
#define EVIDENCE_HEAD 200
#define EVIDENCE_TAIL (EVIDENCE_LINE_MAX - EVIDENCE_HEAD - (sizeof(EVIDENCE_GAP) - 1))

/* Offsets count all bytes ever written: the ring holds the last `size` of them. */
struct evidence_entry {
	uint64_t earlier; /* offset of the previous entry in the bucket; 0: none */
	struct addr host;
	uint32_t length;
	char line[];
};

struct evidence {
	uint64_t seed;
	size_t size;
	uint64_t next; /* offset of the next entry */
	uint64_t latest[EVIDENCE_BUCKETS];
	_Alignas(8) char ring[];
};

int evidence_open(size_t max_bytes, uint64_t seed, struct evidence **out)
{
	struct evidence *evidence = calloc(1, sizeof(*evidence) + max_bytes);

	if (!evidence)
		return -ENOMEM;
	evidence->seed = seed;
	evidence->size = max_bytes & ~(size_t)7;
	evidence->next = evidence->size; /* so that no offset is 0 */
	*out = evidence;
	return 0;
}

static size_t evidence_bucket(const struct evidence *evidence, const struct addr *host)
{
	return hash_bytes(host, sizeof(*host), evidence->seed) % EVIDENCE_BUCKETS;
}

static struct evidence_entry *evidence_at(const struct evidence *evidence, uint64_t offset)
{
	return (struct evidence_entry *)(evidence->ring + offset % evidence->size);
}

void evidence_add(struct evidence *evidence, const struct addr *host, const char *line,
		  size_t length)
{
	uint64_t *latest = &evidence->latest[evidence_bucket(evidence, host)];
	const size_t whole = length;
	struct evidence_entry *entry;
	size_t size, left;

	if (length > EVIDENCE_LINE_MAX)
		length = EVIDENCE_LINE_MAX;
	size = (sizeof(*entry) + length + 7) & ~(size_t)7;
	/* No entry wraps around the end. */
	left = evidence->size - evidence->next % evidence->size;
	if (left < size)
		evidence->next += left;
	entry = evidence_at(evidence, evidence->next);
	entry->earlier = *latest;
	entry->host = *host;
	entry->length = length;
	memcpy(entry->line, line, length);
	/* exim writes its reason at the end, after the long text of the host. */
	if (whole > length) {
		memcpy(entry->line + EVIDENCE_HEAD, EVIDENCE_GAP, sizeof(EVIDENCE_GAP) - 1);
		memcpy(entry->line + length - EVIDENCE_TAIL, line + whole - EVIDENCE_TAIL,
		       EVIDENCE_TAIL);
	}
	*latest = evidence->next;
	evidence->next += size;
}

unsigned int evidence_each(const struct evidence *evidence, const struct addr *host,
			   unsigned int most,
			   void (*each)(void *context, const char *line, size_t length),
			   void *context)
{
	uint64_t offset = evidence->latest[evidence_bucket(evidence, host)];
	unsigned int found = 0, steps = 0;

	/* Older entries are overwritten. */
	while (found < most && steps++ < EVIDENCE_STEPS && offset &&
	       offset + evidence->size > evidence->next) {
		const struct evidence_entry *entry = evidence_at(evidence, offset);

		if (!memcmp(&entry->host, host, sizeof(*host))) {
			each(context, entry->line, entry->length);
			found++;
		}
		offset = entry->earlier;
	}
	return found;
}

void evidence_close(struct evidence *evidence)
{
	free(evidence);
}
