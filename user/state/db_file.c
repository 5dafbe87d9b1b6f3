// SPDX-License-Identifier: GPL-2.0-only
/* The state on disk: opens the file, and checks who may write to it and to its folder. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "state/db_internal.h"

#define DB_FILE_VERSION 1
#define DB_FILE_PAGE	4096
#define DB_FILE_WAL	(4 << 20)
#define DB_FILE_BUSY_MS 2000
#define DB_FILE_MODE	0640

/* In the names of the file, lifts are unblocks, and places are positions in logs. */
static const char db_file_schema[] =
	"CREATE TABLE IF NOT EXISTS blocks(id INTEGER PRIMARY KEY, host BLOB NOT NULL, length INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, quiet INTEGER NOT NULL, dry_run INTEGER NOT NULL, repeats INTEGER NOT NULL, reason TEXT NOT NULL, lifted INTEGER NOT NULL DEFAULT 0, log TEXT, serial INTEGER NOT NULL, event INTEGER NOT NULL, lines TEXT NOT NULL, ports TEXT NOT NULL DEFAULT '');CREATE INDEX IF NOT EXISTS blocks_host ON blocks(host, length);CREATE INDEX IF NOT EXISTS blocks_until ON blocks(until);CREATE TABLE IF NOT EXISTS offenders(host BLOB PRIMARY KEY, times INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;CREATE TABLE IF NOT EXISTS places(log TEXT, earlier INTEGER, rank INTEGER, generation INTEGER, device INTEGER, inode INTEGER, offset INTEGER, proof INTEGER, head INTEGER, head_size INTEGER, skip INTEGER, PRIMARY KEY(log, earlier, rank)) WITHOUT ROWID;CREATE TABLE IF NOT EXISTS cursors(log TEXT PRIMARY KEY, cursor TEXT) WITHOUT ROWID;CREATE TABLE IF NOT EXISTS totals(who TEXT PRIMARY KEY, lines INTEGER, offences INTEGER, blocks INTEGER, braked INTEGER) WITHOUT ROWID;CREATE TABLE IF NOT EXISTS clock(id INTEGER PRIMARY KEY CHECK(id=1), wall INTEGER, uptime INTEGER, boot TEXT);CREATE TABLE IF NOT EXISTS standing(who TEXT, kind INTEGER, host BLOB, day INTEGER, days INTEGER, accepted INTEGER, bad INTEGER, accepted_today INTEGER, bad_today INTEGER, proof INTEGER, bad_yesterday INTEGER, PRIMARY KEY(who, kind, host)) WITHOUT ROWID;CREATE TABLE IF NOT EXISTS standing_clock(who TEXT PRIMARY KEY, day INTEGER, table_day INTEGER, first INTEGER, accepted INTEGER, accepted_today INTEGER, learned INTEGER) WITHOUT ROWID;CREATE TABLE IF NOT EXISTS runs(interface TEXT, pins TEXT, at INTEGER, end INTEGER, PRIMARY KEY(interface, pins)) WITHOUT ROWID;CREATE TABLE IF NOT EXISTS lifts(host BLOB, length INTEGER, at INTEGER, PRIMARY KEY(host, length)) WITHOUT ROWID;";

static int db_file_version(sqlite3 *db)
{
	sqlite3_stmt *ask;
	int version = -1;

	if (db_prepare(db, "PRAGMA user_version", &ask))
		return db_errno(db);
	if (sqlite3_step(ask) == SQLITE_ROW)
		version = sqlite3_column_int(ask, 0);
	sqlite3_finalize(ask);
	return version < 0 ? db_errno(db) : version;
}

/* True if the query can be run: its columns exist. */
static bool db_file_has(sqlite3 *db, const char *query)
{
	sqlite3_stmt *ask;
	int err = sqlite3_prepare_v2(db, query, -1, &ask, NULL);

	sqlite3_finalize(ask);
	return !err;
}

