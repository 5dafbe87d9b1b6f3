/* SPDX-License-Identifier: GPL-2.0-only */
/* What a daemon leaves to the next one: its place in each log, its blocks, whom it knows. */
#ifndef MEMORY_H
#define MEMORY_H

#include "cli/guard.h"

/*
 * Reads what a former daemon left in `folder` that guarded `interface`, and tells the judge. What
 * is wrong is told, and costs memory, never protection: 0 or -ENOMEM. The caller closes *out.
 */
int memory_open(struct guard *guard, const char *folder, const char *interface,
		struct memory **out);

/* Where the reading of a log had come, and from where on its lines are of interest. 0 or -ENOENT.
 */
int memory_place(struct memory *memory, const char *log, struct log_position *done,
		 struct log_position *from);

/* A log is read from here on; guard->logs[number] is it. */
void memory_follow(struct memory *memory, const struct guard *guard, int number);

/* Puts blocks back that still run. */
void memory_restore(struct guard *guard);

/* True if this line, which is read again, is behind the verdict on its host. */
bool memory_is_open(struct memory *memory, const char *log, const struct event *event,
		    const struct source_line *line);

/* A verdict that was made true by `order`. */
void memory_block(struct guard *guard, const struct verdict *verdict,
		  const struct blocks_order *order, const struct guard_log *log,
		  const struct source_line *line);

/* A block that was lifted. */
void memory_lift(struct memory *memory, const struct addr_prefix *whom);

/* Has all of it written. */
void memory_post(struct guard *guard);

/*
 * Enters how the state fares into guard->pulse, and tells what is new about it. True: whether it
 * can be written has changed.
 */
bool memory_check(struct guard *guard);

/* Accepts NULL. */
void memory_close(struct memory *memory);

#endif
