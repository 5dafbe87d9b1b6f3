// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes one number into the statistics of a daemon: poke PIN-OF-STATS FIELD VALUE. For problems
 * that are hard to cause; the daemon must be stopped, or it overwrites the number.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sobig.h"

/* The releases of clang-format differ here. */
/* clang-format off */
#define POKE_FIELD(name) \
	{ #name, offsetof(struct sobig_stats, name), sizeof(((struct sobig_stats *)NULL)->name) }
/* clang-format on */

static const struct {
	const char *name;
	size_t offset, size;
} poke_fields[] = {
	POKE_FIELD(started),
	POKE_FIELD(heartbeat),
	POKE_FIELD(last_line),
	POKE_FIELD(readable),
	POKE_FIELD(braked),
	POKE_FIELD(brake),
	POKE_FIELD(state_error),
	POKE_FIELD(config_error),
	POKE_FIELD(configured),
	POKE_FIELD(evictions),
	POKE_FIELD(offences),
	POKE_FIELD(lines),
	POKE_FIELD(watched),
	POKE_FIELD(dry_run),
	POKE_FIELD(allowed),
	POKE_FIELD(watch_drops),
	POKE_FIELD(pid),
	POKE_FIELD(state_bad),
	POKE_FIELD(state_lost),
	POKE_FIELD(state_lost_until),
	POKE_FIELD(blocked),
	POKE_FIELD(logs),
	POKE_FIELD(connections_error),
	POKE_FIELD(classes_off),
};

/*
 * "classes[N]" and "skipped[N]" name an element; "proxies" and "allow_error" are the number of
 * their first letter.
 */
static int poke_find(const char *name, size_t *offset, size_t *size)
{
	unsigned int index;

	for (size_t i = 0; i < sizeof(poke_fields) / sizeof(poke_fields[0]); i++) {
		if (strcmp(name, poke_fields[i].name))
			continue;
		*offset = poke_fields[i].offset;
		*size = poke_fields[i].size;
		return 0;
	}
	*size = sizeof(__u64);
	if (sscanf(name, "classes[%u]", &index) == 1 && index < SOBIG_CLASSES_MAX)
		*offset = offsetof(struct sobig_stats, classes) + index * sizeof(__u64);
	else if (sscanf(name, "skipped[%u]", &index) == 1 && index < SOBIG_SKIPS_MAX)
		*offset = offsetof(struct sobig_stats, skipped) + index * sizeof(__u64);
	else if (!strcmp(name, "proxies"))
		*offset = offsetof(struct sobig_stats, proxies);
	else if (!strcmp(name, "allow_error"))
		*offset = offsetof(struct sobig_stats, allow_error);
	else
		return -1;
	return 0;
}

int main(int argc, char **argv)
{
	struct sobig_stats stats = { 0 };
	__u32 key = 0, small;
	size_t offset, size;
	__u64 value;
	int map;

	if (argc != 4) {
		fprintf(stderr, "usage: poke PIN FIELD VALUE\n");
		return 2;
	}
	value = strtoull(argv[3], NULL, 10);
	small = value;
	map = bpf_obj_get(argv[1]);
	if (map < 0 || bpf_map_lookup_elem(map, &key, &stats)) {
		fprintf(stderr, "poke: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	if (poke_find(argv[2], &offset, &size)) {
		fprintf(stderr, "poke: there is no field \"%s\"\n", argv[2]);
		return 2;
	}
	memcpy((char *)&stats + offset, size == sizeof(small) ? (void *)&small : (void *)&value,
	       size);
	return bpf_map_update_elem(map, &key, &stats, BPF_ANY) ? 1 : 0;
}
