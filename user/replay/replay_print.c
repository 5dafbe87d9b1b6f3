// SPDX-License-Identifier: GPL-2.0-only
/* Prints a replay as text, on a terminal or into a pipe. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "common/suggest.h"
#include "replay/replay_report.h"
#include "replay/replay_words.h"

#define REPLAY_PRINT_TOP  10
#define REPLAY_PRINT_CELL 32

static bool replay_print_on_terminal;

static const char *replay_print_number(uint64_t number)
{
	return replay_words_number(number, replay_print_on_terminal);
}

static void replay_print_title(const char *title)
{
	printf("\n%s%s%s\n", replay_print_on_terminal ? "\033[1m" : "", title,
	       replay_print_on_terminal ? "\033[m" : "");
}

static void replay_print_log(const struct replay_report *report)
{
	printf("%s line%s in %s log%s", replay_print_number(report->lines),
	       suggest_plural(report->lines), replay_print_number(report->files_count),
	       suggest_plural(report->files_count));
	if (!report->offences && !report->arrivals) {
		printf(", no offences and no accepted messages\n");
		return;
	}
	printf(", %s to %s\n", replay_words_time(report->result->from),
	       replay_words_time(report->result->to));
	printf("  seen      %s offence%s of %s host%s, %s message%s accepted\n",
	       replay_print_number(report->offences), suggest_plural(report->offences),
	       replay_print_number(report->hosts), suggest_plural(report->hosts),
	       replay_print_number(report->arrivals), suggest_plural(report->arrivals));
	if (report->result->leaps)
		printf("            %s with a time that differs by more than a day from the others\n",
		       replay_print_number(report->result->leaps));
	if (report->result->allowed_offences)
		printf("            %s offence%s of allowed hosts\n",
		       replay_print_number(report->result->allowed_offences),
		       suggest_plural(report->result->allowed_offences));
}

static void replay_print_brake(const struct replay_report *report)
{
	printf("  pace      %s new block%s in the busiest minute, which ended at %s\n",
	       replay_print_number(report->most_new), suggest_plural(report->most_new),
	       replay_words_time(report->most_new_at));
	if (report->braked)
		printf("  brake     engaged at %s: known senders were about to be blocked, more than %s in an hour or too much of the mail; %s such block%s were dry runs\n",
		       replay_words_time(report->braked_at), replay_print_number(report->brake),
		       replay_print_number(report->braked), suggest_plural(report->braked));
	else if (report->brake)
		printf("  brake     not engaged: the limit is %s known senders blocked in an hour\n",
		       replay_print_number(report->brake));
}

/* The classes that the class brake switched off, in the order of time. */
static void replay_print_off(const struct replay_report *report)
{
	for (size_t i = 0; i < report->result->off_count; i++) {
		const struct replay_off *off = &report->result->off[i];

		printf("  class     %s was off from %s to %s: %s offence%s did not count, because many known senders suddenly had such offences\n",
		       event_class_name(off->class), replay_words_time(off->from),
		       replay_words_time(off->until), replay_print_number(off->offences),
		       suggest_plural(off->offences));
	}
}

static void replay_print_price(const struct replay_report *report)
{
	if (!report->price) {
		printf("  price     none: no accepted message would have been delayed\n");
		return;
	}
	printf("  price     %s accepted message%s (%s %%), of %s host%s, would have been delayed\n",
	       replay_print_number(report->price), suggest_plural(report->price),
	       replay_words_percent(report->price, report->arrivals),
	       replay_print_number(report->payers_count), suggest_plural(report->payers_count));
	if (report->result->lost)
		printf("  lost      %s of them: the block would have lasted for 4 more days, longer than mail queues live\n",
		       replay_print_number(report->result->lost));
	else
		printf("  lost      none: each of these blocks would have ended within 4 days\n");
}

static void replay_print_outcome(const struct replay_report *report)
{
	if (!report->blocks) {
		printf("  blocked   none\n");
		return;
	}
	printf("  blocked   %s host%s, in %s block%s, from %s to %s\n",
	       replay_print_number(report->blocked), suggest_plural(report->blocked),
	       replay_print_number(report->blocks), suggest_plural(report->blocks),
	       replay_words_time(report->first->time), replay_words_time(report->last->time));
	if (report->result->blocked_networks)
		printf("            %s of these blocks are of networks, without their known senders\n",
		       replay_print_number(report->network_blocks));
	printf("  avoided   %s of %s offence%s (%s %%) would never have reached exim\n",
	       replay_print_number(report->avoided), replay_print_number(report->offences),
	       suggest_plural(report->offences),
	       replay_words_percent(report->avoided, report->offences));
	replay_print_price(report);
	replay_print_brake(report);
}

