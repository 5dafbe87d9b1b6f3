// SPDX-License-Identifier: GPL-2.0-only
/* The blocks as the front table (headers/front.h) shows them to the filter: one writer at a time.
 */
#include "act/mirror.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <limits.h>
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "act/pins.h"

#define MIRROR_SHRINK	8  /* lines are too many if so many times fewer would do */
#define MIRROR_OVERFULL 32 /* one line in so many may be in doubt before it is made anew */

/* One family's lines. Hosts of both are handled as numbers in network order. */
struct mirror_table {
	char *lines;
	size_t size; /* lines that there is room for */
	unsigned int hosts;
	unsigned int load;
	bool wide;
	/* While it is made anew: what the lines will be sure of. */
	uint32_t *sure;
};

_Static_assert(sizeof(struct front_line4) == FRONT_LINE, "a line is a line");
_Static_assert(sizeof(struct front_line6) == FRONT_LINE, "a line is a line");

struct mirror {
	struct front_state *state;
	struct mirror_table tables[2];
};

/* A host's line. */
struct mirror_place {
	struct mirror_table *table;
	char *line;
	uint32_t number;
	uint64_t host;
};

static uint32_t *mirror_sure(char *line)
{
	return (uint32_t *)line;
}

static uint32_t mirror_get_sure(const char *line)
{
	return __atomic_load_n((const uint32_t *)line, __ATOMIC_ACQUIRE);
}

/* Ordered with what is written of the hosts before and after, as front.h demands. */
static void mirror_set_sure(char *line, uint32_t sure)
{
	__atomic_store_n(mirror_sure(line), sure, __ATOMIC_SEQ_CST);
}

static uint64_t mirror_get(const struct mirror_table *table, const char *line, unsigned int slot)
{
	return table->wide ? ((const struct front_line6 *)line)->hosts[slot]
			   : ((const struct front_line4 *)line)->hosts[slot];
}

static void mirror_set(const struct mirror_table *table, char *line, unsigned int slot,
		       uint64_t host)
{
	if (table->wide)
		__atomic_store_n(&((struct front_line6 *)line)->hosts[slot], host,
				 __ATOMIC_SEQ_CST);
	else
		__atomic_store_n(&((struct front_line4 *)line)->hosts[slot], (uint32_t)host,
				 __ATOMIC_SEQ_CST);
}

static uint32_t *mirror_tally(const struct mirror_table *table, char *line, unsigned int slot)
{
	return table->wide ? &((struct front_line6 *)line)->tallies[slot]
			   : &((struct front_line4 *)line)->tallies[slot];
}

static char *mirror_line_at(const struct mirror_table *table, uint32_t number)
{
	return table->lines + (size_t)number * FRONT_LINE;
}

static struct mirror_place mirror_place(const struct mirror *mirror, const struct addr *host)
{
	struct mirror_place place = { 0 };

	if (addr_is_ipv4(host)) {
		uint32_t narrow;

		memcpy(&narrow, host->bytes + 12, sizeof(narrow));
		place.table = (struct mirror_table *)&mirror->tables[0];
		place.host = narrow;
		place.number = front_line_of4(mirror->state, narrow);
	} else {
		place.table = (struct mirror_table *)&mirror->tables[1];
		memcpy(&place.host, host->bytes, sizeof(place.host));
		place.number = front_line_of6(mirror->state, place.host);
	}
	place.line = mirror_line_at(place.table, place.number);
	return place;
}

/* The slot in which `host` stands, or -1; 0 asks for a free one. */
static int mirror_slot(const struct mirror_place *place, uint64_t host)
{
	for (unsigned int i = 0; i < place->table->hosts; i++)
		if (mirror_get(place->table, place->line, i) == host)
			return i;
	return -1;
}

bool mirror_is_free(const struct mirror *mirror, const struct addr *host)
{
	struct mirror_place place = mirror_place(mirror, host);

	return mirror_get_sure(place.line) && mirror_slot(&place, place.host) < 0;
}

/* Gives `host` a slot; false: there is none. Its line must be sure of no more than is true. */
static bool mirror_seat(const struct mirror_place *place, uint32_t knocks)
{
	int slot = mirror_slot(place, 0);

	if (slot < 0)
		return false;
	__atomic_store_n(mirror_tally(place->table, place->line, slot), knocks, __ATOMIC_RELAXED);
	mirror_set(place->table, place->line, slot, place->host);
	return true;
}

static uint32_t *mirror_overfull(const struct mirror *mirror, const struct mirror_place *place)
{
	return place->table->wide ? &mirror->state->overfull6 : &mirror->state->overfull4;
}

void mirror_put(struct mirror *mirror, const struct addr *host, uint32_t until, uint32_t knocks)
{
	struct mirror_place place = mirror_place(mirror, host);
	uint32_t sure = mirror_get_sure(place.line);

	if (mirror_slot(&place, place.host) >= 0)
		return;
	if (until < sure)
		mirror_set_sure(place.line, until);
	if (!mirror_seat(&place, knocks) && sure) {
		(*mirror_overfull(mirror, &place))++;
		mirror_set_sure(place.line, 0);
	}
}

