// SPDX-License-Identifier: GPL-2.0-only
/* The tables of a replay's HTML page: the price, hosts, networks, rules, classes. */
#include "common/suggest.h"
#include "replay/replay_page.h"
#include "replay/replay_words.h"

static const char *replay_tables_number(uint64_t number)
{
	return replay_words_number(number, true);
}

/* Opens a section and its table; `columns` are the cells of its head. */
static void replay_tables_open(FILE *page, const char *title, const char *words,
			       const char *columns)
{
	fprintf(page,
		"<section>\n<h2>%s</h2>\n%s<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>%s</tr></thead>\n<tbody>\n",
		title, words, columns);
}

static void replay_tables_close(FILE *page)
{
	fputs("</tbody></table></div>\n</section>\n", page);
}

/* A bar: the offences relative to `most`, and how many of them were avoided. */
static void replay_tables_bar(FILE *page, uint64_t offences, uint64_t avoided, uint64_t most)
{
	fprintf(page,
		"<td class=\"n\">%s<span class=\"bar\" style=\"--c:%.1f%%;--w:%.1f%%\"></span></td><td class=\"n\">%s</td>",
		replay_tables_number(offences), replay_report_percent(avoided, most),
		replay_report_percent(offences, most), replay_tables_number(avoided));
}

static void replay_tables_payers(FILE *page, const struct replay_report *report)
{
	const uint64_t rest = replay_report_price_of_rest(report, REPLAY_REPORT_TOP);
	char address[ADDR_TEXT_SIZE];

	if (!report->payers_count) {
		fputs("<section>\n<h2>The price</h2>\n<p>None: no host sent an accepted message after it would have been blocked.</p>\n</section>\n",
		      page);
		return;
	}
	replay_tables_open(
		page, "The price",
		"<p>These hosts sent accepted messages after they would have been blocked. To exempt a host from blocking, add it to <code>[allow]</code>.</p>\n",
		"<th>Host</th><th class=\"n\">Messages delayed</th><th class=\"n\">Offences</th><th>First blocked</th><th>By</th>");
	for (size_t i = 0; i < report->payers_count && i < REPLAY_REPORT_TOP; i++) {
		const struct replay_host *host = report->payers[i];

		fprintf(page,
			"<tr><th scope=\"row\">%s</th><td class=\"n\">%s</td><td class=\"n\">%s</td><td>%s</td><td>%s</td></tr>\n",
			addr_format_host(lru_addr(host), address),
			replay_tables_number(host->price), replay_tables_number(host->offences),
			host->blocks ? replay_words_time(host->blocked) : "&ndash;",
			host->blocks ? report->rules->rules[host->first_rule].name
				     : "its network was blocked");
	}
	if (report->payers_count > REPLAY_REPORT_TOP)
		fprintf(page,
			"<tr><td colspan=\"5\" class=\"dim\">and %s other host%s, %s message%s</td></tr>\n",
			replay_tables_number(report->payers_count - REPLAY_REPORT_TOP),
			suggest_plural(report->payers_count - REPLAY_REPORT_TOP),
			replay_tables_number(rest), suggest_plural(rest));
	replay_tables_close(page);
}

static void replay_tables_hosts(FILE *page, const struct replay_report *report)
{
	char address[ADDR_TEXT_SIZE];

	replay_tables_open(
		page, "Hosts with the most offences", "",
		"<th>Host</th><th class=\"n\">Offences</th><th class=\"n\">Avoided</th><th class=\"n\">Blocks</th><th>First blocked</th><th>By</th>");
	for (size_t i = 0; i < report->top_count; i++) {
		const struct replay_host *host = report->top[i];

		fprintf(page, "<tr><th scope=\"row\">%s</th>",
			addr_format_host(lru_addr(host), address));
		replay_tables_bar(page, host->offences, host->avoided, report->top[0]->offences);
		fprintf(page, "<td class=\"n\">%s</td><td>%s</td><td>%s</td></tr>\n",
			replay_tables_number(host->blocks),
			host->blocks ? replay_words_time(host->blocked) : "&ndash;",
			host->blocks	? report->rules->rules[host->first_rule].name
			: host->allowed ? "allowed"
					: "&ndash;");
	}
	replay_tables_close(page);
}

