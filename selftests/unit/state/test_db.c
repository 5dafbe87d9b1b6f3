// SPDX-License-Identifier: GPL-2.0-only
/* The state on disk: batches are atomic, history is pruned, the size is limited. */
#include "unit/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "state/db.h"
#include "state/db_clock.h"
#include "state/db_row.h"

#define NOW  INT64_C(1061724153000)
#define HOUR INT64_C(3600000)
#define DAY  (24 * HOUR)

static char folder[] = "/tmp/sobig-state-XXXXXX";
static struct db *db;
static const struct db_limits limits = { .size = 1 << 20,
					 .history = 90 * DAY,
					 .remember = 30 * DAY };

static int start(void **state)
{
	(void)state;
	strcpy(strchr(folder, '-') + sizeof("-state-") - 1, "XXXXXX");
	return mkdtemp(folder) ? db_open(folder, &limits, &db) : -1;
}

static int stop(void **state)
{
	char command[128];

	(void)state;
	db_close(db);
	db = NULL;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static struct db_block block(const char *address, int64_t since, int64_t until)
{
	struct db_block block = { .since = since,
				  .until = until,
				  .reason = "worm-storm: more than 15 in 5m",
				  .log = "/var/log/exim4/mainlog",
				  .serial = 7,
				  .event = since,
				  .lines = "one\ntwo\n" };

	assert_int_equal(addr_parse_prefix(address, &block.target), 0);
	return block;
}

static size_t left_out;

static int write_batch(const struct db_batch *batch)
{
	return db_write(db, batch, &left_out);
}

static int write_block(struct db_block of)
{
	const struct db_batch batch = { .blocks = &of, .blocks_count = 1, .now = of.since };

	return write_batch(&batch);
}

struct found {
	struct db_block blocks[100];
	char lines[64];
	int count;
};

static int note_block(void *context, const struct db_block *of)
{
	struct found *found = context;

	if (found->count < 100)
		found->blocks[found->count] = *of;
	snprintf(found->lines, sizeof(found->lines), "%s", of->lines);
	found->count++;
	return 0;
}

static int history(const char *address)
{
	struct addr_prefix target;
	struct found found = { 0 };

	if (address)
		assert_int_equal(addr_parse_prefix(address, &target), 0);
	assert_int_equal(db_history(db, address ? &target : NULL, 100, note_block, &found), 0);
	return found.count;
}

static int running(int64_t now)
{
	struct found found = { 0 };

	assert_int_equal(db_running(db, now, note_block, &found), 0);
	return found.count;
}

static void written_blocks_are_read_back_after_a_restart(void **state)
{
	struct found found = { 0 };

	(void)state;
	assert_int_equal(write_block(block("198.51.100.7", NOW, NOW + HOUR)), 0);
	db_close(db);
	assert_int_equal(db_open(folder, &limits, &db), 0);
	assert_int_equal(db_history(db, NULL, 100, note_block, &found), 0);
	assert_int_equal(found.count, 1);
	assert_string_equal(found.lines, "one\ntwo\n");
	assert_string_equal(found.blocks[0].reason, "worm-storm: more than 15 in 5m");
	assert_int_equal(found.blocks[0].serial, 7);
	assert_int_equal(running(NOW + HOUR - 1), 1);
	assert_int_equal(running(NOW + HOUR), 0);
}

static void active_block_is_extended_and_a_later_one_is_a_new_row(void **state)
{
	(void)state;
	assert_int_equal(write_block(block("198.51.100.7", NOW, NOW + HOUR)), 0);
	assert_int_equal(write_block(block("198.51.100.7", NOW + 1, NOW + 2 * HOUR)), 0);
	assert_int_equal(history(NULL), 1);
	assert_int_equal(running(NOW + HOUR), 1);
	assert_int_equal(write_block(block("198.51.100.7", NOW + 3 * HOUR, NOW + 4 * HOUR)), 0);
	assert_int_equal(history(NULL), 2);
}

static void unblocked_host_is_not_restored_and_its_neighbour_is(void **state)
{
	struct addr_prefix target;
	struct db_batch batch = { .unblocks = &target, .unblocks_count = 1, .now = NOW + 1 };
	uint64_t unblocked;

	(void)state;
	assert_int_equal(write_block(block("198.51.100.7", NOW, NOW + HOUR)), 0);
	assert_int_equal(write_block(block("198.51.100.8", NOW, NOW + HOUR)), 0);
	assert_int_equal(addr_parse_prefix("198.51.100.7", &target), 0);
	assert_int_equal(write_batch(&batch), 0);
	assert_int_equal(running(NOW + 2), 1);
	assert_int_equal(history("198.51.100.7"), 1);
	assert_int_equal(db_unblock_all(db, NOW + 3, &unblocked), 0);
	assert_int_equal(running(NOW + 4), 0);
}

static void history_is_found_by_host_by_network_and_by_wider_network(void **state)
{
	(void)state;
	assert_int_equal(write_block(block("198.51.100.7", NOW, NOW + HOUR)), 0);
	assert_int_equal(write_block(block("198.51.101.7", NOW, NOW + HOUR)), 0);
	assert_int_equal(write_block(block("198.51.0.0/16", NOW, NOW + HOUR)), 0);
	assert_int_equal(write_block(block("2001:db8:1:2::/64", NOW, NOW + HOUR)), 0);
	assert_int_equal(history(NULL), 4);
	assert_int_equal(history("198.51.100.7"), 2);
	assert_int_equal(history("198.51.100.0/24"), 2);
	assert_int_equal(history("198.51.0.0/16"), 3);
	assert_int_equal(history("203.0.113.0/24"), 0);
	assert_int_equal(history("2001:db8::/32"), 1);
	assert_int_equal(history("2001:db8:1:2::/64"), 1);
}

static void note_repeat(void *context, const struct addr *host, unsigned int times, int64_t until)
{
	int64_t *found = context;

	(void)host;
	found[0]++;
	found[1] = times;
	found[2] = until;
}

static void repeat_offenders_are_saved_and_dry_runs_and_manual_blocks_make_none(void **state)
{
	struct db_block again = block("198.51.100.7", NOW + 3 * HOUR, NOW + 5 * HOUR);
	struct db_block dry_run = block("198.51.100.8", NOW, NOW + HOUR);
	struct db_block manual = block("198.51.100.9", NOW, NOW + HOUR);
	int64_t found[3] = { 0 };

	(void)state;
	again.repeats = 1;
	dry_run.dry_run = true;
	manual.log = NULL;
	assert_int_equal(write_block(block("198.51.100.7", NOW, NOW + HOUR)), 0);
	assert_int_equal(write_block(again), 0);
	assert_int_equal(write_block(dry_run), 0);
	assert_int_equal(write_block(manual), 0);
	assert_int_equal(db_repeats(db, note_repeat, found), 0);
	assert_int_equal(found[0], 1);
	assert_int_equal(found[1], 2);
	assert_int_equal(found[2], NOW + 5 * HOUR);
}

/* Writes to the file directly, as any program with the permission can. */
static void tamper(const char *sql)
{
	char path[160];
	sqlite3 *raw;

	snprintf(path, sizeof(path), "%s/%s", folder, DB_FILE);
	assert_int_equal(sqlite3_open(path, &raw), SQLITE_OK);
	if (sqlite3_exec(raw, sql, NULL, NULL, NULL))
		fail_msg("%s: %s", sql, sqlite3_errmsg(raw));
	sqlite3_close(raw);
}

static void prune(int64_t wall, int64_t uptime, const char *boot)
{
	struct db_clock now = { .wall = wall, .uptime = uptime };

	snprintf(now.boot, sizeof(now.boot), "%s", boot);
	while (db_prune(db, &now))
		;
}

static void old_history_is_deleted(void **state)
{
	(void)state;
	assert_int_equal(write_block(block("198.51.100.7", NOW, NOW + HOUR)), 0);
	assert_int_equal(write_block(block("198.51.100.8", NOW, NOW + 80 * DAY)), 0);
	prune(NOW, HOUR, "a");
	assert_int_equal(history(NULL), 2);
	prune(NOW + 91 * DAY, HOUR + 91 * DAY, "a");
	assert_int_equal(history(NULL), 1);
}

/* 400 days ahead for one start, then correct; over a reboot, and within one boot. */
static void clock_that_is_ahead_deletes_nothing_until_the_time_has_passed(void **state)
{
	int64_t found[3] = { 0 };

	(void)state;
	assert_int_equal(write_block(block("198.51.100.7", NOW, NOW + HOUR)), 0);
	prune(NOW, 100 * DAY, "a");
	prune(NOW + 400 * DAY, 100 * DAY + HOUR, "a");
	prune(NOW + 400 * DAY, HOUR, "b");
	assert_int_equal(db_repeats(db, note_repeat, found), 0);
	assert_int_equal(found[0], 1);
	prune(NOW + 400 * DAY, 80 * DAY, "b");
	/* A block made by that clock proves nothing either. */
	assert_int_equal(write_block(block("198.51.100.8", NOW + 400 * DAY, NOW + 401 * DAY)), 0);
	prune(NOW + 401 * DAY, 81 * DAY, "b");
	prune(NOW + 81 * DAY, HOUR, "c");
	assert_int_equal(history(NULL), 2);
	/* Ten days later, 91 days have passed. */
	prune(NOW + 91 * DAY + 2 * HOUR, 10 * DAY + 4 * HOUR, "c");
	assert_int_equal(history("198.51.100.7"), 0);
	assert_int_equal(history("198.51.100.8"), 1);
}

static void clock_that_was_behind_for_a_while_delays_nothing(void **state)
{
	(void)state;
	assert_int_equal(write_block(block("198.51.100.7", NOW, NOW + HOUR)), 0);
	prune(NOW, HOUR, "a");
	/* A machine without a clock of its own begins in 1970. */
	prune(1, 1, "b");
	prune(NOW + DAY, DAY, "b");
	assert_int_equal(history(NULL), 1);
	prune(NOW + 92 * DAY, 92 * DAY, "b");
	assert_int_equal(history(NULL), 0);
}

static void state_without_a_clock_starts_with_the_latest_time_in_its_rows(void **state)
{
	(void)state;
	assert_int_equal(write_block(block("198.51.100.7", NOW, NOW + HOUR)), 0);
	assert_int_equal(write_block(block("198.51.100.8", NOW + 80 * DAY, NOW + 81 * DAY)), 0);
	tamper("DROP TABLE clock");
	db_close(db);
	assert_int_equal(db_open(folder, &limits, &db), 0);
	prune(NOW + 400 * DAY, HOUR, "a");
	assert_int_equal(history(NULL), 2);
	prune(NOW + 400 * DAY, HOUR + 11 * DAY, "a");
	assert_int_equal(history(NULL), 1);
	/* An impossible clock counts as none. */
	tamper("UPDATE clock SET wall=9223372036854775807");
	prune(NOW + 400 * DAY, HOUR + 12 * DAY, "a");
	assert_int_equal(history(NULL), 1);
}

static void unblock_all_reaches_blocks_that_a_daemon_writes_later(void **state)
{
	uint64_t unblocked = 0;

	(void)state;
	assert_int_equal(write_block(block("198.51.100.7", NOW, NOW + HOUR)), 0);
	assert_int_equal(db_unblock_all(db, NOW + 10, &unblocked), 0);
	assert_int_equal(unblocked, 1);
	assert_int_equal(write_block(block("198.51.100.8", NOW + 5, NOW + HOUR)), 0);
	assert_int_equal(running(NOW + 20), 0);
	assert_int_equal(write_block(block("198.51.100.9", NOW + 11, NOW + HOUR)), 0);
	assert_int_equal(running(NOW + 20), 1);
}

static void log_positions_are_read_back_unchanged(void **state)
{
	struct db_log log = { .name = "mx0 /log" };
	const struct db_batch batch = { .logs = &log, .logs_count = 1 };
	struct log_position done, from;

	(void)state;
	log.done.files.count = 2;
	for (unsigned int i = 0; i < 2; i++)
		log.done.files.file[i] = (struct log_position_file){
			.generation = 3 + i,
			.device = ~0ull,
			.inode = 77,
			.offset = 1ull << 39,
			.proof = 0x8000000000000001u,
			.head = 5,
			.head_size = 1024,
			.skip = i,
		};
	log.from.files.count = 1;
	log.from.files.file[0].generation = 2;
	strcpy(log.done.cursor, "s=1;i=2");
	assert_int_equal(db_log(db, "mx0 /log", &done, &from), -ENOENT);
	for (int i = 0; i < 2; i++)
		assert_int_equal(write_batch(&batch), 0);
	assert_int_equal(db_log(db, "mx0 /log", &done, &from), 0);
	assert_memory_equal(&done, &log.done, sizeof(done));
	assert_memory_equal(&from, &log.from, sizeof(from));
	assert_int_equal(db_log(db, "mx1 /log", &done, &from), -ENOENT);
}

static void size_is_limited_and_old_history_is_deleted_for_new(void **state)
{
	char path[160], address[32];
	struct stat st;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		int64_t since = NOW + i * HOUR;

		snprintf(address, sizeof(address), "10.0.%d.%d", i / 250, i % 250);
		assert_int_equal(write_block(block(address, since, since + HOUR / 2)), 0);
	}
	snprintf(path, sizeof(path), "%s/%s", folder, DB_FILE);
	db_close(db);
	db = NULL;
	assert_int_equal(stat(path, &st), 0);
	assert_in_range(st.st_size, 1 << 19, 1 << 20);
	assert_int_equal(db_open(folder, &limits, &db), 0);
	/* The latest is still there, the first is not. */
	assert_int_equal(history(address), 1);
	assert_int_equal(history("10.0.0.0"), 0);
}

