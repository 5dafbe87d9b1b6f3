// SPDX-License-Identifier: GPL-2.0-only
/* A sweep as a heat map, and its best pairs of limit and window. */
#include <stdint.h>

#include "common/suggest.h"
#include "replay/replay_page.h"
#include "replay/replay_words.h"

#define REPLAY_HEAT_LEVELS   10
#define REPLAY_HEAT_BARGAINS 8
#define REPLAY_HEAT_CELLS    (SWEEP_LIMITS_MAX * SWEEP_WINDOWS_MAX)

/* The colours span at least this many percent, so that small differences look small. */
#define REPLAY_HEAT_SPAN 5.0

struct replay_heat {
	const struct replay_report *report;
	size_t count;
	double least, most; /* percent: the ends of the colour scale */
	size_t own;	    /* cell of the configured values; SIZE_MAX: not in the grid */
	/* Cells that no other cell beats, by ascending price; and which of them are shown. */
	size_t bargains[REPLAY_HEAT_CELLS];
	size_t bargains_count;
	bool is_shown[REPLAY_HEAT_CELLS];
};

static double replay_heat_percent(const struct replay_heat *heat, size_t cell)
{
	return replay_report_percent(heat->report->cells[cell].avoided, heat->report->offences);
}

static void replay_heat_spread(struct replay_heat *heat)
{
	heat->least = 100;
	for (size_t i = 0; i < heat->count; i++) {
		double percent = replay_heat_percent(heat, i);

		heat->least = percent < heat->least ? percent : heat->least;
		heat->most = percent > heat->most ? percent : heat->most;
	}
	if (heat->most - heat->least < REPLAY_HEAT_SPAN)
		heat->least = heat->most > REPLAY_HEAT_SPAN ? heat->most - REPLAY_HEAT_SPAN : 0;
	if (heat->most - heat->least < REPLAY_HEAT_SPAN)
		heat->most = heat->least + REPLAY_HEAT_SPAN;
}

static uint32_t replay_heat_limit(const struct replay_heat *heat, size_t cell)
{
	return heat->report->grid->limits[cell % heat->report->grid->limits_count];
}

static uint32_t replay_heat_window(const struct replay_heat *heat, size_t cell)
{
	return heat->report->grid->windows[cell / heat->report->grid->limits_count];
}

/*
 * True if `a` is the milder of two cells with equal results. A higher limit requires more
 * offences of a host, a shorter window requires them in less time. The limit is compared first:
 * steady senders are in the log and count in the price; a burst from a legitimate sender may
 * still come.
 */
static bool replay_heat_is_milder(const struct replay_heat *heat, size_t a, size_t b)
{
	const struct sweep_cell *cells = heat->report->cells;

	if (cells[a].hosts != cells[b].hosts)
		return cells[a].hosts < cells[b].hosts;
	if (replay_heat_limit(heat, a) != replay_heat_limit(heat, b))
		return replay_heat_limit(heat, a) > replay_heat_limit(heat, b);
	return replay_heat_window(heat, a) < replay_heat_window(heat, b);
}

/* True if another cell avoids as much at a lower price, avoids more at the same price, or is milder
 * with the same result. */
static bool replay_heat_is_beaten(const struct replay_heat *heat, size_t cell)
{
	const struct sweep_cell *cells = heat->report->cells, *own = &cells[cell];

	for (size_t i = 0; i < heat->count; i++) {
		bool alike = cells[i].price == own->price && cells[i].avoided == own->avoided;

		if (alike ? replay_heat_is_milder(heat, i, cell)
			  : cells[i].price <= own->price && cells[i].avoided >= own->avoided)
			return true;
	}
	return false;
}

static void replay_heat_find_bargains(struct replay_heat *heat)
{
	const struct sweep_cell *cells = heat->report->cells;
	size_t shown = REPLAY_HEAT_BARGAINS;

	for (size_t i = 0; i < heat->count; i++) {
		size_t at = heat->bargains_count;

		if (!cells[i].avoided || replay_heat_is_beaten(heat, i))
			continue;
		for (; at && cells[heat->bargains[at - 1]].price > cells[i].price; at--)
			heat->bargains[at] = heat->bargains[at - 1];
		heat->bargains[at] = i;
		heat->bargains_count++;
	}
	if (heat->bargains_count <= shown)
		shown = heat->bargains_count;
	for (size_t i = 0; i < shown; i++)
		heat->is_shown[heat->bargains[shown == 1 ? 0
							 : i * (heat->bargains_count - 1) /
								   (shown - 1)]] = true;
}

