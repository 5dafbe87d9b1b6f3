// SPDX-License-Identifier: GPL-2.0-only
/* The state on disk: what each host is known for. */
#include <errno.h>
#include <string.h>

#include "state/db_internal.h"

/* Rows that were not renewed for so many days are removed, as in judge/standing.h. */
#define DB_STANDING_DAYS 31

/* Runs `sql` with `who`, and a number as its second parameter. */
static int db_standing_of(struct db *db, const char *sql, const char *who, int64_t number)
{
	sqlite3_stmt *statement;
	int err = db_prepare(db->db, sql, &statement);

	if (err)
		return err;
	sqlite3_bind_text(statement, 1, who, -1, SQLITE_STATIC);
	if (sqlite3_bind_parameter_count(statement) > 1)
		sqlite3_bind_int64(statement, 2, number);
	err = db_step(db->db, statement);
	sqlite3_finalize(statement);
	return err;
}

static int db_standing_write_clock(struct db *db, const char *who,
				   const struct standing_clock *clock)
{
	const int64_t values[] = { clock->day,	    clock->inner,	   clock->first,
				   clock->accepted, clock->accepted_today, clock->learned };
	sqlite3_stmt *insert;
	int err = db_prepare(db->db, "INSERT OR REPLACE INTO standing_clock VALUES(?,?,?,?,?,?,?)",
			     &insert);

	if (err)
		return err;
	sqlite3_bind_text(insert, 1, who, -1, SQLITE_STATIC);
	for (int i = 0; i < (int)(sizeof(values) / sizeof(values[0])); i++)
		sqlite3_bind_int64(insert, i + 2, values[i]);
	err = db_step(db->db, insert);
	sqlite3_finalize(insert);
	return err;
}

static void db_standing_bind(sqlite3_stmt *to, const struct standing_row *row)
{
	const int64_t values[] = { row->day,   row->days,	    row->accepted,
				   row->bad,   row->accepted_today, row->bad_today,
				   row->proof, row->bad_yesterday };

	sqlite3_bind_int(to, 2, row->kind);
	sqlite3_bind_blob(to, 3, row->addr.bytes, sizeof(row->addr.bytes), SQLITE_STATIC);
	for (int i = 0; i < (int)(sizeof(values) / sizeof(values[0])); i++)
		sqlite3_bind_int64(to, i + 4, values[i]);
}

/* As DB_STANDING_STRANGER. */
static bool db_standing_is_stranger(const struct standing_row *row)
{
	return !row->days && row->proof < DB_STANDING_PROOF;
}

int db_write_standing(struct db *db, const struct db_batch *batch)
{
	sqlite3_stmt *insert;
	int err = 0;

	if (batch->standing_anew)
		err = db_standing_of(db, "DELETE FROM standing WHERE who=?", batch->who, 0);
	if (!err && batch->standing_good)
		err = db_standing_of(db,
				     "DELETE FROM standing WHERE who=? AND " DB_STANDING_STRANGER,
				     batch->who, 0);
	if (!err)
		err = db_standing_write_clock(db, batch->who, batch->standing_clock);
	if (!err && batch->standing_clock->inner != db->standing_day) {
		err = db_standing_of(db, "DELETE FROM standing WHERE who=? AND day<?", batch->who,
				     batch->standing_clock->inner - DB_STANDING_DAYS);
		db->standing_day = batch->standing_clock->inner;
	}
	if (err)
		return err;
	err = db_prepare(db->db, "INSERT OR REPLACE INTO standing VALUES(?,?,?,?,?,?,?,?,?,?,?)",
			 &insert);
	if (err)
		return err;
	sqlite3_bind_text(insert, 1, batch->who, -1, SQLITE_STATIC);
	for (size_t i = 0; i < batch->standings_count && !err; i++) {
		if (batch->standing_good && db_standing_is_stranger(&batch->standings[i]))
			continue;
		db_standing_bind(insert, &batch->standings[i]);
		err = db_step(db->db, insert);
	}
	sqlite3_finalize(insert);
	return err;
}