static void count_standing(void *context, const struct standing_row *row)
{
	unsigned int *counts = context;

	counts[row->days || row->proof == 3]++;
}

/* The rows of many strangers do not fit; the blocks, the positions and the known senders do. */
static void strangers_whose_standing_does_not_fit_are_left_out(void **state)
{
	enum {
		ROWS = 40000,
		KNOWN_EACH = 20
	};
	const struct standing_clock clock = { .day = 12288, .inner = 1000, .first = 990 };
	struct standing_row *rows = calloc(ROWS, sizeof(*rows));
	struct db_totals totals = { .lines = 7 };
	struct db_block one = block("198.51.100.7", NOW, NOW + HOUR);
	struct db_batch batch = { .blocks = &one,
				  .blocks_count = 1,
				  .standings = rows,
				  .standings_count = ROWS,
				  .standing_clock = &clock,
				  .who = "mx0",
				  .totals = &totals,
				  .now = NOW };
	unsigned int counts[2] = { 0 };
	struct standing_clock saved;

	(void)state;
	for (uint32_t i = 0; i < ROWS; i++) {
		char address[32];

		snprintf(address, sizeof(address), "10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
		addr_parse(address, strlen(address), &rows[i].addr);
		rows[i].day = 1000;
		rows[i].accepted_today = 1;
		/* The first of them have a good day; the others would have one if it ended now. */
		rows[i].days = i % KNOWN_EACH == 0 && i < ROWS / 2;
		rows[i].proof = i % KNOWN_EACH == 0 ? 3 : 2;
	}
	/* In one batch, and in many small ones. */
	for (int small = 0; small < 2; small++) {
		batch.standings_count = small ? 500 : ROWS;
		for (uint32_t i = 0; i < ROWS; i += batch.standings_count) {
			batch.standings = rows + i;
			totals.lines++;
			assert_int_equal(write_batch(&batch), 0);
			assert_int_equal(left_out, 0);
			assert_true(db_standings_left(db) > 0 || small || i);
		}
		memset(counts, 0, sizeof(counts));
		assert_int_equal(db_standings(db, "mx0", &saved, count_standing, counts), 0);
		assert_int_equal(counts[1], ROWS / KNOWN_EACH);
		assert_true(small ? counts[0] > 0 : counts[0] == 0);
		assert_int_equal(saved.inner, 1000);
		assert_int_equal(history("198.51.100.7"), 1);
	}
	assert_int_equal(db_totals(db, "mx0", &totals), 0);
	assert_int_equal(totals.lines, 7 + 1 + ROWS / 500);
	free(rows);
}

static void unblock_reaches_an_earlier_block_that_is_written_later_and_no_later_block(void **state)
{
	struct addr_prefix target;
	struct db_batch batch = { .unblocks = &target, .unblocks_count = 1, .now = NOW + 10 };

	(void)state;
	assert_int_equal(addr_parse_prefix("198.51.100.7", &target), 0);
	assert_int_equal(write_batch(&batch), 0);
	assert_int_equal(write_block(block("198.51.100.7", NOW, NOW + HOUR)), 0);
	assert_int_equal(running(NOW + 20), 0);
	assert_int_equal(write_block(block("198.51.100.7", NOW + 30, NOW + HOUR)), 0);
	assert_int_equal(running(NOW + 40), 1);
}

/* A storm of more active blocks than there is room for. */
static void log_position_is_written_when_all_blocks_are_active_and_do_not_fit(void **state)
{
	static char lines[4800];
	struct db_log log = { .name = "mx0 /log", .done.files.count = 1 };
	struct db_block *blocks = calloc(3000, sizeof(*blocks));
	struct db_batch batch = { .blocks = blocks, .logs = &log, .logs_count = 1, .now = NOW };
	struct log_position done, from;
	size_t lost = 0;
	char address[32];

	(void)state;
	memset(lines, 'x', sizeof(lines) - 1);
	lines[sizeof(lines) - 2] = '\n';
	for (int round = 1; round <= 10; round++) {
		batch.blocks_count = 0;
		for (int i = 0; i < 3000; i++) {
			snprintf(address, sizeof(address), "10.%d.%d.%d", round, i / 250, i % 250);
			blocks[batch.blocks_count] = block(address, NOW + round, NOW + HOUR);
			blocks[batch.blocks_count++].lines = lines;
		}
		log.done.files.file[0].offset = round;
		assert_int_equal(write_batch(&batch), 0);
		lost += left_out;
		assert_int_equal(db_log(db, "mx0 /log", &done, &from), 0);
		assert_int_equal(done.files.file[0].offset, round);
	}
	assert_in_range(lost, 1, 30000);
	assert_int_equal(running(NOW + 100), 30000 - lost);
	free(blocks);
}

static void deleted_file_is_noticed(void **state)
{
	char path[160];

	(void)state;
	assert_true(db_is_there(db));
	snprintf(path, sizeof(path), "%s/%s", folder, DB_FILE);
	unlink(path);
	assert_false(db_is_there(db));
}

static void file_of_another_format_is_damaged_and_is_renamed(void **state)
{
	char path[160], aside[200];
	int fd;

	(void)state;
	db_close(db);
	db = NULL;
	snprintf(path, sizeof(path), "%s/%s", folder, DB_FILE);
	fd = open(path, O_WRONLY | O_TRUNC);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(write(fd, "no such file", 12), 12);
	close(fd);
	assert_int_equal(db_open(folder, &limits, &db), -EBADMSG);
	assert_int_equal(db_put_aside(folder, aside, sizeof(aside)), 0);
	assert_int_equal(access(aside, F_OK), 0);
	assert_int_equal(db_open(folder, &limits, &db), 0);
	assert_int_equal(history(NULL), 0);
}

static uint64_t bad_rows(void)
{
	uint64_t bad = ~0ull;

	assert_int_equal(db_count_bad(db, &bad), 0);
	return bad;
}

static void invalid_block_is_skipped_and_counted_and_its_neighbour_is_read(void **state)
{
	/* Each of these is set in one row, and then reverted. */
	static const char *const sets[] = {
		"length=0",
		"length=7",
		"length=24", /* has bits set after the prefix */
		"length=33",
		"length=-1",
		"length=288",
		"length='32'||x'00'",
		"host=x'00000000000000000000000000000000', length=0",
		"host=x'20010db8000000000000000000000000', length=18",
		"host=x'20010db8000000000000000000000001', length=64",
		"host=x'00000000000000000000ffff7f000001'", /* 127.0.0.1 */
		"host=x'00000000000000000000ffffe0000001'",
		"host=x'c6336407'",
		"host='0123456789abcdef'",
		"since=0",
		"since=-1",
		"since='long ago'",
		"until=since",
		"until=since-1",
		"until=since+400*86400000",
		"until=9223372036854775807",
		"until=1e300",
		"quiet=-1",
		"quiet=400*86400",
		"dry_run=2",
		"dry_run=x'00'",
		"repeats=-1",
		"repeats=4294967296",
		"reason='a' || char(27) || '[2J'",
		"reason='gr' || char(252) || 'n'",
		"reason='0123456789012345678901234567890123456789012345678'",
		"reason=x'41'",
		"reason='a' || char(0) || 'b'",
		"lifted=-1",
		"lifted=9223372036854775807",
		"log=''||char(0)||'x'",
		"log=hex(zeroblob(4000))",
		"serial=-1",
		"log=NULL",
		"event=9223372036854775807",
		"lines='no end'",
		"lines=hex(zeroblob(40000)) || char(10)",
		"ports='25,'",
		"ports=',25'",
		"ports='0'",
		"ports='025'",
		"ports='65536'",
		"ports='25 '",
		"ports='1,2,3,4,5,6,7,8,9'",
		"ports=x'3235'",
		"ports='25'||char(0)",
	};
	char sql[256];

	(void)state;
	assert_int_equal(write_block(block("198.51.100.7", NOW, NOW + HOUR)), 0);
	assert_int_equal(write_block(block("198.51.100.8", NOW, NOW + HOUR)), 0);
	assert_int_equal(bad_rows(), 0);
	tamper("CREATE TABLE kept AS SELECT * FROM blocks WHERE id=1");
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		snprintf(sql, sizeof(sql), "UPDATE blocks SET %s WHERE id=1", sets[i]);
		tamper(sql);
		if (bad_rows() != 1 || history(NULL) != 1)
			fail_msg("%s: %d bad rows, %d read", sets[i], (int)bad_rows(),
				 history(NULL));
		assert_in_range(running(NOW + 1), 1, 1);
		tamper("REPLACE INTO blocks SELECT * FROM kept");
		assert_int_equal(running(NOW + 1), 2);
	}
	assert_int_equal(bad_rows(), 0);
}

