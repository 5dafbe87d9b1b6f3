// SPDX-License-Identifier: GPL-2.0-only
/* Standing: exactly what a naive model says, kept over clock changes, bounded in memory. */
#include "unit/suite.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/standing.h"

#define DAY  (24 * 3600 * INT64_C(1000))
#define NOON (INT64_C(12288) * DAY + DAY / 2) /* 2003-08-24 */

static struct standing *standing;

static int open_standing(void **state)
{
	const struct standing_options options = { .most = 1 << 16, .seed = 42 };

	(void)state;
	return standing_open(&options, &standing);
}

static int close_standing(void **state)
{
	(void)state;
	standing_close(standing);
	return 0;
}

static struct addr host(const char *text)
{
	struct addr addr;

	assert_int_equal(addr_parse(text, strlen(text), &addr), 0);
	return addr_host(&addr);
}

static struct addr numbered(uint32_t number)
{
	return (struct addr){ .bytes = { [10] = 0xff,
					 [11] = 0xff,
					 [12] = 10 + (number >> 24),
					 [13] = number >> 16,
					 [14] = number >> 8,
					 [15] = number } };
}

static void accept(const char *text, int64_t time, int count)
{
	const struct addr addr = host(text);

	while (count--)
		standing_accept(standing, &addr, time);
}

static void offend(const char *text, int64_t time, int count)
{
	const struct addr addr = host(text);

	while (count--)
		standing_offend(standing, &addr, time);
}

static struct standing_view view(const char *text, int64_t time)
{
	const struct addr addr = host(text);
	struct standing_view found;

	standing_get(standing, &addr, time, &found);
	return found;
}

static void a_good_day_with_three_messages_makes_a_known_sender_once_it_is_over(void **state)
{
	(void)state;
	accept("198.51.100.1", NOON, 3);
	accept("198.51.101.2", NOON, 2);
	assert_false(view("198.51.100.1", NOON).known);
	assert_true(view("198.51.100.1", NOON + DAY).known);
	assert_int_equal(view("198.51.100.1", NOON + DAY).days, 1);
	/* Two are one too few; the third may come on another day. */
	assert_false(view("198.51.101.2", NOON + DAY).known);
	accept("198.51.101.2", NOON + DAY, 1);
	assert_true(view("198.51.101.2", NOON + DAY).known);
}

static void ten_messages_make_a_known_sender_today(void **state)
{
	(void)state;
	accept("198.51.100.1", NOON, 10);
	accept("198.51.101.2", NOON, 9);
	assert_true(view("198.51.100.1", NOON).known);
	assert_false(view("198.51.101.2", NOON).known);
	/* Not if more than 90 % of what it does are offences. */
	offend("198.51.100.1", NOON, 90);
	assert_true(view("198.51.100.1", NOON).known);
	offend("198.51.100.1", NOON, 1);
	assert_false(view("198.51.100.1", NOON).known);
}

static void a_wave_of_spam_today_does_not_revoke_a_standing(void **state)
{
	(void)state;
	accept("198.51.100.1", NOON, 3);
	offend("198.51.100.1", NOON + DAY, 5000);
	assert_true(view("198.51.100.1", NOON + DAY).known);
	assert_false(view("198.51.100.1", NOON + DAY).clean);
	assert_false(view("198.51.100.1", NOON + 2 * DAY).clean);
	assert_true(view("198.51.100.1", NOON + 3 * DAY).clean);
}

static void a_day_of_which_more_than_90_percent_were_offences_is_not_good(void **state)
{
	(void)state;
	accept("198.51.100.1", NOON, 5);
	offend("198.51.100.1", NOON, 45);
	accept("198.51.101.2", NOON, 5);
	offend("198.51.101.2", NOON, 46);
	assert_true(view("198.51.100.1", NOON + DAY).known);
	assert_false(view("198.51.101.2", NOON + DAY).known);
}

static void a_standing_that_is_not_renewed_ends_after_30_days(void **state)
{
	(void)state;
	accept("198.51.100.1", NOON, 50);
	/* The days must pass for the table, a week at most at a time. */
	for (int day = 0; day <= 30; day += 5)
		accept("192.0.2.1", NOON + day * DAY, 1);
	assert_true(view("198.51.100.1", NOON + 30 * DAY).known);
	assert_false(view("198.51.100.1", NOON + 31 * DAY).known);
	/* Its messages do not count for a new start. */
	accept("198.51.100.1", NOON + 31 * DAY, 2);
	assert_false(view("198.51.100.1", NOON + 32 * DAY).known);
}

