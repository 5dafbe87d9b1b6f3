/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays that grow by one item at a time. */
#ifndef ARRAY_H
#define ARRAY_H

#include <stddef.h>
#include <stdlib.h>

/*
 * Returns `array`, which holds `count` items of `size` bytes, with room for at least one more;
 * NULL: no memory, and the array is as it was. The room doubles at powers of two, so it needs no
 * member of its own. The array must have grown by this function only, from NULL on.
 */
static inline void *array_grow(void *array, size_t count, size_t size)
{
	if (count & (count - 1))
		return array;
	return reallocarray(array, count ? count * 2 : 1, size);
}

#endif
