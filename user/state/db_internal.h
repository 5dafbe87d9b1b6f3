/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the store share of SQLite; for store*.c only. */
#ifndef DB_SQL_H
#define DB_SQL_H

#include <limits.h>
#include <sqlite3.h>
#include <sys/types.h>

#include "state/db.h"
#include "state/db_row.h"

struct db {
	sqlite3 *db;
	char path[PATH_MAX];
	ino_t inode;		 /* of the file that was opened */
	struct db_limits limits; /* all 0: not to be written */
	uint64_t bad;		 /* rows that were read and are not valid */
};

/* -errno for what SQLite said last. */
int db_errno(sqlite3 *db);

/* 0 or -errno, as all of these. */
int db_exec(sqlite3 *db, const char *sql);
int db_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out);

/* Runs a statement that gives no rows, and makes it ready for the next time. */
int db_step(sqlite3 *db, sqlite3_stmt *statement);

/* A column of the row at hand; *valid is cleared if it is of another type. */
int64_t db_column_number(sqlite3_stmt *row, int column, bool *valid);
struct db_row_text db_column_text(sqlite3_stmt *row, int column, int type, bool *valid);

int db_write_log(struct db *db, const struct db_log *log);
int db_write_totals(struct db *db, const char *who, const struct db_totals *totals);

#endif