static void what_a_stranger_does_leaves_no_trace(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		const struct addr addr = numbered(i * 256);

		standing_offend(standing, &addr, NOON);
	}
	assert_int_equal(standing_state(standing).hosts, 0);
	assert_int_equal(standing_state(standing).networks, 0);
	assert_int_equal(view("198.51.100.1", NOON).accepted, 0);
	assert_int_equal(standing_share(&(struct standing_view){ 0 }), 100);
	/* Its neighbour with accepted mail has one, and so has their network. */
	accept("198.51.100.2", NOON, 1);
	offend("198.51.100.2", NOON, 1);
	offend("198.51.100.1", NOON, 1);
	assert_int_equal(standing_state(standing).hosts, 1);
	assert_int_equal(standing_state(standing).networks, 1);
	assert_int_equal(view("198.51.100.1", NOON).bad, 0);
	assert_int_equal(view("198.51.100.2", NOON).bad, 1);
}

static void hosts_of_a_good_network_are_known_and_its_neighbours_are_not(void **state)
{
	struct standing_view network;
	const struct addr addr = host("198.51.100.77");

	(void)state;
	for (int i = 0; i < 25; i++) {
		accept("198.51.100.1", NOON, 1);
		accept("198.51.100.2", NOON, 1);
	}
	assert_true(view("198.51.100.77", NOON).by_network);
	assert_true(view("198.51.100.77", NOON).known);
	assert_false(view("198.51.101.77", NOON).known);
	standing_get_network(standing, &addr, NOON, &network);
	assert_int_equal(network.accepted, 50);
	/* 22 of 72 is more than 30 %. */
	offend("198.51.100.77", NOON, 22);
	assert_true(view("198.51.100.77", NOON).known);
	offend("198.51.100.77", NOON, 1);
	assert_false(view("198.51.100.77", NOON).known);
	/* An IPv6 /64 in its /48. */
	accept("2001:db8:1:1::1", NOON, 50);
	assert_true(view("2001:db8:1:2::1", NOON).by_network);
	assert_false(view("2001:db8:2:1::1", NOON).known);
}

static void a_share_is_kept_when_counts_are_full(void **state)
{
	struct standing_view found;

	(void)state;
	for (int i = 0; i < 40000; i++) {
		accept("198.51.100.1", NOON, 5);
		offend("198.51.100.1", NOON, 1);
	}
	accept("198.51.101.2", NOON, 1);
	offend("198.51.101.2", NOON, 200000);
	/* The one message is not lost: it is still a host from which mail was accepted. */
	assert_int_equal(view("198.51.101.2", NOON).accepted, 1);
	for (int day = 0; day < 3; day++) {
		found = view("198.51.100.1", NOON + day * DAY);
		assert_in_range(standing_share(&found), 15, 17);
		assert_in_range(found.accepted, 1000, 65536 * 2);
	}
	/* A day of each, when both sums are nearly full already. */
	for (int i = 0; i < 40000; i++) {
		accept("198.51.100.1", NOON + DAY, 5);
		offend("198.51.100.1", NOON + DAY, 1);
	}
	found = view("198.51.100.1", NOON + 2 * DAY);
	assert_in_range(standing_share(&found), 15, 17);
}

static void one_offence_among_many_messages_is_still_an_offence(void **state)
{
	(void)state;
	offend("198.51.100.1", NOON, 0);
	accept("198.51.100.1", NOON, 1);
	offend("198.51.100.1", NOON, 1);
	accept("198.51.100.1", NOON, 300000);
	accept("198.51.101.2", NOON, 300000);
	assert_false(view("198.51.100.1", NOON).clean);
	assert_true(view("198.51.101.2", NOON).clean);
	assert_false(view("198.51.100.1", NOON + DAY).clean);
}

static void make_known(int days)
{
	for (int day = 0; day < days; day++)
		accept("198.51.100.1", NOON + day * DAY, 20);
}

