// SPDX-License-Identifier: GPL-2.0-only
/* Applies the policy event by event and counts blocks, avoided offences and delayed messages. */
#include "replay/replay_result.h"

#include <errno.h>
#include <stdlib.h>

#include "common/array.h"
#include "config/rule_ports.h"

int replay_result_open(struct replay_result *result, uint64_t seed)
{
	const struct lru_options options = { .record = sizeof(struct replay_host),
					     .most = REPLAY_RESULT_HOSTS_MAX,
					     .seed = seed };
	const struct lru_options of_networks = { .record = sizeof(struct replay_blocked_network),
						 .most = REPLAY_RESULT_NETWORKS_MAX,
						 .seed = seed };
	const struct rules *rules = judge_rules(result->judge);

	result->clock.most = result->handed.most = clock_check_most(rules);
	return lru_open(&options, &result->hosts) || lru_open(&of_networks, &result->networks)
		       ? -ENOMEM
		       : 0;
}

static void replay_result_plot(struct replay_result *result, int64_t time, enum replay_count what)
{
	if (!result->only_figures)
		replay_series_add(&result->series, time, what);
}

/* The time for the chart: one wrong timestamp must not stretch it over years. */
static int64_t replay_result_time(struct replay_result *result, int64_t time)
{
	bool first = !result->clock.has_time;

	if (!clock_check_believe(&result->clock, time)) {
		result->leaps++;
		return result->clock.time;
	}
	if (first || time < result->from)
		result->from = time;
	if (first || time > result->to)
		result->to = time;
	return time;
}

static bool replay_result_is_allowed(const struct replay_result *result, const struct addr *host)
{
	const struct addr_prefix target = addr_prefix_host(host);

	return addr_is_special(host) ||
	       (result->allowed && prefix_set_find(result->allowed, &target, NULL));
}

/*
 * Networks of different lengths can begin with the same address, so the key holds the length, where
 * a network's address is zero: before a mapped IPv4 address, or in the bits of IPv6 hosts.
 */
static struct addr replay_result_key(const struct addr_prefix *network)
{
	struct addr key = network->addr;

	key.bytes[addr_is_ipv4(&network->addr) ? 0 : sizeof(key.bytes) - 1] = network->length;
	return key;
}

/*
 * The network of a host for which `is_dry_run` or a block is active at `time`; NULL: none, or the
 * host is a known sender in it.
 */
static struct replay_blocked_network *replay_result_network(struct replay_result *result,
							    const struct addr *addr, int64_t time,
							    bool is_dry_run)
{
	const struct rules *rules = judge_rules(result->judge);
	struct replay_blocked_network *network;
	struct standing_view view;
	struct addr_prefix target;
	struct addr key;

	for (size_t i = 0; i < rules->count && lru_count(result->networks); i++) {
		if (!rule_is_network(&rules->rules[i]) ||
		    !judge_target(&rules->rules[i], addr, &target))
			continue;
		key = replay_result_key(&target);
		network = lru_find(result->networks, &key);
		if (!network || time >= (is_dry_run ? network->dry_run_until : network->until))
			continue;
		standing_get(judge_standing(result->judge), addr, time, &view);
		return view.known ? NULL : network;
	}
	return NULL;
}

/* Finds the network of a verdict or adds it; NULL: no memory. */
static struct replay_blocked_network *replay_result_need_network(struct replay_result *result,
								 const struct verdict *verdict)
{
	const struct addr key = replay_result_key(&verdict->target);
	struct replay_blocked_network *network = lru_find(result->networks, &key);

	if (network)
		return network;
	network = lru_add(result->networks, &key);
	if (!network && lru_oldest(result->networks)) {
		lru_forget_oldest(result->networks);
		network = lru_add(result->networks, &key);
	}
	if (!network) {
		result->error = -ENOMEM;
		return NULL;
	}
	network->until = network->dry_run_until = INT64_MIN;
	return network;
}

/* A verdict on a network; the host that caused it is one of many. */
static void replay_result_take_network(struct replay_result *result, const struct verdict *verdict)
{
	struct replay_blocked_network *network = replay_result_need_network(result, verdict);
	const uint32_t bit = 1u << verdict->rule;

	if (!network)
		return;
	if (verdict->dry_run) {
		result->dry_runs[verdict->rule].hosts += !(network->tried & bit);
		network->tried |= bit;
		if (verdict->until > network->dry_run_until)
			network->dry_run_until = verdict->until;
		network->dry_run_rule = verdict->rule;
		network->dry_run_closes = verdict->closes;
		return;
	}
	result->blocked_networks += !network->ruled;
	result->blocks[verdict->rule].hosts += !(network->ruled & bit);
	network->ruled |= bit;
	network->until = verdict->until;
	network->rule = verdict->rule;
	network->closes = verdict->closes;
}

