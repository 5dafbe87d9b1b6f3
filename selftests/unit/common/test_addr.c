// SPDX-License-Identifier: GPL-2.0-only
/* Addresses: parsing, hosts, and special addresses. */
#include "unit/suite.h"

#include <errno.h>
#include <string.h>

#include "common/addr.h"

static struct addr addr_of(const char *text)
{
	struct addr addr;

	assert_int_equal(addr_parse(text, strlen(text), &addr), 0);
	return addr;
}

static void an_address_is_formatted_as_it_was_parsed(void **state)
{
	const char *const texts[] = { "198.51.100.7", "0.0.0.0", "255.255.255.255",
				      "2001:db8::1",  "::",	 "fe80::1" };
	char text[ADDR_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct addr addr = addr_of(texts[i]);

		assert_string_equal(addr_format(&addr, text), texts[i]);
	}
}

static void an_invalid_address_is_refused_and_out_is_untouched(void **state)
{
	const char *const texts[] = { "",
				      "1.2.3",
				      "1.2.3.4.5",
				      "1.2.3.256",
				      "01.2.3.4",
				      " 1.2.3.4",
				      "1.2.3.4 ",
				      "1.2.3.4:25",
				      "::1%eth0",
				      "2001:db8:::1",
				      "localhost",
				      "[192.0.2.1]",
				      "0x7f.1",
				      "123456789",
				      "1111:2222:3333:4444:5555:6666:7777:8888:9999" };
	struct addr addr, before;

	(void)state;
	memset(&before, 0xaa, sizeof(before));
	addr = before;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(addr_parse(texts[i], strlen(texts[i]), &addr), -EINVAL);
		assert_memory_equal(&addr, &before, sizeof(addr));
	}
	assert_int_equal(addr_parse("1.2.3.4\0x", 9, &addr), -EINVAL);
}

static void only_the_given_number_of_bytes_is_read(void **state)
{
	struct addr addr, expected = addr_of("192.0.2.1");

	(void)state;
	assert_int_equal(addr_parse("192.0.2.123", 9, &addr), 0);
	assert_memory_equal(&addr, &expected, sizeof(addr));
}

static void a_mapped_address_equals_the_plain_one(void **state)
{
	struct addr plain = addr_of("198.51.100.7"), mapped = addr_of("::ffff:198.51.100.7");

	(void)state;
	assert_memory_equal(&plain, &mapped, sizeof(plain));
	assert_true(addr_is_ipv4(&mapped));
}

static void one_ipv6_host_is_its_64_and_its_neighbour_is_not(void **state)
{
	struct addr a = addr_of("2001:db8:1:2::5"), b = addr_of("2001:db8:1:2:ffff::9");
	struct addr c = addr_of("2001:db8:1:3::5"), v4 = addr_of("198.51.100.7"), host;
	char text[ADDR_TEXT_SIZE];

	(void)state;
	a = addr_host(&a);
	b = addr_host(&b);
	c = addr_host(&c);
	host = addr_host(&v4);
	assert_int_equal(addr_compare(&a, &b), 0);
	assert_int_not_equal(addr_compare(&a, &c), 0);
	assert_int_equal(addr_compare(&host, &v4), 0);
	assert_string_equal(addr_format_host(&a, text), "2001:db8:1:2::/64");
	assert_string_equal(addr_format_host(&v4, text), "198.51.100.7");
}

static void an_embedded_ipv4_address_is_the_host_and_its_128_the_target(void **state)
{
	static const struct {
		const char *address, *host, *target;
	} cases[] = {
		{ "64:ff9b::192.0.2.1", "192.0.2.1", "64:ff9b::c000:201/128" },
		{ "2001:0:4136:e378:8000:63bf:3fff:fdd2", "192.0.2.45",
		  "2001:0:4136:e378:8000:63bf:3fff:fdd2/128" },
		/* Their neighbours are hosts like any other, and so are the prefixes. */
		{ "64:ff9b:0:0:1::192.0.2.1", "64:ff9b::", "64:ff9b::/64" },
		{ "64:ff9b:1::192.0.2.1", "64:ff9b:1::", "64:ff9b:1::/64" },
		{ "64:ff9a::192.0.2.1", "64:ff9a::", "64:ff9a::/64" },
		{ "2001:1:4136:e378:8000:63bf:3fff:fdd2",
		  "2001:1:4136:e378::", "2001:1:4136:e378::/64" },
		{ "64:ff9b::", "64:ff9b::", "64:ff9b::/64" },
		{ "2001:0:4136:e378::", "2001:0:4136:e378::", "2001:0:4136:e378::/64" },
		{ "192.0.2.1", "192.0.2.1", "192.0.2.1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct addr addr = addr_of(cases[i].address);
		const struct addr host = addr_host(&addr), again = addr_host(&host);
		const struct addr_prefix target = addr_target(&addr);
		char text[ADDR_TEXT_SIZE];

		assert_string_equal(addr_format(&host, text), cases[i].host);
		assert_string_equal(addr_prefix_format(&target, text), cases[i].target);
		assert_int_equal(addr_compare(&host, &again), 0);
	}
}

static void special_addresses_differ_from_their_neighbours(void **state)
{
	const char *const special[] = {
		"127.0.0.1",	   "127.255.255.255", "0.0.0.0", "224.0.0.1",
		"255.255.255.255", "169.254.1.1",     "::",	 "::1",
		"fe80::1",	   "febf::1",	      "ff02::1", "::ffff:127.0.0.1"
	};
	const char *const plain[] = {
		"126.255.255.255", "128.0.0.1",	  "1.0.0.0", "223.255.255.255",
		"169.253.1.1",	   "169.255.1.1", "::2",     "fec0::1",
		"fe7f::1",	   "2001:db8::1", "10.0.0.1"
	};
	struct addr addr;

	(void)state;
	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
		addr = addr_of(special[i]);
		assert_true(addr_is_special(&addr));
	}
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		addr = addr_of(plain[i]);
		assert_false(addr_is_special(&addr));
	}
}

