// SPDX-License-Identifier: GPL-2.0-only
/* The section [allow]: accepted values and error messages. */
#include "unit/suite.h"

#include <errno.h>
#include <string.h>

#include "config/config_allow.h"

static char why[256];

static int take(struct config_allow *allow, const char *key, const char *value)
{
	*why = '\0';
	return config_allow_take(allow, key, value, why, sizeof(why));
}

static void lists_grow_with_every_line(void **state)
{
	struct config_allow allow = { 0 };
	char text[ADDR_TEXT_SIZE];

	(void)state;
	assert_int_equal(take(&allow, "address", "192.0.2.1, 198.51.100.0/24 ,2001:db8::/32"), 0);
	assert_int_equal(take(&allow, "address", "203.0.113.5"), 0);
	assert_int_equal(take(&allow, "host", "mx.example.org, b.example.org."), 0);
	assert_int_equal(take(&allow, "host", "localhost"), 0);
	assert_int_equal(take(&allow, "file", "/etc/a, b"), 0);
	assert_int_equal(take(&allow, "file", "/etc/b"), 0);
	assert_int_equal(allow.addresses_count, 4);
	assert_string_equal(addr_prefix_format(&allow.addresses[1], text), "198.51.100.0/24");
	assert_string_equal(addr_prefix_format(&allow.addresses[3], text), "203.0.113.5");
	assert_int_equal(allow.hosts_count, 3);
	assert_string_equal(allow.hosts[1], "b.example.org.");
	assert_int_equal(allow.files_count, 2);
	assert_string_equal(allow.files[0], "/etc/a, b");
	config_allow_free(&allow);
	config_allow_free(&allow);
}

static void providers_are_off_on_or_elsewhere(void **state)
{
	struct config_allow allow = { 0 };

	(void)state;
	assert_null(allow.providers);
	assert_int_equal(take(&allow, "providers", "yes"), 0);
	assert_string_equal(allow.providers, CONFIG_PROVIDERS_FILE);
	assert_int_equal(take(&allow, "providers", "/etc/mine"), 0);
	assert_string_equal(allow.providers, "/etc/mine");
	assert_int_equal(take(&allow, "providers", "maybe"), -EINVAL);
	assert_non_null(strstr(why, "providers = \"maybe\": expected no, yes"));
	assert_string_equal(allow.providers, "/etc/mine");
	assert_int_equal(take(&allow, "providers", "no"), 0);
	assert_null(allow.providers);
	config_allow_free(&allow);
}

static void an_error_quotes_the_value_and_names_what_was_expected(void **state)
{
	static const struct {
		const char *key, *value, *words;
	} wrong[] = {
		{ "address", "192.0.2.1, mx.example.org",
		  "address = \"mx.example.org\": expected an address" },
		{ "address", "192.0.2.1,", "address = \"\": expected an address" },
		{ "address", "198.51.100.7/24", "did you mean 198.51.100.0/24?" },
		{ "address", "2001:db8::1/64", "did you mean 2001:db8::/64?" },
		{ "address", "0.0.0.0/0", "covers every address" },
		{ "address", "::/0", "covers every address" },
		{ "host", "a.example.org, 192.0.2.1",
		  "host = \"192.0.2.1\": expected a host name" },
		{ "host", "a.example.org, b c", "host = \"b c\": expected a host name" },
		{ "host", "a..example.org", "expected a host name" },
		{ "host", "", "expected a host name" },
		{ "file", "allow.txt", "file = \"allow.txt\": expected an absolute path" },
		{ "adress", "192.0.2.1", "did you mean \"address\"?" },
		{ "zzz", "192.0.2.1", "expected address, host, file or providers" },
	};
	struct config_allow allow = { 0 };

	(void)state;
	assert_int_equal(take(&allow, "address", "203.0.113.5"), 0);
	assert_int_equal(take(&allow, "host", "mx.example.org"), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(take(&allow, wrong[i].key, wrong[i].value), -EINVAL);
		if (!strstr(why, wrong[i].words))
			fail_msg("\"%s\" lacks \"%s\"", why, wrong[i].words);
		assert_int_equal(allow.addresses_count, 1);
		assert_int_equal(allow.hosts_count, 1);
		assert_int_equal(allow.files_count, 0);
	}
	config_allow_free(&allow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_grow_with_every_line),
		cmocka_unit_test(providers_are_off_on_or_elsewhere),
		cmocka_unit_test(an_error_quotes_the_value_and_names_what_was_expected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
