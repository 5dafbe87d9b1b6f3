/* SPDX-License-Identifier: GPL-2.0-only */
/* The state on disk: blocks with their evidence, repeat offenders, and the position in each log. */
#ifndef DB_H
#define DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state/db_types.h"

/*
 * One SQLite file in a folder. Times are milliseconds since 1970. Errors are -errno: -ENOSPC: the
 * disk or the size limit is full; -EROFS, -EACCES, -EIO; -EBUSY: locked by another process;
 * -EBADMSG: damaged, or not such a file; -EPERM: the folder or the file is owned by a user other
 * than the caller and root, or other users can write to it. Nothing is logged.
 */
struct db;

/*
 * Opens the file in `folder`. With `limits`, opens it for writing, and creates folder and file if
 * they do not exist; the mode of the file, and of those that SQLite creates next to it, is 0640 or
 * less, whatever the umask. A file of version 0.1 is upgraded. The caller closes *out.
 */
int db_open(const char *folder, const struct db_limits *limits, struct db **out);

/* strerror(3), except EPERM, which has the meaning above. `err` is positive. */
const char *db_strerror(int err);

/* Renames a damaged file; `aside` receives the new name. 0 or -errno. */
int db_put_aside(const char *folder, char *aside, size_t size);

/*
 * 0 or -errno. Without enough room, deletes what is needed least. *left_out is the number of blocks
 * that still did not fit and were not written.
 */
int db_write(struct db *db, const struct db_batch *batch, size_t *left_out);

/* False: the file was deleted or replaced, so that everything written to it is lost. */
bool db_is_there(const struct db *db);

/*
 * Deletes rows that are older than the limits, some of them in each call. True: there are more.
 * Only time that has passed by db_clock.h counts, however far ahead the wall clock is.
 */
struct db_clock;
bool db_prune(struct db *db, const struct db_clock *now);

/*
 * Marks all blocks as unblocked, *unblocked of them, and also those that began before `now` and are
 * written later.
 */
int db_unblock_all(struct db *db, int64_t now, uint64_t *unblocked);

/* All functions below validate each row by db_row.h; an invalid row is skipped and counted. */

/* `log` and `lines` are valid during the call only. A result other than 0 ends the walk. */
typedef int db_each_block(void *context, const struct db_block *block);

/* Active blocks at `now`, without dry runs and unblocked hosts. */
int db_running(struct db *db, int64_t now, db_each_block *each, void *context);

/* Blocks in `target` or that contain it (NULL: all), the latest first, `most` at most. */
int db_history(struct db *db, const struct addr_prefix *target, unsigned int most,
	       db_each_block *each, void *context);

/* Blocks whose line's time is `event` or later. */
int db_since(struct db *db, int64_t event, db_each_block *each, void *context);

typedef void db_each_repeat(void *context, const struct addr *host, unsigned int times,
			    int64_t until);

int db_repeats(struct db *db, db_each_repeat *each, void *context);

/*
 * -ENOENT: that log is not known, or its rows are invalid. 0 and no files in *done: the log did not
 * exist yet.
 */
int db_log(struct db *db, const char *name, struct log_position *done, struct log_position *from);

int db_totals(struct db *db, const char *who, struct db_totals *out);

typedef void db_each_run(void *context, const struct db_run *run);

/* The last attach to each interface, by its pins, the latest first. 0 or -errno. */
int db_runs(struct db *db, db_each_run *each, void *context);

/* Writes one, outside of a batch. 0 or -errno; the file may be opened for reading only. */
int db_write_run(struct db *db, const struct db_run *run);

typedef void db_each_standing(void *context, const struct standing_row *row);

/* The standing that `who` saved last. 0; -ENOENT: none; or -errno. */
int db_standings(struct db *db, const char *who, struct standing_clock *clock,
		 db_each_standing *each, void *context);

/*
 * How often rows of standing without a good day were removed for lack of room. What else is
 * written goes before them.
 */
uint64_t db_standings_left(const struct db *db);

/* Number of rows skipped; a row that was read twice counts twice. */
uint64_t db_bad(const struct db *db);

/* Reads all rows, and counts the invalid ones. 0 or -errno. */
int db_count_bad(struct db *db, uint64_t *out);

/* Accepts NULL. */
void db_close(struct db *db);

#endif