/* The verdicts of dry runs (`dry_runs`), or the blocks. */
static void replay_print_rules(const struct replay_report *report, bool dry_runs)
{
	const struct replay_sum *sums = dry_runs ? report->result->dry_runs
						 : report->result->blocks;

	if (!(dry_runs ? report->dry_runs : report->blocks))
		return;
	replay_print_title(dry_runs ? "Dry runs: what these rules would also have blocked"
				    : "Rules that blocked");
	printf("%-24s  %9s  %9s  %11s  %9s  %s\n", "RULE", dry_runs ? "VERDICTS" : "BLOCKS",
	       "HOSTS", "AVOIDED", "PRICE", "BLOCKS AT MORE THAN");
	for (size_t i = 0; i < report->rules->count; i++) {
		const struct rule *rule = &report->rules->rules[i];

		if (!sums[i].verdicts)
			continue;
		printf("%-24s  %9s  %9s  %11s  %9s  %u in %s, for %s\n", rule->name,
		       replay_print_number(sums[i].verdicts), replay_print_number(sums[i].hosts),
		       replay_print_number(sums[i].avoided), replay_print_number(sums[i].price),
		       rule->limit, replay_words_duration(rule->window),
		       replay_words_duration(rule->block));
	}
	if (dry_runs && report->learning)
		printf("%s of the verdicts are dry runs because standing needs more than %u day%s of log\n",
		       replay_print_number(report->learning), report->rules->learn,
		       suggest_plural(report->rules->learn));
}

static void replay_print_classes(const struct replay_report *report)
{
	const struct replay_result *result = report->result;

	if (!report->offences)
		return;
	replay_print_title("Offences by class");
	printf("%-14s  %11s  %11s  %8s\n", "CLASS", "OFFENCES", "AVOIDED", "%");
	for (int class = 0; class < EVENT_OFFENCES; class ++)
		if (result->classes[class])
			printf("%-14s  %11s  %11s  %8s\n", event_class_name(class),
			       replay_print_number(result->classes[class]),
			       replay_print_number(result->avoided[class]),
			       replay_words_percent(result->avoided[class],
						    result->classes[class]));
}

/* The width of a column of these hosts' addresses. */
static int replay_print_width(const struct replay_host *const *hosts, size_t count)
{
	char address[ADDR_TEXT_SIZE];
	size_t width = strlen("ADDRESS");

	for (size_t i = 0; i < count && i < REPLAY_PRINT_TOP; i++) {
		size_t length = strlen(addr_format_host(lru_addr(hosts[i]), address));

		width = length > width ? length : width;
	}
	return width;
}

static void replay_print_payers(const struct replay_report *report)
{
	const int width = replay_print_width(report->payers, report->payers_count);
	const uint64_t rest = replay_report_price_of_rest(report, REPLAY_PRINT_TOP);
	char address[ADDR_TEXT_SIZE];

	if (!report->payers_count)
		return;
	replay_print_title(
		"The price: hosts that sent accepted messages after they would have been blocked");
	printf("%-*s  %8s  %9s  %-19s  %s\n", width, "ADDRESS", "MESSAGES", "OFFENCES",
	       "FIRST BLOCKED", "RULE");
	for (size_t i = 0; i < report->payers_count && i < REPLAY_PRINT_TOP; i++) {
		const struct replay_host *host = report->payers[i];

		printf("%-*s  %8s  %9s  %-19s  %s\n", width,
		       addr_format_host(lru_addr(host), address), replay_print_number(host->price),
		       replay_print_number(host->offences),
		       host->blocks ? replay_words_time(host->blocked) : "-",
		       host->blocks ? report->rules->rules[host->first_rule].name
				    : "its network was blocked");
	}
	if (report->payers_count > REPLAY_PRINT_TOP)
		printf("and %s other host%s, %s message%s; -j lists them\n",
		       replay_print_number(report->payers_count - REPLAY_PRINT_TOP),
		       suggest_plural(report->payers_count - REPLAY_PRINT_TOP),
		       replay_print_number(rest), suggest_plural(rest));
}

static void replay_print_top(const struct replay_report *report)
{
	const int width = replay_print_width(report->top, report->top_count);
	char address[ADDR_TEXT_SIZE];

	if (!report->top_count)
		return;
	replay_print_title("Hosts with the most offences");
	printf("%-*s  %9s  %9s  %6s  %-19s  %s\n", width, "ADDRESS", "OFFENCES", "AVOIDED",
	       "BLOCKS", "FIRST BLOCKED", "RULE");
	for (size_t i = 0; i < report->top_count && i < REPLAY_PRINT_TOP; i++) {
		const struct replay_host *host = report->top[i];

		printf("%-*s  %9s  %9s  %6s  %-19s  %s\n", width,
		       addr_format_host(lru_addr(host), address),
		       replay_print_number(host->offences), replay_print_number(host->avoided),
		       replay_print_number(host->blocks),
		       host->blocks ? replay_words_time(host->blocked) : "-",
		       host->blocks    ? report->rules->rules[host->first_rule].name
		       : host->allowed ? "allowed"
				       : "-");
	}
}

