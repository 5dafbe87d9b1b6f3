// SPDX-License-Identifier: GPL-2.0-only
/* The state on disk: reads it back. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "state/db_internal.h"
#include "state/db_row.h"

#define DB_COLUMNS                                                                             \
	"SELECT host,length,since,until,quiet,dry_run,repeats,reason,lifted,log,serial,event," \
	"lines,ports FROM blocks "

/* False: it is invalid. The texts are valid until the next row. */
static bool db_read_block(struct db *db, sqlite3_stmt *at, struct db_block *out)
{
	bool valid = true;
	const struct db_row_block row = {
		.host = db_column_text(at, 0, SQLITE_BLOB, &valid),
		.length = db_column_number(at, 1, &valid),
		.since = db_column_number(at, 2, &valid),
		.until = db_column_number(at, 3, &valid),
		.quiet = db_column_number(at, 4, &valid),
		.dry_run = db_column_number(at, 5, &valid),
		.repeats = db_column_number(at, 6, &valid),
		.reason = db_column_text(at, 7, SQLITE_TEXT, &valid),
		.unblocked = db_column_number(at, 8, &valid),
		.log = sqlite3_column_type(at, 9) == SQLITE_NULL
			       ? (struct db_row_text){ NULL, 0 }
			       : db_column_text(at, 9, SQLITE_TEXT, &valid),
		.serial = db_column_number(at, 10, &valid),
		.event = db_column_number(at, 11, &valid),
		.lines = db_column_text(at, 12, SQLITE_TEXT, &valid),
		.ports = db_column_text(at, 13, SQLITE_TEXT, &valid),
	};

	valid = valid && !db_row_block(&row, out);
	db->bad += !valid;
	return valid;
}

static int db_each(struct db *db, sqlite3_stmt *ask, db_each_block *each, void *context)
{
	struct db_block block;
	int err = 0, step;

	while (!err && (step = sqlite3_step(ask)) == SQLITE_ROW)
		if (db_read_block(db, ask, &block))
			err = each(context, &block);
	if (!err && step != SQLITE_DONE)
		err = db_errno(db->db);
	sqlite3_finalize(ask);
	return err;
}

int db_running(struct db *db, int64_t now, db_each_block *each, void *context)
{
	sqlite3_stmt *ask;
	int err = db_prepare(db->db, DB_COLUMNS "WHERE until>? AND lifted=0 AND dry_run=0", &ask);

	if (err)
		return err;
	sqlite3_bind_int64(ask, 1, now);
	return db_each(db, ask, each, context);
}

int db_since(struct db *db, int64_t event, db_each_block *each, void *context)
{
	sqlite3_stmt *ask;
	int err = db_prepare(db->db, DB_COLUMNS "WHERE event>=? AND log IS NOT NULL AND dry_run=0",
			     &ask);

	if (err)
		return err;
	sqlite3_bind_int64(ask, 1, event);
	return db_each(db, ask, each, context);
}

/* The last address of a network. */
static struct addr db_last(const struct addr_prefix *target)
{
	unsigned int bits = target->length + (addr_is_ipv4(&target->addr) ? 96 : 0);
	struct addr last = target->addr;

	for (unsigned int i = bits; i < 128; i++)
		last.bytes[i / 8] |= 0x80 >> i % 8;
	return last;
}

/* A filter for rows, since SQLite knows no networks: those in `target` or that contain it. */
struct db_wanted {
	const struct addr_prefix *target;
	db_each_block *each;
	void *context;
	unsigned int left;
};

static int db_want(void *context, const struct db_block *block)
{
	struct db_wanted *wanted = context;
	const struct addr_prefix *target = wanted->target;

	if (target && !addr_prefix_meets(target, &block->target))
		return 0;
	if (!wanted->left)
		return -ECANCELED;
	wanted->left--;
	return wanted->each(wanted->context, block);
}

