// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp top: live statistics in a terminal. */
#include <errno.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "top/top.h"

int cmd_top(int argc, char **argv)
{
	enum {
		TOP_INTERVAL = CLI_OPTION_OWN,
		TOP_ASCII
	};
	static const struct option options[] = { { "interval", required_argument, NULL,
						   TOP_INTERVAL },
						 { "ascii", no_argument, NULL, TOP_ASCII },
						 CLI_COMMON_OPTIONS };
	struct cli_common common;
	double interval = 1;
	bool ascii = false;
	int option, status, err;
	char *end;

	cli_start(&common, argv);
	while ((option = getopt_long(argc, argv, CLI_COMMON_LETTERS, options, NULL)) != -1) {
		if (option == TOP_INTERVAL) {
			interval = strtod(optarg, &end);
			if (end == optarg || *end || !(interval >= 0.1 && interval <= 3600))
				return cli_usage(
					&common,
					"--interval = \"%s\": expected seconds from 0.1 to 3600",
					optarg);
		} else if (option == TOP_ASCII) {
			ascii = true;
		} else if (cli_common_option(&common, option, &status)) {
			return status;
		}
	}
	if (optind < argc)
		return cli_usage(&common, "\"%s\": top accepts no arguments", argv[optind]);
	if (common.json)
		return cli_usage(&common,
				 "top prints no JSON; use status -j, list -j or metrics -j");
	status = cli_need_privilege();
	if (status)
		return status;
	err = top_show(common.pins, interval, ascii);
	if (err == -EIO)
		return CLI_FAILED;
	return err ? cli_cannot_open(&common, err) : CLI_DONE;
}
