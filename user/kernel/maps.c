// SPDX-License-Identifier: GPL-2.0-only
/* Prepares the filter's maps before it is loaded: pin paths and sizes. */
#include "kernel/maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <stdio.h>
#include <unistd.h>

#include "common/log.h"
#include "kernel/front_table.h"
#include "kernel/pins.h"
#include "sobig.h"
#include "sobig.skel.h"

/* The map pinned at `path`. 0 or -errno. */
static int maps_get(const char *path, struct bpf_map_info *out)
{
	__u32 size = sizeof(*out);
	int fd, err;

	fd = bpf_obj_get(path);
	if (fd < 0)
		return -errno;
	memset(out, 0, sizeof(*out));
	err = bpf_obj_get_info_by_fd(fd, out, &size) ? -errno : 0;
	close(fd);
	return err;
}

int maps_table_id(const char *pins, uint32_t *out)
{
	struct bpf_map_info info = { 0 };
	char path[PATH_MAX];
	int err = pins_path(pins, "blocked4", path);

	if (!err)
		err = maps_get(path, &info);
	if (!err)
		*out = info.id;
	return err;
}

int maps_counters_id(const char *pins, unsigned int ifindex, uint32_t *out)
{
	struct bpf_map_info info = { 0 };
	char path[PATH_MAX];
	int err = pins_path_of(pins, ifindex, "counters", path);

	if (!err)
		err = maps_get(path, &info);
	if (!err)
		*out = info.id;
	return err;
}

static int maps_pin(struct sobig_bpf *skeleton, unsigned int ifindex, const char *pins)
{
	const struct {
		struct bpf_map *map;
		const char *name;
		bool of_interface;
	} maps[] = {
		{ skeleton->maps.blocked4, "blocked4", false },
		{ skeleton->maps.blocked6, "blocked6", false },
		{ skeleton->maps.networks4, "networks4", false },
		{ skeleton->maps.networks6, "networks6", false },
		{ skeleton->maps.front, "front", false },
		{ skeleton->maps.front4, "front4", false },
		{ skeleton->maps.front6, "front6", false },
		{ skeleton->maps.block_info4, "block_info4", false },
		{ skeleton->maps.block_info6, "block_info6", false },
		{ skeleton->maps.port_bits, "port_bits", false },
		{ skeleton->maps.counters, "counters", true },
		{ skeleton->maps.stats, "stats", true },
	};
	char path[PATH_MAX];
	int err = 0;

	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]) && !err; i++) {
		err = maps[i].of_interface ? pins_path_of(pins, ifindex, maps[i].name, path)
					   : pins_path(pins, maps[i].name, path);
		if (!err)
			err = bpf_map__set_pin_path(maps[i].map, path);
	}
	return err;
}

/* The capacity in blocks: as requested, unless maps exist already. */
static int maps_room(const char *pins, uint32_t wanted, uint32_t *out)
{
	struct bpf_map_info info = { 0 };
	char path[PATH_MAX];
	int err = pins_path(pins, "block_info4", path);

	if (!err)
		err = maps_get(path, &info);
	*out = wanted ? wanted : SOBIG_BLOCKS4_DEFAULT;
	if (err)
		return err == -ENOENT ? 0 : err;
	if (wanted && wanted != info.max_entries) {
		log_error(
			"the maps in %s have room for %u blocks, not %u, and are in use; to change that: sobig-xdp detach --all, which removes all blocks",
			pins, info.max_entries, wanted);
		return -EEXIST;
	}
	*out = info.max_entries;
	return 0;
}

static int maps_size(struct sobig_bpf *skeleton, const char *pins, uint32_t wanted, bool rates)
{
	uint32_t ipv4, ipv6;
	int err = maps_room(pins, wanted, &ipv4);

	if (err)
		return err;
	ipv6 = ipv4 / 2;
	const struct {
		struct bpf_map *map;
		uint32_t entries;
	} sizes[] = {
		{ skeleton->maps.block_info4, ipv4 },
		{ skeleton->maps.block_info6, ipv6 },
		{ skeleton->maps.blocked4, SOBIG_TABLE_SIZE(ipv4) },
		{ skeleton->maps.blocked6, SOBIG_TABLE_SIZE(ipv6) },
		{ skeleton->maps.front4, ipv4 / FRONT_TABLE_LOAD4 + FRONT_TABLE_LINES_LEAST },
		{ skeleton->maps.front6, ipv6 / FRONT_TABLE_LOAD6 + FRONT_TABLE_LINES_LEAST },
		{ skeleton->maps.syn_rates, rates ? SOBIG_SYN_RATE_LINES : 1 },
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && !err; i++)
		err = bpf_map__set_max_entries(sizes[i].map, sizes[i].entries);
	return err;
}

int maps_prepare(struct sobig_bpf *skeleton, unsigned int ifindex, const char *pins,
		 uint32_t blocks, bool rates)
{
	int err = maps_size(skeleton, pins, blocks, rates);

	return err ? err : maps_pin(skeleton, ifindex, pins);
}

int maps_upgrade(const char *pins)
{
	/* The names up to version 0.1, and since. */
	static const char *const renamed[][2] = {
		{ "ledger4", "block_info4" },
		{ "ledger6", "block_info6" },
	};
	char from[PATH_MAX], to[PATH_MAX];
	int err = 0;

	for (size_t i = 0; i < sizeof(renamed) / sizeof(renamed[0]) && !err; i++) {
		err = pins_path(pins, renamed[i][0], from);
		if (!err)
			err = pins_path(pins, renamed[i][1], to);
		if (!err && !access(from, F_OK) && access(to, F_OK) && rename(from, to))
			err = -errno;
	}
	return err;
}
