// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp top: live statistics in a terminal. */
#include <errno.h>

#include "cli/absence.h"
#include "cli/cli.h"
#include "top/top.h"

struct top_given {
	struct cli_common common;
	double interval; /* seconds */
	bool ascii;
};

static int top_run(void *values)
{
	const struct top_given *top = values;
	int status, err;

	if (top->common.json)
		return cli_usage(&top->common,
				 "top prints no JSON; use status -j, list -j or metrics -j");
	status = cli_need_privilege();
	if (status)
		return status;
	err = top_show(top->common.pins, top->interval, top->ascii);
	if (err == -EIO)
		return CLI_FAILED;
	return err ? absence_report(&top->common, err) : CLI_DONE;
}

const struct cli_command top_command = {
	"top",
	"show live statistics in a terminal",
	.options = {
		{ "interval", OPTIONS_DECIMAL, "SECONDS", offsetof(struct top_given, interval),
		  "interval between updates (1)", .min = 0.1, .max = 3600 },
		{ "ascii", OPTIONS_FLAG, NULL, offsetof(struct top_given, ascii),
		  "draw with ASCII characters only" },
	},
	.values = &(struct top_given){ .interval = 1 },
	.run = top_run,
};
