/* SPDX-License-Identifier: GPL-2.0-only */
/* The results of a replay, summed up for the text, JSON and HTML outputs. */
#ifndef REPLAY_REPORT_H
#define REPLAY_REPORT_H

#include "replay/replay_advice.h"
#include "replay/replay_result.h"

#define REPLAY_REPORT_TOP 20

struct replay_file {
	const char *name;
	int fd;
	int64_t first;	  /* time of its first line, ms since 1970; INT64_MAX: no line has a time */
	int64_t modified; /* seconds since 1970 */
	uint64_t lines;
	bool broken; /* not read to its end */
};

struct replay_network {
	struct addr_prefix prefix;
	uint64_t hosts;
	uint64_t blocked;
	uint64_t offences;
	uint64_t avoided;
};

struct replay_report {
	/* Set before replay_report_fill(); owned by the caller. */
	const struct replay_result *result;
	const struct rules *rules;
	const struct replay_file *files;
	size_t files_count;
	uint32_t brake; /* as configured; 0: off */
	/* NULL: no sweep was requested. */
	const struct sweep_grid *grid;
	const struct sweep_cell *cells;
	const struct rule *swept;
	const struct replay_advice *advice; /* NULL: none was requested */

	uint64_t lines;
	uint64_t offences, avoided;
	uint64_t arrivals, price;
	uint64_t hosts, blocked, tried; /* with offences; blocked; blocked in a dry run */
	uint64_t blocks, dry_runs;
	uint64_t network_blocks;		   /* those of `blocks` that are of networks */
	const struct replay_verdict *first, *last; /* blocks; NULL: none */
	uint64_t most_new;			   /* blocks in a minute */
	int64_t most_new_at;			   /* end of that minute, ms since 1970 */
	uint64_t learning; /* verdicts that were a dry run since standing had too few days of log */
	uint64_t braked;   /* blocks of known senders that the brake withheld */
	int64_t braked_at; /* time of the first of them */
	const struct replay_host *top[REPLAY_REPORT_TOP]; /* by offences */
	size_t top_count;
	struct replay_network networks[REPLAY_REPORT_TOP]; /* with more than one host each */
	size_t networks_count;
	const struct replay_host **payers; /* all hosts whose messages were delayed, by price */
	size_t payers_count;
};

/* 0 or -ENOMEM. The caller calls replay_report_free(). */
int replay_report_fill(struct replay_report *report);

/* From 0 to 100; 0 if `whole` is 0. */
double replay_report_percent(uint64_t part, uint64_t whole);

/* Finds the cell of the configured limit and window; false if the grid has none. */
bool replay_report_own_cell(const struct replay_report *report, size_t *window, size_t *limit);

/* True if a cell of the sweep blocks a known sender. */
bool replay_report_sweeps_known(const struct replay_report *report);

/* The price of all payers except the first `shown`. */
uint64_t replay_report_price_of_rest(const struct replay_report *report, size_t shown);

void replay_report_free(struct replay_report *report);

/* 0, or -EIO (logged) if standard output or the file cannot be written. */
int replay_print(const struct replay_report *report);
int replay_json(const struct replay_report *report, bool lines);

/* The last part of replay_print(), if an advice was requested. */
void replay_print_advice(const struct replay_advice *advice);

/* Writes the HTML page to `path`, atomically if it is a regular file. */
int replay_page(const char *path, const struct replay_report *report);

#endif
