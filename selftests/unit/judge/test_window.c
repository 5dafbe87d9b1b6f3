// SPDX-License-Identifier: GPL-2.0-only
/* The sliding window: exact at its edges, equal to a naive one, bounded in memory. */
#include "config/rules.h"
#include "unit/suite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "judge/window.h"

#define MINUTE INT64_C(60000)

static struct window *open_window(uint32_t limit, uint32_t seconds, size_t memory)
{
	const struct window_options options = { limit, seconds, memory, 0x1234567 };
	struct window *window;

	assert_int_equal(window_open(&options, &window), 0);
	return window;
}

static struct addr host(uint32_t number)
{
	struct addr addr = { .bytes = { [10] = 0xff, [11] = 0xff } };

	memcpy(addr.bytes + 12, &number, sizeof(number));
	return addr;
}

static void the_sixteenth_within_five_minutes_exceeds_the_limit(void **state)
{
	struct window *window = open_window(15, 300, 1 << 20);
	struct addr a = host(1), b = host(2);

	(void)state;
	for (int i = 0; i < 15; i++) {
		assert_int_equal(window_add(window, &a, i * 1000, 1), 0);
		assert_int_equal(window_add(window, &b, i * 1000, 1), 0);
	}
	assert_int_equal(window_add(window, &a, 5 * MINUTE - 1, 1), 1);
	/* The neighbour's first has just left the window at its sixteenth. */
	assert_int_equal(window_add(window, &b, 5 * MINUTE, 1), 0);
	window_close(window);
}

static void a_host_over_the_limit_stays_over_it_until_it_is_forgotten(void **state)
{
	struct window *window = open_window(2, 60, 1 << 20);
	struct addr a = host(1);

	(void)state;
	for (int round = 0; round < 3; round++) {
		assert_int_equal(window_add(window, &a, 0, 1), 0);
		assert_int_equal(window_add(window, &a, 0, 1), 0);
		assert_int_equal(window_points(window, &a, 0), 2);
		for (int i = 0; i < 5; i++)
			assert_int_equal(window_add(window, &a, 0, 1), 1);
		assert_int_equal(window_points(window, &a, 0), 2);
		window_forget(window, &a);
		assert_int_equal(window_points(window, &a, 0), 0);
	}
	/* What leaves the window lowers the count again. */
	for (int i = 0; i < 4; i++)
		window_add(window, &a, i * 30000, 1);
	assert_int_equal(window_points(window, &a, 149999), 1);
	assert_int_equal(window_add(window, &a, 149999, 1), 0);
	assert_int_equal(window_add(window, &a, 149999, 1), 1);
	window_close(window);
}

static void lines_slightly_out_of_order_count_and_a_clock_set_back_restarts_the_count(void **state)
{
	struct window *window = open_window(2, 3600, 1 << 20);
	struct addr a = host(1);
	int64_t noon = 1000 * MINUTE;

	(void)state;
	assert_int_equal(window_add(window, &a, noon, 1), 0);
	assert_int_equal(window_add(window, &a, noon - 5000, 1), 0);
	assert_int_equal(window_add(window, &a, noon - 2000, 1), 1);
	window_forget(window, &a);
	assert_int_equal(window_add(window, &a, noon, 1), 0);
	assert_int_equal(window_add(window, &a, noon, 1), 0);
	assert_int_equal(window_add(window, &a, noon - 60 * MINUTE, 1), 0);
	assert_int_equal(window_add(window, &a, noon - 60 * MINUTE, 1), 0);
	assert_int_equal(window_add(window, &a, noon - 60 * MINUTE, 1), 1);
	window_close(window);
}

static void the_host_of_a_late_line_is_still_watched(void **state)
{
	struct window *window = open_window(1, 10, 1 << 20);
	struct addr late = host(1), ahead = host(2);

	(void)state;
	assert_int_equal(window_add(window, &late, 100000, 1), 0);
	assert_int_equal(window_add(window, &ahead, 115000, 1), 0);
	assert_int_equal(window_add(window, &late, 101000, 1), 1);
	window_close(window);
}

/* Keeps all times of one host: slow, and obviously correct. */
struct naive {
	int64_t times[4096];
	int count;
};

static int naive_add(struct naive *naive, int64_t time, int64_t span, int limit)
{
	int within = 0;

	naive->times[naive->count++] = time;
	for (int i = 0; i < naive->count; i++)
		within += time - naive->times[i] < span;
	return within > limit;
}

static void it_agrees_with_a_naive_window(void **state)
{
	enum {
		HOSTS = 50
	};
	struct naive *naive = calloc(HOSTS, sizeof(*naive));
	int64_t time = INT64_C(1061724153000);
	int verdicts = 0;

	(void)state;
	srandom(42);
	for (uint32_t limit = 1; limit <= 46; limit += 9) {
		uint32_t seconds = 1 + random() % 600;
		struct window *window = open_window(limit, seconds, 8 << 20);

		memset(naive, 0, HOSTS * sizeof(*naive));
		for (int i = 0; i < 40000; i++) {
			uint32_t number = random() % HOSTS;
			struct addr addr = host(number);
			int expected;

			if (naive[number].count == 4096)
				continue;
			time += random() % (seconds * 1000 / 20 / limit + 2);
			expected = naive_add(&naive[number], time, seconds * INT64_C(1000), limit);
			verdicts += expected;
			assert_int_equal(window_add(window, &addr, time, 1), expected);
			/* As after a verdict; otherwise the host stays over the limit. */
			if (expected && random() % 2) {
				naive[number].count = 0;
				window_forget(window, &addr);
			}
		}
		window_close(window);
	}
	assert_in_range(verdicts, 100, 40000 * 4);
	free(naive);
}

