// SPDX-License-Identifier: GPL-2.0-only
/* Reads the bytes of a file or a pipe, decompressed if it is a .gz, .xz or .zst file. */
#include "read/file/unpack.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#define UNPACK_PACKED (64 * 1024)
#define UNPACK_GZIP   (15 + 16) /* zlib.h, inflateInit2: the largest window, gzip's header */

/* The memory limit for .xz; files made by `xz -9` need half of it. The same for .zst. */
#define UNPACK_MEMORY (128 << 20)

/* Follows the name of a program that decompresses a file. */
#define UNPACK_PIPE " FILE | sobig-xdp parse - (or replay -)"

/* As many bytes as identify a format. */
#define UNPACK_MAGIC 6

struct unpack_form;

struct unpack {
	int fd;
	const struct unpack_form *form; /* NULL: not known yet */
	bool between;			/* between compressed members: the input may end here */
	bool ended;			/* the input is at its end */
	const unsigned char *next;	/* bytes read and not decompressed yet */
	size_t left;
	z_stream gz;
	lzma_stream xz;
	ZSTD_DStream *zst;
	const char *why;
	unsigned char packed[UNPACK_PACKED];
};

/*
 * A compression format. A step consumes input, writes output to *to, which has room for *room
 * bytes, and advances both: 0; 1: the end; or -errno.
 */
struct unpack_form {
	const char *magic;
	size_t size; /* of `magic` */
	int (*open)(struct unpack *bytes);
	int (*step)(struct unpack *bytes, unsigned char **to, size_t *room);
	void (*close)(struct unpack *bytes);
	const char *refusal; /* why it is not supported; then there are no functions */
};

int unpack_open(int fd, struct unpack **out)
{
	struct unpack *bytes = calloc(1, sizeof(*bytes));

	if (!bytes)
		return -ENOMEM;
	bytes->fd = fd;
	bytes->why = "";
	*out = bytes;
	return 0;
}