static void make_version_0_1(void)
{
	db_close(db);
	tamper("ALTER TABLE blocks RENAME COLUMN dry_run TO trial");
	tamper("ALTER TABLE blocks DROP COLUMN ports");
}

static void state_of_version_0_1_is_taken_over(void **state)
{
	struct db_block dry_run = block("198.51.100.8", NOW, NOW + HOUR);
	const struct db_limits *const as[] = { NULL, &limits };
	int64_t found[3] = { 0 };

	(void)state;
	dry_run.dry_run = true;
	assert_int_equal(write_block(block("198.51.100.7", NOW, NOW + HOUR)), 0);
	assert_int_equal(write_block(dry_run), 0);
	assert_int_equal(write_block(block("198.51.100.9", NOW - HOUR, NOW - 1)), 0);
	for (int i = 0; i < 2; i++) {
		make_version_0_1();
		assert_int_equal(db_open(folder, as[i], &db), 0);
		assert_int_equal(running(NOW), 1);
		assert_int_equal(history(NULL), 3);
		assert_int_equal(history("198.51.100.8"), 1);
		assert_int_equal(bad_rows(), 0);
	}
	assert_int_equal(db_repeats(db, note_repeat, found), 0);
	assert_int_equal(found[0], 2);
	/* It is extended, not added again. */
	assert_int_equal(write_block(block("198.51.100.7", NOW + 1, NOW + 2 * HOUR)), 0);
	assert_int_equal(history("198.51.100.7"), 1);
	assert_int_equal(running(NOW + HOUR), 1);
}

