/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the bytes of a file or a pipe, decompressed if it is a .gz, .xz or .zst file. */
#ifndef UNPACK_H
#define UNPACK_H

#include <stddef.h>
#include <sys/types.h>

struct unpack;

/* 0; -ENOMEM. The caller owns `fd` and closes *out. */
int unpack_open(int fd, struct unpack **out);

/*
 * Returns up to `size` bytes as soon as there are any; 0: the end; -errno from read(2); -EBADMSG:
 * the compressed data is damaged or truncated; -ENOTSUP: the compression format is not supported.
 */
ssize_t unpack_read(struct unpack *bytes, char *to, size_t size);

/* The reason for -EBADMSG or -ENOTSUP; otherwise "". */
const char *unpack_why(const struct unpack *bytes);

/* Accepts NULL. */
void unpack_close(struct unpack *bytes);

#endif
