// SPDX-License-Identifier: GPL-2.0-only
/* Validates rows of the state, since any program may have written to the file. */
#include "state/db_row.h"
#include "sobig.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DB_ROW_SECONDS_MAX (DB_ROW_LONGEST / 1000)

/* How far the clock of a log may differ from ours when its line causes a block. */
#define DB_ROW_SKEW (24 * 3600 * INT64_C(1000))

static bool db_row_in(int64_t value, int64_t least, int64_t most)
{
	return value >= least && value <= most;
}

static bool db_row_is_time(int64_t value)
{
	return db_row_in(value, 1, DB_ROW_TIME_MAX);
}

/* Without a NUL, which would hide the rest. */
static bool db_row_is_text(const struct db_row_text *text, size_t most)
{
	return text->bytes && text->size <= most && !memchr(text->bytes, '\0', text->size);
}

static bool db_row_is_printable(const struct db_row_text *text, size_t most)
{
	if (!text->bytes || text->size > most)
		return false;
	for (size_t i = 0; i < text->size; i++)
		if (text->bytes[i] < ' ' || text->bytes[i] > '~')
			return false;
	return true;
}

static bool db_row_address(const struct db_row_text *bytes, struct addr *out)
{
	if (!bytes->bytes || bytes->size != sizeof(out->bytes))
		return false;
	memcpy(out->bytes, bytes->bytes, sizeof(out->bytes));
	return true;
}

static bool db_row_network(const struct db_row_block *row, struct addr_prefix *out)
{
	struct addr masked;
	bool ipv4;

	if (!db_row_address(&row->host, &out->addr))
		return false;
	ipv4 = addr_is_ipv4(&out->addr);
	if (!db_row_in(row->length, ipv4 ? SOBIG_WIDEST4 : SOBIG_WIDEST6, ipv4 ? 32 : 128))
		return false;
	out->length = row->length;
	masked = out->addr;
	addr_mask(&masked, out->length);
	if (memcmp(&masked, &out->addr, sizeof(masked)))
		return false;
	return !addr_prefix_is_host(out) || !addr_is_special(&out->addr);
}

/* A timestamp in a log can have any year. */
static bool db_row_times(const struct db_row_block *row)
{
	int64_t latest = row->since > row->event ? row->since : row->event;

	return db_row_is_time(row->since) && db_row_is_time(row->until) &&
	       db_row_in(row->event, -DB_ROW_TIME_MAX, DB_ROW_TIME_MAX) &&
	       row->until > row->since && row->until - latest <= DB_ROW_LONGEST + DB_ROW_SKEW &&
	       db_row_in(row->unblocked, 0, DB_ROW_TIME_MAX);
}

/* Each line of evidence ends with an LF. */
static bool db_row_lines(const struct db_row_text *lines)
{
	return db_row_is_text(lines, DB_ROW_LINES_MAX) &&
	       (!lines->size || lines->bytes[lines->size - 1] == '\n');
}

const char *db_row_format_ports(const uint16_t ports[SOBIG_PORTS_MAX], char text[DB_ROW_PORTS_SIZE])
{
	size_t used = 0;

	*text = '\0';
	for (int i = 0; i < SOBIG_PORTS_MAX && ports[i]; i++)
		used += snprintf(text + used, DB_ROW_PORTS_SIZE - used, "%s%u", i ? "," : "",
				 ports[i]);
	return text;
}

/* "25,465,587" or "", and nothing else. */
static bool db_row_ports(const struct db_row_text *text, uint16_t out[SOBIG_PORTS_MAX])
{
	uint32_t port = 0;
	int count = 0;

	if (!text->bytes)
		return false;
	for (size_t i = 0; i <= text->size && text->size; i++) {
		if (i == text->size || text->bytes[i] == ',') {
			if (!port || count == SOBIG_PORTS_MAX)
				return false;
			out[count++] = port;
			port = 0;
		} else if (text->bytes[i] < '0' + !port || text->bytes[i] > '9') {
			return false;
		} else {
			port = port * 10 + (text->bytes[i] - '0');
			if (port > UINT16_MAX)
				return false;
		}
	}
	return true;
}

