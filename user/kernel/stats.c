// SPDX-License-Identifier: GPL-2.0-only
/* The pinned statistics of one interface: the filter's counters, and the daemon's state. */
#include "kernel/stats.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "kernel/pins.h"

struct stats {
	int counters;
	int stats;
};

/* Opens a map with entries of `size` bytes; another size belongs to another version. */
static int stats_open_map(const char *pins, unsigned int ifindex, const char *name, uint32_t size,
			  int *out)
{
	struct bpf_map_info info = { 0 };
	__u32 info_size = sizeof(info);
	char path[PATH_MAX];
	int err = pins_path_of(pins, ifindex, name, path);

	if (err)
		return err;
	*out = bpf_obj_get(path);
	if (*out < 0)
		return errno == EACCES ? -EPERM : -errno;
	if (bpf_obj_get_info_by_fd(*out, &info, &info_size))
		return -errno;
	return info.value_size == size ? 0 : -EINVAL;
}

static int stats_unpin(const char *pins, unsigned int ifindex, const char *name)
{
	char path[PATH_MAX];
	int err = pins_path_of(pins, ifindex, name, path);

	if (err)
		return err;
	return unlink(path) && errno != ENOENT ? -errno : 0;
}

int stats_upgrade(const char *pins, unsigned int ifindex)
{
	int fd = -1, err;

	err = stats_unpin(pins, ifindex, "pulse"); /* its name up to version 0.1 */
	if (err)
		return err;
	err = stats_open_map(pins, ifindex, "stats", sizeof(struct sobig_stats), &fd);
	if (fd >= 0)
		close(fd);
	if (err == -EINVAL)
		return stats_unpin(pins, ifindex, "stats");
	return err == -ENOENT ? 0 : err;
}

int stats_open(const char *pins, unsigned int ifindex, struct stats **out)
{
	struct stats *stats = malloc(sizeof(*stats));
	int err;

	if (!stats)
		return -ENOMEM;
	stats->counters = stats->stats = -1;
	err = stats_open_map(pins, ifindex, "counters", sizeof(uint64_t), &stats->counters);
	if (!err)
		err = stats_open_map(pins, ifindex, "stats", sizeof(struct sobig_stats),
				     &stats->stats);
	if (err) {
		stats_close(stats);
		return err;
	}
	*out = stats;
	return 0;
}

int stats_write(const struct stats *stats, const struct sobig_stats *value)
{
	__u32 key = 0;

	return bpf_map_update_elem(stats->stats, &key, value, BPF_ANY) ? -errno : 0;
}

int stats_read(const struct stats *stats, struct sobig_stats *out)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(stats->stats, &key, out) ? -errno : 0;
}

int stats_counters(const struct stats *stats, uint64_t out[SOBIG_COUNTS])
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t *values;
	int err = 0;

	if (cpus < 0)
		return cpus;
	values = calloc(cpus, sizeof(*values));
	if (!values)
		return -ENOMEM;
	for (__u32 key = 0; key < SOBIG_COUNTS && !err; key++) {
		if (bpf_map_lookup_elem(stats->counters, &key, values))
			err = -errno;
		out[key] = 0;
		for (int cpu = 0; cpu < cpus; cpu++)
			out[key] += values[cpu];
	}
	free(values);
	return err;
}

void stats_close(struct stats *stats)
{
	if (!stats)
		return;
	if (stats->counters >= 0)
		close(stats->counters);
	if (stats->stats >= 0)
		close(stats->stats);
	free(stats);
}
