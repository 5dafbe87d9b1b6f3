// SPDX-License-Identifier: GPL-2.0-only
/* Access of the commands to the state on disk: manual blocks in, history out. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/history.h"
#include "common/clock.h"
#include "common/duration.h"
#include "common/log.h"
#include "common/output.h"
#include "config/config.h"
#include "sobig.h"

/* Maximum of blocks saved by one command; a longer list can be imported again. */
#define HISTORY_ENTER_MAX 100000

/* Maximum of blocks listed. */
#define HISTORY_LIST_MAX 100000

const char *history_folder(const struct cli_common *common, const struct config_state *config)
{
	if (common->state)
		return common->state;
	return config->folder ? config->folder : CONFIG_STATE_FOLDER;
}

int history_open(const struct cli_common *common, bool write, struct db **out)
{
	struct config_error why;
	struct config config;
	int err = config_load(common->config, &config, &why);

	if (err) {
		log_error("%s", why.text);
		return err;
	}
	const struct db_limits limits = { .size = config.state.size,
					  .history = config.state.history * INT64_C(1000) };
	const char *folder = history_folder(common, &config.state);

	err = db_open(folder, write ? &limits : NULL, out);
	if (err == -EBADMSG)
		log_error("\"%s/%s\" is damaged; the next attach renames it and creates a new one",
			  folder, DB_FILE);
	else if (err && err != -ENOENT)
		log_error("cannot open the state in \"%s\": %s", folder, db_strerror(-err));
	config_free(&config);
	return err;
}

/* Opens the state for reading and logs nothing. NULL: there is none that can be read. */
static struct db *history_peek(const struct cli_common *common)
{
	struct config_error why;
	struct config config;
	struct db *db = NULL;

	if (config_load(common->config, &config, &why))
		return NULL;
	if (db_open(history_folder(common, &config.state), NULL, &db))
		db = NULL;
	config_free(&config);
	return db;
}

struct history_runs {
	const char *pins;
	db_each_run *each;
	void *context;
};

static void history_take_run(void *context, const struct db_run *run)
{
	const struct history_runs *runs = context;

	if (!strcmp(run->pins, runs->pins))
		runs->each(runs->context, run);
}

void history_runs(const struct cli_common *common, db_each_run *each, void *context)
{
	struct history_runs runs = { common->pins, each, context };
	struct db *db = history_peek(common);

	if (db)
		db_runs(db, history_take_run, &runs);
	db_close(db);
}

static void history_find_run(void *context, const struct db_run *run)
{
	struct db_run *wanted = context;

	if (!strcmp(wanted->interface, run->interface))
		wanted->at = clock_wall_ms();
}

void history_detached(const struct cli_common *common, const char *interface)
{
	struct db_run run = { .end = DB_RUN_DETACHED };
	struct db *db;

	snprintf(run.interface, sizeof(run.interface), "%s", interface);
	snprintf(run.pins, sizeof(run.pins), "%s", common->pins);
	history_runs(common, history_find_run, &run);
	if (!run.at)
		return;
	db = history_peek(common);
	if (db)
		db_write_run(db, &run);
	db_close(db);
}

/* Logs a failed write once: a long list is written in many parts. */
static void history_write(const struct cli_common *common, const struct db_batch *batch,
			  const char *loss)
{
	static bool failed;
	struct db *db;
	size_t left_out = 0;
	int err;

	if (failed)
		return;
	err = history_open(common, true, &db);
	failed = err;

	if (err) {
		log_warning("%s", loss);
		return;
	}
	err = db_write(db, batch, &left_out);
	db_close(db);
	failed = err || left_out;
	if (failed)
		log_warning("cannot write the state: %s; %s", db_strerror(err ? -err : ENOSPC),
			    loss);
}

/* A wider network is treated as damage when it is read, so it is not saved. */
static bool history_is_wide(const struct addr_prefix *target)
{
	const bool ipv4 = addr_is_ipv4(&target->addr);
	char address[ADDR_TEXT_SIZE];

	if (target->length >= (ipv4 ? SOBIG_WIDEST4 : SOBIG_WIDEST6))
		return false;
	log_warning(
		"%s is wider than a /%d: its block is not saved, and a restart does not restore it",
		addr_prefix_format(target, address), ipv4 ? SOBIG_WIDEST4 : SOBIG_WIDEST6);
	return true;
}

void history_enter(const struct cli_common *common, const struct addr_prefix *target, size_t count,
		   const struct blocks_request *request)
{
	size_t most = count < HISTORY_ENTER_MAX ? count : HISTORY_ENTER_MAX;
	struct db_block *blocks = calloc(most + 1, sizeof(*blocks)), *block;
	struct db_batch batch = { .blocks = blocks, .now = clock_wall_ms() };

	if (!blocks)
		return;
	for (size_t i = 0; i < most; i++) {
		if (history_is_wide(&target[i]))
			continue;
		block = &blocks[batch.blocks_count++];
		block->target = target[i];
		block->since = block->event = batch.now;
		block->until = clock_wall_of(request->until) * INT64_C(1000);
		block->quiet = request->extend ? request->seconds : 0;
		blocks_reason(request->reason, block->reason);
	}
	history_write(common, &batch, "a reboot removes these blocks");
	if (count > most)
		log_warning(
			"%zu of these blocks are not saved, and a reboot removes them; import the list again after a reboot",
			count - most);
	free(blocks);
}