void mirror_doubt(struct mirror *mirror, const struct addr *host)
{
	struct mirror_place place = mirror_place(mirror, host);

	if (!mirror_get_sure(place.line))
		return;
	(*mirror_overfull(mirror, &place))++;
	mirror_set_sure(place.line, 0);
}

void mirror_remove(struct mirror *mirror, const struct addr *host)
{
	struct mirror_place place = mirror_place(mirror, host);
	int slot = mirror_slot(&place, place.host);

	if (slot >= 0)
		mirror_set(place.table, place.line, slot, 0);
}

int mirror_knocks(const struct mirror *mirror, const struct addr *host, uint32_t *out)
{
	struct mirror_place place = mirror_place(mirror, host);
	int slot = mirror_slot(&place, place.host);

	if (slot < 0)
		return -ENOENT;
	*out = __atomic_load_n(mirror_tally(place.table, place.line, slot), __ATOMIC_RELAXED);
	return 0;
}

size_t mirror_line(const struct mirror *mirror, const struct addr *host,
		   struct addr out[FRONT_HOSTS4])
{
	struct mirror_place place = mirror_place(mirror, host);
	size_t count = 0;

	for (unsigned int i = 0; i < place.table->hosts; i++) {
		uint64_t number = mirror_get(place.table, place.line, i);
		uint32_t narrow = number;

		if (!number)
			continue;
		out[count] = *host;
		if (place.table->wide)
			memcpy(out[count].bytes, &number, sizeof(number));
		else
			memcpy(out[count].bytes + 12, &narrow, sizeof(narrow));
		count++;
	}
	return count;
}

void mirror_renew(struct mirror *mirror, const struct addr *host, uint32_t until)
{
	struct mirror_place place = mirror_place(mirror, host);

	if (mirror_get_sure(place.line))
		mirror_set_sure(place.line, until);
}

void mirror_set_networks(struct mirror *mirror, uint32_t ipv4, uint32_t ipv6)
{
	__atomic_store_n(&mirror->state->networks4, ipv4, __ATOMIC_SEQ_CST);
	__atomic_store_n(&mirror->state->networks6, ipv6, __ATOMIC_SEQ_CST);
}

void mirror_count(struct mirror *mirror, bool ipv4, int64_t more)
{
	uint32_t *hosts = ipv4 ? &mirror->state->hosts4 : &mirror->state->hosts6;

	*hosts = more < 0 && -more > *hosts ? 0 : *hosts + more;
}

void mirror_set_counts(struct mirror *mirror, const struct mirror_counts *counts)
{
	mirror->state->hosts4 = counts->ipv4;
	mirror->state->hosts6 = counts->ipv6;
}

struct mirror_counts mirror_counts(const struct mirror *mirror)
{
	return (struct mirror_counts){ mirror->state->hosts4, mirror->state->hosts6 };
}

static size_t mirror_lines_for(const struct mirror_table *table, uint64_t hosts)
{
	uint64_t lines = hosts / table->load + MIRROR_LINES_LEAST;

	return lines < table->size ? lines : table->size;
}

static bool mirror_table_is_unfit(const struct mirror_table *table, uint32_t lines, uint64_t hosts,
				  uint32_t overfull, bool urgent)
{
	size_t right = mirror_lines_for(table, hosts);

	if (urgent)
		return lines < right / 2;
	return lines < right / 4 * 3 || lines / MIRROR_SHRINK > right ||
	       overfull > lines / MIRROR_OVERFULL;
}

bool mirror_is_unfit(const struct mirror *mirror, const struct mirror_counts *expected, bool urgent)
{
	const struct front_state *state = mirror->state;

	return !state->salts[0] || state->rebuilding ||
	       mirror_table_is_unfit(&mirror->tables[0], state->lines4, expected->ipv4,
				     state->overfull4, urgent) ||
	       mirror_table_is_unfit(&mirror->tables[1], state->lines6, expected->ipv6,
				     state->overfull6, urgent);
}

/* Returns when no packet is on its way any more that had read the table before the call. */
static void mirror_wait(void)
{
	const struct timespec long_enough = { 0, 50000000 };

	/* The kernel's part of it is synchronize_rcu(), and XDP programs run under RCU. */
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		nanosleep(&long_enough, NULL);
}

/* Of lines that are in doubt, so that no order matters. */
static void mirror_clear(struct mirror_table *table)
{
	for (size_t i = 0; i < table->size; i++)
		memset(mirror_line_at(table, i) + sizeof(uint32_t), 0,
		       FRONT_LINE - sizeof(uint32_t));
}

static void mirror_doubt_all(struct mirror_table *table)
{
	for (size_t i = 0; i < table->size; i++)
		if (mirror_get_sure(mirror_line_at(table, i)))
			mirror_set_sure(mirror_line_at(table, i), 0);
}

