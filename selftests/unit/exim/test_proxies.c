// SPDX-License-Identifier: GPL-2.0-only
/* exim's proxies: which are allowed hosts, and when no line tells of a direct peer. */
#include "unit/suite.h"

#include <stdio.h>
#include <string.h>

#include "exim/proxies.h"

static struct proxies proxies;

/* All proxies that become allowed hosts, in order, separated by spaces. */
static const char *allowed(const char *hosts_proxy, const char *hosts_xclient)
{
	static char all[1024];
	struct relays relays = { 0 };
	char address[ADDR_TEXT_SIZE];
	const char *why;

	*all = '\0';
	assert_int_equal(prefix_set_new(&relays.addresses), 0);
	assert_int_equal(proxies_parse(&relays, hosts_proxy, hosts_xclient, &proxies), 0);
	prefix_set_seal(relays.addresses);
	for (size_t i = 0; i < prefix_set_count(relays.addresses); i++) {
		addr_prefix_format(prefix_set_at(relays.addresses, i, &why), address);
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s (%s) ", address, why);
	}
	prefix_set_free(relays.addresses);
	return all;
}

static void without_proxies_each_line_tells_of_a_direct_peer(void **state)
{
	(void)state;
	assert_string_equal(allowed("", ""), "");
	assert_string_equal(proxies.text, "");
	assert_false(proxies.all);
	/* An exim that was built without them. */
	assert_string_equal(allowed(NULL, NULL), "");
	assert_string_equal(proxies.text, "");
	assert_false(proxies.all);
}

static void proxies_are_allowed_hosts_with_their_option_as_the_reason(void **state)
{
	(void)state;
	assert_string_equal(allowed("192.0.2.1 : 198.51.100.0/28", "2001::db8::::7"),
			    "192.0.2.1 (exim's hosts_proxy) 198.51.100.0/28 (exim's hosts_proxy) "
			    "2001:db8::7/128 (exim's hosts_xclient) ");
	assert_string_equal(
		proxies.text,
		"hosts_proxy = 192.0.2.1 : 198.51.100.0/28, hosts_xclient = 2001::db8::::7");
	assert_false(proxies.all);
}

static void a_list_that_covers_every_host_leaves_no_direct_peer_and_allows_none(void **state)
{
	static const char *const wide[] = { "*", "0.0.0.0/0", "! 10.0.0.1 : *", "<; ::/0" };

	(void)state;
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
		assert_string_equal(allowed(wide[i], ""), "");
		assert_true(proxies.all);
		assert_string_equal(allowed(NULL, wide[i]), "");
		assert_true(proxies.all);
		assert_string_equal(allowed("192.0.2.1", wide[i]),
				    "192.0.2.1 (exim's hosts_proxy) ");
		assert_true(proxies.all);
	}
}

static void a_long_list_is_cut_in_the_text_only(void **state)
{
	char list[1024] = "192.0.2.1";

	(void)state;
	for (int i = 2; i < 60; i++)
		snprintf(list + strlen(list), sizeof(list) - strlen(list), " : 192.0.2.%d", i);
	allowed(list, "203.0.113.1");
	assert_int_equal(strlen(proxies.text), PROXIES_TEXT_SIZE - 1);
	assert_non_null(strstr(allowed(list, "203.0.113.1"), "192.0.2.9 (exim's hosts_proxy) "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_proxies_each_line_tells_of_a_direct_peer),
		cmocka_unit_test(proxies_are_allowed_hosts_with_their_option_as_the_reason),
		cmocka_unit_test(
			a_list_that_covers_every_host_leaves_no_direct_peer_and_allows_none),
		cmocka_unit_test(a_long_list_is_cut_in_the_text_only),
	};

	return cmocka_run_group_tests_name("proxies", tests, NULL, NULL);
}
