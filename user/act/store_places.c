// SPDX-License-Identifier: GPL-2.0-only
/* The state on disk: how far each log was read, and what it came to in all. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "act/store_sql.h"

static int store_write_places(struct store *store, const char *log, bool earlier,
			      const struct places *places)
{
	sqlite3_stmt *insert;
	int err = store_prepare(store->db, "INSERT INTO places VALUES(?,?,?,?,?,?,?,?,?,?,?)",
				&insert);

	for (unsigned int i = 0; i < places->count && !err; i++) {
		const struct place *place = &places->places[i];
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

static void store_read_place(sqlite3_stmt *row, struct places *to)
{
	struct place *place = &to->places[to->count];

	if (to->count == PLACE_FILES)
		return;
	to->count++;
	place->generation = sqlite3_column_int64(row, 1);
	place->device = sqlite3_column_int64(row, 2);
	place->inode = sqlite3_column_int64(row, 3);
	place->offset = sqlite3_column_int64(row, 4);
	place->proof = sqlite3_column_int64(row, 5);
	place->head = sqlite3_column_int64(row, 6);
	place->head_size = sqlite3_column_int64(row, 7);
	place->skip = sqlite3_column_int64(row, 8);
}

int store_log(struct store *store, const char *name, struct log_place *done, struct log_place *from)
{
	sqlite3_stmt *ask;
	bool known = false;
	int err = store_prepare(store->db,
				"SELECT earlier, generation, device, inode, offset, proof, head, "
				"head_size, skip FROM places WHERE log=? ORDER BY earlier, rank",
				&ask);

	memset(done, 0, sizeof(*done));
	memset(from, 0, sizeof(*from));
	if (err)
		return err;
	sqlite3_bind_text(ask, 1, name, -1, SQLITE_STATIC);
	while (sqlite3_step(ask) == SQLITE_ROW)
		store_read_place(ask, sqlite3_column_int(ask, 0) ? &from->places : &done->places);
	sqlite3_finalize(ask);
	err = store_prepare(store->db, "SELECT cursor FROM cursors WHERE log=?", &ask);
	if (err)
		return err;
	sqlite3_bind_text(ask, 1, name, -1, SQLITE_STATIC);
	if (sqlite3_step(ask) == SQLITE_ROW) {
		snprintf(done->cursor, sizeof(done->cursor), "%s", sqlite3_column_text(ask, 0));
		known = true;
	}
	sqlite3_finalize(ask);
	return known ? 0 : -ENOENT;
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
		out->lines = sqlite3_column_int64(ask, 0);
		out->offences = sqlite3_column_int64(ask, 1);
		out->blocks = sqlite3_column_int64(ask, 2);
		out->braked = sqlite3_column_int(ask, 3);
	}
	sqlite3_finalize(ask);
	return 0;
}
