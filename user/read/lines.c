// SPDX-License-Identifier: GPL-2.0-only
/* A file or a pipe, packed or not, from where it stands to its end: chunks of whole lines. */
#include "read/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "read/bytes.h"

struct lines {
	struct bytes *bytes;
	uint64_t skipped; /* lines that were too long */
	bool skipping;	  /* until the next LF */
	size_t kept;
	char rest[LINES_CHUNK]; /* the beginning of a line whose end has not come yet */
};

int lines_open(int fd, struct lines **out)
{
	struct lines *lines = calloc(1, sizeof(*lines));

	if (!lines)
		return -ENOMEM;
	if (bytes_open(fd, &lines->bytes)) {
		free(lines);
		return -ENOMEM;
	}
	*out = lines;
	return 0;
}

/* Leaves the whole lines in the chunk and keeps what follows them: true if there is one. */
static bool lines_split(struct lines *lines, struct lines_chunk *chunk)
{
	char *last = memrchr(chunk->text, '\n', chunk->size);

	if (!last && chunk->size == LINES_CHUNK) {
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
static void lines_skip(struct lines *lines, struct lines_chunk *chunk)
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

int lines_next(struct lines *lines, struct lines_chunk *chunk)
{
	ssize_t got;

	chunk->skipped = 0;
	chunk->size = lines->kept;
	memcpy(chunk->text, lines->rest, lines->kept);
	lines->kept = 0;
	do {
		got = bytes_read(lines->bytes, chunk->text + chunk->size,
				 LINES_CHUNK - chunk->size);
		if (got <= 0) {
			lines->kept = chunk->size;
			memcpy(lines->rest, chunk->text, chunk->size);
			return got;
		}
		chunk->size += got;
		if (lines->skipping)
			lines_skip(lines, chunk);
	} while (!lines_split(lines, chunk));
	return 1;
}

struct lines_end lines_end(const struct lines *lines)
{
	return (struct lines_end){
		.skipped = lines->skipped,
		.cut = lines->kept || lines->skipping,
		.why = bytes_why(lines->bytes),
	};
}

void lines_close(struct lines *lines)
{
	if (!lines)
		return;
	bytes_close(lines->bytes);
	free(lines);
}
