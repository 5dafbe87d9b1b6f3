// SPDX-License-Identifier: GPL-2.0-only
/* A file, a pipe or a .gz from where it stands to its end, in lines and in constant memory. */
#include "lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

/* zlib reads straight into a buffer of at least twice this size, where there is nothing to unpack.
 */
#define LINES_GZ_BUFFER (64 * 1024)

struct lines {
	char buffer[LINES_BUFFER];
	size_t have;
	bool skipping; /* until the next LF */
	uint64_t number;
	lines_line *line;
	void *context;
};

/* Hands over the complete lines, of which the first LF is at `lf`, and keeps the rest. */
static void lines_hand_over(struct lines *lines, char *lf, struct lines_end *end)
{
	char *start = lines->buffer;

	for (; lf; lf = memchr(start, '\n', lines->buffer + lines->have - start)) {
		lines->number++;
		if (lines->skipping)
			end->skipped++;
		else
			lines->line(lines->context, lines->number, start, lf - start);
		lines->skipping = false;
		start = lf + 1;
	}
	lines->have -= start - lines->buffer;
	memmove(lines->buffer, start, lines->have);
	if (lines->have == LINES_BUFFER) {
		lines->skipping = true;
		lines->have = 0;
	}
}

static int lines_error(gzFile file, struct lines_end *end)
{
	int zlib = Z_OK;
	const char *why = gzerror(file, &zlib);

	if (zlib == Z_OK || zlib == Z_STREAM_END)
		return 0;
	if (zlib == Z_ERRNO)
		return errno ? -errno : -EIO;
	if (zlib == Z_MEM_ERROR)
		return -ENOMEM;
	snprintf(end->why, sizeof(end->why), "%s", zlib == Z_BUF_ERROR ? "it ends too early" : why);
	return -EBADMSG;
}

static int lines_read_all(struct lines *lines, gzFile file, struct lines_end *end)
{
	int got;

	for (;;) {
		errno = 0;
		got = gzread(file, lines->buffer + lines->have, LINES_BUFFER - lines->have);
		if (got < 0 && errno == EINTR) {
			gzclearerr(file);
			continue;
		}
		if (got <= 0)
			break;
		char *lf = memchr(lines->buffer + lines->have, '\n', got);

		lines->have += got;
		lines_hand_over(lines, lf, end);
	}
	end->cut = lines->have || lines->skipping;
	return lines_error(file, end);
}

int lines_read(int fd, lines_line *line, void *context, struct lines_end *out)
{
	struct lines *lines = calloc(1, sizeof(*lines));
	int err = -ENOMEM, copy = -1;
	gzFile file = NULL;

	memset(out, 0, sizeof(*out));
	if (!lines)
		goto out;
	copy = dup(fd);
	if (copy < 0) {
		err = -errno;
		goto out;
	}
	file = gzdopen(copy, "r");
	if (!file)
		goto out;
	copy = -1;
	gzbuffer(file, LINES_GZ_BUFFER);
	lines->line = line;
	lines->context = context;
	err = lines_read_all(lines, file, out);
out:
	if (file)
		gzclose_r(file);
	if (copy >= 0)
		close(copy);
	free(lines);
	return err;
}
