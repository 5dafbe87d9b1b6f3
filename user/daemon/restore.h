/* SPDX-License-Identifier: GPL-2.0-only */
/* What a daemon leaves to the next one: its place in each log, its blocks, whom it knows. */
#ifndef RESTORE_H
#define RESTORE_H

#include "daemon/daemon.h"

/*
 * Reads what a former daemon left in `folder` that guarded `interface`, and tells the judge. What
 * is wrong is told, and costs memory, never protection: 0 or -ENOMEM. The caller closes *out.
 */
int restore_open(struct daemon *daemon, const char *folder, const char *interface,
		 struct restore **out);

/* Where the reading of a log had come, and from where on its lines are of interest. 0 or -ENOENT.
 */
int restore_place(struct restore *restore, const char *log, struct log_position *done,
		  struct log_position *from);

/* A log is read from here on; daemon->logs[number] is it. */
void restore_follow(struct restore *restore, const struct daemon *daemon, int number);

/* Puts blocks back that still run. */
void restore_restore(struct daemon *daemon);

/* True if this line, which is read again, is behind the verdict on its host. */
bool restore_is_open(struct restore *restore, const char *log, const struct event *event,
		     const struct source_line *line);

/* A verdict that was made true by `order`. */
void restore_block(struct daemon *daemon, const struct verdict *verdict,
		   const struct blocks_order *order, const struct daemon_log *log,
		   const struct source_line *line);

/* A block that was lifted. */
void restore_lift(struct restore *restore, const struct addr_prefix *target);

/* Has all of it written. */
void restore_post(struct daemon *daemon);

/*
 * Enters how the state fares into daemon->stats, and tells what is new about it. True: whether it
 * can be written has changed.
 */
bool restore_check(struct daemon *daemon);

/* Accepts NULL. */
void restore_close(struct restore *restore);

#endif
