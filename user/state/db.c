// SPDX-License-Identifier: GPL-2.0-only
/* The state on disk: written in batches, bounded. */
#include "state/db.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/db_clock.h"
#include "state/db_internal.h"
#include "state/db_row.h"

/* Rows deleted at a time. */
#define DB_CHUNK "2000"

/* The host and the length that stand for all blocks, in the table of unblocks */
#define DB_ALL "x'',-1"

/* How long a daemon can hold blocks that it has not written, milliseconds. */
#define DB_UNBLOCKS_KEPT (24 * 3600 * INT64_C(1000))

/* A clock that is ahead for a while must not make blocks expire. */
#define DB_PASSED                                                       \
	"min((SELECT max(since) FROM blocks),ifnull((SELECT wall FROM " \
	"clock),9223372036854775807))"

static const char *const db_make_room[] = {
	/* Blocks that ended, and the repeat offenders whose blocks ended first. */
	"DELETE FROM blocks WHERE id IN (SELECT id FROM blocks WHERE lifted>0 OR until<" DB_PASSED
	" ORDER BY until LIMIT 20000);DELETE FROM offenders WHERE host IN (SELECT host FROM offenders WHERE until<" DB_PASSED
	" ORDER BY until LIMIT 5000)",
	/* Dry runs. */
	"DELETE FROM blocks WHERE id IN (SELECT id FROM blocks WHERE dry_run=1 ORDER BY id LIMIT 20000)",
	/* Standing of hosts without a good day, those not seen for a week. */
	"DELETE FROM standing WHERE " DB_STANDING_STRANGER
	" AND day<(SELECT max(table_day) FROM standing_clock)-7",
};

/* The evidence, the oldest first. */
static const char db_make_room_of_lines[] =
	"UPDATE blocks SET lines='' WHERE lines<>'' AND id IN (SELECT id FROM blocks WHERE lines<>'' ORDER BY id LIMIT 20000)";

int db_errno(sqlite3 *db)
{
	switch (db ? sqlite3_extended_errcode(db) & 0xff : SQLITE_NOMEM) {
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EBADMSG;
	case SQLITE_NOMEM:
		return -ENOMEM;
	default:
		/* For a write that failed, only the system's errno tells a full disk from others.
		 */
		return sqlite3_system_errno(db) == ENOSPC ? -ENOSPC : -EIO;
	}
}

int db_exec(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) ? db_errno(db) : 0;
}

int db_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out)
{
	return sqlite3_prepare_v2(db, sql, -1, out, NULL) ? db_errno(db) : 0;
}

int db_step(sqlite3 *db, sqlite3_stmt *statement)
{
	int err = sqlite3_step(statement) == SQLITE_DONE ? 0 : db_errno(db);

	sqlite3_reset(statement);
	return err;
}

int64_t db_column_number(sqlite3_stmt *row, int column, bool *valid)
{
	*valid &= sqlite3_column_type(row, column) == SQLITE_INTEGER;
	return sqlite3_column_int64(row, column);
}

struct db_row_text db_column_text(sqlite3_stmt *row, int column, int type, bool *valid)
{
	struct db_row_text text = { NULL, 0 };

	if (sqlite3_column_type(row, column) != type) {
		*valid = false;
		return text;
	}
	/* A TEXT is NUL-terminated; a BLOB of no bytes is NULL. */
	text.bytes = type == SQLITE_TEXT ? (const char *)sqlite3_column_text(row, column)
					 : sqlite3_column_blob(row, column);
	text.size = sqlite3_column_bytes(row, column);
	return text;
}

