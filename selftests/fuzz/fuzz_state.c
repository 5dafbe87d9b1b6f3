// SPDX-License-Identifier: GPL-2.0-only
/* libFuzzer target: an accepted row of the state is one that could have been written. */
#include "fuzz.h"

#include "state/db_row.h"

#define FUZZ_TEXTS 5

struct fuzz_rows {
	int64_t numbers[12];
	uint8_t sizes[FUZZ_TEXTS];
};

/* The next bytes, as a text of the row, at the end of a separate allocation. */
static struct db_row_text fuzz_next(const uint8_t **data, size_t *size, size_t wanted, char **copy)
{
	size_t length = wanted < *size ? wanted : *size;

	*copy = fuzz_text(*data, length);
	*data += length;
	*size -= length;
	return (struct db_row_text){ *copy, length };
}

static void fuzz_block(const struct fuzz_rows *rows, const struct db_row_text texts[FUZZ_TEXTS])
{
	const int64_t *n = rows->numbers;
	const struct db_row_block row = {
		texts[0], n[0],	    n[1], n[2],	    n[3], n[4], n[5],
		texts[1], texts[4], n[6], texts[2], n[7], n[8], texts[3]
	};
	struct db_block block = { 0 };
	struct addr masked;

	if (db_row_block(&row, &block))
		return;
	fuzz_must(texts[0].size == sizeof(block.target.addr.bytes) && block.target.length > 0);
	masked = block.target.addr;
	addr_mask(&masked, block.target.length);
	fuzz_must(!memcmp(&masked, &block.target.addr, sizeof(masked)));
	fuzz_must(block.since <= block.until && block.since >= 0);
	fuzz_must(memchr(block.reason, '\0', sizeof(block.reason)) != NULL);
}

static void fuzz_run(const struct fuzz_rows *rows, const struct db_row_text texts[FUZZ_TEXTS])
{
	const struct db_row_run row = { texts[0], texts[1], rows->numbers[0], rows->numbers[1] };
	struct db_run run = { 0 };

	if (db_row_run(&row, &run))
		return;
	fuzz_must(strlen(run.interface) == texts[0].size && strlen(run.pins) == texts[1].size);
	fuzz_must(run.at >= 0 && (unsigned int)run.end < DB_RUN_ENDS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct db_row_totals totals;
	char cursor[LOG_POSITION_CURSOR_SIZE], *copies[FUZZ_TEXTS];
	struct db_row_text texts[FUZZ_TEXTS];
	struct log_position_files files = { 0 };
	struct db_totals counted;
	struct fuzz_rows rows;
	unsigned int times;
	struct addr host;
	int64_t until;

	if (size < sizeof(rows))
		return 0;
	memcpy(&rows, data, sizeof(rows));
	data += sizeof(rows);
	size -= sizeof(rows);
	for (int i = 0; i < FUZZ_TEXTS; i++)
		texts[i] = fuzz_next(&data, &size, rows.sizes[i], &copies[i]);
	fuzz_block(&rows, texts);
	if (!db_row_repeat(&(struct db_row_repeat){ texts[0], rows.numbers[0], rows.numbers[1] },
			   &host, &times, &until))
		fuzz_must(texts[0].size == sizeof(host.bytes));
	db_row_position(
		&(struct db_row_position){ rows.numbers[0], rows.numbers[1], rows.numbers[2],
					   rows.numbers[3], rows.numbers[4], rows.numbers[5],
					   rows.numbers[6], rows.numbers[7], rows.numbers[8] },
		&files);
	fuzz_must(files.count <= 1);
	if (!db_row_cursor(&texts[1], cursor))
		fuzz_must(strlen(cursor) == texts[1].size);
	totals = (struct db_row_totals){ rows.numbers[0], rows.numbers[1], rows.numbers[2],
					 rows.numbers[3] };
	db_row_totals(&totals, &counted);
	fuzz_run(&rows, texts);
	for (int i = 0; i < FUZZ_TEXTS; i++)
		free(copies[i]);
	return 0;
}
