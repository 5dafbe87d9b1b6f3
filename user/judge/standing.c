// SPDX-License-Identifier: GPL-2.0-only
/* What each host is known for: how much of its mail was accepted, and on how many days. */
#include "judge/standing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "judge/standing_internal.h"

#define STANDING_DAY_MS (24 * 3600 * INT64_C(1000))

/* The table's first day, so that there is room for earlier ones that are merged. */
#define STANDING_FIRST_DAY 1000

/* UTC days that may pass at once; more are a clock that was set. */
#define STANDING_GAP_MAX 7

/* A seventh of a sum is forgotten each day. */
#define STANDING_DECAY(sum) ((sum) - ((sum) + 6) / 7)

#define STANDING_GOOD_SHARE	  90 /* percent of offences on a good day, at most */
#define STANDING_TODAY		  10 /* accepted messages that make a sender known today */
#define STANDING_NETWORK_ACCEPTED 50
#define STANDING_NETWORK_SHARE	  30

static bool standing_is_good_day(const struct standing_entry *entry)
{
	const uint32_t all = (uint32_t)entry->accepted_today + entry->bad_today;

	return entry->accepted_today &&
	       (uint32_t)entry->bad_today * 100 <= all * STANDING_GOOD_SHARE;
}

void standing_count(uint16_t *accepted, uint16_t *bad, uint32_t more_accepted, uint32_t more_bad)
{
	uint32_t sum = *accepted + more_accepted, bad_sum = *bad + more_bad;

	/* Rounded up, so that what happened once has still happened. */
	while (sum > UINT16_MAX || bad_sum > UINT16_MAX) {
		sum = (sum + 1) / 2;
		bad_sum = (bad_sum + 1) / 2;
	}
	*accepted = sum;
	*bad = bad_sum;
}

void standing_roll(struct standing_entry *entry, uint16_t day)
{
	const bool good = standing_is_good_day(entry);
	uint32_t passed;

	if (day <= entry->day)
		return;
	passed = day - entry->day;
	standing_count(&entry->accepted, &entry->bad, entry->accepted_today, entry->bad_today);
	for (uint32_t i = 0; i < passed && (entry->accepted || entry->bad); i++) {
		entry->accepted = STANDING_DECAY(entry->accepted);
		entry->bad = STANDING_DECAY(entry->bad);
	}
	entry->days = passed > 31 ? 0 : (entry->days << 1 | good) << (passed - 1);
	entry->days &= (1u << STANDING_DAYS) - 1;
	entry->bad_yesterday = passed == 1 && entry->bad_today;
	entry->accepted_today = entry->bad_today = 0;
	if (!entry->days)
		entry->proof = 0;
	entry->day = day;
}

void standing_pass_days(struct standing_clock *clock, uint32_t days)
{
	clock->inner += days;
	for (uint32_t i = 0; i < days; i++) {
		clock->accepted += clock->accepted_today;
		clock->accepted = STANDING_DECAY(clock->accepted);
		clock->accepted_today = 0;
	}
}

uint32_t standing_days_between(int64_t from, int64_t to)
{
	return to - from > STANDING_GAP_MAX ? 1 : to - from;
}

/*
 * The table's day of a time. It does not go back, and no more than a day forward at a leap. A time
 * up to a week before the last one is that of a late line, which counts today: two logs of which
 * one is behind must not age a standing at each change of log.
 */
static uint16_t standing_day(struct standing_clock *clock, int64_t time)
{
	const int64_t day = time / STANDING_DAY_MS, passed = day - clock->day;

	if (!clock->day) {
		clock->day = day;
		return clock->inner;
	}
	if (passed <= 0 && passed >= -STANDING_GAP_MAX)
		return clock->inner;
	if (passed > 0)
		standing_pass_days(clock, standing_days_between(clock->day, day));
	clock->day = day;
	return clock->inner;
}

uint16_t standing_day_of(const struct standing *standing, int64_t time)
{
	struct standing_clock clock = standing->clock;

	return standing_day(&clock, time);
}

static void standing_accept_one(struct standing *standing, const struct addr *addr,
				enum standing_kind kind, uint16_t day)
{
	struct standing_entry *entry =
		standing_table_need(&standing->table, standing_table_key(addr), kind, day);

	if (!entry)
		return;
	standing_roll(entry, day);
	standing_count(&entry->accepted_today, &entry->bad_today, 1, 0);
	entry->proof += entry->proof < STANDING_PROOF;
	standing_table_renew(entry);
	standing_table_note(&standing->table, entry);
}