static void prefixes_are_parsed_strictly(void **state)
{
	struct addr_prefix prefix;

	(void)state;
	assert_int_equal(addr_parse_prefix("198.51.100.0/24", &prefix), 0);
	assert_int_equal(prefix.length, 24);
	assert_int_equal(addr_parse_prefix("198.51.100.7", &prefix), 0);
	assert_int_equal(prefix.length, 32);
	assert_int_equal(addr_parse_prefix("2001:db8::/32", &prefix), 0);
	assert_int_equal(addr_parse_prefix("0.0.0.0/0", &prefix), 0);
	assert_int_equal(addr_parse_prefix("198.51.100.7/24", &prefix), -EDOM);
	assert_int_equal(addr_parse_prefix("2001:db8::1/64", &prefix), -EDOM);
	assert_int_equal(addr_parse_prefix("198.51.100.0/33", &prefix), -EINVAL);
	assert_int_equal(addr_parse_prefix("198.51.100.0/", &prefix), -EINVAL);
	assert_int_equal(addr_parse_prefix("198.51.100.0/+4", &prefix), -EINVAL);
	assert_int_equal(addr_parse_prefix("198.51.100.0/2 ", &prefix), -EINVAL);
	assert_int_equal(addr_parse_prefix("::/129", &prefix), -EINVAL);
}

static void networks_meet_if_one_is_in_the_other(void **state)
{
	static const struct {
		const char *a, *b;
		bool meet;
	} rows[] = {
		{ "198.51.100.0/24", "198.51.100.7", true },
		{ "198.51.100.0/24", "198.51.101.7", false },
		{ "198.51.100.0/24", "198.51.100.0/24", true },
		{ "198.51.100.0/25", "198.51.100.128/25", false },
		{ "0.0.0.0/0", "198.51.100.0/24", true },
		{ "::/0", "198.51.100.0/24", false },
		{ "::/0", "0.0.0.0/0", false },
		{ "2001:db8::/32", "2001:db8:1::/64", true },
		{ "2001:db8::/32", "2001:db9::/64", false },
	};
	struct addr_prefix a, b;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(addr_parse_prefix(rows[i].a, &a), 0);
		assert_int_equal(addr_parse_prefix(rows[i].b, &b), 0);
		assert_int_equal(addr_prefix_meets(&a, &b), rows[i].meet);
		assert_int_equal(addr_prefix_meets(&b, &a), rows[i].meet);
	}
}

static void a_prefix_covers_its_addresses_and_no_others(void **state)
{
	struct addr inside = addr_of("198.51.100.255"), outside = addr_of("198.51.101.0");
	struct addr other = addr_of("2001:db8::1");
	struct addr_prefix prefix;

	(void)state;
	assert_int_equal(addr_parse_prefix("198.51.100.0/24", &prefix), 0);
	assert_true(addr_prefix_covers(&prefix, &inside));
	assert_false(addr_prefix_covers(&prefix, &outside));
	assert_false(addr_prefix_covers(&prefix, &other));
	assert_int_equal(addr_parse_prefix("198.51.100.128/25", &prefix), 0);
	assert_true(addr_prefix_covers(&prefix, &inside));
	assert_int_equal(addr_parse_prefix("::/0", &prefix), 0);
	assert_true(addr_prefix_covers(&prefix, &other));
	assert_false(addr_prefix_covers(&prefix, &inside));
}

static void a_network_is_formatted_as_it_was_parsed(void **state)
{
	static const struct {
		const char *text;
		bool host;
	} prefixes[] = {
		{ "198.51.100.7", true },   { "198.51.100.0/24", false },
		{ "0.0.0.0/0", false },	    { "2001:db8:1:2::/64", true },
		{ "2001:db8::/32", false }, { "2001:db8::7/128", false },
		{ "::/0", false },
	};
	struct addr_prefix prefix;
	char text[ADDR_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		assert_int_equal(addr_parse_prefix(prefixes[i].text, &prefix), 0);
		assert_string_equal(addr_prefix_format(&prefix, text), prefixes[i].text);
		assert_int_equal(addr_prefix_is_host(&prefix), prefixes[i].host);
		assert_true(!prefixes[i].host || !memcmp(addr_prefix_host(&prefix.addr).addr.bytes,
							 prefix.addr.bytes, 16));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_formatted_as_it_was_parsed),
		cmocka_unit_test(an_invalid_address_is_refused_and_out_is_untouched),
		cmocka_unit_test(only_the_given_number_of_bytes_is_read),
		cmocka_unit_test(a_mapped_address_equals_the_plain_one),
		cmocka_unit_test(one_ipv6_host_is_its_64_and_its_neighbour_is_not),
		cmocka_unit_test(an_embedded_ipv4_address_is_the_host_and_its_128_the_target),
		cmocka_unit_test(special_addresses_differ_from_their_neighbours),
		cmocka_unit_test(prefixes_are_parsed_strictly),
		cmocka_unit_test(a_network_is_formatted_as_it_was_parsed),
		cmocka_unit_test(networks_meet_if_one_is_in_the_other),
		cmocka_unit_test(a_prefix_covers_its_addresses_and_no_others),
	};

	return cmocka_run_group_tests_name("addr", tests, NULL, NULL);
}
