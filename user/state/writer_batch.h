/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows that wait to be written: of one writer_post(), or of several. Without thread and lock. */
#ifndef WRITER_BATCH_H
#define WRITER_BATCH_H

#include "state/db.h"

#define WRITER_BATCH_LOGS_MAX 16

/* All zero: empty. It owns what it points to. */
struct writer_batch {
	struct db_block *blocks;
	size_t blocks_count;
	struct addr_prefix *unblocks;
	size_t unblocks_count;
	struct db_log logs[WRITER_BATCH_LOGS_MAX];
	size_t logs_count;
	struct standing_row *standings; /* of one host, a later row counts */
	size_t standings_count;
	struct standing_clock standing_clock;
	bool has_standing, standing_anew;
	struct db_run *runs;
	size_t runs_count;
	struct db_totals totals;
	bool has_totals;
	int64_t now;
};

/* Takes ownership of the strings of `block`. False: there is no room, and they were freed. */
bool writer_batch_add_block(struct writer_batch *batch, const struct db_block *block);

/* Without room, these are left out. */
void writer_batch_add_unblock(struct writer_batch *batch, const struct addr_prefix *target);
void writer_batch_add_run(struct writer_batch *batch, const struct db_run *run);

/* Appends later standing. Without memory, the next daemon learns it anew. */
void writer_batch_add_standing(struct writer_batch *batch, const struct standing_row *rows,
			       size_t count, const struct standing_clock *clock, bool anew);

/* Appends everything of `from` except blocks to `to`, which is older, and empties `from`. */
void writer_batch_merge(struct writer_batch *to, struct writer_batch *from);

/* The batch as db_write() takes it; valid as long as the batch and `who`. */
struct db_batch writer_batch_rows(const struct writer_batch *batch, const char *who);

/* Frees what it holds; it is empty then. */
void writer_batch_clear(struct writer_batch *batch);

#endif
