// SPDX-License-Identifier: GPL-2.0-only
/* The parts of top that need no terminal: numbers, plots, and the order of hosts. */
#include "unit/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "top/top_order.h"
#include "top/top_plot.h"

static void numbers_are_short(void **state)
{
	static const struct {
		double value;
		const char *text;
	} numbers[] = {
		{ 0, "0" },	      { 0.04, "0.0" },	     { 7.5, "7.5" },
		{ 9.94, "9.9" },      { 9.96, "10" },	     { 950, "950" },
		{ 99999, "99999" },   { 99999.7, "100k" },   { 123456, "123k" },
		{ 999499, "999k" },   { 999500, "1.00M" },   { 4560000, "4.56M" },
		{ 9995000, "10.0M" }, { 45600000, "45.6M" }, { 1e9, "1.00G" },
		{ 1e18, "1.00E" },
	};
	char text[TOP_NUMBER_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		assert_string_equal(top_number(numbers[i].value, text), numbers[i].text);
	for (double value = 0.01; value < 1e20; value *= 1.013)
		assert_true(strlen(top_number(value, text)) <= 5);
	assert_string_equal(top_age(59, text), "59s");
	assert_string_equal(top_age(3599, text), "59m");
	assert_string_equal(top_age(47 * 3600, text), "47h");
	assert_string_equal(top_age(UINT32_MAX, text), "49710d");
}

static void scales_are_round_and_cover_all_values(void **state)
{
	(void)state;
	assert_true(top_plot_scale(0) == 10);
	assert_true(top_plot_scale(10) == 10);
	assert_true(top_plot_scale(11) == 20);
	assert_true(top_plot_scale(499) == 500);
	assert_true(top_plot_scale(501) == 1000);
	for (double most = 1; most < 1e15; most *= 1.7)
		assert_true(top_plot_scale(most) >= most);
}

static void series_keep_the_latest_values(void **state)
{
	static struct top_series series;

	(void)state;
	for (int i = 1; i <= 3 * TOP_SERIES_SIZE; i++)
		top_series_add(&series, i);
	assert_true(top_series_at(&series, 0) == 3 * TOP_SERIES_SIZE);
	assert_true(top_series_at(&series, TOP_SERIES_SIZE - 1) == 2 * TOP_SERIES_SIZE + 1);
	assert_true(top_series_at(&series, TOP_SERIES_SIZE) == 0);
	assert_true(top_series_most(&series, 10) == 3 * TOP_SERIES_SIZE);
}

static void plots_start_at_the_bottom_and_move_left(void **state)
{
	static const double values[] = { 0, 1, 50, 100 };
	static struct top_series series;
	wchar_t line[16];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		top_series_add(&series, values[i]);
	top_plot_line(TOP_PLOT_ASCII, &series, 100, 6, 2, 0, line);
	assert_true(!wcscmp(line, L"     #"));
	top_plot_line(TOP_PLOT_ASCII, &series, 100, 6, 2, 1, line);
	assert_true(!wcscmp(line, L"   .##"));
	top_plot_line(TOP_PLOT_BLOCKS, &series, 100, 6, 1, 0, line);
	assert_true(!wcscmp(line, L"   ▁▄█"));
	/* Two values in each cell. */
	top_plot_line(TOP_PLOT_BRAILLE, &series, 100, 3, 1, 0, line);
	assert_true(!wcscmp(line, L" ⢀⣼"));
	assert_true(top_plot_samples(TOP_PLOT_BRAILLE, 3) == 6);
}

static void bars_are_full_at_the_maximum(void **state)
{
	wchar_t bar[8];

	(void)state;
	top_plot_bar(TOP_PLOT_ASCII, 0.5, 4, bar);
	assert_true(!wcscmp(bar, L"##.."));
	top_plot_bar(TOP_PLOT_BLOCKS, 1, 4, bar);
	assert_true(!wcscmp(bar, L"████"));
	top_plot_bar(TOP_PLOT_BLOCKS, 0, 4, bar);
	assert_true(!wcscmp(bar, L"····"));
	top_plot_bar(TOP_PLOT_BLOCKS, 0.0001, 4, bar);
	assert_true(!wcscmp(bar, L"▏···"));
}

#define TEST_HOSTS 20000

static struct top_hosts *test_hosts(void)
{
	static struct top_hosts hosts;
	char text[64];

	free(hosts.all);
	free(hosts.chosen);
	srandom(7);
	hosts.count = TEST_HOSTS;
	hosts.all = calloc(TEST_HOSTS, sizeof(*hosts.all));
	hosts.chosen = calloc(TEST_HOSTS + 1, sizeof(*hosts.chosen));
	for (int i = 0; i < TEST_HOSTS; i++) {
		struct blocks_list_entry *entry = &hosts.all[i].entry;

		snprintf(text, sizeof(text), "10.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255);
		assert_int_equal(addr_parse_prefix(text, &entry->target), 0);
		/* Many have equal values. */
		entry->drops = random() % 50;
		entry->since = random() % 100;
		entry->until = 1000 + random() % 100;
		hosts.all[i].rate = random() % 10;
		snprintf(entry->reason, sizeof(entry->reason), "%s",
			 i % 7 ? "Worm-storm: x" : "by hand");
	}
	return &hosts;
}

/* The first hosts do not depend on how many are requested. */
static void the_first_hosts_of_an_order_are_those_of_the_whole_order(void **state)
{
	static const size_t parts[] = { 0, 1, 2, 10, 17, 500, TEST_HOSTS - 1, TEST_HOSTS };
	struct top_hosts *hosts = test_hosts();
	uint32_t *whole = calloc(TEST_HOSTS, sizeof(*whole));

	(void)state;
	for (int sort = TOP_SORT_RATE; sort <= TOP_SORT_ADDRESS; sort++) {
		top_order(hosts, sort, "", TEST_HOSTS);
		assert_int_equal(hosts->sorted, TEST_HOSTS);
		memcpy(whole, hosts->chosen, TEST_HOSTS * sizeof(*whole));
		for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
			top_order(hosts, sort, "", parts[i]);
			assert_int_equal(hosts->sorted, parts[i]);
			assert_memory_equal(hosts->chosen, whole, parts[i] * sizeof(*whole));
		}
	}
	top_order(hosts, TOP_SORT_RATE, "", 100);
	for (size_t i = 1; i < 100; i++)
		assert_true(hosts->all[hosts->chosen[i - 1]].rate >=
			    hosts->all[hosts->chosen[i]].rate);
	free(whole);
}

static void filters_match_texts_addresses_and_networks(void **state)
{
	struct top_hosts *hosts = test_hosts();

	(void)state;
	top_order(hosts, TOP_SORT_ADDRESS, "10.0.1.0/24", 5);
	assert_int_equal(hosts->chosen_count, 256);
	top_order(hosts, TOP_SORT_ADDRESS, "10.0.1.7", 5);
	assert_int_equal(hosts->chosen_count, 1);
	top_order(hosts, TOP_SORT_ADDRESS, "10.0.1.", 5);
	assert_int_equal(hosts->chosen_count, 256);
	top_order(hosts, TOP_SORT_ADDRESS, "WORM", 5);
	assert_int_equal(hosts->chosen_count, TEST_HOSTS - (TEST_HOSTS + 6) / 7);
	top_order(hosts, TOP_SORT_ADDRESS, "nobody", 5);
	assert_int_equal(hosts->chosen_count, 0);
	/* A host in a blocked network finds the network. */
	hosts->all[0].entry.target.length = 8;
	top_order(hosts, TOP_SORT_ADDRESS, "10.200.3.4", 5);
	assert_int_equal(hosts->chosen_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_short),
		cmocka_unit_test(scales_are_round_and_cover_all_values),
		cmocka_unit_test(series_keep_the_latest_values),
		cmocka_unit_test(plots_start_at_the_bottom_and_move_left),
		cmocka_unit_test(bars_are_full_at_the_maximum),
		cmocka_unit_test(the_first_hosts_of_an_order_are_those_of_the_whole_order),
		cmocka_unit_test(filters_match_texts_addresses_and_networks),
	};

	return cmocka_run_group_tests_name("top", tests, NULL, NULL);
}
