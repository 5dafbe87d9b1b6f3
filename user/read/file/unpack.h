/* SPDX-License-Identifier: GPL-2.0-only */
/* The bytes of a file or a pipe as they come, unpacked if it is a .gz, .xz or .zst. */
#ifndef UNPACK_H
#define UNPACK_H

#include <stddef.h>
#include <sys/types.h>

struct unpack;

/* 0; -ENOMEM. `fd` stays the caller's, who closes *out. */
int unpack_open(int fd, struct unpack **out);

/*
 * Up to `size` bytes, as soon as there are any; 0: the end; -errno of read(2); -EBADMSG: what is
 * packed is broken or ends too early, or -ENOTSUP: it is packed in another way: unpack_why() tells.
 */
ssize_t unpack_read(struct unpack *bytes, char *to, size_t size);

const char *unpack_why(const struct unpack *bytes);

/* Accepts NULL. */
void unpack_close(struct unpack *bytes);

#endif
