// SPDX-License-Identifier: GPL-2.0-only
/* Waits, during the start, for exim and the DNS, and notes what for; a signal or a detach ends it.
 */
#include "daemon/starting.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "daemon/interfaces.h"
#include "daemon/restore.h"
#include "daemon/signals.h"
#include "exim/ask.h"
#include "kernel/start_note.h"

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

void starting_note(struct daemon *daemon, enum sobig_wait wait)
{
	const struct sobig_start note = { .since = clock_seconds(), .waits = wait };
	const char *pins = daemon->filter.pins;
	int lock;

	/* A detach must not find a new pin in a folder that it is removing. */
	if (pins_lock(pins, &lock))
		return;
	for (int i = 0; i < daemon->interfaces_count; i++) {
		const struct daemon_interface *interface = &daemon->interfaces[i];

		if (interface->claim >= 0 &&
		    pins_claim_is_valid(pins, interface->index, interface->claim) == 1)
			start_note_write(pins, interface->index, &note);
	}
	close(lock);
}

void starting_end(struct daemon *daemon)
{
	for (int i = 0; i < daemon->interfaces_count; i++) {
		const struct daemon_interface *interface = &daemon->interfaces[i];

		if (interface->claim < 0)
			continue;
		start_note_remove(daemon->filter.pins, interface->index);
		restore_run(daemon, interface->name, DB_RUN_RUNS);
	}
}

int starting_wait(struct daemon *daemon, int fd, enum sobig_wait wait)
{
	int err;

	starting_note(daemon, wait);
	err = starting_watch(daemon, fd);
	if (err)
		ask_cancel();
	return err;
}
