// SPDX-License-Identifier: GPL-2.0-only
/* Recorded events are those that were added, as far as the judge can tell. */
#include "unit/suite.h"

#include <stdlib.h>
#include <string.h>

#include "replay/replay_events.h"

#define EVENTS	  ((1u << 20) + 5000) /* more than one block */
#define SOME_SEED 7

static struct event event(void)
{
	static const uint8_t starts[][6] = {
		{ 0x20, 0x01, 0x0d, 0xb8 }, /* 2001:db8::/32 */
		{ 0x20, 0x01, 0, 0 },	    /* 2001::/32, Teredo */
		{ 0x00, 0x64, 0xff, 0x9b }, /* 64:ff9b::/96, NAT64 */
	};
	const long kind = random() % 4;
	struct event made = {
		.time = (random() % 4 ? INT64_C(1061683200000) : 0) + random() % 100000000 -
			50000000,
		.class = random() % EVENT_CLASSES,
		.port = random() % 3 ? 25 : random(),
		.marks = random() % 3 ? 0 : 1u << random() % 8,
	};

	if (kind == 3) {
		memcpy(made.peer.bytes, (uint8_t[12]){ [10] = 0xff, 0xff }, 12);
	} else {
		memcpy(made.peer.bytes, starts[kind], sizeof(starts[kind]));
		made.peer.bytes[7] = random() % 3;
	}
	if (kind == 2)
		made.peer.bytes[7] = 0;
	for (int i = 12; i < 16; i++)
		made.peer.bytes[i] = random() % 8;
	return made;
}

static void assert_prefix_equal(const struct addr_prefix *a, const struct addr_prefix *b)
{
	assert_int_equal(a->length, b->length);
	assert_memory_equal(&a->addr, &b->addr, sizeof(a->addr));
}

static void events_come_back_in_order_with_all_that_the_judge_sees(void **state)
{
	struct event *added = calloc(EVENTS, sizeof(*added));
	struct replay_events *events;

	(void)state;
	assert_non_null(added);
	assert_int_equal(replay_events_open(SOME_SEED, &events), 0);
	srandom(2003);
	for (size_t i = 0; i < EVENTS; i++) {
		added[i] = event();
		assert_int_equal(replay_events_add(events, &added[i]), 0);
	}
	assert_int_equal(replay_events_count(events), EVENTS);
	for (size_t i = 0; i < EVENTS; i++) {
		struct addr host = addr_host(&added[i].peer), host_out, ipv4, ipv4_out;
		struct addr_prefix target = addr_target(&added[i].peer), target_out;
		bool embeds = addr_embeds_ipv4(&added[i].peer, &ipv4);
		struct event out;

		replay_events_get(events, i, &out);
		host_out = addr_host(&out.peer);
		target_out = addr_target(&out.peer);
		assert_int_equal(out.time, added[i].time);
		assert_int_equal(out.class, added[i].class);
		assert_int_equal(out.port, added[i].port);
		assert_int_equal(out.marks, added[i].marks);
		assert_memory_equal(&host, &host_out, sizeof(host));
		assert_prefix_equal(&target, &target_out);
		assert_int_equal(embeds, addr_embeds_ipv4(&out.peer, &ipv4_out));
		if (embeds)
			assert_memory_equal(&ipv4, &ipv4_out, sizeof(ipv4));
	}
	replay_events_close(events);
	free(added);
}

static void many_combinations_of_marks_come_back(void **state)
{
	struct event one = { .class = EVENT_VIRUS }, out;
	struct replay_events *events;

	(void)state;
	assert_int_equal(replay_events_open(SOME_SEED, &events), 0);
	for (uint32_t i = 0; i < 1024; i++) {
		one.marks = i << 20 | i;
		assert_int_equal(replay_events_add(events, &one), 0);
	}
	for (uint32_t i = 0; i < 1024; i++) {
		replay_events_get(events, i, &out);
		assert_int_equal(out.marks, i << 20 | i);
	}
	replay_events_close(events);
	replay_events_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_come_back_in_order_with_all_that_the_judge_sees),
		cmocka_unit_test(many_combinations_of_marks_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
