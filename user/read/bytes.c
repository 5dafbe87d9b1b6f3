// SPDX-License-Identifier: GPL-2.0-only
/* The bytes of a file or a pipe as they come, unpacked if it is a .gz. */
#include "bytes.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#define BYTES_PACKED (64 * 1024)
#define BYTES_GZIP   (15 + 16) /* zlib.h, inflateInit2: the largest window, gzip's header */

enum bytes_form {
	BYTES_UNKNOWN,
	BYTES_PLAIN,
	BYTES_GZ
};

struct bytes {
	int fd;
	enum bytes_form form;
	bool between; /* members of a .gz: where it may end */
	z_stream stream;
	const char *why;
	unsigned char packed[BYTES_PACKED];
};

int bytes_open(int fd, struct bytes **out)
{
	struct bytes *bytes = calloc(1, sizeof(*bytes));

	if (!bytes)
		return -ENOMEM;
	bytes->fd = fd;
	bytes->why = "";
	*out = bytes;
	return 0;
}

static ssize_t bytes_take(const struct bytes *bytes, void *to, size_t size)
{
	ssize_t got;

	do
		got = read(bytes->fd, to, size);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

/* RFC 1952, 2.3.1: the first two bytes tell. They are kept in `packed`, whatever they are. */
static int bytes_look(struct bytes *bytes)
{
	size_t have = 0;
	ssize_t got;

	while (have < 2) {
		got = bytes_take(bytes, bytes->packed + have, 2 - have);
		if (got < 0)
			return got;
		if (!got)
			break;
		have += got;
	}
	bytes->form = BYTES_PLAIN;
	bytes->stream.next_in = bytes->packed;
	bytes->stream.avail_in = have;
	if (have < 2 || bytes->packed[0] != 0x1f || bytes->packed[1] != 0x8b)
		return 0;
	bytes->form = BYTES_GZ;
	return inflateInit2(&bytes->stream, BYTES_GZIP) == Z_OK ? 0 : -ENOMEM;
}

static ssize_t bytes_read_plain(struct bytes *bytes, char *to, size_t size)
{
	size_t looked = bytes->stream.avail_in;

	if (!looked)
		return bytes_take(bytes, to, size);
	if (looked > size)
		looked = size;
	memcpy(to, bytes->stream.next_in, looked);
	bytes->stream.next_in += looked;
	bytes->stream.avail_in -= looked;
	return looked;
}

static int bytes_broken(struct bytes *bytes, const char *why)
{
	bytes->why = why;
	return -EBADMSG;
}

/* One step; 0: no bytes yet, 1: the end of all members, or -errno. */
static int bytes_inflate(struct bytes *bytes)
{
	z_stream *stream = &bytes->stream;
	ssize_t got;

	if (!stream->avail_in) {
		got = bytes_take(bytes, bytes->packed, sizeof(bytes->packed));
		if (got < 0)
			return got;
		if (!got)
			return bytes->between ? 1 : bytes_broken(bytes, "it ends too early");
		stream->next_in = bytes->packed;
		stream->avail_in = got;
	}
	if (bytes->between && inflateReset(stream) != Z_OK)
		return -ENOMEM;
	bytes->between = false;
	switch (inflate(stream, Z_NO_FLUSH)) {
	case Z_STREAM_END:
		bytes->between = true;
		return 0;
	case Z_OK:
	case Z_BUF_ERROR: /* nothing to do without more to read */
		return 0;
	case Z_MEM_ERROR:
		return -ENOMEM;
	default:
		return bytes_broken(bytes, "what is packed in it is broken");
	}
}

ssize_t bytes_read(struct bytes *bytes, char *to, size_t size)
{
	int err = 0;

	if (bytes->form == BYTES_UNKNOWN)
		err = bytes_look(bytes);
	if (err)
		return err;
	if (bytes->form == BYTES_PLAIN)
		return bytes_read_plain(bytes, to, size);
	bytes->stream.next_out = (unsigned char *)to;
	bytes->stream.avail_out = size;
	while (!err && bytes->stream.avail_out == size)
		err = bytes_inflate(bytes);
	/* What was unpacked before it broke is handed over first; it breaks again next time. */
	if (bytes->stream.avail_out < size)
		return size - bytes->stream.avail_out;
	return err < 0 ? err : 0;
}

const char *bytes_why(const struct bytes *bytes)
{
	return bytes->why;
}

void bytes_close(struct bytes *bytes)
{
	if (!bytes)
		return;
	if (bytes->form == BYTES_GZ)
		inflateEnd(&bytes->stream);
	free(bytes);
}
