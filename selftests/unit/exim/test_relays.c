// SPDX-License-Identifier: GPL-2.0-only
/* exim's list of hosts that it relays for: which items are used, and which are not. */
#include "unit/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "exim/relays.h"

static char names[256];

static int note_name(void *context, const char *name)
{
	(void)context;
	snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s ", name);
	return 0;
}

static int list_of(const char *name, char *value, size_t size)
{
	if (!strcmp(name, "inner"))
		snprintf(value, size, "<, 203.0.113.0/24, mx.inner.example");
	else if (!strcmp(name, "ring"))
		snprintf(value, size, "203.0.113.1 : +ring");
	else
		return -ENOENT;
	return 0;
}

static struct relays relays;

/* All used items, in order, separated by spaces. */
static const char *taken(const char *text)
{
	static char all[1024];
	char address[ADDR_TEXT_SIZE];

	*all = *names = '\0';
	relays = (struct relays){ .name = note_name };
	assert_int_equal(prefix_set_new(&relays.addresses), 0);
	assert_int_equal(relays_parse(&relays, text, list_of), 0);
	prefix_set_seal(relays.addresses);
	for (size_t i = 0; i < prefix_set_count(relays.addresses); i++)
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s ",
			 addr_prefix_format(prefix_set_at(relays.addresses, i, NULL), address));
	strcat(all, names);
	prefix_set_free(relays.addresses);
	return all;
}

static void addresses_networks_and_names_are_read(void **state)
{
	(void)state;
	assert_string_equal(taken("127.0.0.1 : 198.51.100.0/24: mx.example.org"),
			    "127.0.0.1 198.51.100.0/24 mx.example.org ");
	assert_int_equal(relays.taken, 3);
	assert_int_equal(relays.skipped, 0);
	assert_string_equal(taken(""), "");
	assert_string_equal(taken("  "), "");
}

static void colons_of_ipv6_are_doubled_or_the_separator_is_another(void **state)
{
	(void)state;
	assert_string_equal(taken("127.0.0.1 : ::::1 : 2001::db8::::/32"),
			    "127.0.0.1 ::1/128 2001:db8::/32 ");
	assert_string_equal(taken("<; 127.0.0.1 ; ::1;2001:db8::/32 ;"),
			    "127.0.0.1 ::1/128 2001:db8::/32 ");
}

static void bits_after_the_prefix_are_ignored_as_in_exim(void **state)
{
	(void)state;
	assert_string_equal(taken("<; 198.51.100.7/24 ; 2001:db8::1/64"),
			    "198.51.100.0/24 2001:db8::/64 ");
}

static void items_that_only_exim_can_evaluate_are_skipped_and_counted(void **state)
{
	(void)state;
	assert_string_equal(taken("net-lsearch;/etc/x : *.example.org : ^a\\.b : 192.0.2.1"),
			    "192.0.2.1 ");
	assert_int_equal(relays.skipped, 3);
	assert_string_equal(
		taken("192.0.2.1 : ${if eq{a}{b}{192.0.2.2 : 192.0.2.3 : 192.0.2.4}} : 192.0.2.5 : $acl_m1"),
		"192.0.2.1 192.0.2.5 ");
	assert_int_equal(relays.skipped, 4);
	assert_string_equal(taken("192.0.2.1/33 : 1.2.3 : /etc/relays : 192.0.2.9"), "192.0.2.9 ");
	assert_int_equal(relays.skipped, 3);
}

static void negated_items_and_this_machine_are_ignored(void **state)
{
	(void)state;
	assert_string_equal(taken("!192.0.2.7 : 192.0.2.8 : @ : @[] : ! 192.0.2.9"), "192.0.2.8 ");
	assert_int_equal(relays.skipped, 0);
}

static void nested_lists_are_read_and_cycles_end(void **state)
{
	(void)state;
	assert_string_equal(taken("192.0.2.1 : +inner : +nobody"),
			    "192.0.2.1 203.0.113.0/24 mx.inner.example ");
	assert_int_equal(relays.skipped, 1);
	assert_string_equal(taken("+ring"), "203.0.113.1 ");
	assert_int_equal(relays.skipped, 1);
}

static void an_item_that_covers_every_host_is_refused_and_reported(void **state)
{
	static const char *const wide[] = { "0.0.0.0/0", "*", "128.0.0.0/1", "10.0.0.0/7" };

	(void)state;
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
		char text[64];

		snprintf(text, sizeof(text), "192.0.2.1 : %s : 10.0.0.0/8", wide[i]);
		assert_string_equal(taken(text), "10.0.0.0/8 192.0.2.1 ");
		assert_string_equal(relays.wide, wide[i]);
	}
	assert_string_equal(taken("<; ::/0 ; 2000::/18 ; 2000::/19"), "2000::/19 ");
	assert_string_equal(relays.wide, "::/0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_networks_and_names_are_read),
		cmocka_unit_test(colons_of_ipv6_are_doubled_or_the_separator_is_another),
		cmocka_unit_test(bits_after_the_prefix_are_ignored_as_in_exim),
		cmocka_unit_test(items_that_only_exim_can_evaluate_are_skipped_and_counted),
		cmocka_unit_test(negated_items_and_this_machine_are_ignored),
		cmocka_unit_test(nested_lists_are_read_and_cycles_end),
		cmocka_unit_test(an_item_that_covers_every_host_is_refused_and_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