/* Blocks of version 0.1 have the column dry_run under its old name, and close all ports. */
#define DB_FILE_BLOCKS	   "SELECT id FROM blocks"
#define DB_FILE_OLD_NAME   "SELECT trial FROM blocks"
#define DB_FILE_WITH_PORTS "SELECT ports FROM blocks"

static bool db_file_is_old(sqlite3 *db)
{
	return db_file_has(db, DB_FILE_BLOCKS) &&
	       (db_file_has(db, DB_FILE_OLD_NAME) || !db_file_has(db, DB_FILE_WITH_PORTS));
}

/*
 * Takes over a file of version 0.1. The version number stays: a daemon of 0.1 that still uses the
 * file would set aside a file with a higher one, and everybody's blocks with it.
 */
static int db_file_upgrade(sqlite3 *db)
{
	int err;

	if (!db_file_is_old(db))
		return 0;
	err = db_exec(db, "BEGIN IMMEDIATE");
	if (err)
		return err;
	/* Another process may have been faster. */
	if (db_file_has(db, DB_FILE_OLD_NAME))
		err = db_exec(db, "ALTER TABLE blocks RENAME COLUMN trial TO dry_run");
	if (!err && !db_file_has(db, DB_FILE_WITH_PORTS))
		err = db_exec(db, "ALTER TABLE blocks ADD COLUMN ports TEXT NOT NULL DEFAULT ''");
	if (!err)
		err = db_exec(db, "COMMIT");
	if (err)
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return err;
}

/* A file of version 0.1 that cannot be written, as on a full disk, can still be read. */
static int db_file_prepare_read(sqlite3 *db)
{
	if (!db_file_upgrade(db))
		return 0;
	return db_exec(
		db,
		db_file_has(db, DB_FILE_OLD_NAME)
			? "PRAGMA temp_store=MEMORY; CREATE TEMP VIEW blocks AS SELECT *, trial AS dry_run, '' AS ports FROM main.blocks"
			: "PRAGMA temp_store=MEMORY; CREATE TEMP VIEW blocks AS SELECT *, '' AS ports FROM main.blocks");
}

