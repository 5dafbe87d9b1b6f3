// SPDX-License-Identifier: GPL-2.0-only
/* Chooses the best of many settings on one half of the days, and tests it on the other half. */
#include "replay/advise.h"

#include <stdbool.h>
#include <string.h>

#define ADVISE_THOUSAND 1000u

/* Of an odd number of days, the one in the middle chooses. */
#define ADVISE_SPLIT(days) (((days) + 1) / 2)

static struct advise_day advise_sum(const struct advise_candidate *candidate, size_t from,
				    size_t to)
{
	struct advise_day sum = { 0 };

	for (size_t i = from; i < to; i++) {
		sum.offences += candidate->days[i].offences;
		sum.avoided += candidate->days[i].avoided;
		sum.arrivals += candidate->days[i].arrivals;
		sum.price += candidate->days[i].price;
		sum.lost += candidate->days[i].lost;
	}
	return sum;
}

static bool advise_is_affordable(const struct advise_day *sum, uint32_t price)
{
	return sum->price * ADVISE_PRICE_WHOLE <= sum->arrivals * price;
}

/*
 * True if one message of these days is more than the price. A price of 0, which asks for no message
 * delayed, can be met by days of any number.
 */
static bool advise_is_coarse(const struct advise_day *sum, uint32_t price)
{
	return price && sum->arrivals * price < ADVISE_PRICE_WHOLE;
}

/* True if a candidate that avoids this is as good as the best. */
static bool advise_is_tie(const struct advise_day *sum, const struct advise_day *best)
{
	return (best->avoided - sum->avoided) * ADVISE_THOUSAND <= best->offences * ADVISE_TIE;
}

/* True if `a` is preferred to `b`, of two that are equally good. */
static bool advise_is_preferred(const struct advise_candidate *a, const struct advise_day *of_a,
				const struct advise_candidate *b, const struct advise_day *of_b)
{
	if (a->distance != b->distance)
		return a->distance < b->distance;
	if (of_a->price != of_b->price)
		return of_a->price < of_b->price;
	return of_a->avoided > of_b->avoided;
}

/* The candidate with the most avoided below the price, or, if there is none, with the lowest price.
 */
static size_t advise_most(const struct advise_candidate *candidates, size_t count, size_t split,
			  uint32_t price, bool *affordable)
{
	struct advise_day best = { 0 };
	size_t at = 0;

	*affordable = false;
	for (size_t i = 0; i < count; i++) {
		const struct advise_day sum = advise_sum(&candidates[i], 0, split);
		const bool is = advise_is_affordable(&sum, price);

		if (i && *affordable && (!is || sum.avoided <= best.avoided))
			continue;
		if (i && !*affordable && !is && sum.price >= best.price)
			continue;
		*affordable = is;
		best = sum;
		at = i;
	}
	return at;
}

static size_t advise_best(const struct advise_candidate *candidates, size_t count, size_t split,
			  uint32_t price, bool *affordable)
{
	const size_t most = advise_most(candidates, count, split, price, affordable);
	const struct advise_day of_most = advise_sum(&candidates[most], 0, split);
	struct advise_day of_best = of_most;
	size_t best = most;

	for (size_t i = 0; i < count && *affordable; i++) {
		const struct advise_day sum = advise_sum(&candidates[i], 0, split);

		if (!advise_is_affordable(&sum, price) || !advise_is_tie(&sum, &of_most))
			continue;
		if (!i)
			return 0;
		if (!advise_is_preferred(&candidates[i], &sum, &candidates[best], &of_best))
			continue;
		best = i;
		of_best = sum;
	}
	return best;
}

static bool advise_is_confirmed(const struct advise_choice *choice, uint32_t price)
{
	if (!advise_is_affordable(&choice->advised[1], price))
		return false;
	if (advise_is_affordable(&choice->configured[0], price))
		return choice->advised[1].avoided > choice->configured[1].avoided;
	return choice->advised[1].price < choice->configured[1].price;
}

/* What cannot be told from these days. ADVISE_OUTCOMES: nothing is missing. */
static enum advise_outcome advise_missing(const struct advise_choice *choice, size_t count,
					  size_t days, uint32_t price)
{
	if (count < 2)
		return ADVISE_NO_SETTINGS;
	if (days < 2)
		return ADVISE_TOO_FEW_DAYS;
	for (int half = 0; half < 2; half++)
		if (!choice->configured[half].offences)
			return ADVISE_NO_OFFENCES;
	for (int half = 0; half < 2; half++)
		if (advise_is_coarse(&choice->configured[half], price))
			return ADVISE_TOO_FEW_MAILS;
	return ADVISE_OUTCOMES;
}

void advise_halves(const struct advise_candidate *candidate, size_t days, struct advise_day out[2])
{
	out[0] = advise_sum(candidate, 0, ADVISE_SPLIT(days));
	out[1] = advise_sum(candidate, ADVISE_SPLIT(days), days);
}

void advise_choose(const struct advise_candidate *candidates, size_t count, size_t days,
		   uint32_t price, struct advise_choice *out)
{
	const struct advise_candidate *configured = &candidates[0], *advised;
	bool affordable;

	memset(out, 0, sizeof(*out));
	out->split = ADVISE_SPLIT(days);
	advise_halves(configured, days, out->configured);
	out->outcome = advise_missing(out, count, days, price);
	if (out->outcome != ADVISE_OUTCOMES)
		return;
	out->best = advise_best(candidates, count, out->split, price, &affordable);
	advised = &candidates[out->best];
	advise_halves(advised, days, out->advised);
	for (size_t i = out->split; i < days; i++)
		out->days_as_good += advised->days[i].avoided >= configured->days[i].avoided;
	if (!affordable)
		out->outcome = ADVISE_TOO_EXPENSIVE;
	else if (!out->best)
		out->outcome = ADVISE_NOTHING_BETTER;
	else
		out->outcome = advise_is_confirmed(out, price) ? ADVISE_CONFIRMED
							       : ADVISE_NOT_CONFIRMED;
}