void history_unblock(const struct cli_common *common, const struct addr_prefix *target,
		     size_t count)
{
	const struct db_batch batch = { .unblocks = target,
					.unblocks_count = count,
					.now = clock_wall_ms() };

	history_write(common, &batch, "a reboot restores these blocks unless they expire before");
}

int history_unblock_all(const struct cli_common *common, uint64_t *unblocked)
{
	struct db *db;
	int err = history_open(common, true, &db);

	*unblocked = 0;
	if (!err) {
		err = db_unblock_all(db, clock_wall_ms(), unblocked);
		db_close(db);
		if (err)
			log_error("cannot write the state: %s", db_strerror(-err));
	}
	if (err)
		log_warning("a reboot restores these blocks unless they expire before");
	return err;
}

void history_warn_bad(const struct db *db)
{
	if (db_bad(db))
		log_warning(
			"%llu rows of the state are invalid and were skipped; another program may have written to %s",
			(unsigned long long)db_bad(db), DB_FILE);
}

/* Returns the line with escapes, owned by the caller. NULL: out of memory. */
static char *history_escape(const char *line, size_t length)
{
	char *text = malloc(4 * length + 1), *to = text;

	for (size_t i = 0; text && i < length; i++) {
		unsigned char c = line[i];

		if (c == '\\' || c < ' ' || c > '~')
			to += sprintf(to, c == '\\' ? "\\\\" : "\\x%02x", c);
		else
			*to++ = c;
	}
	if (text)
		*to = '\0';
	return text;
}

void history_print_line(FILE *to, const char *line, size_t length)
{
	char *text = history_escape(line, length);

	fputs(text ? text : "?", to);
	free(text);
}

static json_t *history_json_lines(const char *lines)
{
	json_t *array = json_array();

	for (const char *lf; (lf = strchr(lines, '\n')); lines = lf + 1) {
		char *text = history_escape(lines, lf - lines);

		json_array_append_new(array, json_string(text ? text : "?"));
		free(text);
	}
	return array;
}

json_t *history_json(const struct db_block *block)
{
	char address[ADDR_TEXT_SIZE], since[CLOCK_TEXT_SIZE], until[CLOCK_TEXT_SIZE];
	char unblocked[CLOCK_TEXT_SIZE];

	return json_pack("{s:s, s:o, s:s, s:s, s:s?, s:b, s:i, s:b, s:o, s:o, s:o}", "address",
			 addr_prefix_format(&block->target, address), "reason",
			 output_text(block->reason), "since", clock_rfc3339_ms(block->since, since),
			 "until", clock_rfc3339_ms(block->until, until), "unblocked",
			 block->unblocked ? clock_rfc3339_ms(block->unblocked, unblocked) : NULL,
			 "dry_run", (int)block->dry_run, "repeats", (int)block->repeats, "extend",
			 block->quiet != 0, "log", output_text(block->log), "lines",
			 history_json_lines(block->lines), "ports",
			 block->ports[0] ? output_ports(block->ports) : json_null());
}

struct history_listing {
	const struct cli_common *common;
	json_t *array; /* NULL: as text */
	int64_t now;
};

static int history_list_one(void *context, const struct db_block *block)
{
	char address[ADDR_TEXT_SIZE], since[CLOCK_TEXT_SIZE], until[CLOCK_TEXT_SIZE];
	struct history_listing *listing = context;
	const char *end = "active";

	if (listing->array)
		return json_array_append_new(listing->array, history_json(block));
	if (block->unblocked)
		end = "unblocked";
	else if (block->until <= listing->now)
		end = "expired";
	printf("%-19s  %-19s  %-9s  %7u  %-22s  %s%s\n", clock_local_ms(block->since, since),
	       clock_local_ms(block->unblocked ? block->unblocked : block->until, until), end,
	       block->repeats, addr_prefix_format(&block->target, address),
	       block->dry_run ? "(dry run) " : "", block->reason);
	return 0;
}

int history_list(const struct cli_common *common, const struct addr_prefix *networks, int count)
{
	struct history_listing listing = { .common = common, .now = clock_wall_ms() };
	struct db *db = NULL;
	int err = history_open(common, false, &db);
	json_t *block;
	size_t i;

	if (err && err != -ENOENT)
		return CLI_FAILED;
	if (common->json)
		listing.array = json_array();
	else
		printf("%-19s  %-19s  %-9s  %7s  %-22s  %s\n", "SINCE", "UNTIL", "", "REPEATS",
		       "ADDRESS", "REASON");
	for (int at = 0; !err && at < (count ? count : 1); at++)
		err = db_history(db, count ? &networks[at] : NULL, HISTORY_LIST_MAX,
				 history_list_one, &listing);
	if (db)
		history_warn_bad(db);
	db_close(db);
	if (err && err != -ENOENT) {
		log_error("cannot read the history: %s", strerror(-err));
		json_decref(listing.array);
		return CLI_FAILED;
	}
	if (listing.array && common->lines) {
		json_array_foreach(listing.array, i, block)
			output_line("history-block", json_incref(block));
		json_decref(listing.array);
		return cli_end_output();
	}
	if (listing.array) {
		json_t *document = output_document("history");

		json_object_set_new(document, "blocks", listing.array);
		return cli_print_json(common, document);
	}
	return cli_end_output();
}
