// SPDX-License-Identifier: GPL-2.0-only
/* Asks exim for its log and its HELO checks in a thread, so that the caller can do other things. */
#include "exim/asking.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "exim/ask.h"

struct asking {
	pthread_t thread;
	int ready; /* eventfd */
	struct asking_answer answer;
};

static void *asking_run(void *context)
{
	struct asking *asking = context;
	const uint64_t one = 1;

	asking->answer.checks_helo = ask_checks_helo();
	asking->answer.err = ask_log(asking->answer.log, sizeof(asking->answer.log));
	if (write(asking->ready, &one, sizeof(one)) < 0)
		return NULL; /* an eventfd accepts its first 1 */
	return NULL;
}

int asking_open(struct asking **out)
{
	struct asking *asking = calloc(1, sizeof(*asking));
	sigset_t all, before;
	int err;

	if (!asking)
		return -ENOMEM;
	asking->ready = eventfd(0, EFD_CLOEXEC);
	if (asking->ready < 0) {
		err = -errno;
		free(asking);
		return err;
	}
	/* The main thread handles signals. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = -pthread_create(&asking->thread, NULL, asking_run, asking);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err) {
		close(asking->ready);
		free(asking);
		return err;
	}
	*out = asking;
	return 0;
}

int asking_fd(const struct asking *asking)
{
	return asking->ready;
}

void asking_close(struct asking *asking, struct asking_answer *answer)
{
	if (!asking)
		return;
	pthread_join(asking->thread, NULL);
	if (answer)
		*answer = asking->answer;
	close(asking->ready);
	free(asking);
}
