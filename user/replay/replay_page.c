// SPDX-License-Identifier: GPL-2.0-only
/* Writes a replay as a self-contained HTML page: no script, no font, no network. */
#include "replay/replay_page.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"
#include "common/suggest.h"
#include "replay/replay_words.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

#define REPLAY_PAGE_FILES 6 /* file names shown; the others are only counted */

void replay_page_text(FILE *page, const char *text, size_t length)
{
	for (; length--; text++) {
		unsigned char c = *text;

		if (c == '&')
			fputs("&amp;", page);
		else if (c == '<')
			fputs("&lt;", page);
		else if (c == '>')
			fputs("&gt;", page);
		else if (c == '"' || c == '\'')
			fprintf(page, "&#%d;", c);
		else if (c < ' ' || c > '~')
			fprintf(page, "\\x%02x", c);
		else
			fputc(c, page);
	}
}

static const char *replay_page_number(uint64_t number)
{
	return replay_words_number(number, true);
}

static void replay_page_head(FILE *page, const struct replay_report *report)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      "<meta name=\"referrer\" content=\"no-referrer\">\n"
	      "<title>sobig-xdp: what the policy would have done</title>\n<style>\n",
	      page);
	fputs(replay_style, page);
	fputs("</style>\n</head>\n<body>\n<main>\n<header>\n"
	      "<h1>What the policy would have done</h1>\n<p class=\"dim\">",
	      page);
	for (size_t i = 0; i < report->files_count && i < REPLAY_PAGE_FILES; i++) {
		fputs(i ? ", " : "", page);
		replay_page_text(page, report->files[i].name, strlen(report->files[i].name));
		fputs(report->files[i].broken ? " (incomplete)" : "", page);
	}
	if (report->files_count > REPLAY_PAGE_FILES)
		fprintf(page, " and %zu more log%s", report->files_count - REPLAY_PAGE_FILES,
			suggest_plural(report->files_count - REPLAY_PAGE_FILES));
	fprintf(page, ": %s line%s", replay_page_number(report->lines),
		suggest_plural(report->lines));
	if (report->result->series.count)
		fprintf(page, ", from %s to %s", replay_words_time(report->result->from),
			replay_words_time(report->result->to));
	fputs("</p>\n</header>\n", page);
}

/* A headline figure; `more` is a second line of text. */
static void replay_page_card(FILE *page, const char *kind, const char *figure, const char *unit,
			     const char *what, const char *more)
{
	fprintf(page, "<div class=\"card %s\"><b>%s%s</b><span>%s</span><small>%s</small></div>\n",
		kind, figure, unit, what, more);
}

static void replay_page_cards(FILE *page, const struct replay_report *report)
{
	char more[256];

	fputs("<div class=\"cards\">\n", page);
	snprintf(more, sizeof(more), "%s of %s would not have reached exim",
		 replay_page_number(report->avoided), replay_page_number(report->offences));
	replay_page_card(page, "cut", replay_words_percent(report->avoided, report->offences),
			 "&nbsp;%", "of all offences avoided", more);
	snprintf(more, sizeof(more), "of %s with offences; %s block%s in total",
		 replay_page_number(report->hosts), replay_page_number(report->blocks),
		 suggest_plural(report->blocks));
	replay_page_card(page, "let", replay_page_number(report->blocked), "",
			 report->blocked == 1 ? "host blocked" : "hosts blocked", more);
	if (report->price)
		snprintf(
			more, sizeof(more),
			"of %s host%s; %s&nbsp;%% of all accepted messages; %s lost (delayed for more than 4 days)",
			replay_page_number(report->payers_count),
			suggest_plural(report->payers_count),
			replay_words_percent(report->price, report->arrivals),
			report->result->lost ? replay_page_number(report->result->lost) : "none");
	else
		snprintf(more, sizeof(more), "all %s would have been accepted",
			 replay_page_number(report->arrivals));
	replay_page_card(page, "cost", replay_page_number(report->price), "",
			 report->price == 1 ? "accepted message delayed"
					    : "accepted messages delayed",
			 more);
	if (report->braked)
		snprintf(more, sizeof(more), "the brake (%s) engages at %s",
			 replay_page_number(report->brake), replay_words_time(report->braked_at));
	else if (report->brake)
		snprintf(more, sizeof(more),
			 "the brake engages at more than %s known senders an hour",
			 replay_page_number(report->brake));
	else
		snprintf(more, sizeof(more), "the brake is off");
	replay_page_card(page, report->braked ? "cost" : "", replay_page_number(report->most_new),
			 "", "new blocks in the busiest minute", more);
	fputs("</div>\n", page);
}

