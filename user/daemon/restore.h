/* SPDX-License-Identifier: GPL-2.0-only */
/* Saves log positions, blocks and known hosts for the next daemon, and restores them at start. */
#ifndef RESTORE_H
#define RESTORE_H

#include "daemon/daemon.h"
#include "state/db_types.h"

/*
 * Reads the state that the previous daemon of `interface` left in `folder`, passes it to the judge,
 * and starts the writer thread. An unusable state is logged and ignored; protection continues. 0 or
 * -ENOMEM. The caller closes *out.
 */
int restore_open(struct daemon *daemon, const char *folder, const char *interface,
		 struct restore **out);

/*
 * The saved position in a log, and the position from which its lines are needed to restore the
 * windows. 0 or -ENOENT.
 */
int restore_position(struct restore *restore, const char *log, struct log_position *done,
		     struct log_position *from);

/* Records the positions of daemon->logs[number] from now on. */
void restore_follow(struct restore *restore, const struct daemon *daemon, int number);

/* Restores blocks that have not expired. */
void restore_restore(struct daemon *daemon);

/* True if this line, which is read again, comes after the last verdict on its host. */
bool restore_is_open(struct restore *restore, const char *log, const struct event *event,
		     const struct source_line *line);

/* Records a verdict that was applied with `request`, whose `until` is set. */
void restore_block(struct daemon *daemon, const struct verdict *verdict,
		   const struct addr_prefix *target, const struct blocks_request *request,
		   const struct daemon_log *log, const struct source_line *line);

/* A block that was removed. */
void restore_unblock(struct restore *restore, const struct addr_prefix *target);

/* Posts all records to the writer; does not wait for the disk. */
void restore_post(struct daemon *daemon);

/*
 * Copies the writer's condition to daemon->stats and logs changes. True if it became writable or
 * unwritable.
 */
bool restore_check(struct daemon *daemon);

/* True if standing includes the old logs, so that nothing is to be learned from them. */
bool restore_is_learned(const struct restore *restore);
void restore_set_learned(struct restore *restore);

/*
 * Saves how the run on an interface began (DB_RUN_RUNS) or ended, for status. Does nothing before
 * restore_open().
 */
void restore_run(struct daemon *daemon, const char *interface, enum db_run_end end);

/* Accepts NULL. */
void restore_close(struct restore *restore);

#endif
