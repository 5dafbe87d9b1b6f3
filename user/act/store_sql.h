/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the store share of SQLite; for store*.c only. */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include <limits.h>
#include <sqlite3.h>
#include <sys/types.h>

#include "act/store.h"
#include "act/store_row.h"

struct store {
	sqlite3 *db;
	char path[PATH_MAX];
	ino_t inode;		    /* of the file that was opened */
	struct store_limits limits; /* all 0: not to be written */
	uint64_t bad;		    /* rows that were read and are not valid */
};

/* -errno for what SQLite said last. */
int store_errno(sqlite3 *db);

/* 0 or -errno, as all of these. */
int store_exec(sqlite3 *db, const char *sql);
int store_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out);

/* Runs a statement that gives no rows, and makes it ready for the next time. */
int store_step(sqlite3 *db, sqlite3_stmt *statement);

/* A column of the row at hand; *valid is cleared if it is of another type. */
int64_t store_column_number(sqlite3_stmt *row, int column, bool *valid);
struct store_row_text store_column_text(sqlite3_stmt *row, int column, int type, bool *valid);

int store_write_log(struct store *store, const struct store_log *log);
int store_write_totals(struct store *store, const char *who, const struct store_totals *totals);

#endif