static void replay_heat_cell(FILE *page, const struct replay_heat *heat, size_t cell)
{
	const struct replay_report *report = heat->report;
	const struct sweep_cell *of = &report->cells[cell];
	int level = (int)((replay_heat_percent(heat, cell) - heat->least) /
				  (heat->most - heat->least) * (REPLAY_HEAT_LEVELS - 1) +
			  0.5);

	fprintf(page,
		"<td class=\"h%d%s%s\" title=\"more than %u in %s: %s of %s offence%s avoided, %s accepted message%s of %s host%s delayed, %s host%s blocked%s%s\">%s<small>%s</small></td>",
		level, cell == heat->own ? " own" : "", heat->is_shown[cell] ? " best" : "",
		replay_heat_limit(heat, cell),
		replay_words_duration(replay_heat_window(heat, cell)),
		replay_words_number(of->avoided, true), replay_words_number(report->offences, true),
		suggest_plural(report->offences), replay_words_number(of->price, true),
		suggest_plural(of->price), replay_words_number(of->paying, true),
		suggest_plural(of->paying), replay_words_number(of->hosts, true),
		suggest_plural(of->hosts), cell == heat->own ? "; as configured" : "",
		heat->is_shown[cell] ? "; no other pair avoids more at this price" : "",
		replay_words_percent(of->avoided, report->offences),
		of->price ? replay_words_number(of->price, true) : "none");
}

/* The same of strangers, or of known senders, without the marks. */
static void replay_heat_part(FILE *page, const struct replay_heat *heat, size_t cell, bool known)
{
	const struct sweep_cell *of = &heat->report->cells[cell];
	const uint64_t avoided = known ? of->known_avoided : of->avoided - of->known_avoided;
	const uint64_t price = known ? of->known_price : of->price - of->known_price;
	const double percent = replay_report_percent(avoided, heat->report->offences);
	int level = (int)(percent / heat->most * (REPLAY_HEAT_LEVELS - 1) + 0.5);

	fprintf(page,
		"<td class=\"h%d%s\" title=\"more than %u in %s: %s offence%s of %s avoided, %s accepted message%s delayed\">%s<small>%s</small></td>",
		level < REPLAY_HEAT_LEVELS ? level : REPLAY_HEAT_LEVELS - 1,
		cell == heat->own ? " own" : "", replay_heat_limit(heat, cell),
		replay_words_duration(replay_heat_window(heat, cell)),
		replay_words_number(avoided, true), suggest_plural(avoided),
		known ? "known senders" : "strangers", replay_words_number(price, true),
		suggest_plural(price), replay_words_percent(avoided, heat->report->offences),
		price ? replay_words_number(price, true) : "none");
}

enum replay_heat_who {
	REPLAY_HEAT_ALL,
	REPLAY_HEAT_STRANGERS,
	REPLAY_HEAT_KNOWN
};

static void replay_heat_map(FILE *page, const struct replay_heat *heat, enum replay_heat_who who)
{
	const struct sweep_grid *grid = heat->report->grid;

	fputs("<div class=\"scroll\" tabindex=\"0\"><table class=\"heat\">\n<thead><tr><th>more<br>than</th>",
	      page);
	for (size_t w = 0; w < grid->windows_count; w++)
		fprintf(page, "<th scope=\"col\">in %s</th>",
			replay_words_duration(grid->windows[w]));
	fputs("</tr></thead>\n<tbody>\n", page);
	for (size_t l = 0; l < grid->limits_count; l++) {
		fprintf(page, "<tr><th scope=\"row\">%u</th>", grid->limits[l]);
		for (size_t w = 0; w < grid->windows_count; w++)
			if (who == REPLAY_HEAT_ALL)
				replay_heat_cell(page, heat, w * grid->limits_count + l);
			else
				replay_heat_part(page, heat, w * grid->limits_count + l,
						 who == REPLAY_HEAT_KNOWN);
		fputs("</tr>\n", page);
	}
	fputs("</tbody></table></div>\n", page);
}

static void replay_heat_key(FILE *page, const struct replay_heat *heat)
{
	const struct rule *rule = heat->report->swept;

	fprintf(page, "<p class=\"dim\">%.1f&nbsp;%%<span class=\"ramp\">", heat->least);
	for (int level = 0; level < REPLAY_HEAT_LEVELS; level++)
		fprintf(page, "<i class=\"h%d\"></i>", level);
	fprintf(page, "</span>%.1f&nbsp;%%. ", heat->most);
	if (heat->own != SIZE_MAX)
		fputs("Frame: as configured.", page);
	else
		fprintf(page, "The configured values (more than %u in %s) are not in this table.",
			rule->limit, replay_words_duration(rule->window));
	fputs(" &#9733;: no other pair avoids more at the same or a lower price. Of pairs with equal results, the one that blocks the fewest hosts is marked, then the one with the highest limit, then the one with the shortest window.</p>\n"
	      "<p class=\"dim\">Each cell shows the percentage of all offences avoided, and the number of accepted messages delayed.</p>\n",
	      page);
}

