/* SPDX-License-Identifier: GPL-2.0-only */
/* Parses decimal numbers within bounds. */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdint.h>

/*
 * Parses digits as a number from `min` to `max`. *end is set to the text after the digits; if `end`
 * is NULL, text after them is an error. 0; -EINVAL: not a number, or text after it; -ERANGE: out of
 * bounds. On an error *out and *end are untouched.
 */
int number_parse(const char *text, uint64_t min, uint64_t max, const char **end, uint64_t *out);

#endif
