// SPDX-License-Identifier: GPL-2.0-only
/* Charts of offences, blocks and delayed messages over time, as SVG. The labels do not scale with
 * the chart. */
#include <string.h>
#include <time.h>

#include "common/suggest.h"
#include "replay/replay_page.h"
#include "replay/replay_words.h"

#define REPLAY_CHART_TICKS 8
#define REPLAY_CHART_TOP   1000 /* height of a chart in its own units */
#define REPLAY_CHART_LABEL 32

/* One chart: the area of `upper` is stacked on the rest of `whole`. */
struct replay_chart_plot {
	const char *title, *described;
	enum replay_count whole, upper;
	const char *whole_colour, *upper_colour;
	int height; /* pixels */
};

/* A round number not far above `most`, whose half is also round. */
static uint64_t replay_chart_ceiling(uint64_t most)
{
	static const uint64_t few[] = { 1, 2, 4, 6, 8, 10 };
	static const uint64_t many[] = { 10, 12, 14, 16, 20, 24, 30, 40, 50, 60, 80, 100 };
	uint64_t power = 1;

	for (size_t i = 0; i < sizeof(few) / sizeof(few[0]); i++)
		if (most <= few[i])
			return few[i];
	for (;; power *= 10)
		for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++)
			if (most <= many[i] * power)
				return many[i] * power;
}

static uint64_t replay_chart_most(const struct replay_series *series, enum replay_count what)
{
	uint64_t most = 1;

	for (size_t i = 0; i < series->count; i++)
		if (series->steps[i].counts[what] > most)
			most = series->steps[i].counts[what];
	return most;
}

static unsigned int replay_chart_height(uint64_t count, uint64_t ceiling)
{
	return (unsigned int)(count * REPLAY_CHART_TOP / ceiling);
}

/* All steps as one area. */
static void replay_chart_area(FILE *page, const struct replay_series *series,
			      const struct replay_chart_plot *plot, bool upper, uint64_t ceiling)
{
	fprintf(page, "<path fill=\"var(%s)\" d=\"M0 %d",
		upper ? plot->upper_colour : plot->whole_colour, REPLAY_CHART_TOP);
	for (size_t i = 0; i < series->count; i++) {
		const uint64_t *counts = series->steps[i].counts;
		uint64_t to = counts[plot->whole] - (upper ? 0 : counts[plot->upper]);

		fprintf(page, "V%uH%zu", REPLAY_CHART_TOP - replay_chart_height(to, ceiling),
			i + 1);
	}
	fprintf(page, "V%dZ\"/>\n", REPLAY_CHART_TOP);
}

static void replay_chart_hits(FILE *page, const struct replay_series *series)
{
	for (size_t i = 0; i < series->count; i++) {
		const uint64_t *counts = series->steps[i].counts;

		if (!counts[REPLAY_OFFENCES] && !counts[REPLAY_ARRIVALS])
			continue;
		fprintf(page,
			"<rect class=\"hit\" x=\"%zu\" width=\"1\" height=\"%d\"><title>%.16s: %s offence%s, %s avoided; %s new block%s; %s message%s accepted, %s delayed</title></rect>\n",
			i, REPLAY_CHART_TOP, replay_words_time(replay_series_start(series, i)),
			replay_words_number(counts[REPLAY_OFFENCES], true),
			suggest_plural(counts[REPLAY_OFFENCES]),
			replay_words_number(counts[REPLAY_AVOIDED], true),
			replay_words_number(counts[REPLAY_BLOCKS], true),
			suggest_plural(counts[REPLAY_BLOCKS]),
			replay_words_number(counts[REPLAY_ARRIVALS], true),
			suggest_plural(counts[REPLAY_ARRIVALS]),
			replay_words_number(counts[REPLAY_PRICE], true));
	}
}

static void replay_chart_plot(FILE *page, const struct replay_series *series,
			      const struct replay_chart_plot *plot)
{
	const uint64_t ceiling = replay_chart_ceiling(replay_chart_most(series, plot->whole));

	fprintf(page,
		"<h3>%s in each %s</h3>\n<div class=\"y\" aria-hidden=\"true\"><span>%s</span>",
		plot->title, replay_words_duration(series->width),
		replay_words_number(ceiling, true));
	if (ceiling > 1 && ceiling % 2 == 0)
		fprintf(page, "<span>%s</span>", replay_words_number(ceiling / 2, true));
	fprintf(page,
		"<span>0</span></div>\n<svg role=\"img\" aria-labelledby=\"t%d d%d\" style=\"height:%dpx\" viewBox=\"0 0 %zu %d\" preserveAspectRatio=\"none\">\n"
		"<title id=\"t%d\">%s over time</title>\n<desc id=\"d%d\">%s</desc>\n",
		plot->whole, plot->whole, plot->height, series->count, REPLAY_CHART_TOP,
		plot->whole, plot->title, plot->whole, plot->described);
	if (plot->upper != plot->whole)
		replay_chart_area(page, series, plot, true, ceiling);
	replay_chart_area(page, series, plot, plot->upper == plot->whole, ceiling);
	fprintf(page, "<path class=\"grid\" d=\"M0 0H%zuM0 %dH%zuM0 %dH%zu\"/>\n", series->count,
		REPLAY_CHART_TOP / 2, series->count, REPLAY_CHART_TOP, series->count);
	replay_chart_hits(page, series);
	fputs("</svg>\n", page);
}

