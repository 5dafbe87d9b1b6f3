// SPDX-License-Identifier: GPL-2.0-only
/* What an attach that has not started to judge waits for, pinned for other commands to read. */
#include "kernel/start_note.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "kernel/pins.h"

#define START_NOTE_NAME "start"

static int start_note_path(const char *pins, unsigned int ifindex, char path[PATH_MAX])
{
	return pins_path_of(pins, ifindex, START_NOTE_NAME, path);
}

/* The pinned map, or -errno. */
static int start_note_open(const char *pins, unsigned int ifindex)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	char path[PATH_MAX];
	int fd, err = start_note_path(pins, ifindex, path);

	if (err)
		return err;
	fd = bpf_obj_get(path);
	if (fd < 0)
		return -errno;
	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		err = -errno;
	else if (info.value_size != sizeof(struct sobig_start))
		err = -EINVAL;
	if (!err)
		return fd;
	close(fd);
	return err;
}

static int start_note_create(const char *pins, unsigned int ifindex)
{
	char path[PATH_MAX];
	int fd, err = start_note_path(pins, ifindex, path);

	if (err)
		return err;
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "sobig_start", sizeof(__u32),
			    sizeof(struct sobig_start), 1, NULL);
	if (fd < 0)
		return -errno;
	/* That of another version. */
	unlink(path);
	if (!bpf_obj_pin(fd, path))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

int start_note_write(const char *pins, unsigned int ifindex, const struct sobig_start *note)
{
	int fd = start_note_open(pins, ifindex), err;
	__u32 key = 0;

	if (fd < 0)
		fd = start_note_create(pins, ifindex);
	if (fd < 0)
		return fd;
	err = bpf_map_update_elem(fd, &key, note, BPF_ANY) ? -errno : 0;
	close(fd);
	return err;
}

void start_note_remove(const char *pins, unsigned int ifindex)
{
	char path[PATH_MAX];

	if (!start_note_path(pins, ifindex, path))
		unlink(path);
}

int start_note_read(const char *pins, unsigned int ifindex, struct sobig_start *out)
{
	int fd = start_note_open(pins, ifindex), err;
	struct sobig_start note;
	__u32 key = 0;

	if (fd < 0)
		return fd;
	err = bpf_map_lookup_elem(fd, &key, &note) ? -errno : 0;
	close(fd);
	/* The map is created before it is filled, and outlives a process that was killed. */
	if (!err && (!note.since || !pins_is_claimed(pins, ifindex)))
		err = -ENOENT;
	if (!err)
		*out = note;
	return err;
}

const char *start_note_text(const struct sobig_start *note)
{
	static const char *const texts[SOBIG_WAITS] = {
		[SOBIG_WAIT_STATE] = "the state to be read",
		[SOBIG_WAIT_LOG] = "exim to name its log (exim -bP log_file_path)",
		[SOBIG_WAIT_ALLOW] = "exim's relays and the DNS, for the allow list",
	};

	return note->waits < SOBIG_WAITS ? texts[note->waits] : "something";
}
