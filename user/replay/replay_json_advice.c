// SPDX-License-Identifier: GPL-2.0-only
/* An advice, and the settings that it tried, as JSON. */
#include "replay/replay_json_advice.h"

#include "common/output.h"

static json_t *replay_json_advice_figures(const struct advise_day *sum)
{
	return json_pack("{s:o, s:o, s:o}", "avoided", REPLAY_JSON_NUMBER(sum->avoided), "price",
			 REPLAY_JSON_NUMBER(sum->price), "lost", REPLAY_JSON_NUMBER(sum->lost));
}

/* The days that chose, or those that tested. */
static json_t *replay_json_advice_half(const struct replay_advice *advice, int half)
{
	const struct advise_choice *choice = &advice->choice;
	const size_t from = half ? choice->split : 0;
	const size_t to = half ? advice->days_count : choice->split;
	char text[REPLAY_ADVICE_DAY_SIZE];
	json_t *days = json_array();

	for (size_t i = from; i < to; i++)
		json_array_append_new(days, json_string(replay_advice_day(advice->days[i], text)));
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "days", days, "offences",
			 REPLAY_JSON_NUMBER(choice->configured[half].offences), "arrivals",
			 REPLAY_JSON_NUMBER(choice->configured[half].arrivals), "configured",
			 replay_json_advice_figures(&choice->configured[half]), "advised",
			 replay_advice_has(advice)
				 ? replay_json_advice_figures(&choice->advised[half])
				 : json_null());
}

json_t *replay_json_advice(const struct replay_advice *advice)
{
	char price[REPLAY_ADVICE_PRICE_SIZE], reason[REPLAY_ADVICE_REASON_SIZE];

	if (!advice)
		return json_null();
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "outcome",
			 replay_advice_outcome(advice), "reason",
			 replay_advice_reason(advice, reason), "price",
			 replay_advice_price(advice->price, price), "settings",
			 REPLAY_JSON_NUMBER(advice->settings_count), "learning_days",
			 REPLAY_JSON_NUMBER(advice->learning), "choosing",
			 replay_json_advice_half(advice, 0), "testing",
			 replay_json_advice_half(advice, 1), "days_as_good",
			 replay_advice_has(advice) ? REPLAY_JSON_NUMBER(advice->choice.days_as_good)
						   : json_null(),
			 "configuration",
			 advice->configuration ? output_text(advice->configuration) : json_null());
}

/* The rules of a setting whose numbers differ from the configured ones. */
static json_t *replay_json_advice_rules(const struct replay_advice *advice, size_t i)
{
	const struct rules *own = &advice->settings[0].rules, *rules = &advice->settings[i].rules;
	json_t *list = json_array();

	for (size_t r = 0; r < rules->count; r++) {
		const struct rule *rule = &rules->rules[r];

		if (advise_settings_differ(rule, &own->rules[r]))
			json_array_append_new(list, json_pack("{s:s, s:i, s:i}", "name", rule->name,
							      "limit", (int)rule->limit, "window",
							      (int)rule->window));
	}
	return list;
}

json_t *replay_json_advice_setting(const struct replay_report *report, size_t i)
{
	const struct replay_advice *advice = report->advice;
	struct advise_day sums[2];

	if (!advice || i >= advice->settings_count)
		return NULL;
	advise_halves(&advice->candidates[i], advice->days_count, sums);
	return json_pack("{s:o, s:o, s:o}", "rules", replay_json_advice_rules(advice, i),
			 "choosing", replay_json_advice_figures(&sums[0]), "testing",
			 replay_json_advice_figures(&sums[1]));
}
