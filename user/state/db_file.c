// SPDX-License-Identifier: GPL-2.0-only
/* The state on disk: its folder and its file, who may write to them, and how it is opened. */
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

#define STORE_VERSION	  1
#define STORE_PAGE	  4096
#define STORE_WAL	  (4 << 20)
#define STORE_PATIENCE_MS 2000
#define STORE_MODE	  0640

static const char store_schema[] =
	"CREATE TABLE IF NOT EXISTS blocks(id INTEGER PRIMARY KEY, host BLOB NOT NULL, length INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, quiet INTEGER NOT NULL, trial INTEGER NOT NULL, repeats INTEGER NOT NULL, reason TEXT NOT NULL, lifted INTEGER NOT NULL DEFAULT 0, log TEXT, serial INTEGER NOT NULL, event INTEGER NOT NULL, lines TEXT NOT NULL);CREATE INDEX IF NOT EXISTS blocks_host ON blocks(host, length);CREATE INDEX IF NOT EXISTS blocks_until ON blocks(until);CREATE TABLE IF NOT EXISTS offenders(host BLOB PRIMARY KEY, times INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;CREATE TABLE IF NOT EXISTS places(log TEXT, earlier INTEGER, rank INTEGER, generation INTEGER, device INTEGER, inode INTEGER, offset INTEGER, proof INTEGER, head INTEGER, head_size INTEGER, skip INTEGER, PRIMARY KEY(log, earlier, rank)) WITHOUT ROWID;CREATE TABLE IF NOT EXISTS cursors(log TEXT PRIMARY KEY, cursor TEXT) WITHOUT ROWID;CREATE TABLE IF NOT EXISTS totals(who TEXT PRIMARY KEY, lines INTEGER, offences INTEGER, blocks INTEGER, braked INTEGER) WITHOUT ROWID;CREATE TABLE IF NOT EXISTS clock(id INTEGER PRIMARY KEY CHECK(id=1), wall INTEGER, uptime INTEGER, boot TEXT);CREATE TABLE IF NOT EXISTS lifts(host BLOB, length INTEGER, at INTEGER, PRIMARY KEY(host, length)) WITHOUT ROWID;";

static int store_version(sqlite3 *db)
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

static int store_prepare_file(struct db *db)
{
	int version = store_version(db->db), err;
	char text[128];

	if (version < 0)
		return version;
	if (version > STORE_VERSION)
		return -EBADMSG;
	/* No word to the disk for each batch: a power cut may cost the last seconds, and no more.
	 */
	err = db_exec(db->db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL");
	snprintf(text, sizeof(text), "PRAGMA journal_size_limit=%d; PRAGMA max_page_count=%llu",
		 STORE_WAL, (unsigned long long)(db->limits.size / STORE_PAGE));
	if (!err)
		err = db_exec(db->db, text);
	if (!err)
		err = db_exec(db->db, store_schema);
	snprintf(text, sizeof(text), "PRAGMA user_version=%d", STORE_VERSION);
	if (!err && version != STORE_VERSION)
		err = db_exec(db->db, text);
	return err;
}

/* What SQLite has beside the file while somebody uses it. */
static const char *const store_others[] = { "-wal", "-shm" };

static bool store_is_ours(const struct stat *st)
{
	return st->st_uid == geteuid() || !st->st_uid;
}

/*
 * Whoever could write into the folder could have anybody blocked or let in. `make`: it is made if
 * it is not there. 0; -EPERM: others may write, or it is somebody else's; or -errno.
 */
static int store_check_folder(const char *folder, bool make)
{
	struct stat st, link;

	if (make && mkdir(folder, 0750) && errno != EEXIST)
		return -errno;
	if (lstat(folder, &link) || stat(folder, &st))
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	if (!store_is_ours(&link) || !store_is_ours(&st) || st.st_mode & (S_IWGRP | S_IWOTH))
		return -EPERM;
	/* SQLite would not tell a disk that is read-only from a file that is not there. */
	return make && access(folder, W_OK) ? -errno : 0;
}

/* Takes away what others may, other than the group's reading. */
static void store_chmod(const char *path)
{
	struct stat st;

	if (!stat(path, &st) && st.st_mode & 07777 & ~STORE_MODE)
		chmod(path, st.st_mode & STORE_MODE);
}

/*
 * The same of the file. A file that is there must not be opened and closed here: that would end the
 * locks that this process has on it by SQLite.
 */
static int store_check_file(const char *path, bool make)
{
	char other[PATH_MAX + 8];
	struct stat st;
	int fd;

	if (make) {
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, STORE_MODE);
		if (fd < 0 && errno != EEXIST)
			return -errno;
		if (fd >= 0) {
			fchmod(fd, STORE_MODE);
			close(fd);
		}
	}
	if (stat(path, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || !store_is_ours(&st) || st.st_mode & (S_IWGRP | S_IWOTH))
		return -EPERM;
	if (!make)
		return 0;
	/* SQLite makes the others with the mode of the file. */
	store_chmod(path);
	for (size_t i = 0; i < sizeof(store_others) / sizeof(store_others[0]); i++) {
		snprintf(other, sizeof(other), "%s%s", path, store_others[i]);
		store_chmod(other);
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
	err = store_check_folder(folder, limits);
	if (!err &&
	    snprintf(db->path, sizeof(db->path), "%s/%s", folder, DB_FILE) >= (int)sizeof(db->path))
		err = -ENAMETOOLONG;
	if (!err)
		err = store_check_file(db->path, limits);
	if (!err && sqlite3_open_v2(db->path, &db->db, flags, NULL))
		err = db_errno(db->db);
	if (!err)
		sqlite3_busy_timeout(db->db, STORE_PATIENCE_MS);
	if (!err && limits)
		err = store_prepare_file(db);
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
	char stamp[32];

	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", gmtime_r(&now, &tm));
	if (snprintf(path, sizeof(path), "%s/%s", folder, DB_FILE) >= (int)sizeof(path) ||
	    snprintf(aside, size, "%s.damaged-%s", path, stamp) >= (int)size)
		return -ENAMETOOLONG;
	store_chmod(path);
	if (rename(path, aside))
		return -errno;
	for (size_t i = 0; i < sizeof(store_others) / sizeof(store_others[0]); i++) {
		snprintf(other, sizeof(other), "%s%s", path, store_others[i]);
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
