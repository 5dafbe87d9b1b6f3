/* SPDX-License-Identifier: GPL-2.0-only */
/* Decimal numbers from text, within bounds. */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdint.h>

/*
 * Reads digits, and nothing else, as a number from `min` to `max`. *end is set to what follows the
 * digits; with `end` NULL nothing may follow. 0; -EINVAL: no number, or text behind it; -ERANGE:
 * out of bounds. On an error *out and *end are untouched.
 */
int number_parse(const char *text, uint64_t min, uint64_t max, const char **end, uint64_t *out);

#endif
