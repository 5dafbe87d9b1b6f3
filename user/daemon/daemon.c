// SPDX-License-Identifier: GPL-2.0-only
/* Prints the daemon's events as NDJSON. */
#include "daemon/daemon.h"

#include <stdio.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/output.h"

/* A reader that has stopped reading must not stop the judging: its events are dropped. */
static bool daemon_can_print(struct daemon *daemon)
{
	bool ready = output_is_ready(STDOUT_FILENO);

	if (!ready && !daemon->events_dropped++)
		log_warning(
			"standard output is not read: events are dropped until it is read; blocking continues");
	if (ready && daemon->events_dropped) {
		log_notice("standard output is read again; events dropped: %llu",
			   (unsigned long long)daemon->events_dropped);
		daemon->events_dropped = 0;
	}
	return ready;
}

void daemon_event(struct daemon *daemon, const char *what, json_t *json)
{
	char time[CLOCK_TEXT_SIZE];

	if (!daemon->json || !daemon_can_print(daemon)) {
		json_decref(json);
		return;
	}
	clock_rfc3339_ms(clock_wall_ms(), time);
	json_object_set_new(json, "event", json_string(what));
	json_object_set_new(json, "time", json_string(time));
	output_line("event", json);
	fflush(stdout);
}
