// SPDX-License-Identifier: GPL-2.0-only
/* Applies the policy event by event and counts blocks, avoided offences and lost messages. */
#include "replay/replay_tally.h"

#include <errno.h>
#include <stdlib.h>

#define REPLAY_TALLY_VERDICTS_FIRST 1024

int replay_tally_open(struct replay_tally *tally, uint64_t seed)
{
	const struct lru_options options = { .record = sizeof(struct replay_host),
					     .most = REPLAY_TALLY_HOSTS_MAX,
					     .seed = seed };

	const struct rules *rules = judge_rules(tally->judge);

	tally->clock.most = tally->handed.most = clock_check_most(rules);
	return lru_open(&options, &tally->hosts);
}

/* The time for the chart: one wrong timestamp must not stretch it over years. */
static int64_t replay_tally_time(struct replay_tally *tally, int64_t time)
{
	bool first = !tally->clock.has_time;

	if (!clock_check_believe(&tally->clock, time)) {
		tally->leaps++;
		return tally->clock.time;
	}
	if (first || time < tally->from)
		tally->from = time;
	if (first || time > tally->to)
		tally->to = time;
	return time;
}

static bool replay_tally_is_allowed(const struct replay_tally *tally, const struct addr *host)
{
	const struct addr_prefix target = addr_prefix_host(host);

	return addr_is_special(host) ||
	       (tally->allowed && prefix_set_find(tally->allowed, &target, NULL));
}

static struct replay_host *replay_tally_new(struct replay_tally *tally, const struct addr *addr)
{
	struct replay_host *host = lru_add(tally->hosts, addr);

	if (!host) {
		tally->error = lru_count(tally->hosts) == REPLAY_TALLY_HOSTS_MAX ? -E2BIG : -ENOMEM;
		return NULL;
	}
	host->until = host->dry_run_until = INT64_MIN;
	host->sweep = REPLAY_TALLY_UNSWEPT;
	host->allowed = replay_tally_is_allowed(tally, addr);
	return host;
}

/* The event's points in the swept rule. */
static unsigned int replay_tally_points(const struct replay_tally *tally, const struct event *event)
{
	const struct rule *rule = tally->swept;

	if (event->class == EVENT_ARRIVAL)
		return SWEEP_ARRIVAL;
	if (rule->mark != RULES_NO_MARK && !(event->marks & 1u << rule->mark))
		return 0;
	return rule->weights[event->class];
}

static void replay_tally_sweep(struct replay_tally *tally, struct replay_host *host,
			       const struct event *event, bool believed)
{
	unsigned int points = believed ? replay_tally_points(tally, event) : 0;
	int err = 0;

	if (host->allowed || tally->sweep_is_full)
		return;
	if (host->sweep == REPLAY_TALLY_UNSWEPT) {
		if (!points || points == SWEEP_ARRIVAL)
			return;
		err = sweep_host(tally->sweep, &host->sweep);
	}
	if (!err)
		err = sweep_add(tally->sweep, host->sweep, event->time, points);
	if (err)
		tally->sweep_is_full = true;
}

static void replay_tally_enter(struct replay_tally *tally, struct replay_host *host,
			       const struct verdict *verdict)
{
	size_t room = tally->verdicts_room ? tally->verdicts_room * 2 : REPLAY_TALLY_VERDICTS_FIRST;
	struct replay_verdict *verdicts;

	if (tally->verdicts_count == tally->verdicts_room) {
		verdicts = reallocarray(tally->verdicts, room, sizeof(*verdicts));
		if (!verdicts) {
			tally->error = -ENOMEM;
			return;
		}
		tally->verdicts = verdicts;
		tally->verdicts_room = room;
	}
	tally->verdicts[tally->verdicts_count++] = (struct replay_verdict){
		.time = verdict->time,
		.until = verdict->until,
		.host = host,
		.repeats = verdict->repeats,
		.rule = verdict->rule,
		.dry_run = verdict->dry_run,
	};
}

static void replay_tally_judge(struct replay_tally *tally, struct replay_host *host,
			       const struct event *event, int64_t time)
{
	struct verdict verdict;
	struct replay_sum *sum;
	uint32_t bit, *which;

	if (judge_event(tally->judge, event, &verdict))
		return;
	bit = 1u << verdict.rule;
	which = verdict.dry_run ? &host->tried : &host->ruled;
	sum = verdict.dry_run ? &tally->dry_runs[verdict.rule] : &tally->blocks[verdict.rule];
	sum->verdicts++;
	sum->hosts += !(*which & bit);
	*which |= bit;
	replay_tally_enter(tally, host, &verdict);
	if (verdict.dry_run) {
		if (verdict.until > host->dry_run_until)
			host->dry_run_until = verdict.until;
		host->dry_run_rule = verdict.rule;
		return;
	}
	if (!host->blocks++) {
		host->blocked = verdict.time;
		host->first_rule = verdict.rule;
	}
	host->until = verdict.until;
	host->rule = verdict.rule;
	replay_series_add(&tally->series, time, REPLAY_BLOCKS);
}

/* An event of a blocked host: it would not have reached exim. */
static void replay_tally_avoid(struct replay_tally *tally, struct replay_host *host,
			       const struct event *event, int64_t time)
{
	bool arrival = event->class == EVENT_ARRIVAL;
	struct replay_sum *sum = &tally->blocks[host->rule];

	sum->avoided += !arrival;
	sum->price += arrival;
	host->avoided += !arrival;
	host->price += arrival;
	tally->avoided[event->class]++;
	replay_series_add(&tally->series, time, arrival ? REPLAY_PRICE : REPLAY_AVOIDED);
}

void replay_tally_event(struct replay_tally *tally, const struct event *event)
{
	const struct addr addr = addr_host(&event->peer);
	bool arrival = event->class == EVENT_ARRIVAL;
	bool blocked, believed;
	struct replay_host *host;
	int64_t time;

	if (tally->error)
		return;
	time = replay_tally_time(tally, event->time);
	tally->classes[event->class]++;
	replay_series_add(&tally->series, time, arrival ? REPLAY_ARRIVALS : REPLAY_OFFENCES);
	host = lru_find(tally->hosts, &addr);
	if (!host && arrival)
		return; /* earlier events cannot lead to a block */
	if (!host)
		host = replay_tally_new(tally, &addr);
	if (!host)
		return;
	host->offences += !arrival;
	tally->allowed_offences += !arrival && host->allowed;
	blocked = event->time < host->until;
	believed = blocked || arrival || clock_check_believe(&tally->handed, event->time);
	if (tally->sweep)
		replay_tally_sweep(tally, host, event, believed);
	if (blocked) {
		replay_tally_avoid(tally, host, event, time);
		return;
	}
	if (event->time < host->dry_run_until) {
		tally->dry_runs[host->dry_run_rule].avoided += !arrival;
		tally->dry_runs[host->dry_run_rule].price += arrival;
	}
	if (!arrival)
		replay_tally_judge(tally, host, event, time);
}

void replay_tally_close(struct replay_tally *tally)
{
	lru_close(tally->hosts);
	free(tally->verdicts);
	tally->hosts = NULL;
	tally->verdicts = NULL;
}