static void db_bind_block(sqlite3_stmt *to, const struct db_block *block)
{
	char ports[DB_ROW_PORTS_SIZE];

	sqlite3_bind_blob(to, 1, block->target.addr.bytes, sizeof(block->target.addr.bytes),
			  SQLITE_STATIC);
	sqlite3_bind_int(to, 2, block->target.length);
	sqlite3_bind_int64(to, 3, block->since);
	sqlite3_bind_int64(to, 4, block->until);
	sqlite3_bind_int64(to, 5, block->quiet);
	sqlite3_bind_int(to, 6, block->dry_run);
	sqlite3_bind_int(to, 7, block->repeats);
	sqlite3_bind_text(to, 8, block->reason, -1, SQLITE_STATIC);
	sqlite3_bind_text(to, 9, block->log, -1, SQLITE_STATIC);
	sqlite3_bind_int64(to, 10, block->serial);
	sqlite3_bind_int64(to, 11, block->event);
	sqlite3_bind_text(to, 12, block->lines ? block->lines : "", -1, SQLITE_STATIC);
	sqlite3_bind_text(to, 13, db_row_format_ports(block->ports, ports), -1, SQLITE_TRANSIENT);
}

/* Extends an active block, as the kernel's is extended, or else adds a new one. */
static int db_write_blocks(struct db *db, const struct db_batch *batch)
{
	/* The parameters are those of db_bind_block(); each statement uses some of them. */
	static const char longer[] =
		"UPDATE blocks SET until=max(until,?4), quiet=max(quiet,?5), log=?9, serial=?10, event=?11, lines=CASE ?12 WHEN '' THEN lines ELSE ?12 END WHERE host=?1 AND length=?2 AND until>?3 AND lifted=0 AND dry_run=?6 AND ports=?13";
	/* It can be unblocked before it is written, but not by a clock that was far ahead. */
	static const char anew[] =
		"INSERT INTO blocks(host,length,since,until,quiet,dry_run,repeats,reason,log,serial,event,lines,ports,lifted) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,ifnull((SELECT max(at) FROM lifts WHERE (host=?1 AND length=?2 OR (host,length)=(" DB_ALL
		")) AND at BETWEEN ?3 AND ?14),0))";
	static const char offender[] =
		"INSERT INTO offenders VALUES(?1,?7+1,?4) ON CONFLICT(host) DO UPDATE SET times=excluded.times, until=max(until,excluded.until)";
	sqlite3_stmt *to[3] = { NULL };
	int err = db_prepare(db->db, longer, &to[0]);

	if (!err)
		err = db_prepare(db->db, anew, &to[1]);
	if (!err)
		err = db_prepare(db->db, offender, &to[2]);
	for (size_t i = 0; i < batch->blocks_count && !err; i++) {
		const struct db_block *block = &batch->blocks[i];

		db_bind_block(to[0], block);
		err = db_step(db->db, to[0]);
		if (!err && !sqlite3_changes(db->db)) {
			db_bind_block(to[1], block);
			sqlite3_bind_int64(to[1], 14, batch->now + DB_UNBLOCKS_KEPT);
			err = db_step(db->db, to[1]);
		}
		/* A repeat offender is a host. */
		if (!err && block->log && !block->dry_run && addr_prefix_is_host(&block->target)) {
			db_bind_block(to[2], block);
			err = db_step(db->db, to[2]);
		}
	}
	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++)
		sqlite3_finalize(to[i]);
	return err;
}

static int db_write_unblocks(struct db *db, const struct db_batch *batch)
{
	static const char *const sqls[] = {
		"UPDATE blocks SET lifted=?3 WHERE host=?1 AND length=?2 AND until>?3 AND lifted=0",
		/* A daemon can still hold a block that is older than this. */
		"INSERT OR REPLACE INTO lifts VALUES(?1,?2,?3)",
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(sqls) / sizeof(sqls[0]) && !err; i++) {
		sqlite3_stmt *unblock;

		err = db_prepare(db->db, sqls[i], &unblock);
		for (size_t j = 0; j < batch->unblocks_count && !err; j++) {
			const struct addr_prefix *target = &batch->unblocks[j];

			sqlite3_bind_blob(unblock, 1, target->addr.bytes,
					  sizeof(target->addr.bytes), SQLITE_STATIC);
			sqlite3_bind_int(unblock, 2, target->length);
			sqlite3_bind_int64(unblock, 3, batch->now);
			err = db_step(db->db, unblock);
		}
		sqlite3_finalize(unblock);
	}
	return err;
}

