// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp release: releases the brake, so that the daemon blocks again. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/absence.h"
#include "cli/cli.h"
#include "common/log.h"
#include "common/output.h"
#include "kernel/holder.h"
#include "kernel/stats.h"
#include "status/overview.h"

#define RELEASE_PAUSE_NS 20000000
#define RELEASE_TRIES	 250

/* Waits until the daemon reports that its brake is released. 0 or -errno. */
static int release_wait(const struct stats *stats)
{
	struct sobig_stats value;
	int err;

	for (int i = 0; i < RELEASE_TRIES; i++) {
		nanosleep(&(struct timespec){ 0, RELEASE_PAUSE_NS }, NULL);
		err = stats_read(stats, &value);
		if (err || (!value.braked && !value.classes_off))
			return err;
	}
	return -ETIMEDOUT;
}

/* 0 or -errno (logged). */
static int release_confirm(const char *pins, unsigned int ifindex, unsigned int pid)
{
	struct stats *stats;
	int err = stats_open(pins, ifindex, &stats);

	if (!err) {
		err = release_wait(stats);
		stats_close(stats);
	}
	if (err == -ETIMEDOUT)
		log_error(
			"process %u was signalled, but its brake is still engaged, or engaged again; see: sobig-xdp status",
			pid);
	else if (err)
		log_error("process %u was signalled, but the state of its brake is not known: %s",
			  pid, strerror(-err));
	return err;
}

static int release_one(const struct overview *overview, const struct overview_daemon *daemon)
{
	const struct overview_interface *interface = overview->interfaces;
	int err;

	/* All interfaces of a daemon belong to the same process: any of them will do. */
	while (interface->daemon != daemon - overview->daemons || !interface->daemon_running)
		interface++;
	err = holder_signal(overview->pins, interface->index, daemon->stats->pid, SIGUSR1);
	return err ? err : release_confirm(overview->pins, interface->index, daemon->stats->pid);
}

/* Releases each engaged brake. Returns the number of brakes, or -errno (logged). */
static int release_all(const struct overview *overview)
{
	int released = 0, err;

	for (int i = 0; i < overview->daemons_count; i++) {
		const struct overview_daemon *daemon = &overview->daemons[i];

		if (!daemon->alive || (!daemon->stats->braked && !daemon->stats->classes_off))
			continue;
		err = release_one(overview, daemon);
		if (err)
			return err;
		released++;
	}
	return released;
}

static int release_run(void *values)
{
	const struct cli_common *common = values;
	static struct overview overview;
	int status = cli_need_privilege(), err;
	json_t *document;

	if (status)
		return status;
	err = overview_read(common->pins, &overview);
	if (err)
		return absence_report(common, err);
	err = release_all(&overview);
	if (err < 0)
		return CLI_FAILED;
	if (common->json) {
		document = output_document("release");
		json_object_set_new(document, "released", json_integer(err));
		return cli_print_json(common, document);
	}
	puts(err ? "Brake released: new offenders are blocked. Hosts listed as dry run stay unblocked; they are blocked if they offend again."
		 : "The brake was not engaged.");
	return CLI_DONE;
}

const struct cli_command release_command = {
	"release",
	"release the brakes: block known senders and count all classes again",
	.run = release_run,
};