static void block_keeps_its_ports_and_one_with_others_is_a_row_of_its_own(void **state)
{
	struct db_block mail = block("198.51.100.7", NOW, NOW + HOUR);
	struct db_block all = mail, logins = mail;
	struct found found = { 0 };
	int64_t sum = 0;

	(void)state;
	mail.ports[0] = 25;
	memcpy(logins.ports, (uint16_t[]){ 25, 465, 65535 }, 6);
	logins.until += HOUR;
	assert_int_equal(write_block(mail), 0);
	assert_int_equal(write_block(logins), 0);
	mail.since += 1;
	mail.until += 1;
	assert_int_equal(write_block(mail), 0);
	assert_int_equal(write_block(all), 0);
	assert_int_equal(db_running(db, NOW + 1, note_block, &found), 0);
	assert_int_equal(found.count, 3);
	for (int i = 0; i < 3; i++) {
		const struct db_block *of = &found.blocks[i];
		const struct db_block *as = !of->ports[0] ? &all : of->ports[1] ? &logins : &mail;

		assert_memory_equal(of->ports, as->ports, sizeof(as->ports));
		assert_int_equal(of->until, as->until);
		sum += of->until;
	}
	assert_int_equal(sum, all.until + logins.until + mail.until);
}

/* As on a disk that is full or read-only. */
static void state_of_version_0_1_that_cannot_be_written_is_read(void **state)
{
	char path[160];
	sqlite3 *other;

	(void)state;
	assert_int_equal(write_block(block("198.51.100.7", NOW, NOW + HOUR)), 0);
	make_version_0_1();
	snprintf(path, sizeof(path), "%s/%s", folder, DB_FILE);
	assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(db_open(folder, NULL, &db), 0);
	assert_int_equal(running(NOW), 1);
	assert_int_equal(history("198.51.100.7"), 1);
	assert_int_equal(history("198.51.100.8"), 0);
	assert_int_equal(bad_rows(), 0);
	sqlite3_close(other);
}

