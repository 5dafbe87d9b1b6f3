// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kernel/filter.h"
#include "unit/suite.h"

#define LOOK_PINS "/nowhere/sobig-xdp"

static int look_lo(void)
{
	struct filter_info info;

	return filter_find(1, LOOK_PINS, 0, &info);
}

static void look_need(void **state)
{
	const bool *apart = *state;

	if (!*apart)
		skip();
}

static void an_interface_without_a_program_differs_from_a_missing_one(void **state)
{
	struct filter_info info;

	look_need(state);
	assert_int_equal(look_lo(), -ENOENT);
	assert_int_equal(filter_find(77, LOOK_PINS, 0, &info), -ENODEV);
	assert_int_equal(filter_find(77, LOOK_PINS, 5, &info), -ENODEV);
}

static void a_failed_look_is_an_error(void **state)
{
	struct rlimit limit, none = { 0 };
	int err;

	look_need(state);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none.rlim_max = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	err = look_lo();
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(err, -EMFILE);
	assert_int_equal(look_lo(), -ENOENT);
}

static void looking_leaves_no_descriptor_open(void **state)
{
	int before = dup(STDOUT_FILENO), after;

	look_need(state);
	close(before);
	for (int i = 0; i < 200; i++)
		assert_int_equal(look_lo(), -ENOENT);
	after = dup(STDOUT_FILENO);
	close(after);
	assert_int_equal(after, before);
}

static int look_deaf(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static void looking_does_not_change_the_callbacks_of_libbpf(void **state)
{
	libbpf_print_fn_t before;

	look_need(state);
	before = libbpf_set_print(look_deaf);
	look_lo();
	assert_ptr_equal(libbpf_set_print(before), look_deaf);
}

static void *look_often(void *context)
{
	int *answered = context;

	for (int i = 0; i < 100; i++)
		*answered += look_lo() == -ENOENT;
	return NULL;
}

/* -fsanitize=thread checks this further. */
static void two_threads_look_at_the_same_time(void **state)
{
	int answered[2] = { 0 };
	pthread_t threads[2];

	look_need(state);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, look_often, &answered[i]), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(answered[0], 100);
	assert_int_equal(answered[1], 100);
}

/* Not in the machine's own network. */
static int look_set_up(void **state)
{
	static bool apart;

	apart = !unshare(CLONE_NEWNET) || !unshare(CLONE_NEWUSER | CLONE_NEWNET);
	*state = &apart;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_interface_without_a_program_differs_from_a_missing_one),
		cmocka_unit_test(a_failed_look_is_an_error),
		cmocka_unit_test(looking_leaves_no_descriptor_open),
		cmocka_unit_test(looking_does_not_change_the_callbacks_of_libbpf),
		cmocka_unit_test(two_threads_look_at_the_same_time),
	};

	return cmocka_run_group_tests_name("look", tests, look_set_up, NULL);
}