/* True if `number` is in the range; otherwise *valid is cleared. */
static int64_t db_standing_range(int64_t number, int64_t max, bool *valid)
{
	*valid &= number >= 0 && number <= max;
	return number;
}

/* False: it is invalid. What only the judge knows, it checks itself. */
static bool db_standing_read(sqlite3_stmt *at, struct standing_row *out)
{
	bool valid = true;
	const struct db_row_text host = db_column_text(at, 1, SQLITE_BLOB, &valid);
	int64_t numbers[9];

	numbers[0] = db_column_number(at, 0, &valid);
	for (int i = 1; i < 9; i++)
		numbers[i] = db_column_number(at, i + 1, &valid);
	memset(out, 0, sizeof(*out));
	valid = valid && host.size == sizeof(out->addr.bytes);
	if (!valid)
		return false;
	memcpy(out->addr.bytes, host.bytes, host.size);
	out->kind = db_standing_range(numbers[0], 1, &valid);
	out->day = db_standing_range(numbers[1], UINT16_MAX, &valid);
	out->days = db_standing_range(numbers[2], UINT32_MAX, &valid);
	out->accepted = db_standing_range(numbers[3], UINT16_MAX, &valid);
	out->bad = db_standing_range(numbers[4], UINT16_MAX, &valid);
	out->accepted_today = db_standing_range(numbers[5], UINT16_MAX, &valid);
	out->bad_today = db_standing_range(numbers[6], UINT16_MAX, &valid);
	out->proof = db_standing_range(numbers[7], UINT8_MAX, &valid);
	out->bad_yesterday = db_standing_range(numbers[8], 1, &valid);
	return valid;
}

static int db_standing_read_clock(struct db *db, const char *who, struct standing_clock *out)
{
	sqlite3_stmt *ask;
	bool valid = true;
	int err = db_prepare(
		db->db,
		"SELECT day, table_day, first, accepted, accepted_today, learned FROM standing_clock WHERE who=?",
		&ask);

	/* A state of a version without standing has no such table. */
	if (err)
		return -ENOENT;
	sqlite3_bind_text(ask, 1, who, -1, SQLITE_STATIC);
	err = -ENOENT;
	if (sqlite3_step(ask) == SQLITE_ROW) {
		int64_t numbers[6];

		for (int i = 0; i < 6; i++)
			numbers[i] = db_column_number(ask, i, &valid);
		out->day = db_standing_range(numbers[0], DB_ROW_TIME_MAX / 86400000, &valid);
		out->inner = db_standing_range(numbers[1], UINT16_MAX, &valid);
		out->first = db_standing_range(numbers[2], out->inner, &valid);
		out->accepted = db_standing_range(numbers[3], INT64_MAX, &valid);
		out->accepted_today = db_standing_range(numbers[4], INT64_MAX, &valid);
		out->learned = db_standing_range(numbers[5], 1, &valid);
		db->bad += !valid;
		err = valid ? 0 : -ENOENT;
	}
	sqlite3_finalize(ask);
	return err;
}

int db_standings(struct db *db, const char *who, struct standing_clock *clock,
		 db_each_standing *each, void *context)
{
	struct standing_clock saved = { 0 };
	struct standing_row row;
	sqlite3_stmt *ask;
	int err = db_standing_read_clock(db, who, &saved), step;

	if (!err)
		err = db_prepare(
			db->db,
			"SELECT kind, host, day, days, accepted, bad, accepted_today, bad_today, proof, bad_yesterday FROM standing WHERE who=?",
			&ask);
	if (err)
		return err;
	sqlite3_bind_text(ask, 1, who, -1, SQLITE_STATIC);
	*clock = saved;
	while ((step = sqlite3_step(ask)) == SQLITE_ROW) {
		if (db_standing_read(ask, &row) && row.day <= saved.inner)
			each(context, &row);
		else
			db->bad++;
	}
	err = step == SQLITE_DONE ? 0 : db_errno(db->db);
	sqlite3_finalize(ask);
	return err;
}

uint64_t db_standings_left(const struct db *db)
{
	return db->standings_left;
}