static void manual_blocks_are_valid_up_to_the_widest(void **state)
{
	static const char *const target[] = { "10.0.0.0/8",	"2001::/19",
					      "203.0.113.4/31", "203.0.113.255",
					      "2001:db8::/64",	"2001:db8::1/128",
					      "127.0.0.0/8",	"2001:db8:0:1::/65" };
	struct db_block longest = block("203.0.113.9", NOW, NOW + DB_ROW_LONGEST);

	(void)state;
	for (size_t i = 0; i < sizeof(target) / sizeof(target[0]); i++) {
		struct db_block manual = block(target[i], NOW, NOW + HOUR);

		manual.log = NULL;
		manual.serial = 0;
		assert_int_equal(write_block(manual), 0);
	}
	longest.quiet = 366 * 86400;
	longest.log = NULL;
	longest.serial = 0;
	memset(longest.reason, '~', sizeof(longest.reason) - 1);
	assert_int_equal(write_block(longest), 0);
	/* Extended again and again, for years. */
	longest.since = longest.event = NOW + DB_ROW_LONGEST - 1;
	longest.until = longest.since + DB_ROW_LONGEST;
	assert_int_equal(write_block(longest), 0);
	assert_int_equal(bad_rows(), 0);
	assert_int_equal(history(NULL), sizeof(target) / sizeof(target[0]) + 1);
}

