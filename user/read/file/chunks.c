// SPDX-License-Identifier: GPL-2.0-only
/* A file or a pipe, packed or not, from where it stands to its end: chunks of whole lines. */
#include "read/file/chunks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "read/file/unpack.h"

struct chunks {
	struct unpack *bytes;
	uint64_t skipped; /* lines that were too long */
	bool skipping;	  /* until the next LF */
	size_t kept;
	char rest[CHUNKS_SIZE]; /* the beginning of a line whose end has not come yet */
};

int chunks_open(int fd, struct chunks **out)
{
	struct chunks *lines = calloc(1, sizeof(*lines));

	if (!lines)
		return -ENOMEM;
	if (unpack_open(fd, &lines->bytes)) {
		free(lines);
		return -ENOMEM;
	}
	*out = lines;
	return 0;
}

/* Leaves the whole lines in the chunk and keeps what follows them: true if there is one. */
static bool chunks_split(struct chunks *lines, struct chunk *chunk)
{
	char *last = memrchr(chunk->text, '\n', chunk->size);

	if (!last && chunk->size == CHUNKS_SIZE) {
		lines->skipping = true;
		chunk->size = 0;
	}
	if (!last)
		return false;
	lines->kept = chunk->text + chunk->size - (last + 1);
	memcpy(lines->rest, last + 1, lines->kept);
	chunk->size -= lines->kept;
	return true;
}

/* Throws away what belongs to a line that was too long. */
static void chunks_skip(struct chunks *lines, struct chunk *chunk)
{
	char *lf = memchr(chunk->text, '\n', chunk->size);

	if (!lf) {
		chunk->size = 0;
		return;
	}
	lines->skipping = false;
	lines->skipped++;
	chunk->skipped++;
	chunk->size -= lf + 1 - chunk->text;
	memmove(chunk->text, lf + 1, chunk->size);
}

int chunks_next(struct chunks *lines, struct chunk *chunk)
{
	ssize_t got;

	chunk->skipped = 0;
	chunk->size = lines->kept;
	memcpy(chunk->text, lines->rest, lines->kept);
	lines->kept = 0;
	do {
		got = unpack_read(lines->bytes, chunk->text + chunk->size,
				  CHUNKS_SIZE - chunk->size);
		if (got <= 0) {
			lines->kept = chunk->size;
			memcpy(lines->rest, chunk->text, chunk->size);
			return got;
		}
		chunk->size += got;
		if (lines->skipping)
			chunks_skip(lines, chunk);
	} while (!chunks_split(lines, chunk));
	return 1;
}

struct chunks_end chunks_end(const struct chunks *lines)
{
	return (struct chunks_end){
		.skipped = lines->skipped,
		.cut = lines->kept || lines->skipping,
		.why = unpack_why(lines->bytes),
	};
}

void chunks_close(struct chunks *lines)
{
	if (!lines)
		return;
	unpack_close(lines->bytes);
	free(lines);
}
