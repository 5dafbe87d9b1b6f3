/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks host names. */
#ifndef HOSTNAME_H
#define HOSTNAME_H

#include <stdbool.h>

#define HOSTNAME_SIZE 256

/*
 * True for labels of letters, digits, hyphens and underscores, separated by dots, that are not all
 * digits. A trailing dot is allowed.
 */
bool hostname_is_valid(const char *text);

#endif