static struct replay_host *replay_result_new(struct replay_result *result, const struct addr *addr)
{
	struct replay_host *host = lru_add(result->hosts, addr);

	if (!host) {
		result->error = lru_count(result->hosts) == REPLAY_RESULT_HOSTS_MAX ? -E2BIG
										    : -ENOMEM;
		return NULL;
	}
	host->until = host->dry_run_until = INT64_MIN;
	host->sweep = REPLAY_SWEEP_NONE;
	host->allowed = replay_result_is_allowed(result, addr);
	return host;
}

static void replay_result_enter(struct replay_result *result, struct replay_host *host,
				const struct verdict *verdict)
{
	struct replay_verdict *verdicts;

	if (result->only_figures)
		return;
	verdicts = array_grow(result->verdicts, result->verdicts_count, sizeof(*verdicts));
	if (!verdicts) {
		result->error = -ENOMEM;
		return;
	}
	result->verdicts = verdicts;
	result->verdicts[result->verdicts_count++] = (struct replay_verdict){
		.time = verdict->time,
		.until = verdict->until,
		.host = host,
		.target = verdict->target,
		.repeats = verdict->repeats,
		.rule = verdict->rule,
		.dry_run = verdict->dry_run,
		.braked = verdict->braked,
		.learning = verdict->learning,
	};
}

/* A verdict on a host. */
static void replay_result_take_host(struct replay_result *result, struct replay_host *host,
				    const struct verdict *verdict)
{
	const uint32_t bit = 1u << verdict->rule;

	if (verdict->dry_run) {
		result->dry_runs[verdict->rule].hosts += !(host->tried & bit);
		host->tried |= bit;
		if (verdict->until > host->dry_run_until)
			host->dry_run_until = verdict->until;
		host->dry_run_rule = verdict->rule;
		host->dry_run_closes = verdict->closes;
		return;
	}
	result->blocks[verdict->rule].hosts += !(host->ruled & bit);
	host->ruled |= bit;
	if (!host->blocks++) {
		host->blocked = verdict->time;
		host->first_rule = verdict->rule;
	}
	/* An offence by an open port can block a blocked host: the ports of both. */
	host->closes = verdict->closes | (verdict->time < host->until ? host->closes : 0);
	if (verdict->until > host->until)
		host->until = verdict->until;
	host->rule = verdict->rule;
}

/* Notes that the class of an offence, which was judged, is off. Nothing is off for most. */
static void replay_result_note_off(struct replay_result *result, const struct event *event)
{
	const int64_t until = judge_off_until(result->judge, event->class, event->time);
	struct replay_off *off = NULL;

	if (until == INT64_MIN)
		return;
	for (size_t i = result->off_count; i && !off; i--)
		if (result->off[i - 1].class == event->class)
			off = &result->off[i - 1];
	if (!off || event->time >= off->until) {
		off = array_grow(result->off, result->off_count, sizeof(*off));
		if (!off) {
			result->error = -ENOMEM;
			return;
		}
		result->off = off;
		off = &result->off[result->off_count++];
		*off = (struct replay_off){ .from = event->time, .class = event->class };
	}
	off->until = until;
	off->offences++;
}

static void replay_result_judge(struct replay_result *result, struct replay_host *host,
				const struct event *event, int64_t time)
{
	struct verdict verdict;
	int err = judge_event(result->judge, event, &verdict);

	replay_result_note_off(result, event);
	if (err)
		return;
	if (verdict.dry_run)
		result->dry_runs[verdict.rule].verdicts++;
	else
		result->blocks[verdict.rule].verdicts++;
	replay_result_enter(result, host, &verdict);
	if (rule_is_network(&judge_rules(result->judge)->rules[verdict.rule]))
		replay_result_take_network(result, &verdict);
	else
		replay_result_take_host(result, host, &verdict);
	if (!verdict.dry_run)
		replay_result_plot(result, time, REPLAY_BLOCKS);
}

/* True if a block until then outlives the queue in which a dropped message waits. */
static bool replay_result_is_lost(const struct event *event, int64_t until)
{
	return until - event->time >= REPLAY_RESULT_QUEUE;
}

