// SPDX-License-Identifier: GPL-2.0-only
/* The state on disk: how the last attach to each interface ended. */
#include <errno.h>
#include <string.h>

#include "state/db_internal.h"

int db_write_run(struct db *db, const struct db_run *run)
{
	sqlite3_stmt *insert;
	int err = db_prepare(db->db, "INSERT OR REPLACE INTO runs VALUES(?,?,?,?)", &insert);

	if (err)
		return err;
	sqlite3_bind_text(insert, 1, run->interface, -1, SQLITE_STATIC);
	sqlite3_bind_text(insert, 2, run->pins, -1, SQLITE_STATIC);
	sqlite3_bind_int64(insert, 3, run->at);
	sqlite3_bind_int(insert, 4, run->end);
	err = db_step(db->db, insert);
	sqlite3_finalize(insert);
	return err;
}

/* True if the row is valid. */
static bool db_read_run(sqlite3_stmt *at, struct db_run *out)
{
	bool valid = true;
	const struct db_row_text interface = db_column_text(at, 0, SQLITE_TEXT, &valid);
	const struct db_row_text pins = db_column_text(at, 1, SQLITE_TEXT, &valid);
	const struct db_row_run row = { .interface = interface,
					.pins = pins,
					.at = db_column_number(at, 2, &valid),
					.end = db_column_number(at, 3, &valid) };

	return valid && !db_row_run(&row, out);
}

/* The table does not exist before a daemon of this version has written. 1, 0 or -errno. */
static int db_has_runs(struct db *db)
{
	sqlite3_stmt *ask;
	int err = db_prepare(db->db, "SELECT 1 FROM sqlite_master WHERE name='runs'", &ask), step;

	if (err)
		return err;
	step = sqlite3_step(ask);
	err = step == SQLITE_ROW ? 1 : step == SQLITE_DONE ? 0 : db_errno(db->db);
	sqlite3_finalize(ask);
	return err;
}

int db_runs(struct db *db, db_each_run *each, void *context)
{
	int err = db_has_runs(db), step;
	sqlite3_stmt *ask;
	struct db_run run;

	if (err <= 0)
		return err;
	err = db_prepare(db->db, "SELECT interface, pins, at, end FROM runs ORDER BY at DESC",
			 &ask);
	if (err)
		return err;
	while ((step = sqlite3_step(ask)) == SQLITE_ROW) {
		if (db_read_run(ask, &run))
			each(context, &run);
		else
			db->bad++;
	}
	err = step == SQLITE_DONE ? 0 : db_errno(db->db);
	sqlite3_finalize(ask);
	return err;
}
