/* SPDX-License-Identifier: GPL-2.0-only */
/* The operator's own list of who is never blocked: a text file that is always whole. */
#ifndef LIST_EDIT_H
#define LIST_EDIT_H

#include <stddef.h>

#include "common/addr.h"

/* Nothing is said; errors are -errno. */

/* Adds an entry, with the day as its remark. 0; -EEXIST: it is there. */
int list_edit_add(const char *path, const struct addr_prefix *target);

/* Takes it out. 0; -ENOENT: it was not there. */
int list_edit_remove(const char *path, const struct addr_prefix *target);

/*
 * Each entry with its remark, in the order of the lines; what is wrong is skipped. 0, -errno, or
 * what `each` returned, which ends it.
 */
int list_edit_each(const char *path,
		   int (*each)(void *context, const struct addr_prefix *target,
			       const char *comment),
		   void *context);

#endif