int db_row_block(const struct db_row_block *row, struct db_block *out)
{
	struct db_block block = { .log = row->log.bytes, .lines = row->lines.bytes };

	if (!db_row_network(row, &block.target) || !db_row_times(row) ||
	    !db_row_in(row->quiet, 0, DB_ROW_SECONDS_MAX) || !db_row_in(row->dry_run, 0, 1) ||
	    !db_row_in(row->repeats, 0, DB_ROW_REPEATS_MAX) ||
	    !db_row_is_printable(&row->reason, sizeof(block.reason) - 1) ||
	    !db_row_ports(&row->ports, block.ports) ||
	    (row->log.bytes && !db_row_is_text(&row->log, DB_ROW_LOG_MAX)) ||
	    !db_row_in(row->serial, 0, INT64_MAX) || (!row->log.bytes && row->serial) ||
	    !db_row_lines(&row->lines))
		return -EINVAL;
	block.since = row->since;
	block.until = row->until;
	block.quiet = row->quiet;
	block.dry_run = row->dry_run;
	block.repeats = row->repeats;
	memcpy(block.reason, row->reason.bytes, row->reason.size);
	block.unblocked = row->unblocked;
	block.serial = row->serial;
	block.event = row->event;
	*out = block;
	return 0;
}

int db_row_repeat(const struct db_row_repeat *row, struct addr *host, unsigned int *times,
		  int64_t *until)
{
	struct addr addr, of_host;

	if (!db_row_address(&row->host, &addr) || addr_is_special(&addr) ||
	    !db_row_in(row->times, 1, DB_ROW_REPEATS_MAX) || !db_row_is_time(row->until))
		return -EINVAL;
	of_host = addr_host(&addr);
	if (memcmp(&of_host, &addr, sizeof(addr)))
		return -EINVAL;
	*host = addr;
	*times = row->times;
	*until = row->until;
	return 0;
}

int db_row_position(const struct db_row_position *row, struct log_position_files *out)
{
	struct log_position_file *file = &out->file[out->count];

	if (out->count == LOG_POSITION_FILES || row->rank != out->count ||
	    !db_row_in(row->generation, 0, (INT64_C(1) << (63 - LOG_POSITION_SERIAL_BITS)) - 1) ||
	    (out->count && (uint64_t)row->generation <= file[-1].generation) ||
	    !db_row_in(row->offset, 0, (INT64_C(1) << LOG_POSITION_SERIAL_BITS) - 1) ||
	    !db_row_in(row->head_size, 0, LOG_POSITION_HEAD_MAX) || !db_row_in(row->skip, 0, 1))
		return -EINVAL;
	*file = (struct log_position_file){ .generation = row->generation,
					    .device = row->device,
					    .inode = row->inode,
					    .offset = row->offset,
					    .proof = row->proof,
					    .head = row->head,
					    .head_size = row->head_size,
					    .skip = row->skip };
	out->count++;
	return 0;
}

int db_row_cursor(const struct db_row_text *row, char out[LOG_POSITION_CURSOR_SIZE])
{
	if (!db_row_is_printable(row, LOG_POSITION_CURSOR_SIZE - 1))
		return -EINVAL;
	memcpy(out, row->bytes, row->size);
	out[row->size] = '\0';
	return 0;
}

int db_row_totals(const struct db_row_totals *row, struct db_totals *out)
{
	if (row->lines < 0 || row->offences < 0 || row->blocks < 0 || !db_row_in(row->braked, 0, 1))
		return -EINVAL;
	*out = (struct db_totals){ .lines = row->lines,
				   .offences = row->offences,
				   .blocks = row->blocks,
				   .braked = row->braked };
	return 0;
}

/* Copies a text of 1 to size - 1 bytes without a NUL in it. */
static bool db_row_copy(const struct db_row_text *row, char *out, size_t size)
{
	if (!row->bytes || !row->size || row->size >= size || memchr(row->bytes, 0, row->size))
		return false;
	memcpy(out, row->bytes, row->size);
	out[row->size] = '\0';
	return true;
}

int db_row_run(const struct db_row_run *row, struct db_run *out)
{
	struct db_run run = { .at = row->at, .end = row->end };

	if (!db_row_copy(&row->interface, run.interface, sizeof(run.interface)) ||
	    !db_row_copy(&row->pins, run.pins, sizeof(run.pins)) || row->at < 0 ||
	    row->at >= DB_ROW_TIME_MAX || row->end < 0 || row->end >= DB_RUN_ENDS)
		return -EINVAL;
	*out = run;
	return 0;
}
