/* SPDX-License-Identifier: GPL-2.0-only */
/* Asks exim for its log and its HELO checks in a thread, so that the caller can do other things. */
#ifndef ASKING_H
#define ASKING_H

#include <limits.h>
#include <stdbool.h>

struct asking;

struct asking_answer {
	bool checks_helo;   /* see ask_checks_helo() */
	int err;	    /* of ask_log() */
	char log[PATH_MAX]; /* valid if err is 0 */
};

/* Starts asking. 0 or -errno; the caller closes *out. */
int asking_open(struct asking **out);

/* A descriptor, owned by `asking`, that is readable when exim has answered. */
int asking_fd(const struct asking *asking);

/* Waits for the thread; after ask_cancel() that is at once. *answer may be NULL. Accepts NULL. */
void asking_close(struct asking *asking, struct asking_answer *answer);

#endif
