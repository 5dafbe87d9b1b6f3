/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel tells over netlink: lists, read message by message, and that there is news. */
#ifndef NETLINK_H
#define NETLINK_H

#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/*
 * Asks for the list of `type` by `body`, and shows each message of it. 0, -ENOMEM, or the kernel's
 * -errno; messages that were shown before an error count all the same.
 */
int netlink_dump(int protocol, uint16_t type, const void *body, size_t size,
		 void (*each)(void *context, const struct nlmsghdr *message), void *context);

/* The same for one question with one answer. */
int netlink_get(int protocol, uint16_t type, const void *body, size_t size,
		void (*each)(void *context, const struct nlmsghdr *message), void *context);

/* A socket that is readable when something of these groups (RTMGRP_*) changes; or -errno. */
int netlink_watch(unsigned int groups);

/* The first attribute of that type among `size` bytes of them; NULL: there is none. */
const struct rtattr *netlink_attribute(const void *attributes, size_t size, unsigned int type);

/* Empties it. What changed is for the caller to look up. */
void netlink_drain(int fd);

#endif
