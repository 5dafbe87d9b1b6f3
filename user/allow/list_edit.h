/* SPDX-License-Identifier: GPL-2.0-only */
/* Edits the operator's allow list, a text file that is replaced atomically. */
#ifndef LIST_EDIT_H
#define LIST_EDIT_H

#include <stddef.h>

#include "common/addr.h"

/* Errors are -errno; nothing is logged. */

/* Adds an entry with the date as its comment. 0; -EEXIST: the entry exists. */
int list_edit_add(const char *path, const struct addr_prefix *target);

/* Removes an entry. 0; -ENOENT: the entry does not exist. */
int list_edit_remove(const char *path, const struct addr_prefix *target);

/*
 * Calls `each` for each entry with its comment, in the order of the lines; invalid lines are
 * skipped. Stops when `each` does not return 0. Returns 0, -errno, or the value of `each`.
 */
int list_edit_each(const char *path,
		   int (*each)(void *context, const struct addr_prefix *target,
			       const char *comment),
		   void *context);

#endif
