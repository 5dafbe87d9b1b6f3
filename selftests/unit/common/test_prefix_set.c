// SPDX-License-Identifier: GPL-2.0-only
/* The set of addresses and networks: lookup, precedence and order.
 */
#include "unit/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/prefix_set.h"

static struct addr_prefix prefix_of(const char *text)
{
	struct addr_prefix prefix;

	assert_int_equal(addr_parse_prefix(text, &prefix), 0);
	return prefix;
}

static struct prefix_set *set_of(const char *const *texts, size_t count)
{
	struct prefix_set *set;

	assert_int_equal(prefix_set_new(&set), 0);
	for (size_t i = 0; i < count; i++) {
		struct addr_prefix prefix = prefix_of(texts[i]);

		assert_int_equal(prefix_set_add(set, &prefix, texts[i]), 0);
	}
	prefix_set_seal(set);
	return set;
}

#define SET(...)                                     \
	set_of((const char *const[]){ __VA_ARGS__ }, \
	       sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

/* The entry found, as text; "" for none. The reason is the text with which it was added. */
static const char *found(const struct prefix_set *set, const char *target)
{
	static char text[ADDR_TEXT_SIZE];
	struct addr_prefix prefix = prefix_of(target), entry;
	const char *why = prefix_set_find(set, &prefix, &entry);

	assert_ptr_equal(prefix_set_find(set, &prefix, NULL), why);
	if (!why)
		return "";
	addr_prefix_format(&entry, text);
	assert_int_equal(strncmp(text, why, strlen(why)), 0);
	return text;
}

static void nothing_is_found_in_an_empty_set(void **state)
{
	struct prefix_set *set = set_of(NULL, 0);

	(void)state;
	assert_int_equal(prefix_set_count(set), 0);
	assert_string_equal(found(set, "192.0.2.1"), "");
	assert_string_equal(found(set, "::/0"), "");
	prefix_set_free(set);
	prefix_set_free(NULL);
}

static void a_host_is_found_by_the_narrowest_network_that_covers_it(void **state)
{
	struct prefix_set *set = SET("198.51.0.0/16", "198.51.100.0/24", "198.51.100.7",
				     "198.51.100.64/26", "203.0.113.0/24");

	(void)state;
	assert_string_equal(found(set, "198.51.100.7"), "198.51.100.7");
	assert_string_equal(found(set, "198.51.100.8"), "198.51.100.0/24");
	assert_string_equal(found(set, "198.51.100.127"), "198.51.100.64/26");
	assert_string_equal(found(set, "198.51.100.128"), "198.51.100.0/24");
	assert_string_equal(found(set, "198.51.255.1"), "198.51.0.0/16");
	assert_string_equal(found(set, "198.52.0.0"), "");
	assert_string_equal(found(set, "203.0.112.255"), "");
	assert_string_equal(found(set, "203.0.114.0"), "");
	prefix_set_free(set);
}

static void a_network_is_found_by_an_entry_in_it(void **state)
{
	struct prefix_set *set = SET("198.51.100.7", "198.51.100.64/26");
	const char *inside;

	(void)state;
	inside = found(set, "198.51.100.0/24");
	assert_true(*inside);
	assert_string_equal(found(set, "198.51.100.6/31"), "198.51.100.7");
	assert_string_equal(found(set, "198.51.100.0/26"), "198.51.100.7");
	assert_string_equal(found(set, "198.51.100.128/25"), "");
	assert_true(*found(set, "0.0.0.0/0"));
	prefix_set_free(set);
}

static void a_single_address_is_found_by_its_64(void **state)
{
	struct prefix_set *set = SET("2001:db8:1:2::5", "2001:db8:2::/48");
	struct addr_prefix whole = prefix_of("2001:db8:1:2::5");

	(void)state;
	assert_int_equal(whole.length, 128);
	assert_string_equal(found(set, "2001:db8:1:2::/64"), "2001:db8:1:2::5/128");
	assert_string_equal(found(set, "2001:db8:1:3::/64"), "");
	assert_string_equal(found(set, "2001:db8:1:2::6/128"), "");
	assert_string_equal(found(set, "2001:db8:2:ffff::/64"), "2001:db8:2::/48");
	prefix_set_free(set);
}

static void a_prefix_of_length_0_covers_its_family_and_not_the_other(void **state)
{
	struct prefix_set *four = SET("0.0.0.0/0", "198.51.100.7"), *six = SET("::/0");

	(void)state;
	assert_string_equal(found(four, "203.0.113.9"), "0.0.0.0/0");
	assert_string_equal(found(four, "255.255.255.255"), "0.0.0.0/0");
	assert_string_equal(found(four, "198.51.100.7"), "198.51.100.7");
	assert_string_equal(found(four, "2001:db8::/64"), "");
	assert_string_equal(found(six, "2001:db8::/64"), "::/0");
	assert_string_equal(found(six, "::ffff:198.51.100.7"), "");
	prefix_set_free(four);
	prefix_set_free(six);
}

static void the_first_reason_of_two_equal_entries_stays(void **state)
{
	struct addr_prefix prefix = prefix_of("198.51.100.7"), before = prefix_of("192.0.2.1");
	struct prefix_set *set;
	char why[2 * PREFIX_SET_WHY_SIZE];

	(void)state;
	memset(why, 'x', sizeof(why) - 1);
	why[sizeof(why) - 1] = '\0';
	assert_int_equal(prefix_set_new(&set), 0);
	for (int i = 0; i < 50; i++) {
		snprintf(why, 8, "%d", i);
		why[strlen(why)] = 'x';
		assert_int_equal(prefix_set_add(set, &prefix, i ? "later" : "first"), 0);
	}
	assert_int_equal(prefix_set_add(set, &before, why), 0);
	assert_null(prefix_set_find(set, &prefix, NULL));
	prefix_set_seal(set);
	assert_int_equal(prefix_set_count(set), 2);
	assert_string_equal(prefix_set_find(set, &prefix, NULL), "first");
	assert_int_equal(strlen(prefix_set_find(set, &before, NULL)), PREFIX_SET_WHY_SIZE - 1);
	prefix_set_free(set);
}

static void entries_are_in_ascending_order_ipv4_first(void **state)
{
	static const char *const order[] = { "0.0.0.0/0",    "192.0.2.0/24", "192.0.2.0/32",
					     "198.51.100.7", "::/0",	     "2001:db8::/32" };
	struct prefix_set *set = SET("2001:db8::/32", "198.51.100.7", "::/0", "192.0.2.0/32",
				     "0.0.0.0/0", "192.0.2.0/24");
	const char *why;

	(void)state;
	assert_int_equal(prefix_set_count(set), 6);
	for (size_t i = 0; i < 6; i++) {
		assert_non_null(prefix_set_at(set, i, &why));
		assert_string_equal(why, order[i]);
	}
	prefix_set_free(set);
}

/* Few bits vary, so that many networks are nested. */
static struct addr_prefix random_prefix(void)
{
	struct addr_prefix prefix = prefix_of(random() & 1 ? "10.0.0.0" : "2001:db8::");
	bool ipv4 = addr_is_ipv4(&prefix.addr);

	for (int i = ipv4 ? 12 : 4; i < 16; i++)
		if (!(random() % 3))
			prefix.addr.bytes[i] = random() & 0xc3;
	prefix.length = random() % (ipv4 ? 33 : 129);
	addr_mask(&prefix.addr, prefix.length);
	return prefix;
}

static bool covers(const struct addr_prefix *wide, const struct addr_prefix *narrow)
{
	return wide->length <= narrow->length && addr_prefix_covers(wide, &narrow->addr);
}

/* The result that the header describes, by a linear search. */
static void check_like_a_loop(const struct prefix_set *set, const struct addr_prefix *all,
			      size_t count, const struct addr_prefix *target)
{
	const struct addr_prefix *best = NULL;
	struct addr_prefix entry;
	bool inside = false, found_one;

	for (size_t i = 0; i < count; i++) {
		if (covers(&all[i], target) && (!best || all[i].length > best->length))
			best = &all[i];
		inside |= covers(target, &all[i]);
	}
	found_one = prefix_set_find(set, target, &entry) != NULL;
	assert_int_equal(found_one, best || inside);
	if (best) {
		assert_int_equal(entry.length, best->length);
		assert_memory_equal(&entry.addr, &best->addr, sizeof(entry.addr));
	} else if (inside) {
		assert_true(covers(target, &entry));
	}
}

static void random_sets_match_a_linear_search(void **state)
{
	struct addr_prefix all[200];

	(void)state;
	srandom(2003);
	for (int round = 0; round < 300; round++) {
		size_t count = random() % 200;
		struct prefix_set *set;

		assert_int_equal(prefix_set_new(&set), 0);
		for (size_t i = 0; i < count; i++) {
			do {
				all[i] = random_prefix();
			} while (all[i].length < 9 && random() % 50);
			assert_int_equal(prefix_set_add(set, &all[i], "why"), 0);
		}
		prefix_set_seal(set);
		for (int i = 0; i < 300; i++) {
			struct addr_prefix target = random_prefix();

			check_like_a_loop(set, all, count, &target);
		}
		prefix_set_free(set);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_found_in_an_empty_set),
		cmocka_unit_test(a_host_is_found_by_the_narrowest_network_that_covers_it),
		cmocka_unit_test(a_network_is_found_by_an_entry_in_it),
		cmocka_unit_test(a_single_address_is_found_by_its_64),
		cmocka_unit_test(a_prefix_of_length_0_covers_its_family_and_not_the_other),
		cmocka_unit_test(the_first_reason_of_two_equal_entries_stays),
		cmocka_unit_test(entries_are_in_ascending_order_ipv4_first),
		cmocka_unit_test(random_sets_match_a_linear_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
