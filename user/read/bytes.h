/* SPDX-License-Identifier: GPL-2.0-only */
/* The bytes of a file or a pipe as they come, unpacked if it is a .gz, .xz or .zst. */
#ifndef BYTES_H
#define BYTES_H

#include <stddef.h>
#include <sys/types.h>

struct bytes;

/* 0; -ENOMEM. `fd` stays the caller's, who closes *out. */
int bytes_open(int fd, struct bytes **out);

/*
 * Up to `size` bytes, as soon as there are any; 0: the end; -errno of read(2); -EBADMSG: what is
 * packed is broken or ends too early, or -ENOTSUP: it is packed in another way: bytes_why() tells.
 */
ssize_t bytes_read(struct bytes *bytes, char *to, size_t size);

const char *bytes_why(const struct bytes *bytes);

/* Accepts NULL. */
void bytes_close(struct bytes *bytes);

#endif