static void other_invalid_rows_are_skipped_and_counted(void **state)
{
	struct db_log logs[2] = { { .name = "mx0 /log" }, { .name = "mx0 /other" } };
	const struct db_totals totals = { .lines = 7, .braked = true };
	const struct db_batch batch = {
		.logs = logs, .logs_count = 2, .who = "mx0", .totals = &totals, .now = NOW
	};
	static const char *const sets[] = { "offset=-1",      "offset=1099511627776",
					    "generation=-1",  "generation=8388608",
					    "head_size=1025", "head_size=-1",
					    "skip=2",	      "rank=1",
					    "earlier=2",      "inode='x'",
					    "proof=NULL" };
	struct log_position done, from;
	struct db_totals read;
	int64_t found[3] = { 0 };
	char sql[256];

	(void)state;
	for (int i = 0; i < 2; i++) {
		logs[i].done.files.count = 1;
		logs[i].done.files.file[0] =
			(struct log_position_file){ .generation = 3, .offset = 99 };
	}
	assert_int_equal(write_batch(&batch), 0);
	assert_int_equal(write_block(block("198.51.100.7", NOW, NOW + HOUR)), 0);
	assert_int_equal(bad_rows(), 0);
	tamper("INSERT INTO offenders VALUES(x'0000',1,1000000), (x'00000000000000000000ffff7f000001',1,1000000), (x'20010db8000000000000000000000001',1,1000000),(x'20010db8000000000000000000000000',0,1000000),(x'20010db8000000010000000000000000',-1,1000000),(x'20010db8000000020000000000000000',1,0),(x'20010db8000000030000000000000000',1,'never')");
	assert_int_equal(db_repeats(db, note_repeat, found), 0);
	assert_int_equal(found[0], 1);
	assert_int_equal(bad_rows(), 7);
	tamper("DELETE FROM offenders");
	tamper("CREATE TABLE kept AS SELECT * FROM places WHERE log='mx0 /log'");
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		snprintf(sql, sizeof(sql), "UPDATE places SET %s WHERE log='mx0 /log'", sets[i]);
		tamper(sql);
		if (db_log(db, "mx0 /log", &done, &from) != -ENOENT || bad_rows() != 1)
			fail_msg("%s: %d bad rows", sets[i], (int)bad_rows());
		assert_int_equal(done.files.count, 0);
		assert_int_equal(db_log(db, "mx0 /other", &done, &from), 0);
		assert_int_equal(done.files.file[0].offset, 99);
		tamper("DELETE FROM places WHERE log='mx0 /log'");
		tamper("INSERT INTO places SELECT * FROM kept");
	}
	assert_int_equal(db_log(db, "mx0 /log", &done, &from), 0);
	tamper("UPDATE cursors SET cursor='a'||char(10)||'b' WHERE log='mx0 /log'");
	assert_int_equal(db_log(db, "mx0 /log", &done, &from), -ENOENT);
	assert_int_equal(bad_rows(), 1);
	assert_int_equal(db_totals(db, "mx0", &read), 0);
	assert_true(read.lines == 7 && read.braked);
	tamper("UPDATE totals SET lines=-7");
	assert_int_equal(db_totals(db, "mx0", &read), 0);
	assert_true(!read.lines && !read.braked);
	assert_int_equal(bad_rows(), 2);
}

