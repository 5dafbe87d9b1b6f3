// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds out which XDP programs run on an interface, and which of them is ours. Asks the kernel
 * directly: libxdp 1.3.1 leaks a descriptor in each query, is not thread-safe, and reports an
 * interface without programs when the query fails.
 */
#include "kernel/look.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <string.h>
#include <unistd.h>

#include "common/netlink.h"
#include "kernel/maps.h"
#include "sobig.h"

#define LOOK_TRIES	10
#define LOOK_MAPS_MAX	32
#define LOOK_DISPATCHER "xdp_dispatcher" /* libxdp's dispatcher has this name */

static uint32_t look_number(const struct rtattr *attribute)
{
	uint32_t number;

	if (!attribute || RTA_PAYLOAD(attribute) < sizeof(number))
		return 0;
	memcpy(&number, RTA_DATA(attribute), sizeof(number));
	return number;
}

struct look_answer {
	struct look *look;
	bool given;
};

static void look_take(void *context, const struct nlmsghdr *message)
{
	const struct ifinfomsg *link = NLMSG_DATA(message);
	struct look_answer *answer = context;
	struct look *out = answer->look;
	const struct rtattr *xdp;

	if (message->nlmsg_type != RTM_NEWLINK)
		return;
	answer->given = true;
	xdp = netlink_attribute(IFLA_RTA(link), IFLA_PAYLOAD(message), IFLA_XDP);
	if (!xdp)
		return;
	out->main = look_number(
		netlink_attribute(RTA_DATA(xdp), RTA_PAYLOAD(xdp), IFLA_XDP_DRV_PROG_ID));
	if (out->main)
		return;
	out->main = look_number(
		netlink_attribute(RTA_DATA(xdp), RTA_PAYLOAD(xdp), IFLA_XDP_SKB_PROG_ID));
	out->generic = out->main;
}

/*
 * The interface's own program. Queried for this interface only: a list of all may miss one while
 * others are removed.
 */
static int look_main(unsigned int ifindex, struct look *out)
{
	const struct ifinfomsg link = { .ifi_index = ifindex };
	struct look_answer answer = { .look = out };
	int err;

	*out = (struct look){ 0 };
	err = netlink_get(NETLINK_ROUTE, RTM_GETLINK, &link, sizeof(link), look_take, &answer);
	return err || answer.given ? err : -EIO;
}

/* How our program is recognized: by its id, or else by the maps that it uses. 0: not used. */
struct look_marks {
	uint32_t id;
	uint32_t table;	   /* of all interfaces with these pins */
	uint32_t counters; /* of this one */
};

struct look_program {
	uint32_t id, type;
	char name[BPF_OBJ_NAME_LEN];
	uint64_t loaded;
	bool ours;
};

static bool look_is_ours(const struct bpf_prog_info *info, const __u32 *maps, uint32_t map)
{
	if (!map || strcmp(info->name, SOBIG_PROGRAM))
		return false;
	for (__u32 i = 0; i < info->nr_map_ids && i < LOOK_MAPS_MAX; i++)
		if (maps[i] == map)
			return true;
	return false;
}

/*
 * Reads the program of that id; it is ours if it is the one wanted, or uses that map. -EAGAIN: it
 * no longer exists.
 */
static int look_program(uint32_t id, uint32_t wanted, uint32_t map, struct look_program *out)
{
	__u32 maps[LOOK_MAPS_MAX], size = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = {
		.nr_map_ids = LOOK_MAPS_MAX,
		.map_ids = (uintptr_t)maps,
	};
	int fd = bpf_prog_get_fd_by_id(id), err;

	if (fd < 0)
		return errno == ENOENT ? -EAGAIN : -errno;
	err = bpf_obj_get_info_by_fd(fd, &info, &size) ? -errno : 0;
	close(fd);
	if (err)
		return err;
	*out = (struct look_program){ .id = id, .type = info.type, .loaded = info.load_time };
	memcpy(out->name, info.name, sizeof(out->name));
	out->ours = wanted ? wanted == id : look_is_ours(&info, maps, map);
	return 0;
}

/* The link of that id. -EAGAIN: it no longer exists, or not yet. */
static int look_link(uint32_t id, struct bpf_link_info *out)
{
	__u32 size = sizeof(*out);
	int fd = bpf_link_get_fd_by_id(id), err;

	if (fd < 0)
		return errno == ENOENT ? -EAGAIN : -errno;
	memset(out, 0, sizeof(*out));
	err = bpf_obj_get_info_by_fd(fd, out, &size) ? -errno : 0;
	close(fd);
	return err;
}

static void look_found(const struct look_program *program, struct look *out)
{
	out->ours = program->id;
	out->loaded = program->loaded;
}

/*
 * Programs behind a dispatcher are extensions of it, each attached by a link. Kernels before 5.13
 * do not report a link's target: there, ours is the program that uses this interface's counters.
 */
static int look_behind(const struct look_marks *marks, struct look *out)
{
	struct look_program program = { 0 };
	struct bpf_link_info link = { 0 };
	__u32 id = 0, target;
	int err;

	while (!bpf_link_get_next_id(id, &id)) {
		err = look_link(id, &link);
		target = link.tracing.target_obj_id;
		if (!err && (link.type != BPF_LINK_TYPE_TRACING || (target && target != out->main)))
			continue;
		if (!err)
			err = look_program(link.prog_id, marks->id,
					   target ? marks->table : marks->counters, &program);
		if (err == -EAGAIN)
			continue;
		if (err)
			return err;
		if (program.ours && program.type == BPF_PROG_TYPE_EXT) {
			look_found(&program, out);
			return 0;
		}
	}
	return errno == ENOENT ? 0 : -errno;
}

static int look_once(unsigned int ifindex, const struct look_marks *marks, struct look *out)
{
	struct look_program program = { 0 };
	struct look again;
	int err = look_main(ifindex, out);

	if (err || !out->main)
		return err;
	err = look_program(out->main, marks->id, marks->table, &program);
	if (err)
		return err;
	memcpy(out->name, program.name, sizeof(out->name));
	out->dispatcher = !strcmp(program.name, LOOK_DISPATCHER);
	if (program.ours)
		look_found(&program, out);
	else if (out->dispatcher)
		err = look_behind(marks, out);
	if (err || out->ours)
		return err;
	/* While other programs are attached or detached, the dispatcher is replaced. */
	err = look_main(ifindex, &again);
	return err ? err : again.main == out->main ? 0 : -EAGAIN;
}

static int look_marks(unsigned int ifindex, const char *pins, uint32_t id, struct look_marks *out)
{
	int err;

	*out = (struct look_marks){ .id = id };
	if (id)
		return 0;
	err = maps_table_id(pins, &out->table);
	if (!err)
		err = maps_counters_id(pins, ifindex, &out->counters);
	return err == -ENOENT ? 0 : err;
}

int look_at(unsigned int ifindex, const char *pins, uint32_t id, struct look *out)
{
	struct look_marks marks;
	struct look look;
	int err = look_marks(ifindex, pins, id, &marks);

	if (err)
		return err;
	err = -EAGAIN;
	for (int i = 0; i < LOOK_TRIES && err == -EAGAIN; i++)
		err = look_once(ifindex, &marks, &look);
	if (!err)
		*out = look;
	return err;
}