static void replay_tables_networks(FILE *page, const struct replay_report *report)
{
	char address[ADDR_TEXT_SIZE];

	if (!report->networks_count)
		return;
	replay_tables_open(
		page, "Networks with the most offences",
		"<p class=\"dim\">IPv4 /24 and IPv6 /48 networks with more than one host that has offences.</p>\n",
		"<th>Network</th><th class=\"n\">Offences</th><th class=\"n\">Avoided</th><th class=\"n\">Hosts</th><th class=\"n\">Blocked</th>");
	for (size_t i = 0; i < report->networks_count; i++) {
		const struct replay_network *network = &report->networks[i];

		fprintf(page, "<tr><th scope=\"row\">%s</th>",
			addr_prefix_format(&network->prefix, address));
		replay_tables_bar(page, network->offences, network->avoided,
				  report->networks[0].offences);
		fprintf(page, "<td class=\"n\">%s</td><td class=\"n\">%s</td></tr>\n",
			replay_tables_number(network->hosts),
			replay_tables_number(network->blocked));
	}
	replay_tables_close(page);
}

static void replay_tables_sum(FILE *page, const struct rule *rule, const struct replay_sum *sum,
			      bool dry_run)
{
	if (!sum->verdicts && dry_run != rule->dry_run)
		return;
	fprintf(page,
		"<tr><th scope=\"row\">%s%s</th><td>more than %u in %s, for %s</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td></tr>\n",
		rule->name, dry_run ? " <span class=\"dim\">(dry run)</span>" : "", rule->limit,
		replay_words_duration(rule->window), replay_words_duration(rule->block),
		replay_tables_number(sum->verdicts), replay_tables_number(sum->hosts),
		replay_tables_number(sum->avoided), replay_tables_number(sum->price));
}

static void replay_tables_rules(FILE *page, const struct replay_report *report)
{
	replay_tables_open(
		page, "The policy",
		"<p class=\"dim\">A dry run blocks no host; its figures show what it would also have blocked.</p>\n",
		"<th>Rule</th><th>Blocks at</th><th class=\"n\">Blocks</th><th class=\"n\">Hosts</th><th class=\"n\">Avoided</th><th class=\"n\">Messages delayed</th>");
	for (size_t i = 0; i < report->rules->count; i++) {
		const struct rule *rule = &report->rules->rules[i];

		replay_tables_sum(page, rule, &report->result->blocks[i], false);
		replay_tables_sum(page, rule, &report->result->dry_runs[i], true);
	}
	replay_tables_close(page);
}

static void replay_tables_classes(FILE *page, const struct replay_report *report)
{
	const struct replay_result *result = report->result;
	uint64_t most = 1;

	for (int class = 0; class < EVENT_OFFENCES; class ++)
		if (result->classes[class] > most)
			most = result->classes[class];
	replay_tables_open(
		page, "Offences by class", "",
		"<th>Class</th><th class=\"n\">Offences</th><th class=\"n\">Avoided</th><th class=\"n\">%</th>");
	for (int class = 0; class < EVENT_OFFENCES; class ++) {
		if (!result->classes[class])
			continue;
		fprintf(page, "<tr><th scope=\"row\">%s</th>", event_class_name(class));
		replay_tables_bar(page, result->classes[class], result->avoided[class], most);
		fprintf(page, "<td class=\"n\">%s</td></tr>\n",
			replay_words_percent(result->avoided[class], result->classes[class]));
	}
	replay_tables_close(page);
}

void replay_tables(FILE *page, const struct replay_report *report)
{
	if (!report->offences)
		return;
	replay_tables_payers(page, report);
	replay_tables_hosts(page, report);
	fputs("<div class=\"two\">\n", page);
	replay_tables_networks(page, report);
	replay_tables_classes(page, report);
	fputs("</div>\n", page);
	replay_tables_rules(page, report);
}
