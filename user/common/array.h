/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays that grow by one item at a time. */
#ifndef ARRAY_H
#define ARRAY_H

#include <stddef.h>
#include <stdlib.h>

/*
 * Returns `array`, which holds `count` items of `size` bytes, with room for at least one more;
 * NULL: no memory, and the array is unchanged. The capacity doubles at powers of two, so it need
 * not be stored. The array must only be grown by this function, starting from NULL.
 */
static inline void *array_grow(void *array, size_t count, size_t size)
{
	if (count & (count - 1))
		return array;
	return reallocarray(array, count ? count * 2 : 1, size);
}

#endif
