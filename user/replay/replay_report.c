// SPDX-License-Identifier: GPL-2.0-only
/* The results of a replay, summed up for the text, JSON and HTML outputs. */
#include "replay/replay_report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define REPLAY_REPORT_MINUTE 60000

/* Prefix lengths by which hosts are grouped: usually one provider or one place. */
#define REPLAY_REPORT_NETWORK4 24
#define REPLAY_REPORT_NETWORK6 48

double replay_report_percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * part / whole : 0;
}

static int replay_report_by_address(const struct replay_host *a, const struct replay_host *b)
{
	return addr_compare(lru_addr(a), lru_addr(b));
}

/* <0: `a` comes first. */
static int replay_report_by_offences(const struct replay_host *a, const struct replay_host *b)
{
	if (a->offences != b->offences)
		return a->offences > b->offences ? -1 : 1;
	return replay_report_by_address(a, b);
}

static int replay_report_by_price(const void *one, const void *other)
{
	const struct replay_host *a = *(const struct replay_host *const *)one;
	const struct replay_host *b = *(const struct replay_host *const *)other;

	if (a->price != b->price)
		return a->price > b->price ? -1 : 1;
	return replay_report_by_address(a, b);
}

static void replay_report_rank(struct replay_report *report, const struct replay_host *host)
{
	size_t at = report->top_count;

	if (at < REPLAY_REPORT_TOP)
		report->top_count++;
	else if (replay_report_by_offences(host, report->top[--at]) > 0)
		return;
	for (; at && replay_report_by_offences(host, report->top[at - 1]) < 0; at--)
		report->top[at] = report->top[at - 1];
	report->top[at] = host;
}

static void replay_report_rank_network(struct replay_report *report,
				       const struct replay_network *network)
{
	size_t at = report->networks_count;

	if (network->hosts < 2)
		return;
	if (at < REPLAY_REPORT_TOP)
		report->networks_count++;
	else if (network->offences <= report->networks[--at].offences)
		return;
	for (; at && network->offences > report->networks[at - 1].offences; at--)
		report->networks[at] = report->networks[at - 1];
	report->networks[at] = *network;
}

static struct addr_prefix replay_report_network(const struct replay_host *host)
{
	struct addr_prefix prefix = { .addr = *lru_addr(host) };

	prefix.length = addr_is_ipv4(&prefix.addr) ? REPLAY_REPORT_NETWORK4
						   : REPLAY_REPORT_NETWORK6;
	addr_mask(&prefix.addr, prefix.length);
	return prefix;
}

static int replay_report_sorted(const void *one, const void *other)
{
	return replay_report_by_address(*(const struct replay_host *const *)one,
					*(const struct replay_host *const *)other);
}

/* Hosts that are sorted by address are also sorted by network. */
static void replay_report_networks(struct replay_report *report, const struct replay_host **hosts,
				   size_t count)
{
	struct replay_network network = { 0 };

	qsort(hosts, count, sizeof(*hosts), replay_report_sorted);
	for (size_t i = 0; i < count; i++) {
		struct addr_prefix prefix = replay_report_network(hosts[i]);

		if (!i || memcmp(&prefix.addr, &network.prefix.addr, sizeof(prefix.addr))) {
			replay_report_rank_network(report, &network);
			network = (struct replay_network){ .prefix = prefix };
		}
		network.hosts += hosts[i]->offences > 0;
		network.blocked += hosts[i]->blocks > 0;
		network.offences += hosts[i]->offences;
		network.avoided += hosts[i]->avoided;
	}
	replay_report_rank_network(report, &network);
}

