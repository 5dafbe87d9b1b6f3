/* SPDX-License-Identifier: GPL-2.0-only */
/* SQLite helpers that the files db*.c share; not for other files. */
#ifndef DB_INTERNAL_H
#define DB_INTERNAL_H

#include <limits.h>
#include <sqlite3.h>
#include <sys/types.h>

#include "state/db.h"
#include "state/db_row.h"

/*
 * Standing that makes no known sender, now or when the day is over: without a good day, and with
 * fewer accepted messages than one needs (STANDING_PROOF in judge/, which the state cannot see).
 */
#define DB_STANDING_PROOF    3
#define DB_STANDING_STRANGER "days=0 AND proof<3"

struct db {
	sqlite3 *db;
	char path[PATH_MAX];
	ino_t inode;		 /* of the opened file */
	struct db_limits limits; /* all 0: opened for reading */
	uint16_t standing_day;	 /* when old standing was removed last */
	uint64_t bad;		 /* invalid rows that were read */
	uint64_t standings_left; /* how often there was no room for those without good days */
};

/* -errno for SQLite's last error. */
int db_errno(sqlite3 *db);

/* These return 0 or -errno. */
int db_exec(sqlite3 *db, const char *sql);
int db_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out);

/* Runs a statement that returns no rows, and resets it. */
int db_step(sqlite3 *db, sqlite3_stmt *statement);

/* A column of the current row; *valid is cleared if its type is another. */
int64_t db_column_number(sqlite3_stmt *row, int column, bool *valid);
struct db_row_text db_column_text(sqlite3_stmt *row, int column, int type, bool *valid);

int db_write_log(struct db *db, const struct db_log *log);
int db_write_standing(struct db *db, const struct db_batch *batch);
int db_write_totals(struct db *db, const char *who, const struct db_totals *totals);

#endif
