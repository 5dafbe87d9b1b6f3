// SPDX-License-Identifier: GPL-2.0-only
/* Reads a file or a pipe, compressed or not, to its end, in chunks of whole lines. */
#include "read/file/chunks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "read/file/unpack.h"

struct chunks {
	struct unpack *bytes;
	uint64_t got;		/* bytes that were read */
	uint64_t skipped;	/* overlong lines */
	bool skipping;		/* inside an overlong line, up to the next LF */
	size_t kept;		/* bytes of `rest` */
	char rest[CHUNKS_SIZE]; /* the start of an incomplete line */
};

int chunks_open(int fd, struct chunks **out)
{
	struct chunks *chunks = calloc(1, sizeof(*chunks));

	if (!chunks)
		return -ENOMEM;
	if (unpack_open(fd, &chunks->bytes)) {
		free(chunks);
		return -ENOMEM;
	}
	*out = chunks;
	return 0;
}

/* Leaves whole lines in the chunk and keeps the rest. True if there is a whole line. */
static bool chunks_split(struct chunks *chunks, struct chunk *chunk)
{
	char *last = memrchr(chunk->text, '\n', chunk->size);

	if (!last && chunk->size == CHUNKS_SIZE) {
		chunks->skipping = true;
		chunk->size = 0;
	}
	if (!last)
		return false;
	chunks->kept = chunk->text + chunk->size - (last + 1);
	memcpy(chunks->rest, last + 1, chunks->kept);
	chunk->size -= chunks->kept;
	return true;
}

/* Discards the rest of an overlong line. */
static void chunks_skip(struct chunks *chunks, struct chunk *chunk)
{
	char *lf = memchr(chunk->text, '\n', chunk->size);

	if (!lf) {
		chunk->size = 0;
		return;
	}
	chunks->skipping = false;
	chunks->skipped++;
	chunk->skipped++;
	chunk->size -= lf + 1 - chunk->text;
	memmove(chunk->text, lf + 1, chunk->size);
}

int chunks_next(struct chunks *chunks, struct chunk *chunk)
{
	ssize_t got;

	chunk->skipped = 0;
	chunk->size = chunks->kept;
	memcpy(chunk->text, chunks->rest, chunks->kept);
	chunks->kept = 0;
	do {
		got = unpack_read(chunks->bytes, chunk->text + chunk->size,
				  CHUNKS_SIZE - chunk->size);
		if (got <= 0) {
			chunks->kept = chunk->size;
			memcpy(chunks->rest, chunk->text, chunk->size);
			return got;
		}
		chunk->size += got;
		chunks->got += got;
		if (chunks->skipping)
			chunks_skip(chunks, chunk);
	} while (!chunks_split(chunks, chunk));
	chunk->end = chunks->got - chunks->kept;
	return 1;
}

void chunks_last(struct chunks *chunks, struct chunk *chunk)
{
	chunk->skipped = chunks->skipping;
	chunk->size = chunks->kept;
	memcpy(chunk->text, chunks->rest, chunks->kept);
	chunks->kept = 0;
	chunks->skipped += chunk->skipped;
	chunks->skipping = false;
}

struct chunks_end chunks_end(const struct chunks *chunks)
{
	return (struct chunks_end){
		.skipped = chunks->skipped,
		.cut = chunks->kept || chunks->skipping,
		.why = unpack_why(chunks->bytes),
	};
}

void chunks_close(struct chunks *chunks)
{
	if (!chunks)
		return;
	unpack_close(chunks->bytes);
	free(chunks);
}
