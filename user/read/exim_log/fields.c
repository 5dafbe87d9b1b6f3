// SPDX-License-Identifier: GPL-2.0-only
/* Reads the parts of a line that hold text of the peer: the host, a mailbox, a command. */
#include "read/exim_log/fields.h"

#include <endian.h>

static bool fields_is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool fields_is_address(unsigned char c)
{
	static const bool in_address[256] = {
		['0' ... '9'] = true, ['A' ... 'F'] = true, ['a' ... 'f'] = true,
		[':'] = true,	      ['.'] = true,
	};

	return in_address[c];
}

static bool fields_is_not_space(unsigned char c)
{
	return c != ' ';
}

/* "[203.0.113.7]" */
static bool fields_take_bracketed(struct cursor *cursor, struct addr *out)
{
	struct cursor at = *cursor;
	const char *from;
	size_t length;

	if (!cursor_take(&at, "["))
		return false;
	from = at.pos;
	length = cursor_take_while(&at, fields_is_address);
	if (!cursor_take(&at, "]") || addr_parse(from, length, out))
		return false;
	*cursor = at;
	return true;
}

/* ":4711", if it is a port and not the colon before a text; 0: it is not, or no valid number. */
static uint16_t fields_take_port(struct cursor *cursor)
{
	uint32_t port = 0;

	if (cursor_peek(cursor, 0) != ':' || !fields_is_digit(cursor_peek(cursor, 1)))
		return 0;
	for (cursor->pos++; fields_is_digit(cursor_peek(cursor, 0)); cursor->pos++)
		if (port <= UINT16_MAX)
			port = port * 10 + (*cursor->pos - '0');
	return port <= UINT16_MAX ? port : 0;
}

/* " I=[192.0.2.1]:25", an address of the mail server itself, and its port, or 0. */
static uint16_t fields_take_interface(struct cursor *cursor)
{
	struct cursor at = *cursor;
	struct addr own;
	uint16_t port;

	if (!cursor_take(&at, " I=") || !fields_take_bracketed(&at, &own))
		return 0;
	port = fields_take_port(&at);
	*cursor = at;
	return port;
}

/*
 * True if the rest holds a possible end of a HELO with an address other than `addr`. *again: one
 * with the same address.
 */
static bool fields_another_host_follows(const struct cursor *cursor, const struct addr *addr,
					bool *again)
{
	struct cursor at = *cursor;
	struct addr other;

	while ((at.pos = memchr(at.pos, ')', cursor_left(&at)))) {
		if (!cursor_take(&at, ") ")) {
			at.pos++;
			continue;
		}
		if (!fields_take_bracketed(&at, &other))
			continue;
		if (addr_compare(addr, &other))
			return true;
		*again = true;
	}
	return false;
}

static bool fields_is_checked_helo(unsigned char c)
{
	return c != ' ' && c != '(' && c != ')';
}

/* "(helo) [ip]": up to the first possible end. */
static bool fields_take_helo(struct cursor *cursor, bool helo_is_checked, struct addr *out)
{
	struct cursor at = *cursor;

	if (helo_is_checked) {
		if (!cursor_take(&at, "(") || !cursor_take_while(&at, fields_is_checked_helo) ||
		    !cursor_take(&at, ") ") || !fields_take_bracketed(&at, out))
			return false;
		*cursor = at;
		return true;
	}
	for (; at.pos < at.end; at.pos++) {
		struct cursor end = at;

		if (cursor_take(&end, ") ") && fields_take_bracketed(&end, out)) {
			*cursor = end;
			return true;
		}
	}
	return false;
}

/* ":4711", if there is one, at the end of the host: a space or a text follows, or nothing. */
static bool fields_take_end(struct cursor *cursor)
{
	fields_take_port(cursor);
	return cursor_peek(cursor, 0) == ':'
		       ? cursor_peek(cursor, 1) == ' '
		       : !cursor_left(cursor) || cursor_peek(cursor, 0) == ' ';
}

/* "[203.0.113.7]:4711". A name in the DNS can begin like that, but goes on and holds no space. */
static bool fields_take_address(struct cursor *cursor, struct addr *out)
{
	struct cursor at = *cursor;

	if (!fields_take_bracketed(&at, out) || !fields_take_end(&at))
		return false;
	*cursor = at;
	return true;
}

bool fields_take_host(struct cursor *cursor, bool helo_is_checked, struct addr *out, uint16_t *port)
{
	struct cursor at = *cursor;
	bool helo = false, again = false;
	struct addr addr;
	uint16_t own;

	if (!fields_take_address(&at, &addr)) {
		if (cursor_peek(&at, 0) != '(' &&
		    (!cursor_take_while(&at, fields_is_not_space) || !cursor_take(&at, " ")))
			return false;
		helo = cursor_peek(&at, 0) == '(';
		if (helo ? !fields_take_helo(&at, helo_is_checked, &addr) || !fields_take_end(&at)
			 : !fields_take_address(&at, &addr))
			return false;
	}
	if (helo && !helo_is_checked && fields_another_host_follows(&at, &addr, &again))
		return false;
	own = fields_take_interface(&at);
	*cursor = at;
	*out = addr;
	*port = again ? 0 : own;
	return true;
}

