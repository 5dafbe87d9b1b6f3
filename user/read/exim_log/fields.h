/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the parts of a line that hold text of the peer: the host, a mailbox, a command. */
#ifndef FIELDS_H
#define FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/addr.h"
#include "read/exim_log/cursor.h"

/*
 * Reads the host slot (src/host.c, host_build_sender_fullhost): "[ip]", "name [ip]", "(helo) [ip]"
 * or "name (helo) [ip]", then ":port" and " I=[ip]:port" by selectors. A HELO that exim has checked
 * holds no space, parenthesis or bracketed address, so the slot has one reading. If exim may accept
 * any HELO (`helo_is_checked` is false), a line in which another address could also end the slot is
 * refused. *port: the local port, in host byte order; 0: not logged, or the slot could end at
 * several places.
 */
bool fields_take_host(struct cursor *cursor, bool helo_is_checked, struct addr *out,
		      uint16_t *port);

/*
 * Finds the host in a line that has text of the peer before the slot: each " H=" in `rest` must
 * begin a host slot, and all must name the same host; if the HELO is not checked, all addresses in
 * brackets must be the same. A line of a local user's session (" U=" without a host before it) has
 * no host. *port is 0 if two of the slots have different ones, or if the HELO is not checked.
 */
bool fields_find_host(const struct cursor *rest, bool helo_is_checked, struct addr *out,
		      uint16_t *port);

/* Reads "<address>"; a quoted local part can hold any byte (RFC 5321, 4.1.2). */
bool fields_take_angled(struct cursor *cursor);

/* Reads an address without brackets, up to a space that is not quoted, or "<>". */
bool fields_take_mailbox(struct cursor *cursor);

#endif