static void a_clock_set_400_days_ahead_and_back_loses_no_standing(void **state)
{
	uint64_t before;

	(void)state;
	make_known(20);
	before = standing_accepted(standing);
	for (int i = 0; i < 5; i++) {
		accept("192.0.2.1", NOON + (419 + i) * DAY, 1);
		accept("192.0.2.1", NOON + (19 + i) * DAY, 1);
	}
	assert_true(view("198.51.100.1", NOON + 24 * DAY).known);
	/* Each leap, and each return a day later, is a day. */
	assert_in_range(view("198.51.100.1", NOON + 24 * DAY).days, 20, 20);
	assert_in_range(standing_accepted(standing), before / 6, before);
	/* Its neighbour in truth: 400 days that pass a week at a time do end it. */
	for (int day = 24; day < 424; day += 7)
		accept("192.0.2.1", NOON + day * DAY, 1);
	assert_false(view("198.51.100.1", NOON + 424 * DAY).known);
}

static void two_logs_of_which_one_is_days_behind_do_not_age_a_standing(void **state)
{
	(void)state;
	make_known(10);
	for (int i = 0; i < 1000; i++) {
		accept("192.0.2.1", NOON + 10 * DAY, 1);
		accept("192.0.2.2", NOON + (10 - 2 - i % 5) * DAY, 1);
	}
	assert_true(view("198.51.100.1", NOON + 10 * DAY).known);
	assert_int_equal(view("198.51.100.1", NOON + 10 * DAY).days, 10);
	/* Days that truly pass do. */
	accept("192.0.2.1", NOON + 15 * DAY, 1);
	accept("192.0.2.1", NOON + 22 * DAY, 1);
	accept("192.0.2.1", NOON + 29 * DAY, 1);
	accept("192.0.2.1", NOON + 36 * DAY, 1);
	accept("192.0.2.1", NOON + 41 * DAY, 1);
	assert_false(view("198.51.100.1", NOON + 41 * DAY).known);
}

static void a_late_line_counts_today(void **state)
{
	(void)state;
	accept("198.51.100.1", NOON, 1);
	accept("198.51.100.1", NOON - DAY, 8);
	assert_false(view("198.51.100.1", NOON).known);
	accept("198.51.100.1", NOON - 6 * DAY, 1);
	assert_true(view("198.51.100.1", NOON).known);
	assert_int_equal(view("198.51.100.1", NOON).accepted_today, 10);
	assert_int_equal(standing_span(standing), 1);
}

static void days_of_log_are_counted_from_the_first_to_the_last(void **state)
{
	(void)state;
	assert_int_equal(standing_span(standing), 0);
	offend("198.51.100.1", NOON, 1);
	assert_int_equal(standing_span(standing), 1);
	offend("198.51.100.1", NOON + 3 * DAY, 1);
	assert_int_equal(standing_span(standing), 4);
	/* A leap is a day. */
	offend("198.51.100.1", NOON + 900 * DAY, 1);
	assert_int_equal(standing_span(standing), 5);
}

/* A naive model: what each host and network did on each day. */
enum {
	MODEL_HOSTS = 24, /* four in each network */
	MODEL_NETWORKS = MODEL_HOSTS / 4,
	MODEL_DAYS = 200,
};

struct model_entry {
	uint32_t accepted[MODEL_DAYS], bad[MODEL_DAYS];
	bool exists;
};

struct model {
	struct model_entry hosts[MODEL_HOSTS], networks[MODEL_NETWORKS];
	int64_t utc;
	int today;
};

static struct addr model_host(int number)
{
	char text[ADDR_TEXT_SIZE];

	if (number < MODEL_HOSTS / 2)
		snprintf(text, sizeof(text), "198.51.%d.%d", number / 4, number % 4 * 60);
	else
		snprintf(text, sizeof(text), "2001:db8:%d:%d::1", number / 4, number % 4);
	return host(text);
}

static void model_move(struct model *model, int64_t time)
{
	const int64_t day = time / DAY;

	if (!model->utc || day < model->utc - 7)
		model->utc = day;
	if (day > model->utc) {
		model->today += day - model->utc > 7 ? 1 : day - model->utc;
		model->utc = day;
	}
}

static void model_count(struct model *model, struct model_entry *entry, bool accepted)
{
	entry->exists |= accepted;
	if (entry->exists && accepted)
		entry->accepted[model->today]++;
	else if (entry->exists)
		entry->bad[model->today]++;
}