/* The only address in brackets, except the interface's. */
static bool fields_find_only(const struct cursor *rest, struct addr *out)
{
	struct cursor at = *rest;
	struct addr addr, first;
	bool found = false;

	while ((at.pos = memchr(at.pos, '[', cursor_left(&at)))) {
		const char *from = at.pos;
		bool own = from - rest->pos >= 3 && !memcmp(from - 3, " I=", 3);

		if (!fields_take_bracketed(&at, &addr)) {
			at.pos = from + 1;
		} else if (!own) {
			if (found && addr_compare(&first, &addr))
				return false;
			first = addr;
			found = true;
		}
	}
	if (found)
		*out = first;
	return found;
}

/* True for a local user's session: " U=" is in place of the host, not after an address. */
static bool fields_is_local(const struct cursor *rest)
{
	struct cursor at = *rest;

	while (cursor_seeks(&at, " U=", 3)) {
		char before = at.pos - rest->pos > 3 ? at.pos[-4] : ' ';

		if (before != ']' && !fields_is_digit(before))
			return true;
	}
	return false;
}

bool fields_find_host(const struct cursor *rest, bool helo_is_checked, struct addr *out,
		      uint16_t *port)
{
	struct cursor at = *rest;
	struct addr addr, first;
	uint16_t own, same = 0;
	bool found = false;

	if (fields_is_local(rest))
		return false;
	*port = 0;
	if (!helo_is_checked)
		return fields_find_only(rest, out);
	while (cursor_seeks(&at, " H=", 3)) {
		if (!fields_take_host(&at, true, &addr, &own) ||
		    (found && addr_compare(&first, &addr)))
			return false;
		same = !found || same == own ? own : 0;
		first = addr;
		found = true;
	}
	if (!found)
		return false;
	*out = first;
	*port = same;
	return true;
}

/* A string in double quotes, in which a backslash escapes the next byte. */
static bool fields_take_quoted(struct cursor *cursor)
{
	if (!cursor_take(cursor, "\""))
		return false;
	while (cursor->pos < cursor->end) {
		char c = *cursor->pos++;

		if (c == '"')
			return true;
		if (c == '\\' && cursor->pos < cursor->end)
			cursor->pos++;
	}
	return false;
}

/* A backslash escapes the next byte outside quotes, too (src/parse.c, read_local_part). */
static bool fields_take_escaped(struct cursor *cursor)
{
	if (cursor_left(cursor) < 2 || cursor_peek(cursor, 0) != '\\')
		return false;
	cursor->pos += 2;
	return true;
}

static bool fields_is_plain(unsigned char c)
{
	static const bool special[256] = { ['"'] = true, ['>'] = true, ['\\'] = true };

	return !special[c];
}

/* The bytes of a word that equal `c` have their highest bit set; the first such bit is right. */
static uint64_t fields_bytes_equal(uint64_t word, unsigned char c)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), differs = word ^ (ones * c);

	return (differs - ones) & ~differs & (ones << 7);
}

/* Goes to the next special byte, eight bytes at a time: mailboxes are in every line. */
static void fields_skip_plain(struct cursor *cursor)
{
	uint64_t word, special;

	for (; cursor_left(cursor) >= sizeof(word); cursor->pos += sizeof(word)) {
		memcpy(&word, cursor->pos, sizeof(word));
		word = le64toh(word);
		special = fields_bytes_equal(word, '"') | fields_bytes_equal(word, '>') |
			  fields_bytes_equal(word, '\\');
		if (special) {
			cursor->pos += __builtin_ctzll(special) / 8;
			return;
		}
	}
	cursor_take_while(cursor, fields_is_plain);
}

bool fields_take_angled(struct cursor *cursor)
{
	if (!cursor_take(cursor, "<"))
		return false;
	for (;;) {
		fields_skip_plain(cursor);
		if (cursor_take(cursor, ">"))
			return true;
		if (!fields_take_escaped(cursor) && !fields_take_quoted(cursor))
			return false;
	}
}

bool fields_take_mailbox(struct cursor *cursor)
{
	const char *from = cursor->pos;

	while (cursor_left(cursor) && cursor_peek(cursor, 0) != ' ') {
		if (cursor_peek(cursor, 0) == '"') {
			if (!fields_take_quoted(cursor))
				return false;
		} else if (!fields_take_escaped(cursor)) {
			cursor->pos++;
		}
	}
	return cursor->pos > from;
}
