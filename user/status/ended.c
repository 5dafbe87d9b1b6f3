// SPDX-License-Identifier: GPL-2.0-only
/* Describes how the last attach to an interface ended. */
#include "status/ended.h"

#include <stdio.h>

#include "common/clock.h"

static const char *ended_reason(enum db_run_end end)
{
	static const char *const reasons[DB_RUN_ENDS] = {
		[DB_RUN_RUNS] =
			"its end was not recorded: the machine was restarted, or its pins were removed",
		[DB_RUN_SIGNAL] = "by SIGTERM or SIGINT (systemctl stop, Ctrl-C)",
		[DB_RUN_DETACHED] = "by sobig-xdp detach",
		[DB_RUN_REMOVED] = "another program detached the filter",
		[DB_RUN_GONE] = "the interface was deleted, or moved to another network namespace",
		[DB_RUN_FAILED] = "its messages say why",
	};

	return reasons[end];
}

const char *ended_text(const struct db_run *run, char text[ENDED_TEXT_SIZE])
{
	const char *verb = run->end == DB_RUN_RUNS     ? "started"
			   : run->end == DB_RUN_FAILED ? "failed to start"
						       : "ended";
	char time[CLOCK_TEXT_SIZE];

	snprintf(text, ENDED_TEXT_SIZE, "the last attach, to %s, %s at %s: %s", run->interface,
		 verb, clock_local_ms(run->at, time), ended_reason(run->end));
	return text;
}

const char *ended_name(enum db_run_end end)
{
	static const char *const names[DB_RUN_ENDS] = {
		[DB_RUN_RUNS] = "unknown",    [DB_RUN_SIGNAL] = "signal",
		[DB_RUN_DETACHED] = "detach", [DB_RUN_REMOVED] = "removed",
		[DB_RUN_GONE] = "gone",	      [DB_RUN_FAILED] = "failed",
	};

	return names[end];
}