static bool model_is_good(const struct model_entry *entry, int day)
{
	return entry->accepted[day] && entry->bad[day] <= 9 * entry->accepted[day];
}

static void model_view(const struct model_entry *entry, int today, struct standing_view *out)
{
	uint32_t accepted = 0, bad = 0, proof = 0;

	*out = (struct standing_view){ 0 };
	for (int day = 0; day < today; day++) {
		accepted += entry->accepted[day];
		bad += entry->bad[day];
		accepted = accepted * 6 / 7;
		bad = bad * 6 / 7;
		proof += entry->accepted[day];
		out->days = 0;
		for (int good = day > 29 ? day - 29 : 0; good <= day; good++)
			out->days += model_is_good(entry, good);
		if (!out->days)
			proof = 0;
	}
	out->accepted = accepted + entry->accepted[today];
	out->bad = bad + entry->bad[today];
	out->accepted_today = entry->accepted[today];
	out->clean = entry->exists && !entry->bad[today] && (!today || !entry->bad[today - 1]);
	out->known = (out->days && proof + entry->accepted[today] >= 3) ||
		     (entry->accepted[today] >= 10 && model_is_good(entry, today));
}

static void assert_same(const struct standing_view *a, const struct standing_view *b)
{
	assert_int_equal(a->accepted, b->accepted);
	assert_int_equal(a->bad, b->bad);
	assert_int_equal(a->days, b->days);
	assert_int_equal(a->accepted_today, b->accepted_today);
	assert_int_equal(a->known, b->known);
	assert_int_equal(a->by_network, b->by_network);
	assert_int_equal(a->clean, b->clean);
}

static void model_compare(const struct model *model, int number, int64_t time)
{
	const struct addr addr = model_host(number);
	struct standing_view network, expected, found;

	model_view(&model->networks[number / 4], model->today, &network);
	network.known = false;
	standing_get_network(standing, &addr, time, &found);
	assert_same(&found, &network);
	model_view(&model->hosts[number], model->today, &expected);
	if (!expected.known && network.accepted >= 50 &&
	    network.bad * 100 / (network.bad + network.accepted) <= 30)
		expected.known = expected.by_network = true;
	standing_get(standing, &addr, time, &found);
	assert_same(&found, &expected);
}

static void it_agrees_with_a_naive_model_over_random_days(void **state)
{
	struct model *model = calloc(1, sizeof(*model));
	int64_t time = NOON;
	int known = 0, late = 0, by_network = 0;

	(void)state;
	srandom(7);
	for (int i = 0; i < 60000 && model->today < MODEL_DAYS - 10; i++) {
		const int number = random() % MODEL_HOSTS, kind = random() % 1000;
		const struct addr addr = model_host(number);
		/* Some hosts are good, some bad, some in between; some are rare. */
		const bool accepted = random() % 6 >= number % 7;
		int64_t at = time += random() % (DAY / 300);
		struct standing_view found;

		if (number % 5 == 4 && random() % 30)
			continue;
		if (kind == 0)
			at = time += random() % 12 * DAY;
		if (kind == 1)
			at = time -= 8 * DAY + random() % 400 * DAY;
		if (kind > 970)
			at -= random() % (7 * DAY);
		late += at < time;
		model_move(model, at);
		model_count(model, &model->hosts[number], accepted);
		model_count(model, &model->networks[number / 4], accepted);
		if (accepted)
			standing_accept(standing, &addr, at);
		else
			standing_offend(standing, &addr, at);
		model_compare(model, random() % MODEL_HOSTS, model->utc * DAY);
		standing_get(standing, &addr, at, &found);
		known += found.known;
		by_network += found.by_network;
	}
	assert_true(model->today > 100);
	assert_in_range(known, 1000, 59000);
	assert_in_range(by_network, 20, 59000);
	assert_in_range(late, 100, 60000);
	free(model);
}

