/* SPDX-License-Identifier: GPL-2.0-only */
/* Validates rows of the state, since any program may have written to the file. */
#ifndef DB_ROW_H
#define DB_ROW_H

#include "state/db_types.h"

/*
 * Pure: no SQLite, no clock, no allocation. Bytes and texts of a row are owned by the caller; a
 * text needs no NUL, and NULL stands for SQL's NULL. Times are milliseconds since 1970. Each
 * function returns 0, or -EINVAL and leaves *out untouched.
 */

/* Longest time that a block lasts after it began or was last extended, ms. */
#define DB_ROW_LONGEST (366 * 24 * 3600 * INT64_C(1000))

/* The times of blocks are before the year 10000. */
#define DB_ROW_TIME_MAX INT64_C(253402300800000)

#define DB_ROW_REPEATS_MAX 10000000
#define DB_ROW_LINES_MAX   65536
#define DB_ROW_LOG_MAX	   4352 /* bytes of a log's name: a path or a unit of the journal */

struct db_row_text {
	const char *bytes;
	size_t size;
};

struct db_row_block {
	struct db_row_text host;
	int64_t length, since, until, quiet, dry_run, repeats;
	struct db_row_text reason, ports;
	int64_t unblocked;
	struct db_row_text log;
	int64_t serial, event;
	struct db_row_text lines;
};

/*
 * A valid network is canonical, not wider than `block` accepts, and not a special host; the times
 * are in order. out->log and out->lines are row->log.bytes and row->lines.bytes; a caller that uses
 * them as strings makes sure that they are NUL-terminated.
 */
int db_row_block(const struct db_row_block *row, struct db_block *out);

/* "25,465": the ports of a block, for the column `ports`; "": all. Returns `text`. */
#define DB_ROW_PORTS_SIZE (SOBIG_PORTS_MAX * 6 + 1)
const char *db_row_format_ports(const uint16_t ports[SOBIG_PORTS_MAX],
				char text[DB_ROW_PORTS_SIZE]);

/* A repeat offender. */
struct db_row_repeat {
	struct db_row_text host;
	int64_t times, until;
};

int db_row_repeat(const struct db_row_repeat *row, struct addr *host, unsigned int *times,
		  int64_t *until);

/* As SQLite stores them: unsigned numbers of struct log_position_file as signed ones of 64 bits. */
struct db_row_position {
	int64_t rank, generation, device, inode, offset, proof, head, head_size, skip;
};

/* Appends the file to `out`; it must be the next in the order of ranks. */
int db_row_position(const struct db_row_position *row, struct log_position_files *out);

/* A journal's cursor, printable ASCII. */
int db_row_cursor(const struct db_row_text *row, char out[LOG_POSITION_CURSOR_SIZE]);

struct db_row_totals {
	int64_t lines, offences, blocks, braked;
};

int db_row_totals(const struct db_row_totals *row, struct db_totals *out);

struct db_row_run {
	struct db_row_text interface, pins;
	int64_t at, end;
};

int db_row_run(const struct db_row_run *row, struct db_run *out);

#endif
