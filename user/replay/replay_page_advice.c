// SPDX-License-Identifier: GPL-2.0-only
/* The advice in the HTML page: the advised setting, its configuration, and others by their price.
 */
#include <stdlib.h>
#include <string.h>

#include "common/suggest.h"
#include "replay/replay_page.h"
#include "replay/replay_words.h"

#define REPLAY_PAGE_ADVICE_ROWS 8

static void replay_page_advice_figures(FILE *page, const struct advise_day *sum)
{
	fprintf(page, "<td class=\"n\">%s&nbsp;%%</td><td class=\"n\">%s (%.3f&nbsp;%%)</td>",
		replay_words_percent(sum->avoided, sum->offences),
		replay_words_number(sum->price, true),
		replay_report_percent(sum->price, sum->arrivals));
}

static void replay_page_advice_row(FILE *page, const char *name, const struct advise_day halves[2])
{
	fprintf(page, "<tr><th scope=\"row\">%s</th>", name);
	for (int half = 0; half < 2; half++) {
		replay_page_advice_figures(page, &halves[half]);
		fprintf(page, "<td class=\"n\">%s</td>",
			replay_words_number(halves[half].lost, true));
	}
	fputs("</tr>\n", page);
}

static void replay_page_advice_days(FILE *page, const struct replay_advice *advice)
{
	const size_t split = advice->choice.split, last = advice->days_count - 1;
	char text[4][REPLAY_ADVICE_DAY_SIZE];

	fprintf(page,
		"<p>%zu settings were tried: limits and windows of the rules for strangers, known senders and networks. The days from %s to %s chose; those from %s to %s, which had no part in the choice, tested.",
		advice->settings_count, replay_advice_day(advice->days[0], text[0]),
		replay_advice_day(advice->days[split - 1], text[1]),
		replay_advice_day(advice->days[split], text[2]),
		replay_advice_day(advice->days[last], text[3]));
	if (advice->learning)
		fprintf(page,
			" The %zu day%s before, on which standing had too few days of log, %s left out.",
			advice->learning, suggest_plural(advice->learning),
			advice->learning == 1 ? "was" : "were");
	fputs("</p>\n", page);
}

/* "strangers: 4 in 6h, networks: 20 in 1h": what is not as configured. */
static void replay_page_advice_name(FILE *page, const struct replay_advice *advice, size_t setting)
{
	const struct rules *rules = &advice->settings[setting].rules;
	const char *comma = "";

	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->rules[i];

		if (!advise_settings_differ(rule, &advice->rules->rules[i]))
			continue;
		fprintf(page, "%s%s: %u in %s", comma, rule->name, rule->limit,
			replay_words_duration(rule->window));
		comma = ", ";
	}
	if (!*comma)
		fputs("as configured", page);
}

struct replay_page_advice_setting {
	struct advise_day halves[2];
	size_t setting;
};

/* By ascending price on the days that chose, then by descending avoided, then as tried. */
static int replay_page_advice_by_price(const void *one, const void *other)
{
	const struct replay_page_advice_setting *a = one, *b = other;

	if (a->halves[0].price != b->halves[0].price)
		return a->halves[0].price < b->halves[0].price ? -1 : 1;
	if (a->halves[0].avoided != b->halves[0].avoided)
		return a->halves[0].avoided > b->halves[0].avoided ? -1 : 1;
	return a->setting < b->setting ? -1 : 1;
}

/* Keeps, of settings sorted by price, those that avoid more than all cheaper ones. */
static size_t replay_page_advice_unbeaten(struct replay_page_advice_setting *all, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (!kept || all[i].halves[0].avoided > all[kept - 1].halves[0].avoided)
			all[kept++] = all[i];
	return kept;
}

/* What other prices would give. */
static void replay_page_advice_prices(FILE *page, const struct replay_advice *advice)
{
	const size_t shown = REPLAY_PAGE_ADVICE_ROWS;
	struct replay_page_advice_setting *all = calloc(advice->settings_count, sizeof(*all));
	size_t count;

	if (!all)
		return;
	for (size_t i = 0; i < advice->settings_count; i++) {
		advise_halves(&advice->candidates[i], advice->days_count, all[i].halves);
		all[i].setting = i;
	}
	qsort(all, advice->settings_count, sizeof(*all), replay_page_advice_by_price);
	count = replay_page_advice_unbeaten(all, advice->settings_count);
	fputs("<h3>What other prices would give</h3>\n<p class=\"dim\">Settings of which no other avoids more at the same or a lower price on the days that chose.</p>\n"
	      "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th>Setting</th><th class=\"n\">Avoided</th><th class=\"n\">Delayed</th><th class=\"n\">Avoided, tested</th><th class=\"n\">Delayed, tested</th></tr></thead>\n<tbody>\n",
	      page);
	for (size_t i = 0; i < count && i < shown; i++) {
		const size_t at = count <= shown ? i : i * (count - 1) / (shown - 1);

		fputs("<tr><th scope=\"row\" class=\"wrap\">", page);
		replay_page_advice_name(page, advice, all[at].setting);
		fputs("</th>", page);
		replay_page_advice_figures(page, &all[at].halves[0]);
		replay_page_advice_figures(page, &all[at].halves[1]);
		fputs("</tr>\n", page);
	}
	fputs("</tbody></table></div>\n", page);
	free(all);
}

void replay_page_advice(FILE *page, const struct replay_advice *advice)
{
	char reason[REPLAY_ADVICE_REASON_SIZE], price[REPLAY_ADVICE_PRICE_SIZE];

	if (!advice)
		return;
	fprintf(page, "<section>\n<h2>Advice at a price of %s</h2>\n<p><b>%s.</b></p>\n",
		replay_advice_price(advice->price, price), replay_advice_reason(advice, reason));
	if (advice->choice.outcome > ADVISE_TOO_FEW_DAYS) {
		replay_page_advice_days(page, advice);
		fputs("<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th></th><th class=\"n\" colspan=\"3\">On the days that chose</th><th class=\"n\" colspan=\"3\">On the days that tested</th></tr>\n"
		      "<tr><th>Setting</th><th class=\"n\">Avoided</th><th class=\"n\">Delayed</th><th class=\"n\">Lost</th><th class=\"n\">Avoided</th><th class=\"n\">Delayed</th><th class=\"n\">Lost</th></tr></thead>\n<tbody>\n",
		      page);
		replay_page_advice_row(page, "as configured", advice->choice.configured);
		if (advice->choice.best)
			replay_page_advice_row(page,
					       replay_advice_has(advice) ? "advised" : "cheapest",
					       advice->choice.advised);
		fputs("</tbody></table></div>\n", page);
	}
	if (advice->configuration) {
		fputs("<h3>The configuration of the advised setting</h3>\n<pre class=\"scroll\" tabindex=\"0\">",
		      page);
		for (const char *at = advice->configuration; *at; at++) {
			const size_t length = strcspn(at, "\n");

			replay_page_text(page, at, length);
			fputc('\n', page);
			at += length;
		}
		fputs("</pre>\n", page);
	}
	if (advice->choice.outcome > ADVISE_TOO_FEW_MAILS)
		replay_page_advice_prices(page, advice);
	fputs("</section>\n", page);
}
