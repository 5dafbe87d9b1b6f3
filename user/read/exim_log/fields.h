/* SPDX-License-Identifier: GPL-2.0-only */
/* The slots of a line that peers fill: the host, a mailbox, a command; each taken whole or not. */
#ifndef FIELDS_H
#define FIELDS_H

#include <stdbool.h>

#include "common/addr.h"
#include "read/exim_log/cursor.h"

/*
 * The host slot (src/host.c, host_build_sender_fullhost): "[ip]", "name [ip]", "(helo) [ip]" or
 * "name (helo) [ip]", then ":port" and " I=[ip]:port" by selectors. No space, parenthesis or
 * bracketed address comes out of a HELO that exim has checked, so the first reading is the only
 * one. Where it may take any HELO (`helo_is_checked` is false), a line in which another address
 * could end the slot as well is refused.
 */
bool fields_take_host(struct cursor *cursor, bool helo_is_checked, struct addr *out);

/*
 * The host of a line in which a peer's own words stand before the slot: each " H=" that is left
 * must be a host slot, and all must name the same host; where the HELO is not checked, all
 * addresses in brackets must be the same. A line of a local user's session (" U=" with no host
 * before it) has none.
 */
bool fields_find_host(const struct cursor *rest, bool helo_is_checked, struct addr *out);

/* "<address>", in which a quoted local part may hold any byte (RFC 5321, 4.1.2). */
bool fields_take_angled(struct cursor *cursor);

/* An address without brackets, up to a space that is not quoted, or "<>". */
bool fields_take_mailbox(struct cursor *cursor);

#endif
