/* SPDX-License-Identifier: GPL-2.0-only */
/* What may be the name of a host. */
#ifndef HOSTNAME_H
#define HOSTNAME_H

#include <stdbool.h>

#define HOSTNAME_SIZE 256

/*
 * Labels of letters, digits, hyphens and underscores with dots between them, and not only digits; a
 * dot may end it.
 */
bool hostname_is_valid(const char *text);

#endif
