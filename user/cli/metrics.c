// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp metrics: metrics for Prometheus, on standard output or over HTTP. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "common/log.h"
#include "common/output.h"
#include "status/metrics_collect.h"
#include "status/metrics_serve.h"

static int metrics_print(const struct cli_common *common)
{
	struct metrics_out out = { 0 };
	json_t *document = NULL;
	int err;

	if (common->json) {
		document = output_document("metrics");
		out.json = json_array();
		json_object_set_new(document, "metrics", out.json);
	} else {
		out.text = stdout;
	}
	err = metrics_collect(common->pins, &out);
	if (err) {
		json_decref(document);
		return cli_cannot_open(common, err);
	}
	if (common->json)
		return cli_print_json(common, document);
	if (!fflush(stdout))
		return CLI_DONE;
	log_error("cannot write to standard output: %s", strerror(errno));
	return CLI_FAILED;
}

int cmd_metrics(int argc, char **argv)
{
	static const struct option options[] = {
		{ "listen", required_argument, NULL, CLI_OPTION_OWN }, CLI_COMMON_OPTIONS
	};
	const char *listen = NULL, *why;
	struct sockaddr_storage address;
	struct cli_common common;
	int option, status;

	cli_start(&common, argv);
	while ((option = getopt_long(argc, argv, CLI_COMMON_LETTERS, options, NULL)) != -1) {
		if (option == CLI_OPTION_OWN)
			listen = optarg;
		else if (cli_common_option(&common, option, &status))
			return status;
	}
	if (optind < argc)
		return cli_usage(&common, "\"%s\": metrics accepts no arguments", argv[optind]);
	if (listen && common.json)
		return cli_usage(&common, "-j and --listen exclude each other");
	if (listen && metrics_serve_parse(listen, &address, &why))
		return cli_usage(&common, "cannot listen on \"%s\": %s", listen, why);
	status = cli_need_privilege();
	if (status)
		return status;
	if (listen)
		return cli_status(metrics_serve(common.pins, &address, listen));
	return metrics_print(&common);
}
