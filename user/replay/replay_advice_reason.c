// SPDX-License-Identifier: GPL-2.0-only
/* Says in words what came of an advice. */
#include <stdio.h>

#include "common/suggest.h"
#include "replay/replay_report.h"
#include "replay/replay_words.h"

const char *replay_advice_outcome(const struct replay_advice *advice)
{
	static const char *const names[ADVISE_OUTCOMES] = {
		[ADVISE_NO_SETTINGS] = "no-settings",
		[ADVISE_TOO_FEW_DAYS] = "too-few-days",
		[ADVISE_NO_OFFENCES] = "no-offences",
		[ADVISE_TOO_FEW_MAILS] = "too-few-messages",
		[ADVISE_TOO_EXPENSIVE] = "too-expensive",
		[ADVISE_NOTHING_BETTER] = "nothing-better",
		[ADVISE_NOT_CONFIRMED] = "not-confirmed",
		[ADVISE_CONFIRMED] = "confirmed",
	};

	return names[advice->choice.outcome];
}

/* The first half that fails, of the two that `choice` has. */
static const char *replay_advice_half(bool second)
{
	return second ? "days that would test" : "days that would choose";
}

static void replay_advice_few_days(const struct replay_advice *advice,
				   char text[REPLAY_ADVICE_REASON_SIZE])
{
	const size_t days = advice->days_count;

	if (advice->learning)
		snprintf(
			text, REPLAY_ADVICE_REASON_SIZE,
			"No advice: %zu day%s of log left after %zu on which standing had too few days of log; expected at least 2, to choose on one and to test on the other",
			days, suggest_plural(days), advice->learning);
	else
		snprintf(
			text, REPLAY_ADVICE_REASON_SIZE,
			"No advice: %zu day%s of log; expected at least 2, to choose on one and to test on the other",
			days, suggest_plural(days));
}

static void replay_advice_confirmed(const struct replay_advice *advice, const char *price,
				    char text[REPLAY_ADVICE_REASON_SIZE])
{
	const struct advise_choice *choice = &advice->choice;
	const size_t tests = advice->days_count - choice->split;
	const struct advise_day *of = &choice->advised[1];

	if (choice->outcome == ADVISE_CONFIRMED)
		snprintf(
			text, REPLAY_ADVICE_REASON_SIZE,
			"Confirmed: on the days that did not choose it, the price is at most %s, too, and it does better than the configured setting; days on which it avoids as much or more: %zu of %zu",
			price, choice->days_as_good, tests);
	else if (of->price * ADVISE_PRICE_WHOLE > of->arrivals * advice->price)
		snprintf(
			text, REPLAY_ADVICE_REASON_SIZE,
			"Not confirmed: on the days that did not choose it, the price is %.3f %%, more than %s; replay more days of log, or ask for a lower price",
			replay_report_percent(of->price, of->arrivals), price);
	else
		snprintf(
			text, REPLAY_ADVICE_REASON_SIZE,
			"Not confirmed: on the days that did not choose it, it does no better than the configured setting; replay more days of log");
}

const char *replay_advice_reason(const struct replay_advice *advice,
				 char text[REPLAY_ADVICE_REASON_SIZE])
{
	const struct advise_choice *choice = &advice->choice;
	const struct advise_day *halves = choice->configured;
	const bool coarse = halves[0].arrivals * advice->price >= ADVISE_PRICE_WHOLE;
	char price[REPLAY_ADVICE_PRICE_SIZE];

	replay_advice_price(advice->price, price);
	switch (choice->outcome) {
	case ADVISE_NO_SETTINGS:
		snprintf(
			text, REPLAY_ADVICE_REASON_SIZE,
			"No advice: no enabled rule is for strangers, for known senders or for networks, so there is nothing to try; --sweep tries the numbers of one rule");
		break;
	case ADVISE_TOO_FEW_DAYS:
		replay_advice_few_days(advice, text);
		break;
	case ADVISE_NO_OFFENCES:
		snprintf(text, REPLAY_ADVICE_REASON_SIZE,
			 "No advice: no offence on the %s; replay more days of log",
			 replay_advice_half(halves[0].offences));
		break;
	case ADVISE_TOO_FEW_MAILS:
		snprintf(
			text, REPLAY_ADVICE_REASON_SIZE,
			"No advice: %s accepted messages on the %s, of which a single one would be more than the price of %s; replay more days of log",
			replay_words_number(halves[coarse].arrivals, false),
			replay_advice_half(coarse), price);
		break;
	case ADVISE_TOO_EXPENSIVE:
		snprintf(
			text, REPLAY_ADVICE_REASON_SIZE,
			"No advice: no setting delays at most %s of the accepted messages; the lowest price is %.3f %%",
			price,
			replay_report_percent(choice->advised[0].price,
					      choice->advised[0].arrivals));
		break;
	case ADVISE_NOTHING_BETTER:
		snprintf(
			text, REPLAY_ADVICE_REASON_SIZE,
			"Nothing is better than what is configured: no setting avoids more by a thousandth of the offences, at a price of at most %s",
			price);
		break;
	default:
		replay_advice_confirmed(advice, price, text);
		break;
	}
	return text;
}
