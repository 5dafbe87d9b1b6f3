// SPDX-License-Identifier: GPL-2.0-only
/* The state on disk: read back. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "act/store_row.h"
#include "act/store_sql.h"

#define STORE_COLUMNS                                                                        \
	"SELECT host,length,since,until,quiet,trial,repeats,reason,lifted,log,serial,event," \
	"lines FROM blocks "

/* False: it is not valid. The texts are gone with the row. */
static bool store_read_block(struct store *store, sqlite3_stmt *at, struct store_block *out)
{
	bool valid = true;
	const struct store_row_block row = {
		.host = store_column_text(at, 0, SQLITE_BLOB, &valid),
		.length = store_column_number(at, 1, &valid),
		.since = store_column_number(at, 2, &valid),
		.until = store_column_number(at, 3, &valid),
		.quiet = store_column_number(at, 4, &valid),
		.trial = store_column_number(at, 5, &valid),
		.repeats = store_column_number(at, 6, &valid),
		.reason = store_column_text(at, 7, SQLITE_TEXT, &valid),
		.lifted = store_column_number(at, 8, &valid),
		.log = sqlite3_column_type(at, 9) == SQLITE_NULL
			       ? (struct store_row_text){ NULL, 0 }
			       : store_column_text(at, 9, SQLITE_TEXT, &valid),
		.serial = store_column_number(at, 10, &valid),
		.event = store_column_number(at, 11, &valid),
		.lines = store_column_text(at, 12, SQLITE_TEXT, &valid),
	};

	valid = valid && !store_row_block(&row, out);
	store->bad += !valid;
	return valid;
}

static int store_each(struct store *store, sqlite3_stmt *ask, store_each_block *each, void *context)
{
	struct store_block block;
	int err = 0, step;

	while (!err && (step = sqlite3_step(ask)) == SQLITE_ROW)
		if (store_read_block(store, ask, &block))
			err = each(context, &block);
	if (!err && step != SQLITE_DONE)
		err = store_errno(store->db);
	sqlite3_finalize(ask);
	return err;
}

int store_running(struct store *store, int64_t now, store_each_block *each, void *context)
{
	sqlite3_stmt *ask;
	int err = store_prepare(store->db, STORE_COLUMNS "WHERE until>? AND lifted=0 AND trial=0",
				&ask);

	if (err)
		return err;
	sqlite3_bind_int64(ask, 1, now);
	return store_each(store, ask, each, context);
}

int store_since(struct store *store, int64_t event, store_each_block *each, void *context)
{
	sqlite3_stmt *ask;
	int err = store_prepare(
		store->db, STORE_COLUMNS "WHERE event>=? AND log IS NOT NULL AND trial=0", &ask);

	if (err)
		return err;
	sqlite3_bind_int64(ask, 1, event);
	return store_each(store, ask, each, context);
}

/* The last address of a network. */
static struct addr store_last(const struct addr_prefix *whom)
{
	unsigned int bits = whom->length + (addr_is_ipv4(&whom->addr) ? 96 : 0);
	struct addr last = whom->addr;

	for (unsigned int i = bits; i < 128; i++)
		last.bytes[i / 8] |= 0x80 >> i % 8;
	return last;
}

/* A filter for rows, since SQLite knows no networks: those that `whom` is in, or that are in it. */
struct store_wanted {
	const struct addr_prefix *whom;
	store_each_block *each;
	void *context;
	unsigned int left;
};

static int store_want(void *context, const struct store_block *block)
{
	struct store_wanted *wanted = context;
	const struct addr_prefix *whom = wanted->whom;

	if (whom && !addr_prefix_meets(whom, &block->whom))
		return 0;
	if (!wanted->left)
		return -ECANCELED;
	wanted->left--;
	return wanted->each(wanted->context, block);
}

int store_history(struct store *store, const struct addr_prefix *whom, unsigned int most,
		  store_each_block *each, void *context)
{
	struct store_wanted wanted = { whom, each, context, most };
	sqlite3_stmt *ask;
	struct addr last;
	int err;

	if (!whom) {
		err = store_prepare(store->db, STORE_COLUMNS "ORDER BY since DESC, id DESC", &ask);
	} else {
		/* What lies in it is found by the index; what is wider is seldom. */
		err = store_prepare(store->db,
				    STORE_COLUMNS "WHERE host BETWEEN ? AND ? OR length<? "
						  "ORDER BY since DESC, id DESC",
				    &ask);
	}
	if (err)
		return err;
	if (whom) {
		last = store_last(whom);
		sqlite3_bind_blob(ask, 1, whom->addr.bytes, sizeof(whom->addr.bytes),
				  SQLITE_STATIC);
		sqlite3_bind_blob(ask, 2, last.bytes, sizeof(last.bytes), SQLITE_STATIC);
		sqlite3_bind_int(ask, 3, whom->length);
	}
	err = store_each(store, ask, store_want, &wanted);
	return err == -ECANCELED ? 0 : err;
}

int store_repeats(struct store *store, store_each_repeat *each, void *context)
{
	sqlite3_stmt *ask;
	int err = store_prepare(store->db, "SELECT host, times, until FROM offenders", &ask), step;

	if (err)
		return err;
	while ((step = sqlite3_step(ask)) == SQLITE_ROW) {
		bool valid = true;
		const struct store_row_repeat row = {
			.host = store_column_text(ask, 0, SQLITE_BLOB, &valid),
			.times = store_column_number(ask, 1, &valid),
			.until = store_column_number(ask, 2, &valid),
		};
		unsigned int times;
		struct addr host;
		int64_t until;

		if (valid && !store_row_repeat(&row, &host, &times, &until))
			each(context, &host, times, until);
		else
			store->bad++;
	}
	if (step != SQLITE_DONE)
		err = store_errno(store->db);
	sqlite3_finalize(ask);
	return err;
}

static int store_skip_block(void *context, const struct store_block *block)
{
	(void)context;
	(void)block;
	return 0;
}

static void store_skip_repeat(void *context, const struct addr *host, unsigned int times,
			      int64_t until)
{
	(void)context;
	(void)host;
	(void)times;
	(void)until;
}

/* Each log and each daemon that the state knows. */
static int store_read_names(struct store *store, const char *sql,
			    void (*read)(struct store *store, const char *name))
{
	sqlite3_stmt *ask;
	int err = store_prepare(store->db, sql, &ask), step;

	if (err)
		return err;
	while ((step = sqlite3_step(ask)) == SQLITE_ROW)
		if (sqlite3_column_type(ask, 0) == SQLITE_TEXT)
			read(store, (const char *)sqlite3_column_text(ask, 0));
		else
			store->bad++;
	if (step != SQLITE_DONE)
		err = store_errno(store->db);
	sqlite3_finalize(ask);
	return err;
}

static void store_read_log(struct store *store, const char *name)
{
	struct log_position done, from;

	store_log(store, name, &done, &from);
}

static void store_read_totals(struct store *store, const char *who)
{
	struct store_totals totals;

	store_totals(store, who, &totals);
}

int store_count_bad(struct store *store, uint64_t *out)
{
	const uint64_t before = store->bad;
	int err = store_history(store, NULL, UINT_MAX, store_skip_block, NULL);

	if (!err)
		err = store_repeats(store, store_skip_repeat, NULL);
	if (!err)
		err = store_read_names(store, "SELECT log FROM cursors", store_read_log);
	if (!err)
		err = store_read_names(store, "SELECT who FROM totals", store_read_totals);
	if (err)
		return err;
	*out = store->bad - before;
	store->bad = before;
	return 0;
}

uint64_t store_bad(const struct store *store)
{
	return store->bad;
}
