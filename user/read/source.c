// SPDX-License-Identifier: GPL-2.0-only
/* A live source of events: a log file that is followed, or the journal of a systemd unit. */
#include "read/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/file/follow.h"
#include "read/syslog/journal.h"

struct source {
	struct follow *follow; /* NULL: `journal` is used */
	struct journal *journal;
	char *name;
	struct reader reader;
	struct log_position_files done; /* read before the restart */
	uint64_t lines;
	int error; /* from journal_read(), as errno */
	source_event *event;
	void *context;
};

static struct source *source_new(const char *before, const char *name, struct classifier *classes,
				 bool helo_is_checked)
{
	struct source *source = calloc(1, sizeof(*source));

	if (!source)
		return NULL;
	if (asprintf(&source->name, "%s%s", before, name) < 0) {
		free(source);
		return NULL;
	}
	reader_init(&source->reader, classes, helo_is_checked, 0);
	source->reader.exim.wants_arrivals = true;
	return source;
}

int source_open_file(const char *path, struct classifier *classes, bool helo_is_checked,
		     struct source **out)
{
	struct source *source = source_new("", path, classes, helo_is_checked);
	int err = source ? follow_open(path, true, &source->follow) : -ENOMEM;

	if (err)
		source_close(source);
	else
		*out = source;
	return err;
}

int source_open_file_at(const char *path, struct classifier *classes, bool helo_is_checked,
			const struct log_position *done, const struct log_position *from,
			struct source **out)
{
	struct source *source = source_new("", path, classes, helo_is_checked);
	int err = -ENOMEM;

	if (source) {
		source->done = done->files;
		err = follow_open_at(path, &done->files, &from->files, &source->follow);
	}
	if (err)
		source_close(source);
	else
		*out = source;
	return err;
}

int source_open_journal(const char *unit, struct classifier *classes, bool helo_is_checked,
			struct source **out)
{
	const struct log_position nowhere = { 0 };

	return source_open_journal_at(unit, classes, helo_is_checked, &nowhere, out);
}

int source_open_journal_at(const char *unit, struct classifier *classes, bool helo_is_checked,
			   const struct log_position *done, struct source **out)
{
	struct source *source = source_new(SOURCE_JOURNAL, unit, classes, helo_is_checked);
	int err = source ? journal_open(unit, *done->cursor ? done->cursor : NULL, &source->journal)
			 : -ENOMEM;

	if (err)
		source_close(source);
	else
		*out = source;
	return err;
}

void source_position(const struct source *source, struct log_position *out)
{
	memset(out, 0, sizeof(*out));
	if (source->follow)
		follow_positions(source->follow, &out->files);
	else
		journal_cursor(source->journal, out->cursor, sizeof(out->cursor));
}

void source_set_classifier(struct source *source, struct classifier *classes)
{
	source->reader.exim.classes = classes;
}

void source_set_proxied(struct source *source, bool proxied)
{
	source->reader.exim.proxied = proxied;
}

int source_fd(const struct source *source)
{
	return source->follow ? follow_fd(source->follow) : journal_fd(source->journal);
}

static void source_line(void *context, const char *line, size_t length)
{
	struct source *source = context;
	struct source_line of = { .text = line, .length = length };
	const struct skips before = source->reader.exim.skips;
	struct exim_log_found found;
	uint64_t generation, offset;

	source->reader.exim.is_unterminated = !follow_line(source->follow, &generation, &offset);
	of.serial = log_position_serial(generation, offset);
	of.old = log_position_has(&source->done, generation, offset);
	source->lines += !of.old;
	if (!reader_line(&source->reader, line, length, &found))
		source->event(source->context, &found.event, &of);
	else if (of.old)
		source->reader.exim.skips = before;
}

static void source_record(void *context, const struct syslog_record *record)
{
	struct source *source = context;
	const struct source_line of = { .text = record->text, .length = record->length };
	struct exim_log_found found;

	source->lines++;
	if (!reader_record(&source->reader, record, &found))
		source->event(source->context, &found.event, &of);
}

bool source_read(struct source *source, int64_t now, source_event *event, void *context)
{
	int more;

	source->reader.now = now;
	source->event = event;
	source->context = context;
	if (source->follow)
		return follow_read(source->follow, source_line, source);
	more = journal_read(source->journal, source_record, source);
	source->error = more < 0 ? -more : 0;
	return more > 0;
}

struct source_state source_state(const struct source *source)
{
	struct source_state state = {
		.error = source->error,
		.lines = source->lines,
		.skips = source->reader.exim.skips,
	};

	if (source->follow) {
		struct follow_state file = follow_state(source->follow);

		state.error = file.error;
		state.position = file.position;
		state.skips.of[SKIP_OVERLONG] += file.skipped;
		state.lost = file.lost;
	}
	return state;
}

const char *source_name(const struct source *source)
{
	return source->name;
}

void source_close(struct source *source)
{
	if (!source)
		return;
	follow_close(source->follow);
	journal_close(source->journal);
	free(source->name);
	free(source);
}
