/* SPDX-License-Identifier: GPL-2.0-only */
/* The state on disk: blocks with their evidence, repeat offenders, and how far each log was read.
 */
#ifndef DB_H
#define DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state/db_types.h"

/*
 * One SQLite file in a folder. Times are milliseconds since 1970. Errors are -errno: -ENOSPC: disk
 * or size are used up; -EROFS, -EACCES, -EIO; -EBUSY: somebody else is at it; -EBADMSG: what is
 * there is no such file, or damaged; -EPERM: the folder or the file belongs to somebody other than
 * us and root, or others may write to it. Nothing is said.
 */
struct db;

/*
 * Opens the file in `folder`, to be written if there are `limits`, and makes both if they are not
 * there; then its mode, and that of what SQLite has beside it, is 0640 or less whatever the umask.
 * The caller closes *out.
 */
int db_open(const char *folder, const struct db_limits *limits, struct db **out);

/* strerror(3), but for -EPERM, which is said as it is meant here. */
const char *db_strerror(int err);

/* Puts a damaged file aside; `aside` is its new name. */
int db_put_aside(const char *folder, char *aside, size_t size);

/*
 * 0 or -errno. Where there is no room for all of it, what can be done without goes, and at last
 * *left_out is how many of the blocks were not entered.
 */
int db_write(struct db *db, const struct db_batch *batch, size_t *left_out);

/* False if somebody has taken the file away, so that whatever is written is lost. */
bool db_is_there(const struct db *db);

/*
 * Forgets what is over for long enough, some of it each time. True: there is more. What has not
 * really passed by db_clock.h is not over, however far ahead the wall clock is.
 */
struct db_clock;
bool db_prune(struct db *db, const struct db_clock *now);

/* Enters that all blocks are lifted, *lifted of them, and those made before that are entered later.
 */
int db_lift_all(struct db *db, int64_t now, uint64_t *lifted);

/*
 * Whatever is read from here on is checked: a row that is not valid is skipped and counted, as
 * db_row.h has it.
 */

/* `log` and `lines` are gone after the call. Stops at what is not 0, and returns it. */
typedef int db_each_block(void *context, const struct db_block *block);

/* Active blocks at `now`, without dry runs and unblocked hosts. */
int db_running(struct db *db, int64_t now, db_each_block *each, void *context);

/* Blocks of what is in `whom` (NULL: of all) or holds it, the latest first, `most` at most. */
int db_history(struct db *db, const struct addr_prefix *target, unsigned int most,
	       db_each_block *each, void *context);

/* Blocks whose line was of this time or later. */
int db_since(struct db *db, int64_t event, db_each_block *each, void *context);

typedef void db_each_repeat(void *context, const struct addr *host, unsigned int times,
			    int64_t until);

int db_repeats(struct db *db, db_each_repeat *each, void *context);

/*
 * -ENOENT: nothing is known of that log, or what is known is not valid. 0 without a place: it was
 * not there yet.
 */
int db_log(struct db *db, const char *name, struct log_position *done, struct log_position *from);

int db_totals(struct db *db, const char *who, struct db_totals *out);

/* How many rows have been skipped; one that was read twice counts twice. */
uint64_t db_bad(const struct db *db);

/* Reads all there is, and counts the rows that are not valid. 0 or -errno. */
int db_count_bad(struct db *db, uint64_t *out);

/* Accepts NULL. */
void db_close(struct db *db);

#endif