int db_history(struct db *db, const struct addr_prefix *target, unsigned int most,
	       db_each_block *each, void *context)
{
	struct db_wanted wanted = { target, each, context, most };
	sqlite3_stmt *ask;
	struct addr last;
	int err;

	if (!target) {
		err = db_prepare(db->db, DB_COLUMNS "ORDER BY since DESC, id DESC", &ask);
	} else {
		/* The index finds the blocks in it; wider ones are rare. */
		err = db_prepare(
			db->db,
			DB_COLUMNS
			"WHERE host BETWEEN ? AND ? OR length<? ORDER BY since DESC, id DESC",
			&ask);
	}
	if (err)
		return err;
	if (target) {
		last = db_last(target);
		sqlite3_bind_blob(ask, 1, target->addr.bytes, sizeof(target->addr.bytes),
				  SQLITE_STATIC);
		sqlite3_bind_blob(ask, 2, last.bytes, sizeof(last.bytes), SQLITE_STATIC);
		sqlite3_bind_int(ask, 3, target->length);
	}
	err = db_each(db, ask, db_want, &wanted);
	return err == -ECANCELED ? 0 : err;
}

int db_repeats(struct db *db, db_each_repeat *each, void *context)
{
	sqlite3_stmt *ask;
	int err = db_prepare(db->db, "SELECT host, times, until FROM offenders", &ask), step;

	if (err)
		return err;
	while ((step = sqlite3_step(ask)) == SQLITE_ROW) {
		bool valid = true;
		const struct db_row_repeat row = {
			.host = db_column_text(ask, 0, SQLITE_BLOB, &valid),
			.times = db_column_number(ask, 1, &valid),
			.until = db_column_number(ask, 2, &valid),
		};
		unsigned int times;
		struct addr host;
		int64_t until;

		if (valid && !db_row_repeat(&row, &host, &times, &until))
			each(context, &host, times, until);
		else
			db->bad++;
	}
	if (step != SQLITE_DONE)
		err = db_errno(db->db);
	sqlite3_finalize(ask);
	return err;
}

static int db_skip_block(void *context, const struct db_block *block)
{
	(void)context;
	(void)block;
	return 0;
}

static void db_skip_repeat(void *context, const struct addr *host, unsigned int times,
			   int64_t until)
{
	(void)context;
	(void)host;
	(void)times;
	(void)until;
}

/* Calls `read` for each name that `sql` selects. */
static int db_read_names(struct db *db, const char *sql,
			 void (*read)(struct db *db, const char *name))
{
	sqlite3_stmt *ask;
	int err = db_prepare(db->db, sql, &ask), step;

	if (err)
		return err;
	while ((step = sqlite3_step(ask)) == SQLITE_ROW)
		if (sqlite3_column_type(ask, 0) == SQLITE_TEXT)
			read(db, (const char *)sqlite3_column_text(ask, 0));
		else
			db->bad++;
	if (step != SQLITE_DONE)
		err = db_errno(db->db);
	sqlite3_finalize(ask);
	return err;
}

static void db_read_log(struct db *db, const char *name)
{
	struct log_position done, from;

	db_log(db, name, &done, &from);
}

static void db_read_totals(struct db *db, const char *who)
{
	struct db_totals totals;

	db_totals(db, who, &totals);
}

static void db_skip_run(void *context, const struct db_run *run)
{
	(void)context;
	(void)run;
}

int db_count_bad(struct db *db, uint64_t *out)
{
	const uint64_t before = db->bad;
	int err = db_history(db, NULL, UINT_MAX, db_skip_block, NULL);

	if (!err)
		err = db_repeats(db, db_skip_repeat, NULL);
	if (!err)
		err = db_read_names(db, "SELECT log FROM cursors", db_read_log);
	if (!err)
		err = db_read_names(db, "SELECT who FROM totals", db_read_totals);
	if (!err)
		err = db_runs(db, db_skip_run, NULL);
	if (err)
		return err;
	*out = db->bad - before;
	db->bad = before;
	return 0;
}

uint64_t db_bad(const struct db *db)
{
	return db->bad;
}
