// SPDX-License-Identifier: GPL-2.0-only
/* top's figures between plots and list: the log's, how full the tables are, rule by rule. */
#include "top/top_facts.h"

#include <curses.h>
#include <string.h>

#include "top/top_term.h"

/* On a small screen, only rules that were active. */
#define TOP_FACTS_HIGH 40

int top_facts_rules(const struct top *top, const struct overview_rule *out[OVERVIEW_RULES_MAX])
{
	const struct overview *overview = top->hosts ? top->hosts->overview : top->overview;
	int passes = getmaxy(stdscr) >= TOP_FACTS_HIGH ? 2 : 1, count = 0;

	for (int idle = 0; idle < passes; idle++)
		for (int i = 0; i < overview->rules_count; i++) {
			const struct overview_rule *rule = &overview->rules[i];
			bool busy = rule->active || rule->active_dry_runs || rule->counted;

			if (busy == !idle && (busy || rule->policy))
				out[count++] = rule;
		}
	return count;
}

/* Prints "label value" if it fits on this line. */
static void top_facts_add(int width, const char *label, const char *value, enum top_look look)
{
	int x = getcurx(stdscr);

	if (x + (int)strlen(label) + (int)strlen(value) + 4 > width)
		return;
	top_term_look(TOP_FAINT);
	printw("%s%s ", x > 1 ? "   " : "", label);
	top_term_look(look);
	addstr(value);
	top_term_look(TOP_PLAIN);
}

static void top_facts_log(const struct top *top, int y, int width)
{
	const struct overview *overview = top->overview;
	uint64_t watched = 0, allowed = 0, evictions = 0;
	uint32_t last = 0, started = 0;
	char text[TOP_NUMBER_SIZE], value[32];

	for (int i = 0; i < overview->daemons_count; i++) {
		const struct sobig_stats *stats = overview->daemons[i].stats;

		watched += stats->watched;
		allowed += stats->allowed_offences;
		evictions += stats->evictions;
		last = stats->last_line > last ? stats->last_line : last;
		started = stats->started > started ? stats->started : started;
	}
	move(y, 1);
	if (last)
		snprintf(value, sizeof(value), "%s ago",
			 top_age(overview->now > last ? overview->now - last : 0, text));
	else
		strcpy(value, "none yet");
	top_facts_add(width, "log line", value, TOP_STRONG);
	snprintf(value, sizeof(value), "%s/s", top_number(top->lines, text));
	top_facts_add(width, "lines", value, TOP_STRONG);
	snprintf(value, sizeof(value), "%s/s", top_number(top_series_at(&top->offences, 0), text));
	top_facts_add(width, "offences", value, TOP_STRONG);
	top_facts_add(width, "watched", top_number(watched, text), TOP_STRONG);
	if (started)
		top_facts_add(width, "daemon up", top_age(overview->now - started, text),
			      TOP_PLAIN);
	if (allowed)
		top_facts_add(width, "allowed offences", top_number(allowed, text), TOP_PLAIN);
	if (evictions)
		top_facts_add(width, "lost and restored", top_number(evictions, text), TOP_BAD);
}

static void top_facts_fill(int width, const char *label, uint64_t used, uint64_t room)
{
	int bar = width >= 120 ? 24 : 10;
	double share = room ? (double)used / room : 0;
	char now[TOP_NUMBER_SIZE], most[TOP_NUMBER_SIZE];
	wchar_t line[32];

	if (getcurx(stdscr) + bar + 24 > width)
		return;
	top_term_look(TOP_FAINT);
	printw("%s%s ", getcurx(stdscr) > 1 ? "   " : "", label);
	top_plot_bar(top_term_style(), share, bar, line);
	top_term_look(share >= HEALTH_FILL / 100.0 ? TOP_BAD : TOP_HEADING);
	addwstr(line);
	top_term_look(TOP_STRONG);
	printw(" %s", top_number(used, now));
	top_term_look(TOP_FAINT);
	printw(" of %s", top_number(room, most));
	top_term_look(TOP_PLAIN);
}

static void top_facts_tables(const struct top *top, int y, int width)
{
	const struct overview *overview = top->overview;
	char text[TOP_NUMBER_SIZE];

	move(y, 1);
	top_facts_fill(width, "IPv4", overview->ipv4, overview->room4);
	top_facts_fill(width, "IPv6", overview->ipv6, overview->room6);
	if (overview->networks)
		top_facts_add(width, "nets", top_number(overview->networks, text), TOP_STRONG);
	if (overview->dry_runs)
		top_facts_add(width, "dry run", top_number(overview->dry_runs, text), TOP_PLAIN);
}

static void top_facts_classes(const struct top *top, int y, int width)
{
	char text[TOP_NUMBER_SIZE];

	move(y, 1);
	for (int class = 0; class < EVENT_OFFENCES && class < SOBIG_CLASSES_MAX; class ++) {
		uint64_t sum = 0;

		for (int i = 0; i < top->overview->daemons_count; i++)
			sum += top->overview->daemons[i].stats->classes[class];
		if (sum)
			top_facts_add(width, event_class_name(class), top_number(sum, text),
				      TOP_PLAIN);
	}
}

void top_facts_draw_rules(const struct top *top, int y, int lines, int width)
{
	const struct overview_rule *rules[OVERVIEW_RULES_MAX];
	int count = top_facts_rules(top, rules);
	char text[6][TOP_NUMBER_SIZE];

	if (!lines)
		return;
	top_term_look(TOP_HEADING);
	mvhline(y, 0, ' ', width);
	mvprintw(y, 1, "%-*s %8s %8s %8s %8s %8s %8s", SOBIG_RULE_SIZE - 1, "RULE", "ACTIVE",
		 "DROPS/S", "DROPS", "OFFENCES", "VERDICTS", "DRY RUN");
	top_term_look(TOP_PLAIN);
	for (int i = 0; i < count && i < lines - 1; i++) {
		const struct overview_rule *rule = rules[i];
		double rate = top->hosts ? top->hosts->rates[rule - top->hosts->overview->rules]
					 : 0;

		mvprintw(y + 1 + i, 1, "%-*s %8s ", SOBIG_RULE_SIZE - 1, rule->name,
			 top_number(rule->active, text[0]));
		top_term_look(rate > 0 ? TOP_BAD : TOP_PLAIN);
		printw("%8s", top_number(rate, text[1]));
		top_term_look(TOP_PLAIN);
		printw(" %8s", top_number(rule->drops, text[2]));
		if (rule->policy)
			printw(" %8s %8s %8s", top_number(rule->counted, text[3]),
			       top_number(rule->blocks + rule->dry_runs, text[4]),
			       top_number(rule->active_dry_runs, text[5]));
	}
}

void top_facts_draw(const struct top *top, int y, int lines, int width)
{
	if (lines > 0)
		top_facts_log(top, y, width);
	if (lines > 1)
		top_facts_tables(top, y + 1, width);
	if (lines > 2)
		top_facts_classes(top, y + 2, width);
}
