// SPDX-License-Identifier: GPL-2.0-only
/* The table of hosts: found while it grows, forgotten in order. */
#include "unit/suite.h"

#include "common/lru.h"

#define MOST 5000

static struct addr host_of(uint32_t number)
{
	struct addr addr = { .bytes = { 0x20, 0x01 } };

	memcpy(addr.bytes + 4, &number, sizeof(number));
	return addr;
}

static struct lru *open_table(uint32_t most)
{
	const struct lru_options options = { .record = sizeof(uint32_t), .most = most, .seed = 7 };
	struct lru *hosts;

	assert_int_equal(lru_open(&options, &hosts), 0);
	return hosts;
}

static void add(struct lru *hosts, uint32_t number)
{
	const struct addr addr = host_of(number);
	uint32_t *record = lru_add(hosts, &addr);

	assert_non_null(record);
	assert_int_equal(*record, 0);
	*record = number;
}

static bool has(const struct lru *hosts, uint32_t number)
{
	const struct addr addr = host_of(number);
	const uint32_t *record = lru_peek(hosts, &addr);

	assert_true(!record || *record == number);
	return record != NULL;
}

/* The table grows by one bucket at a time, each time with other hosts to move. */
static void every_host_is_found_while_the_table_grows(void **state)
{
	struct lru *hosts = open_table(MOST);

	(void)state;
	for (uint32_t i = 0; i < MOST; i++) {
		assert_false(has(hosts, i));
		add(hosts, i);
		for (uint32_t j = i > 20 ? i - 20 : 0; j <= i; j++)
			assert_true(has(hosts, j));
		assert_int_equal(lru_count(hosts), i + 1);
	}
	for (uint32_t i = 0; i < MOST; i++)
		assert_true(has(hosts, i));
	assert_false(has(hosts, MOST));
	lru_close(hosts);
}

static void forgotten_host_is_gone_and_the_others_stay(void **state)
{
	struct lru *hosts = open_table(MOST);

	(void)state;
	for (uint32_t i = 0; i < MOST; i++)
		add(hosts, i);
	for (uint32_t i = 0; i < MOST; i++) {
		const struct addr addr = host_of(i);

		assert_memory_equal(lru_addr(lru_oldest(hosts)), &addr, sizeof(addr));
		lru_forget_oldest(hosts);
		assert_false(has(hosts, i));
		assert_true(i + 1 == MOST || has(hosts, i + 1));
		assert_true(i + 1 == MOST || has(hosts, MOST - 1));
	}
	assert_null(lru_oldest(hosts));
	for (uint32_t i = 0; i < MOST; i++)
		add(hosts, i);
	assert_true(has(hosts, 0));
	lru_close(hosts);
}

static void full_table_takes_no_more(void **state)
{
	const struct addr other = host_of(9);
	struct lru *hosts = open_table(3);

	(void)state;
	for (uint32_t i = 0; i < 3; i++)
		add(hosts, i);
	assert_null(lru_add(hosts, &other));
	lru_forget_oldest(hosts);
	assert_non_null(lru_add(hosts, &other));
	lru_close(hosts);
}

static void found_host_is_the_newest_and_a_peeked_one_is_not(void **state)
{
	const struct addr first = host_of(0), second = host_of(1);
	struct lru *hosts = open_table(3);

	(void)state;
	for (uint32_t i = 0; i < 3; i++)
		add(hosts, i);
	assert_non_null(lru_peek(hosts, &first));
	assert_ptr_equal(lru_oldest(hosts), lru_peek(hosts, &first));
	assert_ptr_equal(lru_newer(hosts, lru_oldest(hosts)), lru_peek(hosts, &second));
	assert_non_null(lru_find(hosts, &first));
	assert_ptr_equal(lru_oldest(hosts), lru_peek(hosts, &second));
	lru_close(hosts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_host_is_found_while_the_table_grows),
		cmocka_unit_test(forgotten_host_is_gone_and_the_others_stay),
		cmocka_unit_test(full_table_takes_no_more),
		cmocka_unit_test(found_host_is_the_newest_and_a_peeked_one_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
