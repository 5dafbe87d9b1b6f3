// SPDX-License-Identifier: GPL-2.0-only
/* Decompression: whole and truncated input, and the reason when a file cannot be read. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "read/file/unpack.h"

#define TEXT_SIZE 1000000

static char text[TEXT_SIZE];

/* Compresses `size` bytes at `from` to `to` (room for 2 * TEXT_SIZE); returns its size. */
typedef size_t pack(const char *from, size_t size, unsigned char *to);

static size_t pack_gz(const char *from, size_t size, unsigned char *to)
{
	z_stream stream = { .next_in = (unsigned char *)from,
			    .avail_in = size,
			    .next_out = to,
			    .avail_out = 2 * TEXT_SIZE };

	assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
			 Z_OK);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	deflateEnd(&stream);
	return stream.total_out;
}

static size_t pack_xz(const char *from, size_t size, unsigned char *to)
{
	size_t packed = 0;

	assert_int_equal(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, NULL, (const uint8_t *)from,
						 size, to, &packed, 2 * TEXT_SIZE),
			 LZMA_OK);
	return packed;
}

static size_t pack_zst(const char *from, size_t size, unsigned char *to)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	size_t packed;

	/* As zstd(1) does. */
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	packed = ZSTD_compress2(context, to, 2 * TEXT_SIZE, from, size);
	assert_false(ZSTD_isError(packed));
	ZSTD_freeCCtx(context);
	return packed;
}

static pack *const packs[] = { pack_gz, pack_xz, pack_zst };
#define PACKS 3

static int file_of(const void *data, size_t size)
{
	int fd = memfd_create("bytes", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* Reads everything, `step` bytes at a time; returns the size; *err is the result, *why a copy. */
static size_t read_all(const void *data, size_t size, size_t step, char *to, int *err,
		       char why[256])
{
	int fd = file_of(data, size);
	struct unpack *bytes;
	size_t have = 0;
	ssize_t got;

	assert_int_equal(unpack_open(fd, &bytes), 0);
	while ((got = unpack_read(bytes, to + have, step)) > 0)
		have += got;
	*err = got;
	strncpy(why, unpack_why(bytes), 255);
	why[255] = '\0';
	unpack_close(bytes);
	close(fd);
	return have;
}

static void members_are_decompressed_as_one_for_any_read_size(void **state)
{
	static unsigned char packed[5 * TEXT_SIZE];
	static char out[TEXT_SIZE + 65536];
	static const size_t steps[] = { 1, 100, 65536 };
	char why[256];
	int err;

	(void)state;
	for (int i = 0; i < PACKS; i++)
		for (int j = 0; j < 3; j++) {
			size_t whole = j ? TEXT_SIZE : 5000, half = whole / 2, size;

			size = packs[i](text, half, packed);
			size += packs[i](text + half, whole - half, packed + size);
			assert_int_equal(read_all(packed, size, steps[j], out, &err, why), whole);
			assert_int_equal(err, 0);
			assert_memory_equal(out, text, whole);
		}
}

static void truncated_input_gives_its_data_and_an_error(void **state)
{
	static unsigned char packed[2 * TEXT_SIZE];
	static char out[TEXT_SIZE + 65536];
	char why[256];
	int err;

	(void)state;
	for (int i = 0; i < PACKS; i++) {
		size_t size = packs[i](text, TEXT_SIZE, packed), have;

		have = read_all(packed, size / 2, 65536, out, &err, why);
		assert_int_equal(err, -EBADMSG);
		assert_string_equal(why, "it is truncated");
		assert_in_range(have, 1, TEXT_SIZE - 1);
		assert_memory_equal(out, text, have);
	}
}

static void damaged_input_is_reported(void **state)
{
	static unsigned char packed[2 * TEXT_SIZE];
	static char out[2 * TEXT_SIZE];
	char why[256];
	int err;

	(void)state;
	for (int i = 0; i < PACKS; i++) {
		size_t size = packs[i](text, TEXT_SIZE, packed);

		memset(packed + size / 2, 0xff, 64);
		read_all(packed, size, 65536, out, &err, why);
		assert_int_equal(err, -EBADMSG);
		assert_string_equal(why, "the compressed data is damaged");
	}
}

static void unsupported_format_is_refused_with_the_command_to_use(void **state)
{
	static const struct {
		const char magic[8], *program;
	} forms[] = {
		{ "BZh91AY", "bzcat FILE | sobig-xdp parse -" },
		{ "\x04\x22\x4d\x18@@@", "lz4cat FILE | sobig-xdp parse -" },
		{ "\x1f\x9d\x90@@@@", "zcat FILE | sobig-xdp parse -" },
		{ "LZIP@@@", "lzip -dc FILE | sobig-xdp parse -" },
		{ "\x5d\0\0\x80\0@@", "lzcat FILE | sobig-xdp parse -" },
		{ "PK\3\4@@@", "unzip -p FILE | sobig-xdp parse -" },
		{ "7z\xbc\xaf'\x1c@", "7z x -so FILE | sobig-xdp parse -" },
	};
	char out[64], why[256];
	int err;

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		assert_int_equal(read_all(forms[i].magic, 7, 64, out, &err, why), 0);
		assert_int_equal(err, -ENOTSUP);
		assert_non_null(strstr(why, forms[i].program));
	}
}

static void uncompressed_input_is_unchanged(void **state)
{
	static const char *const plain[] = { "",   "2",		"2003",	      "\x1f",
					     "BZ", "7zip 7zip", "PK, he said" };
	char out[64], why[256];
	int err;

	(void)state;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		size_t size = strlen(plain[i]);

		assert_int_equal(read_all(plain[i], size, 3, out, &err, why), size);
		assert_int_equal(err, 0);
		assert_memory_equal(out, plain[i], size);
	}
}

/* A window of 2 GB, as `zstd --long=31` makes it; the frame's header alone requests it. */
static void too_large_window_is_refused_with_the_command_to_use(void **state)
{
	static const unsigned char wide[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0, 0, 0, 0 };
	char out[64], why[256];
	int err;

	(void)state;
	assert_int_equal(read_all(wide, sizeof(wide), 64, out, &err, why), 0);
	assert_int_equal(err, -EBADMSG);
	assert_non_null(strstr(why, "needs too much memory; try: zstdcat --long=31 FILE |"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_decompressed_as_one_for_any_read_size),
		cmocka_unit_test(truncated_input_gives_its_data_and_an_error),
		cmocka_unit_test(damaged_input_is_reported),
		cmocka_unit_test(unsupported_format_is_refused_with_the_command_to_use),
		cmocka_unit_test(uncompressed_input_is_unchanged),
		cmocka_unit_test(too_large_window_is_refused_with_the_command_to_use),
	};

	/* Partly random lines, so that they do not compress to nothing. */
	srandom(7);
	for (size_t i = 0; i < TEXT_SIZE; i++)
		text[i] = i % 80 == 79 ? '\n' : i % 80 < 40 ? 'a' + random() % 26 : '-';
	return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