static void memory_is_bounded_and_strangers_are_forgotten_before_known_senders(void **state)
{
	const struct standing_options options = { .most = 1000, .seed = 1 };
	struct standing_view found;
	struct standing_state now;
	unsigned int known = 0;
	struct addr addr;

	(void)state;
	standing_close(standing);
	assert_int_equal(standing_open(&options, &standing), 0);
	for (uint32_t i = 0; i < 200 * 4; i++) {
		addr = numbered(i % 200);
		standing_accept(standing, &addr, NOON + i / 600 * DAY);
	}
	/* Five full tables of hosts and networks that are seen once. */
	for (uint32_t i = 0; i < 2500; i++) {
		addr = numbered((i + 1000) * 256);
		standing_accept(standing, &addr, NOON + DAY);
		now = standing_state(standing);
		assert_true(now.hosts + now.networks <= 1000);
	}
	for (uint32_t i = 0; i < 200; i++) {
		addr = numbered(i);
		standing_get(standing, &addr, NOON + DAY, &found);
		known += found.known && !found.by_network;
	}
	assert_int_equal(known, 200);
	addr = numbered(1000 * 256);
	standing_get(standing, &addr, NOON + DAY, &found);
	assert_int_equal(found.accepted, 0);
	addr = numbered(3499 * 256);
	standing_get(standing, &addr, NOON + DAY, &found);
	assert_int_equal(found.accepted, 1);
	assert_int_equal(now.hosts + now.networks, 1000);
	assert_int_equal(now.forgotten, 200 + 1 + 5000 - 1000);
}

static unsigned int count_known(uint32_t hosts, int64_t time)
{
	struct standing_view found;
	unsigned int known = 0;
	struct addr addr;

	for (uint32_t i = 0; i < hosts; i++) {
		addr = numbered(i);
		standing_get(standing, &addr, time, &found);
		known += found.known && !found.by_network;
	}
	return known;
}

static void count_first_hosts(void *context, const struct standing_row *row)
{
	unsigned int *count = context;
	const struct addr first = numbered(0);

	*count += row->kind == STANDING_HOST && !memcmp(&row->addr, &first, 15);
}

/* As an attacker with a /32 does of whose messages some are accepted, each from another network. */
static void no_number_of_strangers_displaces_a_known_sender(void **state)
{
	const struct standing_options options = { .most = 1000, .seed = 1 };
	unsigned int left = 0;
	struct addr addr;

	(void)state;
	standing_close(standing);
	assert_int_equal(standing_open(&options, &standing), 0);
	for (uint32_t i = 0; i < 200 * 4; i++) {
		addr = numbered(i % 200);
		standing_accept(standing, &addr, NOON + i / 600 * DAY);
	}
	for (uint32_t i = 0; i < 100000; i++) {
		addr = numbered((i + 1000) * 256);
		standing_accept(standing, &addr, NOON + DAY + i * 100);
	}
	assert_int_equal(count_known(200, NOON + DAY), 200);
	/* Those that are known no longer give way: their last good day is too long ago. */
	for (uint32_t i = 0; i < 40000; i++) {
		addr = numbered((i + 1000) * 256);
		standing_accept(standing, &addr, NOON + (1 + i / 1000) * DAY);
	}
	standing_each(standing, count_first_hosts, &left);
	assert_int_equal(left, 0);
}

/* Their first day becomes a good one only when the next event shows that it is over. */
static void strangers_displace_no_sender_of_whom_only_one_day_is_known(void **state)
{
	const struct standing_options options = { .most = 1000, .seed = 1 };
	struct addr addr;

	(void)state;
	standing_close(standing);
	assert_int_equal(standing_open(&options, &standing), 0);
	for (uint32_t i = 0; i < 200 * 9; i++) {
		addr = numbered(i % 200);
		standing_accept(standing, &addr, NOON);
	}
	for (uint32_t i = 0; i < 100000; i++) {
		addr = numbered((i + 1000) * 256);
		standing_accept(standing, &addr, NOON + DAY + i * 100);
	}
	assert_int_equal(count_known(200, NOON + DAY), 200);
}

/* More known senders than there is room for: the latest are kept, and it stays bounded. */
static void of_too_many_known_senders_the_latest_are_kept(void **state)
{
	const struct standing_options options = { .most = 1000, .seed = 1 };
	struct standing_view found;
	struct addr addr;

	(void)state;
	standing_close(standing);
	assert_int_equal(standing_open(&options, &standing), 0);
	for (uint32_t host = 0; host < 3000; host++) {
		addr = numbered(host);
		for (uint32_t i = 0; i < 4; i++)
			standing_accept(standing, &addr, NOON + i / 3 * DAY);
	}
	assert_true(standing_state(standing).hosts <= 1000);
	standing_get(standing, &addr, NOON + DAY, &found);
	assert_int_equal(found.accepted, 4);
	assert_true(count_known(3000, NOON + DAY) <= 1000);
}