static ssize_t unpack_take(const struct unpack *bytes, void *to, size_t size)
{
	ssize_t got;

	do
		got = read(bytes->fd, to, size);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

static int unpack_broken(struct unpack *bytes, const char *why)
{
	bytes->why = why;
	return -EBADMSG;
}

static int unpack_open_plain(struct unpack *bytes)
{
	(void)bytes;
	return 0;
}

static int unpack_step_plain(struct unpack *bytes, unsigned char **to, size_t *room)
{
	size_t size = bytes->left < *room ? bytes->left : *room;
	ssize_t got;

	if (size) {
		memcpy(*to, bytes->next, size);
		bytes->next += size;
		bytes->left -= size;
	} else {
		got = unpack_take(bytes, *to, *room);
		if (got <= 0)
			return got < 0 ? got : 1;
		size = got;
	}
	*to += size;
	*room -= size;
	return 0;
}

static void unpack_close_plain(struct unpack *bytes)
{
	(void)bytes;
}

static int unpack_open_gz(struct unpack *bytes)
{
	return inflateInit2(&bytes->gz, UNPACK_GZIP) == Z_OK ? 0 : -ENOMEM;
}

static int unpack_step_gz(struct unpack *bytes, unsigned char **to, size_t *room)
{
	z_stream *stream = &bytes->gz;
	int result;

	if (bytes->between && inflateReset(stream) != Z_OK)
		return -ENOMEM;
	bytes->between = false;
	stream->next_in = (unsigned char *)bytes->next;
	stream->avail_in = bytes->left;
	stream->next_out = *to;
	stream->avail_out = *room;
	result = inflate(stream, Z_NO_FLUSH);
	bytes->next = stream->next_in;
	bytes->left = stream->avail_in;
	*to = stream->next_out;
	*room = stream->avail_out;
	switch (result) {
	case Z_STREAM_END:
		bytes->between = true;
		return 0;
	case Z_OK:
	case Z_BUF_ERROR: /* more input is needed */
		return 0;
	case Z_MEM_ERROR:
		return -ENOMEM;
	default:
		return unpack_broken(bytes, "the compressed data is damaged");
	}
}

static void unpack_close_gz(struct unpack *bytes)
{
	inflateEnd(&bytes->gz);
}

static int unpack_open_xz(struct unpack *bytes)
{
	bytes->xz = (lzma_stream)LZMA_STREAM_INIT;
	return lzma_stream_decoder(&bytes->xz, UNPACK_MEMORY, LZMA_CONCATENATED) == LZMA_OK
		       ? 0
		       : -ENOMEM;
}

static int unpack_step_xz(struct unpack *bytes, unsigned char **to, size_t *room)
{
	lzma_stream *stream = &bytes->xz;
	lzma_ret result;

	stream->next_in = bytes->next;
	stream->avail_in = bytes->left;
	stream->next_out = *to;
	stream->avail_out = *room;
	result = lzma_code(stream, bytes->ended ? LZMA_FINISH : LZMA_RUN);
	bytes->next = stream->next_in;
	bytes->left = stream->avail_in;
	*to = stream->next_out;
	*room = stream->avail_out;
	switch (result) {
	case LZMA_OK:
		return 0;
	case LZMA_STREAM_END:
		return 1;
	case LZMA_BUF_ERROR: /* more input is needed */
		return 0;
	case LZMA_MEM_ERROR:
		return -ENOMEM;
	case LZMA_MEMLIMIT_ERROR:
		return unpack_broken(
			bytes, "decompressing it needs too much memory; try: xzcat" UNPACK_PIPE);
	default:
		return unpack_broken(bytes, "the compressed data is damaged");
	}
}

static void unpack_close_xz(struct unpack *bytes)
{
	lzma_end(&bytes->xz);
}

static int unpack_open_zst(struct unpack *bytes)
{
	bytes->zst = ZSTD_createDStream();
	return bytes->zst ? 0 : -ENOMEM;
}

static int unpack_step_zst(struct unpack *bytes, unsigned char **to, size_t *room)
{
	ZSTD_inBuffer in = { bytes->next, bytes->left, 0 };
	ZSTD_outBuffer out = { *to, *room, 0 };
	size_t result = ZSTD_decompressStream(bytes->zst, &out, &in);

	bytes->next += in.pos;
	bytes->left -= in.pos;
	*to += out.pos;
	*room -= out.pos;
	bytes->between = !result;
	if (!ZSTD_isError(result))
		return 0;
	/* zstd's default limit of the window is UNPACK_MEMORY (zstd.h). */
	if (strstr(ZSTD_getErrorName(result), "memory"))
		return unpack_broken(
			bytes,
			"decompressing it needs too much memory; try: zstdcat --long=31" UNPACK_PIPE);
	return unpack_broken(bytes, "the compressed data is damaged");
}

static void unpack_close_zst(struct unpack *bytes)
{
	ZSTD_freeDStream(bytes->zst);
}

/* The members of a row, without its braces. */
#define UNPACK_FORM(form, magic) \
	magic, sizeof(magic) - 1, unpack_open_##form, unpack_step_##form, unpack_close_##form, NULL
#define UNPACK_REFUSED(magic, name, program)        \
	magic, sizeof(magic) - 1, NULL, NULL, NULL, \
		"it is compressed with " name       \
		", which is not supported; try: " program UNPACK_PIPE

/* The first entry whose magic matches is used. */
static const struct unpack_form unpack_forms[] = {
	{ UNPACK_FORM(gz, "\x1f\x8b") },
	{ UNPACK_FORM(xz, "\xfd"
			  "7zXZ") },
	{ UNPACK_FORM(zst, "\x28\xb5\x2f\xfd") },
	{ UNPACK_FORM(zst, "\x50\x2a\x4d\x18") }, /* a skippable frame, which pzstd writes first */
	{ UNPACK_REFUSED("BZh", "bzip2", "bzcat") },
	{ UNPACK_REFUSED("\x04\x22\x4d\x18", "lz4", "lz4cat") },
	{ UNPACK_REFUSED("\x1f\x9d", "compress", "zcat") },
	{ UNPACK_REFUSED("LZIP", "lzip", "lzip -dc") },
	{ UNPACK_REFUSED("\x5d\x00\x00", "lzma", "lzcat") },
	{ UNPACK_REFUSED("PK\x03\x04", "zip", "unzip -p") },
	{ UNPACK_REFUSED("7z\xbc\xaf", "7z", "7z x -so") },
	{ UNPACK_FORM(plain, "") },
};

/* Detects the format. 0 or -errno. */
static int unpack_detect(struct unpack *bytes)
{
	const struct unpack_form *form = unpack_forms;
	ssize_t got;

	while (bytes->left < UNPACK_MAGIC) {
		got = unpack_take(bytes, bytes->packed + bytes->left, UNPACK_MAGIC - bytes->left);
		if (got < 0)
			return got;
		if (!got)
			break;
		bytes->left += got;
	}
	bytes->next = bytes->packed;
	while (form->size > bytes->left || memcmp(form->magic, bytes->packed, form->size))
		form++;
	if (form->refusal)
		unpack_broken(bytes, form->refusal);
	if (form->refusal)
		return -ENOTSUP;
	if (form->open(bytes))
		return -ENOMEM;
	bytes->form = form;
	return 0;
}

/* Reads more input if all was consumed: 0, or -errno. */
static int unpack_fill(struct unpack *bytes)
{
	ssize_t got;

	if (bytes->left || bytes->ended || bytes->form->step == unpack_step_plain)
		return 0;
	got = unpack_take(bytes, bytes->packed, sizeof(bytes->packed));
	if (got < 0)
		return got;
	bytes->ended = !got;
	bytes->next = bytes->packed;
	bytes->left = got;
	return 0;
}

/* One step; 0, 1: the end, or -errno. */
static int unpack_step(struct unpack *bytes, unsigned char **to, size_t *room)
{
	const size_t before = *room;
	int err = unpack_fill(bytes);

	if (err)
		return err;
	if (bytes->ended && bytes->between)
		return 1;
	err = bytes->form->step(bytes, to, room);
	if (!err && bytes->ended && *room == before && !bytes->between)
		return unpack_broken(bytes, "it is truncated");
	return err;
}

ssize_t unpack_read(struct unpack *bytes, char *to, size_t size)
{
	unsigned char *at = (unsigned char *)to;
	size_t room = size;
	int err = 0;

	if (!bytes->form)
		err = unpack_detect(bytes);
	while (!err && room == size)
		err = unpack_step(bytes, &at, &room);
	/* Data before the damage is returned first; the next call fails again. */
	if (room < size)
		return size - room;
	return err < 0 ? err : 0;
}

const char *unpack_why(const struct unpack *bytes)
{
	return bytes->why;
}

void unpack_close(struct unpack *bytes)
{
	if (!bytes)
		return;
	if (bytes->form)
		bytes->form->close(bytes);
	free(bytes);
}
