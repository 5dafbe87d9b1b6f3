// SPDX-License-Identifier: GPL-2.0-only
/* Finds the state and configuration of a daemon, which publishes them in its statistics. */
#include "cli/home.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "kernel/pins.h"
#include "kernel/stats.h"

static int home_absolute(const char *path, char out[SOBIG_PATH_SIZE])
{
	char here[PATH_MAX] = "";
	int used;

	if (*path != '/' && !getcwd(here, sizeof(here))) {
		log_error("cannot find the current directory: %s", strerror(errno));
		return -errno;
	}
	used = snprintf(out, SOBIG_PATH_SIZE, "%s%s%s", here, *here ? "/" : "", path);
	if (used < SOBIG_PATH_SIZE)
		return 0;
	log_error("\"%.80s...\": the path has %d bytes, expected at most %d", path, used,
		  SOBIG_PATH_SIZE - 1);
	return -ENAMETOOLONG;
}

int home_publish(const char *folder, const char *file, struct sobig_stats *stats)
{
	int err = home_absolute(folder, stats->state);

	if (!err && file)
		err = home_absolute(file, stats->config);
	return err;
}

static int home_read(const char *pins, unsigned int ifindex, struct sobig_stats *out)
{
	struct stats *stats;
	int err = stats_open(pins, ifindex, &stats);

	if (err)
		return err;
	err = stats_read(stats, out);
	stats_close(stats);
	if (!err && !out->pid)
		err = -ENOENT;
	out->state[sizeof(out->state) - 1] = '\0';
	out->config[sizeof(out->config) - 1] = '\0';
	return err;
}

void home_find(struct cli_common *common, bool warn)
{
	static struct sobig_stats found;
	unsigned int interfaces[PINS_INTERFACES_MAX];
	int count = pins_interfaces(common->pins, interfaces);
	bool is_found = false, is_alive = false;

	for (int i = 0; i < count; i++) {
		const bool alive = pins_is_claimed(common->pins, interfaces[i]);
		struct sobig_stats stats;

		if (home_read(common->pins, interfaces[i], &stats) || !*stats.state)
			continue;
		if (warn && is_alive && alive && !common->state && strcmp(stats.state, found.state))
			log_warning(
				"two daemons in %s have different states: using \"%s\", not \"%s\"; use --state to choose",
				common->pins, found.state, stats.state);
		if (is_found && (is_alive || !alive))
			continue;
		found = stats;
		is_found = true;
		is_alive = alive;
	}
	if (is_found && !common->state)
		common->state = found.state;
	if (is_found && !common->config && *found.config)
		common->config = found.config;
}

void home_take(struct cli_common *common)
{
	home_find(common, true);
}

bool home_is_dry_run(const char *pins)
{
	unsigned int interfaces[PINS_INTERFACES_MAX];
	int count = pins_interfaces(pins, interfaces);
	struct sobig_stats stats;
	bool dry_run = false;

	for (int i = 0; i < count; i++) {
		if (home_read(pins, interfaces[i], &stats))
			continue;
		if (!stats.dry_run)
			return false;
		dry_run = true;
	}
	return dry_run;
}

static void home_add_port(uint16_t ports[SOBIG_PORTS_MAX], uint16_t port)
{
	for (int i = 0; i < SOBIG_PORTS_MAX; i++) {
		if (ports[i] == port)
			return;
		if (!ports[i]) {
			ports[i] = port;
			return;
		}
	}
}

void home_ports(const char *pins, bool dry_runs, uint16_t out[SOBIG_PORTS_MAX])
{
	unsigned int interfaces[PINS_INTERFACES_MAX];
	int count = pins_interfaces(pins, interfaces);
	struct sobig_stats stats;

	memset(out, 0, SOBIG_PORTS_MAX * sizeof(*out));
	for (int i = 0; i < count; i++) {
		if (home_read(pins, interfaces[i], &stats) || (stats.dry_run && !dry_runs))
			continue;
		for (int j = 0; j < SOBIG_PORTS_MAX && stats.ports[j]; j++)
			home_add_port(out, stats.ports[j]);
	}
}
