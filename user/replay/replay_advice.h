/* SPDX-License-Identifier: GPL-2.0-only */
/* An advice: judges the events of a log with many settings, and chooses the best. */
#ifndef REPLAY_ADVICE_H
#define REPLAY_ADVICE_H

#include <stdbool.h>

#include "common/prefix_set.h"
#include "replay/advise.h"
#include "replay/advise_settings.h"
#include "replay/replay_events.h"

/* Initialize to zero, except what the caller sets. */
struct replay_advice {
	/* Set by the caller, who owns them. */
	const struct replay_events *events;
	const struct config *config;	  /* without the overrides of the command line */
	const struct rules *rules;	  /* as configured, with the overrides */
	const struct prefix_set *allowed; /* may be NULL */
	int64_t from, to;		  /* times of the first and the last event, ms since 1970 */
	uint32_t price;			  /* as for advise_choose() */
	uint64_t seed;

	struct advise_setting *settings; /* the first is what is configured */
	size_t settings_count;
	/* The days that count: those with events, after those that only taught standing. */
	int64_t *days; /* of UTC since 1970, in the order of time */
	size_t days_count;
	size_t learning;		     /* days with events before them */
	struct advise_candidate *candidates; /* of the settings, with their figures on the days */
	struct advise_day *figures;
	struct advise_choice choice;
	char *configuration; /* of the advised setting; NULL: none is advised */
};

/*
 * Judges the events with each setting, on as many threads as there are processors, at most 8. Then
 * takes out of the best one, rule by rule, what makes no difference. 0, -ENOMEM, or -E2BIG: too
 * many hosts, or more than ten years. The caller calls replay_advice_free().
 */
int replay_advice_run(struct replay_advice *advice);

/* True if the outcome has an advised setting, confirmed or not. */
bool replay_advice_has(const struct replay_advice *advice);

/* The day as "2003-08-24". Returns `text`. */
#define REPLAY_ADVICE_DAY_SIZE 16
const char *replay_advice_day(int64_t day, char text[REPLAY_ADVICE_DAY_SIZE]);

/* The price that is accepted if no other is given: 0.1 %. */
#define REPLAY_ADVICE_PRICE (ADVISE_PRICE_WHOLE / 1000)

/* The price as "0.1%". Returns `text`. */
#define REPLAY_ADVICE_PRICE_SIZE 16
const char *replay_advice_price(uint32_t price, char text[REPLAY_ADVICE_PRICE_SIZE]);

/* Parses "0.1%" or "0.1". 0 or -EINVAL. */
int replay_advice_take_price(const char *text, uint32_t *out);

/* "confirmed", "too-few-days", ... */
const char *replay_advice_outcome(const struct replay_advice *advice);

/* What the outcome means, in a sentence. Returns `text`. */
#define REPLAY_ADVICE_REASON_SIZE 400
const char *replay_advice_reason(const struct replay_advice *advice,
				 char text[REPLAY_ADVICE_REASON_SIZE]);

void replay_advice_free(struct replay_advice *advice);

#endif
