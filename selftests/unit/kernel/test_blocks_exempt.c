// SPDX-License-Identifier: GPL-2.0-only
/* The rest of a network without its allowed hosts. */
#include "unit/suite.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/blocks_exempt.h"

static struct addr_prefix prefix_of(const char *text)
{
	struct addr_prefix prefix;

	assert_int_equal(addr_parse_prefix(text, &prefix), 0);
	return prefix;
}

/* The rest of a network without one or two others. */
static struct blocks_exempt_pieces rest_of(const char *target, const char *a, const char *b)
{
	struct addr_prefix network = prefix_of(target), entry;
	struct blocks_exempt_pieces pieces = { 0 };
	struct prefix_set *set;

	assert_int_equal(prefix_set_new(&set), 0);
	entry = prefix_of(a);
	assert_int_equal(prefix_set_add(set, &entry, "a"), 0);
	if (b) {
		entry = prefix_of(b);
		assert_int_equal(prefix_set_add(set, &entry, "b"), 0);
	}
	prefix_set_seal(set);
	assert_int_equal(blocks_exempt_rest(set, &network, &pieces), 0);
	prefix_set_free(set);
	return pieces;
}

static void one_address_out_of_a_24_leaves_one_network_of_each_length(void **state)
{
	static const char *const expected[] = { "198.51.100.0/30",  "198.51.100.4/31",
						"198.51.100.6",	    "198.51.100.8/29",
						"198.51.100.16/28", "198.51.100.32/27",
						"198.51.100.64/26", "198.51.100.128/25" };
	struct blocks_exempt_pieces pieces = rest_of("198.51.100.0/24", "198.51.100.7", NULL);
	char text[ADDR_TEXT_SIZE];

	(void)state;
	assert_int_equal(pieces.count, 8);
	for (size_t i = 0; i < 8; i++)
		assert_string_equal(addr_prefix_format(&pieces.target[i], text), expected[i]);
	blocks_exempt_free(&pieces);
}

static void nothing_is_left_of_an_allowed_network_and_all_of_its_neighbour(void **state)
{
	struct blocks_exempt_pieces pieces = rest_of("198.51.100.0/24", "198.51.0.0/16", NULL);

	(void)state;
	assert_int_equal(pieces.count, 0);
	blocks_exempt_free(&pieces);
	pieces = rest_of("198.51.100.0/24", "198.51.100.0/25", "198.51.100.128/25");
	assert_int_equal(pieces.count, 0);
	blocks_exempt_free(&pieces);
	pieces = rest_of("198.51.100.0/24", "198.51.101.0/24", NULL);
	assert_int_equal(pieces.count, 1);
	assert_int_equal(pieces.target[0].length, 24);
	blocks_exempt_free(&pieces);
}

static void an_ipv6_address_excludes_its_64(void **state)
{
	struct addr_prefix own = prefix_of("2001:db8:0:5::/64");
	struct blocks_exempt_pieces pieces = rest_of("2001:db8::/32", "2001:db8:0:5::99", NULL);

	(void)state;
	assert_int_equal(pieces.count, 32);
	for (size_t i = 0; i < pieces.count; i++) {
		assert_true(pieces.target[i].length <= 64);
		assert_false(addr_prefix_covers(&pieces.target[i], &own.addr));
	}
	blocks_exempt_free(&pieces);
}

/* Every address of a /20 is in exactly one piece, or allowed. */
static void pieces_and_allowed_networks_cover_the_whole_and_do_not_overlap(void **state)
{
	struct addr_prefix whole = prefix_of("10.0.0.0/20"), entry;

	(void)state;
	srandom(24);
	for (int round = 0; round < 50; round++) {
		struct blocks_exempt_pieces pieces = { 0 };
		struct prefix_set *set;

		assert_int_equal(prefix_set_new(&set), 0);
		for (int i = random() % 12; i >= 0; i--) {
			entry = whole;
			entry.addr.bytes[14] = random() & 0x0f;
			entry.addr.bytes[15] = random();
			entry.length = 21 + random() % 12;
			assert_int_equal(prefix_set_add(set, &entry, "why"), 0);
		}
		prefix_set_seal(set);
		assert_int_equal(blocks_exempt_rest(set, &whole, &pieces), 0);
		for (unsigned int low = 0; low < 4096; low++) {
			struct addr_prefix host = whole;
			unsigned int times = 0;

			host.length = 32;
			host.addr.bytes[14] = low >> 8;
			host.addr.bytes[15] = low;
			for (size_t i = 0; i < pieces.count; i++)
				times += addr_prefix_covers(&pieces.target[i], &host.addr);
			assert_int_equal(times, !prefix_set_find(set, &host, NULL));
		}
		blocks_exempt_free(&pieces);
		prefix_set_free(set);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_address_out_of_a_24_leaves_one_network_of_each_length),
		cmocka_unit_test(nothing_is_left_of_an_allowed_network_and_all_of_its_neighbour),
		cmocka_unit_test(an_ipv6_address_excludes_its_64),
		cmocka_unit_test(pieces_and_allowed_networks_cover_the_whole_and_do_not_overlap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
