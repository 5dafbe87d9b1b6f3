// SPDX-License-Identifier: GPL-2.0-only
/* The word that is suggested for a misspelt one, and lists of words. */
#include "unit/suite.h"

#include <string.h>

#include "common/suggest.h"

static const char *const words[] = { "limit", "log", "window", NULL };
static const char *const options[] = { "--limit", "--log", "--pins", NULL };

static void a_word_with_two_wrong_letters_gets_a_suggestion_and_a_foreign_one_none(void **state)
{
	char text[SUGGEST_TEXT_SIZE];

	(void)state;
	assert_string_equal(suggest_words("lmit", words, "", text), "; did you mean \"limit\"?");
	assert_string_equal(suggest_words("windoes", words, "", text),
			    "; did you mean \"window\"?");
	assert_string_equal(suggest_words("top", words, "", text), "");
}

static void hyphens_in_front_are_not_letters_that_match(void **state)
{
	char text[SUGGEST_TEXT_SIZE];

	(void)state;
	assert_string_equal(suggest_words("--lmit", options, "", text),
			    "; did you mean \"--limit\"?");
	assert_string_equal(suggest_words("--top", options, "", text), "");
}

static void without_a_suggestion_the_words_are_listed(void **state)
{
	char text[SUGGEST_TEXT_SIZE];

	(void)state;
	assert_string_equal(suggest_words("zzz", words, NULL, text),
			    "; expected limit, log or window");
	assert_string_equal(suggest_list(words, text), "limit, log or window");
	assert_string_equal(suggest_list(words + 2, text), "window");
	assert_string_equal(suggest_list(words + 3, text), "");
}

static void a_list_is_cut_at_the_end_of_its_buffer(void **state)
{
	const char *many[100] = { NULL };
	char text[SUGGEST_TEXT_SIZE];

	(void)state;
	for (int i = 0; i < 99; i++)
		many[i] = "abcd";
	assert_int_equal(strlen(suggest_list(many, text)), SUGGEST_TEXT_SIZE - 1);
	assert_int_equal(strlen(suggest_words("zzz", many, NULL, text)), SUGGEST_TEXT_SIZE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_word_with_two_wrong_letters_gets_a_suggestion_and_a_foreign_one_none),
		cmocka_unit_test(hyphens_in_front_are_not_letters_that_match),
		cmocka_unit_test(without_a_suggestion_the_words_are_listed),
		cmocka_unit_test(a_list_is_cut_at_the_end_of_its_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