/* Rows that were told: how often each host was. */
struct told {
	struct standing *copy;
	unsigned int count, host_7;
};

static void tell(void *context, const struct standing_row *row)
{
	const struct addr seven = host("198.51.100.7");
	struct told *told = context;

	told->count++;
	told->host_7 += !addr_compare(&row->addr, &seven);
	if (told->copy)
		assert_int_equal(standing_set(told->copy, row), 0);
}

static void exactly_what_changed_is_told_once(void **state)
{
	struct told told = { 0 };

	(void)state;
	standing_changed(standing, tell, &told);
	assert_int_equal(told.count, 0);
	accept("198.51.100.7", NOON, 5);
	offend("198.51.100.7", NOON, 5);
	offend("192.0.2.1", NOON, 1);
	standing_changed(standing, tell, &told);
	/* The host and its network; the stranger has no row. */
	assert_int_equal(told.count, 2);
	assert_int_equal(told.host_7, 1);
	standing_changed(standing, tell, &told);
	assert_int_equal(told.count, 2);
	view("198.51.100.7", NOON + DAY);
	standing_changed(standing, tell, &told);
	assert_int_equal(told.count, 2);
	accept("198.51.100.8", NOON, 1);
	standing_changed(standing, tell, &told);
	assert_int_equal(told.count, 4);
	assert_int_equal(told.host_7, 1);
	/* All of them, whether they changed or not. */
	standing_each(standing, tell, &told);
	assert_int_equal(told.count, 7);
}