void standing_prefetch(const struct standing *standing, const struct addr *host)
{
	const struct addr network = standing_table_network(host);

	standing_table_prefetch(&standing->table, standing_table_key(host), STANDING_HOST);
	standing_table_prefetch(&standing->table, standing_table_key(&network), STANDING_NETWORK);
}

void standing_accept(struct standing *standing, const struct addr *host, int64_t time)
{
	const uint16_t day = standing_day(&standing->clock, time);
	const struct addr network = standing_table_network(host);

	standing->clock.accepted_today++;
	standing_accept_one(standing, host, STANDING_HOST, day);
	standing_accept_one(standing, &network, STANDING_NETWORK, day);
}

static void standing_offend_one(struct standing *standing, const struct addr *addr,
				enum standing_kind kind, uint16_t day)
{
	struct standing_entry *entry =
		standing_table_find(&standing->table, standing_table_key(addr), kind);

	if (!entry)
		return;
	standing_roll(entry, day);
	standing_count(&entry->accepted_today, &entry->bad_today, 0, 1);
	standing_table_note(&standing->table, entry);
}

void standing_offend(struct standing *standing, const struct addr *host, int64_t time)
{
	const uint16_t day = standing_day(&standing->clock, time);
	const struct addr network = standing_table_network(host);

	standing_offend_one(standing, host, STANDING_HOST, day);
	standing_offend_one(standing, &network, STANDING_NETWORK, day);
}

void standing_view(const struct standing_entry *found, uint16_t day, struct standing_view *out)
{
	struct standing_entry entry = *found;

	standing_roll(&entry, day);
	out->accepted = (uint32_t)entry.accepted + entry.accepted_today;
	out->bad = (uint32_t)entry.bad + entry.bad_today;
	out->days = __builtin_popcount(entry.days);
	out->accepted_today = entry.accepted_today;
	out->clean = !entry.bad_today && !entry.bad_yesterday;
	out->known = (entry.days && entry.proof == STANDING_PROOF) ||
		     (entry.accepted_today >= STANDING_TODAY && standing_is_good_day(&entry));
}

void standing_get_network(struct standing *standing, const struct addr *host, int64_t time,
			  struct standing_view *out)
{
	const struct addr network = standing_table_network(host);
	const struct standing_entry *entry = standing_table_find(
		&standing->table, standing_table_key(&network), STANDING_NETWORK);

	memset(out, 0, sizeof(*out));
	if (entry)
		standing_view(entry, standing_day_of(standing, time), out);
	out->known = false;
}

void standing_get(struct standing *standing, const struct addr *host, int64_t time,
		  struct standing_view *out)
{
	const struct standing_entry *entry =
		standing_table_find(&standing->table, standing_table_key(host), STANDING_HOST);
	struct standing_view network;

	memset(out, 0, sizeof(*out));
	if (entry)
		standing_view(entry, standing_day_of(standing, time), out);
	if (out->known)
		return;
	standing_get_network(standing, host, time, &network);
	out->by_network = out->known = network.accepted >= STANDING_NETWORK_ACCEPTED &&
				       standing_share(&network) <= STANDING_NETWORK_SHARE;
}

unsigned int standing_share(const struct standing_view *view)
{
	return view->accepted ? (uint64_t)view->bad * 100 / (view->bad + view->accepted) : 100;
}

uint64_t standing_accepted(const struct standing *standing)
{
	return standing->clock.accepted + standing->clock.accepted_today;
}

unsigned int standing_span(const struct standing *standing)
{
	return standing->clock.day ? standing->clock.inner - standing->clock.first + 1 : 0;
}

void standing_clock(const struct standing *standing, struct standing_clock *out)
{
	*out = standing->clock;
}

void standing_set_clock(struct standing *standing, const struct standing_clock *clock)
{
	standing->clock = *clock;
}

static void standing_start(struct standing *standing)
{
	memset(&standing->clock, 0, sizeof(standing->clock));
	standing->clock.inner = standing->clock.first = STANDING_FIRST_DAY;
}

void standing_forget_all(struct standing *standing)
{
	standing_table_clear(&standing->table);
	standing_start(standing);
}

struct standing_state standing_state(const struct standing *standing)
{
	return standing->table.state;
}

int standing_open(const struct standing_options *options, struct standing **out)
{
	struct standing *standing = calloc(1, sizeof(*standing));

	if (!standing)
		return -ENOMEM;
	if (standing_table_open(options, &standing->table)) {
		standing_close(standing);
		return -ENOMEM;
	}
	standing_start(standing);
	*out = standing;
	return 0;
}

void standing_close(struct standing *standing)
{
	if (!standing)
		return;
	standing_table_close(&standing->table);
	free(standing);
}