static void memory_is_bounded_and_the_least_recent_host_is_forgotten(void **state)
{
	struct window *window = open_window(15, 3600, 256 << 10);
	struct window_state window_now = window_state(window);
	uint32_t most = (256 << 10) / window_now.host_size;
	struct addr last = host(0), first = host(1);

	(void)state;
	assert_in_range(window_now.host_size, 1, 80);
	for (uint32_t i = 1; i <= 100000; i++) {
		struct addr addr = host(i);

		assert_int_equal(window_add(window, &addr, i, 1), 0);
		last = addr;
	}
	window_now = window_state(window);
	assert_in_range(window_now.hosts, most - 1, most);
	assert_int_equal(window_now.hosts + window_now.dropped, 100000);
	for (int i = 0; i < 14; i++) {
		assert_int_equal(window_add(window, &last, 100000, 1), 0);
		assert_int_equal(window_add(window, &first, 100000, 1), 0);
	}
	/* The newest kept its first offence, the oldest lost it. */
	assert_int_equal(window_add(window, &last, 100000, 1), 1);
	assert_int_equal(window_add(window, &first, 100000, 1), 0);
	window_close(window);
}

static void idle_hosts_use_no_memory(void **state)
{
	struct window *window = open_window(15, 60, 8 << 20);
	struct addr addr;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		addr = host(i);
		window_add(window, &addr, i, 1);
	}
	assert_int_equal(window_state(window).hosts, 1000);
	for (uint32_t i = 0; i < 1000; i++) {
		addr = host(1);
		window_add(window, &addr, 20 * MINUTE + i, 1);
	}
	assert_int_equal(window_state(window).hosts, 1);
	window_close(window);
}

static void each_point_of_an_offence_counts(void **state)
{
	struct window *window = open_window(100, 300, 1 << 20);
	struct addr a = host(1), b = host(2);

	(void)state;
	for (int i = 0; i < 20; i++) {
		assert_int_equal(window_add(window, &a, i, 5), 0);
		assert_int_equal(window_add(window, &b, i * 1000, 5), 0);
	}
	assert_int_equal(window_add(window, &a, 20, 1), 1);
	/* The neighbour's first five points have left the window. */
	assert_int_equal(window_add(window, &b, 5 * MINUTE, 5), 0);
	assert_int_equal(window_add(window, &b, 5 * MINUTE, 1), 1);
	assert_int_equal(window_add(window, &b, 5 * MINUTE, 101), 1);
	window_close(window);
}

static void the_count_of_a_forgotten_host_restarts_and_its_neighbours_does_not(void **state)
{
	struct window *window = open_window(2, 300, 1 << 20);
	struct addr a = host(1), b = host(2);

	(void)state;
	for (int i = 0; i < 2; i++) {
		window_add(window, &a, i, 1);
		window_add(window, &b, i, 1);
	}
	window_forget(window, &a);
	assert_int_equal(window_add(window, &a, 2, 1), 0);
	assert_int_equal(window_add(window, &b, 2, 1), 1);
	window_close(window);
}

static void hosts_with_many_points_stay_within_the_memory_limit(void **state)
{
	struct window *window = open_window(1000, 3600, 1 << 20);
	struct addr addr;

	(void)state;
	for (uint32_t i = 1; i <= 10000; i++) {
		addr = host(i);
		for (int j = 0; j < 10; j++)
			assert_int_equal(window_add(window, &addr, i, 100), 0);
	}
	/* Each of these needs 4000 bytes more. */
	assert_in_range(window_state(window).hosts, 240, 262);
	assert_int_equal(window_add(window, &addr, 10000, 1), 1);
	window_close(window);
}

static void a_host_takes_the_memory_of_its_points_and_not_of_its_limit(void **state)
{
	struct window *window = open_window(1000, 3600, 1 << 20);
	const size_t each = window_state(window).host_size + 128 * sizeof(uint32_t);

	(void)state;
	for (uint32_t i = 1; i <= 10000; i++) {
		struct addr addr = host(i);

		assert_int_equal(window_add(window, &addr, i, 100), 0);
		assert_int_equal(window_points(window, &addr, i), 100);
	}
	assert_in_range(window_state(window).hosts, (1 << 20) / each - 10, (1 << 20) / each);
	window_close(window);
}

static void options_out_of_range_are_refused(void **state)
{
	const struct window_options bad[] = { { 0, 300, 1 << 20, 0 },
					      { RULES_LIMIT_MAX + 1, 300, 1 << 20, 0 },
					      { 15, 0, 1 << 20, 0 },
					      { 15, RULES_WINDOW_MAX + 1, 1 << 20, 0 } };
	struct window *window = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(window_open(&bad[i], &window), -EINVAL);
	assert_null(window);
	window_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sixteenth_within_five_minutes_exceeds_the_limit),
		cmocka_unit_test(a_host_over_the_limit_stays_over_it_until_it_is_forgotten),
		cmocka_unit_test(
			lines_slightly_out_of_order_count_and_a_clock_set_back_restarts_the_count),
		cmocka_unit_test(the_host_of_a_late_line_is_still_watched),
		cmocka_unit_test(it_agrees_with_a_naive_window),
		cmocka_unit_test(memory_is_bounded_and_the_least_recent_host_is_forgotten),
		cmocka_unit_test(idle_hosts_use_no_memory),
		cmocka_unit_test(each_point_of_an_offence_counts),
		cmocka_unit_test(
			the_count_of_a_forgotten_host_restarts_and_its_neighbours_does_not),
		cmocka_unit_test(hosts_with_many_points_stay_within_the_memory_limit),
		cmocka_unit_test(a_host_takes_the_memory_of_its_points_and_not_of_its_limit),
		cmocka_unit_test(options_out_of_range_are_refused),
	};

	return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
