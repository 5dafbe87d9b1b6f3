/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds exim's log and what else exim alone knows of itself, by asking it. */
#ifndef LOCATE_H
#define LOCATE_H

#include <stddef.h>

/*
 * The value of a main option as `exim -bP NAME` prints it, "" where it is unset. 0; -ENOENT: no
 * exim here, or none that would say; -ENAMETOOLONG.
 */
int locate_option(const char *name, char *value, size_t size);

/*
 * Where exim writes its main log: what it says itself, else the first of the usual places that
 * exists. 0; -ENOENT: neither; -ENOTSUP: into syslog, or under names that change with the date.
 */
int locate_log(char *path, size_t size);

#endif