int mirror_begin(struct mirror *mirror, const struct mirror_counts *expected)
{
	const uint64_t hosts[2] = { expected->ipv4, expected->ipv6 };
	struct front_state *state = mirror->state;
	size_t lines[2];
	uint64_t salts[2];

	if (getrandom(salts, sizeof(salts), 0) != sizeof(salts))
		return -ENOMEM;
	for (int i = 0; i < 2; i++) {
		lines[i] = mirror_lines_for(&mirror->tables[i], hosts[i]);
		mirror->tables[i].sure = malloc(lines[i] * sizeof(uint32_t));
		if (!mirror->tables[i].sure) {
			free(mirror->tables[0].sure);
			mirror->tables[0].sure = NULL;
			return -ENOMEM;
		}
		memset(mirror->tables[i].sure, 0xff, lines[i] * sizeof(uint32_t));
	}
	/*
	 * First all is in doubt, then nobody looks at the hosts any more; then the hash changes,
	 * then nobody looks where the old one led.
	 */
	state->rebuilding = 1;
	for (int i = 0; i < 2; i++)
		mirror_doubt_all(&mirror->tables[i]);
	mirror_wait();
	for (int i = 0; i < 2; i++)
		mirror_clear(&mirror->tables[i]);
	__atomic_store_n(&state->lines4, lines[0], __ATOMIC_SEQ_CST);
	__atomic_store_n(&state->lines6, lines[1], __ATOMIC_SEQ_CST);
	__atomic_store_n(&state->salts[0], salts[0] | 1, __ATOMIC_SEQ_CST);
	__atomic_store_n(&state->salts[1], salts[1] | 1, __ATOMIC_SEQ_CST);
	state->hosts4 = state->hosts6 = state->overfull4 = state->overfull6 = 0;
	mirror_wait();
	return 0;
}

void mirror_fill(struct mirror *mirror, const struct addr *host, uint32_t until, bool doubt,
		 uint32_t knocks)
{
	struct mirror_place place = mirror_place(mirror, host);
	uint32_t *sure = &place.table->sure[place.number];

	mirror_count(mirror, !place.table->wide, 1);
	if (doubt || !mirror_seat(&place, knocks))
		*sure = 0;
	else if (until < *sure)
		*sure = until;
}

void mirror_end(struct mirror *mirror)
{
	const uint32_t lines[2] = { mirror->state->lines4, mirror->state->lines6 };

	for (int i = 0; i < 2; i++) {
		struct mirror_table *table = &mirror->tables[i];

		for (size_t line = 0; line < lines[i]; line++)
			mirror_set_sure(mirror_line_at(table, line), table->sure[line]);
		free(table->sure);
		table->sure = NULL;
	}
	mirror->state->rebuilding = 0;
}

static int mirror_map(const char *dir, const char *name, size_t value_size, void **out,
		      size_t *count)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	char path[PATH_MAX];
	int fd, err = pins_path(dir, name, path);

	if (err)
		return err;
	fd = bpf_obj_get(path);
	if (fd < 0)
		return -errno;
	if (bpf_obj_get_info_by_fd(fd, &info, &size) || info.value_size != value_size)
		err = -EINVAL;
	*count = info.max_entries;
	*out = err ? MAP_FAILED
		   : mmap(NULL, *count * value_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (!err && *out == MAP_FAILED)
		err = -errno;
	if (err)
		*out = NULL;
	close(fd);
	return err;
}

int mirror_open(const char *dir, struct mirror **out)
{
	static const char *const names[2] = { "front4", "front6" };
	struct mirror *mirror = calloc(1, sizeof(*mirror));
	size_t one;
	int err;

	if (!mirror)
		return -ENOMEM;
	mirror->tables[0].hosts = FRONT_HOSTS4;
	mirror->tables[0].load = MIRROR_LOAD4;
	mirror->tables[1].hosts = FRONT_HOSTS6;
	mirror->tables[1].load = MIRROR_LOAD6;
	mirror->tables[1].wide = true;
	err = mirror_map(dir, "front", sizeof(*mirror->state), (void **)&mirror->state, &one);
	for (int i = 0; i < 2 && !err; i++) {
		struct mirror_table *table = &mirror->tables[i];

		err = mirror_map(dir, names[i], FRONT_LINE, (void **)&table->lines, &table->size);
	}
	if (err) {
		mirror_close(mirror);
		return err;
	}
	*out = mirror;
	return 0;
}

void mirror_close(struct mirror *mirror)
{
	if (!mirror)
		return;
	if (mirror->state)
		munmap(mirror->state, sizeof(*mirror->state));
	for (int i = 0; i < 2; i++) {
		struct mirror_table *table = &mirror->tables[i];

		if (table->lines)
			munmap(table->lines, table->size * FRONT_LINE);
		free(table->sure);
	}
	free(mirror);
}