static size_t allocated(void)
{
	const struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static void a_host_that_was_forgotten_is_not_told_and_its_successor_is_told_once(void **state)
{
	const struct standing_options options = { .most = 64, .seed = 1 };
	struct told told = { 0 };
	size_t before;

	(void)state;
	standing_close(standing);
	assert_int_equal(standing_open(&options, &standing), 0);
	before = allocated();
	for (uint32_t i = 0; i < 100000; i++) {
		const struct addr addr = numbered(i * 256);

		standing_accept(standing, &addr, NOON);
	}
	/* Nor does the list of what changed grow with them. */
	assert_in_range(allocated(), 0, before + 200000);
	standing_changed(standing, tell, &told);
	assert_int_equal(told.count, 64);
	accept("198.51.100.7", NOON, 1);
	standing_changed(standing, tell, &told);
	assert_int_equal(told.count, 66);
	told.count = 64;
	/* Nothing, not even the clock, is left of what is forgotten on purpose. */
	standing_forget_all(standing);
	standing_changed(standing, tell, &told);
	standing_each(standing, tell, &told);
	assert_int_equal(told.count, 64);
	assert_int_equal(standing_span(standing), 0);
	accept("198.51.100.7", NOON + DAY, 1);
	standing_each(standing, tell, &told);
	assert_int_equal(told.count, 66);
}

/* A random day of a few hosts; the same for the same seed. */
static void random_day(struct standing *into, int day, unsigned int from, unsigned int to)
{
	srandom(day + 1);
	for (unsigned int i = 0; i < 400; i++) {
		const struct addr addr = model_host(random() % MODEL_HOSTS);
		const bool bad = random() % 3 == 0;

		if (i < from || i >= to)
			continue;
		if (bad)
			standing_offend(into, &addr, NOON + day * DAY);
		else
			standing_accept(into, &addr, NOON + day * DAY);
	}
}

static void assert_same_tables(struct standing *a, struct standing *b, int64_t time)
{
	struct standing_view in_a, in_b;

	for (int i = 0; i < MODEL_HOSTS; i++) {
		const struct addr addr = model_host(i);

		standing_get(a, &addr, time, &in_a);
		standing_get(b, &addr, time, &in_b);
		assert_same(&in_a, &in_b);
		standing_get_network(a, &addr, time, &in_a);
		standing_get_network(b, &addr, time, &in_b);
		assert_same(&in_a, &in_b);
	}
	assert_int_equal(standing_accepted(a), standing_accepted(b));
	assert_int_equal(standing_span(a), standing_span(b));
	assert_int_equal(standing_state(a).hosts, standing_state(b).hosts);
}

static void what_is_saved_and_restored_is_the_same(void **state)
{
	const struct standing_options options = { .most = 1 << 16, .seed = 1 };
	struct told told = { 0 };
	struct standing_clock clock;

	(void)state;
	assert_int_equal(standing_open(&options, &told.copy), 0);
	for (int day = 0; day < 40; day++) {
		random_day(standing, day, 0, 400);
		if (day % 3)
			standing_changed(standing, tell, &told);
	}
	standing_changed(standing, tell, &told);
	standing_clock(standing, &clock);
	standing_set_clock(told.copy, &clock);
	assert_same_tables(standing, told.copy, NOON + 40 * DAY);
	/* And goes on alike. */
	random_day(standing, 41, 0, 400);
	random_day(told.copy, 41, 0, 400);
	assert_same_tables(standing, told.copy, NOON + 42 * DAY);
	standing_close(told.copy);
}

static void earlier_logs_that_are_merged_are_as_if_read_in_order(void **state)
{
	const struct standing_options options = { .most = 1 << 16, .seed = 3 };

	(void)state;
	/* Split within a day, at the end of one, with a gap, and with nothing counted since. */
	for (int kind = 0; kind < 4; kind++) {
		struct standing *whole, *earlier, *live;
		const int last = kind == 2 ? 33 : kind == 3 ? 31 : 30;

		assert_int_equal(standing_open(&options, &whole), 0);
		assert_int_equal(standing_open(&options, &earlier), 0);
		assert_int_equal(standing_open(&options, &live), 0);
		for (int day = 0; day < 30; day++) {
			random_day(whole, day, 0, 400);
			random_day(earlier, day, 0, 400);
		}
		if (kind == 0)
			random_day(earlier, 30, 0, 150);
		if (kind == 0)
			random_day(whole, 30, 0, 150);
		for (int i = 0; i < MODEL_HOSTS && kind != 3; i++) {
			const struct addr addr = model_host(i);

			standing_accept(live, &addr, NOON + last * DAY);
			standing_accept(whole, &addr, NOON + last * DAY);
		}
		if (kind != 3)
			random_day(live, last, kind ? 0 : 150, 400);
		if (kind != 3)
			random_day(whole, last, kind ? 0 : 150, 400);
		assert_int_equal(standing_merge(live, earlier), 0);
		assert_same_tables(live, whole, NOON + last * DAY);
		random_day(whole, last + 2, 0, 400);
		random_day(live, last + 2, 0, 400);
		assert_same_tables(live, whole, NOON + (last + 2) * DAY);
		standing_close(whole);
		standing_close(earlier);
		standing_close(live);
	}
}

static void an_empty_log_merges_to_nothing(void **state)
{
	const struct standing_options options = { .most = 1 << 16, .seed = 3 };
	struct standing *earlier;

	(void)state;
	assert_int_equal(standing_open(&options, &earlier), 0);
	accept("198.51.100.1", NOON, 10);
	assert_int_equal(standing_merge(standing, earlier), 0);
	assert_true(view("198.51.100.1", NOON).known);
	assert_int_equal(standing_span(standing), 1);
	standing_close(earlier);
}

static void rows_out_of_range_are_refused(void **state)
{
	const struct standing_row good = {
		.addr = host("198.51.100.7"), .day = 1000, .days = 1, .accepted = 7, .proof = 3
	};
	struct standing_row row = good;

	(void)state;
	row.addr = host("127.0.0.1");
	assert_int_equal(standing_set(standing, &row), -EINVAL);
	row = good;
	row.kind = STANDING_NETWORK;
	assert_int_equal(standing_set(standing, &row), -EINVAL);
	row = good;
	row.kind = 2;
	assert_int_equal(standing_set(standing, &row), -EINVAL);
	row = good;
	row.days = 1u << STANDING_DAYS;
	assert_int_equal(standing_set(standing, &row), -EINVAL);
	row = good;
	row.proof = 4;
	assert_int_equal(standing_set(standing, &row), -EINVAL);
	row = good;
	row.addr.bytes[0] = 1;
	row.addr.bytes[15] = 1;
	assert_int_equal(standing_set(standing, &row), -EINVAL);
	assert_int_equal(standing_state(standing).hosts, 0);
	assert_int_equal(standing_set(standing, &good), 0);
	assert_true(view("198.51.100.7", NOON).known);
}

struct listed {
	unsigned int count;
	struct addr last;
};

static void list(void *context, const struct addr *addr)
{
	struct listed *listed = context;

	listed->count++;
	listed->last = *addr;
}

static unsigned int count_known_in(const char *network, struct addr *last)
{
	struct listed listed = { 0 };
	struct addr_prefix prefix;

	assert_int_equal(addr_parse_prefix(network, &prefix), 0);
	standing_known_in(standing, &prefix, NOON, list, &listed);
	if (last)
		*last = listed.last;
	return listed.count;
}

static void the_known_senders_of_a_network_are_listed_and_no_others(void **state)
{
	const struct addr expected = host("198.51.100.7"), expected6 = host("2001:db8:1:ff07::");
	struct addr found;

	(void)state;
	accept("198.51.100.7", NOON, 10);
	accept("198.51.100.8", NOON, 9);
	accept("198.51.101.7", NOON, 10);
	accept("2001:db8:1:ff07::1", NOON, 10);
	accept("2001:db8:2:ff07::1", NOON, 10);
	/* With few hosts in the table, and with more than the network has. */
	for (int round = 0; round < 2; round++) {
		assert_int_equal(count_known_in("198.51.100.0/24", &found), 1);
		assert_int_equal(addr_compare(&found, &expected), 0);
		assert_int_equal(count_known_in("198.51.100.0/23", NULL), 2);
		assert_int_equal(count_known_in("198.51.100.8/31", NULL), 0);
		assert_int_equal(count_known_in("2001:db8:1::/48", &found), 1);
		assert_int_equal(addr_compare(&found, &expected6), 0);
		assert_int_equal(count_known_in("2001:db8:1:ff00::/56", NULL), 1);
		assert_int_equal(count_known_in("2001:db8:1:fe00::/56", NULL), 0);
		assert_int_equal(count_known_in("2001:db8::/32", NULL), 2);
		for (uint32_t i = 0; i < 2000; i++) {
			const struct addr addr = numbered(i);

			standing_accept(standing, &addr, NOON);
		}
	}
}

int main(void)
{
#define STANDING_TEST(name) cmocka_unit_test_setup_teardown(name, open_standing, close_standing)
	const struct CMUnitTest tests[] = {
		STANDING_TEST(a_good_day_with_three_messages_makes_a_known_sender_once_it_is_over),
		STANDING_TEST(ten_messages_make_a_known_sender_today),
		STANDING_TEST(a_wave_of_spam_today_does_not_revoke_a_standing),
		STANDING_TEST(a_day_of_which_more_than_90_percent_were_offences_is_not_good),
		STANDING_TEST(a_standing_that_is_not_renewed_ends_after_30_days),
		STANDING_TEST(what_a_stranger_does_leaves_no_trace),
		STANDING_TEST(hosts_of_a_good_network_are_known_and_its_neighbours_are_not),
		STANDING_TEST(a_share_is_kept_when_counts_are_full),
		STANDING_TEST(one_offence_among_many_messages_is_still_an_offence),
		STANDING_TEST(a_clock_set_400_days_ahead_and_back_loses_no_standing),
		STANDING_TEST(two_logs_of_which_one_is_days_behind_do_not_age_a_standing),
		STANDING_TEST(a_late_line_counts_today),
		STANDING_TEST(days_of_log_are_counted_from_the_first_to_the_last),
		STANDING_TEST(it_agrees_with_a_naive_model_over_random_days),
		STANDING_TEST(memory_is_bounded_and_strangers_are_forgotten_before_known_senders),
		STANDING_TEST(no_number_of_strangers_displaces_a_known_sender),
		STANDING_TEST(strangers_displace_no_sender_of_whom_only_one_day_is_known),
		STANDING_TEST(of_too_many_known_senders_the_latest_are_kept),
		STANDING_TEST(exactly_what_changed_is_told_once),
		STANDING_TEST(a_host_that_was_forgotten_is_not_told_and_its_successor_is_told_once),
		STANDING_TEST(what_is_saved_and_restored_is_the_same),
		STANDING_TEST(earlier_logs_that_are_merged_are_as_if_read_in_order),
		STANDING_TEST(an_empty_log_merges_to_nothing),
		STANDING_TEST(rows_out_of_range_are_refused),
		STANDING_TEST(the_known_senders_of_a_network_are_listed_and_no_others),
	};

	return cmocka_run_group_tests_name("standing", tests, NULL, NULL);
}
