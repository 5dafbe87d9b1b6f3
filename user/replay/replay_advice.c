// SPDX-License-Identifier: GPL-2.0-only
/* An advice: judges the events of a log with many settings, and chooses the best. */
#include "replay/replay_advice.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "replay/replay_result.h"

#define REPLAY_ADVICE_DAY	  (24 * INT64_C(3600000))
#define REPLAY_ADVICE_DAYS_MAX	  3660
#define REPLAY_ADVICE_THREADS_MAX 8

/* The settings, and those that simplify the best one. */
#define REPLAY_ADVICE_MOST(advice) ((advice)->settings_count + SOBIG_RULES_MAX)

/* A day of one pass over the events. */
struct replay_advice_day {
	struct advise_day day;
	bool learning; /* standing had too few days of log, even at its end */
};

struct replay_advice_work {
	const struct replay_advice *advice;
	int64_t first; /* day */
	size_t days;
	size_t *which;			  /* the days that count */
	struct replay_advice_day *passes; /* `days` for each setting */
	size_t next;			  /* the first setting that no thread has taken */
	int error;			  /* the first one */
};

static int64_t replay_advice_day_of(int64_t time)
{
	return time / REPLAY_ADVICE_DAY - (time % REPLAY_ADVICE_DAY < 0);
}

/* The index of the day of the last event. Settings with longer windows can accept other times. */
static size_t replay_advice_at(const struct replay_advice_work *work,
			       const struct replay_result *result)
{
	const int64_t day = replay_advice_day_of(result->now) - work->first;

	return day < 0 ? 0 : day < (int64_t)work->days ? (size_t)day : work->days - 1;
}

static void replay_advice_count(struct replay_result *result, const struct event *event,
				struct advise_day *before)
{
	const uint64_t avoided = result->avoided[event->class], lost = result->lost;
	const bool arrival = event->class == EVENT_ARRIVAL;

	replay_result_event(result, event);
	before->offences = !arrival;
	before->arrivals = arrival;
	before->avoided = !arrival && result->avoided[event->class] != avoided;
	before->price = arrival && result->avoided[event->class] != avoided;
	before->lost = result->lost != lost;
}

static int replay_advice_judge(const struct replay_advice_work *work, struct replay_result *result,
			       struct replay_advice_day *days)
{
	const size_t count = replay_events_count(work->advice->events);
	int64_t day = INT64_MIN;
	size_t at = 0;

	for (size_t i = 0; i < count && !result->error; i++) {
		struct advise_day one;
		struct event event;

		replay_events_get(work->advice->events, i, &event);
		/* A day is over, or its first line came late: how the last one ended. */
		if (replay_advice_day_of(event.time) != day)
			days[at].learning = judge_state(result->judge).learning;
		day = replay_advice_day_of(event.time);
		replay_advice_count(result, &event, &one);
		at = replay_advice_at(work, result);
		days[at].day.offences += one.offences;
		days[at].day.avoided += one.avoided;
		days[at].day.arrivals += one.arrivals;
		days[at].day.price += one.price;
		days[at].day.lost += one.lost;
	}
	days[at].learning = judge_state(result->judge).learning;
	return result->error;
}

/* One pass over the events. 0 or -errno. */
static int replay_advice_pass(struct replay_advice_work *work, size_t setting)
{
	const struct replay_advice *advice = work->advice;
	struct replay_result *result = calloc(1, sizeof(*result));
	int err = -ENOMEM;

	if (!result)
		return err;
	err = judge_open(&advice->settings[setting].rules, advice->seed, &result->judge);
	if (!err) {
		result->only_figures = true;
		result->allowed = advice->allowed;
		judge_allow(result->judge, advice->allowed);
		err = replay_result_open(result, advice->seed);
	}
	if (!err)
		err = replay_advice_judge(work, result, work->passes + setting * work->days);
	replay_result_close(result);
	judge_close(result->judge);
	free(result);
	return err;
}

