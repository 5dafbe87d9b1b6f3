// SPDX-License-Identifier: GPL-2.0-only
/* A leak and a data race, with which selftests/run checks that the sanitizers work. */
#include <pthread.h>
#include <stdlib.h>

static int planted_counter;

static void *planted_count(void *unused)
{
	planted_counter++;
	return unused;
}

int main(void)
{
	static void *volatile leak;
	pthread_t thread;

	leak = malloc(42);
	leak = NULL;
	if (pthread_create(&thread, NULL, planted_count, NULL))
		return 1;
	planted_counter++;
	return pthread_join(thread, NULL) || planted_counter != 2;
}
