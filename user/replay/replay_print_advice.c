// SPDX-License-Identifier: GPL-2.0-only
/* Prints an advice as text. */
#include <inttypes.h>
#include <stdio.h>

#include "common/suggest.h"
#include "replay/replay_report.h"
#include "replay/replay_words.h"

#define REPLAY_PRINT_ADVICE_WIDTH 24

static const char *replay_print_advice_number(uint64_t number)
{
	return replay_words_number(number, false);
}

static void replay_print_advice_days(const char *word, const struct replay_advice *advice,
				     size_t from, size_t to, const char *more)
{
	char first[REPLAY_ADVICE_DAY_SIZE], last[REPLAY_ADVICE_DAY_SIZE];

	printf("  %-8s  on %zu day%s, %s", word, to - from, suggest_plural(to - from),
	       replay_advice_day(advice->days[from], first));
	if (to - from > 1)
		printf(" to %s", replay_advice_day(advice->days[to - 1], last));
	puts(more);
}

static void replay_print_advice_half(const struct advise_day *sum)
{
	char avoided[REPLAY_PRINT_ADVICE_WIDTH], price[REPLAY_PRINT_ADVICE_WIDTH];

	snprintf(avoided, sizeof(avoided), "%" PRIu64 " (%s %%)", sum->avoided,
		 replay_words_percent(sum->avoided, sum->offences));
	snprintf(price, sizeof(price), "%" PRIu64 " (%.3f %%)", sum->price,
		 replay_report_percent(sum->price, sum->arrivals));
	printf("  %18s  %14s  %6s", avoided, price, replay_print_advice_number(sum->lost));
}

static void replay_print_advice_row(const char *name, const struct advise_day halves[2])
{
	printf("%-13s", name);
	replay_print_advice_half(&halves[0]);
	replay_print_advice_half(&halves[1]);
	putchar('\n');
}

void replay_print_advice(const struct replay_advice *advice)
{
	const struct advise_choice *choice = &advice->choice;
	char reason[REPLAY_ADVICE_REASON_SIZE];

	if (choice->outcome > ADVISE_TOO_FEW_DAYS) {
		printf("  tried     %zu settings: limits and windows of the rules for strangers, known senders and networks\n",
		       advice->settings_count);
		replay_print_advice_days("chosen", advice, 0, choice->split, " (UTC)");
		replay_print_advice_days("tested", advice, choice->split, advice->days_count,
					 ", which did not choose");
		if (advice->learning)
			printf("  left out  %zu day%s before them: standing had too few days of log\n",
			       advice->learning, suggest_plural(advice->learning));
		printf("\n%-13s  %-42s  %s\n%-13s  %18s  %14s  %6s  %18s  %14s  %6s\n", "",
		       "ON THE DAYS THAT CHOSE", "ON THE DAYS THAT TESTED", "SETTING", "AVOIDED",
		       "PRICE", "LOST", "AVOIDED", "PRICE", "LOST");
		replay_print_advice_row("as configured", choice->configured);
		if (choice->best)
			replay_print_advice_row(replay_advice_has(advice) ? "advised" : "cheapest",
						choice->advised);
		putchar('\n');
	}
	printf("%s\n", replay_advice_reason(advice, reason));
	if (!advice->configuration)
		return;
	if (choice->outcome == ADVISE_CONFIRMED)
		printf("\n# For %s/advice.conf:\n%s", CONFIG_FOLDER, advice->configuration);
	else
		printf("\n# Not confirmed; for replay -c with more days of log:\n%s",
		       advice->configuration);
}