struct noted_runs {
	struct db_run runs[4];
	int count;
};

static void note_run(void *context, const struct db_run *run)
{
	struct noted_runs *noted = context;

	assert_true(noted->count < 4);
	noted->runs[noted->count++] = *run;
}

static struct noted_runs read_runs(void)
{
	struct noted_runs noted = { 0 };

	assert_int_equal(db_runs(db, note_run, &noted), 0);
	return noted;
}

static void last_run_of_an_interface_is_kept_and_an_invalid_one_is_skipped(void **state)
{
	const struct db_run runs[] = {
		{ "mx0", "/sys/fs/bpf/a", NOW, DB_RUN_RUNS },
		{ "mx1", "/sys/fs/bpf/a", NOW + 1, DB_RUN_SIGNAL },
		{ "mx0", "/sys/fs/bpf/b", NOW + 2, DB_RUN_GONE },
		{ "mx0", "/sys/fs/bpf/a", NOW + 3, DB_RUN_REMOVED },
	};
	const struct db_batch batch = { .runs = runs, .runs_count = 4, .now = NOW };
	static const char *const sets[] = {
		"interface=''", "interface=x'6d'", "interface='0123456789abcdef'",
		"pins=''",	"at=-1",	   "at=253402300800000",
		"end=6",	"end=-1",	   "end='x'"
	};
	struct noted_runs read;
	char sql[128];

	(void)state;
	assert_int_equal(read_runs().count, 0);
	assert_int_equal(write_batch(&batch), 0);
	read = read_runs();
	assert_int_equal(read.count, 3);
	assert_string_equal(read.runs[0].interface, "mx0");
	assert_string_equal(read.runs[0].pins, "/sys/fs/bpf/a");
	assert_int_equal(read.runs[0].at, NOW + 3);
	assert_int_equal(read.runs[0].end, DB_RUN_REMOVED);
	assert_int_equal(read.runs[1].end, DB_RUN_GONE);
	assert_int_equal(read.runs[2].end, DB_RUN_SIGNAL);
	assert_int_equal(bad_rows(), 0);
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		snprintf(sql, sizeof(sql), "UPDATE runs SET %s WHERE end=%d", sets[i],
			 DB_RUN_REMOVED);
		tamper(sql);
		if (read_runs().count != 2 || bad_rows() != 1)
			fail_msg("%s: %d bad rows", sets[i], (int)bad_rows());
		tamper("DELETE FROM runs");
		assert_int_equal(write_batch(&batch), 0);
	}
	/* The file of a version without the table. */
	tamper("DROP TABLE runs");
	assert_int_equal(read_runs().count, 0);
}

static void unblock_by_a_clock_far_ahead_does_not_reach_later_blocks(void **state)
{
	struct addr_prefix target;
	struct db_batch batch = { .unblocks = &target,
				  .unblocks_count = 1,
				  .now = NOW + 400 * DAY };

	(void)state;
	assert_int_equal(addr_parse_prefix("198.51.100.7", &target), 0);
	assert_int_equal(write_batch(&batch), 0);
	assert_int_equal(write_block(block("198.51.100.7", NOW, NOW + HOUR)), 0);
	assert_int_equal(running(NOW + 1), 1);
}