/* Whole hours and days, as far apart as leaves room for their labels. */
static int64_t replay_chart_spacing(int64_t span)
{
	static const int64_t spacings[] = { 60,	   300,	  600,	 900,	1800,  3600,   7200,
					    10800, 14400, 21600, 43200, 86400, 172800, 604800 };
	int64_t spacing;

	for (size_t i = 0; i < sizeof(spacings) / sizeof(spacings[0]); i++)
		if (span / spacings[i] <= REPLAY_CHART_TICKS)
			return spacings[i];
	for (spacing = 1209600; span / spacing > REPLAY_CHART_TICKS; spacing *= 2)
		;
	return spacing;
}

static void replay_chart_axis(FILE *page, const struct replay_series *series)
{
	const int64_t span = (int64_t)series->count * series->width;
	const int64_t spacing = replay_chart_spacing(span);
	const int64_t start = replay_series_start(series, 0) / 1000 + series->zone;
	char label[REPLAY_CHART_LABEL];
	struct tm tm;

	fputs("<div class=\"x\" aria-hidden=\"true\">", page);
	for (int64_t at = (start + spacing - 1) / spacing * spacing; at <= start + span;
	     at += spacing) {
		double percent = 100.0 * (at - start) / span;
		time_t local = at;

		/* Labels at the very ends would stand out of the page. */
		if (percent < 1 || percent > 97)
			continue;
		gmtime_r(&local, &tm);
		strftime(label, sizeof(label), spacing < 86400 ? "%H:%M" : "%e %b", &tm);
		fprintf(page, "<span style=\"left:%.2f%%\">%s</span>", percent, label);
	}
	fputs("</div>\n", page);
}

static void replay_chart_table(FILE *page, const struct replay_series *series)
{
	fputs("<details><summary>The same as a table</summary>\n<div class=\"scroll tall\" tabindex=\"0\"><table>\n<thead><tr><th>From</th><th class=\"n\">Offences</th><th class=\"n\">Avoided</th><th class=\"n\">New blocks</th><th class=\"n\">Accepted</th><th class=\"n\">Lost</th></tr></thead>\n<tbody>\n",
	      page);
	for (size_t i = 0; i < series->count; i++) {
		const uint64_t *counts = series->steps[i].counts;

		fprintf(page,
			"<tr><th scope=\"row\">%.16s</th><td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td></tr>\n",
			replay_words_time(replay_series_start(series, i)),
			replay_words_number(counts[REPLAY_OFFENCES], true),
			replay_words_number(counts[REPLAY_AVOIDED], true),
			replay_words_number(counts[REPLAY_BLOCKS], true),
			replay_words_number(counts[REPLAY_ARRIVALS], true),
			replay_words_number(counts[REPLAY_PRICE], true));
	}
	fputs("</tbody></table></div></details>\n", page);
}

void replay_chart(FILE *page, const struct replay_report *report)
{
	static const struct replay_chart_plot plots[] = {
		{ "Offences",
		  "Offences that would still have reached exim, and, stacked on them, those that a block would have avoided.",
		  REPLAY_OFFENCES, REPLAY_AVOIDED, "--let", "--cut", 240 },
		{ "New blocks", "Number of hosts that would have been newly blocked.",
		  REPLAY_BLOCKS, REPLAY_BLOCKS, "--ink", "--ink", 80 },
		{ "Accepted messages delayed", "Accepted messages that a block would have dropped.",
		  REPLAY_PRICE, REPLAY_PRICE, "--price", "--price", 60 },
	};
	const struct replay_series *series = &report->result->series;

	fputs("<section>\n<h2>Offences over time</h2>\n", page);
	if (!series->count) {
		fputs("<p>The log has no offences and no accepted messages.</p></section>\n", page);
		return;
	}
	fputs("<div class=\"key\"><span><i style=\"background:var(--cut)\"></i>avoided: never reaches exim</span><span><i style=\"background:var(--let)\"></i>still reaches exim</span><span><i style=\"background:var(--price)\"></i>accepted messages delayed</span></div>\n<div class=\"plot\">\n",
	      page);
	for (size_t i = 0; i < sizeof(plots) / sizeof(plots[0]); i++)
		replay_chart_plot(page, series, &plots[i]);
	replay_chart_axis(page, series);
	fputs("</div>\n", page);
	replay_chart_table(page, series);
	fputs("</section>\n", page);
}
