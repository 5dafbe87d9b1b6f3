// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp release: a human has looked, and lets the brake go. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/picture.h"
#include "common/log.h"

/* Has each daemon told whose brake is on. How many; -errno (told). */
static int release_all(const struct picture *picture)
{
	int released = 0;

	for (int i = 0; i < picture->daemons_count; i++) {
		const struct picture_daemon *daemon = &picture->daemons[i];

		if (!daemon->alive || !daemon->pulse->braked)
			continue;
		if (kill(daemon->pulse->pid, SIGUSR1)) {
			log_error("process %u cannot be told: %s", daemon->pulse->pid,
				  strerror(errno));
			return -errno;
		}
		released++;
	}
	return released;
}

int cmd_release(int argc, char **argv)
{
	static const struct option options[] = { CLI_COMMON_OPTIONS };
	struct cli_common common;
	struct picture *picture;
	int option, status, err;
	json_t *document;

	cli_start(&common, argv);
	while ((option = getopt_long(argc, argv, CLI_COMMON_LETTERS, options, NULL)) != -1)
		if (cli_common_option(&common, option, &status))
			return status;
	if (optind < argc)
		return cli_usage(&common, "release takes no arguments");
	status = cli_need_privilege();
	if (status)
		return status;
	picture = calloc(1, sizeof(*picture));
	if (!picture)
		return cli_status(-ENOMEM);
	err = picture_read(common.pins, picture);
	if (err) {
		free(picture);
		return cli_cannot_open(&common, err);
	}
	err = release_all(picture);
	free(picture);
	if (err < 0)
		return CLI_FAILED;
	if (common.json) {
		document = cli_document("release");
		json_object_set_new(document, "released", json_integer(err));
		return cli_print_json(&common, document);
	}
	puts(err ? "The brake is off: new verdicts are acted upon. What was only shown is not made "
		   "up "
		   "for; who goes on is blocked."
		 : "The brake was not on.");
	return CLI_DONE;
}