static int replay_report_hosts(struct replay_report *report)
{
	struct lru *table = report->result->hosts;
	size_t most = lru_count(table), count = 0;
	const struct replay_host **hosts = calloc(most + 1, sizeof(*hosts));
	const struct replay_host *host = lru_oldest(table);

	if (!hosts)
		return -ENOMEM;
	for (; host; host = lru_newer(table, host)) {
		hosts[count++] = host;
		/* A host without offences is only delayed in its network. */
		if (!host->offences)
			continue;
		report->hosts++;
		report->blocked += host->blocks > 0;
		report->tried += host->tried > 0;
		replay_report_rank(report, host);
	}
	replay_report_networks(report, hosts, count);
	for (size_t i = 0; i < most; i++)
		if (hosts[i]->price)
			hosts[report->payers_count++] = hosts[i];
	qsort(hosts, report->payers_count, sizeof(*hosts), replay_report_by_price);
	report->payers = hosts;
	return 0;
}

/* The number of blocks in the busiest minute. */
static void replay_report_busiest(struct replay_report *report)
{
	const struct replay_result *result = report->result;
	size_t first = 0;
	uint64_t in = 0;

	for (size_t i = 0; i < result->verdicts_count; i++) {
		const struct replay_verdict *verdict = &result->verdicts[i];

		if (verdict->dry_run)
			continue;
		in++;
		for (; verdict->time - result->verdicts[first].time >= REPLAY_REPORT_MINUTE;
		     first++)
			in -= !result->verdicts[first].dry_run;
		if (in <= report->most_new)
			continue;
		report->most_new = in;
		report->most_new_at = verdict->time;
	}
}

/* The blocks of known senders that the brake turned into dry runs. */
static void replay_report_brake(struct replay_report *report)
{
	const struct replay_result *result = report->result;

	for (size_t i = 0; i < result->verdicts_count; i++)
		if (result->verdicts[i].braked && !report->braked++)
			report->braked_at = result->verdicts[i].time;
}

int replay_report_fill(struct replay_report *report)
{
	const struct replay_result *result = report->result;

	for (size_t i = 0; i < report->files_count; i++)
		report->lines += report->files[i].lines;
	for (int class = 0; class < EVENT_OFFENCES; class ++) {
		report->offences += result->classes[class];
		report->avoided += result->avoided[class];
	}
	report->arrivals = result->classes[EVENT_ARRIVAL];
	report->price = result->avoided[EVENT_ARRIVAL];
	for (size_t i = 0; i < report->rules->count; i++) {
		report->blocks += result->blocks[i].verdicts;
		if (rule_is_network(&report->rules->rules[i]))
			report->network_blocks += result->blocks[i].verdicts;
		report->dry_runs += result->dry_runs[i].verdicts;
	}
	for (size_t i = 0; i < result->verdicts_count; i++) {
		report->learning += result->verdicts[i].learning;
		if (result->verdicts[i].dry_run)
			continue;
		if (!report->first)
			report->first = &result->verdicts[i];
		report->last = &result->verdicts[i];
	}
	replay_report_busiest(report);
	replay_report_brake(report);
	return replay_report_hosts(report);
}

bool replay_report_own_cell(const struct replay_report *report, size_t *window, size_t *limit)
{
	for (size_t w = 0; w < report->grid->windows_count; w++) {
		for (size_t l = 0; l < report->grid->limits_count; l++) {
			if (report->grid->windows[w] != report->swept->window ||
			    report->grid->limits[l] != report->swept->limit)
				continue;
			*window = w;
			*limit = l;
			return true;
		}
	}
	return false;
}

bool replay_report_sweeps_known(const struct replay_report *report)
{
	for (size_t i = 0; i < report->grid->limits_count * report->grid->windows_count; i++)
		if (report->cells[i].known_hosts || report->cells[i].known_price)
			return true;
	return false;
}

uint64_t replay_report_price_of_rest(const struct replay_report *report, size_t shown)
{
	uint64_t price = 0;

	for (size_t i = shown; i < report->payers_count; i++)
		price += report->payers[i]->price;
	return price;
}

void replay_report_free(struct replay_report *report)
{
	free(report->payers);
	report->payers = NULL;
}