/* Thread: takes settings until there are no more. */
static void *replay_advice_share(void *context)
{
	struct replay_advice_work *work = context;
	size_t at;
	int err;

	while ((at = __atomic_fetch_add(&work->next, 1, __ATOMIC_RELAXED)) <
	       work->advice->settings_count) {
		err = replay_advice_pass(work, at);
		if (!err)
			continue;
		__atomic_store_n(&work->error, err, __ATOMIC_RELAXED);
		__atomic_store_n(&work->next, work->advice->settings_count, __ATOMIC_RELAXED);
	}
	return NULL;
}

static int replay_advice_passes(struct replay_advice_work *work)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_t threads[REPLAY_ADVICE_THREADS_MAX - 1];
	int started = 0;

	/* This thread is a worker, too. */
	while (started < REPLAY_ADVICE_THREADS_MAX - 1 && started + 1 < processors &&
	       !pthread_create(&threads[started], NULL, replay_advice_share, work))
		started++;
	replay_advice_share(work);
	while (started)
		pthread_join(threads[--started], NULL);
	return work->error;
}

/* Finds the days that count: the configured setting tells. */
static void replay_advice_find_days(struct replay_advice *advice, struct replay_advice_work *work)
{
	for (size_t i = 0; i < work->days; i++) {
		if (!work->passes[i].day.offences && !work->passes[i].day.arrivals)
			continue;
		if (work->passes[i].learning)
			advice->learning++;
		else
			work->which[advice->days_count++] = i;
	}
}

/* Takes over the figures of a setting. */
static void replay_advice_take(struct replay_advice *advice, const struct replay_advice_work *work,
			       size_t setting)
{
	struct advise_day *figures = advice->figures + setting * advice->days_count;
	const struct replay_advice_day *passes = work->passes + setting * work->days;

	for (size_t i = 0; i < advice->days_count; i++)
		figures[i] = passes[work->which[i]].day;
	advice->candidates[setting] =
		(struct advise_candidate){ .days = figures,
					   .distance = advice->settings[setting].distance };
}

/* 0 or -ENOMEM. */
static int replay_advice_collect(struct replay_advice *advice, struct replay_advice_work *work)
{
	const size_t most = REPLAY_ADVICE_MOST(advice);

	replay_advice_find_days(advice, work);
	advice->days = calloc(advice->days_count + 1, sizeof(*advice->days));
	advice->figures = calloc(most * advice->days_count + 1, sizeof(*advice->figures));
	advice->candidates = calloc(most, sizeof(*advice->candidates));
	if (!advice->days || !advice->figures || !advice->candidates)
		return -ENOMEM;
	for (size_t i = 0; i < advice->days_count; i++)
		advice->days[i] = work->first + (int64_t)work->which[i];
	for (size_t i = 0; i < advice->settings_count; i++)
		replay_advice_take(advice, work, i);
	return 0;
}

bool replay_advice_has(const struct replay_advice *advice)
{
	return advice->choice.outcome == ADVISE_CONFIRMED ||
	       advice->choice.outcome == ADVISE_NOT_CONFIRMED;
}

static void replay_advice_choose(struct replay_advice *advice)
{
	advise_choose(advice->candidates, advice->settings_count, advice->days_count, advice->price,
		      &advice->choice);
}

/*
 * The rules of one kind were varied together. Where the default numbers of one of them do as well,
 * they are nearer to the defaults, so they are chosen. 0 or -errno.
 */
static int replay_advice_simplify(struct replay_advice *advice, struct replay_advice_work *work)
{
	int err;

	for (size_t rule = 0; rule < advice->rules->count; rule++) {
		const size_t next = advice->settings_count;

		if (!replay_advice_has(advice))
			break;
		advice->settings[next] = advice->settings[advice->choice.best];
		if (!advise_settings_restore(&advice->settings[next], advice->rules, rule))
			continue;
		err = replay_advice_pass(work, next);
		if (err)
			return err;
		advice->settings_count++;
		replay_advice_take(advice, work, next);
		replay_advice_choose(advice);
	}
	return 0;
}