static int db_write_all(struct db *db, const struct db_batch *batch)
{
	int err = 0;

	if (batch->blocks_count)
		err = db_write_blocks(db, batch);
	if (!err && batch->unblocks_count)
		err = db_write_unblocks(db, batch);
	for (size_t i = 0; i < batch->logs_count && !err; i++)
		err = db_write_log(db, &batch->logs[i]);
	for (size_t i = 0; i < batch->runs_count && !err; i++)
		err = db_write_run(db, &batch->runs[i]);
	if (!err && batch->standing_clock)
		err = db_write_standing(db, batch);
	if (!err && batch->totals)
		err = db_write_totals(db, batch->who, batch->totals);
	return err;
}

static int db_write_once(struct db *db, const struct db_batch *batch)
{
	int err = db_exec(db->db, "BEGIN IMMEDIATE");

	if (err)
		return err;
	err = db_write_all(db, batch);
	if (!err)
		err = db_exec(db->db, "COMMIT");
	if (err)
		sqlite3_exec(db->db, "ROLLBACK", NULL, NULL, NULL);
	return err;
}

/* Without the standing of strangers, which they can have again; known senders keep theirs. */
static int db_write_good(struct db *db, struct db_batch *batch)
{
	int err;

	batch->standing_good = true;
	err = db_write_once(db, batch);
	db->standings_left += !err;
	return err;
}

/* Without evidence, blocks are a tenth of the size. */
static int db_write_bare(struct db *db, const struct db_batch *batch)
{
	struct db_block *blocks = calloc(batch->blocks_count, sizeof(*blocks));
	struct db_batch bare = *batch;
	int err;

	if (!blocks)
		return -ENOSPC;
	memcpy(blocks, batch->blocks, batch->blocks_count * sizeof(*blocks));
	for (size_t i = 0; i < batch->blocks_count; i++)
		blocks[i].lines = "";
	bare.blocks = blocks;
	err = db_write_once(db, &bare);
	free(blocks);
	return err;
}

int db_write(struct db *db, const struct db_batch *batch, size_t *left_out)
{
	struct db_batch rest = *batch;
	int err = db_write_once(db, batch);

	*left_out = 0;
	for (size_t i = 0; i < sizeof(db_make_room) / sizeof(db_make_room[0]) && err == -ENOSPC;
	     i++) {
		db_exec(db->db, db_make_room[i]);
		err = db_write_once(db, batch);
	}
	if (err == -ENOSPC && batch->standing_clock)
		err = db_write_good(db, &rest);
	if (err == -ENOSPC) {
		db_exec(db->db, db_make_room_of_lines);
		err = db_write_once(db, &rest);
	}
	if (err != -ENOSPC || !batch->blocks_count)
		return err;
	err = db_write_bare(db, &rest);
	if (err != -ENOSPC)
		return err;
	/* The kernel has the blocks; the log positions are worth more than their history. */
	rest.blocks_count = 0;
	err = db_write_once(db, &rest);
	if (!err)
		*left_out = batch->blocks_count;
	return err;
}

/* The saved clock. False: none that is valid. */
static bool db_read_clock(struct db *db, struct db_clock *out)
{
	bool valid = true, found = false;
	struct db_row_text boot;
	sqlite3_stmt *ask;

	memset(out, 0, sizeof(*out));
	if (db_prepare(db->db, "SELECT wall, uptime, boot FROM clock", &ask))
		return false;
	if (sqlite3_step(ask) == SQLITE_ROW) {
		out->wall = db_column_number(ask, 0, &valid);
		out->uptime = db_column_number(ask, 1, &valid);
		boot = db_column_text(ask, 2, SQLITE_TEXT, &valid);
		found = valid && out->wall > 0 && out->wall < DB_ROW_TIME_MAX && out->uptime >= 0 &&
			out->uptime < DB_ROW_TIME_MAX && boot.size < sizeof(out->boot);
		if (found)
			memcpy(out->boot, boot.bytes, boot.size);
	}
	sqlite3_finalize(ask);
	return found;
}