static mode_t mode_of(const char *suffix)
{
	char path[200];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s%s", folder, DB_FILE, suffix);
	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void files_are_0640_whatever_the_umask(void **state)
{
	const mode_t masks[] = { 0, 022, 077, 0777 };
	mode_t before = umask(0);
	char path[200], aside[200];

	(void)state;
	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		db_close(db);
		snprintf(path, sizeof(path), "%s/%s", folder, DB_FILE);
		unlink(path);
		umask(masks[i]);
		assert_int_equal(db_open(folder, &limits, &db), 0);
		assert_int_equal(write_block(block("198.51.100.7", NOW, NOW + HOUR)), 0);
		assert_int_equal(mode_of(""), 0640);
		assert_int_equal(mode_of("-wal"), 0640);
		assert_int_equal(mode_of("-shm"), 0640);
	}
	umask(before);
	/* As an older version created it, not writable for others. */
	assert_int_equal(chmod(path, 0644), 0);
	db_close(db);
	assert_int_equal(db_open(folder, &limits, &db), 0);
	assert_int_equal(mode_of(""), 0640);
	assert_int_equal(history(NULL), 1);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(db_put_aside(folder, aside, sizeof(aside)), 0);
	assert_int_equal(mode_of(strrchr(aside, '/') + 1 + strlen(DB_FILE)), 0640);
}

static void folder_or_file_that_others_can_write_is_refused_and_a_readable_one_is_not(void **state)
{
	struct db *other;
	char path[200];

	(void)state;
	snprintf(path, sizeof(path), "%s/%s", folder, DB_FILE);
	for (mode_t mode = 0700; mode <= 0777; mode++) {
		int expected = mode & 022 ? -EPERM : 0;

		assert_int_equal(chmod(folder, mode), 0);
		other = NULL;
		assert_int_equal(db_open(folder, &limits, &other), expected);
		db_close(other);
		other = NULL;
		assert_int_equal(db_open(folder, NULL, &other), expected);
		db_close(other);
	}
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(chmod(path, 0660), 0);
	assert_int_equal(db_open(folder, &limits, &other), -EPERM);
	assert_int_equal(chmod(path, 0640), 0);
	if (geteuid())
		return;
	assert_int_equal(chown(path, 65534, 0), 0);
	assert_int_equal(db_open(folder, &limits, &other), -EPERM);
	assert_int_equal(chown(path, 0, 0), 0);
	assert_int_equal(chown(folder, 65534, 0), 0);
	assert_int_equal(db_open(folder, &limits, &other), -EPERM);
	assert_int_equal(chown(folder, 0, 0), 0);
	assert_int_equal(db_open(folder, &limits, &other), 0);
	db_close(other);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(written_blocks_are_read_back_after_a_restart),
		TEST(active_block_is_extended_and_a_later_one_is_a_new_row),
		TEST(unblocked_host_is_not_restored_and_its_neighbour_is),
		TEST(history_is_found_by_host_by_network_and_by_wider_network),
		TEST(repeat_offenders_are_saved_and_dry_runs_and_manual_blocks_make_none),
		TEST(old_history_is_deleted),
		TEST(clock_that_is_ahead_deletes_nothing_until_the_time_has_passed),
		TEST(clock_that_was_behind_for_a_while_delays_nothing),
		TEST(state_without_a_clock_starts_with_the_latest_time_in_its_rows),
		TEST(unblock_all_reaches_blocks_that_a_daemon_writes_later),
		TEST(log_positions_are_read_back_unchanged),
		TEST(size_is_limited_and_old_history_is_deleted_for_new),
		TEST(strangers_whose_standing_does_not_fit_are_left_out),
		TEST(unblock_reaches_an_earlier_block_that_is_written_later_and_no_later_block),
		TEST(log_position_is_written_when_all_blocks_are_active_and_do_not_fit),
		TEST(deleted_file_is_noticed),
		TEST(file_of_another_format_is_damaged_and_is_renamed),
		TEST(invalid_block_is_skipped_and_counted_and_its_neighbour_is_read),
		TEST(block_keeps_its_ports_and_one_with_others_is_a_row_of_its_own),
		TEST(state_of_version_0_1_is_taken_over),
		TEST(state_of_version_0_1_that_cannot_be_written_is_read),
		TEST(manual_blocks_are_valid_up_to_the_widest),
		TEST(other_invalid_rows_are_skipped_and_counted),
		TEST(last_run_of_an_interface_is_kept_and_an_invalid_one_is_skipped),
		TEST(unblock_by_a_clock_far_ahead_does_not_reach_later_blocks),
		TEST(files_are_0640_whatever_the_umask),
		TEST(folder_or_file_that_others_can_write_is_refused_and_a_readable_one_is_not),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
