// SPDX-License-Identifier: GPL-2.0-only
/* Rows that wait to be written: of one writer_post(), or of several. Without thread and lock. */
#include "state/writer_batch.h"

#include <stdlib.h>
#include <string.h>

#include "common/array.h"

/* Blocks waiting to be written; with their evidence, about 100 MB at worst. */
#define WRITER_BATCH_MOST 20000

static void writer_batch_free_block(const struct db_block *block)
{
	free((char *)block->log);
	free((char *)block->lines);
}

void writer_batch_clear(struct writer_batch *batch)
{
	for (size_t i = 0; i < batch->blocks_count; i++)
		writer_batch_free_block(&batch->blocks[i]);
	free(batch->blocks);
	free(batch->unblocks);
	free(batch->standings);
	free(batch->runs);
	memset(batch, 0, sizeof(*batch));
}

/* Room for one more. False: there is none. */
static bool writer_batch_make_room(void **items, size_t count, size_t size)
{
	void *grown;

	if (count >= WRITER_BATCH_MOST)
		return false;
	grown = array_grow(*items, count, size);
	if (!grown)
		return false;
	*items = grown;
	return true;
}

bool writer_batch_add_block(struct writer_batch *batch, const struct db_block *block)
{
	if (writer_batch_make_room((void **)&batch->blocks, batch->blocks_count, sizeof(*block))) {
		batch->blocks[batch->blocks_count++] = *block;
		return true;
	}
	writer_batch_free_block(block);
	return false;
}

void writer_batch_add_unblock(struct writer_batch *batch, const struct addr_prefix *target)
{
	if (writer_batch_make_room((void **)&batch->unblocks, batch->unblocks_count,
				   sizeof(*target)))
		batch->unblocks[batch->unblocks_count++] = *target;
}

void writer_batch_add_run(struct writer_batch *batch, const struct db_run *run)
{
	if (writer_batch_make_room((void **)&batch->runs, batch->runs_count, sizeof(*run)))
		batch->runs[batch->runs_count++] = *run;
}

void writer_batch_add_standing(struct writer_batch *batch, const struct standing_row *rows,
			       size_t count, const struct standing_clock *clock, bool anew)
{
	struct standing_row *grown;

	if (anew)
		batch->standings_count = 0;
	batch->standing_anew |= anew;
	batch->has_standing = true;
	batch->standing_clock = *clock;
	if (!count)
		return;
	grown = reallocarray(batch->standings, batch->standings_count + count, sizeof(*grown));
	if (!grown) {
		batch->standing_clock.learned = false;
		return;
	}
	batch->standings = grown;
	memcpy(grown + batch->standings_count, rows, count * sizeof(*rows));
	batch->standings_count += count;
}

void writer_batch_merge(struct writer_batch *to, struct writer_batch *from)
{
	for (size_t i = 0; i < from->unblocks_count; i++)
		writer_batch_add_unblock(to, &from->unblocks[i]);
	for (size_t i = 0; i < from->runs_count; i++)
		writer_batch_add_run(to, &from->runs[i]);
	if (from->has_totals) {
		memcpy(to->logs, from->logs, sizeof(to->logs));
		to->logs_count = from->logs_count;
		to->totals = from->totals;
		to->has_totals = true;
	}
	if (from->has_standing)
		writer_batch_add_standing(to, from->standings, from->standings_count,
					  &from->standing_clock, from->standing_anew);
	to->now = from->now;
	writer_batch_clear(from);
}

struct db_batch writer_batch_rows(const struct writer_batch *batch, const char *who)
{
	return (struct db_batch){
		.blocks = batch->blocks,
		.blocks_count = batch->blocks_count,
		.unblocks = batch->unblocks,
		.unblocks_count = batch->unblocks_count,
		.logs = batch->logs,
		.logs_count = batch->logs_count,
		.standings = batch->standings,
		.standings_count = batch->standings_count,
		.standing_clock = batch->has_standing ? &batch->standing_clock : NULL,
		.standing_anew = batch->standing_anew,
		.who = who,
		.runs = batch->runs,
		.runs_count = batch->runs_count,
		.totals = batch->has_totals ? &batch->totals : NULL,
		.now = batch->now,
	};
}