/* A state without a clock: the latest time that its rows prove, or else `now`. */
static void db_guess_clock(struct db *db, const struct db_clock *now, struct db_clock *out)
{
	sqlite3_stmt *ask;

	*out = *now;
	if (db_prepare(
		    db->db,
		    "SELECT max(t) FROM (SELECT max(since) t FROM blocks UNION ALL SELECT max(until) FROM offenders)",
		    &ask))
		return;
	if (sqlite3_step(ask) == SQLITE_ROW && sqlite3_column_type(ask, 0) == SQLITE_INTEGER &&
	    sqlite3_column_int64(ask, 0) > 0 && sqlite3_column_int64(ask, 0) < now->wall)
		out->wall = sqlite3_column_int64(ask, 0);
	sqlite3_finalize(ask);
}

/*
 * The time that has certainly come. It is saved, and never goes back: a wall clock that is behind
 * for a while, as after a boot until the time is known, changes nothing.
 */
static int64_t db_horizon(struct db *db, const struct db_clock *now)
{
	struct db_clock last;
	sqlite3_stmt *enter;
	int64_t passed;

	if (db_read_clock(db, &last))
		passed = db_clock_passed(&last, now);
	else {
		db_guess_clock(db, now, &last);
		passed = last.wall;
	}
	if (!db_prepare(db->db, "INSERT OR REPLACE INTO clock VALUES(1,?,?,?)", &enter)) {
		sqlite3_bind_int64(enter, 1, passed);
		sqlite3_bind_int64(enter, 2, now->uptime);
		sqlite3_bind_text(enter, 3, now->boot, -1, SQLITE_STATIC);
		db_step(db->db, enter);
		sqlite3_finalize(enter);
	}
	return passed < now->wall ? passed : now->wall;
}

static bool db_forget(struct db *db, const char *sql, int64_t before)
{
	char text[256];

	snprintf(text, sizeof(text), sql, (long long)before);
	return !db_exec(db->db, text) && sqlite3_changes(db->db);
}

bool db_prune(struct db *db, const struct db_clock *now)
{
	const int64_t horizon = db_horizon(db, now);

	if (db_forget(
		    db,
		    "DELETE FROM blocks WHERE id IN (SELECT id FROM blocks WHERE until<%lld ORDER BY until LIMIT " DB_CHUNK
		    ")",
		    horizon - db->limits.history))
		return true;
	if (db_forget(
		    db,
		    "DELETE FROM offenders WHERE host IN (SELECT host FROM offenders WHERE until<%lld LIMIT " DB_CHUNK
		    ")",
		    horizon - db->limits.remember))
		return true;
	db_forget(db, "DELETE FROM lifts WHERE at<%lld", horizon - DB_UNBLOCKS_KEPT);
	return false;
}

int db_unblock_all(struct db *db, int64_t now, uint64_t *unblocked)
{
	char text[256];
	int err;

	/* A daemon can still hold blocks that are older than this. */
	snprintf(text, sizeof(text),
		 "BEGIN IMMEDIATE; INSERT OR REPLACE INTO lifts VALUES(" DB_ALL
		 ",%lld); UPDATE blocks SET lifted=%lld WHERE until>%lld AND lifted=0",
		 (long long)now, (long long)now, (long long)now);
	err = db_exec(db->db, text);
	*unblocked = sqlite3_changes(db->db);
	if (!err)
		err = db_exec(db->db, "COMMIT");
	if (err)
		sqlite3_exec(db->db, "ROLLBACK", NULL, NULL, NULL);
	return err;
}