static void replay_page_foot(FILE *page, const struct replay_report *report)
{
	fputs("<section>\n<h2>How this was counted</h2>\n<p>The policy was applied to the log event by event, with the times in the log, as the daemon does. What a host sent while it was blocked would not have reached exim: its offences count as <em>avoided</em>, and each of its accepted messages counts as <em>price</em>: its sender would have tried again after the block. A message counts as <em>lost</em> only if the block would have lasted for 4 more days: mail servers try for about that long. A connection that was open when the block began would have continued, so both figures are slightly too high.</p>\n",
	      page);
	if (report->braked)
		fprintf(page,
			"<p>The brake was engaged at %s, since known senders were about to be blocked: %s block%s of known senders were dry runs.</p>\n",
			replay_words_time(report->braked_at), replay_page_number(report->braked),
			suggest_plural(report->braked));
	for (size_t i = 0; i < report->result->off_count; i++) {
		const struct replay_off *off = &report->result->off[i];

		fprintf(page,
			"<p>The class <b>%s</b> was off from %s to %s, since too many good senders were accused: %s offence%s did not count.</p>\n",
			event_class_name(off->class), replay_words_time(off->from),
			replay_words_time(off->until), replay_page_number(off->offences),
			suggest_plural(off->offences));
	}
	if (report->result->allowed_offences)
		fprintf(page,
			"<p>Offences of allowed hosts, which are not blocked: %s offence%s.</p>\n",
			replay_page_number(report->result->allowed_offences),
			suggest_plural(report->result->allowed_offences));
	fprintf(page,
		"<p class=\"dim\">sobig-xdp %s, %s. Times are in the local time of the machine that wrote this page.</p>\n</section>\n</main>\n</body>\n</html>\n",
		VERSION, replay_words_time(time(NULL) * INT64_C(1000)));
}

static void replay_page_write(FILE *page, const struct replay_report *report)
{
	replay_page_head(page, report);
	replay_page_cards(page, report);
	replay_page_advice(page, report->advice);
	replay_chart(page, report);
	replay_heat(page, report);
	replay_tables(page, report);
	replay_page_foot(page, report);
}

/* 0 or -errno; *page is closed in any case. */
static int replay_page_finish(FILE *page)
{
	int err = ferror(page) ? -EIO : 0;

	if (fclose(page) && !err)
		err = -errno;
	return err;
}

/* Writes a temporary file and renames it to `path`. Writes directly to what is not a regular file,
 * such as a pipe. */
static int replay_page_replace(const char *path, const struct replay_report *report)
{
	char temporary[PATH_MAX];
	mode_t mask = umask(0);
	struct stat stat_;
	FILE *page;
	int fd, err;

	umask(mask);
	if (!stat(path, &stat_) && !S_ISREG(stat_.st_mode)) {
		page = fopen(path, "we");
		if (!page)
			return -errno;
		replay_page_write(page, report);
		return replay_page_finish(page);
	}
	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= (int)sizeof(temporary))
		return -ENAMETOOLONG;
	fd = mkostemp(temporary, O_CLOEXEC);
	page = fd < 0 ? NULL : fdopen(fd, "w");
	if (!page)
		return -errno;
	replay_page_write(page, report);
	err = fchmod(fd, 0666 & ~mask) ? -errno : 0;
	if (replay_page_finish(page) && !err)
		err = -EIO;
	if (!err && rename(temporary, path))
		err = -errno;
	if (err)
		unlink(temporary);
	return err;
}

int replay_page(const char *path, const struct replay_report *report)
{
	int err = replay_page_replace(path, report);

	if (!err)
		return 0;
	log_error("cannot write \"%s\": %s", path, strerror(-err));
	return -EIO;
}
