/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the libFuzzer targets. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/log.h"

#define FUZZ_PATH 32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Checks a condition, also without assertions. */
static inline void fuzz_must(int holds)
{
	if (!holds)
		abort();
}

/* A file with these bytes; the caller closes it. */
static inline int fuzz_file(const uint8_t *data, size_t size, char path[FUZZ_PATH])
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	fuzz_must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, FUZZ_PATH, "/proc/self/fd/%d", fd);
	return fd;
}

/* The bytes as a string, in a separate allocation, so that ASan detects an overrun. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	fuzz_must(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

#endif
