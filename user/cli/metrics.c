// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp metrics: metrics for Prometheus, on standard output or over HTTP. */
#include <stdio.h>

#include "cli/absence.h"
#include "cli/cli.h"
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
		return absence_report(common, err);
	}
	if (common->json)
		return cli_print_json(common, document);
	return cli_end_output();
}

struct metrics {
	struct cli_common common;
	const char *listen; /* NULL: print */
	struct sockaddr_storage address;
};

static int metrics_take_listen(const char *text, void *member)
{
	struct metrics *metrics = member;

	metrics->listen = text;
	return metrics_serve_parse(text, &metrics->address);
}

static int metrics_run(void *values)
{
	const struct metrics *metrics = values;
	int status;

	if (metrics->listen && metrics->common.json)
		return cli_usage(&metrics->common, "-j and --listen cannot be used together");
	status = cli_need_privilege();
	if (status)
		return status;
	if (!metrics->listen)
		return metrics_print(&metrics->common);
	return cli_status(metrics_serve(metrics->common.pins, &metrics->address, metrics->listen));
}

const struct cli_command metrics_command = {
	"metrics",
	"print or serve metrics for Prometheus",
	.options = {
		{ "listen", OPTIONS_OWN, "[ADDRESS:]PORT", 0,
		  "serve /metrics over HTTP; PORT alone means 127.0.0.1:PORT",
		  .take = metrics_take_listen,
		  .expected = "a port, or a local address with a port, such as 9762, 192.0.2.1:9762 or [::1]:9762; 0.0.0.0:9762 or [::]:9762 for all addresses" },
	},
	.values = &(struct metrics){},
	.run = metrics_run,
};
