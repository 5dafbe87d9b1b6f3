// SPDX-License-Identifier: GPL-2.0-only
/* The state on disk: the position in each log, and the totals. */
#include <errno.h>
#include <string.h>

#include "state/db_internal.h"

static int db_write_files(struct db *db, const char *log, bool earlier,
			  const struct log_position_files *files)
{
	sqlite3_stmt *insert;
	int err = db_prepare(db->db, "INSERT INTO places VALUES(?,?,?,?,?,?,?,?,?,?,?)", &insert);

	for (unsigned int i = 0; i < files->count && !err; i++) {
		const struct log_position_file *file = &files->file[i];
		const uint64_t values[] = { earlier,	  i,	       file->generation,
					    file->device, file->inode, file->offset,
					    file->proof,  file->head,  file->head_size,
					    file->skip };

		sqlite3_bind_text(insert, 1, log, -1, SQLITE_STATIC);
		for (int j = 0; j < (int)(sizeof(values) / sizeof(values[0])); j++)
			sqlite3_bind_int64(insert, j + 2, values[j]);
		err = db_step(db->db, insert);
	}
	sqlite3_finalize(insert);
	return err;
}

/* Runs `sql`, whose only parameter is the log. */
static int db_of_log(struct db *db, const char *sql, const char *log)
{
	sqlite3_stmt *statement;
	int err = db_prepare(db->db, sql, &statement);

	if (err)
		return err;
	sqlite3_bind_text(statement, 1, log, -1, SQLITE_STATIC);
	err = db_step(db->db, statement);
	sqlite3_finalize(statement);
	return err;
}

int db_write_log(struct db *db, const struct db_log *log)
{
	sqlite3_stmt *insert;
	int err = db_of_log(db, "DELETE FROM places WHERE log=?", log->name);

	if (!err)
		err = db_write_files(db, log->name, false, &log->done.files);
	if (!err)
		err = db_write_files(db, log->name, true, &log->from.files);
	if (err)
		return err;
	err = db_prepare(db->db, "INSERT OR REPLACE INTO cursors VALUES(?,?)", &insert);
	if (err)
		return err;
	sqlite3_bind_text(insert, 1, log->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(insert, 2, log->done.cursor, -1, SQLITE_STATIC);
	err = db_step(db->db, insert);
	sqlite3_finalize(insert);
	return err;
}

static bool db_read_file(sqlite3_stmt *at, struct log_position *done, struct log_position *from)
{
	bool valid = true;
	const int64_t earlier = db_column_number(at, 0, &valid);
	const struct db_row_position row = {
		.rank = db_column_number(at, 1, &valid),
		.generation = db_column_number(at, 2, &valid),
		.device = db_column_number(at, 3, &valid),
		.inode = db_column_number(at, 4, &valid),
		.offset = db_column_number(at, 5, &valid),
		.proof = db_column_number(at, 6, &valid),
		.head = db_column_number(at, 7, &valid),
		.head_size = db_column_number(at, 8, &valid),
		.skip = db_column_number(at, 9, &valid),
	};

	return valid && (earlier == 0 || earlier == 1) &&
	       !db_row_position(&row, earlier ? &from->files : &done->files);
}

/* 0; -ENOENT: a row is invalid, so that the others are of no use either. */
static int db_read_files(struct db *db, const char *name, struct log_position *done,
			 struct log_position *from)
{
	sqlite3_stmt *ask;
	uint64_t bad = 0;
	int err = db_prepare(
		db->db,
		"SELECT earlier, rank, generation, device, inode, offset, proof, head, head_size, skip FROM places WHERE log=? ORDER BY earlier, rank",
		&ask);

	if (err)
		return err;
	sqlite3_bind_text(ask, 1, name, -1, SQLITE_STATIC);
	while (sqlite3_step(ask) == SQLITE_ROW)
		bad += !db_read_file(ask, done, from);
	sqlite3_finalize(ask);
	db->bad += bad;
	return bad ? -ENOENT : 0;
}

static int db_read_cursor(struct db *db, const char *name, char out[LOG_POSITION_CURSOR_SIZE])
{
	sqlite3_stmt *ask;
	struct db_row_text text;
	bool valid = true;
	int err = db_prepare(db->db, "SELECT cursor FROM cursors WHERE log=?", &ask);

	if (err)
		return err;
	sqlite3_bind_text(ask, 1, name, -1, SQLITE_STATIC);
	err = -ENOENT;
	if (sqlite3_step(ask) == SQLITE_ROW) {
		text = db_column_text(ask, 0, SQLITE_TEXT, &valid);
		if (valid && !db_row_cursor(&text, out))
			err = 0;
		else
			db->bad++;
	}
	sqlite3_finalize(ask);
	return err;
}

int db_log(struct db *db, const char *name, struct log_position *done, struct log_position *from)
{
	int err;

	memset(done, 0, sizeof(*done));
	memset(from, 0, sizeof(*from));
	err = db_read_files(db, name, done, from);
	if (!err)
		err = db_read_cursor(db, name, done->cursor);
	if (err) {
		memset(done, 0, sizeof(*done));
		memset(from, 0, sizeof(*from));
	}
	return err;
}

int db_write_totals(struct db *db, const char *who, const struct db_totals *totals)
{
	sqlite3_stmt *insert;
	int err = db_prepare(db->db, "INSERT OR REPLACE INTO totals VALUES(?,?,?,?,?)", &insert);

	if (err)
		return err;
	sqlite3_bind_text(insert, 1, who, -1, SQLITE_STATIC);
	sqlite3_bind_int64(insert, 2, totals->lines);
	sqlite3_bind_int64(insert, 3, totals->offences);
	sqlite3_bind_int64(insert, 4, totals->blocks);
	sqlite3_bind_int(insert, 5, totals->braked);
	err = db_step(db->db, insert);
	sqlite3_finalize(insert);
	return err;
}

int db_totals(struct db *db, const char *who, struct db_totals *out)
{
	sqlite3_stmt *ask;
	int err = db_prepare(
		db->db, "SELECT lines, offences, blocks, braked FROM totals WHERE who=?", &ask);

	memset(out, 0, sizeof(*out));
	if (err)
		return err;
	sqlite3_bind_text(ask, 1, who, -1, SQLITE_STATIC);
	if (sqlite3_step(ask) == SQLITE_ROW) {
		bool valid = true;
		const struct db_row_totals row = {
			.lines = db_column_number(ask, 0, &valid),
			.offences = db_column_number(ask, 1, &valid),
			.blocks = db_column_number(ask, 2, &valid),
			.braked = db_column_number(ask, 3, &valid),
		};

		if (!valid || db_row_totals(&row, out))
			db->bad++;
	}
	sqlite3_finalize(ask);
	return 0;
}
