// SPDX-License-Identifier: GPL-2.0-only
/* Waits, during the start, for exim and the DNS; a signal or a detach ends the wait. */
#include "daemon/starting.h"

#include <errno.h>
#include <poll.h>

#include "common/log.h"
#include "daemon/interfaces.h"
#include "daemon/signals.h"
#include "exim/ask.h"

#define STARTING_STEP_MS 100

static int starting_watch(struct daemon *daemon, int fd)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	int lost = 0;

	for (;;) {
		if (!interfaces_check(daemon, &lost))
			return lost ? lost : -ECANCELED;
		if (signals_ask_to_end()) {
			log_notice("ended by a signal during the start");
			return -ECANCELED;
		}
		if (poll(&ready, 1, STARTING_STEP_MS) > 0)
			return 0;
	}
}

int starting_wait(struct daemon *daemon, int fd)
{
	int err = starting_watch(daemon, fd);

	if (err)
		ask_cancel();
	return err;
}
