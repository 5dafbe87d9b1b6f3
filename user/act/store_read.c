// SPDX-License-Identifier: GPL-2.0-only
/* The state on disk: read back. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "act/store_sql.h"

#define STORE_COLUMNS                                                                        \
	"SELECT host,length,since,until,quiet,trial,repeats,reason,lifted,log,serial,event," \
	"lines FROM blocks "

static void store_read_block(sqlite3_stmt *row, struct store_block *out)
{
	const void *host = sqlite3_column_blob(row, 0);

	memset(out, 0, sizeof(*out));
	if (host && sqlite3_column_bytes(row, 0) == sizeof(out->whom.addr.bytes))
		memcpy(out->whom.addr.bytes, host, sizeof(out->whom.addr.bytes));
	out->whom.length = sqlite3_column_int(row, 1);
	out->since = sqlite3_column_int64(row, 2);
	out->until = sqlite3_column_int64(row, 3);
	out->quiet = sqlite3_column_int64(row, 4);
	out->trial = sqlite3_column_int(row, 5);
	out->repeats = sqlite3_column_int(row, 6);
	snprintf(out->reason, sizeof(out->reason), "%s", sqlite3_column_text(row, 7));
	out->lifted = sqlite3_column_int64(row, 8);
	out->log = (const char *)sqlite3_column_text(row, 9);
	out->serial = sqlite3_column_int64(row, 10);
	out->event = sqlite3_column_int64(row, 11);
	out->lines = (const char *)sqlite3_column_text(row, 12);
}

static int store_each(struct store *store, sqlite3_stmt *ask, store_each_block *each, void *context)
{
	struct store_block block;
	int err = 0, step;

	while (!err && (step = sqlite3_step(ask)) == SQLITE_ROW) {
		store_read_block(ask, &block);
		err = each(context, &block);
	}
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

/* A filter for rows, since SQLite knows no networks: those that hold all of `whom`. */
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
	bool in;

	if (whom) {
		in = block->whom.length >= whom->length
			     ? addr_prefix_covers(whom, &block->whom.addr)
			     : addr_prefix_covers(&block->whom, &whom->addr);
		if (!in || addr_is_ipv4(&whom->addr) != addr_is_ipv4(&block->whom.addr))
			return 0;
	}
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
	struct addr host;
	int err = store_prepare(store->db, "SELECT host, times, until FROM offenders", &ask), step;

	if (err)
		return err;
	while ((step = sqlite3_step(ask)) == SQLITE_ROW) {
		if (sqlite3_column_bytes(ask, 0) != sizeof(host.bytes))
			continue;
		memcpy(host.bytes, sqlite3_column_blob(ask, 0), sizeof(host.bytes));
		each(context, &host, sqlite3_column_int(ask, 1), sqlite3_column_int64(ask, 2));
	}
	if (step != SQLITE_DONE)
		err = store_errno(store->db);
	sqlite3_finalize(ask);
	return err;
}