static int replay_advice_write(struct replay_advice *advice)
{
	size_t size;
	FILE *file = open_memstream(&advice->configuration, &size);

	if (!file)
		return -ENOMEM;
	advise_settings_write(file, advice->config, &advice->settings[advice->choice.best].rules);
	return fclose(file) ? -ENOMEM : 0;
}

/* Makes the settings, and room for the simpler ones. 0 or -ENOMEM. */
static int replay_advice_prepare(struct replay_advice *advice, struct replay_advice_work *work)
{
	struct advise_setting *settings;
	int err = advise_settings(advice->rules, &advice->settings, &advice->settings_count);

	if (err)
		return err;
	settings = reallocarray(advice->settings, REPLAY_ADVICE_MOST(advice), sizeof(*settings));
	if (!settings)
		return -ENOMEM;
	advice->settings = settings;
	work->which = calloc(work->days, sizeof(*work->which));
	work->passes = calloc(REPLAY_ADVICE_MOST(advice) * work->days, sizeof(*work->passes));
	return work->which && work->passes ? 0 : -ENOMEM;
}

int replay_advice_run(struct replay_advice *advice)
{
	struct replay_advice_work work = {
		.advice = advice,
		.first = replay_advice_day_of(advice->from),
		.days = replay_advice_day_of(advice->to) - replay_advice_day_of(advice->from) + 1,
	};
	int err = work.days > REPLAY_ADVICE_DAYS_MAX ? -E2BIG : 0;

	if (!err)
		err = replay_advice_prepare(advice, &work);
	if (!err)
		err = replay_advice_passes(&work);
	if (!err)
		err = replay_advice_collect(advice, &work);
	if (!err) {
		replay_advice_choose(advice);
		err = replay_advice_simplify(advice, &work);
	}
	free(work.passes);
	free(work.which);
	return !err && replay_advice_has(advice) ? replay_advice_write(advice) : err;
}

const char *replay_advice_day(int64_t day, char text[REPLAY_ADVICE_DAY_SIZE])
{
	const time_t time = day * (REPLAY_ADVICE_DAY / 1000);
	struct tm tm;

	strftime(text, REPLAY_ADVICE_DAY_SIZE, "%Y-%m-%d", gmtime_r(&time, &tm));
	return text;
}

const char *replay_advice_price(uint32_t price, char text[REPLAY_ADVICE_PRICE_SIZE])
{
	const uint32_t percent = ADVISE_PRICE_WHOLE / 100;
	int length = snprintf(text, REPLAY_ADVICE_PRICE_SIZE, "%u.%04u", price / percent,
			      price % percent);

	while (text[length - 1] == '0')
		length--;
	if (text[length - 1] == '.')
		length--;
	strcpy(text + length, "%");
	return text;
}

int replay_advice_take_price(const char *text, uint32_t *out)
{
	const uint32_t percent = ADVISE_PRICE_WHOLE / 100;
	uint32_t price = 0, unit = percent;
	bool digits = false, point = false;

	for (; (*text >= '0' && *text <= '9') || (*text == '.' && !point); text++) {
		if (*text == '.') {
			point = true;
			continue;
		}
		digits = true;
		if (point)
			unit /= 10;
		else
			price *= 10;
		if (!unit || price > ADVISE_PRICE_WHOLE)
			return -EINVAL;
		price += (uint32_t)(*text - '0') * unit;
	}
	if (!digits || strcmp(text, *text == '%' ? "%" : "") || price > ADVISE_PRICE_WHOLE)
		return -EINVAL;
	*out = price;
	return 0;
}

void replay_advice_free(struct replay_advice *advice)
{
	free(advice->settings);
	free(advice->days);
	free(advice->candidates);
	free(advice->figures);
	free(advice->configuration);
	memset(advice, 0, sizeof(*advice));
}