/* An event of a host that is blocked until then: it would not have reached exim. */
static void replay_result_avoid(struct replay_result *result, struct replay_host *host,
				unsigned int rule, int64_t until, const struct event *event,
				int64_t time)
{
	bool arrival = event->class == EVENT_ARRIVAL;
	bool lost = arrival && replay_result_is_lost(event, until);
	struct replay_sum *sum = &result->blocks[rule];

	sum->avoided += !arrival;
	sum->price += arrival;
	host->avoided += !arrival;
	host->price += arrival;
	sum->lost += lost;
	host->lost += lost;
	result->lost += lost;
	result->avoided[event->class]++;
	replay_result_plot(result, time, arrival ? REPLAY_PRICE : REPLAY_AVOIDED);
}

/* Counts an event if a dry run would have prevented it. `host` may be NULL: it has no offences. */
static void replay_result_would_avoid(struct replay_result *result, const struct replay_host *host,
				      const struct addr *addr, const struct event *event)
{
	const struct rules *rules = judge_rules(result->judge);
	const struct replay_blocked_network *network;
	bool arrival = event->class == EVENT_ARRIVAL;
	struct replay_sum *sum = NULL;
	int64_t until = 0;

	if (host && event->time < host->dry_run_until) {
		until = host->dry_run_until;
		if (rule_ports_closes(rules, host->dry_run_closes, event->port))
			sum = &result->dry_runs[host->dry_run_rule];
	} else if (host ? !host->allowed : !replay_result_is_allowed(result, addr)) {
		network = replay_result_network(result, addr, event->time, true);
		until = network ? network->dry_run_until : 0;
		if (network && rule_ports_closes(rules, network->dry_run_closes, event->port))
			sum = &result->dry_runs[network->dry_run_rule];
	}
	if (!sum)
		return;
	sum->avoided += !arrival;
	sum->price += arrival;
	sum->lost += arrival && replay_result_is_lost(event, until);
}

/* Accepted mail of a host without offences: it gives the host a standing. */
static void replay_result_learn(struct replay_result *result, const struct event *event)
{
	struct verdict none;

	judge_event(result->judge, event, &none);
}

void replay_result_event(struct replay_result *result, const struct event *event)
{
	const struct rules *rules = judge_rules(result->judge);
	const struct addr addr = addr_host(&event->peer);
	bool arrival = event->class == EVENT_ARRIVAL;
	const struct replay_blocked_network *network;
	struct addr ipv4;
	bool own, blocked, believed;
	struct replay_host *host;
	int64_t time;

	if (result->error)
		return;
	time = result->now = replay_result_time(result, event->time);
	result->classes[event->class]++;
	replay_result_plot(result, time, arrival ? REPLAY_ARRIVALS : REPLAY_OFFENCES);
	host = lru_peek(result->hosts, &addr);
	network = addr_embeds_ipv4(&event->peer, &ipv4)
			  ? NULL
			  : replay_result_network(result, &addr, event->time, false);
	if (!host && arrival && !network) {
		replay_result_would_avoid(result, NULL, &addr, event);
		replay_result_learn(result, event);
		return;
	}
	if (!host)
		host = replay_result_new(result, &addr);
	if (!host)
		return;
	host->offences += !arrival;
	result->allowed_offences += !arrival && host->allowed;
	if (network && (host->allowed || !rule_ports_closes(rules, network->closes, event->port)))
		network = NULL;
	own = event->time < host->until && rule_ports_closes(rules, host->closes, event->port);
	blocked = own || network;
	believed = blocked || arrival || clock_check_believe(&result->handed, event->time);
	if (result->sweep.sweep && !host->allowed)
		replay_sweep_add(&result->sweep, result->judge, &addr, &host->sweep, event,
				 believed);
	if (blocked) {
		replay_result_avoid(result, host, own ? host->rule : network->rule,
				    own ? host->until : network->until, event, time);
		return;
	}
	replay_result_would_avoid(result, host, &addr, event);
	if (arrival)
		replay_result_learn(result, event);
	else
		replay_result_judge(result, host, event, time);
}

void replay_result_prefetch(const struct replay_result *result, const struct event *event)
{
	const struct addr addr = addr_host(&event->peer);

	lru_prefetch(result->hosts, &addr);
	judge_prefetch(result->judge, event);
}

void replay_result_close(struct replay_result *result)
{
	lru_close(result->hosts);
	lru_close(result->networks);
	result->networks = NULL;
	free(result->verdicts);
	free(result->off);
	result->hosts = NULL;
	result->verdicts = NULL;
	result->off = NULL;
}