static int db_file_prepare_write(struct db *db)
{
	int version = db_file_version(db->db), err;
	char text[128];

	if (version < 0)
		return version;
	if (version > DB_FILE_VERSION)
		return -EBADMSG;
	/* No sync for each batch: a power failure costs the last seconds, and no more. */
	err = db_exec(db->db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL");
	snprintf(text, sizeof(text), "PRAGMA journal_size_limit=%d; PRAGMA max_page_count=%llu",
		 DB_FILE_WAL, (unsigned long long)(db->limits.size / DB_FILE_PAGE));
	if (!err)
		err = db_exec(db->db, text);
	if (!err)
		err = db_file_upgrade(db->db);
	if (!err)
		err = db_exec(db->db, db_file_schema);
	snprintf(text, sizeof(text), "PRAGMA user_version=%d", DB_FILE_VERSION);
	if (!err && version != DB_FILE_VERSION)
		err = db_exec(db->db, text);
	return err;
}

/* Suffixes of the files that SQLite creates next to the file while a process uses it. */
static const char *const db_file_suffixes[] = { "-wal", "-shm" };

static bool db_file_is_ours(const struct stat *st)
{
	return st->st_uid == geteuid() || !st->st_uid;
}

/*
 * A user who can write to the folder can block and unblock any host. `make`: creates the folder if
 * it does not exist. 0; -EPERM: other users can write to it or own it; or -errno.
 */
static int db_file_check_folder(const char *folder, bool make)
{
	struct stat st, link;

	if (make && mkdir(folder, 0750) && errno != EEXIST)
		return -errno;
	if (lstat(folder, &link) || stat(folder, &st))
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	if (!db_file_is_ours(&link) || !db_file_is_ours(&st) || st.st_mode & (S_IWGRP | S_IWOTH))
		return -EPERM;
	/* SQLite has the same error for a read-only disk and for a file that does not exist. */
	return make && access(folder, W_OK) ? -errno : 0;
}

/* Removes all permissions of other users, except reading by the group. */
static void db_file_chmod(const char *path)
{
	struct stat st;

	if (!stat(path, &st) && st.st_mode & 07777 & ~DB_FILE_MODE)
		chmod(path, st.st_mode & DB_FILE_MODE);
}

/*
 * The same for the file. An existing file must not be opened and closed here: that would release
 * the locks that SQLite holds on it in this process.
 */
static int db_file_check_file(const char *path, bool make)
{
	char other[PATH_MAX + 8];
	struct stat st;
	int fd;

	if (make) {
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, DB_FILE_MODE);
		if (fd < 0 && errno != EEXIST)
			return -errno;
		if (fd >= 0) {
			fchmod(fd, DB_FILE_MODE);
			close(fd);
		}
	}
	if (stat(path, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || !db_file_is_ours(&st) || st.st_mode & (S_IWGRP | S_IWOTH))
		return -EPERM;
	if (!make)
		return 0;
	/* SQLite creates its other files with the mode of this one. */
	db_file_chmod(path);
	for (size_t i = 0; i < sizeof(db_file_suffixes) / sizeof(db_file_suffixes[0]); i++) {
		snprintf(other, sizeof(other), "%s%s", path, db_file_suffixes[i]);
		db_file_chmod(other);
	}
	return 0;
}

int db_open(const char *folder, const struct db_limits *limits, struct db **out)
{
	int flags = limits ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE;
	struct db *db = calloc(1, sizeof(*db));
	struct stat st;
	int err;

	if (!db)
		return -ENOMEM;
	if (limits)
		db->limits = *limits;
	err = db_file_check_folder(folder, limits);
	if (!err &&
	    snprintf(db->path, sizeof(db->path), "%s/%s", folder, DB_FILE) >= (int)sizeof(db->path))
		err = -ENAMETOOLONG;
	if (!err)
		err = db_file_check_file(db->path, limits);
	if (!err && sqlite3_open_v2(db->path, &db->db, flags, NULL))
		err = db_errno(db->db);
	if (!err)
		sqlite3_busy_timeout(db->db, DB_FILE_BUSY_MS);
	if (!err)
		err = limits ? db_file_prepare_write(db) : db_file_prepare_read(db->db);
	if (!err && !stat(db->path, &st))
		db->inode = st.st_ino;
	if (err)
		db_close(db);
	else
		*out = db;
	return err;
}

int db_put_aside(const char *folder, char *aside, size_t size)
{
	char path[PATH_MAX], other[PATH_MAX + 8];
	struct tm tm;
	time_t now = time(NULL);
	char timestamp[32];

	strftime(timestamp, sizeof(timestamp), "%Y%m%d-%H%M%S", gmtime_r(&now, &tm));
	if (snprintf(path, sizeof(path), "%s/%s", folder, DB_FILE) >= (int)sizeof(path) ||
	    snprintf(aside, size, "%s.damaged-%s", path, timestamp) >= (int)size)
		return -ENAMETOOLONG;
	db_file_chmod(path);
	if (rename(path, aside))
		return -errno;
	for (size_t i = 0; i < sizeof(db_file_suffixes) / sizeof(db_file_suffixes[0]); i++) {
		snprintf(other, sizeof(other), "%s%s", path, db_file_suffixes[i]);
		unlink(other);
	}
	return 0;
}

bool db_is_there(const struct db *db)
{
	struct stat st;

	return !stat(db->path, &st) && st.st_ino == db->inode;
}

const char *db_strerror(int err)
{
	if (err == EPERM)
		return "the folder or " DB_FILE
		       " belongs to another user, or others may write to it";
	return strerror(err);
}

void db_close(struct db *db)
{
	if (!db)
		return;
	sqlite3_close(db->db);
	free(db);
}
