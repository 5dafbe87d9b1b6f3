// SPDX-License-Identifier: GPL-2.0-only
/* Reads the growing end of one open file in lines; it notices truncation. */
#include "read/file/tail.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "common/hash.h"

static void tail_read_head(struct tail *tail)
{
	ssize_t got = pread(tail->fd, tail->head, sizeof(tail->head), 0);

	tail->head_size = got > 0 ? got : 0;
}

void tail_init(struct tail *tail, int fd)
{
	memset(tail, 0, sizeof(*tail));
	tail->fd = fd;
	tail_read_head(tail);
}

bool tail_is_copy(const struct tail *tail, const struct tail *old)
{
	return old->head_size == TAIL_HEAD && tail->head_size == TAIL_HEAD &&
	       !memcmp(tail->head, old->head, TAIL_HEAD);
}

/* Moves the last TAIL_PROOF bytes and the incomplete line to the start of the buffer. */
static void tail_compact(struct tail *tail)
{
	size_t from = tail->known > TAIL_PROOF ? tail->known - TAIL_PROOF : 0;

	if (from > tail->line)
		from = tail->line;
	memmove(tail->buffer, tail->buffer + from, tail->known - from);
	tail->known -= from;
	tail->line -= from;
}

static void tail_rewind(struct tail *tail, uint64_t offset)
{
	tail->offset = offset;
	tail->known = 0;
	tail->line = 0;
	tail->skipping = false;
}

void tail_seek_end(struct tail *tail)
{
	struct stat st;
	ssize_t got;

	/* Again if the file is truncated between the two calls. */
	do {
		tail_rewind(tail, fstat(tail->fd, &st) ? 0 : st.st_size);
		tail->known = tail->offset < TAIL_PROOF ? tail->offset : TAIL_PROOF;
		got = pread(tail->fd, tail->buffer, tail->known, tail->offset - tail->known);
	} while (got >= 0 && got < (ssize_t)tail->known);
	if (got < 0)
		tail->known = 0;
	tail->line = tail->known;
	tail->skipping = tail->known && tail->buffer[tail->known - 1] != '\n';
}

/* Reads the bytes before `offset` and hashes them; -ENOENT: they do not exist. */
static int tail_prove(const struct tail *tail, uint64_t offset, char proof[TAIL_PROOF],
		      uint64_t *out)
{
	size_t size = offset < TAIL_PROOF ? offset : TAIL_PROOF;

	if (pread(tail->fd, proof, size, offset - size) != (ssize_t)size)
		return -ENOENT;
	*out = hash_bytes(proof, size, size);
	return 0;
}

int tail_seek(struct tail *tail, const struct log_position_file *position)
{
	char head[TAIL_HEAD], proof[TAIL_PROOF];
	uint64_t hash;

	if (position->head_size > sizeof(head) ||
	    pread(tail->fd, head, position->head_size, 0) != (ssize_t)position->head_size ||
	    hash_bytes(head, position->head_size, 0) != position->head ||
	    tail_prove(tail, position->offset, proof, &hash) || hash != position->proof)
		return -ENOENT;
	tail_rewind(tail, position->offset);
	tail->known = position->offset < TAIL_PROOF ? position->offset : TAIL_PROOF;
	memcpy(tail->buffer, proof, tail->known);
	tail->line = tail->known;
	tail->skipping = position->skip;
	return 0;
}

void tail_position(const struct tail *tail, struct log_position_file *out)
{
	char proof[TAIL_PROOF];

	/* An incomplete line is read from its start again. */
	out->offset = tail->offset - (tail->skipping ? 0 : tail->known - tail->line);
	out->skip = tail->skipping;
	out->head_size = tail->head_size;
	out->head = hash_bytes(tail->head, tail->head_size, 0);
	if (tail_prove(tail, out->offset, proof, &out->proof))
		out->proof = 0;
}

void tail_resume(struct tail *tail, const struct tail *old)
{
	tail->offset = old->offset;
	tail->known = old->known;
	tail->line = old->line;
	tail->skipping = old->skipping;
	memcpy(tail->buffer, old->buffer, old->known);
}

/*
 * The file was truncated: to nothing, and its content is new; or only its end was cut off, and the
 * rest was read before.
 */
static void tail_truncated(struct tail *tail)
{
	char head[TAIL_HEAD];
	ssize_t got = pread(tail->fd, head, tail->head_size, 0);

	tail->cuts++;
	if (tail->head_size == sizeof(head) && got == (ssize_t)sizeof(head) &&
	    !memcmp(head, tail->head, sizeof(head))) {
		tail_seek_end(tail);
	} else {
		tail_rewind(tail, 0);
		tail->head_size = 0;
	}
}

/* Delivers the complete lines in the buffer; there is no LF in the line before `from`. */
static void tail_split(struct tail *tail, size_t from, tail_line *line, void *context)
{
	char *start = tail->buffer + tail->line, *end = tail->buffer + tail->known;
	char *search = tail->buffer + from, *lf;

	while ((lf = memchr(search, '\n', end - search))) {
		tail->line_end = tail->offset - (end - (lf + 1));
		if (!tail->skipping)
			line(context, start, lf - start);
		tail->skipping = false;
		start = search = lf + 1;
	}
	tail->line = start - tail->buffer;
	if (!tail->line && tail->known == sizeof(tail->buffer)) {
		if (!tail->skipping)
			tail->skipped++;
		tail->skipping = true;
		tail->line = tail->known;
	}
}

/* Truncation shows because the bytes read last have changed or are missing. */
int tail_read(struct tail *tail, size_t *budget, tail_line *line, void *context)
{
	char proof[TAIL_PROOF] = "";
	struct iovec iov[2];
	size_t proved, from;
	ssize_t got;

	for (;;) {
		tail_compact(tail);
		proved = tail->known < TAIL_PROOF ? tail->known : TAIL_PROOF;
		iov[0] = (struct iovec){ proof, proved };
		iov[1] = (struct iovec){ tail->buffer + tail->known,
					 sizeof(tail->buffer) - tail->known };
		got = preadv(tail->fd, iov, 2, tail->offset - proved);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if ((size_t)got < proved ||
		    memcmp(proof, tail->buffer + tail->known - proved, proved)) {
			tail_truncated(tail);
			continue;
		}
		if ((size_t)got == proved)
			return 0;
		if (!*budget)
			return 1;
		*budget -= *budget < got - proved ? *budget : got - proved;
		if (tail->head_size < sizeof(tail->head))
			tail_read_head(tail);
		from = tail->known;
		tail->known += got - proved;
		tail->offset += got - proved;
		tail_split(tail, from, line, context);
	}
}

void tail_finish(struct tail *tail, tail_line *line, void *context)
{
	const size_t from = tail->line;

	if (tail->skipping || from == tail->known)
		return;
	tail->line = tail->known;
	tail->line_end = tail->offset;
	line(context, tail->buffer + from, tail->known - from);
}
