// SPDX-License-Identifier: GPL-2.0-only
/* The state on disk: how far each log was read, and what it came to in all. */
#include <errno.h>
#include <string.h>

#include "act/store_sql.h"

static int store_write_places(struct store *store, const char *log, bool earlier,
			      const struct log_position_files *places)
{
	sqlite3_stmt *insert;
	int err = store_prepare(store->db, "INSERT INTO places VALUES(?,?,?,?,?,?,?,?,?,?,?)",
				&insert);

	for (unsigned int i = 0; i < places->count && !err; i++) {
		const struct log_position_file *place = &places->places[i];
		const uint64_t values[] = { earlier,	       i,
					    place->generation, place->device,
					    place->inode,      place->offset,
					    place->proof,      place->head,
					    place->head_size,  place->skip };

		sqlite3_bind_text(insert, 1, log, -1, SQLITE_STATIC);
		for (int j = 0; j < (int)(sizeof(values) / sizeof(values[0])); j++)
			sqlite3_bind_int64(insert, j + 2, values[j]);
		err = store_step(store->db, insert);
	}
	sqlite3_finalize(insert);
	return err;
}

/* `sql` names a log by its only parameter. */
static int store_of_log(struct store *store, const char *sql, const char *log)
{
	sqlite3_stmt *statement;
	int err = store_prepare(store->db, sql, &statement);

	if (err)
		return err;
	sqlite3_bind_text(statement, 1, log, -1, SQLITE_STATIC);
	err = store_step(store->db, statement);
	sqlite3_finalize(statement);
	return err;
}

int store_write_log(struct store *store, const struct store_log *log)
{
	sqlite3_stmt *insert;
	int err = store_of_log(store, "DELETE FROM places WHERE log=?", log->name);

	if (!err)
		err = store_write_places(store, log->name, false, &log->done.places);
	if (!err)
		err = store_write_places(store, log->name, true, &log->from.places);
	if (err)
		return err;
	err = store_prepare(store->db, "INSERT OR REPLACE INTO cursors VALUES(?,?)", &insert);
	if (err)
		return err;
	sqlite3_bind_text(insert, 1, log->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(insert, 2, log->done.cursor, -1, SQLITE_STATIC);
	err = store_step(store->db, insert);
	sqlite3_finalize(insert);
	return err;
}

static bool store_read_place(sqlite3_stmt *at, struct log_position *done, struct log_position *from)
{
	bool valid = true;
	const int64_t earlier = store_column_number(at, 0, &valid);
	const struct store_row_place row = {
		.rank = store_column_number(at, 1, &valid),
		.generation = store_column_number(at, 2, &valid),
		.device = store_column_number(at, 3, &valid),
		.inode = store_column_number(at, 4, &valid),
		.offset = store_column_number(at, 5, &valid),
		.proof = store_column_number(at, 6, &valid),
		.head = store_column_number(at, 7, &valid),
		.head_size = store_column_number(at, 8, &valid),
		.skip = store_column_number(at, 9, &valid),
	};

	return valid && (earlier == 0 || earlier == 1) &&
	       !store_row_place(&row, earlier ? &from->places : &done->places);
}

/* 0; -ENOENT: there is a row that is not valid, and one alone makes the rest worthless. */
static int store_read_places(struct store *store, const char *name, struct log_position *done,
			     struct log_position *from)
{
	sqlite3_stmt *ask;
	uint64_t bad = 0;
	int err = store_prepare(store->db,
				"SELECT earlier, rank, generation, device, inode, offset, proof, "
				"head, head_size, skip FROM places WHERE log=? "
				"ORDER BY earlier, rank",
				&ask);

	if (err)
		return err;
	sqlite3_bind_text(ask, 1, name, -1, SQLITE_STATIC);
	while (sqlite3_step(ask) == SQLITE_ROW)
		bad += !store_read_place(ask, done, from);
	sqlite3_finalize(ask);
	store->bad += bad;
	return bad ? -ENOENT : 0;
}

static int store_read_cursor(struct store *store, const char *name,
			     char out[LOG_POSITION_CURSOR_SIZE])
{
	sqlite3_stmt *ask;
	struct store_row_text text;
	bool valid = true;
	int err = store_prepare(store->db, "SELECT cursor FROM cursors WHERE log=?", &ask);

	if (err)
		return err;
	sqlite3_bind_text(ask, 1, name, -1, SQLITE_STATIC);
	err = -ENOENT;
	if (sqlite3_step(ask) == SQLITE_ROW) {
		text = store_column_text(ask, 0, SQLITE_TEXT, &valid);
		if (valid && !store_row_cursor(&text, out))
			err = 0;
		else
			store->bad++;
	}
	sqlite3_finalize(ask);
	return err;
}

int store_log(struct store *store, const char *name, struct log_position *done,
	      struct log_position *from)
{
	int err;

	memset(done, 0, sizeof(*done));
	memset(from, 0, sizeof(*from));
	err = store_read_places(store, name, done, from);
	if (!err)
		err = store_read_cursor(store, name, done->cursor);
	if (err) {
		memset(done, 0, sizeof(*done));
		memset(from, 0, sizeof(*from));
	}
	return err;
}

int store_write_totals(struct store *store, const char *who, const struct store_totals *totals)
{
	sqlite3_stmt *insert;
	int err = store_prepare(store->db, "INSERT OR REPLACE INTO totals VALUES(?,?,?,?,?)",
				&insert);

	if (err)
		return err;
	sqlite3_bind_text(insert, 1, who, -1, SQLITE_STATIC);
	sqlite3_bind_int64(insert, 2, totals->lines);
	sqlite3_bind_int64(insert, 3, totals->offences);
	sqlite3_bind_int64(insert, 4, totals->blocks);
	sqlite3_bind_int(insert, 5, totals->braked);
	err = store_step(store->db, insert);
	sqlite3_finalize(insert);
	return err;
}

int store_totals(struct store *store, const char *who, struct store_totals *out)
{
	sqlite3_stmt *ask;
	int err = store_prepare(
		store->db, "SELECT lines, offences, blocks, braked FROM totals WHERE who=?", &ask);

	memset(out, 0, sizeof(*out));
	if (err)
		return err;
	sqlite3_bind_text(ask, 1, who, -1, SQLITE_STATIC);
	if (sqlite3_step(ask) == SQLITE_ROW) {
		bool valid = true;
		const struct store_row_totals row = {
			.lines = store_column_number(ask, 0, &valid),
			.offences = store_column_number(ask, 1, &valid),
			.blocks = store_column_number(ask, 2, &valid),
			.braked = store_column_number(ask, 3, &valid),
		};

		if (!valid || store_row_totals(&row, out))
			store->bad++;
	}
	sqlite3_finalize(ask);
	return 0;
}