/* One pair of limit and window as a row of the table. */
static void replay_heat_pair(FILE *page, const struct replay_heat *heat, size_t cell)
{
	const struct sweep_cell *of = &heat->report->cells[cell];

	fprintf(page,
		"<tr><th scope=\"row\">more than %u in %s%s</th><td class=\"n\">%s&nbsp;%%</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td></tr>\n",
		replay_heat_limit(heat, cell),
		replay_words_duration(replay_heat_window(heat, cell)),
		cell == heat->own ? "<br><b>(as configured)</b>" : "",
		replay_words_percent(of->avoided, heat->report->offences),
		replay_words_number(of->price, true), replay_words_number(of->paying, true),
		replay_words_number(of->hosts, true));
}

static void replay_heat_bargains(FILE *page, const struct replay_heat *heat)
{
	bool own = heat->own == SIZE_MAX || heat->is_shown[heat->own];

	if (!heat->bargains_count)
		return;
	fputs("<h3>Best pairs, from the lowest price to the most offences avoided</h3>\n"
	      "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th>Block at</th><th class=\"n\">Avoided</th><th class=\"n\">Messages delayed</th><th class=\"n\">of hosts</th><th class=\"n\">Hosts blocked</th></tr></thead>\n<tbody>\n",
	      page);
	for (size_t i = 0; i < heat->bargains_count; i++)
		if (heat->is_shown[heat->bargains[i]])
			replay_heat_pair(page, heat, heat->bargains[i]);
	if (!own)
		replay_heat_pair(page, heat, heat->own);
	fputs("</tbody></table></div>\n", page);
}

static const char *replay_heat_unit(const struct rule *rule)
{
	for (int class = 0; class < EVENT_OFFENCES; class ++)
		if (rule->weights[class] > 1)
			return "points";
	return "offences";
}

/* Standing as the third dimension: the map of strangers, and that of known senders. */
static void replay_heat_standing(FILE *page, const struct replay_heat *heat)
{
	if (!replay_report_sweeps_known(heat->report)) {
		fputs("<p>All of it is strangers': none of these pairs would have blocked a known sender.</p>\n",
		      page);
		return;
	}
	fputs("<h3>Strangers</h3>\n", page);
	replay_heat_map(page, heat, REPLAY_HEAT_STRANGERS);
	fputs("<h3>Known senders</h3>\n<p class=\"dim\">A known sender is a host whose mail was accepted on earlier days, or much of it today. Each of them that is blocked may send good mail, too.</p>\n",
	      page);
	replay_heat_map(page, heat, REPLAY_HEAT_KNOWN);
}

void replay_heat(FILE *page, const struct replay_report *report)
{
	struct replay_heat heat = { .report = report, .own = SIZE_MAX };
	size_t window, limit;

	fputs("<section>\n<h2>Sweep: limit N and window M</h2>\n", page);
	if (!report->grid) {
		fputs("<p class=\"dim\">With <code>--sweep &quot;limit=5..30 window=1m..30m&quot;</code>, this page shows the results of other limits and windows.</p>\n"
		      "</section>\n",
		      page);
		return;
	}
	heat.count = report->grid->limits_count * report->grid->windows_count;
	if (replay_report_own_cell(report, &window, &limit))
		heat.own = window * report->grid->limits_count + limit;
	replay_heat_spread(&heat);
	replay_heat_find_bargains(&heat);
	fprintf(page,
		"<p>The rule <b>%s</b> alone, with other limits and windows: a host is blocked at more than N %s within M, for %s, and twice as long each further time. A lower limit or a longer window blocks more hosts, and sooner. Look for a strong colour with a low price whose neighbours are not much worse: the next storm will be different.</p>\n",
		report->swept->name, replay_heat_unit(report->swept),
		replay_words_duration(report->swept->block));
	replay_heat_key(page, &heat);
	replay_heat_map(page, &heat, REPLAY_HEAT_ALL);
	replay_heat_bargains(page, &heat);
	replay_heat_standing(page, &heat);
	fputs("</section>\n", page);
}
