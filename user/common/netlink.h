/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads lists from the kernel over netlink, and watches for changes. */
#ifndef NETLINK_H
#define NETLINK_H

#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/*
 * Requests the list of `type` with `body` and calls `each` for each message. 0, -ENOMEM, or the
 * kernel's -errno; messages before an error are valid.
 */
int netlink_dump(int protocol, uint16_t type, const void *body, size_t size,
		 void (*each)(void *context, const struct nlmsghdr *message), void *context);

/* The same for a request with a single answer. */
int netlink_get(int protocol, uint16_t type, const void *body, size_t size,
		void (*each)(void *context, const struct nlmsghdr *message), void *context);

/* Opens a socket that is readable after a change in these groups (RTMGRP_*), or -errno. */
int netlink_watch(unsigned int groups);

/* Finds the first attribute of that type in `size` bytes of attributes; NULL: none. */
const struct rtattr *netlink_attribute(const void *attributes, size_t size, unsigned int type);

/* Discards all messages of a socket of netlink_watch(). */
void netlink_drain(int fd);

#endif
