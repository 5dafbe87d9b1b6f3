/* SPDX-License-Identifier: GPL-2.0-only */
/* A cursor over untrusted bytes: each function consumes what it names, or nothing. */
#ifndef CURSOR_H
#define CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct cursor {
	const char *pos;
	const char *end;
};

static inline size_t cursor_left(const struct cursor *cursor)
{
	return cursor->end - cursor->pos;
}

/* The byte at `ahead` after the cursor, or -1 after the end. */
static inline int cursor_peek(const struct cursor *cursor, size_t ahead)
{
	return ahead < cursor_left(cursor) ? (unsigned char)cursor->pos[ahead] : -1;
}

/* Consumes the `size` bytes at `text` if they come next. */
static inline bool cursor_takes(struct cursor *cursor, const char *text, size_t size)
{
	if (cursor_left(cursor) < size || memcmp(cursor->pos, text, size))
		return false;
	cursor->pos += size;
	return true;
}

#define cursor_take(cursor, literal) cursor_takes(cursor, literal, sizeof(literal) - 1)

/* Goes after the next occurrence of the `size` bytes at `text`; false: there is none. */
static inline bool cursor_seeks(struct cursor *cursor, const char *text, size_t size)
{
	const char *at = memmem(cursor->pos, cursor_left(cursor), text, size);

	if (!at)
		return false;
	cursor->pos = at + size;
	return true;
}

/* Consumes exactly `digits` decimal digits. */
static inline bool cursor_take_number(struct cursor *cursor, unsigned int digits, int *out)
{
	int number = 0;

	if (cursor_left(cursor) < digits)
		return false;
	for (unsigned int i = 0; i < digits; i++) {
		char c = cursor->pos[i];

		if (c < '0' || c > '9')
			return false;
		number = number * 10 + (c - '0');
	}
	cursor->pos += digits;
	*out = number;
	return true;
}

/* Consumes the longest run of bytes for which `is` is true; returns its length. */
static inline size_t cursor_take_while(struct cursor *cursor, bool (*is)(unsigned char))
{
	const char *from = cursor->pos;

	while (cursor->pos < cursor->end && is(*cursor->pos))
		cursor->pos++;
	return cursor->pos - from;
}

#endif