static void replay_print_networks(const struct replay_report *report)
{
	char address[ADDR_TEXT_SIZE];
	int width = strlen("NETWORK");

	if (!report->networks_count)
		return;
	for (size_t i = 0; i < report->networks_count && i < REPLAY_PRINT_TOP; i++) {
		int length = strlen(addr_prefix_format(&report->networks[i].prefix, address));

		width = length > width ? length : width;
	}
	replay_print_title("Networks (/24, /48) of several hosts with the most offences");
	printf("%-*s  %9s  %9s  %8s  %8s\n", width, "NETWORK", "OFFENCES", "AVOIDED", "HOSTS",
	       "BLOCKED");
	for (size_t i = 0; i < report->networks_count && i < REPLAY_PRINT_TOP; i++) {
		const struct replay_network *network = &report->networks[i];

		printf("%-*s  %9s  %9s  %8s  %8s\n", width,
		       addr_prefix_format(&network->prefix, address),
		       replay_print_number(network->offences),
		       replay_print_number(network->avoided), replay_print_number(network->hosts),
		       replay_print_number(network->blocked));
	}
}

/* A cell of the sweep: of all hosts, or of known senders. */
static void replay_print_cell(const struct replay_report *report, const struct sweep_cell *of,
			      bool known, bool own, char cell[REPLAY_PRINT_CELL])
{
	if (known)
		snprintf(cell, REPLAY_PRINT_CELL, "%s %s%s", replay_print_number(of->known_hosts),
			 replay_print_number(of->known_price), own ? "*" : " ");
	else
		snprintf(cell, REPLAY_PRINT_CELL, "%s %s%s",
			 replay_words_percent(of->avoided, report->offences),
			 replay_print_number(of->price), own ? "*" : " ");
}

static void replay_print_grid(const struct replay_report *report, bool known)
{
	const struct sweep_grid *grid = report->grid;
	size_t own_w = SIZE_MAX, own_l = SIZE_MAX;
	char cell[REPLAY_PRINT_CELL];
	int width = 0;

	replay_report_own_cell(report, &own_w, &own_l);
	for (size_t i = 0; i < grid->limits_count * grid->windows_count; i++) {
		int length;

		replay_print_cell(report, &report->cells[i], known, true, cell);
		length = strlen(cell);
		width = length > width ? length : width;
	}
	printf("%-9s", "MORE THAN");
	for (size_t w = 0; w < grid->windows_count; w++)
		printf("  %*s%-3s", width - 3, "in ", replay_words_duration(grid->windows[w]));
	putchar('\n');
	for (size_t l = 0; l < grid->limits_count; l++) {
		printf("%9u", grid->limits[l]);
		for (size_t w = 0; w < grid->windows_count; w++) {
			replay_print_cell(report, &report->cells[w * grid->limits_count + l], known,
					  w == own_w && l == own_l, cell);
			printf("  %*s", width, cell);
		}
		putchar('\n');
	}
	if (own_w != SIZE_MAX)
		printf("*: as configured\n");
}

static void replay_print_sweep(const struct replay_report *report)
{
	const char *bold = replay_print_on_terminal ? "\033[1m" : "";
	const char *plain = replay_print_on_terminal ? "\033[m" : "";

	if (!report->grid)
		return;
	printf("\n%sSweep of the rule %s alone%s: %% of all offences avoided, and accepted messages delayed\n",
	       bold, report->swept->name, plain);
	replay_print_grid(report, false);
	if (!replay_report_sweeps_known(report)) {
		printf("All are strangers': no known sender would have been blocked.\n");
		return;
	}
	printf("\n%sKnown senders in this sweep%s: how many would have been blocked, and messages of theirs delayed\n",
	       bold, plain);
	replay_print_grid(report, true);
}

int replay_print(const struct replay_report *report)
{
	replay_print_on_terminal = isatty(STDOUT_FILENO);
	replay_print_log(report);
	if (report->offences || report->arrivals)
		replay_print_outcome(report);
	replay_print_off(report);
	replay_print_rules(report, false);
	replay_print_rules(report, true);
	replay_print_classes(report);
	replay_print_payers(report);
	replay_print_top(report);
	replay_print_networks(report);
	replay_print_sweep(report);
	if (report->advice) {
		replay_print_title("Advice: the most avoided at a price that you accept");
		replay_print_advice(report->advice);
	}
	if (!fflush(stdout) && !ferror(stdout))
		return 0;
	log_error("cannot write to standard output: %s", strerror(errno));
	return -EIO;
}
