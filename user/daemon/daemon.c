// SPDX-License-Identifier: GPL-2.0-only
/* Prints the daemon's events as NDJSON. */
#include "daemon/daemon.h"

#include <stdio.h>

#include "common/clock.h"
#include "common/output.h"

void daemon_event(const struct daemon *daemon, const char *what, json_t *json)
{
	char time[CLOCK_TEXT_SIZE];

	if (!daemon->json) {
		json_decref(json);
		return;
	}
	clock_rfc3339_ms(clock_wall_ms(), time);
	json_object_set_new(json, "event", json_string(what));
	json_object_set_new(json, "time", json_string(time));
	output_line("event", json);
	fflush(stdout);
}
